//! The guard of config: what is written to the config bucket by hand or by a pipeline passes the same gate as what an
//! operator says.
//!
//! | written | becomes |
//! |---|---|
//! | `candidates/<loop>/<file>.yaml` | a proposal that changes that file, if check and cases pass; it waits for approval |
//! | `candidates/<loop>/<name>.json` | the same for several files: `{"files": {"rules.yaml": "…"}, "why": "…", "base": "…"}` |
//! | `loops/<loop>/bundle.json` by somebody else | a proposal of its content; nothing reads it before a pointer names it |
//! | `active/<loop>.json` that no recorded move accounts for | the pointer goes back to where the records say, and an alarm is published |
//! | what does not pass | an object `refused/<loop>/….json` with every problem, and an event |
//!
//! Who wrote to the bucket is not known as a person: where config asks for two people, such a proposal takes two that approve.
//! The same notification twice is one proposal: it follows from what was written. What the system itself stores is told
//! by its hash, which is noted before it is stored. Of scenarios, the pointer alone is guarded: another plan is proposed by
//! `design promote` or to the workflow server.

mod candidate;
mod pointer;
pub mod wire;

use std::sync::Arc;

use jiff::Timestamp;
use revloops_changes::ChangeDesk;
use revloops_changes::policy::POLICY;
use revloops_config::store::SCENARIO;
use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::ports::{Bus, BusEvent, Clock};
use revloops_loopkit::{Failure, Outcome};
use revloops_runtime::sqs::{Batch, BatchReply};
use serde::Serialize;
use serde_json::{Value, json};

use wire::Written;

/// Alarm: the pointer was moved by hand, and is back.
pub const POINTER_RETURNED: &str = "config.pointer_returned";
/// Alarm: a pointer was written by hand, and there is no record to go back to.
pub const POINTER_UNACCOUNTED: &str = "config.pointer_unaccounted";
/// Something was handed in, and waits for approval.
pub const PROPOSED: &str = "config.proposed";
/// Something was handed in, and does not pass.
pub const REFUSED: &str = "config.candidate_refused";

/// What the guard needs of the world.
#[derive(Clone)]
pub struct Ports {
    /// Where config is changed.
    pub desk: ChangeDesk,
    /// Where alarms go.
    pub bus: Arc<dyn Bus>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What became of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "became", rename_all = "snake_case")]
pub enum Became {
    /// Nothing of the guard's, or what the system itself has written.
    Left,
    /// A proposal.
    Proposed {
        /// Its id.
        proposal: String,
    },
    /// An object with the reason.
    Refused {
        /// Its key.
        key: String,
    },
    /// The pointer is back.
    Returned {
        /// The version that is active again.
        to: String,
    },
    /// An alarm, for there is nothing to go back to.
    Unaccounted,
}

/// Looks at what each message of the queue tells of, one after the other; what failed comes again, and at last waits among the
/// dead letters.
pub async fn handle_all(batch: &Batch, ports: &Ports) -> BatchReply {
    let mut outcomes = Vec::with_capacity(batch.records.len());
    for message in &batch.records {
        outcomes.push(told(&message.body, ports).await);
    }
    BatchReply::of(batch, outcomes)
}

async fn told(body: &str, ports: &Ports) -> Outcome<()> {
    let notification: Value = serde_json::from_str(body).map_err(|error| {
        Failure::unreadable(ErrorClass::Rejected, "reading a notification of the config bucket", &error)
    })?;
    handle(&notification, ports).await.map(|_| ())
}

/// Looks at everything that a notification names.
///
/// # Errors
/// `Rejected` where it is no notification; with the class of whatever failed. It can be delivered again.
pub async fn handle(notification: &Value, ports: &Ports) -> Outcome<Vec<Became>> {
    let mut all = Vec::new();
    for written in wire::read(notification)? {
        let became = look_at(&written, ports)
            .await
            .map_err(|failure| failure.during(format_args!("looking at {}", written.key)))?;
        tracing::info!(key = written.key, outcome = ?became, "looked at");
        all.push(became);
    }
    Ok(all)
}

async fn look_at(written: &Written, ports: &Ports) -> Outcome<Became> {
    let at = ports.clock.now();
    let parts: Vec<&str> = written.key.split('/').collect();
    match parts.as_slice() {
        ["candidates", loop_name, rest @ ..] if !rest.is_empty() => {
            candidate::handed_in(written, loop_name, &rest.join("/"), ports, at).await
        }
        ["loops", loop_name, "bundle.json"] => candidate::bundle(written, loop_name, ports, at).await,
        ["active", file] => match file.strip_suffix(".json") {
            Some(name) if guarded(name, ports) => pointer::look_at(written, name, ports, at).await,
            Some(_) | None => Ok(Became::Left),
        },
        _ => Ok(Became::Left),
    }
}

fn guarded(pointer: &str, ports: &Ports) -> bool {
    pointer == POLICY || pointer == SCENARIO || ports.desk.checks.loops().contains(&pointer)
}

/// Publishes an event; the same of the same object has the same id.
async fn tell(name: &str, written: &Written, detail: Value, ports: &Ports, at: Timestamp) -> Outcome<()> {
    let of = format!("{name}/{}/{}", written.key, written.version_id);
    let id: String = sha256_hex(of.as_bytes()).chars().take(32).collect();
    let mut full = json!({"event_id": id, "key": written.key, "version_id": written.version_id, "written_by": written.by, "at": at});
    if let (Some(full), Value::Object(detail)) = (full.as_object_mut(), detail) {
        full.extend(detail);
    }
    let event = BusEvent { name: name.to_owned(), id, detail: full };
    for outcome in ports.bus.publish(std::slice::from_ref(&event)).await? {
        outcome?;
    }
    Ok(())
}

fn store_failure(error: revloops_config::StoreError) -> Failure {
    let class = match &error {
        revloops_config::StoreError::Missing(_) => ErrorClass::Rejected,
        revloops_config::StoreError::Conflict(_) | revloops_config::StoreError::Unavailable { .. } => {
            ErrorClass::Transient
        }
    };
    Failure::new(class, "reading the config bucket").caused_by(error)
}

#[cfg(test)]
mod tests;
