//! Writing a table row by row.

use std::path::{Path, PathBuf};

use crate::Format;
use crate::cell::Cell;
use crate::csv_writer::CsvWriter;
use crate::parquet_writer::ParquetWriter;
use crate::problem::TableError;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts.
    Text,
    /// Whole numbers.
    Whole,
}

/// A table that is written row by row. It stands under its name only once it is [finished](TableWriter::finish); until
/// then, and for ever where that does not come, under another.
pub struct TableWriter {
    path: PathBuf,
    beside: PathBuf,
    rows: u64,
    target: Target,
}

enum Target {
    Csv(Box<CsvWriter>),
    Parquet(Box<ParquetWriter>),
}

impl TableWriter {
    /// Begins a table in the format of the file's ending.
    ///
    /// # Errors
    /// When the ending is unknown, or the file cannot be written.
    pub fn create(path: &Path, columns: &[(&str, Kind)]) -> Result<Self, TableError> {
        let format = Format::of(path)?;
        let file = path.display().to_string();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(TableError::io(&file))?;
        }
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let target = match format {
            Format::Csv => Target::Csv(Box::new(CsvWriter::create(&beside, columns)?)),
            Format::Parquet => Target::Parquet(Box::new(ParquetWriter::create(&beside, columns)?)),
        };
        Ok(Self { path: path.to_path_buf(), beside, rows: 0, target })
    }

    /// Adds a row: a value for each column, in their order.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, cells: &[Cell<'_>]) -> Result<(), TableError> {
        self.rows += 1;
        match &mut self.target {
            Target::Csv(writer) => writer.write(cells),
            Target::Parquet(writer) => writer.write(cells),
        }
    }

    /// Rows written so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes what is left and gives the file its name.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<u64, TableError> {
        match self.target {
            Target::Csv(writer) => writer.finish()?,
            Target::Parquet(writer) => writer.finish()?,
        }
        let file = self.path.display().to_string();
        std::fs::rename(&self.beside, &self.path).map_err(TableError::io(&file))?;
        Ok(self.rows)
    }
}
