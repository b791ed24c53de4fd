use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use revloops_domain::ErrorClass;
use revloops_lake::{Dataset, Guard, Kind, Lake, Row};
use revloops_loopkit::ports::{Answered, Clock, Objects as _, Warehouse};
use revloops_loopkit::{Failure, Outcome};
use revloops_testkit::ObjectsInMemory;
use serde_json::{Value, json};

use super::*;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-28T12:00:00.123456Z".parse().unwrap()
    }
}

/// Answers every query with two rows of the columns that its mart has, and some with something else.
struct Answers {
    odd: Option<(&'static str, Outcome2)>,
}

#[derive(Clone)]
enum Outcome2 {
    Fails,
    Gives(Answered),
}

#[async_trait]
impl Warehouse for Answers {
    async fn ask(&self, sql: &str) -> Outcome<Answered> {
        if sql.contains("as dataset, count(*)") {
            let rows = vec![vec![Some("things".to_owned()), Some("7".to_owned())]];
            return Ok(Answered { columns: vec!["dataset".to_owned(), "counted".to_owned()], rows, bytes_scanned: 5 });
        }
        let all = marts().unwrap();
        let (mart, _) = all.iter().find(|(_, query)| *query == Some(sql)).expect("a query of a mart");
        match &self.odd {
            Some((name, Outcome2::Fails)) if mart.name == *name => Err(Failure::new(ErrorClass::Bug, "no such column")),
            Some((name, Outcome2::Gives(answered))) if mart.name == *name => Ok(answered.clone()),
            _ => Ok(answered(mart)),
        }
    }
}

fn answered(mart: &Mart) -> Answered {
    let cell = |column: &MartColumn| match column.column().kind {
        Kind::Text => "text".to_owned(),
        Kind::Whole => "12".to_owned(),
        Kind::Number => "0.5".to_owned(),
        Kind::Truth => "true".to_owned(),
        Kind::Day => "2026-11-27".to_owned(),
        Kind::Time => "2026-11-27 10:00:00.000 UTC".to_owned(),
    };
    let row: Vec<_> = mart.columns.iter().map(|column| Some(cell(column))).collect();
    let columns = mart.columns.iter().map(|column| column.name.clone()).collect();
    Answered { columns, rows: vec![row.clone(), vec![None; row.len()]], bytes_scanned: 100 }
}

fn things() -> Dataset {
    Dataset::new("things", "One thing").texts(&[("id", "Its id")]).keyed(&["id"]).seen_by(Guard::Everyone)
}

async fn world(odd: Option<(&'static str, Outcome2)>, site: &Arc<ObjectsInMemory>) -> World {
    let lake = Lake::new(Arc::new(ObjectsInMemory::default()));
    let members = json!({"id": "a", "row_version": 1, "seen_at": "2026-11-28T11:59:30Z"});
    let row = Row::of(&things(), members.as_object().unwrap()).unwrap();
    lake.merge(&things(), vec![row]).await.unwrap();
    let warehouse = Arc::new(Answers { odd });
    World {
        warehouse,
        lake,
        datasets: vec![things()],
        site: Arc::clone(site) as _,
        clock: Arc::new(Noon),
        currency: "EUR".to_owned(),
    }
}

async fn manifest(site: &ObjectsInMemory) -> Value {
    serde_json::from_slice(&site.read("bi/marts/manifest.json").await.unwrap().unwrap().bytes).unwrap()
}

#[tokio::test]
async fn every_mart_is_published_and_the_manifest_tells_of_it() {
    let site = Arc::default();
    let published = publish(&world(None, &site).await).await.unwrap();
    assert_eq!(published.failed, []);
    let manifest = manifest(&site).await;
    assert_eq!(manifest["generated_at"], "2026-11-28T12:00:00Z");
    assert_eq!(manifest["currency"], "EUR");
    assert_eq!(manifest["lake_through"], "2026-11-28T11:59:30Z");
    let marts = manifest["marts"].as_array().unwrap();
    assert_eq!(marts.len(), 12);
    for mart in marts {
        let file = format!("bi/marts/{}", mart["file"].as_str().unwrap());
        let bytes = site.read(&file).await.unwrap().unwrap().bytes;
        assert_eq!(mart["bytes"].as_u64(), Some(bytes.len() as u64), "{file}");
        let rows = if mart["name"] == "freshness" { 1 } else { 2 };
        assert_eq!(mart["rows"], rows, "{file}");
    }
    assert_eq!(marts[0]["newest"], "2026-11-27T00:00:00Z");
    assert_eq!(marts[0]["bytes_scanned"], 100);
}

#[tokio::test]
async fn a_mart_that_cannot_be_made_keeps_its_file_and_says_why() {
    let site = Arc::default();
    publish(&world(None, &site).await).await.unwrap();
    let before = site.read("bi/marts/funnel_daily.parquet").await.unwrap();
    let mart = |name: &str| marts().unwrap().into_iter().find(|(mart, _)| mart.name == name).unwrap().0;
    let without = |answered: Answered, name: &str| {
        let place = answered.columns.iter().position(|column| column == name).unwrap();
        let mut answered = answered;
        answered.columns.remove(place);
        answered.rows.iter_mut().for_each(|row| drop(row.remove(place)));
        Outcome2::Gives(answered)
    };
    let funnel = answered(&mart("funnel_daily"));
    let mut odd_cell = funnel.clone();
    odd_cell.rows[0][3] = Some("many".to_owned());
    let mut more = funnel.clone();
    more.columns.push("email".to_owned());
    let cases = [
        (Outcome2::Fails, "no such column"),
        (without(funnel, "band"), "the query gives no column band"),
        (Outcome2::Gives(odd_cell), "the query gives \"many\" in created, which is not a whole number"),
        (Outcome2::Gives(more), "the query gives a column email that the mart does not have"),
    ];
    for (odd, why) in cases {
        let published = publish(&world(Some(("funnel_daily", odd)), &site).await).await.unwrap();
        assert_eq!(published.failed.len(), 1);
        assert!(published.failed[0].why.contains(why), "{}", published.failed[0].why);
        assert_eq!(published.marts.len(), 12);
        assert_eq!(site.read("bi/marts/funnel_daily.parquet").await.unwrap(), before);
    }
}

#[test]
fn every_mart_but_freshness_has_its_query_and_names_no_person() {
    let marts = marts().unwrap();
    let without: Vec<&str> =
        marts.iter().filter(|(_, sql)| sql.is_none()).map(|(mart, _)| mart.name.as_str()).collect();
    assert_eq!(without, ["freshness"]);
    let names: BTreeSet<&str> = marts.iter().map(|(mart, _)| mart.name.as_str()).collect();
    assert_eq!(names.len(), marts.len());
    // Owners of a pool are colleagues whom everybody signed in knows; a record's id or name is in no mart.
    for (mart, _) in &marts {
        for column in &mart.columns {
            let told = ["lead_id", "record_id", "account_id", "opportunity_id", "company", "email"];
            assert!(!told.contains(&column.name.as_str()), "{}.{}", mart.name, column.name);
        }
    }
}
