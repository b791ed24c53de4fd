//! Propose, simulate, approve, reject, withdraw, apply, roll back.
//!
//! | step | what is sure after it |
//! |---|---|
//! | propose | the files edited from the active version pass the check and every case, or nothing is kept and all problems are told |
//! | simulate | how many records of the past would have come out differently; more than one person may change alone asks for two |
//! | approve | bound to the SHA-256 of the candidate: who approves has seen exactly what becomes active |
//! | apply | the candidate is checked once more, stored, and the pointer moved, only if what it changes is still active |
//!
//! Every step can be asked for twice: it is done once. A step that died half-way is carried on by the same call.

mod answers;
mod applying;
mod evidence;
mod proposing;

use std::sync::Arc;

use jiff::Timestamp;
use revloops_config::store::{PointerRead, SCENARIO};
use revloops_config::{Bundle, ConfigStore};
use revloops_domain::{ConfigStamp, ErrorClass};
use revloops_loopkit::ports::Documents;
use revloops_loopkit::{Failure, Outcome};
use serde::Serialize;

pub use proposing::{Proposed, ProposedFiles, Version};

use crate::error::ChangeError;
use crate::moves::{Move, Moves};
use crate::policy::Policy;
use crate::ports::Checks;
use crate::proposal::{Ended, KIND, Proposal, ProposalState};

/// Where config is changed.
#[derive(Clone)]
pub struct ChangeDesk {
    /// Where config lives.
    pub store: Arc<dyn ConfigStore>,
    /// Where proposals and moves are kept.
    pub documents: Arc<dyn Documents>,
    /// The loops' checks.
    pub checks: Arc<dyn Checks>,
}

/// A proposal with the version that keeps two people from overwriting each other.
struct Kept {
    proposal: Proposal,
    version: u64,
}

/// A loop's active version.
pub struct Active {
    /// The pointer.
    pub read: PointerRead,
    /// What it names.
    pub bundle: Bundle,
}

impl ChangeDesk {
    /// The moves of pointers.
    #[must_use]
    pub fn moves(&self) -> Moves<'_> {
        Moves { store: self.store.as_ref(), documents: self.documents.as_ref() }
    }

    /// The policy that holds now.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn policy(&self) -> Result<Policy, ChangeError> {
        Policy::active(self.store.as_ref(), self.checks.as_ref()).await
    }

    /// A loop's active version.
    ///
    /// # Errors
    /// Where there is no such loop, nothing is active, or the store does not answer.
    pub async fn active(&self, loop_name: &str, at: Timestamp) -> Result<Active, ChangeError> {
        let loops = self.checks.loops();
        if !loops.contains(&loop_name) {
            return Err(ChangeError::unknown("loop", loop_name, &loops));
        }
        let read = self.pointer(loop_name, at).await?;
        let bundle = self.bundle(&read.pointer.active).await?;
        Ok(Active { read, bundle })
    }

    /// Which version is active: of a loop, or of scenarios.
    ///
    /// # Errors
    /// Where nothing is active, or a store does not answer.
    pub async fn pointer(&self, name: &str, at: Timestamp) -> Result<PointerRead, ChangeError> {
        self.moves().settled(name, at).await?.ok_or_else(|| {
            let what = if name == SCENARIO { "no scenario".to_owned() } else { format!("no config of {name}") };
            let nothing = format!("{what} is active; promote one first (`cargo revloops config promote`)");
            ChangeError::Refused(nothing)
        })
    }

    /// What a stamp names.
    ///
    /// # Errors
    /// Where it is not there, or not what the stamp says.
    pub async fn bundle(&self, stamp: &ConfigStamp) -> Result<Bundle, ChangeError> {
        let bytes = self.store.get(&stamp.key, &stamp.version_id).await?;
        Bundle::read(&bytes, stamp)
            .map_err(|error| Failure::new(ErrorClass::ConfigInvalid, "reading config").caused_by(error).into())
    }

    /// All proposals, the newest first.
    ///
    /// # Errors
    /// Where the store of records does not answer.
    pub async fn list(&self, at: Timestamp) -> Outcome<Vec<Proposal>> {
        let mut all = Vec::new();
        for stored in self.documents.list(KIND, at).await? {
            all.push(read(&stored.id, &stored.value)?);
        }
        all.sort_by(|a: &Proposal, b: &Proposal| b.at.cmp(&a.at).then_with(|| a.id.cmp(&b.id)));
        Ok(all)
    }

    /// One proposal, by its id or the beginning of it.
    ///
    /// # Errors
    /// Where there is none, or several begin so.
    pub async fn show(&self, id: &str, at: Timestamp) -> Result<Proposal, ChangeError> {
        Ok(self.kept(id, at).await?.proposal)
    }

    /// The moves of a loop's pointer, the newest first.
    ///
    /// # Errors
    /// Where there is no such loop, or the store of records does not answer.
    pub async fn history(&self, loop_name: &str, at: Timestamp) -> Result<Vec<Move>, ChangeError> {
        let loops = self.checks.loops();
        if ![crate::policy::POLICY, SCENARIO].contains(&loop_name) && !loops.contains(&loop_name) {
            return Err(ChangeError::unknown("loop", loop_name, &loops));
        }
        let mut moves = self.moves().history(loop_name, at).await?;
        moves.reverse();
        Ok(moves)
    }

    async fn kept(&self, id: &str, at: Timestamp) -> Result<Kept, ChangeError> {
        if let Some(stored) = self.documents.read(KIND, id, at).await? {
            return Ok(Kept { proposal: read(&stored.id, &stored.value)?, version: stored.version });
        }
        let all = self.documents.list(KIND, at).await?;
        let mut begins = all.iter().filter(|stored| id.len() >= 4 && stored.id.starts_with(id));
        match (begins.next(), begins.next()) {
            (Some(one), None) => Ok(Kept { proposal: read(&one.id, &one.value)?, version: one.version }),
            (Some(_), Some(_)) => {
                Err(ChangeError::Refused(format!("several proposals begin with `{id}`; say more of it")))
            }
            (None, _) => {
                let known: Vec<&str> = all.iter().map(|stored| stored.id.as_str()).collect();
                Err(ChangeError::unknown("proposal", id, &known))
            }
        }
    }

    /// Writes a proposal if nobody else has written it since; whether it did.
    async fn write(&self, kept: &Kept, proposal: &Proposal) -> Outcome<bool> {
        self.documents.replace(KIND, &proposal.id, &value(proposal)?, None, kept.version).await
    }

    /// Notes that what a proposal changes is not active any more.
    async fn went_stale(&self, kept: &Kept, why: &str, at: Timestamp) -> Outcome<()> {
        let ended = Ended { by: "change control".to_owned(), at, why: why.to_owned() };
        let stale = Proposal { state: ProposalState::Stale, ended: Some(ended), ..kept.proposal.clone() };
        self.write(kept, &stale).await?;
        Ok(())
    }
}

fn read(id: &str, value: &serde_json::Value) -> Outcome<Proposal> {
    serde_json::from_value(value.clone())
        .map_err(|error| Failure::unreadable(ErrorClass::Bug, format_args!("reading proposal {id}"), &error))
}

fn value(one: &impl Serialize) -> Outcome<serde_json::Value> {
    serde_json::to_value(one).map_err(|error| Failure::unreadable(ErrorClass::Bug, "writing a proposal", &error))
}

fn busy(id: &str) -> ChangeError {
    Failure::new(ErrorClass::Transient, format!("proposal {id} is being changed by others just now; try again")).into()
}

#[cfg(test)]
mod tests;
