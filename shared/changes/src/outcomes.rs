//! What versions of a loop's config have led to: kept by whoever joins outcomes, shown beside the history of moves.

use std::collections::BTreeMap;

use jiff::Timestamp;
use revloops_domain::ConfigStamp;
use revloops_loopkit::ports::Documents;
use revloops_loopkit::{Failure, Feedback, LeverEdit, Outcome};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::moves::Move;
use crate::rollout::Count;

/// Under which id a loop's last look at its outcomes is kept.
const LATEST: &str = "latest";

/// What one version of a loop's config has led to so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionOutcomes {
    /// The loop.
    #[serde(rename = "loop")]
    pub loop_name: String,
    /// SHA-256 of the version.
    pub version: String,
    /// The proposal that it comes from, where it comes from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
    /// Decisions that it made, as far back as one looks.
    pub decided: u64,
    /// Those whose outcome is known.
    pub ripe: u64,
    /// For each guard of the loop's card: outcomes that say something of it, and bad ones among them.
    pub guards: BTreeMap<String, Count>,
    /// When these figures were settled.
    pub at: Timestamp,
}

/// What a loop made of its outcomes when it last looked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedbackNote {
    /// SHA-256 of the version whose outcomes these are.
    pub version: String,
    /// What the outcomes say.
    pub said: Feedback,
    /// The proposal that was made of it, or was made before and waits or was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
    /// Edits that could not be proposed, and why: they are not lost by it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// Facts of outcomes that could not be read any more, and were left out.
    #[serde(default)]
    pub unread: u64,
    /// Since when it is so.
    pub at: Timestamp,
}

/// Edits that could not be proposed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    /// The edits.
    pub edits: Vec<LeverEdit>,
    /// What is wrong with them, and what would be right.
    pub why: String,
}

fn versions_of(loop_name: &str) -> String {
    format!("outcome_metrics.{loop_name}")
}

fn note_of(loop_name: &str) -> String {
    format!("feedback.{loop_name}")
}

impl VersionOutcomes {
    /// Keeps the figures in the place of those before; whether they are other than these.
    ///
    /// # Errors
    /// Where the store does not answer, or somebody else keeps them just now.
    pub async fn keep(&self, documents: &dyn Documents, at: Timestamp) -> Outcome<bool> {
        let same = |before: &Self| Self { at: self.at, ..before.clone() } == *self;
        keep(documents, &versions_of(&self.loop_name), &self.version, self, same, at).await
    }

    /// Those of all versions of a loop, by hash.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn all(documents: &dyn Documents, loop_name: &str, at: Timestamp) -> Outcome<Vec<Self>> {
        documents
            .list(&versions_of(loop_name), at)
            .await?
            .into_iter()
            .map(|stored| read(&stored.id, stored.value))
            .collect()
    }

    /// In words with numbers, beside the version that it took the place of: one line a guard, after one of how many.
    #[must_use]
    pub fn in_words(&self, before: Option<&Self>) -> Vec<String> {
        let mut lines = vec![format!("{} of {} outcomes are known", self.ripe, self.decided)];
        for (metric, count) in &self.guards {
            let now = share(*count);
            let said = before.and_then(|before| before.guards.get(metric)).map(|count| share(*count));
            lines.push(match said {
                Some(before) => format!("{metric}: {now}; before it {before}"),
                None => format!("{metric}: {now}"),
            });
        }
        lines
    }
}

impl FeedbackNote {
    /// Keeps what a loop made of its outcomes; whether that is other than before.
    ///
    /// # Errors
    /// See [`VersionOutcomes::keep`].
    pub async fn keep(&self, documents: &dyn Documents, loop_name: &str, at: Timestamp) -> Outcome<bool> {
        let same = |before: &Self| Self { at: self.at, ..before.clone() } == *self;
        keep(documents, &note_of(loop_name), LATEST, self, same, at).await
    }

    /// What a loop made of its outcomes when it last looked.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn latest(documents: &dyn Documents, loop_name: &str, at: Timestamp) -> Outcome<Option<Self>> {
        let stored = documents.read(&note_of(loop_name), LATEST, at).await?;
        stored.map(|stored| read(&stored.id, stored.value)).transpose()
    }

    /// In words with numbers.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let mut lines = match &self.said {
            Feedback::Proposal(proposal) => {
                let made = self.proposal.as_ref().map_or("none made of it".to_owned(), |id| format!("proposal {id}"));
                let mut lines = vec![format!("{} outcomes propose a change: {made}", proposal.sample)];
                lines.extend(proposal.evidence.iter().cloned());
                lines
            }
            Feedback::TooLittleData(little) => {
                vec![format!("{} outcomes are too few to say anything; {} are needed", little.sample, little.needed)]
            }
            Feedback::NoChange { sample } => vec![format!("{sample} outcomes propose no change")],
        };
        lines.extend(self.refused.iter().map(|refused| {
            let paths: Vec<String> = refused.edits.iter().map(|edit| format!("{} {}", edit.file, edit.path)).collect();
            format!("not proposed: {}: {}", paths.join(", "), refused.why)
        }));
        lines
    }
}

/// Says beside each move what the version that it made active has led to, and the one before it.
pub fn beside(moves: &mut [Move], versions: &[VersionOutcomes]) {
    let of = |stamp: &ConfigStamp| versions.iter().find(|one| one.version == stamp.sha256);
    for one in moves.iter_mut() {
        let before = one.from.as_ref().filter(|from| **from != one.to).and_then(of);
        let Some(after) = of(&one.to) else { continue };
        one.outcomes = Some(json!({"in_words": after.in_words(before), "with_it": after, "before_it": before}));
    }
}

fn share(count: Count) -> String {
    if count.seen == 0 {
        return "nothing known".to_owned();
    }
    // Tenths of a percent, in whole numbers.
    let tenths = (u64::from(count.bad) * 1_000 + u64::from(count.seen) / 2) / u64::from(count.seen);
    format!("{}.{} % ({} of {})", tenths / 10, tenths % 10, count.bad, count.seen)
}

fn read<T: DeserializeOwned>(id: &str, value: Value) -> Outcome<T> {
    serde_json::from_value(value).map_err(|error| {
        Failure::unreadable(revloops_domain::ErrorClass::Bug, format_args!("reading outcomes of {id}"), &error)
    })
}

async fn keep<T: Serialize + DeserializeOwned>(
    documents: &dyn Documents,
    kind: &str,
    id: &str,
    kept: &T,
    same: impl Fn(&T) -> bool,
    at: Timestamp,
) -> Outcome<bool> {
    let value = serde_json::to_value(kept).map_err(|error| {
        Failure::unreadable(revloops_domain::ErrorClass::Bug, format_args!("writing outcomes of {id}"), &error)
    })?;
    let written = match documents.read(kind, id, at).await? {
        // What cannot be read any more is from before a change of its shape, and is made anew.
        Some(before) if read::<T>(id, before.value.clone()).is_ok_and(|before| same(&before)) => return Ok(false),
        Some(before) => documents.replace(kind, id, &value, None, before.version).await?,
        None => documents.create(kind, id, &value, None).await?,
    };
    if written {
        return Ok(true);
    }
    let busy = format!("outcomes of {id} are being counted by others just now");
    Err(Failure::new(revloops_domain::ErrorClass::Transient, busy))
}

#[cfg(test)]
mod tests {
    use revloops_testkit::DocumentsInMemory;

    use super::*;

    fn version(bad: u32) -> VersionOutcomes {
        VersionOutcomes {
            loop_name: "route".into(),
            version: "v".into(),
            proposal: None,
            decided: 50,
            ripe: 40,
            guards: BTreeMap::from([("reassigned".to_owned(), Count { seen: 40, bad })]),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_versions_outcomes_are_told_beside_those_of_the_version_before() {
        let told = version(3).in_words(Some(&version(12)));
        assert_eq!(told, ["40 of 50 outcomes are known", "reassigned: 7.5 % (3 of 40); before it 30.0 % (12 of 40)"]);
    }

    #[tokio::test]
    async fn figures_that_are_the_same_are_not_written_again() {
        let documents = DocumentsInMemory::default();
        let at = Timestamp::UNIX_EPOCH;
        assert!(version(3).keep(&documents, at).await.unwrap());
        let later = VersionOutcomes { at: Timestamp::from_second(60).unwrap(), ..version(3) };
        assert!(!later.keep(&documents, at).await.unwrap());
        assert!(version(4).keep(&documents, at).await.unwrap());
        assert_eq!(VersionOutcomes::all(&documents, "route", at).await.unwrap(), [version(4)]);
    }
}
