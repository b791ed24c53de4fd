//! Deals in a world in memory, looked at as the function looks at them.

mod brief;
mod days;
mod decides;
mod joins;
mod killed;
mod moves;
mod people;
mod world;
