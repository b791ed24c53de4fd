//! CSV: with a header, in UTF-8.

use std::fs::File;
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder, StringRecord, Trim};

use crate::problem::{BadRow, Place, TableError};

/// Bytes that are read at once.
const BUFFER: usize = 1 << 18;

pub(crate) struct CsvRows {
    file: String,
    reader: Reader<File>,
    record: StringRecord,
    row: u64,
}

impl CsvRows {
    pub(crate) fn open(path: &Path) -> Result<(Vec<String>, Self), TableError> {
        let file = path.display().to_string();
        let opened = File::open(path).map_err(TableError::io(&file))?;
        // Rows of another length are told row by row, instead of ending it all.
        let mut reader =
            ReaderBuilder::new().flexible(true).trim(Trim::Headers).buffer_capacity(BUFFER).from_reader(opened);
        let columns: Vec<String> =
            reader.headers().map_err(TableError::csv(&file))?.iter().map(ToOwned::to_owned).collect();
        if columns.iter().all(String::is_empty) {
            let why = "there is no header: the first line must name the columns".to_owned();
            return Err(TableError::Csv { file, why });
        }
        if let Some(twice) = columns.iter().enumerate().find(|(at, name)| columns.iter().take(*at).any(|n| n == *name))
        {
            let why = format!("the column `{}` stands twice in the header: keep one of them", twice.1);
            return Err(TableError::Csv { file, why });
        }
        Ok((columns, Self { file, reader, record: StringRecord::new(), row: 0 }))
    }

    /// Reads the next row, without copying it.
    pub(crate) fn advance(&mut self, columns: &[String]) -> Result<Option<Result<Place, BadRow>>, TableError> {
        let mut bytes: ByteRecord = std::mem::take(&mut self.record).into_byte_record();
        if !self.reader.read_byte_record(&mut bytes).map_err(TableError::csv(&self.file))? {
            return Ok(None);
        }
        self.row += 1;
        let place = Place { row: self.row, line: bytes.position().map(csv::Position::line) };
        let bad = |column: Option<usize>, why: String, bytes: &ByteRecord| BadRow {
            place,
            column: column.and_then(|at| columns.get(at)).cloned(),
            why,
            cells: bytes.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect(),
        };
        if bytes.len() != columns.len() {
            let why = format!("it has {} values, the header names {} columns", bytes.len(), columns.len());
            return Ok(Some(Err(bad(None, why, &bytes))));
        }
        match StringRecord::from_byte_record(bytes) {
            Ok(record) => {
                self.record = record;
                Ok(Some(Ok(place)))
            }
            Err(error) => {
                let at = error.utf8_error().field();
                let bytes = error.into_byte_record();
                Ok(Some(Err(bad(Some(at), "it is no UTF-8: save the file as UTF-8".to_owned(), &bytes))))
            }
        }
    }

    pub(crate) fn record(&self) -> &StringRecord {
        &self.record
    }
}
