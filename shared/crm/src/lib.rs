//! Salesforce: the CRM that leads come from and go back to, by its published protocols.
//!
//! - [`Salesforce`] is the REST client: OAuth client credentials, API [`API_VERSION`]; it implements loopkit's
//!   `CrmDirectory`, `Workload`, `CrmReader`, `CrmWriter`, `History`, `Deals`, `Territories` and, for many records at a time, `Collections` and `Making`.
//! - [`SalesforceLogin`] logs people in (web server flow with PKCE), and works with their own sessions.
//! - [`personal`] is the CRM in a person's own name, under their permissions.
//! - [`outbound`] reads the SOAP messages that the CRM sends when a record is saved, and writes the answers.
//! - [`lead_fields`] and [`account_fields`] are the tables by which records are read from either, by [`wire`].

pub mod account_fields;
pub mod lead_fields;
pub mod outbound;
mod people;
pub mod personal;
pub mod wire;

mod accounts;
mod behaviour;
mod client;
mod collections;
mod credentials;
mod deals;
mod directory;
mod failures;
mod history;
mod login;
mod records;
mod snapshots;
mod standings;
mod territories;
mod touches;
mod workload;

pub use account_fields::AccountWire;
pub use accounts::AccountPage;
pub use client::{API_VERSION, CrmSettings, Salesforce};
pub use credentials::Credentials;
pub use lead_fields::LeadWire;
pub use login::{LoginSettings, SalesforceLogin};
pub use personal::{Personal, PersonalClient, PersonalError};
pub use wire::{FieldProblem, OnTheWire, Wire};
