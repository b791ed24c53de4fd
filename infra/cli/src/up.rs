//! `revloops up`: the local system, running.

use std::process::ExitCode;

use crate::{bi, console::Tone, context::Context, local::ensure_up};

/// `up` takes nothing: ports and directory come from the environment, as for every command.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Brings the system up and says where to look.
///
/// # Errors
/// If a part cannot be had.
pub async fn run(context: &Context, _: Args) -> anyhow::Result<ExitCode> {
    let endpoints = ensure_up(context).await?;
    let console = &context.console;
    console.say(format!("\n{}", console.tone(Tone::Good, "The local system is up.")));
    console.say(format!("  CRM's page      {}", endpoints.crm.url));
    console.say(format!("  dashboards      {}  (cargo revloops bi refresh)", bi::url(&endpoints)));
    console.say(format!("  local cloud     {}", endpoints.cloud.url));
    console.say(format!("  messages go to  {}", endpoints.api.messages_url));
    console.say("  next            cargo revloops demo · status · down");
    // Addresses only: the file itself holds the stand-ins' credentials.
    console.json(&serde_json::json!({
        "crm": endpoints.crm.url,
        "dashboards": bi::url(&endpoints),
        "cloud": endpoints.cloud.url,
        "enrichment": endpoints.enrichment.url,
        "ai": endpoints.ai.url,
        "messages": endpoints.api.messages_url,
        "endpoints_file": context.layout.endpoints(),
    }))?;
    Ok(ExitCode::SUCCESS)
}
