//! Company and person data from People Data Labs, by its published enrichment API.
//!
//! | file | answers |
//! |---|---|
//! | `client` | how is the provider asked, and what does each status mean |
//! | `wire` | what do the provider's answers look like |
//! | `profile` | which of our facts come of which of its fields |
//! | `country` | which ISO code has a country in the provider's words |

mod client;
mod country;
mod profile;
mod wire;

pub use client::{PROVIDER, PeopleDataLabs, SetupError};
