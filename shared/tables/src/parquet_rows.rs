//! Parquet: flat columns, some thousand rows of each at a time.

use std::fs::File;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::cell::Cell;
use crate::parquet_column::{ColumnRead, Meaning, Values};
use crate::problem::{BadRow, Place, TableError};

/// Rows of a column that are in memory at once.
const BATCH: usize = 4096;

/// A row's place and where in the batch it stands, or what is wrong with it.
type Stands = Result<(Place, usize), BadRow>;

pub(crate) struct ParquetRows {
    file: String,
    reader: SerializedFileReader<File>,
    chosen: Vec<(usize, Meaning)>,
    /// The group that is read next, and the readers of the present one.
    next_group: usize,
    open: Vec<ColumnRead>,
    left_in_group: usize,
    batch: Vec<Values>,
    batch_rows: usize,
    at: usize,
    row: u64,
}

impl ParquetRows {
    pub(crate) fn open(path: &Path, wanted: impl Fn(&str) -> bool) -> Result<(Vec<String>, u64, Self), TableError> {
        let file = path.display().to_string();
        let opened = File::open(path).map_err(TableError::io(&file))?;
        let reader = SerializedFileReader::new(opened).map_err(TableError::parquet(&file))?;
        let meta = reader.metadata().file_metadata();
        let total = u64::try_from(meta.num_rows()).unwrap_or(0);
        let mut columns = Vec::new();
        let mut chosen = Vec::new();
        let mut unread = Vec::new();
        for (at, column) in meta.schema_descr().columns().iter().enumerate() {
            let name = column.path().string();
            if !wanted(&name) {
                continue;
            }
            match Meaning::of(column) {
                Some(meaning) => {
                    chosen.push((at, meaning));
                    columns.push(name);
                }
                None => unread.push(name),
            }
        }
        if !unread.is_empty() {
            let names = unread.join(", ");
            let why = format!("columns of a type that is not read here: {names}; write them as texts or numbers");
            return Err(TableError::Parquet { file, why });
        }
        let batch = chosen.iter().map(|(_, meaning)| Values::new(*meaning)).collect();
        let rows = Self {
            file,
            reader,
            chosen,
            next_group: 0,
            open: Vec::new(),
            left_in_group: 0,
            batch,
            batch_rows: 0,
            at: 0,
            row: 0,
        };
        Ok((columns, total, rows))
    }

    pub(crate) fn advance(&mut self, columns: &[String]) -> Result<Option<Stands>, TableError> {
        if self.row > 0 || self.batch_rows > 0 {
            self.at += 1;
        }
        if self.at >= self.batch_rows && !self.next_batch()? {
            return Ok(None);
        }
        self.row += 1;
        let place = Place { row: self.row, line: None };
        let broken = self.batch.iter().position(|values| values.is_broken(self.at));
        Ok(Some(match broken {
            None => Ok((place, self.at)),
            Some(column) => Err(BadRow {
                place,
                column: columns.get(column).cloned(),
                why: "it is no UTF-8".to_owned(),
                cells: (0..columns.len())
                    .map(|column| self.cell(column, self.at).text().unwrap_or_default().into_owned())
                    .collect(),
            }),
        }))
    }

    pub(crate) fn cell(&self, column: usize, at: usize) -> Cell<'_> {
        self.batch.get(column).map_or(Cell::Empty, |values| values.cell(at))
    }

    /// Reads the next rows of every column; `false` at the end.
    fn next_batch(&mut self) -> Result<bool, TableError> {
        while self.left_in_group == 0 {
            if self.next_group >= self.reader.num_row_groups() {
                return Ok(false);
            }
            let group = self.reader.get_row_group(self.next_group).map_err(TableError::parquet(&self.file))?;
            self.left_in_group = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            self.open = self
                .chosen
                .iter()
                .map(|(column, _)| group.get_column_reader(*column).map(ColumnRead::new))
                .collect::<Result<_, _>>()
                .map_err(TableError::parquet(&self.file))?;
            self.next_group += 1;
        }
        let rows = self.left_in_group.min(BATCH);
        for (values, column) in self.batch.iter_mut().zip(&mut self.open) {
            let read = column.read(rows, values).map_err(TableError::parquet(&self.file))?;
            if read != rows {
                let why = format!("a column ends after {read} of {rows} rows: the file is damaged");
                return Err(TableError::Parquet { file: self.file.clone(), why });
            }
        }
        self.left_in_group -= rows;
        self.batch_rows = rows;
        self.at = 0;
        Ok(true)
    }
}
