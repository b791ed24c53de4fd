//! Publishing: each query asked, each file written, the manifest last.

use std::sync::Arc;

use jiff::Timestamp;
use revloops_domain::ErrorClass;
use revloops_lake::{Column, Dataset, Lake, Row, Value, to_parquet};
use revloops_loopkit::ports::{Clock, Objects, Warehouse};
use revloops_loopkit::{Failure, Outcome};
use serde::{Deserialize, Serialize};

use crate::marts::{Mart, marts};
use crate::{freshness, typed};

/// What publishing needs.
pub struct World {
    /// Where SQL runs.
    pub warehouse: Arc<dyn Warehouse>,
    /// The lake that it reads.
    pub lake: Lake,
    /// The lake's datasets.
    pub datasets: Vec<Dataset>,
    /// The site's bucket.
    pub site: Arc<dyn Objects>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// ISO 4217 code of the amounts in the CRM.
    pub currency: String,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("lake", &self.lake).finish_non_exhaustive()
    }
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// When publishing began.
    pub generated_at: Timestamp,
    /// When the newest row reached the lake; none where it is empty.
    pub lake_through: Option<Timestamp>,
    /// ISO 4217 code of every amount in cents.
    pub currency: String,
    /// The zone of every day.
    pub time_zone: String,
    /// What was published, and what still lies there of earlier.
    pub marts: Vec<PublishedMart>,
    /// What could not be published this time.
    #[serde(default)]
    pub failed: Vec<Failed>,
}

/// A mart and its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedMart {
    /// Its description.
    #[serde(flatten)]
    pub mart: Mart,
    /// The file, beside the manifest.
    pub file: String,
    /// Its rows.
    pub rows: usize,
    /// Its size.
    pub bytes: usize,
    /// Its newest day or time; none where it has none.
    pub newest: Option<Timestamp>,
    /// When it was made.
    pub made_at: Timestamp,
    /// Bytes of the lake that its query read.
    pub bytes_scanned: u64,
}

impl std::ops::Deref for PublishedMart {
    type Target = Mart;

    fn deref(&self) -> &Mart {
        &self.mart
    }
}

/// A mart that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// The mart.
    pub name: String,
    /// Why.
    pub why: String,
}

const MANIFEST: &str = "bi/marts/manifest.json";

/// Publishes every mart.
///
/// # Errors
/// Where the lake or the site's bucket does not answer; a query that fails is in the answer.
pub async fn publish(world: &World) -> Outcome<Published> {
    let now = world.clock.now();
    // Whole seconds: what reads it is a browser.
    let generated_at = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let bug = |error: serde_json::Error| Failure::unreadable(ErrorClass::Bug, "reading marts.json", &error);
    let earlier: Option<Published> = match world.site.read(MANIFEST).await? {
        // A manifest of another time's shape is as good as none.
        Some(object) => serde_json::from_slice(&object.bytes).ok(),
        None => None,
    };
    let (fresh, lake_through, counting) =
        freshness::look(world.warehouse.as_ref(), &world.lake, &world.datasets).await?;
    let mut published = Published {
        generated_at,
        lake_through,
        currency: world.currency.clone(),
        time_zone: "UTC".to_owned(),
        marts: Vec::new(),
        failed: Vec::new(),
    };
    for (mart, sql) in marts().map_err(bug)? {
        let columns: Vec<Column> = mart.columns.iter().map(crate::marts::MartColumn::column).collect();
        let made = match sql {
            Some(sql) => asked(world, &columns, sql).await,
            None => Ok((fresh.clone(), counting)),
        };
        match made {
            Ok((rows, bytes_scanned)) => {
                let file = format!("{}.parquet", mart.name);
                let bytes = to_parquet(&columns, rows.iter())?;
                let (size, newest) = (bytes.len(), newest(&rows));
                world.site.put(&format!("bi/marts/{file}"), bytes, "application/octet-stream").await?;
                let rows = rows.len();
                published.marts.push(PublishedMart {
                    mart,
                    file,
                    rows,
                    bytes: size,
                    newest,
                    made_at: generated_at,
                    bytes_scanned,
                });
            }
            Err(failure) => {
                let why = format!("{failure:#}");
                let there = earlier.as_ref().and_then(|earlier| earlier.marts.iter().find(|one| one.name == mart.name));
                published.marts.extend(there.cloned());
                published.failed.push(Failed { name: mart.name, why });
            }
        }
    }
    let manifest = serde_json::to_vec_pretty(&published)
        .map_err(|error| Failure::new(ErrorClass::Bug, "writing the manifest").caused_by(error))?;
    world.site.put(MANIFEST, manifest, "application/json").await?;
    Ok(published)
}

async fn asked(world: &World, columns: &[Column], sql: &str) -> Outcome<(Vec<Row>, u64)> {
    let answered = world.warehouse.ask(sql).await?;
    Ok((typed::rows(columns, &answered)?, answered.bytes_scanned))
}

/// The newest day or time in any cell.
fn newest(rows: &[Row]) -> Option<Timestamp> {
    let micros = rows.iter().flat_map(Row::values).filter_map(|value| match value {
        Value::Time(micros) => Some(*micros),
        Value::Day(days) => Some(i64::from(*days) * 86_400_000_000),
        Value::Null | Value::Text(_) | Value::Whole(_) | Value::Number(_) | Value::Truth(_) => None,
    });
    Timestamp::from_microsecond(micros.max()?).ok()
}
