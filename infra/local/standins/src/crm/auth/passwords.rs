//! Users' passwords, kept as salted hashes.

use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use crate::crm::error::ApiError;

/// Gives a user a new password.
pub(crate) fn set(conn: &Connection, user_id: &str, password: &str) -> Result<(), ApiError> {
    let salt = super::tokens::random_text(16);
    let hash = hashed(&salt, password);
    conn.prepare_cached(r#"INSERT INTO "_password"(user_id, salt, hash) VALUES (?1, ?2, ?3) ON CONFLICT(user_id) DO UPDATE SET salt = excluded.salt, hash = excluded.hash"#)?
        .execute(params![user_id, salt, hash])?;
    Ok(())
}

/// Whose password is that of users who have none of their own: at the vendor's they set one by a mail, which nobody here gets.
const NEW_USERS: &str = "new users";

/// Sets the password of users who have none of their own; an empty one lets none of them in.
pub(crate) fn set_for_new(conn: &Connection, password: &str) -> Result<(), ApiError> {
    if password.is_empty() {
        conn.prepare_cached(r#"DELETE FROM "_password" WHERE user_id = ?1"#)?.execute([NEW_USERS])?;
        return Ok(());
    }
    set(conn, NEW_USERS, password)
}

/// The active user with this name and password.
///
/// Clients add the user's security token to the password; the stand-in's users have none, so that an empty one is what it takes.
pub(crate) fn user(conn: &Connection, username: &str, password: &str) -> Result<Option<String>, ApiError> {
    let found: Option<(String, String, String)> = conn
        .prepare_cached(
            r#"SELECT u."Id", p.salt, p.hash FROM "User" u JOIN "_password" p ON p.user_id = u."Id" OR p.user_id = ?2
               WHERE u."Username" = ?1 AND u."IsActive" = 1 AND u."IsDeleted" = 0 ORDER BY p.user_id = ?2 LIMIT 1"#,
        )?
        .query_row([username, NEW_USERS], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(found.filter(|(_, salt, hash)| hashed(salt, password) == *hash).map(|(id, ..)| id))
}

fn hashed(salt: &str, password: &str) -> String {
    let digest = Sha256::digest(format!("{salt}:{password}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
