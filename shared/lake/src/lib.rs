//! The lake: rows of decisions, effects, outcomes and the CRM as Parquet, one object a dataset and day.
//!
//! | | |
//! |---|---|
//! | [`Dataset`] | a table: its columns, key, day, and whose rows they are; [`datasets`] has those that follow from no loop |
//! | [`Row`] | typed values of one dataset, read from JSON or told what is wrong |
//! | [`Lake`] | merges rows into the object of their day, reads days and columns |
//! | [`Archive`] | what came, as it came: the lake is made anew from it |
//!
//! **Schemas** only grow: a column that an older object lacks is null there, one that is gone is left out, and a column
//! never changes its kind (that is an error with the object's key; a new kind is a new column).

mod archive;
mod dataset;
mod datasets;
mod files;
mod row;
mod store;

#[cfg(test)]
mod tests;

pub use archive::{ARCHIVE, Archive};
pub use dataset::{Column, Dataset, Guard, Kind};
pub use datasets::datasets;
pub use files::{schema_of, to_batch, to_parquet};
pub use row::{BadRow, Row, Value};
pub use store::{Days, LAKE, Lake, Merged, Read, Sift, day_of};
