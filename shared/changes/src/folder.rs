//! A config folder that is promoted by hand or by Git: is what it changes still active?
//!
//! Folders that follow one another are Git's business. What the system itself has changed since the last folder is not in
//! the next one by itself: promoting that would take it back without anybody saying so. So a folder that lacks such a change
//! is refused, unless it was pulled from the active version, or has the same text as that in every file that was changed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use revloops_config::{Bundle, StoreError};
use revloops_domain::ConfigStamp;
use revloops_loopkit::change::Candidate;

use crate::desk::ChangeDesk;
use crate::diff::unified;
use crate::error::ChangeError;
use crate::moves::{How, Move, Wanted};
use crate::policy::{POLICY, texts};

/// What a promotion did.
#[derive(Debug, Clone, PartialEq)]
pub enum Promoted {
    /// The pointer names this version now.
    Moved(ConfigStamp),
    /// It is the active version already.
    Unchanged(ConfigStamp),
    /// Nothing was done: the folder lacks what the system has changed since.
    Behind(Box<Move>),
}

impl ChangeDesk {
    /// Makes a checked folder the active version. `pulled` is the hash of the version that the folder was pulled from;
    /// `over` names the active version (by the beginning of its hash) that is to be replaced, come what may.
    ///
    /// # Errors
    /// Where a store does not answer, somebody else moves the pointer in between, or `over` is not active.
    pub async fn promote(
        &self,
        candidate: &Candidate,
        pulled: Option<&str>,
        over: Option<&str>,
        by: &str,
        at: Timestamp,
    ) -> Result<Promoted, ChangeError> {
        self.promote_bundle(candidate.bundle(), pulled, over, by, at).await
    }

    /// The same for a policy.
    ///
    /// # Errors
    /// See [`ChangeDesk::promote`].
    pub async fn promote_policy(&self, policy: &Bundle, by: &str, at: Timestamp) -> Result<Promoted, ChangeError> {
        self.promote_bundle(policy, None, None, by, at).await
    }

    async fn promote_bundle(
        &self,
        bundle: &Bundle,
        pulled: Option<&str>,
        over: Option<&str>,
        by: &str,
        at: Timestamp,
    ) -> Result<Promoted, ChangeError> {
        let loop_name = bundle.loop_name.as_str();
        let read = self.moves().settled(loop_name, at).await?;
        let active = read.as_ref().map(|read| read.pointer.active.clone());
        let sha256 = revloops_domain::sha256_hex(&bundle.to_bytes());
        if let Some(active) = active.as_ref().filter(|active| active.sha256 == sha256) {
            return Ok(Promoted::Unchanged(active.clone()));
        }
        if let (Some(over), Some(active)) = (over, &active)
            && (over.len() < 8 || !active.sha256.starts_with(over))
        {
            return Err(self.moves().overtaken(loop_name, at).await?);
        }
        let folder = bundle.texts.clone();
        let mut before = BTreeMap::new();
        if let Some(active) = &active {
            let was = match self.bundle(active).await {
                Ok(was) => was,
                // A version that is gone, or written by another code, is no reason not to go on.
                Err(ChangeError::Store(StoreError::Missing(_)) | ChangeError::Failure(_)) => empty(loop_name),
                Err(error) => return Err(error),
            };
            before = texts(&was, &self.files(loop_name));
            if over.is_none()
                && pulled != Some(active.sha256.as_str())
                && let Some(lacking) = self.lacks(loop_name, active, &before, &folder, at).await?
            {
                return Ok(Promoted::Behind(Box::new(lacking)));
            }
        }
        let to = self.moves().keep(bundle, by, at).await?;
        let wanted = Wanted {
            to: to.clone(),
            rollout: None,
            how: How::Promoted,
            proposal: None,
            by: by.to_owned(),
            why: "a config folder was promoted".to_owned(),
            diff: unified(&format!("loops/{loop_name}"), &before, &folder),
        };
        self.moves().make(loop_name, read.as_ref(), &wanted, at).await?;
        Ok(Promoted::Moved(to))
    }

    /// The last change of the system that a folder lacks.
    async fn lacks(
        &self,
        loop_name: &str,
        active: &ConfigStamp,
        now: &BTreeMap<String, String>,
        folder: &BTreeMap<String, String>,
        at: Timestamp,
    ) -> Result<Option<Move>, ChangeError> {
        let moves = self.moves().history(loop_name, at).await?;
        let changed = |one: &&Move| one.from.as_ref() != Some(&one.to);
        let Some(last) =
            moves.iter().rev().find(changed).filter(|last| last.how != How::Promoted && last.to == *active)
        else {
            return Ok(None);
        };
        let promoted = moves.iter().rev().find(|one| one.how == How::Promoted);
        let was = match promoted {
            Some(promoted) => texts(&self.bundle(&promoted.to).await?, &self.files(loop_name)),
            None => match moves.first().and_then(|first| first.from.as_ref()) {
                Some(first) => texts(&self.bundle(first).await?, &self.files(loop_name)),
                None => BTreeMap::new(),
            },
        };
        let lacking = now.iter().any(|(file, text)| was.get(file) != Some(text) && folder.get(file) != Some(text));
        Ok(lacking.then(|| last.clone()))
    }

    fn files(&self, loop_name: &str) -> Vec<&'static str> {
        if loop_name == POLICY { vec![crate::policy::FILE] } else { self.checks.files(loop_name) }
    }
}

fn empty(loop_name: &str) -> Bundle {
    Bundle { loop_name: loop_name.to_owned(), files: serde_json::Map::new(), texts: BTreeMap::new() }
}
