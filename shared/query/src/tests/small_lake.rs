//! A small lake with a rep, a manager with two reps below, and somebody else; and the same lake with what is hidden taken out by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use revloops_lake::{Column, Dataset, Days, Guard, Kind, Read, Row, Sift, Value, to_batch};
use revloops_loopkit::Outcome;
use serde_json::json;

use crate::{Answer, Limits, Refused, Source, Visibility, ask};

/// Dataset, columns, rows.
pub(super) type WasRead = (String, Vec<String>, usize);

/// Rows in memory, read as the lake is: columns and days.
#[derive(Default, Clone)]
pub(super) struct InMemory {
    pub(super) rows: BTreeMap<String, Vec<Row>>,
    /// What was read.
    pub(super) read: Arc<Mutex<Vec<WasRead>>>,
}

#[async_trait]
impl Source for InMemory {
    async fn rows(&self, dataset: &Dataset, columns: &[String], days: Option<Days>, sift: &Sift<'_>) -> Outcome<Read> {
        let rows = self.rows.get(&dataset.name).cloned().unwrap_or_default();
        let rows: Vec<Row> = rows.into_iter().filter(|row| within(dataset, row, days)).collect();
        let all = to_batch(&dataset.columns, rows.iter()).unwrap();
        let places: Vec<usize> = columns.iter().map(|name| all.schema().index_of(name).unwrap()).collect();
        let batch = all.project(&places).unwrap();
        self.read.lock().unwrap().push((dataset.name.clone(), columns.to_vec(), batch.num_rows()));
        // Several batches, as of several days.
        let half = batch.num_rows() / 2;
        let mut read = Read { bytes: 100 * rows.len() as u64, objects: 1, ..Read::default() };
        for part in [batch.slice(0, half), batch.slice(half, batch.num_rows() - half)] {
            match sift(part, read.bytes)? {
                Some(part) => read.batches.push(part),
                None => return Ok(Read { ended: true, batches: Vec::new(), ..read }),
            }
        }
        Ok(read)
    }
}

fn within(dataset: &Dataset, row: &Row, days: Option<Days>) -> bool {
    let (Some((first, last)), Some(column)) = (days, &dataset.day) else { return true };
    let Value::Time(micros) = row.get(dataset, column) else { return true };
    let day = jiff::Timestamp::from_microsecond(*micros).unwrap().to_zoned(jiff::tz::TimeZone::UTC).date();
    (first..=last).contains(&day)
}

/// The lake's own datasets, and one whose rows are for those alone who see everything.
pub(super) fn datasets() -> Vec<Dataset> {
    let mut all = revloops_lake::datasets();
    let keys = Dataset::new("salaries", "What is for nobody else")
        .texts(&[("id", "The id"), ("secret", "A secret")])
        .keyed(&["id"])
        .seen_by(Guard::Everything);
    all.push(keys);
    all
}

pub(super) fn dataset(name: &str) -> Dataset {
    datasets().into_iter().find(|dataset| dataset.name == name).unwrap()
}

pub(super) const REP: &str = "005000000000001AAA";
pub(super) const COLLEAGUE: &str = "005000000000002AAA";
pub(super) const MANAGER: &str = "005000000000003AAA";
pub(super) const STRANGER: &str = "005000000000004AAA";
/// A company that only the stranger's records name.
pub(super) const HIDDEN: &str = "Hidden Harbour";

pub(super) fn owners(users: &[&str]) -> Visibility {
    Visibility::Owners(users.iter().map(|user| (*user).to_owned()).collect())
}

pub(super) fn people() -> [(&'static str, Visibility); 3] {
    [
        ("a rep", owners(&[REP])),
        ("a manager", owners(&[MANAGER, REP, COLLEAGUE])),
        ("an administrator", Visibility::All),
    ]
}

/// What columns have beyond what a test says: values that tell rows apart.
fn filled(dataset: &Dataset, nth: usize, said: serde_json::Value) -> Row {
    let mut members = said.as_object().unwrap().clone();
    members.insert("row_version".to_owned(), json!(1));
    members.insert("seen_at".to_owned(), json!(format!("2026-11-{:02}T06:00:00Z", 1 + nth % 28)));
    for Column { name, kind, .. } in &dataset.columns {
        let value = match kind {
            Kind::Text => json!(format!("{name} {}", nth % 5)),
            Kind::Whole => json!(nth * 7 % 100),
            Kind::Number => json!(0.5),
            Kind::Truth => json!(nth.is_multiple_of(3)),
            Kind::Time => json!(format!("2026-11-{:02}T{:02}:30:00Z", 1 + nth % 28, nth % 24)),
            Kind::Day => json!(format!("2026-12-{:02}", 1 + nth % 28)),
        };
        members.entry(name.clone()).or_insert(value);
    }
    Row::of(dataset, &members).unwrap()
}

pub(super) fn lake() -> InMemory {
    let mut lake = InMemory::default();
    let mut add = |name: &str, nth: usize, said: serde_json::Value| {
        lake.rows.entry(name.to_owned()).or_default().push(filled(&dataset(name), nth, said));
    };
    let users = [REP, COLLEAGUE, MANAGER, STRANGER];
    for (nth, user) in users.iter().enumerate() {
        add(
            "crm_users",
            nth,
            json!({"id": user, "name": format!("User {nth}"), "manager_id": (if nth < 2 { MANAGER } else { STRANGER })}),
        );
    }
    for nth in 0..24 {
        // The last owner of four is the stranger; one lead in twelve is a queue's, and one account nobody's.
        let owner = if nth % 12 == 11 { "00G000000000001AAA" } else { users[nth % 4] };
        let company = if nth % 4 == 3 { format!("{HIDDEN} {nth}") } else { format!("Open Orchard {nth}") };
        let lead = format!("00Q{nth:012}AAA");
        add(
            "crm_leads",
            nth,
            json!({"id": lead, "owner_id": owner, "company": company, "band": (["A", "B", "C"][nth % 3]), "score": (if nth % 4 == 3 { 0 } else { nth * 4 }), "source": (["Web", "Event"][nth % 2])}),
        );
        add("crm_accounts", nth, json!({"id": format!("001{nth:012}AAA"), "owner_id": owner, "name": company}));
        add(
            "crm_opportunities",
            nth,
            json!({"id": format!("006{nth:012}AAA"), "owner_id": owner, "account_id": format!("001{nth:012}AAA"), "name": company, "amount_cents": nth * 10_000, "is_won": nth % 5 == 0, "is_closed": nth % 5 < 2}),
        );
        for (place, step) in ["qualify", "route", "engage"].iter().enumerate() {
            let run = format!("run-{nth}-{step}");
            let at = format!("2026-11-{:02}T{:02}:00:00Z", 1 + nth, place);
            add(
                "decisions",
                nth * 3 + place,
                json!({"run_id": run, "loop": step, "record_id": lead, "subject": format!("lead/{lead}"), "rule": company, "decided_at": at, "ai_microusd": nth * place}),
            );
            add(
                "effects",
                nth * 3 + place,
                json!({"run_id": run, "position": 0, "loop": step, "record_id": lead, "decided_at": at}),
            );
        }
        add(
            "first_touches",
            nth,
            json!({"run_id": format!("touch-{nth}"), "record_id": lead, "owner_id": owner, "working_minutes": nth * 3}),
        );
        add("outcomes", nth, json!({"run_id": format!("run-{nth}-route"), "outcome": "reassigned", "record_id": lead}));
        add("events", nth, json!({"event_id": format!("event-{nth}"), "record_id": lead}));
    }
    // About no record: for those alone who see everything.
    let mut plan =
        filled(&dataset("decisions"), 99, json!({"run_id": "run-plan", "loop": "design", "subject": "scenario/fy27"}));
    let place = dataset("decisions").columns.iter().position(|column| column.name == "record_id").unwrap();
    let mut values = plan.values().to_vec();
    values[place] = Value::Null;
    plan = Row::new(values);
    lake.rows.entry("decisions".to_owned()).or_default().push(plan);
    let mut add = |name: &str, nth: usize, said: serde_json::Value| {
        lake.rows.entry(name.to_owned()).or_default().push(filled(&dataset(name), nth, said));
    };
    for (nth, user) in users.iter().enumerate().take(3) {
        add("crm_territories", nth, json!({"id": format!("0MI{nth:012}AAA")}));
        add("crm_user_territories", nth, json!({"id": format!("0MJ{nth:012}AAA"), "user_id": user}));
        add("salaries", nth, json!({"id": format!("s{nth}"), "secret": format!("{HIDDEN} salary")}));
    }
    lake
}

/// The lake without what is hidden from somebody: rows looked at one by one, by nothing that the library uses.
pub(super) fn without_hidden(lake: &InMemory, visibility: &Visibility) -> InMemory {
    let Visibility::Owners(owners) = visibility else { return InMemory { read: Arc::default(), ..lake.clone() } };
    let text = |dataset: &Dataset, row: &Row, column: &str| {
        let value = row.get(dataset, column);
        if let Value::Text(text) = value { Some(text.clone()) } else { None }
    };
    let mut records = BTreeSet::new();
    for name in ["crm_leads", "crm_accounts", "crm_opportunities"] {
        let dataset = dataset(name);
        for row in lake.rows.get(name).into_iter().flatten() {
            if text(&dataset, row, "owner_id").is_some_and(|owner| owners.contains(&owner)) {
                records.insert(text(&dataset, row, "id").unwrap());
            }
        }
    }
    let mut left = InMemory::default();
    for (name, rows) in &lake.rows {
        let dataset = dataset(name);
        let seen = |row: &&Row| match name.as_str() {
            "crm_leads" | "crm_accounts" | "crm_opportunities" => records.contains(&text(&dataset, row, "id").unwrap()),
            "crm_users" | "crm_territories" | "crm_user_territories" => true,
            "salaries" => false,
            _ => text(&dataset, row, "record_id").is_some_and(|record| records.contains(&record)),
        };
        left.rows.insert(name.clone(), rows.iter().filter(seen).cloned().collect());
    }
    left
}

pub(super) fn asked(sql: &str, lake: &InMemory, visibility: &Visibility) -> Result<Answer, Refused> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let datasets = datasets();
    runtime.block_on(ask(sql, &datasets, visibility, lake, &Limits { rows: 200, ..Limits::default() })).answer
}

/// What somebody is told, as one text: the answer without the bytes, which only some are told; or the error.
pub(super) fn told(result: Result<Answer, Refused>) -> String {
    match result {
        Ok(answer) => format!("{:?} {:?} {:?} {:?}", answer.columns, answer.rows, answer.truncated, answer.newest),
        Err(refused) => format!("refused: {refused}"),
    }
}
