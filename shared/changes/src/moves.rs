//! The history of what was active: each move of a pointer, recorded before it is done.

use jiff::Timestamp;
use revloops_config::store::PointerRead;
use revloops_config::{Bundle, ConfigStore, Pointer, Rollout, StoreError};
use revloops_domain::{ConfigStamp, ErrorClass, sha256_hex};
use revloops_loopkit::ports::{Documents, Stored};
use revloops_loopkit::{Failure, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::ChangeError;

/// Whoever meets as many others in a row gives up.
const ATTEMPTS: usize = 12;

/// One move of a loop's pointer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// The loop.
    #[serde(rename = "loop")]
    pub loop_name: String,
    /// From 1, without a gap.
    pub number: u64,
    /// The version before; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ConfigStamp>,
    /// The record of the move that led there, as the pointer named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_change: Option<String>,
    /// The version that can be gone back to then; a trial leaves it as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<ConfigStamp>,
    /// The version that is active from then on.
    pub to: ConfigStamp,
    /// A version that is tried beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
    /// How it came about.
    pub how: How,
    /// The proposal that it carries out or takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Timestamp,
    /// What changed in the files.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub diff: String,
    /// How far it is.
    pub state: MoveState,
    /// What it changed in outcomes, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcomes: Option<Value>,
}

/// How a move came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// A folder was promoted by hand or by a pipeline.
    Promoted,
    /// A proposal was applied.
    Applied,
    /// Somebody went back to the version before.
    RolledBack,
    /// A version is tried beside the active one.
    TrialBegun,
    /// A try was ended, and the active version stays.
    TrialEnded,
    /// A try was ended by itself: the version that was tried made things worse.
    Returned,
}

/// How far a move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveState {
    /// The pointer may not have moved yet: whoever finds it so moves it.
    Intended,
    /// The pointer has moved.
    Done,
    /// The pointer was moved by something else first.
    Abandoned,
}

impl How {
    /// As people say it.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Promoted => "promoted from a folder",
            Self::Applied => "applied",
            Self::RolledBack => "rolled back",
            Self::TrialBegun => "trial begun",
            Self::TrialEnded => "trial ended",
            Self::Returned => "returned by itself",
        }
    }
}

impl Move {
    /// As the pointer names it: `route.00000007`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}.{:08}", self.loop_name, self.number)
    }

    fn pointer(&self) -> Pointer {
        let mut pointer = Pointer::new(self.to.clone(), self.before.clone(), &self.by, self.at);
        pointer.change = Some(self.id());
        pointer.rollout.clone_from(&self.rollout);
        pointer
    }
}

/// What is to be moved to.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The version that becomes active, or stays so.
    pub to: ConfigStamp,
    /// A version that is tried beside it.
    pub rollout: Option<Rollout>,
    /// How it comes about.
    pub how: How,
    /// The proposal that it carries out or takes back.
    pub proposal: Option<String>,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// What changes in the files.
    pub diff: String,
}

/// Moves pointers, one at a time.
#[derive(Clone, Copy)]
pub struct Moves<'a> {
    /// Where config lives.
    pub store: &'a dyn ConfigStore,
    /// Where records are kept.
    pub documents: &'a dyn Documents,
}

fn kind(loop_name: &str) -> String {
    format!("config_move.{loop_name}")
}

fn read_move(stored: &Stored) -> Outcome<Move> {
    serde_json::from_value(stored.value.clone())
        .map_err(|error| Failure::unreadable(ErrorClass::Bug, format_args!("reading move {}", stored.id), &error))
}

fn as_value(one: &impl Serialize) -> Outcome<Value> {
    serde_json::to_value(one).map_err(|error| Failure::unreadable(ErrorClass::Bug, "writing a record", &error))
}

impl Moves<'_> {
    /// All moves of a loop's pointer, the oldest first; those that came to nothing are left out.
    ///
    /// # Errors
    /// Where the store of records does not answer.
    pub async fn history(&self, loop_name: &str, at: Timestamp) -> Outcome<Vec<Move>> {
        let mut moves = Vec::new();
        for stored in self.documents.list(&kind(loop_name), at).await? {
            let one = read_move(&stored)?;
            if one.state != MoveState::Abandoned {
                moves.push(one);
            }
        }
        Ok(moves)
    }

    /// Notes what a move changed in outcomes.
    ///
    /// # Errors
    /// Where there is no such move, or the store of records does not answer.
    pub async fn note_outcomes(
        &self,
        loop_name: &str,
        number: u64,
        outcomes: Value,
        at: Timestamp,
    ) -> Result<(), ChangeError> {
        let id = format!("{number:08}");
        for _ in 0..ATTEMPTS {
            let Some(stored) = self.documents.read(&kind(loop_name), &id, at).await? else {
                return Err(ChangeError::unknown("move", &id, &[]));
            };
            let noted = Move { outcomes: Some(outcomes.clone()), ..read_move(&stored)? };
            if self.documents.replace(&kind(loop_name), &id, &as_value(&noted)?, None, stored.version).await? {
                return Ok(());
            }
        }
        Err(busy(loop_name).into())
    }

    /// Stores a version, and notes first that it comes from here: nobody takes it for something put there by hand.
    ///
    /// # Errors
    /// Where a store does not answer.
    pub async fn keep(&self, bundle: &Bundle, by: &str, at: Timestamp) -> Result<ConfigStamp, ChangeError> {
        let bytes = bundle.to_bytes();
        let sha256 = sha256_hex(&bytes);
        let key = Bundle::key(&bundle.loop_name);
        let noted = json!({"by": by, "at": at});
        self.documents.create(&versions(&bundle.loop_name), &sha256, &noted, None).await?;
        let version_id = self.store.put(&key, bytes).await?;
        Ok(ConfigStamp { key, version_id, sha256 })
    }

    /// Whether a version was stored by [`Moves::keep`].
    ///
    /// # Errors
    /// Where the store of records does not answer.
    pub async fn is_kept(&self, loop_name: &str, sha256: &str, at: Timestamp) -> Outcome<bool> {
        Ok(self.documents.read(&versions(loop_name), sha256, at).await?.is_some())
    }

    /// The pointer, once no move is unfinished.
    ///
    /// # Errors
    /// Where a store does not answer.
    pub async fn settled(&self, loop_name: &str, at: Timestamp) -> Result<Option<PointerRead>, ChangeError> {
        Ok(self.settle(loop_name, at).await?.0)
    }

    /// Moves the pointer, if it is still as `expected` says; the record of the move.
    ///
    /// # Errors
    /// `Overtaken` where somebody else has moved it in between, with their move.
    pub async fn make(
        &self,
        loop_name: &str,
        expected: Option<&PointerRead>,
        wanted: &Wanted,
        at: Timestamp,
    ) -> Result<Move, ChangeError> {
        for _ in 0..ATTEMPTS {
            let (read, last) = self.settle(loop_name, at).await?;
            if read.as_ref().map(|read| &read.pointer) != expected.map(|read| &read.pointer) {
                return Err(self.overtaken(loop_name, at).await?);
            }
            let made = Move {
                loop_name: loop_name.to_owned(),
                number: last + 1,
                from: read.as_ref().map(|read| read.pointer.active.clone()),
                before: read.as_ref().and_then(|read| {
                    let stays = read.pointer.active == wanted.to;
                    if stays { read.pointer.previous.clone() } else { Some(read.pointer.active.clone()) }
                }),
                from_change: read.as_ref().and_then(|read| read.pointer.change.clone()),
                to: wanted.to.clone(),
                rollout: wanted.rollout.clone(),
                how: wanted.how,
                proposal: wanted.proposal.clone(),
                by: wanted.by.clone(),
                why: wanted.why.clone(),
                at,
                diff: wanted.diff.clone(),
                state: MoveState::Intended,
                outcomes: None,
            };
            let id = format!("{:08}", made.number);
            if self.documents.create(&kind(loop_name), &id, &as_value(&made)?, None).await? {
                self.finish(&made, read.as_ref(), at).await?;
                // The pointer may have been read before another move that is done by now: what is left unfinished then is
                // settled, and was overtaken.
                self.settle(loop_name, at).await?;
                let stored = self.documents.read(&kind(loop_name), &id, at).await?;
                let made = stored.as_ref().map(read_move).transpose()?.unwrap_or(made);
                return match made.state {
                    MoveState::Done => Ok(made),
                    MoveState::Intended | MoveState::Abandoned => Err(self.overtaken(loop_name, at).await?),
                };
            }
        }
        Err(busy(loop_name).into())
    }

    /// Whether the pointer is where the records say it is.
    ///
    /// # Errors
    /// Where a store does not answer.
    pub async fn accounts_for(&self, loop_name: &str, pointer: &Pointer, at: Timestamp) -> Outcome<bool> {
        // The last move, or the one before it where the last has not reached the pointer yet.
        let moves = self.history(loop_name, at).await?;
        let mut recent = moves.iter().rev();
        let matches = |one: &Move| {
            one.pointer() == *pointer
                || (pointer.change == Some(one.id()) && pointer.active == one.to && pointer.rollout == one.rollout)
        };
        Ok(match (recent.next(), recent.next()) {
            (Some(last), _) if matches(last) => true,
            (Some(last), Some(before)) => last.state == MoveState::Intended && matches(before),
            (Some(_) | None, _) => false,
        })
    }

    /// The last move that was done.
    ///
    /// # Errors
    /// Where the store of records does not answer.
    pub async fn last_done(&self, loop_name: &str, at: Timestamp) -> Outcome<Option<Move>> {
        let moves = self.history(loop_name, at).await?;
        Ok(moves.into_iter().rev().find(|one| one.state == MoveState::Done))
    }

    /// Puts a pointer that nobody has recorded back to the last recorded move; whether it did.
    ///
    /// # Errors
    /// Where a store does not answer, or the pointer moved again.
    pub async fn put_back(&self, found: &PointerRead, last: &Move) -> Result<(), ChangeError> {
        Ok(self.store.move_pointer(&last.loop_name, &last.pointer(), Some(&found.etag)).await?)
    }

    /// The pointer and the last number, once the last move is finished. The pointer is read first: a move that is still
    /// intended when the records are read had not reached the pointer before, or has left its name in it.
    async fn settle(&self, loop_name: &str, at: Timestamp) -> Result<(Option<PointerRead>, u64), ChangeError> {
        for _ in 0..ATTEMPTS {
            let read = self.store.pointer(loop_name).await?;
            let named = read.as_ref().and_then(|read| read.pointer.change.as_deref());
            let Some(last) = self.last(loop_name, named, at).await? else { return Ok((read, 0)) };
            if last.state != MoveState::Intended {
                return Ok((read, last.number));
            }
            self.finish(&last, read.as_ref(), at).await?;
        }
        Err(busy(loop_name).into())
    }

    /// The last record of a loop, from the one that its pointer names on: numbers have no gap, so few are read. All are where
    /// the pointer names none that there is.
    async fn last(&self, loop_name: &str, named: Option<&str>, at: Timestamp) -> Outcome<Option<Move>> {
        let number = named.and_then(|named| named.strip_prefix(loop_name)?.strip_prefix('.')?.parse::<u64>().ok());
        let mut last = None;
        let mut next = number;
        while let Some(number) = next {
            let Some(stored) = self.documents.read(&kind(loop_name), &format!("{number:08}"), at).await? else { break };
            last = Some(read_move(&stored)?);
            next = number.checked_add(1);
        }
        if last.is_none() {
            last = self.documents.list(&kind(loop_name), at).await?.last().map(read_move).transpose()?;
        }
        Ok(last)
    }

    /// Carries an intended move as far as it goes from this reading of the pointer.
    async fn finish(&self, one: &Move, read: Option<&PointerRead>, at: Timestamp) -> Result<(), ChangeError> {
        let now = read.map(|read| &read.pointer);
        if now.is_some_and(|pointer| pointer.change == Some(one.id())) {
            return Ok(self.mark(one, MoveState::Done, at).await?);
        }
        let still = now.map(|pointer| &pointer.active) == one.from.as_ref()
            && now.and_then(|pointer| pointer.change.as_ref()) == one.from_change.as_ref();
        if !still {
            // Read again: only a pointer that was moved by something else since the record is there ends it.
            let again = self.store.pointer(&one.loop_name).await?;
            if again.as_ref() == read {
                self.mark(one, MoveState::Abandoned, at).await?;
            }
            return Ok(());
        }
        match self.store.move_pointer(&one.loop_name, &one.pointer(), read.map(|read| read.etag.as_str())).await {
            Ok(()) => Ok(self.mark(one, MoveState::Done, at).await?),
            Err(StoreError::Conflict(_)) => {
                let again = self.store.pointer(&one.loop_name).await?;
                let done = again.is_some_and(|read| read.pointer.change == Some(one.id()));
                // Another one that is neither this nor what it was: it is found by whoever settles next.
                if done { Ok(self.mark(one, MoveState::Done, at).await?) } else { Ok(()) }
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn mark(&self, one: &Move, state: MoveState, at: Timestamp) -> Outcome<()> {
        let id = format!("{:08}", one.number);
        let Some(stored) = self.documents.read(&kind(&one.loop_name), &id, at).await? else { return Ok(()) };
        let now = read_move(&stored)?;
        if now.state == MoveState::Intended {
            let marked = as_value(&Move { state, ..now })?;
            // Where somebody else marked it in between, they knew as much.
            self.documents.replace(&kind(&one.loop_name), &id, &marked, None, stored.version).await?;
        }
        Ok(())
    }

    pub(crate) async fn overtaken(&self, loop_name: &str, at: Timestamp) -> Outcome<ChangeError> {
        let by = self.last_done(loop_name, at).await?;
        let now = self.store.pointer(loop_name).await;
        let recorded =
            |one: &Move| now.as_ref().is_ok_and(|now| now.as_ref().is_none_or(|now| now.pointer.active == one.to));
        Ok(ChangeError::Overtaken { loop_name: loop_name.to_owned(), by: by.filter(recorded).map(Box::new) })
    }
}

fn versions(loop_name: &str) -> String {
    format!("config_version.{loop_name}")
}

fn busy(loop_name: &str) -> Failure {
    Failure::new(ErrorClass::Transient, format!("{loop_name}'s config is being changed by others just now; try again"))
}
