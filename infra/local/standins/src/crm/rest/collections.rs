//! `composite/sobjects`: up to 200 records at a time, with a result for each.

use serde_json::{Map, Value as Json, json};

use super::Context;
use super::call::{Call, Reply};
use super::records::{external_id, shown};
use crate::crm::error::ApiError;
use crate::crm::ids;
use crate::crm::schema::{Kind, Object};
use crate::crm::store::values::from_json;
use crate::crm::store::write::{Scope, UpsertError, Upserted, load};

const MOST: usize = 200;
const MOST_RUNS: usize = 10;

enum Done {
    Saved { id: String, created: Option<bool> },
    Refused { error: ApiError, id: Option<String> },
}

pub(super) fn create(context: &Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    each_record(context, call, None, |scope, object, fields| {
        if fields.keys().any(|name| name.eq_ignore_ascii_case("Id")) {
            return Err(
                ApiError::bad("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call").about(["Id"])
            );
        }
        Ok((scope.create(object, fields)?, None))
    })
}

pub(super) fn update(context: &Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    each_record(context, call, None, |scope, object, fields| {
        let mut fields = fields.clone();
        let id = take(&mut fields, "Id")
            .ok_or_else(|| ApiError::bad("MISSING_ARGUMENT", "Id not specified in an update call"))?;
        let id = own_id(object, &id)?;
        scope.update(object, &id, &fields).map_err(as_cross_reference)?;
        Ok((id, None))
    })
}

pub(super) fn upsert(context: &Context<'_>, call: &Call, object: &Object, key: &str) -> Result<Reply, ApiError> {
    let key = external_id(object, key)?;
    each_record(context, call, Some(object), |scope, object, fields| {
        let mut fields = fields.clone();
        let value = take(&mut fields, &key.name);
        if key.kind == Kind::Id {
            return match value {
                Some(id) => {
                    let id = own_id(object, &id)?;
                    scope.update(object, &id, &fields).map_err(as_cross_reference)?;
                    Ok((id, Some(false)))
                }
                None => Ok((scope.create(object, &fields)?, Some(true))),
            };
        }
        let value = value.ok_or_else(|| ApiError::bad("MISSING_ARGUMENT", format!("{} not specified", key.name)))?;
        let stored = from_json(key, &Json::String(value))?;
        match scope.upsert(object, key, &stored, &fields) {
            Ok(Upserted { id, created }) => Ok((id, Some(created))),
            Err(UpsertError::Many(_)) => Err(ApiError::bad(
                "DUPLICATE_EXTERNAL_ID",
                format!("{}: more than one record found for external id field", key.name),
            )
            .about([&key.name])),
            Err(UpsertError::Refused(error)) => Err(error),
        }
    })
}

pub(super) fn delete(context: &Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let list =
        call.query.get("ids").ok_or_else(|| ApiError::bad("MISSING_ARGUMENT", "The ids parameter is required"))?;
    let wanted: Vec<&str> = list.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    within_limit(wanted.len())?;
    let all_or_none = call.query.get("allOrNone").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let scope = context.scope(call);
    let works = wanted.into_iter().map(|id| {
        let scope = &scope;
        move || {
            let known =
                ids::normalise(id).ok_or_else(|| ApiError::bad("MALFORMED_ID", format!("malformed id {id}")))?;
            let object = scope
                .schema
                .object_of_id(&known)
                .ok_or_else(|| ApiError::bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"))?;
            scope.delete(object, &known).map_err(as_cross_reference)?;
            Ok((known, None))
        }
    });
    together(&scope, all_or_none, works)
}

pub(super) fn retrieve(context: &Context<'_>, call: &Call, object: &Object) -> Result<Reply, ApiError> {
    let (wanted, fields): (Vec<String>, Vec<String>) = if call.method == "POST" {
        let body = call.object()?;
        let strings = |name: &str| {
            body.get(name)
                .and_then(Json::as_array)
                .map(|list| list.iter().filter_map(Json::as_str).map(str::to_owned).collect())
        };
        (strings("ids").unwrap_or_default(), strings("fields").unwrap_or_default())
    } else {
        let strings = |name: &str| {
            call.query.get(name).map(|list| {
                list.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
            })
        };
        (strings("ids").unwrap_or_default(), strings("fields").unwrap_or_default())
    };
    if fields.is_empty() {
        return Err(ApiError::bad("MISSING_ARGUMENT", "The fields parameter is required"));
    }
    if wanted.len() > 2000 {
        return Err(ApiError::bad(
            "EXCEEDED_ID_LIMIT",
            "record limit reached. cannot submit more than 2000 records into this call",
        ));
    }
    let fields = fields.join(",");
    let mut records = Vec::with_capacity(wanted.len());
    for id in wanted {
        let known = ids::normalise(&id).ok_or_else(|| ApiError::bad("MALFORMED_ID", format!("malformed id {id}")))?;
        let there = known.starts_with(&object.prefix) && context.viewer.reads(context.conn, object, &known)?;
        let record = if there { load(context.conn, object, &known)? } else { None };
        let live = record.filter(|record| record.get("IsDeleted") != Some(&rusqlite::types::Value::Integer(1)));
        records.push(match live {
            Some(record) => shown(context, object, &known, &record, Some(&fields))?,
            None => Json::Null,
        });
    }
    Ok(Reply::ok(Json::Array(records)))
}

type Saved = Result<(String, Option<bool>), ApiError>;

fn each_record(
    context: &Context<'_>,
    call: &Call,
    only: Option<&Object>,
    save: impl Fn(&Scope<'_>, &Object, &Map<String, Json>) -> Saved,
) -> Result<Reply, ApiError> {
    let body = call.object()?;
    let records =
        body.get("records").and_then(Json::as_array).ok_or_else(|| ApiError::json_parser("records is missing"))?;
    let all_or_none = body.get("allOrNone").and_then(Json::as_bool).unwrap_or(false);
    within_limit(records.len())?;
    let mut typed = Vec::with_capacity(records.len());
    for record in records {
        let fields = record.as_object().ok_or_else(|| ApiError::json_parser("a record has to be an object"))?;
        let name = fields.get("attributes").and_then(|attributes| attributes.get("type")).and_then(Json::as_str);
        let name = name.ok_or_else(|| {
            ApiError::bad("INVALID_INPUT", "Include an entity type within the attributes of each record")
        })?;
        let object = context
            .schema
            .object(name)
            .ok_or_else(|| ApiError::bad("INVALID_TYPE", format!("sObject type '{name}' is not supported.")))?;
        if only.is_some_and(|only| only.name != object.name) {
            return Err(ApiError::bad("INVALID_INPUT", format!("The type {name} is not the one in the path")));
        }
        typed.push((object, fields));
    }
    let runs =
        typed.windows(2).filter(|pair| matches!(pair, [(first, _), (second, _)] if first.name != second.name)).count()
            + 1;
    if runs > MOST_RUNS {
        return Err(ApiError::bad(
            "INVALID_INPUT",
            format!("cannot process more than {MOST_RUNS} chunks of one type in one call"),
        ));
    }
    let scope = context.scope(call);
    let (scope_ref, save) = (&scope, &save);
    let works = typed.into_iter().map(move |(object, fields)| move || save(scope_ref, object, fields));
    together(&scope, all_or_none, works)
}

/// Does each piece of work; with `all_or_none` nothing stays where one fails.
fn together<W: FnOnce() -> Saved>(
    scope: &Scope<'_>,
    all_or_none: bool,
    works: impl Iterator<Item = W>,
) -> Result<Reply, ApiError> {
    enum Undo {
        Rejected(Vec<Done>),
        Failed(ApiError),
    }
    impl From<ApiError> for Undo {
        fn from(error: ApiError) -> Self {
            Self::Failed(error)
        }
    }
    let result = scope.atomically(|| {
        let mut done = Vec::new();
        for work in works {
            done.push(match scope.atomically(work) {
                Ok((id, created)) => Done::Saved { id, created },
                Err(error) if error.status >= 500 => return Err(Undo::Failed(error)),
                Err(error) => Done::Refused { error, id: None },
            });
        }
        if all_or_none && done.iter().any(|done| matches!(done, Done::Refused { .. })) {
            Err(Undo::Rejected(done))
        } else {
            Ok(done)
        }
    });
    let done = match result {
        Ok(done) => done,
        Err(Undo::Failed(error)) => return Err(error),
        Err(Undo::Rejected(done)) => done
            .into_iter()
            .map(|done| match done {
                Done::Saved { id, created } => Done::Refused {
                    error: ApiError::bad("ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back because not all records were valid and the request was using AllOrNone header"),
                    // A record that existed before keeps its id in the answer.
                    id: (created == Some(false)).then_some(id),
                },
                refused @ Done::Refused { .. } => refused,
            })
            .collect(),
    };
    Ok(Reply::ok(done.iter().map(entry).collect()))
}

fn entry(done: &Done) -> Json {
    match done {
        Done::Saved { id, created } => {
            let mut entry = json!({ "id": id, "success": true, "errors": [] });
            if let (Some(created), Some(entry)) = (created, entry.as_object_mut()) {
                entry.insert("created".into(), Json::Bool(*created));
            }
            entry
        }
        Done::Refused { error, id: Some(id) } => json!({ "id": id, "success": false, "errors": [error.entry()] }),
        Done::Refused { error, id: None } => json!({ "success": false, "errors": [error.entry()] }),
    }
}

fn take(fields: &mut Map<String, Json>, name: &str) -> Option<String> {
    let key = fields.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
    match fields.shift_remove(&key)? {
        Json::String(text) if !text.is_empty() => Some(text),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Bool(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

fn own_id(object: &Object, id: &str) -> Result<String, ApiError> {
    let known = ids::normalise(id).ok_or_else(|| {
        ApiError::bad("MALFORMED_ID", format!("{} ID: id value of incorrect type: {id}", object.label)).about(["Id"])
    })?;
    if known.starts_with(&object.prefix) {
        Ok(known)
    } else {
        Err(ApiError::bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"))
    }
}

/// In a collection, a record that is not there is a wrong reference.
fn as_cross_reference(error: ApiError) -> ApiError {
    if error.code == "NOT_FOUND" {
        ApiError::bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    } else {
        error
    }
}

fn within_limit(count: usize) -> Result<(), ApiError> {
    match count {
        0 => Err(ApiError::bad("INVALID_INPUT", "at least one record is needed")),
        1..=MOST => Ok(()),
        _ => Err(ApiError::bad(
            "EXCEEDED_ID_LIMIT",
            format!("record limit reached. cannot submit more than {MOST} records into this call"),
        )),
    }
}
