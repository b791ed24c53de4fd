//! The function binaries: built by cargo, put where the template looks for them.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
};

use super::python::last_lines;
use crate::context::Context;

/// A function of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its logical id in the template.
    pub logical_id: &'static str,
    /// Its Cargo package, which is also its binary's name.
    pub package: &'static str,
}

/// Every function of the template.
pub const FUNCTIONS: [Function; 6] = [
    Function { logical_id: "CrmMessages", package: "revloops-crm-messages" },
    Function { logical_id: "ChainStarter", package: "revloops-chain-starter" },
    Function { logical_id: "Qualify", package: "revloops-qualify" },
    Function { logical_id: "Route", package: "revloops-route" },
    Function { logical_id: "Engage", package: "revloops-engage" },
    Function { logical_id: "Redrive", package: "revloops-redrive" },
];

pub(super) const STANDINS_PACKAGE: &str = "revloops-standins";

/// Builds the functions and the stand-ins, and puts each function's binary where the template looks for it.
/// Returns the stand-ins' program and one hash over the functions' binaries.
///
/// # Errors
/// If something does not compile; cargo's own words are in the error.
pub async fn build_and_package(context: &Context) -> anyhow::Result<(PathBuf, String)> {
    let target = cargo_build(context).await?;

    let step = context.console.step("Packages");
    let mut hash = Sha256::new();
    let mut changed = 0;
    for function in FUNCTIONS {
        let binary = target.join(function.package);
        let bytes = std::fs::read(&binary).with_context(|| format!("reading {}", binary.display()))?;
        hash.update(Sha256::digest(&bytes));
        let bootstrap = context.layout.lambda(function.package).join("bootstrap");
        if std::fs::read(&bootstrap).is_ok_and(|there| there == bytes) {
            continue;
        }
        changed += 1;
        replace_program(&bootstrap, &bytes)?;
    }
    let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if changed == 0 {
        step.skipped("unchanged")
    } else {
        step.done(format!("{changed} of {}", FUNCTIONS.len()))
    }
    Ok((target.join(STANDINS_PACKAGE), hash))
}

/// A new file under the old name, so that a process that runs the old one keeps it.
fn replace_program(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    // A name of this process's own: another local system may be packaging at the same time.
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(&beside, bytes)?;
    std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(0o755))?;
    std::fs::rename(&beside, path).with_context(|| format!("writing {}", path.display()))
}

/// Builds all binaries in the development profile; returns the directory that they are in.
///
/// Without naming packages: cargo then settles dependencies' features over the whole workspace, as it does for `cargo
/// run --bin` and for the tests, and compiles each dependency once for all of them.
async fn cargo_build(context: &Context) -> anyhow::Result<PathBuf> {
    let step = context.console.step("Build");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(&context.layout.root).args(["build", "--bins", "--message-format=json-render-diagnostics"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().context("starting cargo")?;
    let stdout = child.stdout.take().context("reading cargo's messages")?;
    let stderr = child.stderr.take().context("reading cargo's progress")?;

    let messages = tokio::spawn(async move {
        let mut lines = BufReader::new(stdout).lines();
        let (mut compiled, mut directory) = (0_usize, None);
        while let Ok(Some(line)) = lines.next_line().await {
            let Ok(message) = serde_json::from_str::<serde_json::Value>(&line) else { continue };
            if message.get("reason").and_then(|reason| reason.as_str()) != Some("compiler-artifact") {
                continue;
            }
            if message.get("fresh").and_then(|fresh| fresh.as_bool()) == Some(false) {
                compiled += 1;
            }
            if let Some(program) = message.get("executable").and_then(|path| path.as_str()) {
                directory = Path::new(program).parent().map(Path::to_path_buf);
            }
        }
        (compiled, directory)
    });
    let mut said = String::new();
    let mut lines = BufReader::new(stderr).lines();
    while let Some(line) = lines.next_line().await? {
        step.detail(line.trim().to_owned());
        said.push_str(&line);
        said.push('\n');
    }
    let status = child.wait().await?;
    let (compiled, directory) = messages.await?;
    if !status.success() {
        bail!("the functions do not build\n{}", last_lines(&said, 60));
    }
    if compiled == 0 {
        step.skipped("up to date")
    } else {
        step.done(format!("{compiled} crates compiled"))
    }
    directory.context("cargo named no binaries")
}
