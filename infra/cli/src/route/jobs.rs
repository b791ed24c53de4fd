//! `revloops route jobs`: the jobs of this machine, and how far they are.

use std::process::ExitCode;

use revloops_loopkit::ports::Direction;
use serde_json::json;

use super::figures::thousands;
use super::journal::JobFolder;
use super::target::jobs_folder;
use crate::context::Context;

pub(super) async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let mut folders: Vec<_> = match std::fs::read_dir(jobs_folder(context)) {
        Ok(entries) => entries.collect::<Result<_, _>>()?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    folders.sort_by_key(|entry| entry.metadata().and_then(|meta| meta.modified()).ok());
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for folder in folders {
        let Some(job) = JobFolder::open(&folder.path())? else { continue };
        let about = job.job();
        let [applied, undone] = [Direction::Apply, Direction::Undo].map(|direction| job.with_results(direction));
        let chunks = about.chunks;
        let how_far = match (applied, undone) {
            (_, undone) if undone > 0 && undone >= chunks => "undone".to_owned(),
            (_, undone) if undone > 0 => format!("undoing, {undone} of {chunks} chunks"),
            (applied, _) if applied >= chunks => "applied".to_owned(),
            (applied, _) => format!("applying, {applied} of {chunks} chunks"),
        };
        rows.push(vec![about.id.clone(), about.object.clone(), thousands(about.records), how_far.clone()]);
        all.push(json!({"job": about, "applied_chunks": applied, "undone_chunks": undone, "how_far": how_far}));
    }
    if rows.is_empty() {
        context.console.say("no job was applied from this machine yet");
    } else {
        context.console.table(&["job", "object", "records", "how far"], rows);
    }
    context.console.json(&all)?;
    Ok(ExitCode::SUCCESS)
}
