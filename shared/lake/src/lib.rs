//! The lake: rows of decisions, effects, outcomes and the CRM as Parquet, one object a dataset and day.

mod dataset;

pub use dataset::{Column, Dataset, Guard, Kind};
