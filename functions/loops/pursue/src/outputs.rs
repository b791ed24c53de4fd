//! The verdict as effects: tasks first, then the event, and last what shows on the deal that all of it is done.

mod hand_over;

use serde_json::{Map, Value, json};

use revloops_domain::UserId;
use revloops_domain::pursuit::{MilestoneFate, PursueStatus, Pursued, names};
use revloops_domain::text::at_most;
use revloops_loopkit::explain::reasons_in_words;
use revloops_loopkit::ports::Deal;
use revloops_loopkit::the_loop::{Outputs, RunFacts};
use revloops_loopkit::{Action, Decision, Effect, EffectKey, Marker};

use crate::config::{Milestone, PursueConfig};
use crate::inputs::{PursueFacts, PursueInput};
use crate::logic::{Fate, PlannedMilestone, PursueVerdict, given_as, key};

pub use hand_over::hand_over;

const RUN_ID: &str = "RevLoops_Run_Id__c";

/// A reason's room on the deal.
const REASON_CHARS: usize = 8000;

pub(crate) fn outputs(
    config: &PursueConfig,
    input: &PursueInput,
    facts: &PursueFacts,
    decision: &Decision<PursueVerdict>,
    run: &RunFacts,
) -> Outputs {
    let verdict = &decision.verdict;
    let mut writer = Writer { config, facts, run, effects: Vec::new() };
    if let Some(deal) = &facts.deal {
        for one in &verdict.milestones {
            writer.task(deal, verdict, one);
        }
        writer.deal(deal, decision);
    }
    let mut effects = writer.effects;
    let mut reply = Pursued {
        status: verdict.status,
        settled: effects.is_empty(),
        run_id: run.run_id.clone(),
        correlation_id: run.correlation_id.clone(),
        opportunity_id: input.event.opportunity_id.clone(),
        play: verdict.play.as_ref().map(|play| play.id.clone()),
        play_version: verdict.play.as_ref().map(|play| play.version.clone()),
        former_play: verdict.former_play.clone(),
        region: verdict.region.clone(),
        milestones: verdict.milestones.iter().map(fate).collect(),
    };
    if !effects.is_empty() {
        let name = if verdict.status == PursueStatus::Started { names::PLAY_STARTED } else { names::PLAY_REPLANNED };
        let key = EffectKey::new(&run.key, "event");
        let mut detail = json!(reply);
        if let Value::Object(detail) = &mut detail {
            detail.insert("event_id".to_owned(), json!(key));
        }
        // Before the deal itself, by which a rep sees that it is done.
        let last = effects.iter().position(|effect| effect.key.as_str().ends_with("/deal")).unwrap_or(effects.len());
        effects.insert(last, Effect { key, action: Action::Emit { name: name.to_owned(), detail } });
    }
    reply.milestones.sort_by_key(|milestone| milestone.due_on);
    Outputs { effects, reply: json!(reply) }
}

fn fate(planned: &PlannedMilestone) -> MilestoneFate {
    MilestoneFate {
        milestone: planned.milestone.clone(),
        fate: planned.fate.name().to_owned(),
        due_on: planned.fate.due_on(),
    }
}

struct Writer<'a> {
    config: &'a PursueConfig,
    facts: &'a PursueFacts,
    run: &'a RunFacts,
    effects: Vec<Effect>,
}

impl Writer<'_> {
    fn push(&mut self, step: &str, action: Action) {
        self.effects.push(Effect { key: EffectKey::new(&self.run.key, step), action });
    }

    fn task(&mut self, deal: &Deal, verdict: &PursueVerdict, one: &PlannedMilestone) {
        let day = |name: &str, day: Option<jiff::civil::Date>| (name.to_owned(), json!(day.map(|day| day.to_string())));
        let dates = |due_on: jiff::civil::Date| {
            [day("ActivityDate", Some(due_on)), day("RevLoops_Due__c", Some(due_on)), day(PLAY_DAY, one.play_day)]
        };
        match &one.fate {
            Fate::Made { due_on, owner } => {
                let Some(milestone) = self.milestone(one) else { return };
                let mut fields = Map::from_iter([
                    ("WhatId".to_owned(), json!(deal.id)),
                    ("Subject".to_owned(), json!(title(milestone, deal))),
                    ("Description".to_owned(), json!(self.text(milestone, deal, verdict, one))),
                    ("Status".to_owned(), json!("Not Started")),
                    ("Priority".to_owned(), json!(if milestone.high_priority { "High" } else { "Normal" })),
                    (RUN_ID.to_owned(), json!(self.run.run_id)),
                ]);
                fields.extend(dates(*due_on));
                fields.extend(given_to(owner.as_ref()));
                if let Some(contact) = &deal.contact_id {
                    fields.insert("WhoId".to_owned(), json!(contact));
                }
                let key = key(deal, &one.play, &one.milestone);
                let (object, key_field) = ("Task".to_owned(), "RevLoops_Key__c".to_owned());
                self.push(
                    &format!("task-{}", given_as(&one.play, &one.milestone)),
                    Action::UpsertRecord { object, key_field, key, fields },
                );
            }
            Fate::Changed { task, due_on, owner } => {
                let mut fields = Map::new();
                fields.extend(due_on.iter().flat_map(|due_on| dates(*due_on)));
                fields.extend(given_to(owner.as_ref()));
                self.change(one, task, fields);
            }
            Fate::Reopened { task, due_on, owner } => {
                let mut fields =
                    Map::from_iter([("Status".to_owned(), json!("Not Started")), (DROPPED.to_owned(), Value::Null)]);
                fields.extend(dates(*due_on));
                fields.extend(given_to(owner.as_ref()));
                self.change(one, task, fields);
            }
            Fate::Dropped { task, why } => {
                let fields = Map::from_iter([
                    ("Status".to_owned(), json!("Completed")),
                    (DROPPED.to_owned(), json!(at_most(why, 255))),
                ]);
                self.change(one, task, fields);
            }
            Fate::Kept { .. } | Fate::Done { .. } | Fate::Gone | Fate::NotMade { .. } | Fate::Deleted => {}
        }
    }

    fn change(&mut self, one: &PlannedMilestone, task: &str, mut fields: Map<String, Value>) {
        let run_id = json!(self.run.run_id);
        fields.insert(RUN_ID.to_owned(), run_id.clone());
        let marker = Marker { field: RUN_ID.to_owned(), value: run_id };
        self.push(
            &format!("task-{}", given_as(&one.play, &one.milestone)),
            Action::UpdateRecord { object: "Task".to_owned(), id: task.to_owned(), fields, marker },
        );
    }

    /// What the deal says of its play, where that changes.
    fn deal(&mut self, deal: &Deal, decision: &Decision<PursueVerdict>) {
        let verdict = &decision.verdict;
        let mut fields = Map::new();
        match (&verdict.play, &deal.written) {
            (Some(play), written) => {
                let made = verdict.milestones.iter().filter(|one| matches!(one.fate, Fate::Made { .. }));
                let mut given: Vec<String> = written.iter().flat_map(|written| written.given.clone()).collect();
                given.extend(made.map(|one| given_as(&one.play, &one.milestone)));
                let same = written.as_ref().is_some_and(|written| {
                    (&written.play, &written.version, written.started_on) == (&play.id, &play.version, play.started_on)
                });
                if !same {
                    fields.extend([
                        ("RevLoops_Play__c".to_owned(), json!(play.id)),
                        ("RevLoops_Play_Version__c".to_owned(), json!(play.version)),
                        ("RevLoops_Play_Started_On__c".to_owned(), json!(play.started_on.to_string())),
                    ]);
                }
                if !same || written.as_ref().is_some_and(|written| written.given != given) {
                    let why = at_most(&reasons_in_words(&decision.reasons), REASON_CHARS);
                    fields.insert("RevLoops_Play_Reason__c".to_owned(), json!(why));
                    fields.insert("RevLoops_Milestones__c".to_owned(), json!(given.join("\n")));
                }
            }
            // A deal that is won or lost keeps what it was worked by.
            (None, Some(_)) if !deal.closed => {
                let names = ["RevLoops_Play__c", "RevLoops_Play_Version__c", "RevLoops_Play_Started_On__c"];
                fields.extend(names.map(|name| (name.to_owned(), Value::Null)));
            }
            (None, Some(_) | None) => {}
        }
        if verdict.hands_over {
            fields.insert("RevLoops_Brief__c".to_owned(), json!(hand_over(&self.facts.prior)));
        }
        if fields.is_empty() {
            return;
        }
        let run_id = json!(self.run.run_id);
        fields.insert(RUN_ID.to_owned(), run_id.clone());
        let marker = Marker { field: RUN_ID.to_owned(), value: run_id };
        let (object, id) = ("Opportunity".to_owned(), deal.id.to_string());
        self.push("deal", Action::UpdateRecord { object, id, fields, marker });
    }

    fn milestone(&self, one: &PlannedMilestone) -> Option<&Milestone> {
        self.config.play(&one.play)?.milestones.iter().find(|milestone| milestone.id == one.milestone)
    }

    fn text(&self, milestone: &Milestone, deal: &Deal, verdict: &PursueVerdict, one: &PlannedMilestone) -> String {
        let version = verdict.play.as_ref().map(|play| play.version.as_str()).unwrap_or_default();
        let mut text =
            format!("{}\n\nMilestone {} of the play {} ({version}).", milestone.text, one.milestone, one.play);
        let first = verdict.milestones.iter().filter_map(|one| Some((one.fate.due_on()?, &one.milestone))).min();
        let is_first = first.is_some_and(|(_, milestone)| *milestone == one.milestone);
        if is_first && (verdict.hands_over || deal.has_brief) {
            text.push_str("\nThe research brief and the mails so far are on the deal, in the field RevLoops Brief.");
        }
        text
    }
}

const PLAY_DAY: &str = "RevLoops_Play_Day__c";
const DROPPED: &str = "RevLoops_Dropped__c";

fn given_to(owner: Option<&UserId>) -> Vec<(String, Value)> {
    let fields = |owner| ["OwnerId", "RevLoops_Given_To__c"].map(|name| (name.to_owned(), json!(owner)));
    owner.into_iter().flat_map(fields).collect()
}

fn title(milestone: &Milestone, deal: &Deal) -> String {
    let company = deal.account.as_ref().map_or("the company", |account| account.name.as_str());
    let one_line: Vec<&str> = company.split_whitespace().collect();
    milestone.title.replace(crate::config::COMPANY, &at_most(&one_line.join(" "), 90))
}
