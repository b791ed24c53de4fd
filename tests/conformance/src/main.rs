//! Serves the fixtures for the conformance suite: `revloops-conformance --port 8931`.

use std::io::Write as _;

use clap::Parser;
use revloops_conformance::serve::{PATH, SESSIONS_PATH, serve};

/// Serves the fixtures for the MCP conformance suite.
#[derive(Parser)]
struct Arguments {
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", arguments.port)).await?;
    let address = listener.local_addr()?;
    writeln!(std::io::stdout(), "http://{address}{PATH} (with sessions: http://{address}{SESSIONS_PATH})")?;
    Ok(serve(listener).await?)
}
