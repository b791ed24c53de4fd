//! `revloops`, the one command: sets up, runs, inspects and deploys the system.

use clap::Parser as _;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    Box::pin(revloops_cli::Cli::parse().run()).await
}
