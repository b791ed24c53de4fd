//! A change in words, or whole files, becomes a proposal that waits.

use std::collections::BTreeMap;

use jiff::Timestamp;
use revloops_config::store::{PointerRead, SCENARIO};
use revloops_config::{Problems, StoreError};
use revloops_domain::{ConfigStamp, sha256_hex};

use super::{Active, ChangeDesk, Kept, busy, value};
use crate::actor::Actor;
use crate::diff::unified;
use crate::error::ChangeError;
use crate::operation::Operation;
use crate::policy::{may, texts};
use crate::ports::Simulator;
use crate::proposal::{KIND, Proposal, ProposalState, lines};

/// What somebody wants changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposed {
    /// All of one loop.
    pub operations: Vec<Operation>,
    /// Why.
    pub why: String,
}

/// Whole files, as a pipeline or a person hands them in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedFiles {
    /// The loop.
    pub loop_name: String,
    /// Text by file name; what is not named stays.
    pub files: BTreeMap<String, String>,
    /// Why.
    pub why: String,
    /// The version that they were made from; the active one where that is not known.
    pub base: Option<String>,
}

/// A checked version of something that has a pointer, with what is to be said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The pointer: of a loop, or of scenarios.
    pub loop_name: String,
    /// The version that it takes the place of.
    pub base: ConfigStamp,
    /// Its bytes; their SHA-256 is what is approved.
    pub bytes: Vec<u8>,
    /// What was said, where it was said so.
    pub operations: Vec<Operation>,
    /// What it changes.
    pub diff: String,
    /// The files that it changes.
    pub files: Vec<String>,
    /// Cases that it passed.
    pub cases: usize,
    /// What is odd about it and may be meant.
    pub warnings: Vec<String>,
    /// Why.
    pub why: String,
}

impl ChangeDesk {
    /// Proposes a change. The same change of the same version by the same person is one proposal as long as it waits.
    ///
    /// # Errors
    /// All that is wrong, and nothing is kept then.
    pub async fn propose(&self, proposed: Proposed, by: &Actor, at: Timestamp) -> Result<Proposal, ChangeError> {
        let Some(first) = proposed.operations.first() else {
            return Err(ChangeError::Refused("nothing is said to be changed; say at least one operation".to_owned()));
        };
        let loop_name = first.loop_name().to_owned();
        if let Some(other) = proposed.operations.iter().find(|operation| operation.loop_name() != loop_name) {
            let of = other.loop_name();
            return Err(ChangeError::Refused(format!(
                "one proposal changes one loop, and these change {loop_name} and {of}; make two"
            )));
        }
        may(by, self.policy().await?.roles.propose, "propose changes of config")?;
        let active = self.active(&loop_name, at).await?;
        let before = texts(&active.bundle, &self.checks.files(&loop_name));
        let mut after = before.clone();
        for operation in &proposed.operations {
            operation.apply(&mut after)?;
        }
        self.kept_as(&active, before, after, proposed.operations, proposed.why, by, at).await
    }

    /// Proposes whole files.
    ///
    /// # Errors
    /// As [`ChangeDesk::propose`]; where the version that they were made from is not active any more.
    pub async fn propose_files(
        &self,
        proposed: ProposedFiles,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Proposal, ChangeError> {
        may(by, self.policy().await?.roles.propose, "propose changes of config")?;
        let active = self.active(&proposed.loop_name, at).await?;
        if proposed.base.as_ref().is_some_and(|base| *base != active.read.pointer.active.sha256) {
            return Err(self.moves().overtaken(&proposed.loop_name, at).await?);
        }
        let known = self.checks.files(&proposed.loop_name);
        if let Some(unknown) = proposed.files.keys().find(|file| !known.contains(&file.as_str())) {
            return Err(ChangeError::unknown("file", unknown, &known));
        }
        let before = texts(&active.bundle, &known);
        let mut after = before.clone();
        after.extend(proposed.files);
        self.kept_as(&active, before, after, Vec::new(), proposed.why, by, at).await
    }

    #[expect(clippy::too_many_arguments, reason = "one place that both ways of proposing end in")]
    async fn kept_as(
        &self,
        active: &Active,
        before: BTreeMap<String, String>,
        after: BTreeMap<String, String>,
        operations: Vec<Operation>,
        why: String,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Proposal, ChangeError> {
        let loop_name = active.bundle.loop_name.clone();
        let files: Vec<String> =
            after.iter().filter(|(file, text)| before.get(*file) != Some(text)).map(|(file, _)| file.clone()).collect();
        if files.is_empty() {
            return Err(ChangeError::Refused(format!("nothing would change: {loop_name} is so already")));
        }
        let (bundle, cases, warnings) = self.checked(&active.bundle, &after)?;
        let version = Version {
            diff: unified(&format!("loops/{loop_name}"), &before, &after),
            base: active.read.pointer.active.clone(),
            bytes: bundle.to_bytes(),
            operations,
            files,
            cases,
            warnings,
            loop_name,
            why,
        };
        self.kept_version(version, by, at).await
    }

    /// Proposes a checked version that others have made: a scenario, which is the active one once it is promoted.
    ///
    /// # Errors
    /// Where the role is too low, or nothing is said of why.
    pub async fn propose_version(&self, version: Version, by: &Actor, at: Timestamp) -> Result<Proposal, ChangeError> {
        may(by, self.policy().await?.roles.propose, "propose changes of config")?;
        self.kept_version(version, by, at).await
    }

    async fn kept_version(&self, version: Version, by: &Actor, at: Timestamp) -> Result<Proposal, ChangeError> {
        let Version { loop_name, base, bytes, operations, diff, files, cases, warnings, why } = version;
        if why.trim().is_empty() {
            return Err(ChangeError::Refused(
                "nothing is said of why; say it in a sentence, for whoever approves".to_owned(),
            ));
        }
        let sha256 = sha256_hex(&bytes);
        let needs_two = self.policy().await?.needs_two(&loop_name, &files, None);
        let key = format!("proposals/{loop_name}/{sha256}.json");
        let mut candidate = None;
        for again in 0..100_u32 {
            let of = format!("{loop_name}/{}/{sha256}/{}/{again}", base.sha256, by.username);
            let id: String = sha256_hex(of.as_bytes()).chars().take(12).collect();
            if let Some(stored) = self.documents.read(KIND, &id, at).await? {
                let there = super::read(&id, &stored.value)?;
                if there.state.waits() {
                    return Ok(there);
                }
                continue;
            }
            let stamp = match &candidate {
                Some(stamp) => ConfigStamp::clone(stamp),
                None => {
                    let version_id = self.store.put(&key, bytes.clone()).await?;
                    candidate.insert(ConfigStamp { key: key.clone(), version_id, sha256: sha256.clone() }).clone()
                }
            };
            let proposal = Proposal {
                id: id.clone(),
                loop_name: loop_name.clone(),
                base: base.clone(),
                operations: operations.clone(),
                diff: diff.clone(),
                files: files.clone(),
                candidate: stamp,
                proposed_by: by.clone(),
                at,
                why: why.clone(),
                cases,
                warnings: warnings.clone(),
                evidence: None,
                simulation: None,
                needs_two: needs_two.clone(),
                approvals: Vec::new(),
                state: ProposalState::Open,
                ended: None,
                stored: None,
            };
            if self.documents.create(KIND, &id, &value(&proposal)?, None).await? {
                return Ok(proposal);
            }
        }
        Err(busy(&loop_name))
    }

    /// The bundle of a base with some files replaced, if it passes its check and its cases.
    pub(super) fn checked(
        &self,
        base: &revloops_config::Bundle,
        after: &BTreeMap<String, String>,
    ) -> Result<(revloops_config::Bundle, usize, Vec<String>), ChangeError> {
        let mut problems = Problems::new();
        let sources = base.sources_with(after, &mut problems);
        match self.checks.check(&base.loop_name, &sources, problems) {
            Some(Ok(candidate)) => Ok((candidate.bundle().clone(), candidate.cases(), lines(candidate.warnings()))),
            Some(Err(problems)) => Err(ChangeError::Problems { problems }),
            None => Err(ChangeError::unknown("loop", &base.loop_name, &self.checks.loops())),
        }
    }

    /// Simulates a proposal on history, and notes what that says. A simulation that was made is not made again.
    ///
    /// # Errors
    /// Where it does not wait any more, or simulating fails.
    pub async fn simulate(&self, id: &str, simulator: &dyn Simulator, at: Timestamp) -> Result<Proposal, ChangeError> {
        let kept = self.kept(id, at).await?;
        if kept.proposal.simulation.is_some() {
            return Ok(kept.proposal);
        }
        waits(&kept.proposal, "it is too late to simulate it")?;
        if kept.proposal.loop_name == SCENARIO {
            return Err(ChangeError::Refused(format!(
                "proposal {} is of a scenario, and those are compared, not simulated on the past",
                kept.proposal.id
            )));
        }
        let (base, candidate) = (self.bundle(&kept.proposal.base).await?, self.bundle(&kept.proposal.candidate).await?);
        let simulation = simulator.simulate(&base, &candidate).await?;
        let policy = self.policy().await?;
        for _ in 0..8 {
            let kept = self.kept(id, at).await?;
            waits(&kept.proposal, "it is too late to simulate it")?;
            let mut noted = kept.proposal.clone();
            noted.needs_two = policy.needs_two(&noted.loop_name, &noted.files, Some(&simulation));
            noted.simulation = Some(simulation.clone());
            // What was approved by one may need two, now that more is known.
            noted.state = if noted.missing().is_none() { noted.state } else { ProposalState::Open };
            if self.write(&kept, &noted).await? {
                return Ok(noted);
            }
        }
        Err(busy(id))
    }

    /// Whether what a proposal changes is still active; who was faster, where it is not.
    pub(super) async fn still(&self, kept: &Kept, at: Timestamp) -> Result<PointerRead, ChangeError> {
        let proposal = &kept.proposal;
        let read = self.pointer(&proposal.loop_name, at).await?;
        if read.pointer.active == proposal.base {
            return Ok(read);
        }
        let overtaken = self.moves().overtaken(&proposal.loop_name, at).await?;
        self.went_stale(kept, &overtaken.to_string(), at).await?;
        Err(overtaken)
    }
}

/// That a proposal still waits.
pub(super) fn waits(proposal: &Proposal, remedy: &str) -> Result<(), ChangeError> {
    if proposal.state.waits() {
        return Ok(());
    }
    let why = proposal
        .ended
        .as_ref()
        .map(|ended| format!("; {} on {}: {}", ended.by, ended.at, ended.why))
        .unwrap_or_default();
    Err(ChangeError::WrongState {
        id: proposal.id.clone(),
        state: proposal.state.to_string(),
        remedy: format!("{remedy}{why}"),
    })
}

/// A conflict of the store is somebody else's move.
pub(super) fn is_conflict(error: &ChangeError) -> bool {
    matches!(error, ChangeError::Overtaken { .. } | ChangeError::Store(StoreError::Conflict(_)))
}
