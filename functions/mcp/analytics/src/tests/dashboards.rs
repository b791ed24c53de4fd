//! Where a metric and a dashboard show the same number, they are the same: the dashboards' own queries, on the same rows.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::stage::{Said, admin, world, world_of};
use crate::World;
use crate::metrics::{Grain, Wanted};
use crate::tools::metrics;
use crate::tools::sql::{self, Sql};

/// Sums of a query's column by others, without nothing and zero.
async fn shown(world: &World, query: &str, by: &[&str], column: &str) -> BTreeMap<String, f64> {
    let sql = Sql { sql: query.to_owned(), at_most: Some(1_000) };
    let table = sql::run(world, &admin(), sql).await.unwrap_or_else(|why| panic!("{query}: {why}"));
    assert!(!table.truncated);
    let place = |name: &str| table.columns.iter().position(|one| one.name == name).unwrap_or_else(|| panic!("{name}"));
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for row in &table.rows {
        let key: Vec<String> = by.iter().map(|name| row[place(name)].to_string()).collect();
        *sums.entry(key.join(" ")).or_default() += row[place(column)].as_f64().unwrap_or_default();
    }
    sums.retain(|_, sum| *sum != 0.0);
    sums
}

async fn metric(world: &World, name: &str, by: &[&str], each: Option<Grain>) -> BTreeMap<String, f64> {
    let by = by.iter().map(|name| (*name).to_owned()).collect();
    let wanted = Wanted { metric: name.to_owned(), by, each, from: None, to: None, only: Vec::new() };
    let rows = metrics::run(world, &admin(), wanted).await.unwrap_or_else(|why| panic!("{name}: {why}")).answer.rows;
    let mut numbers = BTreeMap::new();
    for row in rows {
        let (value, key) = row.split_last().unwrap();
        let key: Vec<String> = key.iter().map(Value::to_string).collect();
        numbers.insert(key.join(" "), value.as_f64().unwrap_or_default());
    }
    numbers.retain(|_, value| *value != 0.0);
    numbers
}

macro_rules! query {
    ($name:literal) => {
        include_str!(concat!("../../../../../infra/bi/queries/", $name, ".sql"))
    };
}

/// A dashboard's query, its dimensions beside the day, and our metrics by its columns.
type OfOne<'a> = (&'a str, &'a [&'a str], &'a [(&'a str, &'a str)]);

#[tokio::test]
async fn the_same_number_is_the_same_on_the_dashboards() {
    let world = world(|_, _| true).await;
    let funnel: [(&str, &str); 9] = [
        ("leads_created", "created"),
        ("leads_qualified", "qualified"),
        ("leads_disqualified", "disqualified"),
        ("leads_routed", "routed"),
        ("leads_drafted", "drafted"),
        ("leads_touched", "touched"),
        ("leads_converted", "converted"),
        ("deals_won_from_leads", "won"),
        ("won_amount_from_leads", "won_cents"),
    ];
    let speed = [
        ("leads_with_owner", "leads"),
        ("owner_time_p50", "owner_p50_ms"),
        ("owner_time_p90", "owner_p90_ms"),
        ("first_touch_minutes_p50", "touch_p50_minutes"),
        ("first_touch_minutes_p90", "touch_p90_minutes"),
        ("first_touches_in_time", "within_sla"),
        ("first_touches_missed", "missed_sla"),
    ];
    let runs =
        [("runs", "runs"), ("effects", "effects_applied"), ("ai_cost", "ai_microusd"), ("data_cost", "data_microusd")];
    let of_each: [OfOne<'_>; 7] = [
        (query!("funnel_daily"), &["source", "band"], &funnel),
        (query!("speed_daily"), &["band"], &speed),
        (query!("loop_runs_daily"), &["loop", "outcome"], &runs),
        (query!("receipts_daily"), &["loop"], &[("leads_worked", "leads"), ("ai_cost", "ai_microusd")]),
        (query!("rule_matches_daily"), &["rule"], &[("rule_matches", "matches")]),
        (
            query!("sequences_daily"),
            &["template", "prompt_version"],
            &[("sequences_drafted", "drafted"), ("sequences_approved", "approved")],
        ),
        (query!("signals_daily"), &["kind"], &[("signals_detected", "detected")]),
    ];
    for (query, by, pairs) in of_each {
        let with_day: Vec<&str> = [&["day"], by].concat();
        for (name, column) in pairs {
            let (ours, theirs) =
                (metric(&world, name, by, Some(Grain::Day)).await, shown(&world, query, &with_day, column).await);
            assert!(ours.len() > 2, "{name}: {ours:?}");
            assert_eq!(ours, theirs, "{name}");
        }
    }
    let years = format!(
        "SELECT scenario, capacity_cents, target_cents FROM ({}) years WHERE segment IS NULL",
        query!("capacity_years")
    );
    for (name, column) in [("plan_capacity", "capacity_cents"), ("plan_target", "target_cents")] {
        let ours = metric(&world, name, &["scenario"], None).await;
        assert_eq!((ours.len(), &ours), (1, &shown(&world, &years, &["scenario"], column).await));
    }
}

/// Rows of a deal that came by a lead, of one that came by a signal, and of one that is lost.
fn deals() -> Vec<Said> {
    let deal = |id: &str, account: &str, won: bool| {
        json!({
            "id": id, "account_id": account, "is_won": won, "is_closed": true, "is_deleted": false, "amount_cents": 700,
            "created_at": "2026-11-10T00:00:00Z",
        })
    };
    let plan = |scenario: &str, at: &str, nth: usize| json!({"run_id": scenario, "position": nth, "record_id": null, "scenario_id": scenario, "decided_at": at, "segment": null, "year": "2026-02"});
    let route = |run: &str, at: &str, rule: &str, territory: &str| {
        json!({
            "run_id": run, "position": 0, "record_id": "lead-1", "decided_at": at, "outcome": "routed", "rule": rule, "territory": territory,
        })
    };
    let decided = |run: &str, at: &str, version: &str| json!({"run_id": run, "record_id": "lead-1", "loop": "route", "outcome": "routed", "decided_at": at, "config_version": version});
    let drafted = |run: &str, at: &str, more: Value| {
        let mut row = json!({"run_id": run, "position": 0, "decided_at": at, "status": "drafted", "template": "warm"});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    };
    vec![
        ("design_facts", plan("before", "2026-11-01T00:00:00Z", 0)),
        ("design_facts", plan("active", "2026-11-03T00:00:00Z", 0)),
        ("design_facts", plan("after", "2026-11-20T00:00:00Z", 0)),
        ("crm_leads", json!({"id": "lead-1", "converted_opportunity_id": "deal-1", "is_converted": true})),
        ("crm_opportunities", deal("deal-1", "account-1", true)),
        ("crm_opportunities", deal("deal-2", "account-2", true)),
        ("crm_opportunities", deal("deal-3", "account-2", false)),
        // Routed twice: the last time counts.
        ("route_facts", route("route-1", "2026-11-02T00:00:00Z", "first-rule", "nordics")),
        ("route_facts", route("route-2", "2026-11-04T00:00:00Z", "last-rule", "dach")),
        ("decisions", decided("route-1", "2026-11-02T00:00:00Z", "v1")),
        ("decisions", decided("route-2", "2026-11-04T00:00:00Z", "v2")),
        (
            "engage_facts",
            drafted(
                "draft-1",
                "2026-11-05T00:00:00Z",
                json!({"record_id": "lead-1", "lead_id": "lead-1", "account_id": null, "signal": null}),
            ),
        ),
        // One signal before the deal, and one after it, which has not brought it.
        (
            "engage_facts",
            drafted(
                "draft-2",
                "2026-11-06T00:00:00Z",
                json!({"record_id": "account-2", "lead_id": null, "account_id": "account-2", "signal": "funding"}),
            ),
        ),
        (
            "engage_facts",
            drafted(
                "draft-3",
                "2026-11-12T00:00:00Z",
                json!({"record_id": "account-2", "lead_id": null, "account_id": "account-2", "signal": "hiring"}),
            ),
        ),
    ]
}

#[tokio::test]
async fn a_won_deal_leads_back_to_signal_sequence_rule_version_territory_and_scenario() {
    let world = world_of(&deals().into_iter().enumerate().collect::<Vec<_>>()).await;
    let asked =
        Sql { sql: format!("SELECT * FROM ({}) won ORDER BY opportunity_id", query!("lineage")), at_most: None };
    let table = sql::run(&world, &admin(), asked).await.unwrap_or_else(|why| panic!("{why}"));
    let columns = [
        "opportunity_id",
        "amount_cents",
        "lead_id",
        "signal_kind",
        "sequence_run_id",
        "template",
        "rule",
        "config_version",
        "territory",
        "scenario",
    ];
    assert_eq!(table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), columns);
    assert_eq!(
        table.rows,
        [
            json!(["deal-1", 700, "lead-1", null, "draft-1", "warm", "last-rule", "v2", "dach", "active"]),
            json!(["deal-2", 700, null, "funding", "draft-2", null, null, null, null, "active"]),
        ]
        .map(|row| row.as_array().unwrap().clone())
    );
}
