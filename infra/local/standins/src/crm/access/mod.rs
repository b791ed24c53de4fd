//! What a user may do: with which kinds of records by their profile and permission sets, and with which records by sharing.
//!
//! | object | organisation-wide default |
//! |---|---|
//! | Lead, Account, Campaign | everybody reads; the owner and those above change |
//! | Opportunity | private: its owner, the owner of its account (who reads), and those above either |
//! | Contact | as its account; one without an account is private |
//! | Task, Event | its owner and those above; whoever sees what it is about reads it |
//! | OpportunityContactRole | as its opportunity |
//! | everything else | everybody reads; administrators change it |
//!
//! Above an owner is who stands higher in the role hierarchy, and not their `ManagerId`. What a queue owns is its members' and of those
//! above them. A profile's Modify All Data sees and changes everything, its View All Data, or a permission set's View All of an
//! object, sees everything.
//!
//! Not here: sharing rules, teams, manual sharing, territories' access, field-level security, and object permissions in
//! permission sets beyond View All.

mod sharing;

pub(crate) use sharing::cross_reference;

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _};
use serde_json::json;

use super::error::ApiError;
use super::schema::{Object, Schema};

/// The one that the organisation itself acts as.
pub(crate) static SYSTEM: Viewer = Viewer::system();

/// What may be done with a kind of record, before sharing is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    Create,
    Edit,
    Delete,
}

/// Whose eyes a request looks with.
#[derive(Debug)]
pub(crate) struct Viewer {
    user_id: String,
    view_all: bool,
    modify_all: bool,
    /// Objects of which they see every record, by a permission set.
    view_all_of: BTreeSet<String>,
    profile: Profile,
    /// A JSON list: the user, those below them, and the queues of any of these.
    owners: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Profile {
    Standard,
    Sales,
    ReadOnly,
}

impl Viewer {
    const fn system() -> Self {
        Self {
            user_id: String::new(),
            view_all: true,
            modify_all: true,
            view_all_of: BTreeSet::new(),
            profile: Profile::Standard,
            owners: String::new(),
        }
    }

    /// What is known of a user at this moment.
    pub(crate) fn load(conn: &Connection, schema: &Schema, user_id: &str) -> Result<Self, ApiError> {
        let found: Option<(String, bool, bool, Option<String>)> = conn
            .prepare_cached(
                r#"SELECT p."Name", p."PermissionsViewAllData", p."PermissionsModifyAllData", u."UserRoleId"
                   FROM "User" u JOIN "Profile" p ON p."Id" = u."ProfileId" WHERE u."Id" = ?1"#,
            )?
            .query_row([user_id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        let Some((profile, view_all, modify_all, role)) = found else { return Err(ApiError::not_found()) };
        let mut viewer = Self {
            user_id: user_id.to_owned(),
            view_all: view_all || modify_all,
            modify_all,
            view_all_of: BTreeSet::new(),
            profile: match profile.as_str() {
                "Read Only" => Profile::ReadOnly,
                "Sales User" => Profile::Sales,
                _ => Profile::Standard,
            },
            owners: String::new(),
        };
        if !viewer.modify_all {
            viewer.view_all_of = views_all_of(conn, schema, user_id)?;
            viewer.owners = owners(conn, user_id, role.as_deref())?;
        }
        Ok(viewer)
    }

    /// Whether profile and kind of record allow it at all.
    pub(crate) fn may(&self, right: Right, object: &Object) -> bool {
        if self.modify_all {
            return true;
        }
        match object.name.as_str() {
            "Lead" | "Contact" | "Task" | "Event" | "OpportunityContactRole" | "CampaignMember" => {
                self.profile != Profile::ReadOnly
            }
            "Account" | "Opportunity" => match self.profile {
                Profile::Standard => true,
                Profile::Sales => right != Right::Delete,
                Profile::ReadOnly => false,
            },
            _ => false,
        }
    }

    /// Whether they administer users: their own password is everybody's own affair.
    pub(crate) fn may_set_password_of(&self, user_id: &str) -> bool {
        self.modify_all || self.user_id == user_id
    }
}

/// The objects that a user's permission sets show them every record of.
fn views_all_of(conn: &Connection, schema: &Schema, user_id: &str) -> Result<BTreeSet<String>, ApiError> {
    let mut statement = conn.prepare_cached(
        r#"SELECT s."Name" FROM "PermissionSetAssignment" a JOIN "PermissionSet" s ON s."Id" = a."PermissionSetId"
           WHERE a."AssigneeId" = ?1 AND a."IsDeleted" = 0 AND s."IsDeleted" = 0"#,
    )?;
    let names = statement.query_map([user_id], |row| row.get(0))?.collect::<rusqlite::Result<BTreeSet<String>>>()?;
    let sets = schema.permission_sets.iter().filter(|set| names.contains(&set.name));
    Ok(sets.flat_map(|set| set.view_all.iter().cloned()).collect())
}

/// Whose records a user has the owner's rights over.
fn owners(conn: &Connection, user_id: &str, role: Option<&str>) -> Result<String, ApiError> {
    let mut owners = vec![user_id.to_owned()];
    if let Some(role) = role {
        let mut below = conn.prepare_cached(
            r#"WITH RECURSIVE below(role) AS (
                 SELECT "Id" FROM "UserRole" WHERE "ParentRoleId" = ?1 AND "IsDeleted" = 0
                 UNION SELECT r."Id" FROM "UserRole" r JOIN below ON r."ParentRoleId" = below.role WHERE r."IsDeleted" = 0)
               SELECT u."Id" FROM "User" u JOIN below ON u."UserRoleId" = below.role WHERE u."Id" <> ?2 ORDER BY u."Id""#,
        )?;
        owners.extend(below.query_map([role, user_id], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?);
    }
    let mut queues = conn.prepare_cached(
        r#"WITH RECURSIVE member(id) AS (
             SELECT value FROM json_each(?1)
             UNION SELECT m."GroupId" FROM "GroupMember" m JOIN member ON m."UserOrGroupId" = member.id WHERE m."IsDeleted" = 0)
           SELECT g."Id" FROM "Group" g JOIN member ON member.id = g."Id" WHERE g."Type" = 'Queue' AND g."IsDeleted" = 0 ORDER BY g."Id""#,
    )?;
    let people = json!(owners).to_string();
    owners.extend(queues.query_map([people], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?);
    Ok(json!(owners).to_string())
}
