//! Which scenario a command is about.

use std::path::{Path, PathBuf};

use anyhow::bail;
use revloops_config::{Problems, nearest};
use revloops_scenario::Resolved;

use crate::context::Context;

/// Where scenarios are.
#[derive(Debug, clap::Args)]
pub(super) struct Folder {
    /// The config folder; the project's own if none is given.
    #[arg(long)]
    config: Option<PathBuf>,
}

impl Folder {
    /// The config folder.
    pub(super) fn root(&self, context: &Context) -> PathBuf {
        self.config.clone().unwrap_or_else(|| context.layout.root.join("config"))
    }
}

/// The id of the active scenario.
pub(super) fn active(context: &Context, root: &Path) -> anyhow::Result<String> {
    let mut problems = Problems::new();
    match revloops_scenario::active(root, &mut problems) {
        Some(id) if problems.is_empty() => Ok(id),
        Some(_) | None => refused(context, &problems, "which scenario is active"),
    }
}

/// The scenario of this id, or the active one; all that is wrong with it goes to stderr.
pub(super) fn load(context: &Context, root: &Path, id: Option<&str>) -> anyhow::Result<Resolved> {
    let id = match id {
        Some(id) => id.to_owned(),
        None => active(context, root)?,
    };
    let ids = revloops_scenario::all(root);
    if !ids.contains(&id) {
        let near = nearest(&id, ids.iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        bail!("there is no scenario {id}{near} There are: {}", ids.join(", "));
    }
    let mut problems = Problems::new();
    match revloops_scenario::read(root, &id, &mut problems) {
        Some(resolved) if problems.is_empty() => Ok(resolved),
        Some(_) | None => refused(context, &problems, &format!("scenario {id}")),
    }
}

fn refused<T>(context: &Context, problems: &Problems, what: &str) -> anyhow::Result<T> {
    for problem in problems.sorted() {
        context.console.note(problem);
    }
    match problems.len() {
        1 => bail!("{what} has a problem"),
        count => bail!("{what} has {count} problems"),
    }
}
