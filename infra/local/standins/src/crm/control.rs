//! `/_standin/…`: what tests look at and set.
//!
//! | endpoint | does |
//! |---|---|
//! | `GET /_standin/writes?object=Lead&id=…&field=OwnerId` | every accepted write, oldest first: method, user, fields, time |
//! | `GET`, `PUT /_standin/org` | whether the organisation's lead assignment rule is active, and the queue that it names; how many territory models and territories a model it may have, and whether the API may activate a model |
//!
//! Those about territories are in [`territories`].

pub(crate) mod territories;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use rusqlite::params;
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::error::ApiError;
use super::http::Answer;
use super::ids;
use super::store::territories::{MOST_MODELS, MOST_TERRITORIES, limit};
use super::store::values::datetime_text;
use super::store::{put_setting, setting};

const MOST: i64 = 20_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    object: Option<String>,
    id: Option<String>,
    /// Only writes that named this field.
    field: Option<String>,
    #[serde(default)]
    since_ms: i64,
}

pub(crate) async fn writes(State(app): State<Arc<App>>, Query(wanted): Query<Wanted>) -> Answer {
    let id = wanted.id.map(|id| ids::normalise(&id).unwrap_or(id));
    let writes = app.db.read(move |conn| {
        let mut statement = conn.prepare_cached(
            r#"SELECT seq, at, method, object, record_id, user_id, fields FROM "_journal"
               WHERE (?1 IS NULL OR object = ?1 COLLATE NOCASE) AND (?2 IS NULL OR record_id = ?2) AND at >= ?3 ORDER BY seq LIMIT ?4"#,
        )?;
        let mut writes = Vec::new();
        let mut rows = statement.query(params![wanted.object, id, wanted.since_ms, MOST])?;
        while let Some(row) = rows.next()? {
            let fields: Value = serde_json::from_str(&row.get::<_, String>(6)?).unwrap_or_default();
            if wanted.field.as_ref().is_some_and(|field| fields.get(field).is_none()) {
                continue;
            }
            let at: i64 = row.get(1)?;
            writes.push(json!({
                "seq": row.get::<_, i64>(0)?, "at": datetime_text(at, "Z"), "at_ms": at, "method": row.get::<_, String>(2)?, "object": row.get::<_, String>(3)?,
                "id": row.get::<_, String>(4)?, "user_id": row.get::<_, String>(5)?, "fields": fields,
            }));
        }
        Ok(writes)
    });
    Ok(Json(json!({ "writes": writes.await? })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Org {
    lead_assignment_rule_active: Option<bool>,
    lead_assignment_queue: Option<String>,
    /// Off at first: whether a real organisation's API activates models is not known.
    territory_state_by_api: Option<bool>,
    most_territory_models: Option<i64>,
    most_territories: Option<i64>,
}

pub(crate) async fn show_org(State(app): State<Arc<App>>) -> Answer {
    let org = app.db.read(|conn| {
        Ok(json!({
            "organization_id": ids::ORGANIZATION,
            "lead_assignment_rule_active": setting(conn, "lead_assignment_rule_active")?.as_deref() == Some("true"),
            "lead_assignment_queue": setting(conn, "lead_assignment_queue")?.unwrap_or_else(|| "Unassigned Leads".to_owned()),
            "territory_state_by_api": setting(conn, "territory_state_by_api")?.as_deref() == Some("true"),
            "most_territory_models": limit(conn, "most_territory_models", MOST_MODELS)?,
            "most_territories": limit(conn, "most_territories", MOST_TERRITORIES)?,
        }))
    });
    Ok(Json(org.await?))
}

pub(crate) async fn put_org(State(app): State<Arc<App>>, Json(org): Json<Org>) -> Answer {
    app.db
        .write(move |conn| {
            for (name, value) in [
                ("lead_assignment_rule_active", org.lead_assignment_rule_active.map(|on| on.to_string())),
                ("lead_assignment_queue", org.lead_assignment_queue),
                ("territory_state_by_api", org.territory_state_by_api.map(|on| on.to_string())),
                ("most_territory_models", org.most_territory_models.map(|most| most.to_string())),
                ("most_territories", org.most_territories.map(|most| most.to_string())),
            ] {
                if let Some(value) = value {
                    put_setting(conn, name, &value)?;
                }
            }
            Ok::<(), ApiError>(())
        })
        .await?;
    show_org(State(app)).await
}
