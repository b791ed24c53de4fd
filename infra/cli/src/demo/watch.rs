//! Watches leads on their way, by the decision records, and says each step as it happens.

use std::time::{Duration, Instant};

use revloops_aws::TableRuns;
use revloops_loopkit::Record;
use revloops_loopkit::ports::RunStore as _;
use serde_json::Value;

use super::seed::DemoLead;
use crate::console::{Console, Tone};
use crate::context::Context;
use crate::local::Endpoints;

/// What became of a lead.
#[derive(Debug, Clone, Default)]
pub struct End {
    /// Points and band.
    pub score: Option<(u64, String)>,
    /// Why it was turned away.
    pub disqualified: Option<String>,
    /// The rule that fired.
    pub rule: Option<String>,
    /// The owner's name.
    pub owner: Option<String>,
    /// Whether nobody could be found.
    pub unresolved: bool,
    /// Whether its task is there.
    pub task: bool,
    /// Number of steps in the task's preview.
    pub steps: u64,
    /// Why there is no draft.
    pub blocked: Option<String>,
}

impl End {
    /// Whether the chain has ended for it.
    #[must_use]
    pub fn finished(&self) -> bool {
        self.disqualified.is_some() || self.unresolved || self.task || self.blocked.is_some()
    }

    fn take(&mut self, record: &Record) {
        let reply = &record.reply;
        let text = |path: &str| reply.pointer(path).and_then(Value::as_str).map(ToOwned::to_owned);
        let list = |path: &str| {
            let items = reply.pointer(path).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            items.collect::<Vec<_>>().join("; ")
        };
        match (record.key.loop_name.as_str(), record.decision.outcome.as_str()) {
            ("qualify", outcome) => {
                self.score = reply.pointer("/score").and_then(Value::as_u64).zip(text("/band"));
                self.disqualified = (outcome == "disqualified").then(|| list("/disqualified_because"));
            }
            ("route", "routed" | "pending") => {
                self.rule = text("/rule");
                self.owner = text("/owner/name");
            }
            ("route", _) => self.unresolved = true,
            ("engage", "drafted") => {
                self.task = true;
                self.steps = reply.pointer("/steps").and_then(Value::as_u64).unwrap_or(0);
            }
            ("engage", _) => self.blocked = Some(list("/blocked_because")),
            (_, _) => {}
        }
    }
}

/// Watches until each lead's chain has ended, or `patience` has.
///
/// # Errors
/// If the records cannot be read.
pub async fn until_decided(
    context: &Context,
    endpoints: &Endpoints,
    leads: &[DemoLead],
    patience: Duration,
) -> anyhow::Result<Vec<End>> {
    let clients = endpoints.clients().await;
    let runs = TableRuns::new(clients.dynamodb, endpoints.output("RunsTable")?);
    let (began, step) = (Instant::now(), context.console.step("On their way"));
    let mut ends = vec![End::default(); leads.len()];
    let mut seen = vec![0_usize; leads.len()];
    loop {
        for ((lead, end), seen) in leads.iter().zip(&mut ends).zip(&mut seen) {
            if end.finished() {
                continue;
            }
            let stored = runs.about(&format!("lead/{}", lead.id)).await?;
            // A decision is news once its effects are in the world.
            let whole = stored.iter().take_while(|run| run.applied.len() >= run.record.effects.len());
            for run in whole.skip(*seen) {
                end.take(&run.record);
                *seen += 1;
                say(&context.console, lead, &run.record, end);
            }
        }
        let done = ends.iter().filter(|end| end.finished()).count();
        step.detail(format!("{done} of {}", leads.len()));
        if done == leads.len() {
            step.done(format!("all {done} have ended"));
            return Ok(ends);
        }
        if began.elapsed() > patience {
            step.warned(format!("{} of {} have not ended yet", leads.len() - done, leads.len()));
            return Ok(ends);
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
}

fn say(console: &Console, lead: &DemoLead, record: &Record, end: &End) {
    let unknown = || "–".to_owned();
    let (tone, words) = match record.decision.outcome.as_str() {
        "qualified" => {
            let (points, band) = end.score.clone().unwrap_or_default();
            (Tone::Strong, format!("score {points}, band {band}"))
        }
        "disqualified" => (Tone::Warn, format!("disqualified: {}", end.disqualified.clone().unwrap_or_else(unknown))),
        "routed" => {
            let (owner, rule) = (end.owner.clone().unwrap_or_else(unknown), end.rule.clone().unwrap_or_else(unknown));
            (Tone::Strong, format!("to {owner} by {rule}"))
        }
        "drafted" => (Tone::Good, format!("task with a preview of {} steps", end.steps)),
        other => (Tone::Warn, other.to_owned()),
    };
    console.say(format!("  {:<9} {:<26.26} {}", record.key.loop_name, lead.company, console.tone(tone, words)));
}
