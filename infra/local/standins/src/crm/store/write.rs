//! Creates, updates, upserts and deletes records, with everything that the organisation does on a save.

use std::collections::BTreeMap;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter};
use serde_json::{Map, Value as Json};

use super::values::{as_text, to_json};
use super::{derive, next_id, setting};
use crate::crm::access::{Right, Viewer};
use crate::crm::error::ApiError;
use crate::crm::ids;
use crate::crm::outbound::outbox;
use crate::crm::schema::{Field, Object, Schema};

/// Field values by the field's own name.
pub(crate) type Record = BTreeMap<String, Sql>;

/// Who writes, when, and under which headers.
pub(crate) struct Scope<'a> {
    pub(crate) conn: &'a Connection,
    pub(crate) schema: &'a Schema,
    pub(crate) viewer: &'a Viewer,
    pub(crate) user_id: &'a str,
    /// Milliseconds since the epoch.
    pub(crate) now: i64,
    /// `Sforce-Auto-Assign`, which is on unless a client switches it off.
    pub(crate) auto_assign: bool,
    /// `If-Unmodified-Since`, in milliseconds.
    pub(crate) unmodified_since: Option<i64>,
    /// May write what only the system writes.
    pub(crate) system: bool,
}

/// What an upsert did.
pub(crate) struct Upserted {
    pub(crate) id: String,
    pub(crate) created: bool,
}

/// Why an upsert could not be done.
pub(crate) enum UpsertError {
    /// Several records have the external id.
    Many(Vec<String>),
    Refused(ApiError),
}

impl From<ApiError> for UpsertError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

impl Scope<'_> {
    /// Creates a record and returns its id.
    pub(crate) fn create(&self, object: &Object, sent: &Map<String, Json>) -> Result<String, ApiError> {
        if !object.createable && !self.system {
            return Err(ApiError::bad(
                "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
                format!("entity type {} does not support create", object.name),
            ));
        }
        if !self.system && !self.viewer.may(Right::Create, object) {
            let message = format!("entity type cannot be inserted: {}", object.label);
            return Err(ApiError::bad("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message));
        }
        let mut after = self.checked_fields(object, sent, true)?;
        self.fill_defaults(object, &mut after)?;
        self.assign(object, &mut after)?;
        derive::apply(self.schema, object, None, &mut after, self.now)?;
        self.require(object, &after)?;
        self.check_references(object, None, &after)?;
        self.check_unique(object, None, None, &after)?;
        if object.name == "CampaignMember" {
            self.check_member(object, &after)?;
        }
        self.check_territories(object, None, None, &after)?;

        let id = match after.get("Id").and_then(as_text) {
            Some(id) => id.to_owned(),
            None => next_id(self.conn, &object.prefix)?,
        };
        after.insert("Id".into(), Sql::Text(id.clone()));
        for (field, value) in [
            ("IsDeleted", Sql::Integer(0)),
            ("CreatedDate", Sql::Integer(self.now)),
            ("CreatedById", Sql::Text(self.user_id.to_owned())),
            ("LastModifiedDate", Sql::Integer(self.now)),
            ("LastModifiedById", Sql::Text(self.user_id.to_owned())),
            ("SystemModstamp", Sql::Integer(self.now)),
        ] {
            after.entry(field.into()).or_insert(value);
        }
        after.retain(|_, value| *value != Sql::Null);
        let columns = after.keys().map(|name| format!(r#""{name}""#)).collect::<Vec<_>>().join(", ");
        let places = vec!["?"; after.len()].join(", ");
        self.conn
            .prepare_cached(&format!(r#"INSERT INTO "{}"({columns}) VALUES ({places})"#, object.name))?
            .execute(params_from_iter(after.values()))?;

        if object.name == "Lead" {
            self.history(&id, "created", None, None)?;
        }
        self.journal("POST", object, &id, sent, &after)?;
        for rule in self.schema.message_rules.iter().filter(|rule| rule.on_create && rule.object == object.name) {
            outbox::add(self.conn, &rule.message, &id, self.now)?;
        }
        Ok(id)
    }

    /// Changes fields of a record.
    pub(crate) fn update(&self, object: &Object, id: &str, sent: &Map<String, Json>) -> Result<(), ApiError> {
        if !object.updateable && !self.system {
            return Err(ApiError::bad(
                "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
                format!("entity type {} does not support update", object.name),
            ));
        }
        let before = self.existing(object, id)?;
        self.check_right(Right::Edit, object, id)?;
        self.check_unmodified(&before)?;
        if object.name == "Lead" && !self.system && before.get("IsConverted") == Some(&Sql::Integer(1)) {
            return Err(ApiError::bad("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead"));
        }
        let changes = self.checked_fields(object, sent, false)?;
        let mut after = before.clone();
        after.extend(changes);
        self.assign(object, &mut after)?;
        self.stamp(object, &before, &mut after);
        derive::apply(self.schema, object, Some(&before), &mut after, self.now)?;
        self.require(object, &after)?;
        self.check_references(object, Some(&before), &after)?;
        self.check_unique(object, Some(id), Some(&before), &after)?;
        self.check_territories(object, Some(id), Some(&before), &after)?;
        // A write counts as a modification even where every value stays the same.
        after.insert("LastModifiedDate".into(), Sql::Integer(self.now));
        after.insert("LastModifiedById".into(), Sql::Text(self.user_id.to_owned()));
        after.insert("SystemModstamp".into(), Sql::Integer(self.now));

        let changed: Vec<(&String, &Sql)> =
            after.iter().filter(|(name, value)| before.get(*name) != Some(*value)).collect();
        if !changed.is_empty() {
            let sets = changed.iter().map(|(name, _)| format!(r#""{name}" = ?"#)).collect::<Vec<_>>().join(", ");
            let id_value = Sql::Text(id.to_owned());
            let values = changed.iter().map(|(_, value)| *value).chain([&id_value]);
            self.conn
                .prepare_cached(&format!(r#"UPDATE "{}" SET {sets} WHERE "Id" = ?"#, object.name))?
                .execute(params_from_iter(values))?;
        }
        self.leave_territories(object, id, &before, &after)?;
        self.track(object, id, &before, &after)?;
        self.journal("PATCH", object, id, sent, &after)?;
        for rule in self.schema.message_rules.iter().filter(|rule| rule.on_update && rule.object == object.name) {
            if !changes_one(&rule.changed, &before, &after) {
                continue;
            }
            outbox::add(self.conn, &rule.message, id, self.now)?;
        }
        Ok(())
    }

    /// Moves a record to the recycle bin, or past it where its object has none.
    pub(crate) fn delete(&self, object: &Object, id: &str) -> Result<(), ApiError> {
        if !object.deletable {
            return Err(ApiError::bad(
                "INSUFFICIENT_ACCESS_OR_READONLY",
                format!("entity type {} does not support delete", object.name),
            ));
        }
        let before = self.existing(object, id)?;
        self.check_right(Right::Delete, object, id)?;
        self.check_unmodified(&before)?;
        self.deleting(object, id, &before)?;
        if object.bypasses_bin {
            self.conn.prepare_cached(&format!(r#"DELETE FROM "{}" WHERE "Id" = ?1"#, object.name))?.execute([id])?;
        } else {
            self.conn
                .prepare_cached(&format!(r#"UPDATE "{}" SET "IsDeleted" = 1, "LastModifiedDate" = ?2, "LastModifiedById" = ?3, "SystemModstamp" = ?2 WHERE "Id" = ?1"#, object.name))?
                .execute(params![id, self.now, self.user_id])?;
        }
        self.journal("DELETE", object, id, &Map::new(), &Record::new())
    }

    /// Updates the one record with this external id, or creates it.
    pub(crate) fn upsert(
        &self,
        object: &Object,
        key: &Field,
        key_value: &Sql,
        sent: &Map<String, Json>,
    ) -> Result<Upserted, UpsertError> {
        let matches = self.ids_where(object, key, key_value)?;
        match matches.as_slice() {
            [] => {
                let mut sent = sent.clone();
                sent.insert(key.name.clone(), to_json(key.kind, key_value));
                Ok(Upserted { id: self.create(object, &sent)?, created: true })
            }
            [id] => {
                self.update(object, id, sent)?;
                Ok(Upserted { id: id.clone(), created: false })
            }
            _ => Err(UpsertError::Many(matches)),
        }
    }

    /// The record's stored values.
    ///
    /// # Errors
    /// With 404: `NOT_FOUND` and `ENTITY_IS_DELETED`.
    pub(crate) fn existing(&self, object: &Object, id: &str) -> Result<Record, ApiError> {
        let record = load(self.conn, object, id)?.ok_or_else(ApiError::not_found)?;
        if record.get("IsDeleted") == Some(&Sql::Integer(1)) {
            return Err(ApiError::new(404, "ENTITY_IS_DELETED", "entity is deleted"));
        }
        Ok(record)
    }

    /// A record that the user may read.
    ///
    /// # Errors
    /// As [`Self::existing`]: what may not be read is not there.
    pub(crate) fn readable(&self, object: &Object, id: &str) -> Result<Record, ApiError> {
        let record = self.existing(object, id)?;
        if self.system || self.viewer.reads(self.conn, object, id)? { Ok(record) } else { Err(ApiError::not_found()) }
    }

    /// Whether the user may change the record.
    pub(crate) fn check_right(&self, right: Right, object: &Object, id: &str) -> Result<(), ApiError> {
        if self.system { Ok(()) } else { self.viewer.check_change(self.conn, right, object, id) }
    }

    /// Runs `work` so that nothing of it stays where it fails.
    pub(crate) fn atomically<T, E: From<ApiError>>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.conn.prepare_cached("SAVEPOINT step").and_then(|mut sql| sql.execute([])).map_err(ApiError::from)?;
        let result = work();
        let ending: &[&str] = if result.is_ok() { &["RELEASE step"] } else { &["ROLLBACK TO step", "RELEASE step"] };
        for sql in ending {
            self.conn.prepare_cached(sql).and_then(|mut sql| sql.execute([])).map_err(ApiError::from)?;
        }
        result
    }

    fn check_unmodified(&self, before: &Record) -> Result<(), ApiError> {
        let (Some(since), Some(Sql::Integer(modified))) = (self.unmodified_since, before.get("LastModifiedDate"))
        else {
            return Ok(());
        };
        // The header knows whole seconds only.
        if modified.div_euclid(1000) > since.div_euclid(1000) {
            return Err(ApiError::new(
                412,
                "PRECONDITION_FAILED",
                "The entity was modified after the time in If-Unmodified-Since",
            ));
        }
        Ok(())
    }

    fn fill_defaults(&self, object: &Object, after: &mut Record) -> Result<(), ApiError> {
        for field in &object.fields {
            let empty = after.get(&field.name).is_none_or(|value| *value == Sql::Null);
            if !empty {
                continue;
            }
            if let Some(default) = &field.default {
                after.insert(field.name.clone(), super::values::from_json(field, default)?);
            } else if field.name == "OwnerId" && field.defaulted {
                let owner = if object.name == "Group" { ids::ORGANIZATION } else { self.user_id };
                after.insert(field.name.clone(), Sql::Text(owner.to_owned()));
            }
        }
        Ok(())
    }

    /// What flows note of who saves, whatever the client sent in its place.
    fn stamp(&self, object: &Object, before: &Record, after: &mut Record) {
        for stamp in self.schema.stamps.iter().filter(|stamp| stamp.object == object.name) {
            if changes_one(&stamp.changed, before, after) {
                after.insert(stamp.field.clone(), Sql::Text(self.user_id.to_owned()));
            }
        }
    }

    /// The organisation's own lead assignment rule, which hands every lead to one queue.
    fn assign(&self, object: &Object, after: &mut Record) -> Result<(), ApiError> {
        if object.name != "Lead"
            || !self.auto_assign
            || self.system
            || setting(self.conn, "lead_assignment_rule_active")?.as_deref() != Some("true")
        {
            return Ok(());
        }
        let queue = setting(self.conn, "lead_assignment_queue")?.unwrap_or_else(|| "Unassigned Leads".to_owned());
        let id: Option<String> = self
            .conn
            .prepare_cached(
                r#"SELECT "Id" FROM "Group" WHERE "Type" = 'Queue' AND "Name" = ?1 AND "IsDeleted" = 0 ORDER BY "Id""#,
            )?
            .query_row([queue], |row| row.get(0))
            .optional()?;
        if let Some(id) = id {
            after.insert("OwnerId".into(), Sql::Text(id));
        }
        Ok(())
    }
}

/// Whether one of these fields changes; where none is named, any save will do.
fn changes_one(fields: &[String], before: &Record, after: &Record) -> bool {
    let differs = |field: &String| before.get(field).unwrap_or(&Sql::Null) != after.get(field).unwrap_or(&Sql::Null);
    fields.is_empty() || fields.iter().any(differs)
}

/// All stored values of a record, deleted or not.
pub(crate) fn load(conn: &Connection, object: &Object, id: &str) -> Result<Option<Record>, ApiError> {
    let columns = object.fields.iter().map(|field| format!(r#""{}""#, field.name)).collect::<Vec<_>>().join(", ");
    let mut statement = conn.prepare_cached(&format!(r#"SELECT {columns} FROM "{}" WHERE "Id" = ?1"#, object.name))?;
    let record = statement
        .query_row([id], |row| {
            object
                .fields
                .iter()
                .enumerate()
                .map(|(place, field)| Ok((field.name.clone(), row.get(place)?)))
                .collect::<rusqlite::Result<Record>>()
        })
        .optional()?;
    Ok(record)
}
