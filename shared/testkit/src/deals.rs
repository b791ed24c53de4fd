//! Deals and their milestones, read off the records in memory as the CRM's queries read them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::civil::Date;
use serde_json::{Map, Value};

use revloops_domain::{AccountId, OpportunityId, OwnerId, SalesforceId, UserId};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{
    Colleague, DayLoad, Deal, DealAccount, Deals, DueMilestone, InTerritory, MilestoneTask, WrittenPlay,
};

use crate::memory::Memory;
use crate::world::TestWorld;

type Fields = Map<String, Value>;

fn text<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}

fn day(fields: &Fields, name: &str) -> Option<Date> {
    text(fields, name)?.parse().ok()
}

fn owner(fields: &Fields, name: &str) -> Option<OwnerId> {
    OwnerId::parse(text(fields, name)?).ok()
}

fn record<'a>(memory: &'a Memory, object: &str, id: &str) -> Option<&'a Fields> {
    memory.records.get(&(object.to_owned(), id.to_owned()))
}

fn colleague(memory: &Memory, id: &str) -> Option<Colleague> {
    let active = memory.users.iter().find(|user| user.id.as_str() == id).is_none_or(|user| user.active);
    Some(Colleague { id: UserId::parse(id).ok()?, active })
}

fn is_closed(task: &Fields) -> bool {
    text(task, "Status") == Some("Completed")
}

/// Tasks of milestones, by their key.
fn tasks(memory: &Memory) -> impl Iterator<Item = (&String, &Fields)> {
    let tasks = memory.records.iter().filter(|((object, key), _)| object == "Task" && key.contains("/pursue/"));
    tasks.map(|((_, key), fields)| (key, fields))
}

fn task(key: &str, fields: &Fields) -> Option<MilestoneTask> {
    Some(MilestoneTask {
        id: key.to_owned(),
        key: key.to_owned(),
        status: text(fields, "Status").unwrap_or_default().to_owned(),
        closed: is_closed(fields),
        completed_at: text(fields, "CompletedDateTime").and_then(|at| at.parse().ok()),
        owner_id: owner(fields, "OwnerId")?,
        given_to: owner(fields, "RevLoops_Given_To__c"),
        due_on: day(fields, "ActivityDate"),
        written_due_on: day(fields, "RevLoops_Due__c"),
        play_day: day(fields, "RevLoops_Play_Day__c"),
        dropped: text(fields, "RevLoops_Dropped__c").map(str::to_owned),
    })
}

fn account(memory: &Memory, id: &str) -> Option<DealAccount> {
    let fields = record(memory, "Account", id)?;
    let country_code = text(fields, "BillingCountryCode").map(str::to_owned);
    let number = |name: &str| fields.get(name).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
    Some(DealAccount {
        id: AccountId::parse(id).ok()?,
        name: text(fields, "Name").unwrap_or_default().to_owned(),
        country_code,
        industry: text(fields, "Industry").map(str::to_owned),
        employees: number("NumberOfEmployees"),
        kind: text(fields, "Type").map(str::to_owned),
        owner: text(fields, "OwnerId").and_then(|id| colleague(memory, id)),
    })
}

fn deal(memory: &Memory, id: &OpportunityId) -> Option<Deal> {
    let fields = record(memory, "Opportunity", id.as_str())?;
    let stage = text(fields, "StageName").unwrap_or_default().to_owned();
    let start = format!("opportunity/{id}/pursue/");
    let written = text(fields, "RevLoops_Play__c").zip(day(fields, "RevLoops_Play_Started_On__c"));
    let territory = fields.get("Territory").and_then(Value::as_object).into_iter().flatten();
    Some(Deal {
        id: id.clone(),
        stage_since: None,
        close_on: day(fields, "CloseDate")?,
        created_at: text(fields, "CreatedDate")?.parse().ok()?,
        amount: fields.get("Amount").and_then(Value::as_i64),
        kind: text(fields, "Type").map(str::to_owned),
        lead_source: text(fields, "LeadSource").map(str::to_owned),
        closed: stage.starts_with("Closed"),
        won: stage == "Closed Won",
        stage,
        owner: colleague(memory, text(fields, "OwnerId")?)?,
        account: text(fields, "AccountId").and_then(|id| account(memory, id)),
        territory: territory
            .filter_map(|(role, id)| Some(InTerritory { role: role.clone(), user: colleague(memory, id.as_str()?)? }))
            .collect(),
        lead: None,
        contact_id: text(fields, "ContactId").and_then(|id| SalesforceId::parse(id).ok()),
        written: written.map(|(play, started_on)| WrittenPlay {
            play: play.to_owned(),
            version: text(fields, "RevLoops_Play_Version__c").unwrap_or_default().to_owned(),
            started_on,
            given: text(fields, "RevLoops_Milestones__c").unwrap_or_default().lines().map(str::to_owned).collect(),
        }),
        has_brief: text(fields, "RevLoops_Brief__c").is_some(),
        tasks: tasks(memory)
            .filter(|(key, _)| key.starts_with(&start))
            .filter_map(|(key, fields)| task(key, fields))
            .collect(),
    })
}

#[async_trait]
impl Deals for TestWorld {
    async fn deal(&self, id: &OpportunityId, _with_territory: bool) -> Outcome<Option<Deal>> {
        self.read(|memory| deal(memory, id))
    }

    async fn day_loads(&self, owners: &[UserId], from: Date, but: &OpportunityId) -> Outcome<Vec<DayLoad>> {
        self.read(|memory| {
            let mut loads: BTreeMap<(OwnerId, Date), u32> = BTreeMap::new();
            for (_, fields) in tasks(memory).filter(|(_, task)| !is_closed(task)) {
                let (Some(owner), Some(on)) = (owner(fields, "OwnerId"), day(fields, "ActivityDate")) else { continue };
                let asked = owners.iter().any(|one| one.as_str() == owner.as_str());
                if asked && on >= from && text(fields, "WhatId") != Some(but.as_str()) {
                    *loads.entry((owner, on)).or_default() += 1;
                }
            }
            loads.into_iter().map(|((owner_id, on), tasks)| DayLoad { owner_id, on, tasks }).collect()
        })
    }

    async fn due_milestones(
        &self,
        until: Date,
        after: Option<&DueMilestone>,
        at_most: usize,
    ) -> Outcome<Vec<DueMilestone>> {
        self.read(|memory| {
            let open = tasks(memory).filter(|(_, task)| !is_closed(task));
            let mut due: Vec<DueMilestone> = open
                .filter_map(|(key, fields)| {
                    let what = text(fields, "WhatId")?;
                    let deal = record(memory, "Opportunity", what)?;
                    let account = text(deal, "AccountId").and_then(|id| account(memory, id));
                    Some(DueMilestone {
                        opportunity_id: OpportunityId::parse(what).ok()?,
                        country_code: account.and_then(|account| account.country_code),
                        task_id: key.clone(),
                        key: key.clone(),
                        owner_id: owner(fields, "OwnerId")?,
                        due_on: day(fields, "ActivityDate")?,
                        missed_on: day(fields, "RevLoops_Missed__c"),
                    })
                })
                .filter(|one| one.due_on <= until)
                .collect();
            due.sort_by(|one, other| (one.due_on, &one.task_id).cmp(&(other.due_on, &other.task_id)));
            due.retain(|one| after.is_none_or(|last| (one.due_on, &one.task_id) > (last.due_on, &last.task_id)));
            due.truncate(at_most);
            due
        })
    }
}
