//! The installer: brings people's MCP clients in line with the registry, and touches only what is its own.
//!
//! What is ours is known by two things together: the state file (`~/.config/revloops/mcp.json`) says that we wrote an entry, and the
//! entry is still as we wrote it. One that a person changed is left alone unless forced; one of the same name that somebody else
//! wrote is never touched. The state is written before a client's file and again after it, so that a run that is cut off in between is
//! taken up by the next one.
//!
//! Claude Desktop ignores remote servers in its file, so it gets one entry: a stdio bridge ([`BRIDGE`]), which reads the list of
//! servers from the state each time it starts and carries the tools of all of them. `npx mcp-remote` would be an entry for each
//! server, a Node.js that operators do not have, and a package from npm at each start.
//!
//! `infra/mcp/install.py` is the same for people without Rust; `infra/mcp/cases` holds both to the same behaviour.

mod clients;
mod diff;
mod files;
pub mod json_edit;
mod places;
mod plan;
mod report;
mod run;
mod state;
mod trust;

use std::fmt;

pub use clients::Client;
pub use places::{BeforeRename, Environment, Platform};
pub use report::{Action, ClientReport, Outcome, RegistryReport, Report, Source};
pub use run::{Options, install, registry_of, status, uninstall};
pub use trust::{Fetched, Trusted, read_file_url};

/// The bridge's source.
pub const BRIDGE: &str = include_str!("../../../../infra/mcp/bridge.py");

/// What the bridge is called in Claude Desktop's file.
pub const BRIDGE_NAME: &str = "revloops";

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstallError {
    /// What was asked for cannot be done. Exit code 2.
    Usage(String),
    /// The registry is not to be trusted, or there is none. Exit code 3.
    Refused(String),
    /// A file of our own cannot be read or written. Exit code 1.
    Failed(String),
}

impl InstallError {
    /// The exit code that says so.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Refused(_) => 3,
        }
    }
}

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Failed(text) => f.write_str(text),
            Self::Refused(text) => write!(f, "the registry is refused: {text}; nothing was changed"),
        }
    }
}

impl std::error::Error for InstallError {}

#[cfg(test)]
mod tests;
