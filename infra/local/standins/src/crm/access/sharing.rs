//! Sharing as SQL: which records of an object a viewer reads, and which they change.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};

use super::{Right, Viewer};
use crate::crm::error::ApiError;
use crate::crm::schema::Object;

/// Conditions in which `?` stands for the list of owners; it is bound once, under the name that `bind` gives it.
struct Conditions<'a> {
    viewer: &'a Viewer,
    owners: String,
}

impl Viewer {
    /// What holds for the records of `object`, called `alias`, that may be read; nothing where all may. `bind` adds a
    /// parameter and says its name.
    pub(crate) fn readable(&self, object: &Object, alias: &str, bind: &mut dyn FnMut(Sql) -> String) -> Option<String> {
        if self.sees_all(&object.name) || !is_shared(&object.name) {
            return None;
        }
        let conditions = Conditions { viewer: self, owners: bind(Sql::Text(self.owners.clone())) };
        Some(conditions.read(&object.name, alias))
    }

    /// Whether a record may be read.
    pub(crate) fn reads(&self, conn: &Connection, object: &Object, id: &str) -> Result<bool, ApiError> {
        let mut owners = Vec::new();
        let condition = self.readable(object, "t", &mut |value| {
            owners.push(value);
            "?2".to_owned()
        });
        condition.map_or(Ok(true), |condition| holds(conn, object, id, &condition, owners))
    }

    /// Refuses a change of a record that sharing, or the profile, does not allow.
    pub(crate) fn check_change(
        &self,
        conn: &Connection,
        right: Right,
        object: &Object,
        id: &str,
    ) -> Result<(), ApiError> {
        if self.modify_all {
            return Ok(());
        }
        if !self.reads(conn, object, id)? {
            return Err(cross_reference());
        }
        if !self.may(right, object) {
            return Err(read_only());
        }
        let conditions = Conditions { viewer: self, owners: "?2".to_owned() };
        let condition = conditions.change(&object.name, "t");
        let allowed = match condition {
            None => true,
            Some(condition) => holds(conn, object, id, &condition, vec![Sql::Text(self.owners.clone())])?,
        };
        if allowed { Ok(()) } else { Err(read_only()) }
    }

    fn sees_all(&self, object: &str) -> bool {
        self.view_all || self.view_all_of.contains(object)
    }
}

/// [?] The documentation gives the codes; the status is the one that it gives for missing permissions.
pub(crate) fn cross_reference() -> ApiError {
    ApiError::new(
        403,
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "insufficient access rights on cross-reference id",
    )
}

fn read_only() -> ApiError {
    ApiError::new(403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
}

fn is_shared(object: &str) -> bool {
    matches!(object, "Contact" | "Event" | "Opportunity" | "OpportunityContactRole" | "Task")
}

fn holds(conn: &Connection, object: &Object, id: &str, condition: &str, owners: Vec<Sql>) -> Result<bool, ApiError> {
    let sql = format!(r#"SELECT 1 FROM "{}" t WHERE t."Id" = ?1 AND {condition}"#, object.name);
    let values = [Sql::Text(id.to_owned())].into_iter().chain(owners);
    Ok(conn.prepare_cached(&sql)?.exists(params_from_iter(values))?)
}

impl Conditions<'_> {
    /// Owned by the viewer, someone below, or a queue of theirs.
    fn owned(&self, alias: &str) -> String {
        format!(r#"{alias}."OwnerId" IN (SELECT value FROM json_each({}))"#, self.owners)
    }

    fn read(&self, object: &str, alias: &str) -> String {
        if self.viewer.sees_all(object) {
            return "TRUE".to_owned();
        }
        let owned = || self.owned(alias);
        match object {
            "Opportunity" => format!("({} OR {})", owned(), self.of_owned_account(alias)),
            // Everybody reads accounts, and so the contacts of every account.
            "Contact" => format!(r#"({alias}."AccountId" IS NOT NULL OR {})"#, owned()),
            "OpportunityContactRole" => self.parent(alias, "OpportunityId", "Opportunity"),
            "Task" | "Event" => format!(
                r#"({} OR substr({alias}."WhoId", 1, 3) = '00Q' OR substr({alias}."WhatId", 1, 3) = '001' OR {} OR {})"#,
                owned(),
                self.parent(alias, "WhoId", "Contact"),
                self.parent(alias, "WhatId", "Opportunity"),
            ),
            _ => "TRUE".to_owned(),
        }
    }

    /// What holds for a record that may be changed; nothing where nobody in particular owns it.
    fn change(&self, object: &str, alias: &str) -> Option<String> {
        match object {
            "Account" | "Campaign" | "Event" | "Lead" | "Opportunity" | "Task" => Some(self.owned(alias)),
            "Contact" => Some(format!(
                r#"(({alias}."AccountId" IS NULL AND {}) OR {})"#,
                self.owned(alias),
                self.of_owned_account(alias)
            )),
            "OpportunityContactRole" => Some(format!(
                r#"EXISTS (SELECT 1 FROM "Opportunity" o WHERE o."Id" = {alias}."OpportunityId" AND {})"#,
                self.owned("o")
            )),
            _ => None,
        }
    }

    fn of_owned_account(&self, alias: &str) -> String {
        let owned = self.owned("a");
        format!(r#"EXISTS (SELECT 1 FROM "Account" a WHERE a."Id" = {alias}."AccountId" AND {owned})"#)
    }

    fn parent(&self, alias: &str, field: &str, parent: &str) -> String {
        let inner = format!("{alias}p");
        let condition = self.read(parent, &inner);
        format!(r#"EXISTS (SELECT 1 FROM "{parent}" {inner} WHERE {inner}."Id" = {alias}."{field}" AND {condition})"#)
    }
}
