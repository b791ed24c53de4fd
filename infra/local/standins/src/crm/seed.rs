//! What a new organisation has from its first day: itself, its profiles, an administrator, an integration user, and an active territory
//! model without territories.

use rusqlite::Connection;
use serde_json::{Map, Value as Json, json};

use super::access::SYSTEM;
use super::auth::passwords;
use super::error::ApiError;
use super::ids;
use super::schema::Schema;
use super::store::write::Scope;
use super::store::{put_setting, setting};

/// The administrator's username.
pub const ADMIN: &str = "admin@northfield.example";
/// The username that the functions run as.
pub const INTEGRATION: &str = "integration@northfield.example";

/// Creates what is missing, and gives the two users of the first day `password`, with which everybody else logs in too
/// until they have one of their own; all else of an organisation that is there is left as it is.
pub(super) fn ensure(conn: &Connection, schema: &Schema, now: i64, password: &str) -> Result<(), ApiError> {
    let user_id = ids::ADMINISTRATOR;
    let viewer = &SYSTEM;
    let scope = Scope { conn, schema, viewer, user_id, now, auto_assign: false, unmodified_since: None, system: true };
    let create = |name: &str, fields: Json| {
        let object = schema.object(name).ok_or_else(ApiError::not_found)?;
        scope.create(object, fields.as_object().unwrap_or(&Map::new()))
    };
    if !conn.prepare(r#"SELECT 1 FROM "Organization""#)?.exists([])? {
        people(&create)?;
    }
    // By a mark of its own: an organisation that is older than territories gets them once.
    if setting(conn, "territories")?.is_none() {
        create("Territory2Type", json!({ "MasterLabel": "Geography", "DeveloperName": "Geography", "Priority": 1 }))?;
        create("Territory2Model", json!({ "Name": "Sales", "DeveloperName": "Sales", "State": "Active" }))?;
        put_setting(conn, "territories", "on")?;
    }
    profiles(conn, &create)?;
    permission_sets(conn, schema, &create)?;
    renew_passwords(conn, password)
}

/// The profiles that people other than administrators have, and what those of administrators allow.
fn profiles(conn: &Connection, create: &impl Fn(&str, Json) -> Result<String, ApiError>) -> Result<(), ApiError> {
    for (name, description) in [
        (
            "Standard User",
            "Creates, changes and deletes their own accounts, contacts, leads, opportunities and activities",
        ),
        ("Sales User", "As Standard User, and deletes no account and no opportunity"),
        ("Read Only", "Looks, and changes nothing"),
    ] {
        if !conn.prepare(r#"SELECT 1 FROM "Profile" WHERE "Name" = ?1 AND "IsDeleted" = 0"#)?.exists([name])? {
            create("Profile", json!({ "Name": name, "Description": description }))?;
        }
    }
    // The file may be older than these fields.
    conn.execute(
        r#"UPDATE "Profile" SET "PermissionsViewAllData" = 1, "PermissionsModifyAllData" = 1 WHERE "Name" = 'System Administrator'"#,
        [],
    )?;
    Ok(())
}

/// The package's permission sets, which are here as soon as it is deployed.
fn permission_sets(
    conn: &Connection,
    schema: &Schema,
    create: &impl Fn(&str, Json) -> Result<String, ApiError>,
) -> Result<(), ApiError> {
    for set in &schema.permission_sets {
        if !conn
            .prepare(r#"SELECT 1 FROM "PermissionSet" WHERE "Name" = ?1 AND "IsDeleted" = 0"#)?
            .exists([&set.name])?
        {
            create("PermissionSet", json!({ "Name": set.name, "Label": set.label, "Description": set.description }))?;
        }
    }
    Ok(())
}

fn people(create: &impl Fn(&str, Json) -> Result<String, ApiError>) -> Result<(), ApiError> {
    create("Organization", json!({ "Id": ids::ORGANIZATION, "Name": "Northfield", "Country": "United States" }))?;
    let profile = create("Profile", json!({ "Name": "System Administrator" }))?;
    let common = json!({
        "Alias": "admin", "TimeZoneSidKey": "GMT", "LocaleSidKey": "en_US", "EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "en_US", "ProfileId": profile,
    });
    for (username, first, last, alias) in
        [(ADMIN, "Avery", "Admin", "admin"), (INTEGRATION, "RevLoops", "Integration", "revloops")]
    {
        let mut fields = common.clone();
        if let Some(fields) = fields.as_object_mut() {
            fields.extend(
                [
                    ("Username", username),
                    ("Email", username),
                    ("FirstName", first),
                    ("LastName", last),
                    ("Alias", alias),
                ]
                .map(|(name, value)| (name.to_owned(), value.into())),
            );
        }
        create("User", fields)?;
    }
    Ok(())
}

/// The file may be older than the settings: what is in the settings is what works.
fn renew_passwords(conn: &Connection, password: &str) -> Result<(), ApiError> {
    let mut statement = conn.prepare(r#"SELECT "Id" FROM "User" WHERE "Username" IN (?1, ?2)"#)?;
    let ids: Vec<String> =
        statement.query_map([ADMIN, INTEGRATION], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    passwords::set_for_new(conn, password)?;
    ids.iter().try_for_each(|id| passwords::set(conn, id, password))
}
