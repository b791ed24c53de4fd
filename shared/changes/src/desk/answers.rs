//! What people answer to a proposal.

use jiff::Timestamp;

use super::proposing::waits;
use super::{ChangeDesk, busy};
use crate::actor::Actor;
use crate::error::ChangeError;
use crate::policy::may;
use crate::proposal::{Approval, Ended, Proposal, ProposalState};

/// So much of a hash must be given at least.
const LEAST_OF_A_HASH: usize = 12;

impl ChangeDesk {
    /// Says yes to exactly one candidate. Where config asks for two people, whoever proposed is not the second.
    ///
    /// # Errors
    /// Where the hash is another, the role too low, a simulation is missing, or what it changes is not active any more.
    pub async fn approve(&self, id: &str, sha256: &str, by: &Actor, at: Timestamp) -> Result<Proposal, ChangeError> {
        let policy = self.policy().await?;
        may(by, policy.roles.approve, "approve changes of config")?;
        if !by.is_person {
            return Err(ChangeError::Refused(format!("{} is no person, and only people approve", by.username)));
        }
        for _ in 0..8 {
            let kept = self.kept(id, at).await?;
            let proposal = &kept.proposal;
            waits(proposal, "it cannot be approved")?;
            let is = &proposal.candidate.sha256;
            if sha256.len() < LEAST_OF_A_HASH || !is.starts_with(sha256) {
                return Err(ChangeError::OtherHash {
                    id: proposal.id.clone(),
                    is: is.clone(),
                    given: sha256.to_owned(),
                });
            }
            self.still(&kept, at).await?;
            if policy.simulates_first(&proposal.loop_name) && proposal.simulation.is_none() {
                let remedy = format!(
                    "changes of {} are simulated before anybody approves them: simulate it",
                    proposal.loop_name
                );
                return Err(ChangeError::WrongState {
                    id: proposal.id.clone(),
                    state: "not simulated".to_owned(),
                    remedy,
                });
            }
            if proposal.approvals.iter().any(|approval| by.is(&approval.by)) {
                return Ok(kept.proposal);
            }
            let mut approved = proposal.clone();
            // Policy may have become stricter since.
            approved.needs_two = policy.needs_two(&approved.loop_name, &approved.files, approved.simulation.as_ref());
            let (who, role) = (by.username.clone(), by.role);
            approved.approvals.push(Approval { by: who, role, at, sha256: is.clone() });
            if approved.missing().is_none() {
                approved.state = ProposalState::Approved;
            } else if approved.proposed_by.is_person && by.is(&approved.proposed_by.username) {
                let missing = approved.missing().unwrap_or_default();
                let remedy = format!("{} proposed it, and it takes {missing}", by.username);
                return Err(ChangeError::WrongState { id: approved.id, state: "open".to_owned(), remedy });
            }
            if self.write(&kept, &approved).await? {
                return Ok(approved);
            }
        }
        Err(busy(id))
    }

    /// Says no.
    ///
    /// # Errors
    /// Where the role is too low, or it does not wait any more.
    pub async fn reject(&self, id: &str, by: &Actor, why: &str, at: Timestamp) -> Result<Proposal, ChangeError> {
        may(by, self.policy().await?.roles.approve, "reject changes of config")?;
        self.end(id, by, why, at, ProposalState::Rejected).await
    }

    /// Takes one's own proposal back.
    ///
    /// # Errors
    /// Where somebody else proposed it, or it does not wait any more.
    pub async fn withdraw(&self, id: &str, by: &Actor, why: &str, at: Timestamp) -> Result<Proposal, ChangeError> {
        let proposal = self.show(id, at).await?;
        if !by.is(&proposal.proposed_by.username) {
            let who = &proposal.proposed_by.username;
            return Err(ChangeError::Refused(format!(
                "{who} proposed it, and only they withdraw it; you can reject it"
            )));
        }
        self.end(id, by, why, at, ProposalState::Withdrawn).await
    }

    async fn end(
        &self,
        id: &str,
        by: &Actor,
        why: &str,
        at: Timestamp,
        state: ProposalState,
    ) -> Result<Proposal, ChangeError> {
        for _ in 0..8 {
            let kept = self.kept(id, at).await?;
            if kept.proposal.state == state {
                return Ok(kept.proposal);
            }
            waits(&kept.proposal, "it has ended already")?;
            let ended = Ended { by: by.username.clone(), at, why: why.to_owned() };
            let ended = Proposal { state, ended: Some(ended), ..kept.proposal.clone() };
            if self.write(&kept, &ended).await? {
                return Ok(ended);
            }
        }
        Err(busy(id))
    }
}
