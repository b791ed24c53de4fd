//! What a stream has lost: the runs table's own decisions, read by time and kept once more.

use jiff::{SignedDuration, Timestamp};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Past, PastDecision};
use serde::{Deserialize, Serialize};

use crate::Within;
use crate::keep::{Kept, Ledger, Reading};
use crate::rows::FIRST_TOUCH;
use crate::told::{Decided, Told};

/// Decisions that are read at once.
const AT_ONCE: usize = 500;

/// What leaves records besides the loops.
const WATCHES: [&str; 3] = [FIRST_TOUCH, "milestones", "scanner"];

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatchUp {
    /// Decisions from then on.
    pub after: Timestamp,
    /// Where a call before this one ended; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Place>,
}

/// A place among all decisions: the loops one by one, the newest of each first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The loop.
    #[serde(rename = "loop")]
    pub loop_name: String,
    /// Decisions before then.
    pub until: Timestamp,
}

/// What a call kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaughtUp {
    /// Decisions that were read.
    pub decisions: usize,
    /// What that changed.
    pub kept: Kept,
    /// What has to be asked for next; none where that was all.
    pub next: Option<CatchUp>,
}

/// Keeps what was decided since then, for as long as there is time.
///
/// # Errors
/// Where table or bucket do not answer.
pub async fn catch_up(ledger: &Ledger, past: &dyn Past, asked: &CatchUp, within: &Within) -> Outcome<CaughtUp> {
    let mut caught = CaughtUp { decisions: 0, kept: Kept::default(), next: None };
    let names = revloops_catalogue::all().map(|entry| entry.card.name);
    let from = asked.from.as_ref();
    let names = names.into_iter().chain(WATCHES).skip_while(|name| from.is_some_and(|from| from.loop_name != *name));
    for name in names {
        let mut until = from.filter(|from| from.loop_name == name).map_or(Timestamp::MAX, |from| from.until);
        loop {
            if within.is_over(ledger.clock.as_ref()) {
                let from = Some(Place { loop_name: name.to_owned(), until });
                caught.next = Some(CatchUp { after: asked.after, from });
                return Ok(caught);
            }
            let decided = past.decided(name, asked.after, until, AT_ONCE).await?;
            let keys: Vec<_> = decided.iter().map(|one| one.key.clone()).collect();
            let records = past.records(&keys).await?;
            let told = records.iter().map(|record| Told::Decision(Box::new(Decided::of(record)))).collect();
            caught.decisions += decided.len();
            caught.kept = caught.kept.and(ledger.keep("catch_up", Reading { told, unread: Vec::new() }).await?);
            match earlier(&decided, until) {
                Some(earlier) => until = earlier,
                None => break,
            }
        }
    }
    Ok(caught)
}

/// Before when the next page begins: decisions of the last one's moment may be on it, too.
fn earlier(decided: &[PastDecision], until: Timestamp) -> Option<Timestamp> {
    let last = decided.last().filter(|_| decided.len() == AT_ONCE)?.at;
    let just_after = last.saturating_add(SignedDuration::from_millis(1)).unwrap_or(Timestamp::MAX);
    Some(if just_after < until { just_after } else { last })
}
