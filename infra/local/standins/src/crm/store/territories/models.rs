//! A territory model's states, and the names and days that follow from them.
//!
//! ```text
//! Planning ──▶ Activating ──▶ Active ──▶ Archiving ──▶ Archived
//!                  ▼ ▲                       ▼ ▲
//!            ActivationFailed          ArchivingFailed
//! ```

use rusqlite::params;
use rusqlite::types::Value as Sql;

use super::{MOST_MODELS, Saved, at_most, limit};
use crate::crm::error::ApiError;
use crate::crm::store::setting;
use crate::crm::store::values::as_text;
use crate::crm::store::write::{Record, Scope};

/// What a person does on the vendor's page, and what the API may do where an organisation lets it.
const STEPS: [(&str, &str); 2] = [("Planning", "Active"), ("Active", "Archived")];
/// What the organisation's own jobs do on the way.
const JOBS: [(&str, &str); 8] = [
    ("Planning", "Activating"),
    ("Activating", "Active"),
    ("Activating", "ActivationFailed"),
    ("ActivationFailed", "Activating"),
    ("Active", "Archiving"),
    ("Archiving", "Archived"),
    ("Archiving", "ArchivingFailed"),
    ("ArchivingFailed", "Archiving"),
];

impl Scope<'_> {
    pub(super) fn check_model(&self, saved: Saved<'_>) -> Result<(), ApiError> {
        self.check_developer_name(saved, None)?;
        let Some(before) = saved.before else {
            let there: i64 = self
                .conn
                .prepare_cached(r#"SELECT COUNT(*) FROM "Territory2Model" WHERE "IsDeleted" = 0"#)?
                .query_row([], |row| row.get(0))?;
            return at_most(there, limit(self.conn, "most_territory_models", MOST_MODELS)?, "territory models");
        };
        let Some(state) = saved.new_text("State") else { return Ok(()) };
        self.check_state(saved.id.unwrap_or_default(), before.get("State").and_then(as_text).unwrap_or_default(), state)
    }

    fn check_state(&self, id: &str, from: &str, to: &str) -> Result<(), ApiError> {
        let refused = |message: String| Err(ApiError::bad("FIELD_INTEGRITY_EXCEPTION", message).about(["State"]));
        // [?] The field can be updated, says its description; whether an update activates a model it does not say.
        if !self.system && setting(self.conn, "territory_state_by_api")?.as_deref() != Some("true") {
            return refused("A territory model is activated and archived in Setup".to_owned());
        }
        let by_setup = self.system && JOBS.contains(&(from, to));
        if !STEPS.contains(&(from, to)) && !by_setup {
            return refused(format!("A territory model cannot go from {from} to {to}"));
        }
        if from == "Planning" || from == "ActivationFailed" {
            let mut others = self.conn.prepare_cached(
                r#"SELECT 1 FROM "Territory2Model" WHERE "Id" <> ?1 AND "IsDeleted" = 0 AND "State" IN ('Activating', 'Active', 'Archiving', 'ArchivingFailed')"#,
            )?;
            if others.exists(params![id])? {
                return refused("Only one territory model can be active at a time: archive the other one first".into());
            }
        }
        Ok(())
    }
}

/// When a model became active, and when it was archived.
pub(crate) fn dated(before: Option<&Record>, after: &mut Record, now: i64) {
    let was = before.and_then(|before| before.get("State")).and_then(as_text);
    let field = match after.get("State").and_then(as_text) {
        state if state == was => return,
        Some("Active") => "ActivatedDate",
        Some("Archived") => "DeactivatedDate",
        Some(_) | None => return,
    };
    after.insert(field.into(), Sql::Integer(now));
}

/// A developer name of the vendor's form where the client gave none: `West, North` becomes `West_North`.
pub(crate) fn named(after: &mut Record, label: &str) {
    if after.get("DeveloperName").and_then(as_text).is_some() {
        return;
    }
    let label = after.get(label).and_then(as_text).unwrap_or_default();
    let words: Vec<&str> =
        label.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut name = words.join("_");
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name.insert(0, 'X');
    }
    after.insert("DeveloperName".into(), Sql::Text(name));
}
