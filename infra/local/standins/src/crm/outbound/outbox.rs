//! Notifications that wait to be sent, kept in the same transaction as the save that caused them.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::crm::error::ApiError;
use crate::crm::store::next_id;

/// Most notifications in one envelope.
const MOST: i64 = 100;

/// One notification.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Notification {
    pub(super) seq: i64,
    pub(super) id: String,
    pub(super) record_id: String,
    pub(super) attempts: u32,
    pub(super) created_at: i64,
}

/// What goes into one envelope.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Batch {
    /// `Object.Name` of the message.
    pub(super) message: String,
    pub(super) notifications: Vec<Notification>,
}

/// Adds a notification about a record.
pub(crate) fn add(conn: &Connection, message: &str, record_id: &str, now: i64) -> Result<(), ApiError> {
    let id = next_id(conn, "04l")?;
    conn.prepare_cached(
        r#"INSERT INTO "_outbox"(id, message, record_id, created_at, due_at) VALUES (?1, ?2, ?3, ?4, ?4)"#,
    )?
    .execute(params![id, message, record_id, now])?;
    Ok(())
}

/// Takes the next notifications that are due, all of one message, and marks them as being sent.
pub(super) fn claim(conn: &Connection, now: i64) -> Result<Option<Batch>, ApiError> {
    let message: Option<String> = conn
        .prepare_cached(
            r#"SELECT message FROM "_outbox" WHERE status = 'pending' AND due_at <= ?1 ORDER BY due_at, seq LIMIT 1"#,
        )?
        .query_row([now], |row| row.get(0))
        .optional()?;
    let Some(message) = message else { return Ok(None) };
    let notifications = rows(
        conn,
        r#"SELECT seq, id, record_id, attempts, created_at FROM "_outbox" WHERE status = 'pending' AND due_at <= ?1 AND message = ?2 ORDER BY due_at, seq LIMIT ?3"#,
        params![now, message, MOST],
    )?;
    let envelope = notifications.first().map(|first| first.seq);
    let mut mark = conn.prepare_cached(
        r#"UPDATE "_outbox" SET status = 'sending', attempts = attempts + 1, envelope = ?2 WHERE seq = ?1"#,
    )?;
    for notification in &notifications {
        mark.execute(params![notification.seq, envelope])?;
    }
    Ok(Some(Batch { message, notifications }))
}

/// When the next one is due; `None` where none waits.
pub(super) fn next_due(conn: &Connection) -> Result<Option<i64>, ApiError> {
    Ok(conn
        .prepare_cached(r#"SELECT MIN(due_at) FROM "_outbox" WHERE status = 'pending'"#)?
        .query_row([], |row| row.get(0))?)
}

/// The receiver has them.
pub(super) fn acknowledged(
    conn: &Connection,
    notifications: &[Notification],
    now: i64,
    ack_ms: f64,
) -> Result<(), ApiError> {
    let mut mark = conn.prepare_cached(
        r#"UPDATE "_outbox" SET status = 'acked', acked_at = ?2, ack_ms = ?3, last_error = NULL WHERE seq = ?1"#,
    )?;
    for notification in notifications {
        mark.execute(params![notification.seq, now, ack_ms])?;
    }
    Ok(())
}

/// The receiver does not have them: again at `due`, or never where that is `None`.
pub(super) fn refused(
    conn: &Connection,
    notification: &Notification,
    due: Option<i64>,
    error: &str,
) -> Result<(), ApiError> {
    let status = if due.is_some() { "pending" } else { "failed" };
    conn.prepare_cached(
        r#"UPDATE "_outbox" SET status = ?2, due_at = COALESCE(?3, due_at), last_error = ?4 WHERE seq = ?1"#,
    )?
    .execute(params![notification.seq, status, due, error])?;
    Ok(())
}

/// What was being sent when the process ended is sent again: better twice than never.
pub(super) fn recover(conn: &Connection) -> Result<(), ApiError> {
    conn.execute(r#"UPDATE "_outbox" SET status = 'pending' WHERE status = 'sending'"#, [])?;
    Ok(())
}

/// The envelopes that these notifications (by their own id or their record's) were in; unsent ones make one of their own.
pub(super) fn envelopes_of(conn: &Connection, ids: &[String]) -> Result<Vec<Batch>, ApiError> {
    let mut batches: Vec<(i64, Batch)> = Vec::new();
    for id in ids {
        let found = conn
            .prepare_cached(r#"SELECT message, COALESCE(envelope, seq) FROM "_outbox" WHERE id = ?1 OR record_id = ?1 ORDER BY seq LIMIT 1"#)?
            .query_row([id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
            .optional()?;
        let Some((message, envelope)) = found else {
            return Err(ApiError::new(404, "NOT_FOUND", format!("no notification for {id}")));
        };
        if batches.iter().any(|(known, _)| *known == envelope) {
            continue;
        }
        let notifications = rows(
            conn,
            r#"SELECT seq, id, record_id, attempts, created_at FROM "_outbox" WHERE COALESCE(envelope, seq) = ?1 AND message = ?2 ORDER BY seq LIMIT ?3"#,
            params![envelope, message, MOST],
        )?;
        batches.push((envelope, Batch { message, notifications }));
    }
    Ok(batches.into_iter().map(|(_, batch)| batch).collect())
}

fn rows(conn: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Notification>, ApiError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params, |row| {
        Ok(Notification {
            seq: row.get(0)?,
            id: row.get(1)?,
            record_id: row.get(2)?,
            attempts: row.get(3)?,
            created_at: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
