//! `sobjects/X/…`: one record at a time, by id or by external id.

use rusqlite::types::Value as Sql;
use serde_json::{Map, Value as Json, json};

use super::Context;
use super::call::{Call, Reply};
use crate::crm::auth::passwords;
use crate::crm::error::ApiError;
use crate::crm::ids;
use crate::crm::schema::{Field, Kind, Object};
use crate::crm::store::values::{from_json, to_json};
use crate::crm::store::write::{Record, UpsertError, Upserted};

pub(super) fn create(context: &Context<'_>, call: &Call, object: &Object) -> Result<Reply, ApiError> {
    let fields = call.object()?;
    refuse_id(&fields)?;
    let scope = context.scope(call);
    let id = scope.atomically(|| scope.create(object, &fields))?;
    let mut reply = Reply::with(201, json!({ "id": id, "success": true, "errors": [] }));
    reply.headers.push(("location", format!("/services/data/{}/sobjects/{}/{id}", context.version, object.name)));
    Ok(reply)
}

pub(super) fn read(context: &Context<'_>, call: &Call, object: &Object, id: &str) -> Result<Reply, ApiError> {
    let id = record_id(object, id)?;
    let record = context.scope(call).readable(object, &id)?;
    if let (Some(Sql::Integer(modified)), Some(since)) =
        (record.get("LastModifiedDate"), call.header("if-modified-since").and_then(super::http_date))
        && modified.div_euclid(1000) <= since.div_euclid(1000)
    {
        return Ok(Reply::empty(304));
    }
    Ok(Reply::ok(shown(context, object, &id, &record, call.query.get("fields").map(String::as_str))?))
}

pub(super) fn read_by_key(
    context: &Context<'_>,
    call: &Call,
    object: &Object,
    key: &str,
    value: &str,
) -> Result<Reply, ApiError> {
    match by_key(context, call, object, key, value)?.as_slice() {
        [] => Err(ApiError::not_found()),
        [id] => read(context, call, object, id),
        many => Ok(several(context, object, many)),
    }
}

pub(super) fn update(context: &Context<'_>, call: &Call, object: &Object, id: &str) -> Result<Reply, ApiError> {
    let id = record_id(object, id)?;
    let fields = call.object()?;
    refuse_id(&fields)?;
    let scope = context.scope(call);
    scope.atomically(|| scope.update(object, &id, &fields))?;
    Ok(Reply::empty(204))
}

pub(super) fn delete(context: &Context<'_>, call: &Call, object: &Object, id: &str) -> Result<Reply, ApiError> {
    let id = record_id(object, id)?;
    let scope = context.scope(call);
    scope.atomically(|| scope.delete(object, &id))?;
    Ok(Reply::empty(204))
}

pub(super) fn delete_by_key(
    context: &Context<'_>,
    call: &Call,
    object: &Object,
    key: &str,
    value: &str,
) -> Result<Reply, ApiError> {
    match by_key(context, call, object, key, value)?.as_slice() {
        [] => Err(ApiError::not_found()),
        [id] => delete(context, call, object, id),
        many => Ok(several(context, object, many)),
    }
}

pub(super) fn upsert(
    context: &Context<'_>,
    call: &Call,
    object: &Object,
    key: &str,
    value: &str,
) -> Result<Reply, ApiError> {
    let key = external_id(object, key)?;
    let fields = call.object()?;
    refuse_id(&fields)?;
    if let Some(given) = fields.keys().find(|name| name.eq_ignore_ascii_case(&key.name)) {
        return Err(ApiError::bad(
            "INVALID_FIELD",
            format!("The {given} field should not be specified in the sobject data."),
        ));
    }
    if key.kind == Kind::Id {
        return update(context, call, object, value);
    }
    let stored = from_json(key, &Json::String(value.to_owned()))?;
    let scope = context.scope(call);
    match scope.atomically(|| scope.upsert(object, key, &stored, &fields)) {
        Ok(Upserted { id, created }) => Ok(Reply::with(
            if created { 201 } else { 200 },
            json!({ "id": id, "success": true, "errors": [], "created": created }),
        )),
        Err(UpsertError::Many(ids)) => Ok(several(context, object, &ids)),
        Err(UpsertError::Refused(error)) => Err(error),
    }
}

pub(super) fn set_password(context: &Context<'_>, call: &Call, id: &str) -> Result<Reply, ApiError> {
    let user = context.object("User")?;
    let id = record_id(user, id)?;
    context.scope(call).existing(user, &id)?;
    if !context.viewer.may_set_password_of(&id) {
        return Err(ApiError::new(403, "INSUFFICIENT_ACCESS", "insufficient access rights on object id"));
    }
    let fields = call.object()?;
    let password = fields.get("NewPassword").and_then(Json::as_str).filter(|password| password.len() >= 8);
    let password = password
        .ok_or_else(|| ApiError::bad("INVALID_NEW_PASSWORD", "Your password must be at least 8 characters long."))?;
    passwords::set(context.conn, &id, password)?;
    Ok(Reply::empty(204))
}

/// A record as the API shows it; all fields where no list is given.
pub(super) fn shown(
    context: &Context<'_>,
    object: &Object,
    id: &str,
    record: &Record,
    fields: Option<&str>,
) -> Result<Json, ApiError> {
    let mut shown = Map::new();
    shown.insert("attributes".into(), json!({ "type": object.name, "url": format!("/services/data/{}/sobjects/{}/{id}", context.version, object.name) }));
    let mut show = |field: &Field| {
        shown.insert(field.name.clone(), record.get(&field.name).map_or(Json::Null, |value| to_json(field.kind, value)))
    };
    match fields {
        None => object.shown().for_each(|field| drop(show(field))),
        Some(list) => {
            for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                let field = object.field(name).ok_or_else(|| {
                    ApiError::bad("INVALID_FIELD", format!("No such column '{name}' on entity '{}'.", object.name))
                })?;
                show(field);
            }
            if let Some(id) = object.field("Id") {
                show(id);
            }
        }
    }
    Ok(Json::Object(shown))
}

/// An id in a path; one of another object is as unknown as one that never was.
pub(super) fn record_id(object: &Object, id: &str) -> Result<String, ApiError> {
    let id = ids::normalise(id).filter(|id| id.starts_with(&object.prefix));
    id.ok_or_else(|| {
        ApiError::new(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: Id")
    })
}

/// A field that records may be named by.
pub(super) fn external_id<'o>(object: &'o Object, name: &str) -> Result<&'o Field, ApiError> {
    object.field(name).filter(|field| field.external_id || field.kind == Kind::Id).ok_or_else(|| {
        ApiError::new(
            404,
            "NOT_FOUND",
            format!("Provided external ID field does not exist or is not accessible: {name}"),
        )
    })
}

fn by_key(
    context: &Context<'_>,
    call: &Call,
    object: &Object,
    key: &str,
    value: &str,
) -> Result<Vec<String>, ApiError> {
    let key = external_id(object, key)?;
    let stored = from_json(key, &Json::String(value.to_owned()))?;
    context.scope(call).ids_where(object, key, &stored)
}

fn several(context: &Context<'_>, object: &Object, ids: &[String]) -> Reply {
    let urls = ids
        .iter()
        .map(|id| format!("/services/data/{}/sobjects/{}/{id}", context.version, object.name))
        .collect::<Vec<_>>();
    Reply::with(300, json!(urls))
}

fn refuse_id(fields: &Map<String, Json>) -> Result<(), ApiError> {
    if fields.keys().any(|name| name.eq_ignore_ascii_case("Id")) {
        return Err(ApiError::bad("INVALID_FIELD", "The Id field should not be specified in the sobject data."));
    }
    Ok(())
}
