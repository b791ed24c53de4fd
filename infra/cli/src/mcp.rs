//! `revloops mcp`: the registry of MCP servers, and the clients on this machine.

use std::process::ExitCode;

use crate::context::Context;
use crate::local::Endpoints;

mod clients;
mod publish;
mod trusted;

pub use publish::publish;

/// What to do with MCP servers.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Sign the list of config/mcp_servers.yaml and publish it, where it differs from what is published.
    Publish,
    /// Bring this machine's clients in line with the registry; again after the registry has changed.
    Install(clients::InstallArgs),
    /// Take away what was installed, and nothing else.
    Uninstall(clients::UninstallArgs),
    /// What is installed where, and whether it is as it was written.
    Status(clients::StatusArgs),
}

/// Carries it out. Exit codes: 0 done, 1 something is left for a person, 2 usage, 3 the registry is refused.
///
/// # Errors
/// If the list has problems, or the local system does not answer.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Publish => {
            let publication = publish(context, &Endpoints::load(context)?).await?;
            context.console.json(&publication)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Install(args) => clients::install(context, args).await,
        Command::Uninstall(args) => clients::uninstall(context, &args),
        Command::Status(args) => clients::status(context, &args),
    }
}
