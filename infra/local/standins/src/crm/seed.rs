//! What a new organisation has from its first day: itself, its profiles, an administrator and an integration user.

use rusqlite::Connection;
use serde_json::{Map, Value as Json, json};

use super::auth::passwords;
use super::error::ApiError;
use super::ids;
use super::schema::Schema;
use super::store::write::Scope;

/// The administrator's username.
pub const ADMIN: &str = "admin@northfield.example";
/// The username that the functions run as.
pub const INTEGRATION: &str = "integration@northfield.example";

/// Creates what is missing, and gives the two users of the first day `password`; all else of an organisation that is there is left as it is.
pub(super) fn ensure(conn: &Connection, schema: &Schema, now: i64, password: &str) -> Result<(), ApiError> {
    let there = conn.prepare(r#"SELECT 1 FROM "Organization""#)?.exists([])?;
    if there {
        return renew_passwords(conn, password);
    }
    let admin = ids::numbered("005", 1);
    let scope = Scope { conn, schema, user_id: &admin, now, auto_assign: false, unmodified_since: None, system: true };
    let create = |name: &str, fields: Json| {
        let object = schema.object(name).ok_or_else(ApiError::not_found)?;
        scope.create(object, fields.as_object().unwrap_or(&Map::new()))
    };
    create("Organization", json!({ "Id": ids::ORGANIZATION, "Name": "Northfield", "Country": "United States" }))?;
    let profile = create("Profile", json!({ "Name": "System Administrator" }))?;
    create("Profile", json!({ "Name": "Standard User" }))?;
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
    renew_passwords(conn, password)
}

/// The file may be older than the settings: what is in the settings is what works.
fn renew_passwords(conn: &Connection, password: &str) -> Result<(), ApiError> {
    let mut statement = conn.prepare(r#"SELECT "Id" FROM "User" WHERE "Username" IN (?1, ?2)"#)?;
    let ids: Vec<String> =
        statement.query_map([ADMIN, INTEGRATION], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    ids.iter().try_for_each(|id| passwords::set(conn, id, password))
}
