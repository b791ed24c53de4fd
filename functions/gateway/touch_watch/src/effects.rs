//! A step's effects: what is published of it, and what is written in the CRM.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use revloops_domain::events::{LeadSaved, names};
use revloops_domain::first_touch::{AfterMiss, TouchDueSoon, TouchMade, TouchMissed};
use revloops_domain::{CorrelationId, OrganizationId, OwnerId, crm_date, crm_datetime};
use revloops_loopkit::ports::Untouched;
use revloops_loopkit::{Action, Effect, EffectKey, Marker, Outcome, RunKey};

use crate::decide::{Decided, Step, subject};
use crate::record::json;

/// The field by which a task shows that a run has changed it.
const RUN_ID: &str = "RevLoops_Run_Id__c";
/// The field by which a lead shows whose clock was set.
const TOUCH_SINCE: &str = "RevLoops_Touch_Since__c";
const FIRST_TOUCH_AT: &str = "RevLoops_First_Touch_At__c";
const FIRST_TOUCH_BY: &str = "RevLoops_First_Touch_By__c";

/// The effects of one step, in their order.
///
/// # Errors
/// `Bug` where one cannot be written as JSON.
pub(crate) fn effects(
    lead: &Untouched,
    decided: &Decided,
    organization_id: &OrganizationId,
    key: &RunKey,
    correlation_id: &CorrelationId,
    at: Timestamp,
) -> Outcome<Vec<Effect>> {
    let run_id = key.run_id().to_string();
    let mut effects = Effects { lead, decided, organization_id, run_id, correlation_id, key, at, done: Vec::new() };
    effects.of_step()?;
    Ok(effects.done)
}

/// What is published of a step, if anything: the event's name and its fields.
pub(crate) fn event(decided: &Decided) -> Outcome<Option<(&'static str, Map<String, Value>)>> {
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

struct Effects<'a> {
    lead: &'a Untouched,
    decided: &'a Decided,
    organization_id: &'a OrganizationId,
    run_id: String,
    correlation_id: &'a CorrelationId,
    key: &'a RunKey,
    at: Timestamp,
    done: Vec<Effect>,
}

impl Effects<'_> {
    /// What shows in the CRM that the step is done comes last: a tick that died before it sees the lead as it was, and
    /// takes the run up again.
    fn of_step(&mut self) -> Outcome<()> {
        let clock = &self.decided.clock;
        if let Some((name, detail)) = event(self.decided)? {
            self.emit("event", name, detail, self.correlation_id);
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
        // Another for each time, for each may be parked by itself.
        let correlation_id = CorrelationId::of(&subject(self.lead), &trigger);
        let again = LeadSaved {
            event_id: EffectKey::new(self.key, "again").to_string(),
            correlation_id: correlation_id.clone(),
            organization_id: self.organization_id.clone(),
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
