//! What the end-to-end tests share: the tools from other ecosystems that they run, and the system that they look at.

pub mod system;
pub mod tools;
