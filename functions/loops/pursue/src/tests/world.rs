//! A deal in a world in memory, and the messages that tell of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use revloops_domain::events::{AcquisitionStep, OpportunitySaved};
use revloops_domain::{ConfigStamp, CorrelationId, OpportunityId, OrganizationId};
use revloops_loopkit::{Loaded, Outcome, RunContext, RunReply, run_in_turn};
use revloops_runtime::WorldEffects;
use revloops_testkit::{TestWorld, shipped_config, user_id};

use crate::{Pursue, PursueConfig, PursueTrigger};

pub(super) const DEAL: &str = "006xx0000000001AAA";
const ACCOUNT: &str = "001xx0000000001AAA";
pub(super) const LEASE: SignedDuration = SignedDuration::from_secs(60);

pub(super) struct Story {
    pub(super) world: Arc<TestWorld>,
    the_loop: Pursue,
    config: Loaded<PursueConfig>,
    effects: WorldEffects,
}

fn map(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// A deal that the play of this name fits, of a company in this country, made on 18 December 2026.
pub(super) fn story(play: &str, country: &str) -> Story {
    let world = Arc::new(TestWorld::new("2026-12-18T12:00:00Z".parse().unwrap()));
    let mut account = map(&json!({"Name": "Northwind", "BillingCountryCode": country, "OwnerId": user_id(2)}));
    let mut deal = map(&json!({
        "StageName": "Prospecting", "CloseDate": "2027-03-31", "CreatedDate": "2026-12-18T12:00:00Z", "OwnerId": user_id(1),
        "AccountId": ACCOUNT, "Territory": {"Sales Engineer": user_id(3), "Sales Manager": user_id(4)},
        "ContactId": "003xx0000000001",
    }));
    let (record, field, value) = match play {
        "existing-customer" => (&mut deal, "Type", json!("Existing Customer - Upgrade")),
        "public-sector" => (&mut account, "Industry", json!("Government")),
        "enterprise" => (&mut deal, "Amount", json!(150_000)),
        "partner-sourced" => (&mut deal, "LeadSource", json!("Partner Referral")),
        "standard" => (&mut deal, "Amount", json!(9_000)),
        other => panic!("no deal for {other}"),
    };
    record.insert(field.to_owned(), value);
    world.with(|memory| {
        memory.records.insert(("Account".into(), ACCOUNT.into()), account);
        memory.records.insert(("Opportunity".into(), DEAL.into()), deal);
    });
    let stamp = ConfigStamp { key: "k".into(), version_id: "v".into(), sha256: "s".into() };
    Story {
        the_loop: Pursue { deals: world.clone(), sequences: world.clone() },
        config: Loaded { config: shipped_config(), stamp },
        effects: WorldEffects::new(world.clone(), world.clone(), world.clone()),
        world,
    }
}

impl Story {
    /// The message of this number arrives, and is worked on.
    pub(super) async fn told(&self, message: &str) -> Outcome<RunReply> {
        let world = self.world.as_ref();
        let now = world.with(|memory| memory.now);
        let event = OpportunitySaved {
            event_id: message.to_owned(),
            correlation_id: CorrelationId("c".to_owned()),
            organization_id: OrganizationId::parse("00Dxx0000001gPLEAY").unwrap(),
            opportunity_id: OpportunityId::parse(DEAL).unwrap(),
            trigger: format!("saved-{message}"),
            occurred_at: now,
            received_at: now,
            lead_id: None,
            redriven: false,
        };
        let context = RunContext { clock: world, ids: world, runs: world, effects: &self.effects, lease: LEASE };
        run_in_turn(&self.the_loop, &self.config, PursueTrigger(AcquisitionStep { event }), &context).await
    }

    /// Somebody changes a field of the deal.
    pub(super) fn deal(&self, field: &str, value: &str) {
        self.set("Opportunity", DEAL, field, json!(value));
    }

    /// Somebody changes a field of a milestone's task.
    pub(super) fn task(&self, milestone: &str, field: &str, value: &str) {
        self.set("Task", &self.key(milestone), field, json!(value));
    }

    /// Somebody ticks a milestone off.
    pub(super) fn done(&self, milestone: &str) {
        let now = self.world.with(|memory| memory.now.to_string());
        self.task(milestone, "Status", "Completed");
        self.task(milestone, "CompletedDateTime", &now);
    }

    fn set(&self, object: &str, id: &str, field: &str, value: Value) {
        self.world.with(|memory| {
            memory.records.get_mut(&(object.into(), id.into())).unwrap().insert(field.to_owned(), value);
        });
    }

    pub(super) fn key(&self, milestone: &str) -> String {
        let end = format!("/{milestone}");
        let keys = self.world.with(|memory| memory.records.keys().cloned().collect::<Vec<_>>());
        let found = keys.into_iter().find(|(object, key)| object == "Task" && key.ends_with(&end));
        found.unwrap_or_else(|| panic!("no task for {milestone}")).1
    }

    pub(super) fn delete(&self, milestone: &str) {
        let key = self.key(milestone);
        self.world.with(|memory| memory.records.remove(&("Task".into(), key)));
    }

    pub(super) fn field(&self, object: &str, id: &str, field: &str) -> String {
        let found = self.world.with(|memory| memory.records[&(object.to_owned(), id.to_owned())].get(field).cloned());
        found.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }

    pub(super) fn of_deal(&self, field: &str) -> String {
        self.field("Opportunity", DEAL, field)
    }

    pub(super) fn of_task(&self, milestone: &str, field: &str) -> String {
        self.field("Task", &self.key(milestone), field)
    }

    /// All tasks by play and milestone: day, owner and whether it is open.
    pub(super) fn tasks(&self) -> BTreeMap<String, (String, String, String)> {
        self.world.with(|memory| {
            let tasks = memory.records.iter().filter(|((object, _), _)| object == "Task");
            let text = |fields: &Map<String, Value>, name: &str| fields[name].as_str().unwrap_or_default().to_owned();
            tasks
                .map(|((_, key), fields)| {
                    let name = key.split("/pursue/").nth(1).unwrap_or_default().to_owned();
                    (name, (text(fields, "ActivityDate"), text(fields, "OwnerId"), text(fields, "Status")))
                })
                .collect()
        })
    }

    /// The days of a play's tasks, in the order of the play.
    pub(super) fn days(&self, play: &str) -> String {
        let (tasks, config) = (self.tasks(), &self.config.config);
        let milestones = &config.play(play).unwrap().milestones;
        let day =
            |id: &String| tasks.get(&format!("{play}/{id}")).map_or_else(|| "–".to_owned(), |task| task.0.clone());
        milestones.iter().map(|one| day(&one.id)).collect::<Vec<_>>().join(" ")
    }

    /// The names of published events, each event once.
    pub(super) fn events(&self) -> Vec<String> {
        self.world.with(|memory| {
            let mut seen: Vec<&str> = Vec::new();
            let mut names = Vec::new();
            for event in &memory.events {
                if !seen.contains(&event.id.as_str()) {
                    seen.push(&event.id);
                    names.push(event.name.clone());
                }
            }
            names
        })
    }
}
