//! An approved proposal becomes active, and is taken back.

use jiff::Timestamp;
use revloops_config::store::SCENARIO;
use revloops_domain::ConfigStamp;

use super::proposing::is_conflict;
use super::{ChangeDesk, Kept, busy};
use crate::actor::Actor;
use crate::diff::unified;
use crate::error::ChangeError;
use crate::moves::{How, Move, MoveState, Wanted};
use crate::policy::{may, texts};
use crate::proposal::{Ended, Proposal, ProposalState};

impl ChangeDesk {
    /// Makes an approved proposal active. Asked for twice, it is done once; where it died half-way, it is carried on.
    ///
    /// # Errors
    /// Where it is not approved, does not pass its check any more, or what it changes is not active any more: then it is
    /// stale, and the error names who was faster.
    pub async fn apply(&self, id: &str, by: &Actor, at: Timestamp) -> Result<Proposal, ChangeError> {
        let kept = self.to_apply(id, by, at).await?;
        if kept.proposal.loop_name == SCENARIO {
            let of = format!("proposal {id} is of a scenario: promote it, for more than a pointer moves with it");
            return Err(ChangeError::Refused(of));
        }
        if kept.proposal.state == ProposalState::Applied {
            return Ok(kept.proposal);
        }
        self.still(&kept, at).await?;
        let kept = self.stored(id, by, at).await?;
        self.made_active(&kept, by, at).await
    }

    /// A proposal that may be applied, by somebody who may; one that was applied before is given back as it is.
    ///
    /// # Errors
    /// As [`ChangeDesk::apply`].
    pub async fn ready_to_apply(&self, id: &str, by: &Actor, at: Timestamp) -> Result<Proposal, ChangeError> {
        let kept = self.to_apply(id, by, at).await?;
        if kept.proposal.state != ProposalState::Applied {
            self.still(&kept, at).await?;
        }
        Ok(kept.proposal)
    }

    /// Notes the version that was stored for a proposal; the one that is noted already counts.
    ///
    /// # Errors
    /// Where there is no such proposal, or the store of records does not answer.
    pub async fn note_stored(&self, id: &str, stamp: &ConfigStamp, at: Timestamp) -> Result<ConfigStamp, ChangeError> {
        for _ in 0..8 {
            let kept = self.kept(id, at).await?;
            if let Some(stored) = kept.proposal.stored {
                return Ok(stored);
            }
            let noted = Proposal { stored: Some(stamp.clone()), ..kept.proposal.clone() };
            self.write(&kept, &noted).await?;
        }
        Err(busy(id))
    }

    /// Makes the version active that was noted for a proposal by [`ChangeDesk::note_stored`].
    ///
    /// # Errors
    /// As [`ChangeDesk::apply`].
    pub async fn apply_stored(&self, id: &str, by: &Actor, at: Timestamp) -> Result<Proposal, ChangeError> {
        let kept = self.to_apply(id, by, at).await?;
        if kept.proposal.state == ProposalState::Applied {
            return Ok(kept.proposal);
        }
        self.made_active(&kept, by, at).await
    }

    async fn to_apply(&self, id: &str, by: &Actor, at: Timestamp) -> Result<Kept, ChangeError> {
        may(by, self.policy().await?.roles.apply, "make changes of config active")?;
        self.ready(id, by, at).await
    }

    async fn made_active(&self, kept: &Kept, by: &Actor, at: Timestamp) -> Result<Proposal, ChangeError> {
        let id = &kept.proposal.id;
        let read = self.still(kept, at).await?;
        let Some(to) = kept.proposal.stored.clone() else { return Err(busy(id)) };
        let wanted = Wanted {
            to,
            rollout: None,
            how: How::Applied,
            proposal: Some(id.clone()),
            by: by.username.clone(),
            why: kept.proposal.why.clone(),
            diff: kept.proposal.diff.clone(),
        };
        match self.moves().make(&kept.proposal.loop_name, Some(&read), &wanted, at).await {
            Ok(_) => {}
            Err(error) if is_conflict(&error) => {
                // Somebody else may have applied the same proposal.
                if !self.is_made(&kept.proposal, at).await? {
                    self.went_stale(kept, &error.to_string(), at).await?;
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
        self.is_applied(id, &by.username, at).await
    }

    /// The proposal, if it can be applied; with what an earlier attempt has moved already noted.
    pub(crate) async fn ready_proposal(&self, id: &str, by: &Actor, at: Timestamp) -> Result<Proposal, ChangeError> {
        Ok(self.ready(id, by, at).await?.proposal)
    }

    async fn ready(&self, id: &str, by: &Actor, at: Timestamp) -> Result<Kept, ChangeError> {
        let kept = self.kept(id, at).await?;
        let proposal = &kept.proposal;
        match proposal.state {
            ProposalState::Applied => Ok(kept),
            ProposalState::Approved => {
                // The pointer is settled first: an attempt that died may have moved it.
                self.pointer(&proposal.loop_name, at).await?;
                if self.is_made(proposal, at).await? {
                    self.is_applied(id, &by.username, at).await?;
                    return self.kept(id, at).await;
                }
                // What needs two people needs them now, whatever policy said when it was approved.
                let needs =
                    self.policy().await?.needs_two(&proposal.loop_name, &proposal.files, proposal.simulation.as_ref());
                let now = Proposal { needs_two: needs, ..proposal.clone() };
                match now.missing() {
                    Some(missing) => Err(open(&now, &missing)),
                    None => Ok(kept),
                }
            }
            ProposalState::Open => {
                let missing = proposal.missing().unwrap_or_else(|| "somebody's approval".to_owned());
                Err(open(proposal, &missing))
            }
            ProposalState::Rejected | ProposalState::Withdrawn | ProposalState::Stale | ProposalState::RolledBack => {
                super::proposing::waits(proposal, "propose it again").map(|()| kept)
            }
        }
    }

    /// The proposal with its version stored; what was stored by an earlier attempt is taken.
    pub(crate) async fn stored_version(&self, id: &str, by: &Actor, at: Timestamp) -> Result<Proposal, ChangeError> {
        Ok(self.stored(id, by, at).await?.proposal)
    }

    async fn stored(&self, id: &str, by: &Actor, at: Timestamp) -> Result<Kept, ChangeError> {
        for _ in 0..8 {
            let kept = self.kept(id, at).await?;
            if kept.proposal.stored.is_some() {
                return Ok(kept);
            }
            // The code that checks may be newer than the proposal.
            let candidate = self.bundle(&kept.proposal.candidate).await?;
            let (bundle, ..) = self.checked(&candidate, &candidate.texts)?;
            if revloops_domain::sha256_hex(&bundle.to_bytes()) != kept.proposal.candidate.sha256 {
                let changed = format!(
                    "{} is read differently by now than when proposal {id} was made; propose it again",
                    bundle.loop_name
                );
                return Err(ChangeError::Refused(changed));
            }
            let stamp = self.moves().keep(&bundle, &by.username, at).await?;
            let noted = Proposal { stored: Some(stamp), ..kept.proposal.clone() };
            self.write(&kept, &noted).await?;
        }
        Err(busy(id))
    }

    async fn is_made(&self, proposal: &Proposal, at: Timestamp) -> Result<bool, ChangeError> {
        let moves = self.moves().history(&proposal.loop_name, at).await?;
        let by_it = |one: &&Move| one.how == How::Applied && one.proposal.as_ref() == Some(&proposal.id);
        // What is only intended may still come to nothing.
        Ok(moves.iter().filter(by_it).any(|one| one.state == MoveState::Done))
    }

    async fn is_applied(&self, id: &str, by: &str, at: Timestamp) -> Result<Proposal, ChangeError> {
        for _ in 0..8 {
            let kept = self.kept(id, at).await?;
            if matches!(kept.proposal.state, ProposalState::Applied | ProposalState::RolledBack) {
                return Ok(kept.proposal);
            }
            let moves = self.moves().history(&kept.proposal.loop_name, at).await?;
            let made =
                moves.iter().find(|one| one.how == How::Applied && one.proposal.as_ref() == Some(&kept.proposal.id));
            let (by, at) = made.map_or((by, at), |made| (made.by.as_str(), made.at));
            let ended = Ended { by: by.to_owned(), at, why: kept.proposal.why.clone() };
            let applied = Proposal { state: ProposalState::Applied, ended: Some(ended), ..kept.proposal.clone() };
            if self.write(&kept, &applied).await? {
                return Ok(applied);
            }
        }
        Err(busy(id))
    }

    /// Goes back to the version before. `expected` is the hash of the version that is to be taken back (or its beginning):
    /// where another one is active by now, nothing is done. A trial that is under way ends with it.
    ///
    /// # Errors
    /// Where the role is too low, another version is active, or there is none before.
    pub async fn roll_back(
        &self,
        loop_name: &str,
        expected: &str,
        by: &Actor,
        why: &str,
        at: Timestamp,
    ) -> Result<Move, ChangeError> {
        may(by, self.policy().await?.roles.roll_back, "take changes of config back")?;
        if why.trim().is_empty() {
            return Err(ChangeError::Refused(
                "nothing is said of why; say it in a sentence, for the history".to_owned(),
            ));
        }
        let active = self.active(loop_name, at).await?;
        let now = &active.read.pointer;
        let moves = self.moves().history(loop_name, at).await?;
        if expected.len() < 8 || !now.active.sha256.starts_with(expected) {
            // The same call again, after an answer that did not arrive.
            let repeated = moves.last().filter(|last| last.how == How::RolledBack && last.by == by.username);
            let from = repeated.and_then(|last| last.from.as_ref());
            return match (repeated, from.is_some_and(|from| expected.len() >= 8 && from.sha256.starts_with(expected))) {
                (Some(last), true) => Ok(last.clone()),
                _ => Err(self.moves().overtaken(loop_name, at).await?),
            };
        }
        // The move that made it active: a trial in between leaves the version as it is.
        let came = moves.iter().rev().find(|one| one.to == now.active && one.from.as_ref() != Some(&one.to));
        let back_to = match came {
            Some(came) => came.from.clone(),
            None => now.previous.clone(),
        };
        let Some(back_to) = back_to else {
            return Err(ChangeError::Refused(format!(
                "there is no version before {} of {loop_name}",
                now.active.short()
            )));
        };
        let files = self.checks.files(loop_name);
        let before = self.bundle(&back_to).await?;
        let diff = unified(&format!("loops/{loop_name}"), &texts(&active.bundle, &files), &texts(&before, &files));
        let proposal = came.and_then(|came| came.proposal.clone());
        let wanted = Wanted {
            to: back_to,
            rollout: None,
            how: How::RolledBack,
            proposal: proposal.clone(),
            by: by.username.clone(),
            why: why.to_owned(),
            diff,
        };
        let made = self.moves().make(loop_name, Some(&active.read), &wanted, at).await?;
        if let Some(id) = proposal {
            self.is_rolled_back(&id, &made).await?;
        }
        Ok(made)
    }

    async fn is_rolled_back(&self, id: &str, made: &Move) -> Result<(), ChangeError> {
        for _ in 0..8 {
            let kept = self.kept(id, made.at).await?;
            if kept.proposal.state != ProposalState::Applied {
                return Ok(());
            }
            let ended = Ended { by: made.by.clone(), at: made.at, why: made.why.clone() };
            let back = Proposal { state: ProposalState::RolledBack, ended: Some(ended), ..kept.proposal.clone() };
            if self.write(&kept, &back).await? {
                return Ok(());
            }
        }
        Err(busy(id))
    }
}

fn open(proposal: &Proposal, missing: &str) -> ChangeError {
    let remedy = format!("it takes {missing}");
    ChangeError::WrongState { id: proposal.id.clone(), state: proposal.state.to_string(), remedy }
}
