//! Rows to and from Parquet.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{
    Array, ArrayRef, AsArray as _, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, new_null_array,
};
use arrow::datatypes::{
    DataType, Date32Type, Field, Float64Type, Int64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType,
};
use arrow::error::ArrowError;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt as _, TryStreamExt as _};
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::arrow::{ArrowWriter, ParquetRecordBatchStreamBuilder, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::properties::WriterProperties;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::Objects;
use revloops_loopkit::{Failure, Outcome};

use crate::row::{Row, Value};
use crate::store::Sift;
use crate::{Column, Dataset, Kind};

/// The columns' types in Arrow: text as UTF-8, whole numbers and fractions with 64 bits, times in microseconds UTC.
#[must_use]
pub fn schema_of(columns: &[Column]) -> SchemaRef {
    let field = |column: &Column| Field::new(&column.name, arrow_type(column.kind), true);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

fn arrow_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8,
        Kind::Whole => DataType::Int64,
        Kind::Number => DataType::Float64,
        Kind::Truth => DataType::Boolean,
        Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Day => DataType::Date32,
    }
}

/// Rows as Arrow has them.
///
/// # Errors
/// Where a row does not have the columns' kinds.
pub fn to_batch<'a>(
    columns: &[Column],
    rows: impl Iterator<Item = &'a Row> + Clone,
) -> Result<RecordBatch, ArrowError> {
    let arrays = columns.iter().enumerate().map(|(place, column)| array(column.kind, place, rows.clone())).collect();
    RecordBatch::try_new(schema_of(columns), arrays)
}

macro_rules! cells {
    ($rows:ident, $place:ident, $kind:ident, $of:expr) => {
        $rows
            .map(|row| match row.values.get($place) {
                Some(Value::$kind(value)) => Some($of(value)),
                _ => None,
            })
            .collect()
    };
}

fn array<'a>(kind: Kind, place: usize, rows: impl Iterator<Item = &'a Row>) -> ArrayRef {
    match kind {
        Kind::Text => {
            let cells: Vec<Option<&str>> = cells!(rows, place, Text, String::as_str);
            Arc::new(StringArray::from(cells))
        }
        Kind::Whole => {
            let cells: Vec<Option<i64>> = cells!(rows, place, Whole, i64::clone);
            Arc::new(Int64Array::from(cells))
        }
        Kind::Number => {
            let cells: Vec<Option<f64>> = cells!(rows, place, Number, f64::clone);
            Arc::new(Float64Array::from(cells))
        }
        Kind::Truth => {
            let cells: Vec<Option<bool>> = cells!(rows, place, Truth, bool::clone);
            Arc::new(BooleanArray::from(cells))
        }
        Kind::Time => {
            let cells: Vec<Option<i64>> = cells!(rows, place, Time, i64::clone);
            Arc::new(TimestampMicrosecondArray::from(cells).with_timezone("UTC"))
        }
        Kind::Day => {
            let cells: Vec<Option<i32>> = cells!(rows, place, Day, i32::clone);
            Arc::new(Date32Array::from(cells))
        }
    }
}

/// The rows of a batch that has the dataset's columns.
pub(crate) fn from_batch(batch: &RecordBatch) -> Vec<Row> {
    let row = |place| Row { values: batch.columns().iter().map(|array| cell(array, place)).collect() };
    (0..batch.num_rows()).map(row).collect()
}

fn cell(array: &ArrayRef, place: usize) -> Value {
    if array.is_null(place) {
        return Value::Null;
    }
    if let Some(texts) = array.as_string_opt::<i32>() {
        return Value::Text(texts.value(place).to_owned());
    }
    if let Some(wholes) = array.as_primitive_opt::<Int64Type>() {
        return Value::Whole(wholes.value(place));
    }
    if let Some(numbers) = array.as_primitive_opt::<Float64Type>() {
        return Value::Number(numbers.value(place));
    }
    if let Some(truths) = array.as_boolean_opt() {
        return Value::Truth(truths.value(place));
    }
    if let Some(times) = array.as_primitive_opt::<TimestampMicrosecondType>() {
        return Value::Time(times.value(place));
    }
    array.as_primitive_opt::<Date32Type>().map_or(Value::Null, |days| Value::Day(days.value(place)))
}

/// A Parquet file of these rows. The same rows in the same order give the same bytes.
///
/// # Errors
/// `Bug` where a row does not have the columns' kinds.
pub fn to_parquet<'a>(columns: &[Column], rows: impl Iterator<Item = &'a Row> + Clone) -> Outcome<Vec<u8>> {
    let failed = |error: ParquetError| Failure::new(ErrorClass::Bug, "writing Parquet").caused_by(error);
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("revloops".to_owned())
        .build();
    let batch = to_batch(columns, rows).map_err(|error| failed(error.into()))?;
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).map_err(failed)?;
    writer.write(&batch).map_err(failed)?;
    writer.close().map_err(failed)?;
    Ok(bytes)
}

/// A file, of which only those bytes are fetched that are asked for.
struct Remote {
    objects: Arc<dyn Objects>,
    key: String,
    size: u64,
    fetched: Arc<AtomicU64>,
}

impl AsyncFileReader for Remote {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, parquet::errors::Result<Bytes>> {
        async move {
            let bytes = self.objects.range(&self.key, range).await;
            let bytes = bytes.map_err(|failure| ParquetError::External(Box::new(failure)))?;
            self.fetched.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            Ok(Bytes::from(bytes))
        }
        .boxed()
    }

    /// Columns that lie side by side are fetched together, and all at once: what takes time is how often we ask.
    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, parquet::errors::Result<Vec<Bytes>>> {
        async move {
            let (together, remote) = (together(&ranges), &*self);
            let fetch = |range: &Range<u64>| {
                let range = range.clone();
                async move {
                    let bytes = remote.objects.range(&remote.key, range.clone()).await;
                    let bytes = bytes.map_err(|failure| ParquetError::External(Box::new(failure)))?;
                    remote.fetched.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                    Ok::<_, ParquetError>((range.start, Bytes::from(bytes)))
                }
            };
            let fetched = futures::future::try_join_all(together.iter().map(fetch)).await?;
            let part = |range: &Range<u64>| {
                let (start, bytes) = fetched.iter().rev().find(|(start, _)| *start <= range.start)?;
                let place = |at: u64| usize::try_from(at - start).ok();
                let (from, to) = (place(range.start)?, place(range.end)?);
                (to <= bytes.len()).then(|| bytes.slice(from..to))
            };
            let short = || ParquetError::General("an object is shorter than its footer says".to_owned());
            ranges.iter().map(|range| part(range).ok_or_else(short)).collect()
        }
        .boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, parquet::errors::Result<Arc<ParquetMetaData>>> {
        async move {
            let size = self.size;
            // The footer of our files fits into this, so that one request is enough.
            let reader = ParquetMetaDataReader::new().with_prefetch_hint(Some(16 * 1024));
            Ok(Arc::new(reader.load_and_finish(self, size).await?))
        }
        .boxed()
    }
}

/// Gaps of this many bytes are fetched along.
const GAP: u64 = 16 * 1024;

/// The ranges, in order, as one where hardly anything lies between them.
pub(crate) fn together(ranges: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut sorted = ranges.to_vec();
    sorted.sort_by_key(|range| range.start);
    let mut together: Vec<Range<u64>> = Vec::new();
    for range in sorted {
        match together.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(GAP) => last.end = last.end.max(range.end),
            Some(_) | None => together.push(range),
        }
    }
    together
}

/// A file that is here already.
pub(crate) async fn read_bytes(key: &str, bytes: Vec<u8>, columns: &[Column]) -> Outcome<Vec<RecordBatch>> {
    let here = Here(Bytes::from(bytes));
    Ok(read_from(key, here, columns, |batch| Ok(Some(batch))).await?.unwrap_or_default())
}

/// A file in memory.
struct Here(Bytes);

impl AsyncFileReader for Here {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, parquet::errors::Result<Bytes>> {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(self.0.len());
        let bytes = self.0.slice(place(range.start)..place(range.end));
        async move { Ok(bytes) }.boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, parquet::errors::Result<Arc<ParquetMetaData>>> {
        async move {
            let size = self.0.len() as u64;
            Ok(Arc::new(ParquetMetaDataReader::new().load_and_finish(self, size).await?))
        }
        .boxed()
    }
}

/// The named columns of a file, in the order of the dataset's; none where `sift` wanted no more. A column that the file does not have
/// yet is null in every row, and one that it has beyond the dataset's is left out.
pub(crate) async fn read(
    objects: &Arc<dyn Objects>,
    (key, size): (&str, u64),
    columns: &[Column],
    fetched: &Arc<AtomicU64>,
    sift: &Sift<'_>,
) -> Outcome<Option<Vec<RecordBatch>>> {
    let remote = Remote { objects: Arc::clone(objects), key: key.to_owned(), size, fetched: Arc::clone(fetched) };
    read_from(key, remote, columns, |batch| sift(batch, fetched.load(Ordering::Relaxed))).await
}

async fn read_from(
    key: &str,
    file: impl AsyncFileReader + Unpin + 'static,
    columns: &[Column],
    sift: impl Fn(RecordBatch) -> Outcome<Option<RecordBatch>>,
) -> Outcome<Option<Vec<RecordBatch>>> {
    let failed = |error: ParquetError| {
        let class = if matches!(error, ParquetError::External(_)) { ErrorClass::Transient } else { ErrorClass::Bug };
        Failure::new(class, format!("reading {key}")).caused_by(error)
    };
    let builder = ParquetRecordBatchStreamBuilder::new(file).await.map_err(failed)?;
    let has: BTreeMap<&String, (usize, &Field)> =
        builder.schema().fields().iter().enumerate().map(|(place, field)| (field.name(), (place, &**field))).collect();
    let mut wanted = Vec::new();
    for column in columns {
        let Some((place, field)) = has.get(&column.name) else { continue };
        if *field.data_type() != arrow_type(column.kind) {
            let (name, kind) = (&column.name, column.kind.words());
            let found = field.data_type();
            return Err(Failure::new(
                ErrorClass::Bug,
                format!(
                    "{key} holds {found} in column {name}, and not {kind}: a column's kind never changes, a new kind is a new column"
                ),
            ));
        }
        wanted.push(*place);
    }
    let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
    let mut stream = builder.with_projection(mask).with_batch_size(65_536).build().map_err(failed)?;
    let schema = schema_of(columns);
    let whole = |batch: RecordBatch| {
        let column = |field: &Arc<Field>| match batch.column_by_name(field.name()) {
            Some(array) => Arc::clone(array),
            None => new_null_array(field.data_type(), batch.num_rows()),
        };
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::clone(&schema), schema.fields().iter().map(column).collect(), &options)
    };
    let mut kept = Vec::new();
    while let Some(batch) = stream.try_next().await.map_err(failed)? {
        let Some(batch) = sift(whole(batch).map_err(|error| failed(error.into()))?)? else { return Ok(None) };
        kept.push(batch);
    }
    Ok(Some(kept))
}

/// The rows of a file that was read as a whole.
pub(crate) fn rows_of(dataset: &Dataset, batches: &[RecordBatch]) -> Vec<Row> {
    debug_assert!(batches.iter().all(|batch| batch.num_columns() == dataset.columns.len()));
    batches.iter().flat_map(from_batch).collect()
}
