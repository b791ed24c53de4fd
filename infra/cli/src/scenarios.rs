//! The scenarios of a config folder are put into the config store, so that functions and servers have them.

use std::path::Path;

use anyhow::bail;
use jiff::Timestamp;
use revloops_changes::ChangeDesk;
use revloops_changes::moves::{How, Wanted};
use revloops_config::Problems;
use revloops_config::store::SCENARIO;
use revloops_domain::{ConfigStamp, sha256_hex};
use revloops_scenario::stored::{id_of, keep, key};

use crate::console::Console;

/// How the scenario that `active_scenario.yaml` names stands to the active one.
pub(crate) enum Standing {
    /// Nothing was active: it is now.
    First,
    /// It is the active one.
    Same,
    /// It is another, or has another content: a person has to promote it.
    Other {
        /// The scenario in the file.
        named: String,
        /// The active one.
        active: String,
    },
}

/// Stores every scenario of a config folder that has no problem, so that the service can compute with it, and makes the one
/// that `active_scenario.yaml` names the active one where none is.
///
/// # Errors
/// If the store does not answer. A scenario with problems is told, and left out.
pub(crate) async fn publish(console: &Console, desk: &ChangeDesk, root: &Path, by: &str) -> anyhow::Result<Standing> {
    let (store, at) = (desk.store.as_ref(), Timestamp::now());
    let mut problems = Problems::new();
    let named = revloops_scenario::active(root, &mut problems);
    let now = desk.moves().settled(SCENARIO, at).await?;
    let mut of_named = None;
    for id in revloops_scenario::all(root) {
        let Some(resolved) = revloops_scenario::read(root, &id, &mut problems) else { continue };
        let bytes = resolved.to_json();
        let is_named = named.as_deref() == Some(id.as_str());
        // The active version alone is looked at by its stamp: a new version of the same bytes would be another one.
        let there = store.newest(&key(&id)).await?.is_some_and(|newest| newest == bytes);
        if is_named && now.is_none() {
            of_named = Some(keep(store, &resolved).await?);
        } else if is_named {
            let sha256 = sha256_hex(&bytes);
            of_named = Some(ConfigStamp { key: key(&id), version_id: String::new(), sha256 });
        } else if !there {
            keep(store, &resolved).await?;
        }
    }
    for problem in problems.sorted() {
        console.note(problem);
    }
    let Some(stamp) = of_named else {
        bail!("the scenario that config/active_scenario.yaml names has problems");
    };
    let Some(read) = now else {
        let wanted = Wanted {
            to: stamp,
            rollout: None,
            how: How::Promoted,
            proposal: None,
            by: by.to_owned(),
            why: "the first scenario".to_owned(),
            diff: String::new(),
        };
        desk.moves().make(SCENARIO, None, &wanted, at).await?;
        return Ok(Standing::First);
    };
    let active = &read.pointer.active;
    if active.sha256 == stamp.sha256 && active.key == stamp.key {
        return Ok(Standing::Same);
    }
    Ok(Standing::Other { named: id_of(&stamp)?.to_owned(), active: id_of(active)?.to_owned() })
}
