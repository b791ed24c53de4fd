//! The acquisition chain in the demo: a lead is converted, and its deal gets a play and its milestones.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};

use revloops_aws::TableRuns;
use revloops_loopkit::ports::RunStore as _;

use super::seed::{DemoLead, text};
use super::watch::End;
use crate::console::Tone;
use crate::context::Context;
use crate::crm_api::{CrmApi, literal};
use crate::local::Endpoints;

/// What became of the deal.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Pursued {
    /// The lead that was converted; none where no lead of the demo could be.
    pub lead_id: Option<String>,
    /// Its deal.
    pub opportunity_id: Option<String>,
    /// The play that the deal got.
    pub play: Option<String>,
    /// Its milestones' tasks, by the day on which they are due.
    pub milestones: Vec<Milestone>,
    /// Whether the research brief is on the deal.
    pub has_brief: bool,
}

/// One task of the deal.
#[derive(Debug, Clone, Serialize)]
pub struct Milestone {
    /// When it is due.
    pub due: String,
    /// What is to be done.
    pub subject: String,
    /// By whom.
    pub owner: String,
}

/// Converts one of the leads that a person owns, and watches until its deal is planned or `patience` is over.
///
/// # Errors
/// If a part does not answer, or the CRM refuses the conversion.
pub async fn play(
    context: &Context,
    endpoints: &Endpoints,
    crm: &CrmApi,
    leads: &[DemoLead],
    ends: &[End],
    patience: Duration,
) -> anyhow::Result<Pursued> {
    let step = context.console.step("Deal");
    let drafted: Vec<&DemoLead> = leads.iter().zip(ends).filter(|(_, end)| end.task).map(|(lead, _)| lead).collect();
    let Some(lead) = owned_by_a_person(crm, &drafted).await? else {
        step.skipped("no lead of these is a person's yet");
        return Ok(Pursued::default());
    };
    let opportunity = crm.convert(&lead.id).await?;
    step.detail(format!("{} is converted", lead.company));
    let runs = TableRuns::new(endpoints.clients().await.dynamodb, endpoints.output("RunsTable")?);
    let began = Instant::now();
    let mut settled = false;
    while !settled && began.elapsed() < patience {
        let stored = runs.about(&format!("opportunity/{opportunity}")).await?;
        settled = stored.iter().any(|run| {
            run.applied.len() >= run.record.effects.len() && run.record.reply.get("settled") == Some(&json!(true))
        });
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    let pursued = look(crm, lead, &opportunity).await?;
    if settled {
        step.done(format!("{} milestones by the play {}", pursued.milestones.len(), name(pursued.play.as_deref())));
    } else {
        step.warned("it is not planned yet");
    }
    show(context, lead, &pursued);
    Ok(pursued)
}

fn name(play: Option<&str>) -> &str {
    play.unwrap_or("–")
}

/// The CRM converts no lead that a queue owns.
async fn owned_by_a_person<'a>(crm: &CrmApi, leads: &[&'a DemoLead]) -> anyhow::Result<Option<&'a DemoLead>> {
    let ids: Vec<String> = leads.iter().map(|lead| literal(&lead.id)).collect();
    if ids.is_empty() {
        return Ok(None);
    }
    let soql = format!("SELECT Id, OwnerId FROM Lead WHERE IsConverted = FALSE AND Id IN ({})", ids.join(", "));
    let open = crm.query(&soql).await?;
    let theirs = |lead: &&&DemoLead| {
        open.iter().any(|found| text(found, "Id") == lead.id && text(found, "OwnerId").starts_with("005"))
    };
    Ok(leads.iter().find(theirs).copied())
}

async fn look(crm: &CrmApi, lead: &DemoLead, opportunity: &str) -> anyhow::Result<Pursued> {
    let id = literal(opportunity);
    let deal =
        crm.query(&format!("SELECT RevLoops_Play__c, RevLoops_Brief__c FROM Opportunity WHERE Id = {id}")).await?;
    let said = |name: &str| deal.first().map(|deal| text(deal, name).to_owned()).filter(|text| !text.is_empty());
    let keys = literal(&format!("opportunity/{opportunity}/pursue/%"));
    let soql = format!(
        "SELECT Subject, ActivityDate, Owner.Name FROM Task WHERE WhatId = {id} AND RevLoops_Key__c LIKE {keys} \
         ORDER BY ActivityDate, Id"
    );
    let milestone = |task: &Value| Milestone {
        due: text(task, "ActivityDate").to_owned(),
        subject: text(task, "Subject").to_owned(),
        owner: task.pointer("/Owner/Name").and_then(Value::as_str).unwrap_or_default().to_owned(),
    };
    Ok(Pursued {
        lead_id: Some(lead.id.clone()),
        opportunity_id: Some(opportunity.to_owned()),
        play: said("RevLoops_Play__c"),
        milestones: crm.query(&soql).await?.iter().map(milestone).collect(),
        has_brief: said("RevLoops_Brief__c").is_some(),
    })
}

fn show(context: &Context, lead: &DemoLead, pursued: &Pursued) {
    let console = &context.console;
    let planned = !pursued.milestones.is_empty();
    let words = format!("  deal      {:<26.26} play {}", lead.company, name(pursued.play.as_deref()));
    console.say(console.tone(if planned { Tone::Good } else { Tone::Warn }, words));
    if planned {
        let rows = pursued.milestones.iter().map(|one| vec![one.due.clone(), one.subject.clone(), one.owner.clone()]);
        console.table(&["due", "milestone", "owner"], rows);
    }
}
