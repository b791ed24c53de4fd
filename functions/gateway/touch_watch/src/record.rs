//! A step as a decision record: what was decided and why, and its effects.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use revloops_domain::events::{LeadSaved, names};
use revloops_domain::first_touch::{AfterMiss, MissedBecause, TouchDueSoon, TouchMade, TouchMissed, TouchedBy};
use revloops_domain::{
    ConfigStamp, CorrelationId, Cost, ErrorClass, OrganizationId, OwnerId, crm_date, crm_datetime, sha256_hex,
};
use revloops_loopkit::ports::Untouched;
use revloops_loopkit::{
    Action, Actor, Because, Decision, Effect, EffectKey, Failure, Marker, Mode, Outcome, Reason, Record, Verdict,
};

use crate::decide::{Decided, Step, run_key, subject};
use crate::history::History;

/// The field by which a task shows that a run has changed it.
const RUN_ID: &str = "RevLoops_Run_Id__c";
/// The field by which a lead shows whose clock was set.
const TOUCH_SINCE: &str = "RevLoops_Touch_Since__c";
const FIRST_TOUCH_AT: &str = "RevLoops_First_Touch_At__c";
const FIRST_TOUCH_BY: &str = "RevLoops_First_Touch_By__c";

/// What a step's record needs besides the lead.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    /// The organisation that leads come from.
    pub(crate) organization_id: &'a OrganizationId,
    /// The config that decides.
    pub(crate) config: &'a ConfigStamp,
    /// What was decided before.
    pub(crate) history: &'a History,
}

/// The record of one step.
///
/// # Errors
/// `Bug` where it cannot be written as JSON.
pub(crate) fn record(lead: &Untouched, decided: &Decided, given: &Given<'_>, at: Timestamp) -> Outcome<Record> {
    let key = run_key(lead, decided);
    let mut effects = Effects {
        lead,
        decided,
        given,
        run_id: key.run_id().to_string(),
        correlation_id: correlation_id(lead, "created"),
        key: &key,
        at,
        done: Vec::new(),
    };
    effects.of_step()?;
    let (effects, correlation_id) = (effects.done, effects.correlation_id);
    let input = json(lead)?;
    let outcome = outcome(&decided.step);
    Ok(Record {
        run_id: key.run_id(),
        correlation_id,
        loop_version: env!("CARGO_PKG_VERSION").to_owned(),
        config: given.config.clone(),
        input_hash: sha256_hex(input.to_string().as_bytes()),
        input,
        facts: json(given.history)?,
        decision: Decision::sure(outcome, json(decided)?, reasons(decided)),
        reply: json!({"status": outcome, "run_id": key.run_id()}),
        metrics: metrics(decided)?,
        effects,
        actor: Actor::Code,
        mode: Mode::Live,
        cost: Cost::default(),
        decided_at: at,
        key,
    })
}

/// A word for the step, as `explain` and BI show it.
pub(crate) fn outcome(step: &Step) -> &'static str {
    match step {
        Step::Touched { .. } => "touched",
        Step::GivenAway { .. } => "given_away",
        Step::TaskMoved { .. } => "task_moved",
        Step::Postponed { .. } => "postponed",
        Step::Reminded { .. } => "reminded",
        Step::Missed { .. } => "missed",
    }
}

/// One row for each clock that ended.
fn metrics(decided: &Decided) -> Outcome<Vec<Value>> {
    let Some((_, detail)) = event(decided)? else { return Ok(Vec::new()) };
    if matches!(decided.step, Step::Reminded { .. }) {
        return Ok(Vec::new());
    }
    let mut row = detail;
    row.insert("outcome".to_owned(), json!(outcome(&decided.step)));
    Ok(vec![Value::Object(row)])
}

fn reasons(decided: &Decided) -> Vec<Reason> {
    let clock = &decided.clock;
    let passed = format!("{} since {}", clock.working_minutes, clock.since.strftime("%Y-%m-%d %H:%M UTC"));
    let within = |holds| {
        Because::new(format!("in touch within {} working minutes", clock.allotted_minutes), passed.clone(), holds)
    };
    let (verdict, because) = match &decided.step {
        Step::Touched { by, in_time, .. } => {
            let how = match by {
                TouchedBy::Task => "a task was completed",
                TouchedBy::Meeting => "a meeting took place",
                TouchedBy::Status => "the status was moved on",
                TouchedBy::Conversion => "the lead was converted",
            };
            (Verdict::Held, vec![Because::new("somebody was in touch", how, true), within(*in_time)])
        }
        Step::GivenAway { before, .. } => {
            let before = before.as_ref().map_or_else(|| "nobody".to_owned(), |(owner, _)| owner.to_string());
            (Verdict::Held, vec![Because::new(format!("owned by {}", clock.owner_id), before, false)])
        }
        Step::TaskMoved { task } => {
            (Verdict::Held, vec![Because::new("our task belongs to the owner", task.clone(), false)])
        }
        Step::Postponed { due } => {
            let due = due.strftime("%Y-%m-%d %H:%M UTC").to_string();
            (Verdict::FellThrough, vec![within(false), Because::new("the minutes end as promised", due, false)])
        }
        Step::Reminded { .. } => (Verdict::FellThrough, vec![within(false)]),
        Step::Missed { because, misses, then, .. } => {
            let mut all = vec![within(false)];
            if *because == MissedBecause::OnLeave {
                all.push(Because::new("at work at the time promised", "on leave", false));
            }
            let what = match then {
                AfterMiss::RoutedAgain => "routed again, past whoever missed it",
                AfterMiss::Stays => "stays with its owner",
            };
            all.push(Because::new(format!("miss {misses}"), what, true));
            (Verdict::Failed, all)
        }
    };
    vec![Reason::new("first touch", verdict, because)]
}

/// What is published of a step, if anything: the event's name and its fields.
fn event(decided: &Decided) -> Outcome<Option<(&'static str, Map<String, Value>)>> {
    let clock = decided.clock.clone();
    let (name, detail) = match &decided.step {
        Step::Touched { at, by, in_time, .. } => {
            (names::TOUCH_MADE, json(&TouchMade { clock, touched_at: *at, by: *by, in_time: *in_time })?)
        }
        Step::Reminded { due } => (names::TOUCH_DUE_SOON, json(&TouchDueSoon { clock, due_at: *due })?),
        Step::Missed { because, misses, then, .. } => {
            let missed = TouchMissed { clock, because: *because, misses: *misses, then: *then };
            (names::TOUCH_MISSED, json(&missed)?)
        }
        Step::GivenAway { .. } | Step::TaskMoved { .. } | Step::Postponed { .. } => return Ok(None),
    };
    let Value::Object(fields) = detail else { return Ok(None) };
    Ok(Some((name, fields)))
}

/// The same as the gateway's for a saved lead, so that all of a lead's way is found by one id; and another for each
/// time that it is routed again, for each may be parked by itself.
fn correlation_id(lead: &Untouched, trigger: &str) -> CorrelationId {
    CorrelationId::of(&subject(lead), trigger)
}

struct Effects<'a> {
    lead: &'a Untouched,
    decided: &'a Decided,
    given: &'a Given<'a>,
    run_id: String,
    correlation_id: CorrelationId,
    key: &'a revloops_loopkit::RunKey,
    at: Timestamp,
    done: Vec<Effect>,
}

impl Effects<'_> {
    /// What shows in the CRM that the step is done comes last: a tick that died before it sees the lead as it was, and
    /// takes the run up again.
    fn of_step(&mut self) -> Outcome<()> {
        let clock = &self.decided.clock;
        if let Some((name, detail)) = event(self.decided)? {
            let correlation_id = self.correlation_id.clone();
            self.emit("event", name, detail, &correlation_id);
        }
        match &self.decided.step {
            Step::Touched { at, noted_on_lead, .. } => {
                self.end_reminders();
                if *noted_on_lead {
                    self.change_lead("lead", FIRST_TOUCH_AT, [(FIRST_TOUCH_AT, json!(crm_datetime(*at)))]);
                }
            }
            Step::GivenAway { due, tasks, .. } => {
                for task in tasks {
                    self.move_task(task);
                }
                self.end_reminders();
                let fields = [
                    ("RevLoops_Touch_Owner__c", json!(clock.owner_id)),
                    (TOUCH_SINCE, json!(crm_datetime(clock.since))),
                    (FIRST_TOUCH_BY, json!(crm_datetime(*due))),
                ];
                self.change_lead("lead", TOUCH_SINCE, fields);
            }
            Step::TaskMoved { task } => self.move_task(task),
            Step::Postponed { due } => {
                self.change_lead("lead", FIRST_TOUCH_BY, [(FIRST_TOUCH_BY, json!(crm_datetime(*due)))]);
            }
            Step::Reminded { due } => self.remind(*due),
            Step::Missed { misses, passed_over, then, .. } => {
                self.end_reminders();
                match then {
                    AfterMiss::RoutedAgain => self.route_again(*misses, passed_over)?,
                    AfterMiss::Stays => {}
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, step: &str, action: Action) {
        self.done.push(Effect { key: EffectKey::new(self.key, step), action });
    }

    fn change_lead<const N: usize>(&mut self, step: &str, marker: &str, fields: [(&str, Value); N]) {
        let fields: Map<String, Value> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let value = fields.get(marker).cloned().unwrap_or_default();
        let marker = Marker { field: marker.to_owned(), value };
        self.push(
            step,
            Action::UpdateRecord { object: "Lead".to_owned(), id: self.lead.lead_id.to_string(), fields, marker },
        );
    }

    fn change_task(&mut self, step: &str, task: &str, field: &str, value: Value) {
        let run_id = json!(self.run_id);
        let fields = Map::from_iter([(field.to_owned(), value), (RUN_ID.to_owned(), run_id.clone())]);
        let marker = Marker { field: RUN_ID.to_owned(), value: run_id };
        self.push(step, Action::UpdateRecord { object: "Task".to_owned(), id: task.to_owned(), fields, marker });
    }

    fn move_task(&mut self, task: &str) {
        self.change_task(&format!("task-{task}"), task, "OwnerId", json!(self.decided.clock.owner_id));
    }

    /// What a reminder was for is over.
    fn end_reminders(&mut self) {
        for task in self.lead.our_tasks.iter().filter(|task| task.open && task.is_reminder()) {
            self.change_task(&format!("reminder-{}", task.id), &task.id, "Status", json!("Completed"));
        }
    }

    fn remind(&mut self, due: Timestamp) {
        let clock = &self.decided.clock;
        let due_at = due.strftime("%Y-%m-%d %H:%M UTC");
        let text = format!(
            "{} of {} working minutes have passed since this lead became yours. Get in touch, then complete an activity \
             on the lead or move its status on; without either, somebody else gets it.",
            clock.working_minutes, clock.allotted_minutes
        );
        let fields = Map::from_iter([
            ("WhoId".to_owned(), json!(self.lead.lead_id)),
            ("OwnerId".to_owned(), json!(clock.owner_id)),
            ("Subject".to_owned(), json!(format!("First touch due by {due_at}"))),
            ("Description".to_owned(), json!(text)),
            ("Status".to_owned(), json!("Not Started")),
            ("Priority".to_owned(), json!("High")),
            ("ActivityDate".to_owned(), json!(crm_date(due))),
            (RUN_ID.to_owned(), json!(self.run_id)),
        ]);
        let key = EffectKey::new(self.key, "reminder").to_string();
        let key_field = "RevLoops_Key__c".to_owned();
        self.push("reminder", Action::UpsertRecord { object: "Task".to_owned(), key_field, key, fields });
    }

    /// The chain begins again for this lead. By the bus and its rule, as when it was saved: that way is durable.
    fn route_again(&mut self, misses: usize, passed_over: &[OwnerId]) -> Outcome<()> {
        let trigger = format!("touch-missed-{misses}");
        let correlation_id = correlation_id(self.lead, &trigger);
        let again = LeadSaved {
            event_id: EffectKey::new(self.key, "again").to_string(),
            correlation_id: correlation_id.clone(),
            organization_id: self.given.organization_id.clone(),
            lead_id: self.lead.lead_id.clone(),
            trigger,
            occurred_at: self.at,
            received_at: self.at,
            redriven: false,
            passed_over: passed_over.to_vec(),
        };
        if let Value::Object(detail) = json(&again)? {
            self.emit("again", names::LEAD_PASSED_OVER, detail, &correlation_id);
        }
        Ok(())
    }

    fn emit(&mut self, step: &str, name: &str, mut detail: Map<String, Value>, correlation_id: &CorrelationId) {
        let key = EffectKey::new(self.key, step);
        detail.insert("event_id".to_owned(), json!(key));
        detail.insert("correlation_id".to_owned(), json!(correlation_id));
        self.push(step, Action::Emit { name: name.to_owned(), detail: Value::Object(detail) });
    }
}

fn json<T: Serialize>(value: &T) -> Outcome<Value> {
    serde_json::to_value(value).map_err(|error| Failure::new(ErrorClass::Bug, "writing a record").caused_by(error))
}
