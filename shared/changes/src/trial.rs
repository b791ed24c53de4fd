//! A try of a version beside the active one: begun, looked at, ended.

use jiff::Timestamp;
use revloops_config::{Rollout, RolloutMode};
use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::{Failure, Outcome};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::desk::ChangeDesk;
use crate::error::ChangeError;
use crate::moves::{How, Move, Wanted};
use crate::policy::may;
use crate::rollout::{Observation, Spec, Verdict, judge};

const KIND: &str = "config_trial";

/// A try of a proposal's version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Its id: the pointer names it, and subjects are chosen by it.
    pub id: String,
    /// The loop.
    #[serde(rename = "loop")]
    pub loop_name: String,
    /// The proposal whose version is tried.
    pub proposal: String,
    /// How.
    pub spec: Spec,
    /// Who began it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// How it stood when it was last looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

impl ChangeDesk {
    /// Tries a proposal's version: a canary takes an approved one, a shadow, which never acts, any that waits.
    ///
    /// # Errors
    /// Where the proposal cannot be applied either, the spec cannot be meant, or another trial of the loop is under way.
    pub async fn begin_trial(&self, id: &str, spec: Spec, by: &Actor, at: Timestamp) -> Result<Trial, ChangeError> {
        may(by, self.policy().await?.roles.apply, "try a version")?;
        spec.check().map_err(|error| ChangeError::Refused(format!("this trial cannot be meant: {error}")))?;
        let proposal = match spec.mode {
            RolloutMode::Canary => self.ready_proposal(id, by, at).await?,
            RolloutMode::Shadow => self.show(id, at).await?,
        };
        if !proposal.state.waits() {
            let remedy = "only what waits can be tried".to_owned();
            return Err(ChangeError::WrongState { id: proposal.id, state: proposal.state.to_string(), remedy });
        }
        let active = self.active(&proposal.loop_name, at).await?;
        if active.read.pointer.active != proposal.base {
            return Err(self.moves().overtaken(&proposal.loop_name, at).await?);
        }
        if let Some(under_way) = &active.read.pointer.rollout {
            let trial = self.trial(&under_way.id, at).await?;
            return match trial {
                Some(trial) if trial.proposal == proposal.id && trial.spec == spec => Ok(trial),
                Some(_) | None => Err(ChangeError::Refused(format!(
                    "a version of {} is tried already (trial {}); end that first",
                    proposal.loop_name, under_way.id
                ))),
            };
        }
        let proposal = self.stored_version(&proposal.id, by, at).await?;
        let Some(candidate) = proposal.stored.clone() else {
            return Err(Failure::new(ErrorClass::Transient, "the version is being stored by others; try again").into());
        };
        let id: String = sha256_hex(format!("{}/{at}", proposal.id).as_bytes()).chars().take(12).collect();
        let trial = Trial {
            id: id.clone(),
            loop_name: proposal.loop_name.clone(),
            proposal: proposal.id.clone(),
            spec: spec.clone(),
            by: by.username.clone(),
            at,
            verdict: None,
        };
        self.documents.create(KIND, &id, &as_value(&trial)?, None).await?;
        let rollout = Rollout { id, candidate, mode: spec.mode, share_basis_points: spec.share_basis_points };
        let wanted = Wanted {
            to: active.read.pointer.active.clone(),
            rollout: Some(rollout),
            how: How::TrialBegun,
            proposal: Some(proposal.id.clone()),
            by: by.username.clone(),
            why: proposal.why.clone(),
            diff: String::new(),
        };
        self.moves().make(&proposal.loop_name, Some(&active.read), &wanted, at).await?;
        Ok(trial)
    }

    /// A trial by its id.
    ///
    /// # Errors
    /// Where the store of records does not answer.
    pub async fn trial(&self, id: &str, at: Timestamp) -> Outcome<Option<Trial>> {
        let Some(stored) = self.documents.read(KIND, id, at).await? else { return Ok(None) };
        serde_json::from_value(stored.value)
            .map(Some)
            .map_err(|error| Failure::unreadable(ErrorClass::Bug, format_args!("reading trial {id}"), &error))
    }

    /// The trial that a loop has under way.
    ///
    /// # Errors
    /// Where there is no such loop, or a store does not answer.
    pub async fn under_way(&self, loop_name: &str, at: Timestamp) -> Result<Option<Trial>, ChangeError> {
        match self.active(loop_name, at).await?.read.pointer.rollout {
            Some(rollout) => Ok(self.trial(&rollout.id, at).await?),
            None => Ok(None),
        }
    }

    /// Looks at the loop's trial by everything that was observed so far: a regression that is sure is returned at once, and
    /// the active version decides for everybody again. `None` where no trial is under way.
    ///
    /// # Errors
    /// Where a store does not answer, or the pointer moved in between.
    pub async fn look_at_trial(
        &self,
        loop_name: &str,
        observations: &[Observation],
        at: Timestamp,
    ) -> Result<Option<Verdict>, ChangeError> {
        let Some(trial) = self.under_way(loop_name, at).await? else { return Ok(None) };
        let verdict = judge(&trial.spec, observations);
        if let Verdict::Regressed { guard } = &verdict {
            let why = format!(
                "{}: {} of {} leads with the new version, {} of {} with the active one",
                guard.metric, guard.tried.bad, guard.tried.seen, guard.active.bad, guard.active.seen
            );
            self.stop(&trial, How::Returned, "the trial's guard", &why, at).await?;
        }
        if let Some(stored) = self.documents.read(KIND, &trial.id, at).await? {
            let looked_at = Trial { verdict: Some(verdict.clone()), ..trial };
            self.documents.replace(KIND, &looked_at.id, &as_value(&looked_at)?, None, stored.version).await?;
        }
        Ok(Some(verdict))
    }

    /// Ends the loop's trial; the active version stays. `None` where none is under way.
    ///
    /// # Errors
    /// Where the role is too low, a store does not answer, or the pointer moved in between.
    pub async fn end_trial(
        &self,
        loop_name: &str,
        by: &Actor,
        why: &str,
        at: Timestamp,
    ) -> Result<Option<Move>, ChangeError> {
        may(by, self.policy().await?.roles.roll_back, "end a trial")?;
        match self.under_way(loop_name, at).await? {
            Some(trial) => self.stop(&trial, How::TrialEnded, &by.username, why, at).await.map(Some),
            None => Ok(None),
        }
    }

    async fn stop(&self, trial: &Trial, how: How, by: &str, why: &str, at: Timestamp) -> Result<Move, ChangeError> {
        let active = self.active(&trial.loop_name, at).await?;
        if active.read.pointer.rollout.as_ref().is_none_or(|rollout| rollout.id != trial.id) {
            return Err(self.moves().overtaken(&trial.loop_name, at).await?);
        }
        let wanted = Wanted {
            to: active.read.pointer.active.clone(),
            rollout: None,
            how,
            proposal: Some(trial.proposal.clone()),
            by: by.to_owned(),
            why: why.to_owned(),
            diff: String::new(),
        };
        self.moves().make(&trial.loop_name, Some(&active.read), &wanted, at).await
    }
}

fn as_value(trial: &Trial) -> Outcome<serde_json::Value> {
    serde_json::to_value(trial).map_err(|error| Failure::unreadable(ErrorClass::Bug, "writing a trial", &error))
}
