//! People Data Labs and Hunter, as far as company and person enrichment go.
//!
//! | file | answers |
//! |---|---|
//! | `library` | which companies are known |
//! | `company` | which of them is meant, how likely, and how is it told |
//! | `person` | who is at a known company, made up from the mail address |
//! | `http` | keys, limits, statuses and error shapes |
//! | `hunter` | the same of Hunter, with companies of its own |
//!
//! Its companies are made up and live under `.example`; nobody in it exists.

mod company;
mod http;
mod hunter;
mod library;
mod person;
mod record;

pub use http::{Options, serve};
pub use hunter::only_hunter_knows;
pub use library::{Company, library};
