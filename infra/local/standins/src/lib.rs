//! The outside services that cannot be had on a laptop, as stand-ins that speak the vendors' own HTTP protocols.
//!
//! | module | stands in for |
//! |---|---|
//! | [`crm`] | Salesforce: REST, OAuth, SOQL, outbound messages |
//!
//! Every service runs behind [`host`], which says in each response that it is a stand-in and applies the [`faults`] it was told to have.

pub mod clock;
pub mod crm;
pub mod faults;
pub mod host;
