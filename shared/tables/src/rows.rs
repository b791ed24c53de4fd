//! Reading a table row by row.

use std::path::Path;

use crate::Format;
use crate::cell::Cell;
use crate::csv_rows::CsvRows;
use crate::parquet_rows::ParquetRows;
use crate::problem::{BadRow, Place, TableError};

/// A table that is read row by row.
pub struct Rows {
    columns: Vec<String>,
    total: Option<u64>,
    source: Source,
}

enum Source {
    Csv(Box<CsvRows>),
    Parquet(Box<ParquetRows>),
}

/// What comes next.
#[derive(Debug)]
pub enum Next<'a> {
    /// A row.
    Row(Row<'a>),
    /// A row that cannot be read; reading goes on after it.
    Bad(BadRow),
}

/// A row; lives until the next is read.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// Where it is.
    pub place: Place,
    cells: Cells<'a>,
}

#[derive(Clone, Copy)]
enum Cells<'a> {
    Csv(&'a csv::StringRecord),
    Parquet(&'a ParquetRows, usize),
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The cells may be a person's.
        f.debug_struct("Row").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Rows {
    /// Opens a table. Of a Parquet file only the columns that are `wanted` are read; the others cost nothing.
    ///
    /// # Errors
    /// When it is no table, or a wanted column is of a type that is not read here.
    pub fn open(path: &Path, wanted: impl Fn(&str) -> bool) -> Result<Self, TableError> {
        match Format::of(path)? {
            Format::Csv => {
                let (columns, rows) = CsvRows::open(path)?;
                Ok(Self { columns, total: None, source: Source::Csv(Box::new(rows)) })
            }
            Format::Parquet => {
                let (columns, total, rows) = ParquetRows::open(path, wanted)?;
                Ok(Self { columns, total: Some(total), source: Source::Parquet(Box::new(rows)) })
            }
        }
    }

    /// The names of the columns; cells are counted in this order.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The place of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// How many rows there are, where the format tells.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// The next row, or what is wrong with it; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read on.
    #[expect(clippy::should_implement_trait, reason = "a row lives until the next one: no iterator can say that")]
    pub fn next(&mut self) -> Result<Option<Next<'_>>, TableError> {
        match &mut self.source {
            Source::Csv(rows) => Ok(match rows.advance(&self.columns)? {
                None => None,
                Some(Err(bad)) => Some(Next::Bad(bad)),
                Some(Ok(place)) => Some(Next::Row(Row { place, cells: Cells::Csv(rows.record()) })),
            }),
            Source::Parquet(rows) => Ok(match rows.advance(&self.columns)? {
                None => None,
                Some(Err(bad)) => Some(Next::Bad(bad)),
                Some(Ok((place, at))) => Some(Next::Row(Row { place, cells: Cells::Parquet(rows, at) })),
            }),
        }
    }
}

impl<'a> Row<'a> {
    /// The value in a column.
    #[must_use]
    pub fn cell(&self, column: usize) -> Cell<'a> {
        match self.cells {
            Cells::Csv(record) => Cell::from(record.get(column)),
            Cells::Parquet(rows, at) => rows.cell(column, at),
        }
    }

    /// Everything in it as texts, for a file of rejects.
    #[must_use]
    pub fn texts(&self, columns: usize) -> Vec<String> {
        (0..columns).map(|column| self.cell(column).text().unwrap_or_default().into_owned()).collect()
    }
}
