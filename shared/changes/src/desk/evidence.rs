//! Evidence on a proposal: what outcomes say for it.

use jiff::Timestamp;

use super::proposing::waits;
use super::{ChangeDesk, busy};
use crate::error::ChangeError;
use crate::proposal::{Evidence, Proposal};

impl ChangeDesk {
    /// Puts evidence on a proposal that waits, once: what is there stays.
    ///
    /// # Errors
    /// Where there is no such proposal, it does not wait any more, or a store does not answer.
    pub async fn note_evidence(&self, id: &str, evidence: &Evidence, at: Timestamp) -> Result<Proposal, ChangeError> {
        for _ in 0..8 {
            let kept = self.kept(id, at).await?;
            if kept.proposal.evidence.is_some() {
                return Ok(kept.proposal);
            }
            waits(&kept.proposal, "it is too late for evidence")?;
            let noted = Proposal { evidence: Some(evidence.clone()), ..kept.proposal.clone() };
            if self.write(&kept, &noted).await? {
                return Ok(noted);
            }
        }
        Err(busy(id))
    }
}
