//! A job on this machine: its chunks in one file, and an append-only journal of what was about to be written and how it
//! ended. A crash may leave half an entry at the journal's end; it is cut off when the journal is opened again.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use async_trait::async_trait;
use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{
    BatchJob, BatchStore, ChunkRun, Direction, Intended, Noted, PlannedChange, RecordResult,
};
use revloops_loopkit::{Failure, Outcome};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

const JOB: &str = "job.json";
const CHUNKS: &str = "chunks.jsonl";
const JOURNAL: &str = "journal.jsonl";

/// A job in a folder of its own.
pub(super) struct JobFolder {
    job: BatchJob,
    inside: Mutex<Inside>,
}

struct Inside {
    chunks: File,
    /// Where each chunk's line begins, and its length.
    lines: Vec<Span>,
    journal: File,
    /// Where the newest entry of each kind stands.
    entries: BTreeMap<(Direction, u32, What), Span>,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    from: u64,
    length: usize,
}

/// An entry's first line; its content is the second.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    direction: Direction,
    chunk: u32,
    what: What,
    /// Length of the content, without the end of its line.
    bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Intended,
    Results,
}

/// Chunks of a new job, written before the job itself is.
pub(super) struct NewJob {
    folder: PathBuf,
    chunks: std::io::BufWriter<File>,
    count: u32,
    records: u64,
}

impl NewJob {
    pub(super) fn create(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let chunks = std::io::BufWriter::new(File::create(folder.join(CHUNKS))?);
        Ok(Self { folder: folder.to_path_buf(), chunks, count: 0, records: 0 })
    }

    pub(super) fn add(&mut self, changes: &[PlannedChange]) -> anyhow::Result<()> {
        serde_json::to_writer(&mut self.chunks, changes)?;
        self.chunks.write_all(b"\n")?;
        self.count += 1;
        self.records += changes.len() as u64;
        Ok(())
    }

    /// The job is there once its own file is.
    pub(super) fn finish(mut self, plan: &str, id: &str, object: &str) -> anyhow::Result<JobFolder> {
        self.chunks.flush()?;
        self.chunks.get_ref().sync_all()?;
        let job = BatchJob {
            id: id.to_owned(),
            plan: plan.to_owned(),
            object: object.to_owned(),
            chunks: self.count,
            records: self.records,
        };
        crate::local::write_private(&self.folder.join(JOB), &serde_json::to_vec_pretty(&job)?)?;
        JobFolder::open(&self.folder)?.context("the job was just written")
    }
}

impl JobFolder {
    /// The job in `folder`; `None` where there is none.
    pub(super) fn open(folder: &Path) -> anyhow::Result<Option<Self>> {
        let text = match std::fs::read(folder.join(JOB)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("reading {}", folder.display())),
        };
        let job: BatchJob = serde_json::from_slice(&text).with_context(|| format!("{} is no job", folder.display()))?;
        let chunks = File::open(folder.join(CHUNKS)).with_context(|| format!("opening {}", folder.display()))?;
        let lines = lines(&chunks)?;
        let journal = OpenOptions::new().read(true).append(true).create(true).open(folder.join(JOURNAL))?;
        let entries = entries(&journal)?;
        Ok(Some(Self { job, inside: Mutex::new(Inside { chunks, lines, journal, entries }) }))
    }

    /// The job.
    pub(super) fn job(&self) -> &BatchJob {
        &self.job
    }

    /// How many chunks have results in this direction.
    pub(super) fn with_results(&self, direction: Direction) -> u32 {
        let inside = self.inside();
        let count = inside.entries.keys().filter(|(of, _, what)| *of == direction && *what == What::Results).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Keeps what was noted elsewhere, where it is not kept already.
    pub(super) fn keep(&self, run: &ChunkRun, noted: &Noted) -> anyhow::Result<()> {
        self.append(run, What::Intended, &noted.intended)?;
        self.append(run, What::Results, &noted.results)?;
        Ok(())
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append<T: Serialize>(&self, run: &ChunkRun, what: What, content: &[T]) -> Outcome<()> {
        let failed = |error: std::io::Error| Failure::new(ErrorClass::Bug, "writing the journal").caused_by(error);
        let content = serde_json::to_string(content)
            .map_err(|error| Failure::new(ErrorClass::Bug, "writing the journal").caused_by(error))?;
        let entry = Entry { direction: run.direction, chunk: run.chunk, what, bytes: content.len() };
        let head = serde_json::to_string(&entry)
            .map_err(|error| Failure::new(ErrorClass::Bug, "writing the journal").caused_by(error))?;
        let mut inside = self.inside();
        let begins = inside.journal.seek(SeekFrom::End(0)).map_err(failed)?;
        inside.journal.write_all(format!("{head}\n{content}\n").as_bytes()).map_err(failed)?;
        // On the disk before anything is sent: after a crash of the machine, too, it must be there.
        inside.journal.sync_data().map_err(failed)?;
        let span = Span { from: begins + head.len() as u64 + 1, length: content.len() };
        inside.entries.insert((run.direction, run.chunk, what), span);
        Ok(())
    }

    fn newest<T: DeserializeOwned>(&self, run: &ChunkRun, what: What) -> Outcome<Vec<T>> {
        let mut inside = self.inside();
        let Some(span) = inside.entries.get(&(run.direction, run.chunk, what)).copied() else { return Ok(Vec::new()) };
        read(&mut inside.journal, span, "the journal")
    }
}

fn read<T: DeserializeOwned>(file: &mut File, span: Span, what: &str) -> Outcome<T> {
    let failed = |error: std::io::Error| Failure::new(ErrorClass::Bug, format!("reading {what}")).caused_by(error);
    let mut bytes = vec![0; span.length];
    file.seek(SeekFrom::Start(span.from)).map_err(failed)?;
    file.read_exact(&mut bytes).map_err(failed)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::unreadable(ErrorClass::Bug, format_args!("reading {what}"), &error))
}

/// Where the lines of a file begin.
fn lines(file: &File) -> anyhow::Result<Vec<Span>> {
    let mut reader = BufReader::new(file);
    let (mut found, mut from, mut line) = (Vec::new(), 0, Vec::new());
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(found);
        }
        found.push(Span { from, length: length - 1 });
        from += length as u64;
    }
}

/// The newest entries of a journal; half an entry at its end is cut off.
fn entries(journal: &File) -> anyhow::Result<BTreeMap<(Direction, u32, What), Span>> {
    let mut reader = BufReader::new(journal);
    let (mut found, mut whole_until, mut head) = (BTreeMap::new(), 0_u64, Vec::new());
    let length = journal.metadata()?.len();
    loop {
        head.clear();
        let read = reader.read_until(b'\n', &mut head)? as u64;
        let Ok(entry) = serde_json::from_slice::<Entry>(&head) else { break };
        let from = whole_until + read;
        let until = from + entry.bytes as u64 + 1;
        if until > length {
            break;
        }
        reader.seek_relative(i64::try_from(entry.bytes)? + 1)?;
        found.insert((entry.direction, entry.chunk, entry.what), Span { from, length: entry.bytes });
        whole_until = until;
    }
    if whole_until < length {
        journal.set_len(whole_until)?;
    }
    Ok(found)
}

#[async_trait]
impl BatchStore for JobFolder {
    async fn job(&self, job: &str) -> Outcome<Option<BatchJob>> {
        Ok((job == self.job.id).then(|| self.job.clone()))
    }

    async fn chunk(&self, job: &str, chunk: u32) -> Outcome<Vec<PlannedChange>> {
        let missing = || Failure::new(ErrorClass::Rejected, format!("job {job} has no chunk {chunk}"));
        let mut inside = self.inside();
        let line = usize::try_from(chunk).ok().and_then(|at| inside.lines.get(at).copied()).ok_or_else(missing)?;
        read(&mut inside.chunks, line, "a chunk")
    }

    async fn noted(&self, run: &ChunkRun) -> Outcome<Noted> {
        Ok(Noted { intended: self.newest(run, What::Intended)?, results: self.newest(run, What::Results)? })
    }

    async fn intend(&self, run: &ChunkRun, intended: &[Intended]) -> Outcome<()> {
        self.append(run, What::Intended, intended)
    }

    async fn finish(&self, run: &ChunkRun, results: &[RecordResult]) -> Outcome<()> {
        self.append(run, What::Results, results)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use revloops_loopkit::ports::Ended;

    fn change(id: &str) -> PlannedChange {
        PlannedChange { id: id.to_owned(), expect: serde_json::Map::new(), set: serde_json::Map::new() }
    }

    fn run(chunk: u32) -> ChunkRun {
        ChunkRun { job: "j".to_owned(), direction: Direction::Apply, chunk }
    }

    fn results(id: &str) -> Vec<RecordResult> {
        vec![RecordResult { id: id.to_owned(), ended: Ended::Written, made: None, left: Vec::new(), why: None }]
    }

    fn made(folder: &Path) -> JobFolder {
        let mut new = NewJob::create(folder).unwrap();
        new.add(&[change("001A"), change("001B")]).unwrap();
        new.add(&[change("001C")]).unwrap();
        new.finish("plan", "j", "Account").unwrap()
    }

    #[tokio::test]
    async fn what_was_noted_is_there_after_the_process_ended_and_the_newest_counts() {
        let folder = tempfile::tempdir().unwrap();
        let job = made(folder.path());
        assert_eq!((job.job().chunks, job.job().records), (2, 3));
        job.finish(&run(0), &[]).await.unwrap();
        job.finish(&run(0), &results("001A")).await.unwrap();
        job.finish(&run(1), &results("001C")).await.unwrap();
        drop(job);
        let job = JobFolder::open(folder.path()).unwrap().unwrap();
        assert_eq!(job.noted(&run(0)).await.unwrap().results, results("001A"));
        assert_eq!(job.chunk("j", 1).await.unwrap(), [change("001C")]);
        assert_eq!(job.with_results(Direction::Apply), 2);
        assert!(job.chunk("j", 2).await.is_err());
    }

    #[tokio::test]
    async fn half_an_entry_at_the_end_is_cut_off_wherever_it_broke() {
        let folder = tempfile::tempdir().unwrap();
        let job = made(folder.path());
        job.finish(&run(0), &results("001A")).await.unwrap();
        let path = folder.path().join(JOURNAL);
        let whole = std::fs::read(&path).unwrap();
        job.finish(&run(1), &results("001C")).await.unwrap();
        let both = std::fs::read(&path).unwrap();
        drop(job);
        for length in whole.len()..both.len() {
            std::fs::write(&path, &both[..length]).unwrap();
            let job = JobFolder::open(folder.path()).unwrap().unwrap();
            assert_eq!(job.noted(&run(0)).await.unwrap().results, results("001A"), "cut at {length}");
            assert_eq!(job.noted(&run(1)).await.unwrap(), Noted::default(), "cut at {length}");
            job.finish(&run(1), &results("001D")).await.unwrap();
            drop(job);
            let job = JobFolder::open(folder.path()).unwrap().unwrap();
            assert_eq!(job.noted(&run(1)).await.unwrap().results, results("001D"), "cut at {length}");
        }
    }

    #[test]
    fn a_folder_without_a_whole_job_is_no_job() {
        let folder = tempfile::tempdir().unwrap();
        assert!(JobFolder::open(folder.path()).unwrap().is_none());
        NewJob::create(folder.path()).unwrap().add(&[change("001A")]).unwrap();
        assert!(JobFolder::open(folder.path()).unwrap().is_none());
    }
}
