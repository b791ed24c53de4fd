use proptest::prelude::*;
use revloops_lake::Guard;
use revloops_mcp::Caller;
use serde_json::{Value, json};

use super::stage::{COLLEAGUE, HIDDEN, MANAGER, REP, admin, asked, company, manager, rep, without_hidden, world};
use crate::metrics::{Grain, Is, METRICS, Question, Unit, Wanted};
use crate::tools::datasets::{self, Sample, Which};
use crate::tools::metrics::{self, About};
use crate::tools::sql::{self, Sql};
use crate::tools::{access, all};
use crate::{World, lineage};

fn wanted(metric: &str) -> Wanted {
    Wanted { metric: metric.to_owned(), by: Vec::new(), each: None, from: None, to: None, only: Vec::new() }
}

async fn numbers(world: &World, caller: &Caller, wanted: Wanted) -> Vec<Vec<Value>> {
    let named = format!("{wanted:?}");
    let answered = metrics::run(world, caller, wanted).await;
    answered.unwrap_or_else(|why| panic!("{named}: {why}")).answer.rows
}

/// Each metric for all, by its dimensions, and by one of them each day, week, … within some days.
fn asked_of_everything() -> Vec<Wanted> {
    let mut all = Vec::new();
    let grains = [Grain::Day, Grain::Week, Grain::Month, Grain::Quarter, Grain::Year];
    for (metric, grain) in METRICS.iter().zip(grains.into_iter().cycle()) {
        all.push(wanted(metric.name));
        let names: Vec<String> = metric.base.dimensions.iter().map(|one| one.name.to_owned()).collect();
        all.extend(names.chunks(2).map(|by| Wanted { by: by.to_vec(), ..wanted(metric.name) }));
        let (from, to) = (Some("2026-11-03".parse().unwrap()), Some("2026-12-20".parse().unwrap()));
        all.push(Wanted { by: names[..1].to_vec(), each: Some(grain), from, to, ..wanted(metric.name) });
    }
    all
}

#[tokio::test]
async fn each_metric_by_each_dimension_is_that_of_a_lake_without_what_is_hidden() {
    let (whole, questions) = (world(|_, _| true).await, asked_of_everything());
    let mut everything = Vec::new();
    for wanted in &questions {
        everything.push(numbers(&whole, &admin(), wanted.clone()).await);
    }
    for caller in [rep(), manager()] {
        let visibility = company().view(caller.principal.user.as_str(), caller.principal.role).visibility;
        let left = without_hidden(&visibility).await;
        let (mut told, mut different) = (0, 0);
        for (wanted, all) in questions.iter().zip(&everything) {
            let seen = numbers(&whole, &caller, wanted.clone()).await;
            assert_eq!(seen, numbers(&left, &admin(), wanted.clone()).await, "{}: {wanted:?}", caller.principal.user);
            told += usize::from(seen.iter().flatten().any(|cell| !cell.is_null()));
            different += usize::from(seen != *all);
        }
        // But for the plan's, which is of no record.
        assert!(told + 6 >= questions.len(), "{told} of {} have a number", questions.len());
        assert!(different * 10 > questions.len() * 7, "{different} of {} differ from everything", questions.len());
    }
}

#[tokio::test]
async fn a_metric_and_the_question_in_sql_that_it_is_explained_by_have_the_same_answer() {
    let world = world(|_, _| true).await;
    for wanted in [
        Wanted { by: vec!["owner".to_owned()], each: Some(Grain::Week), ..wanted("owner_time_p90") },
        Wanted { by: vec!["loop".to_owned()], ..wanted("ai_cost") },
    ] {
        let explained = metrics::explain(&world, &manager(), wanted).await.unwrap();
        let asked = Sql { sql: explained.sql, at_most: Some(500) };
        let asked = sql::run(&world, &manager(), asked).await.unwrap();
        assert!(!asked.rows.is_empty());
        assert_eq!(asked.rows, explained.number.answer.rows);
    }
}

#[tokio::test]
async fn explained_is_definition_origin_config_and_records_of_rows_that_are_seen() {
    let world = world(|_, _| true).await;
    let caller = rep();
    let explained = metrics::explain(&world, &caller, wanted("runs")).await.unwrap();
    // 15 leads of the rep's, four runs each; three versions of the config.
    assert_eq!(explained.number.answer.rows, [[json!(60)]]);
    assert_eq!(explained.number.answer.seen, "your own records");
    let origin = &explained.from[0];
    assert_eq!((explained.from.len(), origin.dataset.as_str()), (1, "decisions"));
    assert!(origin.comes_from.contains("runs table"), "{}", origin.comes_from);
    let decided = explained.decided_by.unwrap();
    assert_eq!(decided.rows.len(), 9);
    assert_eq!(decided.rows.iter().map(|row| row[3].as_i64().unwrap()).sum::<i64>(), 60);
    assert_eq!(explained.records.len(), 10);
    assert!(explained.records.iter().all(|id| id[3..15].parse::<usize>().unwrap().is_multiple_of(4)));
    // Each question is in the audit log by its plan's hash, and the bytes that it read.
    let notes = caller.notes();
    assert_eq!(notes["questions"].len(), 3);
    for question in &notes["questions"] {
        assert_eq!(question["plan_sha256"].as_str().map(str::len), Some(64));
        assert!(question["bytes"].as_u64() > Some(1_000), "{question}");
    }
    let text = serde_json::to_string(&explained.number).unwrap() + &explained.records.join("");
    assert!(!text.contains(HIDDEN) && explained.number.answer.bytes_scanned.is_none());

    let explained = metrics::explain(&world, &admin(), wanted("plan_capacity")).await.unwrap();
    assert_eq!(
        (explained.number.answer.rows, explained.number.unit.as_str()),
        (vec![vec![json!(1_801)]], "cents (EUR)")
    );
    assert!(explained.records.is_empty() && explained.number.answer.bytes_scanned > Some(0));
    let explained = metrics::explain(&world, &admin(), wanted("leads_created")).await.unwrap();
    // From the lead to the runs about it.
    assert_eq!(explained.decided_by.unwrap().rows[0][0], json!("qualify"));
}

#[tokio::test]
async fn what_a_filter_names_is_compared_with_whatever_it_holds() {
    let world = world(|_, _| true).await;
    let only = |values: &[Option<&str>]| Wanted {
        only: vec![Is {
            dimension: "source".to_owned(),
            one_of: values.iter().map(|value| value.map(str::to_owned)).collect(),
        }],
        ..wanted("leads_created")
    };
    let count = async |values: &[Option<&str>]| numbers(&world, &admin(), only(values)).await[0][0].as_i64().unwrap();
    let (all, none) = (count(&[Some("Web"), Some("Event"), Some("O'Neil \\ \" --"), None]).await, count(&[None]).await);
    assert_eq!((all, none), (59, 12));
    assert_eq!(count(&[Some("O'Neil \\ \" --")]).await, 16);
    for text in [
        "' OR 1=1 --",
        "\\' OR 1=1 --",
        "x') OR ('1'='1",
        "'; SELECT 1",
        "Web' UNION SELECT company FROM crm_leads --",
        "\0",
        "",
    ] {
        assert_eq!(count(&[Some(text)]).await, 0, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_filter_is_one_literal_of_the_question(text in "[\\PC'\"\\\\;-]{0,12}") {
        let wanted = Wanted {
            only: vec![Is { dimension: "source".to_owned(), one_of: vec![Some(text.clone())] }],
            ..wanted("leads_created")
        };
        let question = Question::of(&wanted).unwrap().sql();
        let literal = format!("CAST(l.source AS varchar) IN ('{}')", text.replace('\'', "''"));
        prop_assert!(question.ends_with(&literal), "{}", question);
        let (_, datasets) = revloops_query::check(&question, &revloops_catalogue::datasets()).map_err(|why| TestCaseError::fail(format!("{question}: {why}")))?;
        prop_assert_eq!(datasets.into_iter().collect::<Vec<_>>(), ["crm_leads"]);
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_with_what_would_be_right() {
    let world = world(|_, _| true).await;
    let told = async |wanted: Wanted| asked(metrics::run(&world, &rep(), wanted).await);
    assert_eq!(
        told(wanted("leads_create")).await,
        "there is no metric `leads_create` (did you mean `leads_created`?); `list_metrics` tells which there are"
    );
    let by = Wanted { by: vec!["colour".to_owned()], ..wanted("runs") };
    assert_eq!(
        told(by).await,
        "`runs` has no dimension `colour`: it has loop, outcome, trigger, config_version, loop_version, actor"
    );
    let twice = Wanted { by: vec!["loop".to_owned(), "loop".to_owned()], ..wanted("runs") };
    assert!(told(twice).await.contains("twice"));
    let days =
        Wanted { from: Some("2026-11-03".parse().unwrap()), to: Some("2026-11-02".parse().unwrap()), ..wanted("runs") };
    assert!(told(days).await.contains("is after"));
    let nothing = Wanted { only: vec![Is { dimension: "loop".to_owned(), one_of: Vec::new() }], ..wanted("runs") };
    assert!(told(nothing).await.contains("no value"));
    assert!(asked(metrics::list(&About { about: Some("weather".to_owned()) })).contains("weather"));
    let dataset = asked(datasets::describe(&world, Which { dataset: "crm_lead".to_owned() }).await);
    assert!(dataset.contains("did you mean `crm_leads`?"), "{dataset}");
    let sql =
        asked(sql::run(&world, &rep(), Sql { sql: "SELECT colour FROM crm_leads".to_owned(), at_most: None }).await);
    assert!(sql.contains("No field named colour"), "{sql}");
}

#[tokio::test]
async fn a_dataset_is_described_and_its_newest_rows_are_shown() {
    let world = world(|_, _| true).await;
    let described = datasets::describe(&world, Which { dataset: "decisions".to_owned() }).await.unwrap();
    assert_eq!(described.days, Some(["2026-11-01".to_owned(), "2026-11-27".to_owned()]));
    assert_eq!((described.fresh_at.as_deref(), described.minutes_old), (Some("2026-11-28T06:00:00Z"), Some(360)));
    assert!(described.bytes > 1_000 && described.columns.last().is_some_and(|column| column.name == "day"));
    let users = datasets::describe(&world, Which { dataset: "crm_users".to_owned() }).await.unwrap();
    assert_eq!((users.days, users.seen_by.as_str()), (None, "everybody"));

    let sample = |dataset: &str, most: usize| Sample { dataset: dataset.to_owned(), at_most: Some(most) };
    // The day before has two of the rep's, of four runs each: for more, older days are looked at.
    for (most, rows) in [(3, 3), (20, 20), (500, 50)] {
        let shown = datasets::sample(&world, &rep(), sample("decisions", most)).await.unwrap();
        assert_eq!(shown.rows.len(), rows);
        let place = shown.columns.iter().position(|column| column.name == "decided_at").unwrap();
        assert!(shown.rows.is_sorted_by(|a, b| a[place].as_str() >= b[place].as_str()));
    }
    for dataset in &world.datasets {
        let shown = datasets::sample(&world, &rep(), sample(&dataset.name, 50)).await.unwrap();
        assert!(!serde_json::to_string(&shown).unwrap().contains(HIDDEN), "{}", dataset.name);
        assert!(!lineage::comes_from(dataset).is_empty());
        assert_eq!(lineage::who_sees(dataset) == "everybody", dataset.guard == Guard::Everyone);
    }
}

#[tokio::test]
async fn my_access_tells_whose_rows() {
    let world = world(|_, _| true).await;
    let access = access::run(&world, &manager()).await.unwrap();
    assert_eq!((access.role, access.people_below, access.queues), ("manager", Some(2), Some(1)));
    let people = access.people.unwrap().rows;
    let ids: Vec<&str> = people.iter().filter_map(|row| row[2].as_str()).collect();
    assert_eq!(ids, [REP, COLLEAGUE, MANAGER]);
    let everything = access::run(&world, &admin()).await.unwrap();
    assert_eq!((everything.seen.as_str(), everything.people.is_none()), ("everything", true));
}

#[test]
fn every_tool_looks_and_every_metric_is_whole() {
    for tool in all() {
        let spec = tool.spec();
        assert!(!spec.effect.writes() && spec.needs.as_str() == "analytics.read", "{}", spec.name);
    }
    let mut names = std::collections::BTreeSet::new();
    for metric in &METRICS {
        assert!(names.insert(metric.name), "{} is there twice", metric.name);
        assert!(metric.description.len() > 12 && !metric.title.is_empty(), "{}", metric.name);
        let rate = metric.name.ends_with("_rate");
        assert_eq!(rate, metric.unit == Unit::Share, "{}", metric.name);
        assert!(!["day", "week", "month", "quarter", "year"].iter().any(|taken| metric.dimension(taken).is_some()));
    }
}
