//! Tools that the end-to-end tests run beside Rust; `revloops test` installs them while cargo compiles.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
pub use revloops_cli::test::tools::Tools;

/// The project's root folder.
#[must_use]
pub fn project_root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

/// What they need from PyPI and npm, installed where it is missing or has another pin than before.
///
/// # Errors
/// When Python 3 or its `venv` module is missing, or a package cannot be installed.
pub fn prepare() -> anyhow::Result<Tools> {
    revloops_cli::test::tools::prepare(&project_root())
}

/// The browser: `REVLOOPS_CHROMIUM` where it is set, otherwise the first Chromium on the path.
///
/// # Errors
/// When there is none. A test that needs one fails then; it is never skipped.
#[expect(clippy::disallowed_methods, reason = "a tool's place is the test run's own setting")]
pub fn chromium() -> anyhow::Result<PathBuf> {
    if let Ok(named) = std::env::var("REVLOOPS_CHROMIUM") {
        let path = PathBuf::from(named);
        return if path.is_file() {
            Ok(path)
        } else {
            bail!("REVLOOPS_CHROMIUM names {}, which is no file", path.display())
        };
    }
    let path = std::env::var("PATH").unwrap_or_default();
    for name in ["chromium", "chromium-browser", "google-chrome"] {
        if let Some(found) = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file()) {
            return Ok(found);
        }
    }
    bail!("the browser tests need Chromium and found none: `apt-get install chromium`, or name it in REVLOOPS_CHROMIUM")
}

/// Runs a program to its end; what it printed is told only where it failed.
///
/// # Errors
/// When it cannot be started or ends with another status than 0.
pub fn run(command: &mut Command) -> anyhow::Result<String> {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("starting {shown}"))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{shown} ended with {}\n{printed}{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(printed)
}
