//! `list_loops` and `read_config`.

use revloops_catalogue::LoopEntry;
use revloops_config::{Bundle, StoreError};
use revloops_domain::{ConfigStamp, ErrorClass};
use revloops_identity::Role;
use revloops_loopkit::Failure;
use revloops_mcp::{Spec, ToolError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::reads;
use crate::world::World;

pub(super) const LIST: Spec = reads(
    "list_loops",
    "List the loops",
    "Which loops there are: the question that each decides, what triggers it, its levers and config files, and which version of its config is \
     active, by whom and since when. Resources `revloops://loops/<name>` have each loop's whole card.",
    Role::Rep,
);

pub(super) const READ: Spec = reads(
    "read_config",
    "Read a loop's config",
    "The active config of one loop, file by file: thresholds, rules, pools, plays, templates. With `file`, that file alone.",
    Role::Manager,
);

/// Nothing to say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// All loops.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Loops {
    /// In the order in which they chain.
    pub loops: Vec<LoopLine>,
}

/// One loop.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LoopLine {
    /// Its name.
    pub name: &'static str,
    /// What it decides, as a question.
    pub decides: &'static str,
    /// The chain that it belongs to.
    pub chain: &'static str,
    /// What triggers it.
    pub triggers: &'static [&'static str],
    /// Levers that its owner may move.
    pub levers: &'static [&'static str],
    /// Files of its config.
    pub files: Vec<&'static str>,
    /// Its active config; absent where none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<Active>,
}

/// A config that decides.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Active {
    /// SHA-256 of it.
    pub sha256: String,
    /// Who made it active.
    pub by: String,
    /// When, RFC 3339 in UTC.
    pub since: String,
    /// SHA-256 of the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

/// Which config.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// The loop.
    #[serde(rename = "loop")]
    pub loop_name: String,
    /// The file, such as `rules.yaml`; all where it is absent.
    #[serde(default)]
    pub file: Option<String>,
}

/// A loop's config.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Config {
    /// SHA-256 of the whole.
    pub sha256: String,
    /// Content by file.
    pub files: Map<String, Value>,
}

/// # Errors
/// When the store does not answer.
pub async fn list(world: &World, _input: Nothing) -> Result<Loops, ToolError> {
    let mut lines = Vec::new();
    for entry in revloops_catalogue::all() {
        let pointer = world.config.pointer(entry.card.name).await.map_err(failed)?.map(|read| read.pointer);
        let active = pointer.map(|pointer| Active {
            sha256: pointer.active.sha256,
            by: pointer.moved_by,
            since: pointer.moved_at,
            before: pointer.previous.map(|stamp| stamp.sha256),
        });
        let card = entry.card;
        lines.push(LoopLine {
            name: card.name,
            decides: card.decides,
            chain: card.chain,
            triggers: card.triggers,
            levers: card.levers,
            files: entry.files.iter().map(|file| file.name).collect(),
            active,
        });
    }
    Ok(Loops { loops: lines })
}

/// # Errors
/// Where there is no such loop or file, or the store does not answer.
pub async fn read(world: &World, input: Which) -> Result<Config, ToolError> {
    let entry = named(&input.loop_name)?;
    let pointer = world.config.pointer(entry.card.name).await.map_err(failed)?;
    let Some(stamp) = pointer.map(|read| read.pointer.active) else {
        return Err(ToolError::asked(format!("no config of `{}` is active yet", entry.card.name)));
    };
    let mut files = bundle(world, &stamp).await?.files;
    if let Some(file) = &input.file {
        let names: Vec<String> = files.keys().cloned().collect();
        files.retain(|name, _| name == file);
        if files.is_empty() {
            let told = format!("`{}` has no file `{file}`; it has: {}", entry.card.name, names.join(", "));
            return Err(ToolError::asked(told));
        }
    }
    Ok(Config { sha256: stamp.sha256, files })
}

async fn bundle(world: &World, stamp: &ConfigStamp) -> Result<Bundle, ToolError> {
    let bytes = world.config.get(&stamp.key, &stamp.version_id).await.map_err(failed)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::unreadable(ErrorClass::ConfigInvalid, "reading the active config", &error).into())
}

/// The loop of this name.
fn named(name: &str) -> Result<LoopEntry, ToolError> {
    let entries = revloops_catalogue::all();
    entries.into_iter().find(|entry| entry.card.name == name).ok_or_else(|| {
        let names: Vec<&str> = entries.iter().map(|entry| entry.card.name).collect();
        ToolError::asked(format!("there is no loop `{name}`; the loops are: {}", names.join(", ")))
    })
}

fn failed(error: StoreError) -> ToolError {
    Failure::new(ErrorClass::Transient, "reading config").caused_by(error).into()
}
