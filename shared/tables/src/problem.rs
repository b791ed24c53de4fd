//! What can be wrong with a table, and where.

use std::fmt;

use thiserror::Error;

/// Where a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The row, from 1; the header is none.
    pub row: u64,
    /// The line that it begins in, from 1, where the format has lines.
    pub line: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}"),
            None => write!(f, "row {}", self.row),
        }
    }
}

/// A row that cannot be read. The others can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Where it is.
    pub place: Place,
    /// The column at fault, where it is one column's.
    pub column: Option<String>,
    /// What is wrong.
    pub why: String,
    /// What stands there, as far as it can be told.
    pub cells: Vec<String>,
}

/// A file that cannot be read or written as a table.
#[derive(Debug, Error)]
pub enum TableError {
    /// It cannot be opened, read or written.
    #[error("{file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// Its ending is neither.
    #[error("{file}: tables end in .csv or .parquet")]
    UnknownFormat {
        /// The file.
        file: String,
    },
    /// It is no CSV.
    #[error("{file}: {why}")]
    Csv {
        /// The file.
        file: String,
        /// What is wrong, and what to do.
        why: String,
    },
    /// It is no Parquet, or has what is not read here.
    #[error("{file}: {why}")]
    Parquet {
        /// The file.
        file: String,
        /// What is wrong, and what to do.
        why: String,
    },
}

impl TableError {
    pub(crate) fn io(file: &str) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io { file: file.to_owned(), source }
    }

    pub(crate) fn parquet(file: &str) -> impl FnOnce(parquet::errors::ParquetError) -> Self + '_ {
        move |error| Self::Parquet { file: file.to_owned(), why: error.to_string() }
    }

    pub(crate) fn csv(file: &str) -> impl FnOnce(csv::Error) -> Self + '_ {
        move |error| Self::Csv { file: file.to_owned(), why: error.to_string() }
    }
}
