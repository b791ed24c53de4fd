//! `revloops redrive`: parked leads are sent again now instead of when they are due.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use revloops_aws::TableParked;

use crate::{aws::Aws, context::Context, local::Endpoints, status};

/// What to send again.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these parked items (their ids are in `revloops status`); all of them if none is given.
    parked_ids: Vec<String>,
    /// Also move what is in the demand queue's dead-letter queue back to the queue.
    #[arg(long)]
    dead_letters: bool,
}

/// Makes the items due and has the Redrive function look.
///
/// # Errors
/// If the local system does not run, an id is not parked, or the function fails.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let endpoints = Endpoints::load(context)?;
    let aws = Aws::local(&context.layout, &endpoints);
    let step = context.console.step("Redrive");
    let chosen = again(context, &endpoints, &args.parked_ids).await?;
    let moved = if args.dead_letters {
        step.detail("dead letters");
        move_dead_letters(&aws, endpoints.output("DemandDeadLettersUrl")?, endpoints.output("DemandQueueUrl")?).await?
    } else {
        0
    };
    if chosen.is_empty() && moved == 0 {
        step.skipped("nothing to send");
    } else {
        step.done(format!("{} parked, {moved} dead letters sent again", chosen.len()));
    }
    context.console.json(&json!({"parked": chosen, "dead_letters": moved}))?;
    Ok(ExitCode::SUCCESS)
}

/// Makes these parked items due, all if none is named, and has the Redrive function send them; returns their ids.
///
/// # Errors
/// If an id is not parked, or the function fails.
pub async fn again(context: &Context, endpoints: &Endpoints, parked_ids: &[String]) -> anyhow::Result<Vec<String>> {
    let aws = Aws::local(&context.layout, endpoints);
    let clients = endpoints.clients().await;
    let parked = status::parked(&clients, endpoints).await?;
    let chosen: Vec<String> = if parked_ids.is_empty() {
        parked.iter().map(|item| item.parked_id.clone()).collect()
    } else {
        parked_ids.to_vec()
    };
    if let Some(unknown) = chosen.iter().find(|id| !parked.iter().any(|item| item.parked_id == **id)) {
        bail!("{unknown} is not parked");
    }
    let table = TableParked::new(clients.dynamodb, endpoints.output("ParkedTable")?);
    for id in &chosen {
        if !table.make_due(id).await? {
            bail!("{id} is not parked any more");
        }
    }
    if !chosen.is_empty() {
        aws.invoke(endpoints.output("RedriveFunction")?, &json!({})).await?;
    }
    Ok(chosen)
}

/// One by one: the copy is sent before the original is deleted, so that a break in between doubles and never loses.
async fn move_dead_letters(aws: &Aws, from: &str, to: &str) -> anyhow::Result<usize> {
    let mut moved = 0;
    loop {
        let answer = aws
            .json([
                "sqs",
                "receive-message",
                "--queue-url",
                from,
                "--max-number-of-messages",
                "10",
                "--visibility-timeout",
                "60",
            ])
            .await?;
        let messages = answer.get("Messages").and_then(Value::as_array).cloned().unwrap_or_default();
        if messages.is_empty() {
            return Ok(moved);
        }
        for message in messages {
            let body = message.get("Body").and_then(Value::as_str).context("a message has a body")?;
            let handle = message.get("ReceiptHandle").and_then(Value::as_str).context("a message has a handle")?;
            aws.json(["sqs", "send-message", "--queue-url", to, "--message-body", body]).await?;
            aws.json(["sqs", "delete-message", "--queue-url", from, "--receipt-handle", handle]).await?;
            moved += 1;
        }
    }
}
