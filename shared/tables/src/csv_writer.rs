//! CSV, written.

use std::fs::File;
use std::path::Path;

use csv::{Writer, WriterBuilder};

use crate::cell::Cell;
use crate::problem::TableError;
use crate::writer::Kind;

/// Bytes that are written at once.
const BUFFER: usize = 1 << 18;

pub(crate) struct CsvWriter {
    file: String,
    writer: Writer<File>,
}

impl CsvWriter {
    pub(crate) fn create(path: &Path, columns: &[(&str, Kind)]) -> Result<Self, TableError> {
        let file = path.display().to_string();
        let opened = File::create(path).map_err(TableError::io(&file))?;
        let mut writer = WriterBuilder::new().buffer_capacity(BUFFER).from_writer(opened);
        writer.write_record(columns.iter().map(|(name, _)| name)).map_err(TableError::csv(&file))?;
        Ok(Self { file, writer })
    }

    pub(crate) fn write(&mut self, cells: &[Cell<'_>]) -> Result<(), TableError> {
        for cell in cells {
            let written = match cell {
                Cell::Empty => self.writer.write_field(""),
                Cell::Text(text) => self.writer.write_field(text),
                Cell::Whole(number) => self.writer.write_field(number.to_string()),
                Cell::Fraction(number) => self.writer.write_field(number.to_string()),
                Cell::Flag(flag) => self.writer.write_field(if *flag { "true" } else { "false" }),
            };
            written.map_err(TableError::csv(&self.file))?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(TableError::csv(&self.file))
    }

    pub(crate) fn finish(self) -> Result<(), TableError> {
        let file = self.file;
        let whole = self.writer.into_inner().map_err(|error| error.into_error());
        whole.and_then(|file| file.sync_all()).map_err(TableError::io(&file))
    }
}
