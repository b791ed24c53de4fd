//! The rules that decide: the active ones, or those with some files replaced.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use revloops_config::levers::read_sources;
use revloops_config::{Bundle, ConfigStore as _, Document, Levers as _, Problems, Sources};
use revloops_domain::{ConfigStamp, sha256_hex};
use revloops_route::config::{RouteConfig, TERRITORIES};

use crate::context::Context;
use crate::local::Endpoints;

/// Which rules.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Rules {
    /// A config folder, in the place of the active config.
    #[arg(long)]
    pub(super) config: Option<PathBuf>,
    /// A file that replaces the one of its name (rules.yaml, pools.yaml, …); several may be given. A file of another name
    /// is taken for rules.yaml.
    #[arg(long = "rules", value_name = "FILE")]
    pub(super) replaced: Vec<PathBuf>,
}

/// Checked rules, and what they are made of.
pub(super) struct Candidate {
    pub(super) config: RouteConfig,
    pub(super) sources: Sources,
    /// Which version it is; `None` where it is not the active one.
    pub(super) stamp: Option<ConfigStamp>,
    pub(super) sha256: String,
}

/// The rules that the arguments name.
pub(super) async fn load(context: &Context, args: &Rules) -> anyhow::Result<Candidate> {
    let mut problems = Problems::new();
    let (mut sources, stamp) = match &args.config {
        Some(folder) => (read_sources::<RouteConfig>(folder, &mut problems), None),
        None => active(&Endpoints::load(context)?).await.map(|(sources, stamp)| (sources, Some(stamp)))?,
    };
    for file in &args.replaced {
        let name = name_of(file);
        if let Some(document) = Document::read_yaml(
            file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")),
            &file.file_name().unwrap_or_default().to_string_lossy(),
            &mut problems,
        ) {
            sources.insert(name, document);
        }
    }
    let stamp = stamp.filter(|_| args.replaced.is_empty());
    let config = RouteConfig::check(&sources, &mut problems);
    match problems.into_result(config) {
        Ok(config) => {
            let sha256 = sha256_hex(&Bundle::of(RouteConfig::LOOP, &sources).to_bytes());
            Ok(Candidate { config, sources, stamp, sha256 })
        }
        Err(problems) => {
            for problem in problems.clone().sorted() {
                context.console.note(problem);
            }
            bail!("these rules do not pass their check: {} problems", problems.len());
        }
    }
}

/// The file of a loop's config that this one stands for.
fn name_of(file: &Path) -> String {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let known = name == TERRITORIES || RouteConfig::FILES.iter().any(|known| known.name == name);
    if known { name } else { "rules.yaml".to_owned() }
}

async fn active(endpoints: &Endpoints) -> anyhow::Result<(Sources, ConfigStamp)> {
    let store = crate::config::store(endpoints).await?;
    let read = store.pointer(RouteConfig::LOOP).await?;
    let stamp =
        read.context("no config of route is active: `cargo revloops config promote` makes it so")?.pointer.active;
    let bytes = store.get(&stamp.key, &stamp.version_id).await?;
    let bundle: Bundle = serde_json::from_slice(&bytes).context("the active config is no bundle")?;
    Ok((bundle.sources(), stamp))
}
