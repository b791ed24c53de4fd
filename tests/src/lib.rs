//! What the end-to-end tests share: the tools from other ecosystems that they run.

pub mod tools;
