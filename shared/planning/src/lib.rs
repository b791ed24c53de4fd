//! What Design hands out of a plan: a report for leaders, answers for analysts; how a plan becomes the active one, and what
//! people say about the territories that follow from it.
//!
//! - [`hiring`]: what hiring can do, where nobody says
//! - [`promotion`]: a scenario becomes the active one: compared, proposed, approved by its hash, promoted
//! - [`report`]: a plan as one HTML file
//! - [`service`]: what may be asked over HTTP, the answers, and their OpenAPI description
//! - [`sheets`]: tables for a terminal
//! - [`territories`]: a plan of territories is answered, and accounts that wait are placed
//! - [`words`]: amounts, shares and months as people read them

mod charts;
pub mod hiring;
pub mod promotion;
pub mod report;
pub mod service;
pub mod sheets;
pub mod territories;
mod tree;
pub mod words;
#[cfg(test)]
mod worked;

pub use report::Report;
