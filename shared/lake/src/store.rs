//! The lake in its bucket.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;
use futures::stream::{self, StreamExt as _};
use jiff::Timestamp;
use jiff::civil::Date;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Listed, Objects};
use revloops_loopkit::{Failure, Outcome};

use crate::files;
use crate::row::{Row, SEEN_AT, Value};
use crate::{Column, Dataset};

/// The folder of the lake itself, beside the archive that it is made from.
pub const LAKE: &str = "lake";

/// How often one writer tries a day's object before the message that brought the rows is sent again.
const ATTEMPTS: usize = 12;

/// The lake: below one folder, one Parquet object a dataset and day.
///
/// Rows are merged into the object of their day under the condition that it is as it was read, so that no writer
/// undoes another's rows, and there is never more than one object to read for a day.
#[derive(Clone)]
pub struct Lake {
    objects: Arc<dyn Objects>,
    folder: String,
}

impl fmt::Debug for Lake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lake").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// The first and the last day that are wanted.
pub type Days = (Date, Date);

/// Sees each batch as it is read, with how many bytes were fetched so far, and gives back what is kept of it; nothing, where no
/// more is to be read.
pub type Sift<'a> = dyn Fn(RecordBatch, u64) -> Outcome<Option<RecordBatch>> + Send + Sync + 'a;

/// Objects that are read at a time.
const AT_A_TIME: usize = 16;

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// The rows.
    pub batches: Vec<RecordBatch>,
    /// Bytes that were fetched.
    pub bytes: u64,
    /// Objects that were opened.
    pub objects: usize,
    /// Whether reading was ended before everything was read: there are no rows then.
    pub ended: bool,
}

/// What a merge has changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Merged {
    /// Rows that are new or newer than what was there.
    pub rows: usize,
    /// Objects that were written.
    pub objects: usize,
}

impl Lake {
    /// In this bucket, below [`LAKE`].
    #[must_use]
    pub fn new(objects: Arc<dyn Objects>) -> Self {
        Self::below(objects, LAKE)
    }

    /// Below another folder: where a lake is rebuilt.
    #[must_use]
    pub fn below(objects: Arc<dyn Objects>, folder: &str) -> Self {
        Self { objects, folder: folder.trim_matches('/').to_owned() }
    }

    fn key(&self, dataset: &Dataset, day: Option<Date>) -> String {
        let day = day.map(|day| format!("day={day}/")).unwrap_or_default();
        format!("{}/{}/{day}rows.parquet", self.folder, dataset.name)
    }

    /// Merges rows into the objects of their days. The newest state of a row is kept: by `row_version`, then `seen_at`,
    /// then the values. So the same rows give the same bytes in whatever order and however often they come.
    ///
    /// # Errors
    /// What reading and writing give; `Busy` where other writers were faster each time.
    pub async fn merge(&self, dataset: &Dataset, rows: Vec<Row>) -> Outcome<Merged> {
        let mut days: BTreeMap<Option<Date>, Vec<Row>> = BTreeMap::new();
        for row in rows {
            days.entry(row.day(dataset)).or_default().push(row);
        }
        let mut merged = Merged::default();
        for (day, rows) in days {
            let changed = self.merge_into(dataset, &self.key(dataset, day), rows).await?;
            merged.rows += changed;
            merged.objects += usize::from(changed > 0);
        }
        Ok(merged)
    }

    async fn merge_into(&self, dataset: &Dataset, key: &str, rows: Vec<Row>) -> Outcome<usize> {
        for _ in 0..ATTEMPTS {
            let (there, tag) = self.whole(dataset, key).await?;
            let mut by_key: BTreeMap<Vec<Value>, Row> = there.into_iter().map(|row| (row.key(dataset), row)).collect();
            let changed = rows.iter().filter(|row| keep_newer(dataset, &mut by_key, row)).count();
            if changed == 0 {
                return Ok(0);
            }
            let bytes = files::to_parquet(&dataset.columns, by_key.values())?;
            if self.objects.replace(key, bytes, tag.as_deref()).await? {
                return Ok(changed);
            }
        }
        Err(Failure::new(ErrorClass::Busy, format!("merging into {key}: others were faster {ATTEMPTS} times")))
    }

    /// Every row of an object, and what it has to be to be replaced.
    async fn whole(&self, dataset: &Dataset, key: &str) -> Outcome<(Vec<Row>, Option<String>)> {
        let Some(object) = self.objects.read(key).await? else { return Ok((Vec::new(), None)) };
        let batches = files::read_bytes(key, object.bytes, &dataset.columns).await?;
        Ok((files::rows_of(dataset, &batches), Some(object.tag)))
    }

    /// Reads the named columns (all of them without names; none for how many rows there are), of these days alone where the
    /// dataset has days. Objects of other days are not opened, and of a file only the named columns are fetched.
    ///
    /// # Errors
    /// `Bug` where a name is no column, or an object holds something else than the dataset says.
    pub async fn read(&self, dataset: &Dataset, days: Option<Days>, names: Option<&[String]>) -> Outcome<Read> {
        self.sifted(dataset, days, names, &|batch, _| Ok(Some(batch))).await
    }

    /// As [`Lake::read`], of each batch what `sift` keeps.
    ///
    /// # Errors
    /// As [`Lake::read`], and what `sift` gives.
    pub async fn sifted(
        &self,
        dataset: &Dataset,
        days: Option<Days>,
        names: Option<&[String]>,
        sift: &Sift<'_>,
    ) -> Outcome<Read> {
        let columns: Vec<Column> = match names {
            None => dataset.columns.clone(),
            Some(names) => names.iter().map(|name| column(dataset, name)).collect::<Outcome<_>>()?,
        };
        let (columns, fetched) = (columns.as_slice(), &Arc::new(AtomicU64::new(0)));
        let mut whole: BTreeMap<Listed, Vec<RecordBatch>> = BTreeMap::new();
        let mut listed = self.objects_of(dataset, days).await?;
        for _ in 0..ATTEMPTS {
            let mut failed = None;
            let missing: Vec<Listed> = listed.iter().filter(|object| !whole.contains_key(object)).cloned().collect();
            let read = |object: Listed| async move {
                let batches = files::read(&self.objects, (&object.key, object.size), columns, fetched, sift).await;
                (object, batches)
            };
            let mut reading = stream::iter(missing).map(read).buffered(AT_A_TIME);
            while let Some((object, batches)) = reading.next().await {
                match batches {
                    Ok(Some(batches)) => drop(whole.insert(object, batches)),
                    Ok(None) => {
                        let bytes = fetched.load(Ordering::Relaxed);
                        return Ok(Read { bytes, objects: whole.len() + 1, ended: true, batches: Vec::new() });
                    }
                    Err(failure) => failed = Some(failure),
                }
            }
            // Parts were fetched one after the other: they belong together where the object is still what it was before.
            let now = self.objects_of(dataset, days).await?;
            let unchanged = now == listed;
            whole.retain(|object, _| now.contains(object));
            if whole.len() == now.len() {
                let objects = whole.len();
                let batches = whole.into_values().flatten().collect();
                return Ok(Read { batches, bytes: fetched.load(Ordering::Relaxed), objects, ended: false });
            }
            if let Some(failure) = failed.filter(|_| unchanged) {
                return Err(failure);
            }
            listed = now;
        }
        Err(Failure::new(
            ErrorClass::Busy,
            format!("{} was written anew {ATTEMPTS} times while it was read", dataset.name),
        ))
    }

    /// The objects of a dataset in these days, the oldest first.
    ///
    /// # Errors
    /// What listing gives.
    pub async fn objects_of(&self, dataset: &Dataset, days: Option<Days>) -> Outcome<Vec<Listed>> {
        let folder = format!("{}/{}", self.folder, dataset.name);
        let listed = self.objects.list(&folder, None).await?;
        let wanted = |key: &str| match (days, day_of(key)) {
            (Some((first, last)), Some(day)) => (first..=last).contains(&day),
            _ => true,
        };
        Ok(listed.into_iter().filter(|one| wanted(&one.key)).collect())
    }

    /// When the newest row of a dataset reached the lake: of the last day that has an object.
    ///
    /// # Errors
    /// What reading gives.
    pub async fn newest(&self, dataset: &Dataset) -> Outcome<Option<Timestamp>> {
        let Some(Listed { key, .. }) = self.objects_of(dataset, None).await?.pop() else { return Ok(None) };
        let Some(object) = self.objects.read(&key).await? else { return Ok(None) };
        let batches = files::read_bytes(&key, object.bytes, &[column(dataset, SEEN_AT)?]).await?;
        let newest = batches.iter().flat_map(files::from_batch).filter_map(|row| match row.values.as_slice() {
            [Value::Time(micros)] => Some(*micros),
            _ => None,
        });
        Ok(newest.max().and_then(|micros| Timestamp::from_microsecond(micros).ok()))
    }

    /// Every row of a dataset.
    ///
    /// # Errors
    /// What reading gives.
    pub async fn rows(&self, dataset: &Dataset) -> Outcome<Vec<Row>> {
        let read = self.read(dataset, None, None).await?;
        Ok(files::rows_of(dataset, &read.batches))
    }
}

fn column(dataset: &Dataset, name: &str) -> Outcome<Column> {
    let unknown = || Failure::new(ErrorClass::Bug, format!("{} has no column {name}", dataset.name));
    dataset.column(name).cloned().ok_or_else(unknown)
}

/// The day in a key's `day=2026-11-28`.
#[must_use]
pub fn day_of(key: &str) -> Option<Date> {
    key.split('/').find_map(|part| part.strip_prefix("day=")?.parse().ok())
}

/// Whether the row was new, or newer than the one that was there.
fn keep_newer(dataset: &Dataset, rows: &mut BTreeMap<Vec<Value>, Row>, row: &Row) -> bool {
    match rows.entry(row.key(dataset)) {
        Entry::Vacant(place) => {
            place.insert(row.clone());
            true
        }
        Entry::Occupied(mut there) => {
            let newer = row.newness(dataset) > there.get().newness(dataset);
            if newer {
                there.insert(row.clone());
            }
            newer
        }
    }
}
