//! Function: a person's question or answer about sequences and opt-outs → what became of it.
//!
//! | in | who asks |
//! |---|---|
//! | a [`Request`] | whoever may invoke the function says it, and has made sure of it: on the local cloud the command, by `--as` |
//! | a [`TaskAnswered`] from the bus | who answered on the task, as the CRM noted it; the task is told what became of it |

use revloops_domain::ErrorClass;
use revloops_domain::events::TaskAnswered;
use revloops_engage::EngageConfig;
use revloops_loopkit::ports::Clock as _;
use revloops_loopkit::{Failure, Outcome};
use revloops_outreach::{Desk, Request, Sources, answer_task};
use revloops_runtime::function::StartError;
use revloops_runtime::time::SystemClock;
use revloops_runtime::{World, serve};
use serde::Deserialize as _;
use serde_json::Value;

/// What the desk is invoked with.
enum Asked {
    Request(Request),
    Task(TaskAnswered),
}

impl Asked {
    /// A request has something to ask; an event has an id.
    fn read(payload: Value) -> Outcome<Self> {
        let read = if payload.get("event_id").is_some() {
            TaskAnswered::deserialize(payload).map(Self::Task)
        } else {
            Request::deserialize(payload).map(Self::Request)
        };
        read.map_err(|error| Failure::unreadable(ErrorClass::Rejected, "reading what the desk is asked", &error))
    }
}

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let (crm, sequences, bus) = (world.crm().await?, world.sequences()?, world.bus()?);
    let config = world.active_config::<EngageConfig>()?;
    serve(async |payload: Value| {
        let asked = Asked::read(payload)?;
        let loaded = config.get(&SystemClock).await?;
        let desk = Desk {
            policy: &loaded.config.policy,
            sources: Sources {
                sequences: sequences.as_ref(),
                suppressions: sequences.as_ref(),
                standings: crm.as_ref(),
            },
            directory: crm.as_ref(),
            bus: bus.as_ref(),
            at: SystemClock.now(),
        };
        let config_version = loaded.stamp.short();
        match asked {
            Asked::Request(request) => {
                let reply = desk.answer(&request).await?;
                tracing::info!(ask = ?request.ask, ?reply, config_version, "asked");
                Ok(reply)
            }
            Asked::Task(event) => {
                let reply = answer_task(&desk, crm.as_ref(), &event).await?;
                let (task_id, correlation_id) = (&event.task_id, &event.correlation_id);
                tracing::info!(%task_id, %correlation_id, answer = ?event.answer, ?reply, config_version, "answered in the CRM");
                Ok(reply)
            }
        }
    })
    .await
}
