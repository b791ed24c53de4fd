//! A lake in memory with leads of two reps, a manager and somebody else, and people who ask.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use revloops_domain::SalesforceId;
use revloops_identity::{Principal, Role};
use revloops_lake::{Dataset, Kind, Lake, Row};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::Clock;
use revloops_mcp::{Caller, ToolError};
use revloops_query::{Limits, Visibility};
use revloops_testkit::ObjectsInMemory;
use serde_json::{Map, Value, json};

use crate::{Company, View, Views, World};

pub(super) const REP: &str = "005000000000001AAA";
pub(super) const COLLEAGUE: &str = "005000000000002AAA";
pub(super) const MANAGER: &str = "005000000000003AAA";
pub(super) const STRANGER: &str = "005000000000004AAA";
const QUEUE: &str = "00G000000000001AAA";
/// What only rows of the stranger hold.
pub(super) const HIDDEN: &str = "Hidden Harbour";

pub(super) fn now() -> Timestamp {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

pub(super) struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// The two reps are the manager's; the queue is the colleague's.
pub(super) fn company() -> Company {
    let text = str::to_owned;
    Company {
        managers: [(REP, MANAGER), (COLLEAGUE, MANAGER)].map(|(one, other)| (text(one), text(other))).into(),
        queues: [(text(QUEUE), text(COLLEAGUE))].into(),
        ..Company::default()
    }
}

#[async_trait]
impl Views for Company {
    async fn of(&self, principal: &Principal, _at: Timestamp) -> Outcome<View> {
        Ok(self.view(principal.user.as_str(), principal.role))
    }
}

pub(super) fn caller(user: &str, role: Role) -> Caller {
    let principal = Principal {
        user: SalesforceId::parse(user).unwrap(),
        username: format!("{user}@northfield.example"),
        role,
        client_id: "test".to_owned(),
        scopes: BTreeSet::new(),
        grant: user.to_owned(),
    };
    Caller::new(principal, now(), "call-1".to_owned())
}

pub(super) fn rep() -> Caller {
    caller(REP, Role::Rep)
}

pub(super) fn manager() -> Caller {
    caller(MANAGER, Role::Manager)
}

pub(super) fn admin() -> Caller {
    caller(STRANGER, Role::Administrator)
}

pub(super) fn asked<T>(answer: Result<T, ToolError>) -> String {
    match answer {
        Err(ToolError::Asked(text)) => text,
        Err(ToolError::Failed(failure)) => panic!("{failure:#}"),
        Ok(_) => panic!("it was answered"),
    }
}

pub(super) type Said = (&'static str, Value);

/// What the rows say; whatever they leave out is a value that tells rows apart.
fn said() -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    let users = [REP, COLLEAGUE, MANAGER, STRANGER];
    for (nth, user) in users.iter().enumerate() {
        said.push(("crm_users", json!({"id": user, "name": format!("User {nth}")})));
    }
    for nth in 0..60_usize {
        // One of four is the stranger's, and one of twelve the queue's.
        let owner = if nth % 12 == 10 { QUEUE } else { users[nth % 4] };
        let company = if owner == STRANGER { format!("{HIDDEN} {nth}") } else { format!("Open Orchard {nth}") };
        let (lead, deal, account) =
            (format!("00Q{nth:012}AAA"), format!("006{nth:012}AAA"), format!("001{nth:012}AAA"));
        let day = 1 + nth % 27;
        let at = |hour: usize| format!("2026-11-{day:02}T{hour:02}:10:00Z");
        said.push(("crm_leads", json!({
            "id": lead, "owner_id": owner, "company": company, "band": (["A", "B", "C"][nth % 3]), "score": nth, "created_at": at(1),
            "source": (if nth % 5 == 0 { Value::Null } else { json!(["Web", "Event", "O'Neil \\ \" --"][nth % 3]) }), "is_deleted": nth == 7,
            "is_converted": nth % 6 == 0, "converted_opportunity_id": (if nth % 6 == 0 { json!(deal) } else { Value::Null }),
            "first_touch_at": (if nth % 2 == 0 { json!(at(9)) } else { Value::Null }),
        })));
        said.push(("crm_accounts", json!({"id": account, "owner_id": owner, "name": company, "country": (["DE", "US"][nth % 2]), "is_deleted": false})));
        said.push(("crm_opportunities", json!({
            "id": deal, "owner_id": owner, "account_id": account, "name": company, "amount_cents": nth * 10_000 + 1, "is_won": nth % 4 == 0,
            "is_closed": nth % 4 < 2, "close_day": format!("2026-12-{day:02}"), "is_deleted": nth == 9,
        })));
        let mut run = |name: &str, outcome: &str, hour: usize, again: usize| {
            let id = format!("run-{nth}-{name}-{again}");
            said.push(("decisions", json!({
                "run_id": id, "loop": name, "record_id": lead, "subject": format!("lead/{lead}"), "outcome": outcome, "decided_at": at(hour),
                "config_version": format!("v{}", nth % 3), "correlation_id": format!("chain-{nth}"), "loop_version": "1", "effects": nth % 4, "compute_ms": nth * 3,
                "ai_microusd": nth * 7, "data_microusd": nth % 9,
            })));
            id
        };
        run("qualify", "disqualified", 2, 0);
        run("qualify", if nth % 7 == 0 { "disqualified" } else { "qualified" }, 3, 1);
        let routed = run("route", "routed", 4, 0);
        let drafted = run("engage", if nth % 8 == 0 { "blocked" } else { "drafted" }, 5, 0);
        said.push(("route_facts", json!({
            "run_id": routed, "position": 0, "record_id": lead, "decided_at": at(4), "outcome": (if nth % 11 == 0 { "pending" } else { "routed" }),
            "rule": (["territory", "pool"][nth % 2]), "time_from_save_ms": (nth * 37) % 1_000, "fallback": nth % 13 == 0, "owner_id": owner,
        })));
        said.push(("engage_facts", json!({
            "run_id": drafted, "position": 0, "record_id": lead, "decided_at": at(5), "status": (if nth % 8 == 0 { "blocked" } else { "drafted" }),
            "template": (["cold", "warm"][nth % 2]), "prompt_version": "3", "redrafts": nth % 3, "signal": (if nth % 10 == 1 { json!("funding") } else { Value::Null }),
        })));
        said.push(("generate_facts", json!({
            "run_id": format!("run-{nth}-generate"), "position": 0, "record_id": account, "decided_at": at(6), "status": (["qualified", "passed"][nth % 2]),
            "kinds": (["funding,hiring", "", "hiring"][nth % 3]), "detected": nth % 4,
        })));
        said.push(("pursue_facts", json!({
            "run_id": format!("run-{nth}-pursue"), "position": 0, "record_id": deal, "decided_at": at(7), "play": "new_business", "done_on_time": nth % 3, "done_late": nth % 2,
        })));
        said.push(("first_touches", json!({
            "run_id": format!("touch-{nth}"), "record_id": lead, "owner_id": owner, "outcome": (["touched", "missed"][nth % 2]), "in_time": nth % 4 == 0,
            "working_minutes": (nth * 11) % 90, "decided_at": at(9), "since": at(4),
        })));
        said.push(("outcomes", json!({
            "run_id": format!("run-{nth}-route-0"), "outcome": "reassigned", "loop": "route", "record_id": lead, "bad": nth % 5 == 0,
            "config_version": format!("v{}", nth % 3), "decided_at": at(4), "at": at(20),
        })));
        let word = ["sequence.approved", "sequence.rejected", "lead.saved"][nth % 3];
        said.push(("events", json!({"event_id": format!("event-{nth}"), "name": word, "record_id": lead, "correlation_id": format!("chain-{nth}"), "at": at(11)})));
    }
    for (nth, year) in ["2026-02", "2027-02"].iter().enumerate() {
        for segment in [Value::Null, json!("smb")] {
            said.push(("design_facts", json!({
                "run_id": "run-plan", "position": nth * 2 + usize::from(!segment.is_null()), "record_id": null, "decided_at": "2026-11-01T00:00:00Z",
                "scenario_id": "fy27", "segment": segment, "year": year, "capacity": 900 + nth, "target": 1_000,
            })));
        }
    }
    said
}

fn row(dataset: &Dataset, nth: usize, said: &Value) -> Row {
    let mut members: Map<String, Value> = said.as_object().unwrap().clone();
    for column in &dataset.columns {
        let value = match column.kind {
            Kind::Text => json!(format!("{} {}", column.name, nth % 5)),
            Kind::Whole => json!(nth % 100),
            Kind::Number => json!(0.5),
            Kind::Truth => json!(nth.is_multiple_of(3)),
            Kind::Time => json!("2026-11-28T06:00:00Z"),
            Kind::Day => json!("2026-12-01"),
        };
        members.entry(column.name.clone()).or_insert(value);
    }
    members.retain(|_, value| !value.is_null());
    Row::of(dataset, &members).unwrap()
}

/// A world over the rows for which `there` holds, by dataset and what they say.
pub(super) async fn world(there: impl Fn(&str, &Value) -> bool) -> World {
    // A row is the same one whichever others are there.
    let rows = said().into_iter().enumerate().filter(|(_, (name, row))| there(name, row));
    world_of(&rows.collect::<Vec<_>>()).await
}

/// A world over these rows, each with its number, from which follows what it does not say.
pub(super) async fn world_of(said: &[(usize, Said)]) -> World {
    let (datasets, lake) = (revloops_catalogue::datasets(), Lake::new(Arc::new(ObjectsInMemory::default())));
    for dataset in &datasets {
        let rows = said.iter().filter(|(_, (name, _))| *name == dataset.name);
        let rows: Vec<Row> = rows.map(|(nth, (_, said))| row(dataset, *nth, said)).collect();
        lake.merge(dataset, rows).await.unwrap();
    }
    World {
        lake,
        datasets,
        views: Arc::new(company()),
        limits: Limits::default(),
        clock: Arc::new(Now),
        currency: "EUR".to_owned(),
    }
}

/// A world without what is hidden from these owners: rows looked at one by one, by nothing that the product uses.
pub(super) async fn without_hidden(visibility: &Visibility) -> World {
    let Visibility::Owners(owners) = visibility.clone() else { return world(|_, _| true).await };
    let mut records = BTreeSet::new();
    for (_, row) in said().iter().filter(|(name, _)| name.starts_with("crm_")) {
        if row["owner_id"].as_str().is_some_and(|owner| owners.contains(owner)) {
            records.insert(row["id"].as_str().unwrap().to_owned());
        }
    }
    world(|name, row| match name {
        "crm_users" => true,
        "crm_leads" | "crm_accounts" | "crm_opportunities" => records.contains(row["id"].as_str().unwrap()),
        _ => row["record_id"].as_str().is_some_and(|record| records.contains(record)),
    })
    .await
}
