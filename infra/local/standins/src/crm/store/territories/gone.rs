//! What may be deleted of territories, and what goes with it.

use rusqlite::params;
use rusqlite::types::Value as Sql;

use super::made_by_rule;
use crate::crm::error::ApiError;
use crate::crm::schema::Object;
use crate::crm::store::values::as_text;
use crate::crm::store::write::{Record, Scope};

/// The territory itself.
const ONE: &str = "= ?1";
/// All territories of a model.
const OF_MODEL: &str = r#"IN (SELECT "Id" FROM "Territory2" WHERE "Territory2ModelId" = ?1)"#;

impl Scope<'_> {
    /// Refuses what may not be deleted, and deletes what cannot be there without it.
    pub(in crate::crm::store) fn deleting(&self, object: &Object, id: &str, before: &Record) -> Result<(), ApiError> {
        let text = |field: &str| before.get(field).and_then(as_text).unwrap_or_default();
        match object.name.as_str() {
            "Territory2Model" => self.deleting_model(id, text("State")),
            "Territory2Type" => self.refuse_where(
                r#"SELECT 1 FROM "Territory2" WHERE "Territory2TypeId" = ?1"#,
                id,
                "territories have this type",
            ),
            "Territory2" => {
                self.check_model_of(id)?;
                self.refuse_where(
                    r#"SELECT 1 FROM "Territory2" WHERE "ParentTerritory2Id" = ?1"#,
                    id,
                    "it has child territories",
                )?;
                self.empty(ONE, id)
            }
            "UserTerritory2Association" => {
                self.check_model_of(text("Territory2Id"))?;
                self.no_forecasts_by(text("UserId"), text("Territory2Id"))
            }
            "ObjectTerritory2Association" => {
                if !self.system && text("AssociationCause") == "Territory2AssignmentRule" {
                    return Err(made_by_rule());
                }
                self.check_model_of(text("Territory2Id"))
            }
            "Account" | "Lead" => self.leave(r#""ObjectId" = ?1"#, id),
            _ => Ok(()),
        }
    }

    /// What the organisation does after a save: who was deactivated is in no territory any more, and no opportunity is
    /// in a territory of a model that was archived.
    pub(in crate::crm::store) fn leave_territories(
        &self,
        object: &Object,
        id: &str,
        before: &Record,
        after: &Record,
    ) -> Result<(), ApiError> {
        let became = |field: &str, value: &Sql| after.get(field) == Some(value) && before.get(field) != Some(value);
        if object.name == "User" && became("IsActive", &Sql::Integer(0)) {
            self.conn
                .prepare_cached(r#"DELETE FROM "UserTerritory2Association" WHERE "UserId" = ?1"#)?
                .execute([id])?;
            self.conn
                .prepare_cached(r#"UPDATE "Territory2" SET "ForecastUserId" = NULL WHERE "ForecastUserId" = ?1"#)?
                .execute([id])?;
        }
        if object.name == "Territory2Model" && became("State", &Sql::Text("Archived".to_owned())) {
            self.no_opportunities(OF_MODEL, id)?;
        }
        Ok(())
    }

    fn deleting_model(&self, id: &str, state: &str) -> Result<(), ApiError> {
        if !matches!(state, "Planning" | "Archived") {
            let message = format!("The territory model must be in Planning or Archived state, and is in {state}");
            return Err(ApiError::bad("DELETE_FAILED", message));
        }
        self.empty(OF_MODEL, id)?;
        self.conn.prepare_cached(r#"DELETE FROM "Territory2" WHERE "Territory2ModelId" = ?1"#)?.execute([id])?;
        Ok(())
    }

    /// Takes users, records, rules and opportunities out of territories.
    fn empty(&self, which: &str, id: &str) -> Result<(), ApiError> {
        self.leave(&format!(r#""Territory2Id" {which}"#), id)?;
        for sql in [
            format!(r#"DELETE FROM "UserTerritory2Association" WHERE "Territory2Id" {which}"#),
            format!(r#"UPDATE "RuleTerritory2Association" SET "IsDeleted" = 1 WHERE "Territory2Id" {which}"#),
        ] {
            self.conn.prepare_cached(&sql)?.execute([id])?;
        }
        self.no_opportunities(which, id)
    }

    fn leave(&self, which: &str, id: &str) -> Result<(), ApiError> {
        let sql = format!(
            r#"UPDATE "ObjectTerritory2Association" SET "IsDeleted" = 1, "LastModifiedDate" = ?2, "SystemModstamp" = ?2 WHERE {which} AND "IsDeleted" = 0"#
        );
        self.conn.prepare_cached(&sql)?.execute(params![id, self.now])?;
        Ok(())
    }

    fn no_opportunities(&self, which: &str, id: &str) -> Result<(), ApiError> {
        let sql = format!(r#"UPDATE "Opportunity" SET "Territory2Id" = NULL WHERE "Territory2Id" {which}"#);
        self.conn.prepare_cached(&sql)?.execute([id])?;
        Ok(())
    }

    fn no_forecasts_by(&self, user: &str, territory: &str) -> Result<(), ApiError> {
        self.conn
            .prepare_cached(
                r#"UPDATE "Territory2" SET "ForecastUserId" = NULL WHERE "ForecastUserId" = ?1 AND "Id" = ?2"#,
            )?
            .execute([user, territory])?;
        Ok(())
    }

    fn refuse_where(&self, sql: &str, id: &str, why: &str) -> Result<(), ApiError> {
        if self.conn.prepare_cached(sql)?.exists([id])? {
            // [?] The documentation says that it cannot be done, and not by which code.
            let message = format!("Your attempt to delete the record could not be completed because {why}");
            return Err(ApiError::bad("DELETE_FAILED", message));
        }
        Ok(())
    }
}
