//! One pass over what is left of a chunk: judge, note, write, and keep what got through.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use revloops_loopkit::merge::ended;
use revloops_loopkit::ports::{CHUNK, ChunkRun, Ended, Intended, Noted, RecordResult, RecordWrite};
use revloops_loopkit::{Failure, Outcome};

use super::view::{Deleted, View};
use super::{Ports, judge, undo};
use crate::logic::plan::{Plan, Step};

/// Objects of the CRM.
pub(super) const TERRITORY: &str = "Territory2";
pub(super) const USER: &str = "UserTerritory2Association";
pub(super) const ACCOUNT: &str = "ObjectTerritory2Association";

/// What one record of a chunk is about.
#[derive(Debug, Clone)]
pub(super) enum Work<'a> {
    /// A step of the plan.
    Apply(&'a Step),
    /// What a step was about to write, and the id of what it made, where that is known.
    Undo {
        /// As it was noted.
        done: Intended,
        /// The record's id.
        made: Option<String>,
        /// Whether people have changed since what we had put in its place.
        overruled: bool,
    },
}

impl Work<'_> {
    /// What the journal calls it.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Apply(step) => step.key(),
            Self::Undo { done, .. } => done.id.clone(),
        }
    }
}

/// What a record needs, given what the CRM has.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Judged {
    /// Nothing is to be written; this is its result.
    End(RecordResult),
    /// This is to be written.
    Do {
        /// To be noted before.
        intended: Intended,
        /// What is sent.
        act: Act,
        /// What stays as a person has it.
        left: Vec<String>,
    },
}

/// One write.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    /// A record is created.
    Create(&'static str, Map<String, Value>),
    /// A territory is changed.
    Update(String, Map<String, Value>),
    /// A record is deleted, by its id.
    Delete(String, Deleted),
}

/// How far a chunk is.
pub(super) struct Progress<'p> {
    plan: &'p Plan,
    intended: BTreeMap<String, Intended>,
    results: BTreeMap<String, RecordResult>,
    /// Records that the CRM refused once: it may have been so because somebody else was first.
    refused_once: BTreeMap<String, String>,
}

impl<'p> Progress<'p> {
    pub(super) fn new(plan: &'p Plan, noted: Noted) -> Self {
        Self {
            plan,
            intended: noted.intended.into_iter().map(|one| (one.id.clone(), one)).collect(),
            results: noted.results.into_iter().map(|one| (one.id.clone(), one)).collect(),
            refused_once: BTreeMap::new(),
        }
    }

    /// Whether the record has its final result.
    pub(super) fn has(&self, key: &str) -> bool {
        self.results.contains_key(key)
    }

    /// The results so far, in the chunk's order.
    pub(super) fn results(&self, keys: &[String]) -> Vec<RecordResult> {
        keys.iter().filter_map(|key| self.results.get(key)).cloned().collect()
    }

    fn end(&mut self, result: RecordResult) {
        self.results.insert(result.id.clone(), result);
    }

    /// Looks at what is left, notes and writes it. Returns what kept records back, where something did.
    pub(super) async fn pass(
        &mut self,
        ports: Ports<'_>,
        run: &ChunkRun,
        left: &[Work<'_>],
        view: &mut View,
    ) -> Outcome<Option<Failure>> {
        view.look(ports.territories).await?;
        let mut acts: Vec<(String, Act, Vec<String>)> = Vec::new();
        for work in left {
            let key = work.key();
            let noted = self.intended.get(&key);
            let judged = match work {
                Work::Apply(step) => judge::judge(step, self.plan, view, noted),
                Work::Undo { done, made, overruled } => {
                    undo::judge(done, made.as_deref(), *overruled, self.plan, view, noted)
                }
            };
            match judged {
                Judged::End(result) => self.end(result),
                Judged::Do { intended, act, left } => {
                    self.intended.insert(key.clone(), intended);
                    acts.push((key, act, left));
                }
            }
        }
        if acts.is_empty() {
            return Ok(None);
        }
        let intended: Vec<Intended> = self.intended.values().cloned().collect();
        ports.journal.intend(run, &intended).await?;
        let mut kept_back = None;
        for kind in [kind_of_create, kind_of_update, kind_of_delete] {
            let (now, later): (Vec<_>, Vec<_>) = acts.into_iter().partition(|(_, act, _)| kind(act));
            acts = later;
            for some in now.chunks(CHUNK) {
                let outcomes = send(ports, some).await?;
                for ((key, act, left), outcome) in some.iter().zip(outcomes) {
                    kept_back = self.take(key, act, left, outcome, view).or(kept_back);
                }
            }
        }
        Ok(kept_back)
    }

    /// Keeps what one write came to. Returns the failure where the record has to be tried again.
    fn take(
        &mut self,
        key: &str,
        act: &Act,
        left: &[String],
        outcome: Outcome<Option<String>>,
        view: &mut View,
    ) -> Option<Failure> {
        match outcome {
            Ok(made) => {
                match (act, &made) {
                    (Act::Create(object, record), Some(id)) => view.created(object, id, record),
                    (Act::Create(..), None) => view.forget(),
                    (Act::Update(id, fields), _) => view.changed(id, fields),
                    (Act::Delete(_, what), _) => view.deleted(what),
                }
                self.end(RecordResult { made, left: left.to_vec(), ..ended(key, Ended::Written) });
                None
            }
            Err(failure) if failure.class().passes_by_itself() => {
                view.forget();
                Some(failure)
            }
            Err(failure) if !self.refused_once.contains_key(key) => {
                // Somebody may have been first: what is there is looked at once more.
                view.forget();
                self.refused_once.insert(key.to_owned(), failure.to_string());
                Some(failure)
            }
            Err(failure) => {
                self.end(RecordResult { why: Some(failure.to_string()), ..ended(key, Ended::Refused) });
                None
            }
        }
    }
}

fn kind_of_create(act: &Act) -> bool {
    matches!(act, Act::Create(..))
}

fn kind_of_update(act: &Act) -> bool {
    matches!(act, Act::Update(..))
}

fn kind_of_delete(act: &Act) -> bool {
    matches!(act, Act::Delete(..))
}

/// Sends writes of one kind; the id of each record that was created.
async fn send(ports: Ports<'_>, acts: &[(String, Act, Vec<String>)]) -> Outcome<Vec<Outcome<Option<String>>>> {
    let mut object = TERRITORY;
    let (mut records, mut writes, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for (_, act, _) in acts {
        match act {
            Act::Create(of, record) => {
                object = of;
                records.push(record.clone());
            }
            Act::Update(id, fields) => writes.push(RecordWrite { id, fields: fields.clone() }),
            Act::Delete(id, _) => ids.push(id.as_str()),
        }
    }
    if !records.is_empty() {
        let made = ports.making.create(object, &records).await?;
        return Ok(made.into_iter().map(|one| one.map(Some)).collect());
    }
    let plain = if writes.is_empty() {
        ports.making.delete(&ids).await?
    } else {
        ports.collections.write(TERRITORY, &writes).await?
    };
    Ok(plain.into_iter().map(|one| one.map(|()| None)).collect())
}
