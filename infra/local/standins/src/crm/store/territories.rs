//! What must hold of territories on a save: a tree within one model, and each user and each record once in a territory.
//!
//! Rules and limits are those of the vendor's documentation for an Enterprise organisation. `[?]` marks a code or a rule
//! that only a real organisation can settle, and so are the ids' prefixes but `0MI`: no client may count on them.

mod gone;
mod models;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::setting;
use super::values::as_text;
use super::write::{Record, Scope};
use crate::crm::error::ApiError;
use crate::crm::schema::Object;

pub(super) use models::{dated, named};

/// Models of an Enterprise organisation; those in every state count.
pub(crate) const MOST_MODELS: i64 = 2;
/// Territories of a model, unless the vendor's support has raised it.
pub(crate) const MOST_TERRITORIES: i64 = 1_000;

/// A record that is about to be saved.
#[derive(Clone, Copy)]
struct Saved<'a> {
    object: &'a Object,
    /// `None` when it is being created.
    id: Option<&'a str>,
    before: Option<&'a Record>,
    after: &'a Record,
}

impl<'a> Saved<'a> {
    fn text(&self, field: &str) -> Option<&'a str> {
        self.after.get(field).and_then(as_text)
    }

    /// The text of a field that is set or changed by this save.
    fn new_text(&self, field: &str) -> Option<&'a str> {
        let was = self.before.and_then(|before| before.get(field)).and_then(as_text);
        self.text(field).filter(|text| Some(*text) != was)
    }
}

impl Scope<'_> {
    /// What a model, a territory, an association or an opportunity must satisfy beyond its fields.
    pub(super) fn check_territories(
        &self,
        object: &Object,
        id: Option<&str>,
        before: Option<&Record>,
        after: &Record,
    ) -> Result<(), ApiError> {
        let saved = Saved { object, id, before, after };
        match object.name.as_str() {
            "Territory2Model" => self.check_model(saved),
            "Territory2Type" => self.check_developer_name(saved, None),
            "Territory2" => self.check_territory(saved),
            "UserTerritory2Association" => self.check_user_in_territory(saved),
            "ObjectTerritory2Association" => self.check_object_in_territory(saved),
            "Opportunity" => self.check_opportunity_territory(saved),
            _ => Ok(()),
        }
    }

    fn check_territory(&self, saved: Saved<'_>) -> Result<(), ApiError> {
        let model = saved.text("Territory2ModelId").unwrap_or_default();
        let state = self.text_of(r#"SELECT "State" FROM "Territory2Model" WHERE "Id" = ?1"#, model)?;
        writable(state.as_deref())?;
        self.check_developer_name(saved, Some(model))?;
        if saved.before.is_none() {
            let most = limit(self.conn, "most_territories", MOST_TERRITORIES)?;
            let there: i64 = self
                .conn
                .prepare_cached(r#"SELECT COUNT(*) FROM "Territory2" WHERE "Territory2ModelId" = ?1"#)?
                .query_row([model], |row| row.get(0))?;
            at_most(there, most, "territories in this territory model")?;
        }
        if let Some(parent) = saved.new_text("ParentTerritory2Id") {
            self.check_parent(saved, model, parent)?;
        }
        if let Some(user) = saved.new_text("ForecastUserId") {
            let assigned = self.is_user_in_territory(saved.id.unwrap_or_default(), user)?;
            if assigned.is_none() {
                let message = "The forecast manager has to be one of the users assigned to the territory";
                return Err(ApiError::bad("FIELD_INTEGRITY_EXCEPTION", message).about(["ForecastUserId"]));
            }
        }
        Ok(())
    }

    fn check_parent(&self, saved: Saved<'_>, model: &str, parent: &str) -> Result<(), ApiError> {
        let theirs = self.text_of(r#"SELECT "Territory2ModelId" FROM "Territory2" WHERE "Id" = ?1"#, parent)?;
        if theirs.as_deref() != Some(model) {
            let message = "The parent territory belongs to another territory model";
            return Err(ApiError::bad("FIELD_INTEGRITY_EXCEPTION", message).about(["ParentTerritory2Id"]));
        }
        let Some(id) = saved.id else { return Ok(()) };
        let mut above = self.conn.prepare_cached(
            r#"WITH RECURSIVE above(id) AS (VALUES (?1) UNION SELECT t."ParentTerritory2Id" FROM "Territory2" t JOIN above ON t."Id" = above.id)
               SELECT 1 FROM above WHERE id = ?2"#,
        )?;
        if above.exists([parent, id])? {
            // [?] As an account's parents are refused.
            let message = "attempt to violate hierarchy constraints";
            return Err(ApiError::bad("CIRCULAR_DEPENDENCY", message).about(["ParentTerritory2Id"]));
        }
        Ok(())
    }

    fn check_user_in_territory(&self, saved: Saved<'_>) -> Result<(), ApiError> {
        let (territory, user) =
            (saved.text("Territory2Id").unwrap_or_default(), saved.text("UserId").unwrap_or_default());
        self.check_model_of(territory)?;
        let active: Option<i64> = self
            .conn
            .prepare_cached(r#"SELECT "IsActive" FROM "User" WHERE "Id" = ?1"#)?
            .query_row([user], |row| row.get(0))
            .optional()?;
        // Deactivating takes a user out of the territories, so none that is inactive can be put in. [?] the code.
        if active != Some(1) {
            let message = format!("operation performed with inactive user [{user}]");
            return Err(ApiError::bad("INACTIVE_OWNER_OR_USER", message).about(["UserId"]));
        }
        match self.is_user_in_territory(territory, user)? {
            Some(other) => Err(duplicate("Territory2Id, UserId", &other)),
            None => Ok(()),
        }
    }

    fn check_object_in_territory(&self, saved: Saved<'_>) -> Result<(), ApiError> {
        let (territory, record) =
            (saved.text("Territory2Id").unwrap_or_default(), saved.text("ObjectId").unwrap_or_default());
        if !self.system && saved.text("AssociationCause") == Some("Territory2AssignmentRule") {
            return Err(made_by_rule());
        }
        self.check_model_of(territory)?;
        // By the record, which is in few territories, and not by the territory (`+`), which has thousands of records.
        let other: Option<String> = self
            .conn
            .prepare_cached(
                r#"SELECT "Id" FROM "ObjectTerritory2Association" WHERE "ObjectId" = ?1 AND +"Territory2Id" = ?2 AND "IsDeleted" = 0"#,
            )?
            .query_row([record, territory], |row| row.get(0))
            .optional()?;
        other.map_or(Ok(()), |other| Err(duplicate("Territory2Id, ObjectId", &other)))
    }

    fn check_opportunity_territory(&self, saved: Saved<'_>) -> Result<(), ApiError> {
        let Some(territory) = saved.new_text("Territory2Id") else { return Ok(()) };
        if self.state_of_model_of(territory)?.as_deref() == Some("Active") {
            return Ok(());
        }
        let message = "An opportunity can be assigned to a territory of the active territory model only";
        Err(ApiError::bad("FIELD_INTEGRITY_EXCEPTION", message).about(["Territory2Id"]))
    }

    /// Whether what is in a territory may be changed, by the state of the territory's model.
    fn check_model_of(&self, territory: &str) -> Result<(), ApiError> {
        writable(self.state_of_model_of(territory)?.as_deref())
    }

    fn state_of_model_of(&self, territory: &str) -> Result<Option<String>, ApiError> {
        self.text_of(
            r#"SELECT m."State" FROM "Territory2" t JOIN "Territory2Model" m ON m."Id" = t."Territory2ModelId" WHERE t."Id" = ?1"#,
            territory,
        )
    }

    /// The association's id.
    fn is_user_in_territory(&self, territory: &str, user: &str) -> Result<Option<String>, ApiError> {
        Ok(self
            .conn
            .prepare_cached(
                r#"SELECT "Id" FROM "UserTerritory2Association" WHERE "Territory2Id" = ?1 AND "UserId" = ?2"#,
            )?
            .query_row([territory, user], |row| row.get(0))
            .optional()?)
    }

    /// Of the form that the vendor asks for, and nobody else's within the model, or within the organisation.
    fn check_developer_name(&self, saved: Saved<'_>, model: Option<&str>) -> Result<(), ApiError> {
        let Some(name) = saved.new_text("DeveloperName") else { return Ok(()) };
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let formed = plain && name.starts_with(|first: char| first.is_ascii_alphabetic());
        if !formed || name.ends_with('_') || name.contains("__") {
            let message = "The Developer Name can only contain underscores and alphanumeric characters. It must be unique, begin with a letter, not include spaces, not end with an underscore, and not contain two consecutive underscores.";
            return Err(ApiError::bad("FIELD_INTEGRITY_EXCEPTION", message).about(["DeveloperName"]));
        }
        let within = if model.is_some() { r#""Territory2ModelId" = ?3"# } else { "?3 IS NULL" };
        let sql = format!(
            r#"SELECT 1 FROM "{}" WHERE "DeveloperName" = ?1 AND "IsDeleted" = 0 AND "Id" IS NOT ?2 AND {within}"#,
            saved.object.name
        );
        if self.conn.prepare_cached(&sql)?.exists(params![name, saved.id, model])? {
            let message = format!("The name \"{name}\" is already in use");
            return Err(ApiError::bad("DUPLICATE_DEVELOPER_NAME", message).about(["DeveloperName"]));
        }
        Ok(())
    }

    /// One text of one record.
    fn text_of(&self, sql: &str, id: &str) -> Result<Option<String>, ApiError> {
        let text: Option<Option<String>> =
            self.conn.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
        Ok(text.flatten())
    }
}

/// A limit of the organisation, as a test may have set it.
pub(crate) fn limit(conn: &Connection, name: &str, otherwise: i64) -> Result<i64, ApiError> {
    Ok(setting(conn, name)?.and_then(|text| text.parse().ok()).unwrap_or(otherwise))
}

fn at_most(there: i64, most: i64, what: &str) -> Result<(), ApiError> {
    if there < most {
        return Ok(());
    }
    // [?] The documentation gives the numbers and not the code.
    Err(ApiError::bad("LIMIT_EXCEEDED", format!("You have reached the limit of {most} {what}")))
}

/// Only a model that is planned or active can be changed. [?] while one state turns into another.
fn writable(state: Option<&str>) -> Result<(), ApiError> {
    match state {
        Some("Planning" | "Active") => Ok(()),
        Some(state) => {
            Err(ApiError::bad("INVALID_OPERATION", format!("The territory model cannot be changed in state {state}")))
        }
        None => Err(ApiError::bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")),
    }
}

fn made_by_rule() -> ApiError {
    let message = "An Object Territory Association Cannot Be Created Or Deleted With Territory Assignment Rule Association Cause.";
    ApiError::bad("INVALID_OPERATION", message)
}

fn duplicate(fields: &str, other: &str) -> ApiError {
    let message = format!("duplicate value found: {fields} duplicates value on record with id: {other}");
    ApiError::bad("DUPLICATE_VALUE", message)
}

/// The type of record that an association is of.
pub(super) fn typed(after: &mut Record) {
    let of = match after.get("ObjectId").and_then(as_text) {
        Some(id) if id.starts_with("00Q") => "Lead",
        Some(_) | None => "Account",
    };
    after.insert("SobjectType".into(), Sql::Text(of.to_owned()));
}
