//! Where things are on a person's machine.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The kind of machine, which decides where programs keep their files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// `~/.config`.
    Linux,
    /// `~/Library/Application Support`.
    MacOs,
    /// `%APPDATA%`.
    Windows,
}

impl Platform {
    /// The machine that this runs on.
    #[must_use]
    pub const fn here() -> Self {
        if cfg!(target_os = "macos") {
            Self::MacOs
        } else if cfg!(windows) {
            Self::Windows
        } else {
            Self::Linux
        }
    }

    /// By its name: `linux`, `macos`, `windows`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "linux" => Some(Self::Linux),
            "macos" => Some(Self::MacOs),
            "windows" => Some(Self::Windows),
            _ => None,
        }
    }
}

/// Called just before a file is replaced: tests change it then.
pub type BeforeRename = Arc<dyn Fn(&Path) + Send + Sync>;

/// A person's machine.
#[derive(Clone)]
pub struct Environment {
    /// Home folder.
    pub home: PathBuf,
    /// Its kind.
    pub platform: Platform,
    /// Where programs keep their settings, where that is not where it usually is: `%APPDATA%`, `$XDG_CONFIG_HOME`.
    pub settings: Option<PathBuf>,
    /// `$CLAUDE_CONFIG_DIR`.
    pub claude_folder: Option<PathBuf>,
    /// The Python that runs the bridge.
    pub python: String,
    /// For tests alone.
    pub before_rename: Option<BeforeRename>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("home", &self.home)
            .field("platform", &self.platform)
            .finish_non_exhaustive()
    }
}

impl Environment {
    /// A machine whose programs keep their files where they usually do.
    #[must_use]
    pub fn of_home(home: PathBuf, platform: Platform, python: String) -> Self {
        Self { home, platform, settings: None, claude_folder: None, python, before_rename: None }
    }

    pub(super) fn settings(&self) -> PathBuf {
        self.settings.clone().unwrap_or_else(|| match self.platform {
            Platform::Linux => self.home.join(".config"),
            Platform::MacOs => self.home.join("Library").join("Application Support"),
            Platform::Windows => self.home.join("AppData").join("Roaming"),
        })
    }

    /// What is ours alone.
    pub(super) fn folder(&self) -> PathBuf {
        self.home.join(".config").join("revloops")
    }

    pub(super) fn state(&self) -> PathBuf {
        self.folder().join("mcp.json")
    }

    pub(super) fn bridge(&self) -> PathBuf {
        self.folder().join("mcp_bridge.py")
    }

    /// What the bridge keeps of logins.
    pub(super) fn bridge_logins(&self) -> PathBuf {
        self.folder().join("mcp_bridge_logins.json")
    }
}
