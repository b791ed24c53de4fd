//! `/_standin/outbound`: where messages go, how they fare, and sending one again.
//!
//! | endpoint | does |
//! |---|---|
//! | `GET /_standin/outbound?since_ms=…` | endpoint, counts by status, latencies of the acknowledgements, the last problem |
//! | `PUT /_standin/outbound {"endpoint_url": "…"}` | sets where messages go; `null` makes them wait |
//! | `POST /_standin/outbound/resend {"notification_ids": […] or "lead_ids": […], "times": n}` | posts the same envelopes again, all at once |

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::outbox;
use crate::crm::App;
use crate::crm::error::ApiError;
use crate::crm::http::Answer;
use crate::crm::store::{Db, put_setting, setting};

const ENDPOINT: &str = "outbound_endpoint_url";

/// Where messages go.
pub(crate) async fn endpoint(db: &Db) -> Result<Option<String>, ApiError> {
    Ok(db.read(|conn| setting(conn, ENDPOINT)).await?.filter(|url| !url.is_empty()))
}

/// Sets where messages go; `None` makes them wait.
pub(crate) async fn set_endpoint(db: &Db, url: Option<String>) -> Result<(), ApiError> {
    db.write(move |conn| put_setting(conn, ENDPOINT, url.as_deref().unwrap_or_default())).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Endpoint {
    endpoint_url: Option<String>,
}

pub(crate) async fn put(State(app): State<Arc<App>>, Json(wanted): Json<Endpoint>) -> Answer {
    if let Some(url) = &wanted.endpoint_url {
        url::Url::parse(url).map_err(|error| ApiError::bad("INVALID_INPUT", format!("endpoint_url: {error}")))?;
    }
    set_endpoint(&app.db, wanted.endpoint_url.clone()).await?;
    app.sender.wake();
    Ok(Json(json!({ "endpoint_url": wanted.endpoint_url })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Since {
    /// Only notifications of saves from then on, in milliseconds since the epoch.
    #[serde(default)]
    since_ms: i64,
}

pub(crate) async fn show(State(app): State<Arc<App>>, Query(since): Query<Since>) -> Answer {
    let url = endpoint(&app.db).await?;
    let state = app.db.read(move |conn| {
        let mut counts = json!({ "pending": 0, "sending": 0, "acked": 0, "failed": 0 });
        let mut statement = conn.prepare_cached(r#"SELECT status, COUNT(*), SUM(attempts) FROM "_outbox" WHERE created_at >= ?1 GROUP BY status"#)?;
        let mut attempts = 0;
        for row in statement.query_map([since.since_ms], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)))? {
            let (status, count, tried) = row?;
            attempts += tried;
            if let Some(counts) = counts.as_object_mut() {
                counts.insert(status, count.into());
            }
        }
        let list = |sql: &str| -> Result<Vec<f64>, ApiError> {
            let mut statement = conn.prepare_cached(sql)?;
            let values = statement.query_map([since.since_ms], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            Ok(values)
        };
        // One value an envelope: all its notifications were acknowledged by the same answer.
        let acks = list(r#"SELECT ack_ms FROM "_outbox" WHERE status = 'acked' AND created_at >= ?1 GROUP BY envelope ORDER BY MAX(acked_at), envelope LIMIT 10000"#)?;
        let from_save = list(r#"SELECT CAST(acked_at - created_at AS REAL) FROM "_outbox" WHERE status = 'acked' AND created_at >= ?1 ORDER BY acked_at, seq LIMIT 10000"#)?;
        let problem: Option<String> = conn.query_row(r#"SELECT last_error FROM "_outbox" WHERE last_error IS NOT NULL ORDER BY seq DESC LIMIT 1"#, [], |row| row.get(0)).ok();
        Ok(json!({
            "endpoint_url": url, "counts": counts, "attempts": attempts, "envelopes_acked": acks.len(), "ack_latency_ms": acks, "save_to_ack_ms": from_save, "last_error": problem,
        }))
    });
    Ok(Json(state.await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resend {
    #[serde(default)]
    notification_ids: Vec<String>,
    #[serde(default)]
    lead_ids: Vec<String>,
    #[serde(default = "once")]
    times: usize,
}

fn once() -> usize {
    1
}

pub(crate) async fn resend(State(app): State<Arc<App>>, Json(wanted): Json<Resend>) -> Answer {
    let url = endpoint(&app.db).await?.ok_or_else(|| ApiError::bad("INVALID_INPUT", "no endpoint_url is set"))?;
    let ids: Vec<String> = wanted
        .notification_ids
        .into_iter()
        .chain(wanted.lead_ids)
        .map(|id| crate::crm::ids::normalise(&id).unwrap_or(id))
        .collect();
    if ids.is_empty() || wanted.times == 0 || wanted.times > 100 {
        return Err(ApiError::bad("INVALID_INPUT", "give notification_ids or lead_ids, and times from 1 to 100"));
    }
    let batches = app.db.read(move |conn| outbox::envelopes_of(conn, &ids)).await?;
    // The last envelope first: what arrives again may arrive in any order.
    let attempts = batches.iter().rev().flat_map(|batch| std::iter::repeat_n(batch, wanted.times)).map(|batch| async {
        let attempt = app.sender.attempt(&url, batch).await?;
        let ids: Vec<&str> = batch.notifications.iter().map(|notification| notification.id.as_str()).collect();
        Ok::<Value, ApiError>(match attempt {
            Some(attempt) => json!({ "message": batch.message, "notification_ids": ids, "acknowledged": attempt.acknowledged, "status": attempt.status, "problem": attempt.problem, "ms": attempt.took.as_secs_f64() * 1000.0 }),
            None => json!({ "message": batch.message, "notification_ids": ids, "acknowledged": false, "problem": "the records are gone" }),
        })
    });
    let results = futures::future::try_join_all(attempts).await?;
    Ok(Json(json!({ "envelopes": results })))
}
