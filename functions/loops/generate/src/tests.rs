//! The loop as it is shipped: its cases, its measure, its run against the world.

mod about;
mod events;
mod measured;
mod runs;
mod shipped;
