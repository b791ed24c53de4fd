//! What Design hands out of a plan: a report for leaders, and answers for analysts.
//!
//! - [`hiring`]: what hiring can do, where nobody says
//! - [`report`]: a plan as one HTML file
//! - [`service`]: what may be asked over HTTP, the answers, and their OpenAPI description
//! - [`sheets`]: tables for a terminal
//! - [`words`]: amounts, shares and months as people read them

mod charts;
pub mod hiring;
pub mod report;
pub mod service;
pub mod sheets;
mod tree;
pub mod words;
#[cfg(test)]
mod worked;

pub use report::Report;
