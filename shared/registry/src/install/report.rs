//! What was done, or would be: for people and for programs.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;

use super::clients::Client;
use crate::document::Registry;

/// What became of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It was not there.
    Added,
    /// Ours, as we wrote it, with something new to say.
    Updated,
    /// As it should be.
    Unchanged,
    /// Ours, and not in the registry any more.
    Removed,
    /// Somebody else wrote just that: it is theirs.
    Same,
    /// Ours, but a person changed it: left as it is.
    Changed,
    /// Somebody else's entry has this name: left as it is.
    Conflict,
    /// It is not there, though it was written.
    Missing,
    /// The file cannot be edited: left as it is.
    Unusable,
    /// The file changed under our hands, each time: left as it is.
    Busy,
}

impl Action {
    /// Whether something is left for a person to do.
    #[must_use]
    pub const fn needs_a_person(self) -> bool {
        match self {
            Self::Changed | Self::Conflict | Self::Unusable | Self::Busy => true,
            Self::Added | Self::Updated | Self::Unchanged | Self::Removed | Self::Same | Self::Missing => false,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Removed => "removed",
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Conflict => "conflict",
            Self::Missing => "missing",
            Self::Unusable => "unusable",
            Self::Busy => "busy",
        }
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Its name; empty for the file as a whole.
    pub name: String,
    /// What became of it.
    pub action: Action,
    /// What to know, and what to do.
    pub detail: String,
}

/// One client's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClientReport {
    /// [`Client::id`].
    pub client: String,
    /// The file.
    pub file: String,
    /// In the registry's order, then what is there no more.
    pub entries: Vec<Outcome>,
    /// The change, as `diff -u` writes it.
    pub diff: String,
}

/// Where the registry came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// It was fetched just now.
    Fetched,
    /// It is the last good one.
    LastGood,
}

/// The registry that counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegistryReport {
    /// Its address.
    pub url: String,
    /// Its number.
    pub serial: u64,
    /// Its end.
    pub expires: Timestamp,
    /// Where it came from.
    pub source: Source,
    /// What to know of that.
    pub note: String,
}

impl RegistryReport {
    pub(super) fn of(url: &str, registry: &Registry, source: Source, note: String) -> Self {
        let document = &registry.document;
        Self { url: url.to_owned(), serial: document.serial, expires: document.expires, source, note }
    }
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// The registry; none where none was needed.
    pub registry: Option<RegistryReport>,
    /// One a file.
    pub clients: Vec<ClientReport>,
    /// 0: all is well; 1: something is left for a person to do.
    pub exit_code: u8,
}

impl Report {
    pub(super) fn new(dry_run: bool, registry: Option<RegistryReport>, clients: Vec<ClientReport>) -> Self {
        let left = clients.iter().flat_map(|client| &client.entries).any(|entry| entry.action.needs_a_person());
        Self { dry_run, registry, clients, exit_code: u8::from(left) }
    }

    /// For people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        // Writing to a text does not fail.
        let _infallible = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        if let Some(registry) = &self.registry {
            writeln!(out, "Registry {}: number {}, good until {}", registry.url, registry.serial, registry.expires)?;
            if !registry.note.is_empty() {
                writeln!(out, "  {}", registry.note)?;
            }
        }
        for client in &self.clients {
            let known = Client::named(&client.client);
            writeln!(out, "{}: {}", known.map_or(client.client.as_str(), |known| known.title()), client.file)?;
            for entry in &client.entries {
                let name = if entry.name.is_empty() { "the file" } else { &entry.name };
                write!(out, "  {name:<24} {}", entry.action.word())?;
                writeln!(out, "{}{}", if entry.detail.is_empty() { "" } else { ": " }, entry.detail)?;
            }
            let came = client.entries.iter().any(|entry| entry.action == Action::Added);
            match known {
                _ if self.dry_run => out.push_str(&client.diff),
                Some(known) if came => writeln!(out, "  next: {}", known.next_step())?,
                Some(_) | None => {}
            }
        }
        if self.clients.is_empty() {
            writeln!(out, "Nothing is installed.")?;
        }
        if self.dry_run {
            writeln!(out, "Dry run: nothing was written.")?;
        }
        Ok(())
    }
}
