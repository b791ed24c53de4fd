//! Function: a schedule's tick → marts published from the lake.

use std::sync::Arc;

use revloops_lake::Lake;
use revloops_marts::{World as Works, publish};
use revloops_runtime::function::StartError;
use revloops_runtime::{SystemClock, World, serve};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let works = Works {
        warehouse: world.warehouse()?,
        lake: Lake::new(world.objects("LAKE_BUCKET")?),
        datasets: revloops_catalogue::datasets(),
        site: world.objects("SITE_BUCKET")?,
        clock: Arc::new(SystemClock),
        currency: world.settings().text("CURRENCY")?,
    };
    serve(async |_tick: Value| {
        let published = publish(&works).await?;
        for mart in &published.marts {
            tracing::info!(mart = mart.name, rows = mart.rows, bytes_scanned = mart.bytes_scanned, "published");
        }
        for failed in &published.failed {
            tracing::error!(mart = failed.name, why = failed.why, "not published: what was there stays");
        }
        Ok(published)
    })
    .await
}
