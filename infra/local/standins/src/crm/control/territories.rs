//! What a person or the organisation's own jobs do with territories, and the API may not.
//!
//! | endpoint | does |
//! |---|---|
//! | `PUT /_standin/territory_models/{id} {"state": "Active"}` | activates or archives as Setup does, in one step or by the states between |
//! | `POST /_standin/territory_rules {"territoryId": "…", "objectIds": ["001…"]}` | a rule of the organisation's own puts records into a territory: `{"ruleId", "associationIds"}` |

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::clock::now_ms;
use crate::crm::App;
use crate::crm::access::SYSTEM;
use crate::crm::error::ApiError;
use crate::crm::http::Answer;
use crate::crm::ids;
use crate::crm::schema::Schema;
use crate::crm::store::values::as_text;
use crate::crm::store::write::Scope;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    state: String,
}

pub(crate) async fn put_model(State(app): State<Arc<App>>, Path(id): Path<String>, Json(model): Json<Model>) -> Answer {
    let id = ids::normalise(&id).ok_or_else(ApiError::not_found)?;
    let schema = Arc::clone(&app.schema);
    let changed = app.db.write(move |conn| {
        let scope = by_the_organisation(conn, &schema);
        let models = schema.object("Territory2Model").ok_or_else(ApiError::not_found)?;
        scope.update(models, &id, &fields(&json!({ "State": model.state })))?;
        Ok(json!({ "id": id, "state": model.state }))
    });
    Ok(Json(changed.await?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RuleRun {
    territory_id: String,
    object_ids: Vec<String>,
}

pub(crate) async fn run_rule(State(app): State<Arc<App>>, Json(run): Json<RuleRun>) -> Answer {
    let schema = Arc::clone(&app.schema);
    let made = app.db.write(move |conn| {
        let scope = by_the_organisation(conn, &schema);
        let create = |name: &str, record: Value| {
            scope.create(schema.object(name).ok_or_else(ApiError::not_found)?, &fields(&record))
        };
        let territories = schema.object("Territory2").ok_or_else(ApiError::not_found)?;
        let territory = ids::normalise(&run.territory_id).ok_or_else(ApiError::not_found)?;
        let model = scope.existing(territories, &territory)?.remove("Territory2ModelId");
        let model = model.as_ref().and_then(as_text).unwrap_or_default();
        let rule = create(
            "ObjectTerritory2AssignmentRule",
            json!({ "MasterLabel": "Planted", "DeveloperName": "Planted", "Territory2ModelId": model, "ObjectType": "Account" }),
        )?;
        create("RuleTerritory2Association", json!({ "RuleId": rule, "Territory2Id": territory }))?;
        let association = |object: &String| {
            let cause = "Territory2AssignmentRule";
            create(
                "ObjectTerritory2Association",
                json!({ "Territory2Id": territory, "ObjectId": object, "AssociationCause": cause }),
            )
        };
        let associations = run.object_ids.iter().map(association).collect::<Result<Vec<_>, _>>()?;
        Ok(json!({ "ruleId": rule, "associationIds": associations }))
    });
    Ok(Json(made.await?))
}

fn by_the_organisation<'a>(conn: &'a rusqlite::Connection, schema: &'a Schema) -> Scope<'a> {
    Scope {
        conn,
        schema,
        viewer: &SYSTEM,
        user_id: ids::ADMINISTRATOR,
        now: now_ms(),
        auto_assign: false,
        unmodified_since: None,
        system: true,
    }
}

fn fields(record: &Value) -> Map<String, Value> {
    record.as_object().cloned().unwrap_or_default()
}
