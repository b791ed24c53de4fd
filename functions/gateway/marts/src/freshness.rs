//! How much the lake holds, and how old its newest rows are.

use std::fmt::Write as _;

use jiff::Timestamp;
use revloops_lake::{Dataset, Lake, Row, Value};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::Warehouse;

/// The rows of the mart `freshness`, when the newest row of all reached the lake, and the bytes that counting read.
pub(crate) async fn look(
    warehouse: &dyn Warehouse,
    lake: &Lake,
    datasets: &[Dataset],
) -> Outcome<(Vec<Row>, Option<Timestamp>, u64)> {
    let mut counts = String::new();
    for (place, dataset) in datasets.iter().enumerate() {
        let name = &dataset.name;
        let joined = if place == 0 { "" } else { "\nunion all " };
        // Writing to a string does not fail.
        let _ = write!(counts, "{joined}select '{name}' as dataset, count(*) as counted from {name}");
    }
    let answered = warehouse.ask(&counts).await?;
    let counted = |name: &str| {
        let row = answered.rows.iter().find(|row| row.first().and_then(Option::as_deref) == Some(name));
        row.and_then(|row| row.get(1)?.as_ref()?.parse::<i64>().ok()).unwrap_or(0)
    };
    let (mut rows, mut through) = (Vec::new(), None);
    for dataset in datasets {
        let bytes: u64 = lake.objects_of(dataset, None).await?.iter().map(|object| object.size).sum();
        let newest = lake.newest(dataset).await?;
        through = through.max(newest);
        rows.push(Row::new(vec![
            Value::Text(dataset.name.clone()),
            Value::Whole(counted(&dataset.name)),
            Value::Whole(i64::try_from(bytes).unwrap_or(i64::MAX)),
            newest.map_or(Value::Null, |at| Value::Time(at.as_microsecond())),
        ]));
    }
    Ok((rows, through, answered.bytes_scanned))
}
