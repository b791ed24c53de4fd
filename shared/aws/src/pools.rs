//! Pools, in the pools table: `pk` = `pool/<id>`, `sk` = `state`, `ticket/<subject>`, `held/<key>` or `job/<job>`. A
//! ticket, the state that it is counted in and the key that it holds are written in one transaction, so that a retry
//! finds the ticket and no count is lost.
//!
//! Who meets others starts again with what they left: of all that draw at once, one gets through each time. They wait for
//! longer and longer, each for a different while, until about as many try at once as get through.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{KeysAndAttributes, Put, TransactWriteItem};

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Draw, Drawn, Held, PoolState, Pools, Ticket};
use revloops_loopkit::{Failure, Outcome};

use crate::failures::failure;
use crate::item::{Item, from_json, n, number, s, text, to_json};

/// A draw that meets others tries again so often: about fifteen seconds in all.
const ATTEMPTS: u64 = 30;
/// The longest wait between two attempts.
const LONGEST_WAIT_MS: u64 = 1_280;
/// So many items are read at once.
const READ: usize = 100;

/// [`Pools`] on DynamoDB.
#[derive(Debug, Clone)]
pub struct TablePools {
    client: Client,
    table: String,
}

impl TablePools {
    /// On `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The items of a pool under `sorts`, by sort key; what is not there is left out.
    async fn read(&self, pool: &str, sorts: &[String]) -> Outcome<BTreeMap<String, Item>> {
        let mut found = BTreeMap::new();
        for chunk in sorts.chunks(READ) {
            let key = |sort: &String| Item::from([("pk".into(), s(format!("pool/{pool}"))), ("sk".into(), s(sort))]);
            let keys =
                KeysAndAttributes::builder().consistent_read(true).set_keys(Some(chunk.iter().map(key).collect()));
            let mut asked = HashMap::from([(self.table.clone(), built(keys.build())?)]);
            for attempt in 1..=ATTEMPTS {
                let read = self.client.batch_get_item().set_request_items(Some(asked)).send().await;
                let read = read.map_err(|error| failure(format!("reading pool {pool}"), error))?;
                for item in read.responses.into_iter().flatten().flat_map(|(_, items)| items) {
                    if let Some(sort) = text(&item, "sk").map(str::to_owned) {
                        found.insert(sort, item);
                    }
                }
                asked = read.unprocessed_keys.unwrap_or_default();
                if asked.is_empty() {
                    break;
                }
                wait(pool, attempt).await;
            }
            if !asked.is_empty() {
                return Err(Failure::new(
                    ErrorClass::Throttled,
                    format!("reading pool {pool}: not all keys were read"),
                ));
            }
        }
        Ok(found)
    }

    /// The ticket that the subject has, or the one that it would draw with the state it would leave.
    async fn next(&self, draw: &Draw) -> Outcome<Next> {
        let ticket = format!("ticket/{}", draw.subject);
        let key = draw.sticky.as_ref().map(|sticky| format!("held/{}", sticky.key));
        let sorts: Vec<String> = [ticket.clone(), "state".to_owned()].into_iter().chain(key.clone()).collect();
        let items = self.read(&draw.pool, &sorts).await?;
        if let Some(item) = items.get(&ticket) {
            return Ok(Next::Before(from_json(item, "ticket")?));
        }
        let (mut state, version) = versioned(&items)?;
        if let (Some(sticky), Some(item)) = (&draw.sticky, key.and_then(|key| items.get(&key))) {
            state.held.insert(sticky.key.clone(), from_json(item, "held")?);
        }
        Ok(match state.draw(draw) {
            Drawn::Ticket(ticket) => Next::New { ticket, state: Box::new(state), version },
            Drawn::Nobody(left_out) => Next::Nobody(left_out),
        })
    }

    fn put(&self, pool: &str, sort: &str) -> PutBuilder {
        Put::builder().table_name(&self.table).item("pk", s(format!("pool/{pool}"))).item("sk", s(sort))
    }

    fn put_state(&self, pool: &str, mut state: PoolState, version: Option<i64>) -> Outcome<TransactWriteItem> {
        state.held.clear();
        let put =
            self.put(pool, "state").item("state", s(to_json(&state)?)).item("version", n(version.unwrap_or(0) + 1));
        in_transaction(match version {
            Some(version) => {
                put.condition_expression("version = :version").expression_attribute_values(":version", n(version))
            }
            None => put.condition_expression("attribute_not_exists(pk)"),
        })
    }

    /// `expires_at` is when the table may forget it.
    fn put_held(&self, pool: &str, key: &str, held: &Held) -> Outcome<PutBuilder> {
        let put = self.put(pool, &format!("held/{key}")).item("held", s(to_json(held)?));
        Ok(put.item("expires_at", n(held.until.as_second())))
    }

    /// Writes all or nothing: whether nobody else was faster.
    async fn write(&self, pool: &str, items: Vec<TransactWriteItem>) -> Outcome<bool> {
        let Err(error) = self.client.transact_write_items().set_transact_items(Some(items)).send().await else {
            return Ok(true);
        };
        let met_others = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                let codes = canceled.cancellation_reasons().iter().filter_map(|reason| reason.code());
                codes.filter(|code| *code != "None").all(|code| MET_OTHERS.contains(&code))
            }
            _ => false,
        };
        if met_others { Ok(false) } else { Err(failure(format!("drawing from pool {pool}"), error)) }
    }

    /// Puts a holder, unless somebody holds the key for longer.
    async fn hold(&self, pool: &str, key: &str, held: &Held) -> Outcome<()> {
        let put = built(self.put_held(pool, key, held)?.build())?;
        let sent = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(put.item))
            .condition_expression("attribute_not_exists(pk) OR expires_at < :until")
            .expression_attribute_values(":until", n(held.until.as_second()))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => Ok(()),
            Err(error) => Err(failure(format!("settling pool {pool}"), error)),
        }
    }
}

/// Why a transaction was called off where somebody else wrote first.
const MET_OTHERS: [&str; 2] = ["ConditionalCheckFailed", "TransactionConflict"];

/// The state with its version; that of a pool which nobody has drawn from is empty and has none.
fn versioned(items: &BTreeMap<String, Item>) -> Outcome<(PoolState, Option<i64>)> {
    Ok(match items.get("state") {
        Some(item) => (from_json(item, "state")?, number(item, "version")),
        None => (PoolState::default(), None),
    })
}

enum Next {
    Before(Ticket),
    New { ticket: Ticket, state: Box<PoolState>, version: Option<i64> },
    Nobody(Vec<(String, String)>),
}

fn built<T>(request: Result<T, BuildError>) -> Outcome<T> {
    request.map_err(|error| Failure::new(ErrorClass::Bug, "building a request").caused_by(error))
}

fn in_transaction(put: PutBuilder) -> Outcome<TransactWriteItem> {
    Ok(TransactWriteItem::builder().put(built(put.build())?).build())
}

/// Others draw at the same time: lets them through, each for a different while.
async fn wait(subject: &str, attempt: u64) {
    let spread = subject
        .bytes()
        .fold(attempt, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(23));
    let longest = (10_u64 << attempt.min(7)).min(LONGEST_WAIT_MS);
    tokio::time::sleep(Duration::from_millis(1 + spread % longest)).await;
}

fn too_busy(pool: &str) -> Failure {
    Failure::new(ErrorClass::Transient, format!("pool {pool} is too busy to draw from"))
}

#[async_trait]
impl Pools for TablePools {
    async fn draw(&self, draw: &Draw) -> Outcome<Drawn> {
        let pool = &draw.pool;
        for attempt in 1..=ATTEMPTS {
            let (ticket, state, version) = match self.next(draw).await? {
                Next::Before(ticket) => return Ok(Drawn::Ticket(ticket)),
                Next::Nobody(left_out) => return Ok(Drawn::Nobody(left_out)),
                Next::New { ticket, state, version } => (ticket, state, version),
            };
            let ticket_put = self
                .put(pool, &format!("ticket/{}", draw.subject))
                .item("ticket", s(to_json(&ticket)?))
                .condition_expression("attribute_not_exists(pk)");
            let mut items = vec![in_transaction(ticket_put)?];
            for (key, held) in &state.held {
                items.push(in_transaction(self.put_held(pool, key, held)?)?);
            }
            items.push(self.put_state(pool, *state, version)?);
            if self.write(pool, items).await? {
                return Ok(Drawn::Ticket(ticket));
            }
            wait(&draw.subject, attempt).await;
        }
        Err(too_busy(pool))
    }

    async fn peek(&self, draw: &Draw) -> Outcome<Drawn> {
        Ok(match self.next(draw).await? {
            Next::Before(ticket) | Next::New { ticket, .. } => Drawn::Ticket(ticket),
            Next::Nobody(left_out) => Drawn::Nobody(left_out),
        })
    }

    async fn state(&self, pool: &str) -> Outcome<PoolState> {
        Ok(versioned(&self.read(pool, &["state".to_owned()]).await?)?.0)
    }

    async fn holders(&self, pool: &str, keys: &[String]) -> Outcome<BTreeMap<String, Held>> {
        let keys: BTreeSet<&String> = keys.iter().collect(); // a key that is asked for twice in one request is an error
        let sorts: Vec<String> = keys.iter().map(|key| format!("held/{key}")).collect();
        let items = self.read(pool, &sorts).await?;
        let mut holders = BTreeMap::new();
        for (key, sort) in keys.into_iter().zip(&sorts) {
            if let Some(item) = items.get(sort) {
                holders.insert(key.clone(), from_json(item, "held")?);
            }
        }
        Ok(holders)
    }

    async fn settle(&self, pool: &str, job: &str, drawn: &PoolState) -> Outcome<()> {
        let done = format!("job/{job}");
        let sorts = ["state".to_owned(), done.clone()];
        // Holders first: written again they are the same, and once the job is noted nobody would come back for them.
        if !self.read(pool, &sorts).await?.contains_key(&done) {
            for (key, held) in &drawn.held {
                self.hold(pool, key, held).await?;
            }
        }
        for attempt in 1..=ATTEMPTS {
            let items = self.read(pool, &sorts).await?;
            if items.contains_key(&done) {
                return Ok(());
            }
            let (mut state, version) = versioned(&items)?;
            state.add(drawn);
            let job_put = self.put(pool, &done).condition_expression("attribute_not_exists(pk)");
            if self.write(pool, vec![in_transaction(job_put)?, self.put_state(pool, state, version)?]).await? {
                return Ok(());
            }
            wait(job, attempt).await;
        }
        Err(too_busy(pool))
    }
}
