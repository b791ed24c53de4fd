//! The acquisition chain on the local cloud: a converted lead's deal gets its play, its milestones and its brief, and keeps
//! up with a close date that moves.

use std::time::{Duration, Instant};

use anyhow::bail;
use revloops_cli::crm_api::literal;
use revloops_tests::system::System;
use serde_json::{Value, json};

use crate::demand::system;

const PATIENCE: Duration = Duration::from_secs(180);

fn text<'a>(record: &'a Value, name: &str) -> &'a str {
    record[name].as_str().unwrap_or_default()
}

/// A lead that a person owns and that has its drafted mails. Of a company of its own: once it is a deal, the policy keeps the
/// others of its company from being written to.
pub(crate) async fn drafted_lead(system: &System, company: &str, country: &str, email: &str) -> anyhow::Result<String> {
    let lead = json!({"FirstName": "Ida", "LastName": "Dealer", "Company": company, "Title": "Head of Sales",
                      "Email": email, "CountryCode": country});
    let lead = system.save(&[lead]).await?.remove(0);
    system.wait_for_ends(std::slice::from_ref(&lead), PATIENCE).await?;
    Ok(lead)
}

async fn deal(system: &System, id: &str) -> anyhow::Result<Value> {
    let fields = "RevLoops_Play__c, RevLoops_Play_Started_On__c, RevLoops_Brief__c, RevLoops_Milestones__c";
    let soql = format!("SELECT {fields} FROM Opportunity WHERE Id = {}", literal(id));
    Ok(system.crm.query(&soql).await?.remove(0))
}

/// The deal's milestones, by id: status, due day, key.
async fn milestones(system: &System, id: &str) -> anyhow::Result<Vec<(String, String, String, String)>> {
    let keys = literal(&format!("opportunity/{id}/pursue/%"));
    let fields = "Id, Status, ActivityDate, RevLoops_Key__c";
    let soql = format!("SELECT {fields} FROM Task WHERE WhatId = {} AND RevLoops_Key__c LIKE {keys}", literal(id));
    let found = system.crm.query(&soql).await?;
    let mut rows: Vec<_> = found
        .iter()
        .map(|task| {
            let milestone = text(task, "RevLoops_Key__c").rsplit('/').next().unwrap_or_default().to_owned();
            let of = |name: &str| text(task, name).to_owned();
            (milestone, of("Status"), of("ActivityDate"), of("Id"))
        })
        .collect();
    rows.sort();
    Ok(rows)
}

/// Looks until `holds` of what is seen, which is returned; `what` says what did not come.
async fn until<T: std::fmt::Debug>(
    system: &System,
    what: &str,
    look: impl AsyncFn() -> anyhow::Result<T>,
    holds: impl Fn(&T) -> bool,
) -> anyhow::Result<T> {
    let began = Instant::now();
    loop {
        let seen = look().await?;
        if holds(&seen) {
            return Ok(seen);
        }
        if began.elapsed() > PATIENCE {
            bail!("{what}: {seen:?}; parked: {:?}", system.parked().await?);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Waits until the deal says by which play it is worked: that is written last.
async fn until_planned(system: &System, id: &str) -> anyhow::Result<Value> {
    let has_play = |said: &Value| !text(said, "RevLoops_Play__c").is_empty();
    until(system, "the deal has no play", async || deal(system, id).await, has_play).await
}

/// Waits until the milestone is due on `day`.
async fn until_due(system: &System, id: &str, milestone: &str, day: &str) -> anyhow::Result<()> {
    let is_due = |rows: &Vec<(String, String, String, String)>| {
        rows.iter().any(|(name, _, due, _)| name == milestone && due == day)
    };
    let what = format!("{milestone} is not due on {day}");
    until(system, &what, async || milestones(system, id).await, is_due).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_converted_lead_has_its_milestones_and_its_brief_and_follows_a_close_date_that_moves_twice()
-> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let lead = drafted_lead(&system, "Helvetia Präzision", "CH", "ida.dealer@helvetia-praezision.example").await?;
    let id = system.crm.convert(&lead).await?;
    let close = |day: &'static str| json!({"CloseDate": day});
    system.crm.update("Opportunity", &id, &close("2027-06-30")).await?;

    // Ten business days before a Wednesday at the end of June.
    until_due(&system, &id, "offer", "2027-06-16").await?;
    let first = milestones(&system, &id).await?;
    let names: Vec<&str> = first.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["decision", "demonstration", "first-call", "offer"]);
    assert_eq!(first[0].2, "2027-06-30");
    let said = until_planned(&system, &id).await?;
    assert_eq!(text(&said, "RevLoops_Play__c"), "standard", "{said}");
    let brief = text(&said, "RevLoops_Brief__c");
    assert!(brief.contains("Research brief of") && brief.contains("Step 1"), "{brief}");

    // One is ticked off, and the close date moves: Whit Monday, the 17th of May, is no business day there.
    let call = &first[2];
    system.crm.update("Task", &call.3, &json!({"Status": "Completed"})).await?;
    system.crm.update("Opportunity", &id, &close("2027-05-28")).await?;
    until_due(&system, &id, "offer", "2027-05-13").await?;
    system.crm.update("Opportunity", &id, &close("2027-07-30")).await?;
    until_due(&system, &id, "offer", "2027-07-16").await?;

    let last = milestones(&system, &id).await?;
    let ids = |rows: &[(String, String, String, String)]| rows.iter().map(|row| row.3.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&last), ids(&first), "the same tasks, and no other");
    assert_eq!((last[0].2.as_str(), last[1].2.as_str()), ("2027-07-30", first[1].2.as_str()));
    assert_eq!((last[2].1.as_str(), last[2].2.as_str()), ("Completed", call.2.as_str()), "what is done stays");
    assert_eq!(text(&deal(&system, &id).await?, "RevLoops_Brief__c"), brief);
    Ok(())
}
