//! Where the records live: SQLite, one table an object, one writer, several readers.

mod campaigns;
mod check;
mod derive;
mod tables;
pub(crate) mod territories;
mod trail;
pub(crate) mod values;
pub(crate) mod write;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::error::ApiError;
use super::ids;
use super::schema::Schema;

const READERS: usize = 2;
const CACHED_STATEMENTS: usize = 256;

/// The store's connections. SQL runs on the blocking pool, never on the threads that serve requests.
#[derive(Clone)]
pub(crate) struct Db {
    writer: Arc<Mutex<Connection>>,
    readers: Arc<Vec<Mutex<Connection>>>,
    next: Arc<AtomicUsize>,
}

impl Db {
    /// Opens or creates the file and brings its tables to the schema.
    pub(crate) fn open(path: &Path, schema: &Schema) -> anyhow::Result<Self> {
        let writer = connection(path).with_context(|| format!("opening {}", path.display()))?;
        tables::migrate(&writer, schema).context("creating the tables")?;
        let readers = (0..READERS).map(|_| connection(path).map(Mutex::new)).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Self { writer: Arc::new(Mutex::new(writer)), readers: Arc::new(readers), next: Arc::default() })
    }

    /// Runs `work` in one transaction, which is kept unless `work` fails.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let writer = Arc::clone(&self.writer);
        blocking(move || {
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        })
        .await
    }

    /// Runs `work` on a connection that sees the last committed state.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let readers = Arc::clone(&self.readers);
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        blocking(move || {
            let Some(reader) = readers.get(turn % READERS) else {
                return Err(ApiError::new(500, "UNKNOWN_EXCEPTION", "no reader"));
            };
            let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
            // One snapshot for all that one request reads.
            let transaction = reader.transaction()?;
            work(&transaction)
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request's work ended early");
        Err(ApiError::new(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred"))
    })
}

fn connection(path: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Commits survive the end of the process; only a power cut may lose the last ones, which a stand-in can bear.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "cache_size", -32_000)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    Ok(connection)
}

/// The next id of an object's prefix.
pub(crate) fn next_id(conn: &Connection, prefix: &str) -> Result<String, ApiError> {
    let number: i64 = conn
        .prepare_cached(r#"INSERT INTO "_sequence"(prefix, last) VALUES (?1, 1) ON CONFLICT(prefix) DO UPDATE SET last = last + 1 RETURNING last"#)?
        .query_row([prefix], |row| row.get(0))?;
    Ok(ids::numbered(prefix, u64::try_from(number).unwrap_or_default()))
}

/// A setting of the organisation, such as whether its lead assignment rule is active.
pub(crate) fn setting(conn: &Connection, name: &str) -> Result<Option<String>, ApiError> {
    Ok(conn
        .prepare_cached(r#"SELECT value FROM "_setting" WHERE name = ?1"#)?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

/// Changes a setting of the organisation.
pub(crate) fn put_setting(conn: &Connection, name: &str, value: &str) -> Result<(), ApiError> {
    conn.prepare_cached(
        r#"INSERT INTO "_setting"(name, value) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value"#,
    )?
    .execute(params![name, value])?;
    Ok(())
}
