//! What Design hands out of a computed plan: a report for leaders, and answers for analysts.
//!
//! - [`report`]: a plan as one HTML file
//! - [`words`]: amounts, shares and months as people read them

mod charts;
pub mod report;
pub mod words;

pub use report::Report;
