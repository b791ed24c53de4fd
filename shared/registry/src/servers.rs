//! `config/mcp_servers.yaml`: raw shape → checked list of servers.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Document, Problems};

/// The file, relative to the config folder.
pub const FILE: &str = "mcp_servers.yaml";

/// The file as it is written.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawServers {
    /// For how many days a published list is good; publishing renews it when less than half of that is left.
    #[schemars(range(min = 2, max = 400))]
    valid_days: u16,
    /// The servers, one entry each.
    #[schemars(length(min = 1))]
    servers: Vec<ServerEntry>,
}

/// One MCP server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerEntry {
    /// Reverse DNS with one slash: `io.github.revloops/crm`.
    #[schemars(length(min = 3, max = 200), regex(pattern = r"^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$"))]
    pub name: String,
    /// What the entry is called in the clients' own files: `revloops-crm`.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,64}$"))]
    pub client_name: String,
    /// The name that people read.
    #[schemars(length(min = 1, max = 100))]
    pub title: String,
    /// What it does, in at most 100 characters.
    #[schemars(length(min = 1, max = 100))]
    pub description: String,
    /// One exact version, such as `1.2.0`.
    #[schemars(regex(pattern = r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$"), length(max = 255))]
    pub version: String,
    /// Its path below the deployment's public address: `/mcp/crm`.
    #[schemars(regex(pattern = r"^/mcp/[a-z][a-z0-9_-]*$"))]
    pub path: String,
    /// The scopes that its tools may ask for.
    pub scopes: Vec<String>,
}

/// The list, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Servers {
    /// For how many days a published list is good.
    pub valid_days: u16,
    /// In the order of the file.
    pub entries: Vec<ServerEntry>,
}

impl Servers {
    /// Reads and checks the file in `config_root`.
    ///
    /// # Errors
    /// Every problem, with line and remedy.
    pub fn read(config_root: &Path) -> Result<Self, Problems> {
        let mut problems = Problems::new();
        let document = Document::read_yaml(config_root, FILE, &mut problems);
        let servers = document.and_then(|document| Self::check(&document, &mut problems));
        problems.into_result(servers)
    }

    /// Checks a file that was read.
    pub fn check(document: &Document, problems: &mut Problems) -> Option<Self> {
        let raw = document.read::<RawServers>(problems)?;
        for (field, pick) in UNIQUE {
            let mut first: BTreeMap<&str, usize> = BTreeMap::new();
            for (at, entry) in raw.servers.iter().enumerate() {
                let value = pick(entry);
                if let Some(before) = first.get(value) {
                    let line = document.line_in_words(&format!("/servers/{before}"), &format!("/servers/{at}"));
                    let what = format!("`{value}` is the {field} of another server ({line})");
                    problems.at(document, &format!("/servers/{at}/{field}"), what, "each server has its own");
                } else {
                    first.insert(value, at);
                }
            }
        }
        for (at, entry) in raw.servers.iter().enumerate() {
            if entry.client_name == crate::install::BRIDGE_NAME {
                let what = format!("`{}` is what the bridge of Claude Desktop is called", entry.client_name);
                problems.at(document, &format!("/servers/{at}/client_name"), what, "choose another, like revloops-crm");
            }
            let path = format!("/servers/{at}/path");
            if let Some(taken) = ["/mcp/registry", "/mcp/install"].iter().find(|taken| **taken == entry.path) {
                problems.at(document, &path, format!("{taken} is the registry's own"), "choose another path");
            }
        }
        Some(Self { valid_days: raw.valid_days, entries: raw.servers })
    }
}

type Pick = fn(&ServerEntry) -> &str;

/// What no two servers share.
const UNIQUE: [(&str, Pick); 3] =
    [("name", |entry| &entry.name), ("client_name", |entry| &entry.client_name), ("path", |entry| &entry.path)];

/// The file's JSON Schema, for `config/schemas`.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(RawServers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems_of(text: &str) -> Vec<String> {
        let mut problems = Problems::new();
        if let Some(document) = Document::parse_yaml(FILE, text, &mut problems) {
            Servers::check(&document, &mut problems);
        }
        problems.sorted().iter().map(ToString::to_string).collect()
    }

    fn entry(name: &str, client_name: &str, path: &str) -> String {
        format!(
            "  - name: {name}\n    client_name: {client_name}\n    title: T\n    description: D\n    version: 1.0.0\n    path: {path}\n    scopes: []\n"
        )
    }

    #[test]
    fn the_shipped_list_is_sound() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config");
        let servers = Servers::read(&root).unwrap_or_else(|problems| panic!("{problems}"));
        let names: Vec<&str> = servers.entries.iter().map(|entry| entry.client_name.as_str()).collect();
        assert_eq!(names, ["revloops-crm", "revloops-workflow", "revloops-analytics"]);
    }

    #[test]
    fn every_problem_is_told_at_once_with_its_line() {
        let text = format!(
            "valid_days: 90\nservers:\n{}{}",
            entry("no_slash", "a", "/mcp/a"),
            entry("com.example/b", "has space", "/elsewhere")
        );
        let found = problems_of(&text);
        assert_eq!(found.len(), 3, "{found:#?}");
        assert!(found[0].starts_with("mcp_servers.yaml:3:"), "{found:#?}");
        assert!(found[1].starts_with("mcp_servers.yaml:11:"), "{found:#?}");
    }

    #[test]
    fn two_servers_share_neither_name_nor_path() {
        let text = format!(
            "valid_days: 90\nservers:\n{}{}",
            entry("com.example/a", "a", "/mcp/a"),
            entry("com.example/a", "b", "/mcp/a")
        );
        let found = problems_of(&text);
        assert_eq!(found.len(), 2, "{found:#?}");
        assert!(found[0].contains("of another server (line 3)"), "{found:#?}");
    }

    #[test]
    fn the_bridge_s_name_and_the_registry_s_path_are_taken() {
        let text = format!("valid_days: 90\nservers:\n{}", entry("com.example/a", "revloops", "/mcp/registry"));
        assert_eq!(problems_of(&text).len(), 2);
    }
}
