use std::sync::Arc;

use proptest::prelude::*;
use revloops_testkit::ObjectsInMemory;
use serde_json::{Map, Value as Json, json};

use super::*;
use crate::files;

fn sales() -> Dataset {
    Dataset::new("sales", "One sale")
        .texts(&[("id", "The sale"), ("place", "Where")])
        .measure("cents", "cents", "How much")
        .column_of("share", Kind::Number, "Of the day's")
        .column_of("paid", Kind::Truth, "Whether it is paid")
        .column_of("on", Kind::Day, "The day of the bill")
        .column_of("at", Kind::Time, "When")
        .keyed(&["id"])
        .by_day("at")
        .seen_by(Guard::Everyone)
}

fn members(value: Json) -> Map<String, Json> {
    value.as_object().unwrap().clone()
}

fn sale(id: &str, version: i64, cents: i64, day: u8) -> Row {
    let at = format!("2026-11-{day:02}T10:00:00Z");
    let row = json!({
        "id": id, "row_version": version, "seen_at": "2026-11-30T00:00:00Z", "at": at, "cents": cents, "place": "Köln",
        "share": 0.25, "paid": true, "on": "2026-11-01",
    });
    Row::of(&sales(), &members(row)).unwrap()
}

fn bucket() -> (Arc<ObjectsInMemory>, Lake) {
    let objects = Arc::new(ObjectsInMemory::default());
    (Arc::clone(&objects), Lake::new(objects))
}

fn now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn a_row_is_read_back_as_it_was_written() {
    let (objects, lake) = bucket();
    let nearly_empty =
        members(json!({"id": "b", "row_version": 1, "seen_at": "2026-11-30T00:00:00Z", "at": "2026-11-03T00:00:00Z"}));
    let rows = vec![sale("a", 1, 500, 3), Row::of(&sales(), &nearly_empty).unwrap()];
    let merged = now(lake.merge(&sales(), rows.clone())).unwrap();
    assert_eq!(merged, Merged { rows: 2, objects: 1 });
    assert_eq!(objects.all().keys().collect::<Vec<_>>(), ["lake/sales/day=2026-11-03/rows.parquet"]);
    assert_eq!(now(lake.rows(&sales())).unwrap(), rows);
    assert_eq!(rows[1].members(&sales()), nearly_empty);
}

#[test]
fn what_is_no_row_is_told_with_its_column() {
    let told = |value: Json| Row::of(&sales(), &members(value)).unwrap_err().to_string();
    let whole = json!({"id": "a", "row_version": 1, "seen_at": "2026-11-30T00:00:00Z", "at": "2026-11-03T00:00:00Z"});
    let with = |name: &str, value: Json| {
        let mut row = whole.clone();
        row[name] = value;
        row
    };
    assert_eq!(told(with("colour", json!("red"))), "no row of sales: there is no column colour");
    assert_eq!(told(with("cents", json!("5"))), r#"no row of sales: cents holds "5", and not a whole number"#);
    assert_eq!(told(with("at", json!("today"))), r#"no row of sales: at holds "today", and not a point in time"#);
    assert_eq!(told(with("id", Json::Null)), "no row of sales: id is missing");
    assert_eq!(told(with("at", Json::Null)), "no row of sales: at is missing");
}

#[test]
fn the_newest_state_of_a_row_is_kept_and_a_repeat_writes_nothing() {
    let (objects, lake) = bucket();
    now(lake.merge(&sales(), vec![sale("a", 2, 200, 3)])).unwrap();
    let written = objects.all();
    for late in [sale("a", 1, 999, 3), sale("a", 2, 200, 3)] {
        assert_eq!(now(lake.merge(&sales(), vec![late])).unwrap(), Merged::default());
    }
    assert_eq!(objects.all(), written);
    now(lake.merge(&sales(), vec![sale("a", 3, 300, 3)])).unwrap();
    assert_eq!(now(lake.rows(&sales())).unwrap(), [sale("a", 3, 300, 3)]);
}

#[test]
fn writers_of_one_day_at_once_lose_nothing() {
    let (_, lake) = bucket();
    let dataset = sales();
    let written = now(async {
        let writers = (0..10).map(|writer| {
            let rows = (0..5).map(|place| sale(&format!("{writer}-{place}"), 1, place, 3)).collect();
            lake.merge(&dataset, rows)
        });
        futures::future::try_join_all(writers).await
    });
    assert_eq!(written.unwrap().len(), 10);
    assert_eq!(now(lake.rows(&dataset)).unwrap().len(), 50);
}

#[test]
fn what_is_read_beside_a_writer_is_one_state_of_each_day() {
    let (_, lake) = bucket();
    let dataset = sales();
    now(async {
        lake.merge(&dataset, (0..40).map(|nth| sale(&nth.to_string(), 1, 1, 3)).collect()).await.unwrap();
        let writing = async {
            for version in 2..40 {
                let rows = (0..40 * version).map(|nth| sale(&nth.to_string(), version, version, 3)).collect();
                lake.merge(&dataset, rows).await.unwrap();
            }
        };
        let reading = async {
            let mut states = Vec::new();
            for _ in 0..30 {
                // Who never finds an object at rest is told so, and not half of two.
                let Ok(read) = lake.read(&dataset, None, Some(&["cents".to_owned()])).await else { continue };
                let rows: Vec<Row> = read.batches.iter().flat_map(files::from_batch).collect();
                let first = rows.first().and_then(|row| row.values().first().cloned());
                assert!(rows.iter().all(|row| row.values().first() == first.as_ref()), "two states at once");
                states.push(rows.len());
            }
            states
        };
        let ((), states) = futures::future::join(writing, reading).await;
        assert!(!states.is_empty());
    });
}

#[test]
fn other_days_are_not_opened_and_other_columns_not_fetched() {
    let (objects, lake) = bucket();
    let dataset = sales();
    let rows =
        (1..=28_u8).flat_map(|day| (0..200).map(move |n| sale(&format!("{day}/{n}"), 1, i64::from(day) * n * n, day)));
    now(lake.merge(&dataset, rows.collect())).unwrap();
    let all = now(lake.read(&dataset, None, None)).unwrap();
    let days = Some(("2026-11-05".parse().unwrap(), "2026-11-06".parse().unwrap()));
    let two = now(lake.read(&dataset, days, None)).unwrap();
    let cents = now(lake.read(&dataset, days, Some(&["cents".to_owned()]))).unwrap();
    let counted = now(lake.read(&dataset, days, Some(&[]))).unwrap();
    assert_eq!((all.objects, two.objects, cents.objects), (28, 2, 2));
    let of = |read: &Read| read.batches.iter().map(|batch| (batch.num_rows(), batch.num_columns())).collect::<Vec<_>>();
    assert_eq!((of(&two), of(&cents)), (vec![(200, 9); 2], vec![(200, 1); 2]));
    assert_eq!(of(&counted), [(200, 0); 2]);
    assert!(cents.bytes < two.bytes && two.bytes * 10 < all.bytes, "{} {} {}", cents.bytes, two.bytes, all.bytes);
    let stored: usize = objects.all().values().map(Vec::len).sum();
    assert!(all.bytes >= stored as u64 / 2, "what is counted is what is there: {} of {stored}", all.bytes);
}

#[test]
fn a_new_column_is_null_in_older_objects_and_one_that_is_gone_is_left_out() {
    let (_, lake) = bucket();
    now(lake.merge(&sales(), vec![sale("a", 1, 500, 3)])).unwrap();
    let mut changed = sales().texts(&[("buyer", "Who bought")]);
    changed.columns.retain(|column| column.name != "place");
    let rows = now(lake.rows(&changed)).unwrap();
    assert_eq!(rows[0].get(&changed, "buyer"), &Value::Null);
    assert_eq!(rows[0].get(&changed, "cents"), &Value::Whole(500));
    let newer = json!({"id": "a", "row_version": 2, "seen_at": "2026-11-30T00:00:00Z", "at": "2026-11-03T00:00:00Z", "buyer": "Ada"});
    now(lake.merge(&changed, vec![Row::of(&changed, &members(newer)).unwrap()])).unwrap();
    assert_eq!(now(lake.rows(&changed)).unwrap()[0].get(&changed, "buyer"), &Value::Text("Ada".to_owned()));
}

#[test]
fn a_column_never_changes_its_kind() {
    let (_, lake) = bucket();
    now(lake.merge(&sales(), vec![sale("a", 1, 500, 3)])).unwrap();
    let mut changed = sales();
    changed.columns.iter_mut().find(|column| column.name == "cents").unwrap().kind = Kind::Text;
    let told = format!("{:#}", now(lake.rows(&changed)).unwrap_err());
    assert!(
        told.contains("lake/sales/day=2026-11-03/rows.parquet holds Int64 in column cents, and not text"),
        "{told}"
    );
}

#[test]
fn the_newest_row_tells_how_fresh_the_lake_is() {
    let (_, lake) = bucket();
    assert_eq!(now(lake.newest(&sales())).unwrap(), None);
    now(lake.merge(&sales(), vec![sale("a", 1, 500, 3)])).unwrap();
    assert_eq!(now(lake.newest(&sales())).unwrap(), Some("2026-11-30T00:00:00Z".parse().unwrap()));
}

#[test]
fn the_archive_gives_back_what_came_in_its_order() {
    let objects = Arc::new(ObjectsInMemory::default());
    let archive = Archive::new(objects);
    let keep = |at: &str, line: i64| now(archive.keep("runs", at.parse().unwrap(), &[json!({"n": line})])).unwrap();
    keep("2026-11-30T08:00:00Z", 2);
    keep("2026-11-29T23:59:59Z", 1);
    keep("2026-11-29T23:59:59Z", 1);
    let keys = now(archive.keys(None)).unwrap();
    assert_eq!(keys.len(), 2);
    assert!(keys[0].starts_with("archive/2026-11-29/235959000000-runs-"), "{keys:?}");
    assert_eq!(now(archive.lines(&keys[0])).unwrap(), [json!({"n": 1})]);
    assert_eq!(now(archive.keys(Some(&keys[0]))).unwrap(), keys[1..]);
}

#[test]
fn every_dataset_is_whole_and_describes_each_column() {
    for dataset in datasets() {
        let name = &dataset.name;
        assert!(!dataset.description.is_empty() && !dataset.key.is_empty(), "{name}");
        for needed in dataset.needed() {
            assert!(dataset.column(needed).is_some(), "{name}.{needed}");
        }
        if let Guard::Owner(column) | Guard::Record(column) = &dataset.guard {
            assert_eq!(dataset.column(column).map(|column| column.kind), Some(Kind::Text), "{name}.{column}");
        }
        let mut names: Vec<&String> = dataset.columns.iter().map(|column| &column.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), dataset.columns.len(), "{name}: two columns have one name");
        for column in &dataset.columns {
            assert!(column.description.len() > 3, "{name}.{}", column.name);
            assert!(column.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}.{}", column.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_same_rows_give_the_same_bytes_in_any_order_and_however_often(
        states in proptest::collection::vec((0..6_u8, 0..4_i64, 0..3_i64, 1..4_u8), 1..40),
        cuts in proptest::collection::vec(1..9_usize, 1..9),
        seed in any::<u64>(),
    ) {
        // A sale's day follows from its id: a row never moves to another day.
        let rows: Vec<Row> = states.iter().map(|(id, version, cents, _)| sale(&id.to_string(), *version, *cents, 1 + id % 3)).collect();
        let (once, lake) = bucket();
        now(lake.merge(&sales(), rows.clone())).unwrap();

        let mut shuffled = rows.clone();
        shuffled.extend(rows);
        let mut state = seed | 1;
        for place in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(place, (state >> 33) as usize % (place + 1));
        }
        let (often, lake) = bucket();
        let mut cuts = cuts.into_iter().cycle();
        while !shuffled.is_empty() {
            let rest = shuffled.split_off(cuts.next().unwrap().min(shuffled.len()));
            now(lake.merge(&sales(), std::mem::replace(&mut shuffled, rest))).unwrap();
        }
        prop_assert_eq!(once.all(), often.all());
    }
}

proptest! {
    #[test]
    fn what_is_fetched_together_covers_each_range_once(ranges in proptest::collection::vec((0..1_000_000_u64, 1..50_000_u64), 0..20)) {
        let ranges: Vec<_> = ranges.into_iter().map(|(start, length)| start..start + length).collect();
        let together = crate::files::together(&ranges);
        for range in &ranges {
            let holders = together.iter().filter(|one| one.start <= range.start && range.end <= one.end).count();
            prop_assert_eq!(holders, 1, "{:?} in {:?}", range, &together);
        }
        prop_assert!(together.windows(2).all(|pair| pair[0].end + 16 * 1024 < pair[1].start), "{:?}", together);
    }
}
