//! What Design hands out of a plan: a report for leaders, and answers for analysts.
//!
//! - [`report`]: a plan as one HTML file
//! - [`service`]: what may be asked over HTTP, the answers, and their OpenAPI description
//! - [`sheets`]: tables for a terminal
//! - [`words`]: amounts, shares and months as people read them

mod charts;
mod pending;
pub use pending::{hires_needed, sensitivity};
pub mod report;
pub mod service;
pub mod sheets;
mod tree;
pub mod words;

pub use report::Report;
