//! What the installer remembers: the last good registry, and what it wrote where.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::InstallError;
use super::clients::Client;
use super::files;
use super::places::Environment;
use crate::envelope::Envelope;

/// The content of `~/.config/revloops/mcp.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    version: u32,
    /// The last good registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) registry: Option<Seen>,
    /// One a file.
    #[serde(default)]
    pub(super) files: Vec<Record>,
}

/// The last good registry, and where it was had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) url: String,
    /// The public key that it was verified with, base64.
    pub(super) key: String,
    pub(super) envelope: Envelope,
}

/// What we wrote in one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// [`Client::id`].
    pub(super) client: String,
    pub(super) file: PathBuf,
    /// Whether the file was not there before us.
    pub(super) made_file: bool,
    /// Whether the key that holds the entries was not there before us.
    pub(super) made_section: bool,
    /// By name: what we wrote; two values while one is being replaced by the other.
    pub(super) entries: BTreeMap<String, Vec<Value>>,
}

impl Record {
    pub(super) fn new(client: Client, file: &Path) -> Self {
        Self {
            client: client.id().to_owned(),
            file: file.to_path_buf(),
            made_file: false,
            made_section: false,
            entries: BTreeMap::new(),
        }
    }

    /// What holds before the file is written and after: whatever of both is there, it is ours.
    pub(super) fn with(&self, before: &Self) -> Self {
        let mut both = self.clone();
        both.made_file |= before.made_file;
        both.made_section |= before.made_section;
        for (name, values) in &before.entries {
            let known = both.entries.entry(name.clone()).or_default();
            known.extend(values.iter().filter(|value| !known.contains(value)).cloned().collect::<Vec<_>>());
        }
        both
    }
}

const VERSION: u32 = 1;

impl State {
    /// Reads it; an empty one where there is none.
    pub(super) fn load(at: &Environment) -> Result<Self, InstallError> {
        let path = at.state();
        let failed = |what: String| {
            let remedy =
                "nothing was changed; move it away to start anew, then entries written before count as somebody else's";
            InstallError::Failed(format!("{}: {what}; {remedy}", path.display()))
        };
        let Some(text) = files::read(&path).map_err(|error| failed(error.to_string()))? else {
            return Ok(Self { version: VERSION, ..Self::default() });
        };
        let state: Self = serde_json::from_str(&text).map_err(|error| failed(format!("cannot be read: {error}")))?;
        if state.version == VERSION {
            return Ok(state);
        }
        Err(failed(format!("is of version {}, and this is for version {VERSION}", state.version)))
    }

    /// Writes it where it differs from what is there.
    pub(super) fn save(&self, at: &Environment) -> Result<(), InstallError> {
        let path = at.state();
        let text = serde_json::to_string_pretty(self).map_err(|error| InstallError::Failed(error.to_string()))?;
        files::put_own(&path, &format!("{text}\n"))
            .map_err(|error| InstallError::Failed(format!("{}: {error}", path.display())))
    }

    pub(super) fn record(&self, client: Client, file: &Path) -> Option<&Record> {
        self.files.iter().find(|record| record.client == client.id() && record.file == file)
    }

    /// Puts a record in the place of the one for its file; `None` takes it away.
    pub(super) fn set(&mut self, client: Client, file: &Path, record: Option<Record>) {
        let at = self.files.iter().position(|record| record.client == client.id() && record.file == file);
        match (at.and_then(|at| self.files.get_mut(at)), record) {
            (Some(there), Some(record)) => *there = record,
            (None, Some(record)) => self.files.push(record),
            (Some(_), None) => self.files.retain(|record| record.client != client.id() || record.file != file),
            (None, None) => {}
        }
    }
}
