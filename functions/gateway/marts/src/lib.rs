//! Marts: small tables of sums that everybody signed in may see, published as Parquet beside the site that draws them.
//!
//! | | |
//! |---|---|
//! | `infra/bi/marts.json` | each mart's columns, with units and descriptions |
//! | `infra/bi/queries/<mart>.sql` | its SQL, in what Athena and DuckDB have in common |
//! | `marts/<mart>.parquet`, `marts/manifest.json` | what the site reads |
//!
//! A mart whose query fails keeps the file that it had, and the manifest tells why. The manifest is written last: who reads
//! it finds every file that it names.

mod freshness;
mod marts;
mod publish;
mod typed;

#[cfg(test)]
mod tests;

pub use marts::{Mart, MartColumn, marts};
pub use publish::{Failed, Published, PublishedMart, World, publish};
