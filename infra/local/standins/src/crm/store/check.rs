//! What a write must satisfy before it is kept.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension as _;
use rusqlite::types::Value as Sql;
use serde_json::{Map, Value as Json};

use super::values::{as_text, from_json};
use super::write::{Record, Scope};
use crate::crm::access::cross_reference;
use crate::crm::error::ApiError;
use crate::crm::schema::{Access, Field, Kind, Object};

impl Scope<'_> {
    /// Reads the fields that a client sent, by their own names.
    pub(super) fn checked_fields(
        &self,
        object: &Object,
        sent: &Map<String, Json>,
        creating: bool,
    ) -> Result<Record, ApiError> {
        let mut record = BTreeMap::new();
        let mut forbidden = Vec::new();
        for (name, value) in sent.iter().filter(|(name, _)| *name != "attributes") {
            let field = match object.field(name) {
                Some(field) => field,
                None => {
                    let (field, id) = self.by_foreign_key(object, name, value)?;
                    record.insert(field.name.clone(), id);
                    continue;
                }
            };
            let allowed = self.system
                || match field.access {
                    Access::Writable => true,
                    Access::CreateOnly => creating,
                    Access::UpdateOnly => !creating,
                    Access::ReadOnly => false,
                };
            if !allowed {
                forbidden.push(field.name.clone());
                continue;
            }
            record.insert(field.name.clone(), from_json(field, value)?);
        }
        if !forbidden.is_empty() {
            let message = format!(
                "Unable to create/update fields: {}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.",
                forbidden.join(", ")
            );
            return Err(ApiError::bad("INVALID_FIELD_FOR_INSERT_UPDATE", message).about(forbidden));
        }
        Ok(record)
    }

    /// `"Owner": {"Username": "…"}`: a reference named by an external id of the parent.
    fn by_foreign_key<'o>(&self, object: &'o Object, name: &str, value: &Json) -> Result<(&'o Field, Sql), ApiError> {
        let unknown =
            || ApiError::bad("INVALID_FIELD", format!("No such column '{name}' on sobject of type {}", object.name));
        let field = object.relationship(name).ok_or_else(unknown)?;
        if value.is_null() {
            return Ok((field, Sql::Null));
        }
        let wanted = value.as_object().ok_or_else(unknown)?;
        let wanted_type = wanted.get("attributes").and_then(|attributes| attributes.get("type")).and_then(Json::as_str);
        let Some((key, key_value)) = wanted.iter().find(|(key, _)| *key != "attributes") else { return Err(unknown()) };
        for target in &field.reference_to {
            if wanted_type.is_some_and(|wanted| !wanted.eq_ignore_ascii_case(target)) {
                continue;
            }
            let Some(parent) = self.schema.object(target) else { continue };
            let Some(key_field) = parent.field(key).filter(|key| key.external_id || key.unique || key.kind == Kind::Id)
            else {
                continue;
            };
            let ids = self.ids_where(parent, key_field, &from_json(key_field, key_value)?)?;
            if let Some(id) = ids.into_iter().next() {
                return Ok((field, Sql::Text(id)));
            }
            let shown = key_value.as_str().map_or_else(|| key_value.to_string(), str::to_owned);
            return Err(ApiError::bad(
                "INVALID_FIELD",
                format!("Foreign key external ID: {shown} not found for field {key} in entity {}", parent.name),
            ));
        }
        Err(ApiError::bad("INVALID_FIELD", format!("{key} is not an external ID of what {name} refers to")))
    }

    /// The ids of the records that are not deleted and have this value in this field.
    pub(crate) fn ids_where(&self, object: &Object, field: &Field, value: &Sql) -> Result<Vec<String>, ApiError> {
        let sql = format!(
            r#"SELECT "Id" FROM "{}" WHERE "{}" = ?1 AND "IsDeleted" = 0 ORDER BY "Id" LIMIT 20"#,
            object.name, field.name
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let ids = statement.query_map([value], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(ids)
    }

    pub(super) fn require(&self, object: &Object, after: &Record) -> Result<(), ApiError> {
        let missing: Vec<&str> = object
            .fields
            .iter()
            .filter(|field| field.required && after.get(&field.name).is_none_or(|value| *value == Sql::Null))
            .map(|field| field.name.as_str())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(ApiError::bad("REQUIRED_FIELD_MISSING", format!("Required fields are missing: [{}]", missing.join(", ")))
            .about(missing))
    }

    /// Every reference that is being set names a record that exists and fits.
    pub(super) fn check_references(
        &self,
        object: &Object,
        before: Option<&Record>,
        after: &Record,
    ) -> Result<(), ApiError> {
        for field in object.fields.iter().filter(|field| field.kind == Kind::Reference) {
            let value = after.get(&field.name);
            if value == before.and_then(|before| before.get(&field.name)) {
                continue;
            }
            let Some(id) = value.and_then(as_text) else { continue };
            let target = self.schema.object_of_id(id).filter(|target| field.reference_to.contains(&target.name));
            let Some(target) = target else {
                return Err(ApiError::bad(
                    "FIELD_INTEGRITY_EXCEPTION",
                    format!("{}: id value of incorrect type: {id}", field.label),
                )
                .about([&field.name]));
            };
            let found: Option<i64> = self
                .conn
                .prepare_cached(&format!(r#"SELECT 1 FROM "{}" WHERE "Id" = ?1 AND "IsDeleted" = 0"#, target.name))?
                .query_row([id], |row| row.get(0))
                .optional()?;
            if found.is_none() {
                return Err(
                    ApiError::bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id").about([&field.name])
                );
            }
            if !self.system && !self.viewer.reads(self.conn, target, id)? {
                return Err(cross_reference().about([&field.name]));
            }
            if field.name == "OwnerId" {
                self.check_owner(object, &target.name, id)?;
            }
        }
        if object.name == "Task" || object.name == "Event" {
            let who_is_lead = after.get("WhoId").and_then(as_text).is_some_and(|id| id.starts_with("00Q"));
            if who_is_lead && after.get("WhatId").and_then(as_text).is_some() {
                return Err(ApiError::bad(
                    "FIELD_INTEGRITY_EXCEPTION",
                    "Related To ID: must be empty where the Name ID refers to a lead",
                )
                .about(["WhatId"]));
            }
        }
        Ok(())
    }

    fn check_owner(&self, object: &Object, owner_type: &str, id: &str) -> Result<(), ApiError> {
        if owner_type == "User" {
            let active: i64 = self
                .conn
                .prepare_cached(r#"SELECT "IsActive" FROM "User" WHERE "Id" = ?1"#)?
                .query_row([id], |row| row.get(0))?;
            if active == 0 {
                let message =
                    format!("operation performed with inactive user [{id}] as owner of {}", object.name.to_lowercase());
                return Err(ApiError::bad("INACTIVE_OWNER_OR_USER", message).about(["OwnerId"]));
            }
        } else if owner_type == "Group" {
            let mut statement = self.conn.prepare_cached(
                r#"SELECT 1 FROM "QueueSobject" q JOIN "Group" g ON g."Id" = q."QueueId" WHERE q."QueueId" = ?1 AND q."SobjectType" = ?2 AND q."IsDeleted" = 0 AND g."Type" = 'Queue'"#,
            )?;
            if !statement.exists([id, &object.name])? {
                return Err(ApiError::bad("INVALID_OPERATION", "Queue not associated with this SObject type")
                    .about(["OwnerId"]));
            }
        }
        Ok(())
    }

    pub(super) fn check_unique(
        &self,
        object: &Object,
        id: Option<&str>,
        before: Option<&Record>,
        after: &Record,
    ) -> Result<(), ApiError> {
        for field in object.fields.iter().filter(|field| field.unique) {
            let Some(value) = after.get(&field.name).filter(|value| **value != Sql::Null) else { continue };
            if before.and_then(|before| before.get(&field.name)) == Some(value) {
                continue;
            }
            let Some(other) =
                self.ids_where(object, field, value)?.into_iter().find(|other| Some(other.as_str()) != id)
            else {
                continue;
            };
            if object.name == "User" && field.name == "Username" {
                let message = "Duplicate Username.<br>The username already exists in this or another Salesforce organization. Usernames must be unique across all Salesforce organizations.";
                return Err(ApiError::bad("DUPLICATE_USERNAME", message).about([&field.name]));
            }
            return Err(ApiError::bad(
                "DUPLICATE_VALUE",
                format!("duplicate value found: {} duplicates value on record with id: {other}", field.name),
            ));
        }
        Ok(())
    }
}
