//! The loops that there are, so that commands can treat them alike.

pub use revloops_catalogue::{LoopEntry, all};
