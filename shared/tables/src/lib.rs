//! Tables: rows from and to CSV and Parquet, one at a time, so that a million of them need no more memory than a few
//! thousand. The only crate that names `csv` and `parquet`.
//!
//! [`Rows`] reads either format by its file's ending, [`TableWriter`] writes either. A row that cannot be read is told
//! with its place and its content, and the next one follows: nothing is lost, and nothing stops.

mod cell;
mod csv_rows;
mod csv_writer;
mod parquet_column;
mod parquet_rows;
mod parquet_writer;
mod problem;
mod rows;
mod writer;

pub use cell::{Cell, NotWhole};
pub use problem::{BadRow, Place, TableError};
pub use rows::{Next, Row, Rows};
pub use writer::{Kind, TableWriter};

/// The formats, by the file's ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Parquet,
}

impl Format {
    fn of(path: &std::path::Path) -> Result<Self, TableError> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Ok(Self::Csv),
            "parquet" => Ok(Self::Parquet),
            _ => Err(TableError::UnknownFormat { file: path.display().to_string() }),
        }
    }
}

#[cfg(test)]
mod tests;
