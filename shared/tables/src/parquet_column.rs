//! One column of a Parquet file: from the format's physical types to cells.

use jiff::civil::Date;
use jiff::{Span as Days, Timestamp};
use parquet::basic::{LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescriptor;

use crate::cell::Cell;

/// What a column's values mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Text,
    Whole,
    Fraction,
    Flag,
    /// Days since 1970; shown as `2026-11-22`.
    Date,
    /// Time since 1970 in this many parts of a second; shown as `2026-11-22T10:00:00Z`.
    Time(i64),
}

impl Meaning {
    /// `None` where the column is nested or of a type that is not read.
    pub(crate) fn of(column: &ColumnDescriptor) -> Option<Self> {
        if column.max_rep_level() > 0 || column.max_def_level() > 1 {
            return None;
        }
        match (column.physical_type(), column.logical_type_ref()) {
            (Physical::BOOLEAN, _) => Some(Self::Flag),
            (Physical::INT32, Some(LogicalType::Date)) => Some(Self::Date),
            (Physical::INT64, Some(LogicalType::Timestamp(stamp))) => Some(Self::Time(match stamp.unit {
                TimeUnit::MILLIS => 1_000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            })),
            (_, Some(LogicalType::Decimal(_) | LogicalType::Time(_))) => None,
            (Physical::INT32 | Physical::INT64, _) => Some(Self::Whole),
            (Physical::FLOAT | Physical::DOUBLE, _) => Some(Self::Fraction),
            (Physical::BYTE_ARRAY, _) => Some(Self::Text),
            (Physical::INT96 | Physical::FIXED_LEN_BYTE_ARRAY, _) => None,
        }
    }
}

/// Values of some rows; texts stand in one buffer, so that a row costs no allocation.
pub(crate) enum Values {
    Texts { meaning: Meaning, buffer: String, spans: Vec<Span> },
    Wholes(Vec<Option<i64>>),
    Fractions(Vec<Option<f64>>),
    Flags(Vec<Option<bool>>),
}

#[derive(Clone, Copy)]
pub(crate) enum Span {
    Absent,
    Broken,
    Text(usize, usize),
}

impl Values {
    pub(crate) fn new(meaning: Meaning) -> Self {
        match meaning {
            Meaning::Text | Meaning::Date | Meaning::Time(_) => {
                Self::Texts { meaning, buffer: String::new(), spans: Vec::new() }
            }
            Meaning::Whole => Self::Wholes(Vec::new()),
            Meaning::Fraction => Self::Fractions(Vec::new()),
            Meaning::Flag => Self::Flags(Vec::new()),
        }
    }

    pub(crate) fn cell(&self, at: usize) -> Cell<'_> {
        match self {
            Self::Texts { buffer, spans, .. } => match spans.get(at) {
                Some(Span::Text(from, to)) => Cell::from(buffer.get(*from..*to)),
                Some(Span::Absent | Span::Broken) | None => Cell::Empty,
            },
            Self::Wholes(values) => values.get(at).copied().flatten().map_or(Cell::Empty, Cell::Whole),
            Self::Fractions(values) => values.get(at).copied().flatten().map_or(Cell::Empty, Cell::Fraction),
            Self::Flags(values) => values.get(at).copied().flatten().map_or(Cell::Empty, Cell::Flag),
        }
    }

    pub(crate) fn is_broken(&self, at: usize) -> bool {
        matches!(self, Self::Texts { spans, .. } if matches!(spans.get(at), Some(Span::Broken)))
    }

    fn clear(&mut self) {
        match self {
            Self::Texts { buffer, spans, .. } => {
                buffer.clear();
                spans.clear();
            }
            Self::Wholes(values) => values.clear(),
            Self::Fractions(values) => values.clear(),
            Self::Flags(values) => values.clear(),
        }
    }

    fn push_bytes(&mut self, bytes: Option<&[u8]>) {
        let Self::Texts { buffer, spans, .. } = self else {
            return;
        };
        spans.push(match bytes.map(std::str::from_utf8) {
            None => Span::Absent,
            Some(Err(_)) => Span::Broken,
            Some(Ok(text)) => {
                let from = buffer.len();
                buffer.push_str(text);
                Span::Text(from, buffer.len())
            }
        });
    }

    fn push_whole(&mut self, number: Option<i64>) {
        match self {
            Self::Wholes(values) => values.push(number),
            Self::Texts { meaning, .. } => {
                let text = match (*meaning, number) {
                    (Meaning::Date, Some(days)) => date(days),
                    (Meaning::Time(parts), Some(time)) => timestamp(time, parts),
                    (_, _) => None,
                };
                self.push_bytes(text.as_deref().map(str::as_bytes));
            }
            Self::Fractions(_) | Self::Flags(_) => {}
        }
    }

    fn push_fraction(&mut self, number: Option<f64>) {
        if let Self::Fractions(values) = self {
            // What is no number is nothing: that is how data frames write what is missing.
            values.push(number.filter(|number| number.is_finite()));
        }
    }

    fn push_flag(&mut self, flag: Option<bool>) {
        if let Self::Flags(values) = self {
            values.push(flag);
        }
    }
}

fn date(days: i64) -> Option<String> {
    Date::constant(1970, 1, 1).checked_add(Days::new().try_days(days).ok()?).ok().map(|date| date.to_string())
}

fn timestamp(time: i64, parts: i64) -> Option<String> {
    let nanoseconds = i128::from(time) * i128::from(1_000_000_000 / parts);
    Timestamp::from_nanosecond(nanoseconds).ok().map(|at| at.to_string())
}

/// A column of one row group that is being read.
pub(crate) struct ColumnRead {
    reader: ColumnReader,
    levels: Vec<i16>,
}

impl ColumnRead {
    pub(crate) fn new(reader: ColumnReader) -> Self {
        Self { reader, levels: Vec::new() }
    }

    /// Reads the next `rows` rows into `into`, in the place of what was there; returns how many came.
    pub(crate) fn read(&mut self, rows: usize, into: &mut Values) -> Result<usize, ParquetError> {
        into.clear();
        let levels = &mut self.levels;
        match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => each(reader, rows, levels, |flag| into.push_flag(flag.copied())),
            ColumnReader::Int32ColumnReader(reader) => {
                each(reader, rows, levels, |number| into.push_whole(number.copied().map(i64::from)))
            }
            ColumnReader::Int64ColumnReader(reader) => {
                each(reader, rows, levels, |number| into.push_whole(number.copied()))
            }
            ColumnReader::FloatColumnReader(reader) => {
                each(reader, rows, levels, |number| into.push_fraction(number.copied().map(f64::from)))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                each(reader, rows, levels, |number| into.push_fraction(number.copied()))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                each(reader, rows, levels, |text| into.push_bytes(text.map(ByteArray::data)))
            }
            ColumnReader::Int96ColumnReader(_) | ColumnReader::FixedLenByteArrayColumnReader(_) => Ok(0),
        }
    }
}

/// Hands each row's value on, `None` where there is none.
fn each<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    levels: &mut Vec<i16>,
    mut push: impl FnMut(Option<&T::T>),
) -> Result<usize, ParquetError> {
    levels.clear();
    let mut values: Vec<T::T> = Vec::with_capacity(rows);
    let (read, _, _) = reader.read_records(rows, Some(levels), None, &mut values)?;
    if levels.is_empty() {
        // A required column has no levels: a value in each row.
        values.iter().for_each(|value| push(Some(value)));
    } else {
        let mut values = values.iter();
        for level in levels.iter().take(read) {
            push(if *level > 0 { values.next() } else { None });
        }
    }
    Ok(read)
}
