//! Parquet, written: a row group each 65,536 rows, so that memory stays the same however many there are.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use crate::cell::Cell;
use crate::problem::TableError;
use crate::writer::Kind;

const GROUP: usize = 65_536;

pub(crate) struct ParquetWriter {
    file: String,
    writer: SerializedFileWriter<File>,
    columns: Vec<Pending>,
    rows: usize,
}

/// The values of a column that wait for their row group.
struct Pending {
    /// 1 where there is a value, 0 where there is none.
    levels: Vec<i16>,
    values: PendingValues,
}

enum PendingValues {
    Texts { buffer: Vec<u8>, ends: Vec<usize> },
    Wholes(Vec<i64>),
}

impl ParquetWriter {
    pub(crate) fn create(path: &Path, columns: &[(&str, Kind)]) -> Result<Self, TableError> {
        let file = path.display().to_string();
        let wrong = || TableError::parquet(&file);
        let fields = columns.iter().map(|(name, kind)| {
            let field = match kind {
                Kind::Text => Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
                    .with_logical_type(Some(LogicalType::String)),
                Kind::Whole => Type::primitive_type_builder(name, Physical::INT64),
            };
            field.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
        });
        let fields = fields.collect::<Result<Vec<_>, ParquetError>>().map_err(wrong())?;
        let schema = Type::group_type_builder("rows").with_fields(fields).build().map_err(wrong())?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let opened = File::create(path).map_err(TableError::io(&file))?;
        let writer = SerializedFileWriter::new(opened, Arc::new(schema), Arc::new(properties)).map_err(wrong())?;
        let pending = |(_, kind): &(&str, Kind)| Pending {
            levels: Vec::new(),
            values: match kind {
                Kind::Text => PendingValues::Texts { buffer: Vec::new(), ends: Vec::new() },
                Kind::Whole => PendingValues::Wholes(Vec::new()),
            },
        };
        Ok(Self { writer, columns: columns.iter().map(pending).collect(), rows: 0, file })
    }

    pub(crate) fn write(&mut self, cells: &[Cell<'_>]) -> Result<(), TableError> {
        for (at, column) in self.columns.iter_mut().enumerate() {
            let cell = cells.get(at).copied().unwrap_or(Cell::Empty);
            if !column.push(cell) {
                let why = format!("row {}, column {}: a text where numbers are", self.rows + 1, at + 1);
                return Err(TableError::Parquet { file: self.file.clone(), why });
            }
        }
        self.rows += 1;
        if self.rows >= GROUP { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), TableError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let Self { file, writer, columns, .. } = self;
        let mut group = writer.next_row_group().map_err(TableError::parquet(file))?;
        for pending in columns {
            let Some(mut column) = group.next_column().map_err(TableError::parquet(file))? else {
                break;
            };
            let levels = std::mem::take(&mut pending.levels);
            match &mut pending.values {
                PendingValues::Texts { buffer, ends } => {
                    // One allocation for all of them: each value is a part of it.
                    let all = Bytes::from(std::mem::take(buffer));
                    let mut from = 0;
                    let texts = ends.drain(..).map(|end| {
                        let text = all.slice(from..end);
                        from = end;
                        ByteArray::from(text)
                    });
                    let texts: Vec<ByteArray> = texts.collect();
                    column.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None)
                }
                PendingValues::Wholes(values) => {
                    let values = std::mem::take(values);
                    column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)
                }
            }
            .map_err(TableError::parquet(file))?;
            column.close().map_err(TableError::parquet(file))?;
        }
        group.close().map_err(TableError::parquet(file))?;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(), TableError> {
        self.flush()?;
        let file = self.file;
        let written = self.writer.into_inner().map_err(TableError::parquet(&file))?;
        written.sync_all().map_err(TableError::io(&file))
    }
}

impl Pending {
    /// `false` where the value does not fit the column.
    fn push(&mut self, cell: Cell<'_>) -> bool {
        match (&mut self.values, cell) {
            (_, Cell::Empty) => {
                self.levels.push(0);
                return true;
            }
            (PendingValues::Texts { buffer, ends }, Cell::Text(text)) => {
                buffer.extend_from_slice(text.as_bytes());
                ends.push(buffer.len());
            }
            (PendingValues::Texts { buffer, ends }, other) => {
                buffer.extend_from_slice(other.text().unwrap_or_default().as_bytes());
                ends.push(buffer.len());
            }
            (PendingValues::Wholes(values), other) => match other.whole() {
                Ok(Some(number)) => values.push(number),
                Ok(None) | Err(_) => return false,
            },
        }
        self.levels.push(1);
        true
    }
}
