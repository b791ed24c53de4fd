//! Starting a chain and waiting for its end; how an execution stands.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::types::{ExecutionStatus, SyncExecutionStatus};
use serde_json::Value;

use revloops_domain::ErrorClass;
use revloops_loopkit::{Failure, Outcome};

use crate::failures::failure;

/// An Express state machine, run synchronously.
#[derive(Debug, Clone)]
pub struct Chain {
    client: Client,
    machine_arn: String,
}

impl Chain {
    /// The machine under `machine_arn`.
    #[must_use]
    pub fn new(client: Client, machine_arn: impl Into<String>) -> Self {
        Self { client, machine_arn: machine_arn.into() }
    }

    /// Runs the chain on `input` and returns its output.
    ///
    /// # Errors
    /// When it could not be started, failed or timed out: what it did not park has to come again.
    pub async fn run(&self, input: &Value) -> Outcome<Value> {
        let ended = self
            .client
            .start_sync_execution()
            .state_machine_arn(&self.machine_arn)
            .input(input.to_string())
            .send()
            .await
            .map_err(|error| failure("starting the chain", error))?;
        if ended.status == SyncExecutionStatus::Succeeded {
            let output = ended.output.unwrap_or_default();
            return serde_json::from_str(&output)
                .map_err(|error| Failure::unreadable(ErrorClass::Bug, "reading the chain's output", &error));
        }
        let how = format!("the chain ended as {}: {}", ended.status.as_str(), ended.error.unwrap_or_default());
        Err(Failure::new(ErrorClass::Transient, how))
    }
}

/// How an execution of a Standard state machine stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Execution {
    /// It is under way, or waits for a person.
    Runs,
    /// It has ended well, with this output.
    Ended(Value),
    /// It has ended otherwise.
    Failed(String),
}

/// How the execution under `arn` stands.
///
/// # Errors
/// When the service does not answer.
pub async fn execution(client: &Client, arn: &str) -> Outcome<Execution> {
    let described = client
        .describe_execution()
        .execution_arn(arn)
        .send()
        .await
        .map_err(|error| failure("looking at an execution", error))?;
    let status = described.status;
    if matches!(status, ExecutionStatus::Running | ExecutionStatus::PendingRedrive) {
        return Ok(Execution::Runs);
    }
    if status == ExecutionStatus::Succeeded {
        return serde_json::from_str(&described.output.unwrap_or_default())
            .map(Execution::Ended)
            .map_err(|error| Failure::unreadable(ErrorClass::Bug, "reading an execution's output", &error));
    }
    let cause = described.cause.or(described.error).unwrap_or_default();
    Ok(Execution::Failed(format!("{}: {cause}", status.as_str())))
}
