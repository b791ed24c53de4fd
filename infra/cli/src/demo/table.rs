//! The closing table: what became of each lead, and how long it took from its save in the CRM.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Serialize;
use serde_json::Value;

use super::seed::DemoLead;
use super::watch::End;
use crate::console::Console;
use crate::crm_api::CrmApi;

/// One row.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The lead's id.
    pub id: String,
    /// Company.
    pub company: String,
    /// What it is in the demo for.
    pub shows: String,
    /// Points.
    pub score: Option<u64>,
    /// Band.
    pub band: Option<String>,
    /// The rule that fired.
    pub rule: Option<String>,
    /// The owner's name.
    pub owner: Option<String>,
    /// What was done: the preview's steps, or why there is none.
    pub task: String,
    /// Milliseconds from the save to the owner, by the CRM's own clock.
    pub owner_ms: Option<i64>,
    /// Milliseconds from the save to the task, or to the disqualification.
    pub end_ms: Option<i64>,
}

/// The rows, in the order of the leads, which were saved after `since_ms` (epoch milliseconds).
///
/// # Errors
/// If the CRM's journal cannot be read.
pub async fn rows(crm: &CrmApi, leads: &[DemoLead], ends: &[End], since_ms: i64) -> anyhow::Result<Vec<Row>> {
    let at = |write: &Value| write.get("at_ms").and_then(Value::as_i64);
    let named = |write: &Value, path: &str| write.pointer(path).and_then(Value::as_str).map(ToOwned::to_owned);
    let (mut saved, mut changed, mut owned, mut tasked) =
        (BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for write in crm.writes("Lead", since_ms).await? {
        let (Some(id), Some(at)) = (named(&write, "/id"), at(&write)) else { continue };
        // The journal is in order: the first write of a lead is its save.
        if let Entry::Vacant(first) = saved.entry(id.clone()) {
            first.insert(at);
            continue;
        }
        if write.pointer("/fields/OwnerId").is_some() {
            owned.entry(id.clone()).or_insert(at);
        }
        changed.insert(id, at);
    }
    for write in crm.writes("Task", since_ms).await? {
        if let (Some(lead), Some(at)) = (named(&write, "/fields/WhoId"), at(&write)) {
            tasked.entry(lead).or_insert(at);
        }
    }
    let since_save = |id: &String, at: Option<&i64>| Some(at? - saved.get(id)?);
    Ok(leads
        .iter()
        .zip(ends)
        .map(|(lead, end)| Row {
            id: lead.id.clone(),
            company: lead.company.clone(),
            shows: lead.shows.clone(),
            score: end.score.as_ref().map(|(points, _)| *points),
            band: end.score.as_ref().map(|(_, band)| band.clone()),
            rule: end.rule.clone(),
            owner: end.owner.clone(),
            task: task(end),
            owner_ms: since_save(&lead.id, owned.get(&lead.id)),
            end_ms: since_save(&lead.id, tasked.get(&lead.id).or_else(|| changed.get(&lead.id))),
        })
        .collect())
}

fn task(end: &End) -> String {
    match (end.task, &end.disqualified, &end.blocked, end.unresolved) {
        (true, ..) => format!("preview, {} steps", end.steps),
        (_, Some(why), ..) => format!("none: {}", short(why)),
        (_, _, Some(why), _) => format!("blocked: {}", short(why)),
        (_, _, _, true) => "none: nobody to own it".to_owned(),
        (false, None, None, false) => "waits".to_owned(),
    }
}

/// The first reason, cut where it would widen the table; `explain` tells all of it.
fn short(why: &str) -> String {
    let first = why.split("; ").next().unwrap_or(why);
    let cut: String = first.chars().take(40).collect();
    if cut.len() < why.len() { format!("{} …", cut.trim_end()) } else { cut }
}

/// Shows the table.
pub fn show(console: &Console, rows: &[Row]) {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let ms = |ms: Option<i64>| ms.map_or("–".to_owned(), |ms| ms.to_string());
    let lines = rows.iter().map(|row| {
        vec![
            row.company.clone(),
            row.score.map_or("–".to_owned(), |points| points.to_string()),
            or_dash(&row.band),
            or_dash(&row.rule),
            or_dash(&row.owner),
            row.task.clone(),
            ms(row.owner_ms),
            ms(row.end_ms),
        ]
    });
    console.table(&["lead", "score", "band", "rule", "owner", "task", "ms to owner", "ms to end"], lines);
}
