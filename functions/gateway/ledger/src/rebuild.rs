//! The lake made anew from the archive, below a folder of its own, in steps that can be called again.

use revloops_domain::ErrorClass;
use revloops_lake::{ARCHIVE, LAKE, Lake};
use revloops_loopkit::{Failure, Outcome};
use serde::{Deserialize, Serialize};

use crate::Within;
use crate::keep::Ledger;
use crate::rows::{self, Rows};
use crate::told::Line;

/// Rows that are merged at once.
const AT_ONCE: usize = 50_000;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rebuild {
    /// The folder: `rebuilt/…`, or the lake's own.
    pub into: String,
    /// The batch that was merged last; none for the first step.
    #[serde(default)]
    pub after: Option<String>,
}

/// What a step did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// Batches of the archive that were read.
    pub batches: usize,
    /// Rows that are new or newer.
    pub rows: usize,
    /// Lines that are none any more.
    pub unread: usize,
    /// The batch that was merged last: what the next step goes on after.
    pub after: Option<String>,
    /// Whether that was all.
    pub done: bool,
}

/// Merges what the archive holds after a batch, for as long as there is time.
///
/// # Errors
/// `Rejected` where the folder is none for a lake; otherwise where the bucket does not answer.
pub async fn rebuild(ledger: &Ledger, asked: &Rebuild, within: &Within) -> Outcome<Rebuilt> {
    let own = asked.into.strip_prefix("rebuilt/").is_some_and(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    });
    if !own && asked.into != LAKE {
        let what = format!("a lake is rebuilt into rebuilt/<name> or {LAKE}, and not into {:?}", asked.into);
        return Err(Failure::new(ErrorClass::Rejected, what));
    }
    if asked.after.as_ref().is_some_and(|key| !key.starts_with(&format!("{ARCHIVE}/"))) {
        return Err(Failure::new(ErrorClass::Rejected, "what comes after is named by a key of the archive"));
    }
    let (archive, lake) = (ledger.archive(), Lake::below(ledger.objects.clone(), &asked.into));
    let mut rebuilt = Rebuilt { after: asked.after.clone(), ..Rebuilt::default() };
    let (mut rows, mut waiting, mut last) = (Rows::new(), 0, None);
    let keys = archive.keys(asked.after.as_deref()).await?;
    let batches = keys.len();
    for key in keys {
        if within.is_over(ledger.clock.as_ref()) {
            break;
        }
        for line in archive.lines(&key).await? {
            let Ok(line) = serde_json::from_value::<Line>(line) else {
                rebuilt.unread += 1;
                continue;
            };
            rebuilt.unread += rows::add(&ledger.datasets, &line, &mut rows).len();
            waiting += 1;
        }
        rebuilt.batches += 1;
        last = Some(key);
        if waiting >= AT_ONCE {
            rebuilt.rows += ledger.merge(&lake, std::mem::take(&mut rows)).await?.rows;
            rebuilt.after = last.take();
            waiting = 0;
        }
    }
    rebuilt.rows += ledger.merge(&lake, rows).await?.rows;
    rebuilt.after = last.or(rebuilt.after);
    rebuilt.done = rebuilt.batches == batches;
    Ok(rebuilt)
}
