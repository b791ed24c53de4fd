//! The project's own Python environment: the local cloud and the tools that deploy to it, pinned.

use std::{path::Path, process::Stdio};

use anyhow::{Context as _, bail};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
};

use crate::context::Context;

/// The oldest Python that the pinned local cloud runs on.
const OLDEST: (u32, u32) = (3, 10);

/// Packages that are installed together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packages {
    title: &'static str,
    /// A file of the project.
    requirements: &'static str,
    /// In the venv, beside the packages: what was installed.
    mark: &'static str,
}

const LOCAL_CLOUD: Packages =
    Packages { title: "Python environment", requirements: "infra/local/cloud/requirements.txt", mark: "installed.txt" };

/// What carving territories needs: only who carves installs it.
pub(crate) const SOLVER: Packages =
    Packages { title: "Solver's library", requirements: "infra/carve/requirements.txt", mark: "installed-solver.txt" };

/// The Node.js that puts the site of dashboards together.
pub(crate) const SITE: Packages = Packages {
    title: "Node.js for the dashboards",
    requirements: "infra/bi/requirements.txt",
    mark: "installed-site.txt",
};

/// Has the venv ready. What was interrupted is carried on: only a finished installation leaves its mark.
///
/// # Errors
/// If there is no Python that can make one, or a package cannot be installed.
pub async fn ensure_venv(context: &Context) -> anyhow::Result<()> {
    ensure_packages(context, LOCAL_CLOUD).await
}

/// The same for other packages, in the same venv.
pub(crate) async fn ensure_packages(context: &Context, packages: Packages) -> anyhow::Result<()> {
    let step = context.console.step(packages.title);
    let layout = &context.layout;
    // A lock of its own: a second local system beside this one shares the environment.
    let beside = layout.venv().with_extension("lock");
    if let Some(parent) = beside.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let only_one = std::fs::File::create(&beside)?;
    if only_one.try_lock().is_err() {
        step.detail("another installation is under way");
        only_one.lock().context("waiting for another installation")?;
    }
    let requirements = layout.root.join(packages.requirements);
    let wanted =
        std::fs::read_to_string(&requirements).with_context(|| format!("reading {}", requirements.display()))?;
    let mark = layout.venv().join(packages.mark);
    if std::fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) && runs(&layout.tool("python")).await {
        step.skipped("installed");
        return Ok(());
    }
    if !runs(&layout.tool("pip")).await {
        step.detail("making it");
        make_venv(&layout.venv()).await?;
    }
    let mut pip = Command::new(layout.tool("pip"));
    pip.args(["install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--requirement"])
        .arg(&requirements)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = pip.spawn().context("starting pip")?;
    let errors = child.stderr.take().map(|stderr| tokio::spawn(read_all(stderr)));
    if let Some(stdout) = child.stdout.take() {
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            step.detail(line.trim().to_owned());
        }
    }
    let status = child.wait().await?;
    let errors = match errors {
        Some(task) => task.await.unwrap_or_default(),
        None => String::new(),
    };
    if !status.success() {
        bail!(
            "pip could not install {}; run the command again to carry on\n{}",
            packages.requirements,
            last_lines(&errors, 8)
        );
    }
    std::fs::write(&mark, wanted)?;
    step.done("installed");
    Ok(())
}

async fn make_venv(venv: &Path) -> anyhow::Result<()> {
    let python = find_python().await?;
    if venv.exists() {
        std::fs::remove_dir_all(venv).with_context(|| format!("removing the broken {}", venv.display()))?;
    }
    if let Some(parent) = venv.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let output = Command::new(&python).args(["-m", "venv"]).arg(venv).stdin(Stdio::null()).output().await?;
    if output.status.success() {
        return Ok(());
    }
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if said.contains("ensurepip") || said.contains("No module named venv") {
        bail!("{python} cannot make virtual environments; on Debian and Ubuntu: sudo apt install python3-venv");
    }
    bail!("{python} -m venv failed\n{}", last_lines(&said, 8))
}

/// The first Python on the path that is new enough.
async fn find_python() -> anyhow::Result<String> {
    let mut found = Vec::new();
    for name in ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"] {
        let asked = Command::new(name)
            .args(["-c", "import sys; print(*sys.version_info[:2])"])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .await;
        let Ok(output) = asked else { continue };
        let text = String::from_utf8_lossy(&output.stdout);
        let mut numbers = text.split_whitespace().filter_map(|number| number.parse::<u32>().ok());
        let (Some(major), Some(minor)) = (numbers.next(), numbers.next()) else { continue };
        if (major, minor) >= OLDEST {
            return Ok(name.to_owned());
        }
        found.push(format!("{name} is {major}.{minor}"));
    }
    let (major, minor) = OLDEST;
    if found.is_empty() {
        bail!("Python {major}.{minor} or newer is needed; on Debian and Ubuntu: sudo apt install python3 python3-venv");
    }
    bail!("Python {major}.{minor} or newer is needed, but {}", found.join(", "))
}

async fn runs(program: &Path) -> bool {
    let asked = Command::new(program).arg("--version").stdin(Stdio::null()).output().await;
    asked.is_ok_and(|output| output.status.success())
}

async fn read_all(mut stream: impl tokio::io::AsyncRead + Unpin) -> String {
    let mut text = Vec::new();
    let read = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut text).await;
    drop(read);
    String::from_utf8_lossy(&text).into_owned()
}

/// The end of a text, where tools say what was wrong.
pub(crate) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.iter().skip(lines.len().saturating_sub(count)).copied().collect::<Vec<_>>().join("\n")
}
