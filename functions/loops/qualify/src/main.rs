//! Qualify as a function: names which loop runs on which trigger.

fn main() {}
