//! The outside services that cannot be had on a laptop, as stand-ins that speak the vendors' own HTTP protocols.
//!
//! | module | stands in for |
//! |---|---|
//! | [`crm`] | Salesforce: REST, OAuth, SOQL, outbound messages |
//! | [`enrichment`] | People Data Labs and Hunter: company and person enrichment |
//! | [`ai`] | the Anthropic Messages API |
//! | [`front_door`] | the deployment's own domain name |
//!
//! Every service runs behind [`host`], which says in each response that it is a stand-in and applies the [`faults`] it was told to have.

pub mod ai;
pub mod clock;
pub mod crm;
pub mod enrichment;
pub mod faults;
pub mod front_door;
pub mod host;
