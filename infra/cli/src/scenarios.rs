//! Scenarios in the config store: each under `scenarios/<id>.json`, and the pointer `scenario` to the active one.

use std::path::Path;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use revloops_config::store::PointerRead;
use revloops_config::{ConfigStore, Pointer, Problems};
use revloops_domain::{ConfigStamp, sha256_hex};
use revloops_scenario::Resolved;

use crate::console::Console;

/// The name of the pointer to the active scenario.
pub(crate) const POINTER: &str = "scenario";

/// The key under which a scenario is stored.
pub(crate) fn key(id: &str) -> String {
    format!("scenarios/{id}.json")
}

/// The id of the scenario that is stored under a key.
pub(crate) fn id_of(stamp: &ConfigStamp) -> anyhow::Result<&str> {
    let id = stamp.key.strip_prefix("scenarios/").and_then(|rest| rest.strip_suffix(".json"));
    id.with_context(|| format!("{} is no scenario", stamp.key))
}

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
pub(crate) async fn publish(
    console: &Console,
    store: &dyn ConfigStore,
    root: &Path,
    by: &str,
) -> anyhow::Result<Standing> {
    let mut problems = Problems::new();
    let named = revloops_scenario::active(root, &mut problems);
    let now = store.pointer(POINTER).await?;
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
        move_to(store, None, stamp, by, Timestamp::now()).await?;
        return Ok(Standing::First);
    };
    let active = &read.pointer.active;
    if active.sha256 == stamp.sha256 && active.key == stamp.key {
        return Ok(Standing::Same);
    }
    Ok(Standing::Other { named: id_of(&stamp)?.to_owned(), active: id_of(active)?.to_owned() })
}

/// Stores a scenario as a new version.
pub(crate) async fn keep(store: &dyn ConfigStore, resolved: &Resolved) -> anyhow::Result<ConfigStamp> {
    let (key, bytes) = (key(&resolved.scenario.id), resolved.to_json());
    let sha256 = sha256_hex(&bytes);
    let version_id = store.put(&key, bytes).await?;
    Ok(ConfigStamp { key, version_id, sha256 })
}

/// A stored scenario.
pub(crate) async fn load(store: &dyn ConfigStore, stamp: &ConfigStamp) -> anyhow::Result<Resolved> {
    let bytes = store.get(&stamp.key, &stamp.version_id).await?;
    Ok(Resolved::from_json(&bytes)?)
}

/// Makes `stamp` the active one, if the pointer is still as it was read; returns the pointer as it is now.
pub(crate) async fn move_to(
    store: &dyn ConfigStore,
    now: Option<&PointerRead>,
    stamp: ConfigStamp,
    by: &str,
    at: Timestamp,
) -> anyhow::Result<Pointer> {
    let pointer = Pointer::new(stamp, now.map(|read| read.pointer.active.clone()), by, at);
    store.move_pointer(POINTER, &pointer, now.map(|read| read.etag.as_str())).await?;
    Ok(pointer)
}
