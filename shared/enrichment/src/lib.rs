//! Company and person data from People Data Labs and from Hunter, by their published enrichment APIs.
//!
//! | file | answers |
//! |---|---|
//! | `client` | how is People Data Labs asked, and what does each status mean |
//! | `wire` | what do its answers look like |
//! | `profile` | which of our facts come of which of its fields |
//! | `country` | which ISO code has a country in its words |
//! | `hunter`, `hunter_wire` | the same of Hunter |
//! | `http` | what asking both has in common |

mod client;
mod country;
mod http;
mod hunter;
mod hunter_wire;
mod profile;
mod wire;

pub use client::{PROVIDER, PeopleDataLabs};
pub use http::SetupError;
pub use hunter::{HUNTER, Hunter};
