//! The clients, and what an entry looks like in each one's file.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::BRIDGE_NAME;
use super::json_edit::Dialect;
use super::places::Environment;
use crate::document::RegistryServer;

/// A program that speaks MCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Client {
    /// Claude Code.
    ClaudeCode,
    /// Claude Desktop.
    ClaudeDesktop,
    /// Cursor.
    Cursor,
    /// Visual Studio Code.
    VsCode,
}

impl Client {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::ClaudeCode, Self::ClaudeDesktop, Self::Cursor, Self::VsCode];

    /// As the command line says it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::ClaudeDesktop => "claude-desktop",
            Self::Cursor => "cursor",
            Self::VsCode => "vscode",
        }
    }

    /// As people say it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::ClaudeCode => "Claude Code",
            Self::ClaudeDesktop => "Claude Desktop",
            Self::Cursor => "Cursor",
            Self::VsCode => "VS Code",
        }
    }

    /// What the person does after an entry has come: how the client is brought to read it, and to ask for the login.
    pub(super) const fn next_step(self) -> &'static str {
        match self {
            Self::ClaudeCode => "start Claude Code again, and log in by /mcp",
            Self::ClaudeDesktop => "quit Claude Desktop and start it again; the browser opens for the login",
            Self::Cursor => "start Cursor again, and log in under MCP in its settings",
            Self::VsCode => "run MCP: List Servers in VS Code, start the server, and log in",
        }
    }

    /// By [`Client::id`].
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|client| client.id() == id)
    }

    /// The person's own file, not a project's.
    pub(super) fn file(self, at: &Environment) -> PathBuf {
        match self {
            Self::ClaudeCode => at.claude_folder.as_ref().unwrap_or(&at.home).join(".claude.json"),
            Self::ClaudeDesktop => at.settings().join("Claude").join("claude_desktop_config.json"),
            Self::Cursor => at.home.join(".cursor").join("mcp.json"),
            Self::VsCode => at.settings().join("Code").join("User").join("mcp.json"),
        }
    }

    /// Whether the person seems to have it.
    pub(super) fn is_here(self, at: &Environment) -> bool {
        let folder = match self {
            Self::ClaudeCode => at.claude_folder.clone().unwrap_or_else(|| at.home.join(".claude")),
            Self::ClaudeDesktop => at.settings().join("Claude"),
            Self::Cursor => at.home.join(".cursor"),
            Self::VsCode => at.settings().join("Code"),
        };
        folder.is_dir() || self.file(at).exists()
    }

    pub(super) const fn section(self) -> &'static str {
        match self {
            Self::ClaudeCode | Self::ClaudeDesktop | Self::Cursor => "mcpServers",
            Self::VsCode => "servers",
        }
    }

    pub(super) const fn dialect(self) -> Dialect {
        match self {
            Self::ClaudeCode | Self::ClaudeDesktop => Dialect::Json,
            Self::Cursor | Self::VsCode => Dialect::Jsonc,
        }
    }

    /// The entries that its file should have.
    pub(super) fn entries(self, servers: &[RegistryServer], at: &Environment) -> Vec<(String, Value)> {
        let each = |entry: fn(&str) -> Value| {
            servers.iter().map(|server| (server.client_name.clone(), entry(&server.url))).collect()
        };
        match self {
            Self::ClaudeCode | Self::VsCode => each(|url| json!({"type": "http", "url": url})),
            Self::Cursor => each(|url| json!({"url": url})),
            Self::ClaudeDesktop => {
                let bridge = at.bridge().to_string_lossy().into_owned();
                vec![(BRIDGE_NAME.to_owned(), json!({"command": at.python, "args": [bridge]}))]
            }
        }
    }
}
