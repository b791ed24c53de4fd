//! Access tokens, refresh tokens and authorization codes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngExt as _;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::crm::error::ApiError;
use crate::crm::ids;

/// How long an access token lives: two hours, as in an organisation that changed nothing.
const ACCESS_MS: i64 = 2 * 3600 * 1000;
const CODE_MS: i64 = 15 * 60 * 1000;

/// What a refresh token or code stands for.
pub(crate) struct Grant {
    pub(crate) user_id: String,
    pub(crate) client_id: String,
    /// A code's redirect URI and challenge, as JSON; an access token's refresh token.
    pub(crate) detail: Option<String>,
}

/// A new access token.
pub(crate) fn access(conn: &Connection, user_id: &str, client_id: &str, now: i64) -> Result<String, ApiError> {
    access_by(conn, user_id, client_id, None, now)
}

/// A new access token, which ends with the refresh token that it belongs to.
pub(crate) fn access_by(
    conn: &Connection,
    user_id: &str,
    client_id: &str,
    refresh: Option<&str>,
    now: i64,
) -> Result<String, ApiError> {
    conn.prepare_cached(r#"DELETE FROM "_token" WHERE kind = 'access' AND issued_at < ?1"#)?
        .execute([now - ACCESS_MS])?;
    let token = format!("{}!{}", ids::ORGANIZATION.get(..15).unwrap_or_default(), random_text(64));
    keep(conn, &token, "access", user_id, client_id, refresh, now)?;
    Ok(token)
}

/// The user behind an access token that is still good.
pub(crate) fn session(conn: &Connection, token: &str, now: i64) -> Result<Option<String>, ApiError> {
    Ok(conn
        .prepare_cached(
            r#"SELECT t.user_id FROM "_token" t JOIN "User" u ON u."Id" = t.user_id WHERE t.token = ?1 AND t.kind = 'access' AND t.issued_at >= ?2 AND u."IsActive" = 1"#,
        )?
        .query_row(params![token, now - ACCESS_MS], |row| row.get(0))
        .optional()?)
}

/// A new refresh token.
pub(crate) fn refresh(conn: &Connection, user_id: &str, client_id: &str, now: i64) -> Result<String, ApiError> {
    let token = format!("5Aep861{}", random_text(48));
    keep(conn, &token, "refresh", user_id, client_id, None, now)?;
    Ok(token)
}

/// A new authorization code.
pub(crate) fn code(
    conn: &Connection,
    user_id: &str,
    client_id: &str,
    detail: &str,
    now: i64,
) -> Result<String, ApiError> {
    let code = format!("aPrx{}", random_text(48));
    keep(conn, &code, "code", user_id, client_id, Some(detail), now)?;
    Ok(code)
}

/// What a refresh token of an active user stands for.
pub(crate) fn refreshed(conn: &Connection, token: &str) -> Result<Option<Grant>, ApiError> {
    grant(conn, token, "refresh", 0)
}

/// What a code stands for; it is good for one use.
pub(crate) fn redeemed(conn: &Connection, code: &str, now: i64) -> Result<Option<Grant>, ApiError> {
    let found = grant(conn, code, "code", now - CODE_MS)?;
    revoke(conn, code)?;
    Ok(found)
}

/// Puts another refresh token in the place of one, for an app whose refresh tokens rotate.
pub(crate) fn rotated(conn: &Connection, old: &str) -> Result<String, ApiError> {
    let new = format!("5Aep861{}", random_text(48));
    conn.prepare_cached(r#"UPDATE "_token" SET token = ?2 WHERE token = ?1 AND kind = 'refresh'"#)?
        .execute([old, &new])?;
    conn.prepare_cached(r#"UPDATE "_token" SET detail = ?2 WHERE detail = ?1 AND kind = 'access'"#)?
        .execute([old, &new])?;
    Ok(new)
}

/// Ends a token, and with a refresh token the access tokens that it gave; whether there was one.
pub(crate) fn revoke(conn: &Connection, token: &str) -> Result<bool, ApiError> {
    conn.prepare_cached(r#"DELETE FROM "_token" WHERE detail = ?1 AND kind = 'access'"#)?.execute([token])?;
    Ok(conn.prepare_cached(r#"DELETE FROM "_token" WHERE token = ?1"#)?.execute([token])? > 0)
}

/// Text that nobody guesses.
pub(crate) fn random_text(bytes: usize) -> String {
    let mut rng = rand::rng();
    let bytes: Vec<u8> = (0..bytes).map(|_| rng.random()).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

fn grant(conn: &Connection, token: &str, kind: &str, issued_since: i64) -> Result<Option<Grant>, ApiError> {
    Ok(conn
        .prepare_cached(
            r#"SELECT t.user_id, t.client_id, t.detail FROM "_token" t JOIN "User" u ON u."Id" = t.user_id
               WHERE t.token = ?1 AND t.kind = ?2 AND t.issued_at >= ?3 AND u."IsActive" = 1"#,
        )?
        .query_row(params![token, kind, issued_since], |row| {
            Ok(Grant { user_id: row.get(0)?, client_id: row.get(1)?, detail: row.get(2)? })
        })
        .optional()?)
}

fn keep(
    conn: &Connection,
    token: &str,
    kind: &str,
    user_id: &str,
    client_id: &str,
    detail: Option<&str>,
    now: i64,
) -> Result<(), ApiError> {
    conn.prepare_cached(
        r#"INSERT INTO "_token"(token, kind, user_id, client_id, detail, issued_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"#,
    )?
    .execute(params![token, kind, user_id, client_id, detail, now])?;
    Ok(())
}
