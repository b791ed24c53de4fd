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

/// The active user with this name and password.
///
/// Clients add the user's security token to the password; the stand-in's users have none, so that an empty one is what it takes.
pub(crate) fn user(conn: &Connection, username: &str, password: &str) -> Result<Option<String>, ApiError> {
    let found: Option<(String, String, String)> = conn
        .prepare_cached(
            r#"SELECT u."Id", p.salt, p.hash FROM "User" u JOIN "_password" p ON p.user_id = u."Id" WHERE u."Username" = ?1 AND u."IsActive" = 1 AND u."IsDeleted" = 0"#,
        )?
        .query_row([username], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(found.filter(|(_, salt, hash)| hashed(salt, password) == *hash).map(|(id, ..)| id))
}

fn hashed(salt: &str, password: &str) -> String {
    let digest = Sha256::digest(format!("{salt}:{password}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
