//! `composite/tree`: records with their children, all or none, up to 200 of them.

use serde_json::{Map, Value as Json, json};

use super::Context;
use super::call::{Call, Reply};
use crate::crm::error::ApiError;
use crate::crm::schema::Object;
use crate::crm::store::write::Scope;

const MOST: usize = 200;

pub(super) fn create(context: &Context<'_>, call: &Call, object: &Object) -> Result<Reply, ApiError> {
    let body = call.object()?;
    let scope = context.scope(call);
    let mut saved = Vec::new();
    let mut refused = Vec::new();
    let result = scope.atomically(|| {
        level(&scope, object, body.get("records"), None, &mut saved, &mut refused)?;
        if saved.len() + refused.len() > MOST {
            return Err(ApiError::bad("LIMIT_EXCEEDED", format!("at most {MOST} records in a tree")));
        }
        if refused.is_empty() { Ok(()) } else { Err(ApiError::bad("PROCESSING_HALTED", "rolled back")) }
    });
    match result {
        Ok(()) => Ok(Reply::with(201, json!({ "hasErrors": false, "results": saved }))),
        Err(_) if !refused.is_empty() => Ok(Reply::with(400, json!({ "hasErrors": true, "results": refused }))),
        Err(error) => Err(error),
    }
}

fn level(
    scope: &Scope<'_>,
    object: &Object,
    records: Option<&Json>,
    parent: Option<(&str, &str)>,
    saved: &mut Vec<Json>,
    refused: &mut Vec<Json>,
) -> Result<(), ApiError> {
    let records = records.and_then(Json::as_array).ok_or_else(|| ApiError::json_parser("records is missing"))?;
    for record in records {
        let record = record.as_object().ok_or_else(|| ApiError::json_parser("a record has to be an object"))?;
        let reference =
            record.get("attributes").and_then(|attributes| attributes.get("referenceId")).and_then(Json::as_str);
        let reference = reference.ok_or_else(|| {
            ApiError::bad("INVALID_INPUT", "Include a reference ID within the attributes of each record")
        })?;
        let (children, mut fields): (Vec<_>, Map<_, _>) = (
            record.iter().filter(|(_, value)| value.get("records").is_some()).collect(),
            record
                .iter()
                .filter(|(_, value)| value.get("records").is_none())
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        );
        if let Some((field, id)) = parent {
            fields.insert(field.to_owned(), id.into());
        }
        let id = match scope.create(object, &fields) {
            Ok(id) => id,
            Err(error) if error.status >= 500 => return Err(error),
            Err(error) => {
                refused.push(json!({ "referenceId": reference, "errors": [error.entry()] }));
                continue;
            }
        };
        saved.push(json!({ "referenceId": reference, "id": id }));
        for (name, value) in children {
            let relationship = scope
                .schema
                .children_of(object)
                .into_iter()
                .find(|child| child.name.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name)));
            let unknown = || ApiError::bad("INVALID_FIELD", format!("No such relation '{name}' on {}", object.name));
            let relationship = relationship.ok_or_else(unknown)?;
            let child = scope.schema.object(&relationship.child).ok_or_else(unknown)?;
            level(scope, child, value.get("records"), Some((&relationship.field, &id)), saved, refused)?;
        }
    }
    Ok(())
}
