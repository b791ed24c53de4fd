//! `revloops down`: everything stopped, nothing lost, unless told to forget.

use std::{fs, io::ErrorKind, path::Path, process::ExitCode, time::Duration};

use anyhow::Context as _;

use crate::{
    context::Context,
    local::{STANDINS, running, stop, stop_cloud},
};

/// How `down` leaves things.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Forget everything that the local system stored: cloud, CRM, logs. The Python environment stays.
    #[arg(long)]
    pub purge: bool,
}

/// Stops the local system.
///
/// # Errors
/// If a process cannot be signalled or a file cannot be removed.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let layout = &context.layout;
    let mut stopped = Vec::new();

    // The CRM first, so that no message meets a cloud that is gone; what it could not send, it sends after the next `up`.
    if running(layout, STANDINS).is_some() {
        let step = context.console.step("Stopping the stand-ins");
        stop(layout, STANDINS, Duration::from_secs(10)).await?;
        stopped.push("standins");
        step.done("");
    }
    if running(layout, "cloud").is_some() {
        let step = context.console.step("Stopping the local cloud");
        step.detail("it saves what it holds");
        if stop_cloud(context).await? {
            step.done("saved");
        } else {
            step.warned("it did not end by itself, so what it held since the last `down` is lost");
        }
        stopped.push("cloud");
    }
    if args.purge {
        let step = context.console.step("Forgetting");
        for name in ["state", "tmp", "logs", "run", "packages"] {
            remove(&layout.state.join(name), true)?;
        }
        for name in [
            "endpoints.json",
            "secrets.json",
            "packaged.yaml",
            "template.yaml",
            "crm.sqlite",
            "crm.sqlite-wal",
            "crm.sqlite-shm",
        ] {
            remove(&layout.state.join(name), false)?;
        }
        step.done("cloud, CRM and logs");
    }
    if stopped.is_empty() && !args.purge {
        context.console.say("nothing of the local system runs");
    }
    context.console.json(&serde_json::json!({"stopped": stopped, "purged": args.purge}))?;
    Ok(ExitCode::SUCCESS)
}

fn remove(path: &Path, directory: bool) -> anyhow::Result<()> {
    let removed = if directory { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", path.display()))
        }
        _ => Ok(()),
    }
}
