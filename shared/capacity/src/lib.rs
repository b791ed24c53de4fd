//! What a scenario can book: capacity month by month, against what is to be booked; how sure that is; and why two scenarios
//! differ.
