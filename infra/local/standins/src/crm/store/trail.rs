//! What a write leaves behind: history rows as the vendor has them, and the journal that tests read.

use rusqlite::params;
use serde_json::{Map, Value as Json};

use super::next_id;
use super::values::{as_text, to_json};
use super::write::{Record, Scope};
use crate::crm::error::ApiError;
use crate::crm::schema::Object;

impl Scope<'_> {
    pub(super) fn track(&self, object: &Object, id: &str, before: &Record, after: &Record) -> Result<(), ApiError> {
        for field in object.fields.iter().filter(|field| field.tracked) {
            let (old, new) = (before.get(&field.name), after.get(&field.name));
            if old != new {
                let name = field.name.strip_suffix("Id").unwrap_or(&field.name);
                self.history(id, name, old.and_then(as_text), new.and_then(as_text))?;
            }
        }
        Ok(())
    }

    /// A row of `LeadHistory`. For an owner both values are ids; the vendor writes a second row with names, which is left out here.
    pub(crate) fn history(
        &self,
        lead_id: &str,
        field: &str,
        old: Option<&str>,
        new: Option<&str>,
    ) -> Result<(), ApiError> {
        let id = next_id(self.conn, "017")?;
        self.conn
            .prepare_cached(
                r#"INSERT INTO "LeadHistory"("Id", "LeadId", "Field", "OldValue", "NewValue", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp")
                   VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?6, ?7, ?6)"#,
            )?
            .execute(params![id, lead_id, field, old, new, self.now, self.user_id])?;
        Ok(())
    }

    /// Keeps what was written, by whom and when, for tests that count writes.
    pub(super) fn journal(
        &self,
        method: &str,
        object: &Object,
        id: &str,
        sent: &Map<String, Json>,
        after: &Record,
    ) -> Result<(), ApiError> {
        let mut fields = Map::new();
        for name in sent.keys() {
            if let Some(field) = object.field(name) {
                fields.insert(
                    field.name.clone(),
                    after.get(&field.name).map_or(Json::Null, |value| to_json(field.kind, value)),
                );
            }
        }
        self.conn
            .prepare_cached(r#"INSERT INTO "_journal"(at, method, object, record_id, user_id, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"#)?
            .execute(params![self.now, method, object.name, id, self.user_id, Json::Object(fields).to_string()])?;
        Ok(())
    }
}
