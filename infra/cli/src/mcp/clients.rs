//! The clients on this machine: a thin layer over the installer.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use jiff::Timestamp;
use revloops_registry::install::{self, Client, Environment, InstallError, Options, Platform, Report, registry_of};
use serde_json::json;

use super::trusted;
use crate::context::Context;

/// Which clients, on which home.
#[derive(Debug, clap::Args)]
struct Where {
    /// The clients; those that are here if none is given. May be given several times.
    #[arg(long = "client", value_parser = ["claude-code", "claude-desktop", "cursor", "vscode", "all"])]
    clients: Vec<String>,
    /// Say what would be done, with the exact diff, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Write over what a person changed in entries of ours; somebody else's entries stay in any case.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    home: Home,
}

/// Whose home.
#[derive(Debug, clap::Args)]
struct Home {
    /// The home folder, instead of yours.
    #[arg(long)]
    home: Option<PathBuf>,
    /// The Python that runs Claude Desktop's bridge; the first `python3` of your path if none is given.
    #[arg(long)]
    python: Option<String>,
}

/// `install`.
#[derive(Debug, clap::Args)]
pub(super) struct InstallArgs {
    #[command(flatten)]
    at: Where,
    /// The registry's address; the one published from here, or used last, if none is given.
    #[arg(long, env = "REVLOOPS_MCP_REGISTRY")]
    registry: Option<String>,
    /// The public key that must have signed it, base64.
    #[arg(long, env = "REVLOOPS_MCP_REGISTRY_KEY")]
    key: Option<String>,
}

/// `uninstall`.
#[derive(Debug, clap::Args)]
pub(super) struct UninstallArgs {
    #[command(flatten)]
    at: Where,
}

/// `status`.
#[derive(Debug, clap::Args)]
pub(super) struct StatusArgs {
    #[command(flatten)]
    home: Home,
}

pub(super) async fn install(context: &Context, args: InstallArgs) -> anyhow::Result<ExitCode> {
    let (at, options) = (environment(&args.at.home)?, options(&args.at));
    let noted = trusted::noted(&context.layout).filter(|_| args.registry.is_none());
    let url = args.registry.clone().or_else(|| noted.as_ref().map(|noted| noted.url.clone()));
    let key = args.key.clone().or_else(|| noted.map(|noted| noted.key));
    let trusted = match registry_of(url.as_deref(), key.as_deref(), &at) {
        Ok(trusted) => trusted,
        Err(error) => return told(context, Err(error)),
    };
    let fetched = trusted::fetch(&trusted).await;
    told(context, install::install(&options, &at, &trusted, fetched, Timestamp::now()))
}

pub(super) fn uninstall(context: &Context, args: &UninstallArgs) -> anyhow::Result<ExitCode> {
    told(context, install::uninstall(&options(&args.at), &environment(&args.at.home)?))
}

pub(super) fn status(context: &Context, args: &StatusArgs) -> anyhow::Result<ExitCode> {
    told(context, install::status(&environment(&args.home)?, Timestamp::now()))
}

fn options(at: &Where) -> Options {
    let all = at.clients.iter().any(|name| name == "all");
    let clients = Client::ALL.into_iter().filter(|client| all || at.clients.iter().any(|name| name == client.id()));
    Options { clients: clients.collect(), dry_run: at.dry_run, force: at.force }
}

/// A home that is given is taken as it usually is; the person's own may have its folders moved.
fn environment(given: &Home) -> anyhow::Result<Environment> {
    let platform = Platform::here();
    let python = given.python.clone().unwrap_or_else(python);
    if let Some(home) = &given.home {
        return Ok(Environment::of_home(std::path::absolute(home)?, platform, python));
    }
    let home = std::env::home_dir().context("you have no home folder: give one with --home")?;
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let mut at = Environment::of_home(home, platform, python);
    at.settings = match platform {
        Platform::Linux => folder("XDG_CONFIG_HOME"),
        Platform::Windows => folder("APPDATA"),
        Platform::MacOs => None,
    };
    at.claude_folder = folder("CLAUDE_CONFIG_DIR");
    Ok(at)
}

/// Claude Desktop starts programs with a short path of its own: the whole one is written.
fn python() -> String {
    let names = if cfg!(windows) { ["python.exe", "python3.exe"] } else { ["python3", "python"] };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = names.iter().flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)));
    found.find(|program| program.is_file()).map_or_else(|| "python3".to_owned(), |path| path.display().to_string())
}

fn told(context: &Context, result: Result<Report, InstallError>) -> anyhow::Result<ExitCode> {
    match result {
        Ok(report) => {
            context.console.say(report.to_text().trim_end());
            context.console.json(&report)?;
            Ok(ExitCode::from(report.exit_code))
        }
        Err(error) => {
            let code = error.exit_code();
            context.console.json(&json!({"error": error.to_string(), "exit_code": code}))?;
            context.console.error(&error.into());
            Ok(ExitCode::from(code))
        }
    }
}
