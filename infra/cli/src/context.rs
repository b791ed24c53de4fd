//! What every command knows: where the project is, where the local system keeps its files, which ports it uses.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::console::Console;

/// The surroundings of one command.
#[derive(Debug, Clone)]
pub struct Context {
    /// Where output goes.
    pub console: Console,
    /// The project's files.
    pub layout: Layout,
    /// The local system's ports.
    pub ports: Ports,
}

impl Context {
    /// Finds the project from the current directory upwards, then from where this command was built; reads
    /// `REVLOOPS_DIR` and the `REVLOOPS_*_PORT` variables, which let a second local system live beside the first.
    ///
    /// # Errors
    /// If no project is found, or a port is no number.
    pub fn from_environment(console: Console) -> anyhow::Result<Self> {
        let root = find_root()?;
        let state = match std::env::var_os("REVLOOPS_DIR") {
            Some(directory) => std::path::absolute(PathBuf::from(directory))?,
            None => root.join(".revloops"),
        };
        Ok(Self { console, layout: Layout { root, state }, ports: Ports::from_environment()? })
    }
}

fn find_root() -> anyhow::Result<PathBuf> {
    let here = std::env::current_dir().context("finding the current directory")?;
    let built = Path::new(env!("CARGO_MANIFEST_DIR"));
    for start in [here.as_path(), built] {
        if let Some(root) = start.ancestors().find(|path| path.join("infra/template.yaml").is_file()) {
            return Ok(root.to_path_buf());
        }
    }
    bail!("no RevLoops project here or above {} (looked for infra/template.yaml)", here.display())
}

/// The project's files.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The project.
    pub root: PathBuf,
    /// All that the local system writes, `.revloops` unless told otherwise.
    pub state: PathBuf,
}

impl Layout {
    /// Python's own directory for the local cloud's tools; one for all local systems of this project.
    pub fn venv(&self) -> PathBuf {
        self.root.join(".revloops/venv")
    }
    /// A program of the venv.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.venv().join("bin").join(name)
    }
    /// What the local cloud keeps over a restart.
    pub fn cloud_state(&self) -> PathBuf {
        self.state.join("state")
    }
    /// One log a process.
    pub fn log(&self, name: &str) -> PathBuf {
        self.state.join("logs").join(format!("{name}.log"))
    }
    /// Which process is which.
    pub fn pid_file(&self, name: &str) -> PathBuf {
        self.state.join("run").join(format!("{name}.json"))
    }
    /// Where the local system answers.
    pub fn endpoints(&self) -> PathBuf {
        self.state.join("endpoints.json")
    }
    /// The CRM stand-in's database.
    pub fn crm_database(&self) -> PathBuf {
        self.state.join("crm.sqlite")
    }
    /// What was deployed last, so that an unchanged deployment is skipped.
    pub fn deployed(&self) -> PathBuf {
        self.state.join("deployed.json")
    }
    /// The template that describes what runs.
    pub fn template(&self) -> PathBuf {
        self.root.join("infra/template.yaml")
    }
    /// A function's directory, whose `bootstrap` is deployed.
    pub fn lambda(&self, package: &str) -> PathBuf {
        self.root.join("target/lambda").join(package)
    }
}

/// The local system's ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// The local cloud.
    pub cloud: u16,
    /// The CRM stand-in.
    pub crm: u16,
    /// The enrichment stand-in.
    pub enrichment: u16,
    /// The AI stand-in.
    pub ai: u16,
    /// The deployment's public name.
    pub site: u16,
}

impl Ports {
    fn from_environment() -> anyhow::Result<Self> {
        Ok(Self {
            cloud: port("REVLOOPS_CLOUD_PORT", 4566)?,
            crm: port("REVLOOPS_CRM_PORT", 4571)?,
            enrichment: port("REVLOOPS_ENRICHMENT_PORT", 4572)?,
            ai: port("REVLOOPS_AI_PORT", 4573)?,
            site: port("REVLOOPS_SITE_PORT", 4575)?,
        })
    }
}

fn port(name: &str, default: u16) -> anyhow::Result<u16> {
    match std::env::var(name) {
        Ok(text) => text.parse().with_context(|| format!("{name}={text} is not a port number")),
        Err(_) => Ok(default),
    }
}
