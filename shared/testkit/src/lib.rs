//! For tests alone: a world in memory behind loopkit's ports, which can be killed between any two side effects, and
//! builders that state only what matters.

mod builders;
mod memory;
mod parked;
mod world;

pub use builders::{LeadBuilder, lead, lead_id, user_id};
pub use memory::{Memory, Write};
pub use parked::ParkedInMemory;
pub use world::{Kill, TestWorld};
