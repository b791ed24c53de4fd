//! Brings the file's tables to what the schema says; columns that a newer package adds are added, nothing is taken away.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::crm::schema::{Field, Kind, Object, Schema};

const OWN_TABLES: &str = r#"
CREATE TABLE IF NOT EXISTS "_sequence"(prefix TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_setting"(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_password"(user_id TEXT PRIMARY KEY, salt TEXT NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_token"(token TEXT PRIMARY KEY, kind TEXT NOT NULL, user_id TEXT NOT NULL, client_id TEXT NOT NULL, detail TEXT, issued_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_action"(name TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_journal"(seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, method TEXT NOT NULL, object TEXT NOT NULL, record_id TEXT NOT NULL, user_id TEXT NOT NULL, fields TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS "_journal_record" ON "_journal"(record_id);
CREATE TABLE IF NOT EXISTS "_outbox"(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, message TEXT NOT NULL, record_id TEXT NOT NULL, created_at INTEGER NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending', attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, envelope INTEGER,
  acked_at INTEGER, ack_ms REAL, last_error TEXT);
CREATE INDEX IF NOT EXISTS "_outbox_due" ON "_outbox"(status, due_at);
CREATE INDEX IF NOT EXISTS "_outbox_record" ON "_outbox"(record_id);
"#;

pub(super) fn migrate(conn: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    conn.execute_batch("BEGIN IMMEDIATE")?;
    conn.execute_batch(OWN_TABLES)?;
    for object in schema.objects() {
        table(conn, object)?;
    }
    conn.execute_batch("COMMIT")
}

fn table(conn: &Connection, object: &Object) -> rusqlite::Result<()> {
    let name = &object.name;
    conn.execute_batch(&format!(r#"CREATE TABLE IF NOT EXISTS "{name}"("Id" TEXT PRIMARY KEY)"#))?;
    let existing: BTreeSet<String> = conn
        .prepare(&format!(r#"PRAGMA table_info("{name}")"#))?
        .query_map([], |row| row.get("name"))?
        .collect::<rusqlite::Result<_>>()?;
    for field in object.fields.iter().filter(|field| !existing.contains(&field.name)) {
        conn.execute_batch(&format!(r#"ALTER TABLE "{name}" ADD COLUMN "{}" {}"#, field.name, column_type(field)))?;
    }
    for field in &object.fields {
        let column = &field.name;
        if field.unique {
            conn.execute_batch(&format!(r#"CREATE UNIQUE INDEX IF NOT EXISTS "{name}.{column}" ON "{name}"("{column}") WHERE "IsDeleted" = 0 AND "{column}" IS NOT NULL"#))?;
        }
        if field.kind == Kind::Reference || field.external_id || column == "CreatedDate" || column == "Email" {
            conn.execute_batch(&format!(
                r#"CREATE INDEX IF NOT EXISTS "{name}.{column}.lookup" ON "{name}"("{column}")"#
            ))?;
        }
    }
    Ok(())
}

fn column_type(field: &Field) -> &'static str {
    match field.kind {
        Kind::Boolean => "INTEGER NOT NULL DEFAULT 0",
        Kind::Int | Kind::DateTime => "INTEGER",
        Kind::Double | Kind::Currency | Kind::Percent => "REAL",
        Kind::Id | Kind::Reference | Kind::Date => "TEXT",
        // The vendor compares text without regard to case, except in a field that says otherwise.
        Kind::String | Kind::TextArea | Kind::Picklist | Kind::Email | Kind::Phone | Kind::Url
            if field.case_sensitive =>
        {
            "TEXT"
        }
        Kind::String | Kind::TextArea | Kind::Picklist | Kind::Email | Kind::Phone | Kind::Url => "TEXT COLLATE NOCASE",
    }
}
