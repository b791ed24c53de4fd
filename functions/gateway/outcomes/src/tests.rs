//! Hundreds of leads, decided by the real Route on a world in memory, and what reps made of them.

mod proposes;
mod stage;
mod tries;
