//! Pools, in the pools table: `pk` = `pool/<id>`, `sk` = `state`, `ticket/<subject>`, `held/<key>` or `job/<job>`. A
//! ticket, the state that it is counted in and the key that it holds are written in one transaction, so that a retry
//! finds the ticket and no count is lost.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Draw, Drawn, Held, PoolState, Pools, Ticket};
use revloops_loopkit::{Failure, Outcome};

use crate::failures::failure;
use crate::item::{Item, from_json, n, number, s, to_json};

/// A draw that meets others tries again so often; each time somebody else has got their ticket.
const ATTEMPTS: u64 = 40;

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

    async fn read(&self, pool: &str, sort: &str) -> Outcome<Option<Item>> {
        let read = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", s(format!("pool/{pool}")))
            .key("sk", s(sort))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure(format!("reading pool {pool}"), error))?;
        Ok(read.item)
    }

    /// The state with its version; that of a pool which nobody has drawn from is empty and has none.
    async fn versioned(&self, pool: &str) -> Outcome<(PoolState, Option<i64>)> {
        Ok(match self.read(pool, "state").await? {
            Some(item) => (from_json(&item, "state")?, number(&item, "version")),
            None => (PoolState::default(), None),
        })
    }

    /// The ticket that the subject has, or the one that it would draw with the state it would leave.
    async fn next(&self, draw: &Draw) -> Outcome<Next> {
        if let Some(item) = self.read(&draw.pool, &format!("ticket/{}", draw.subject)).await? {
            return Ok(Next::Before(from_json(&item, "ticket")?));
        }
        let (mut state, version) = self.versioned(&draw.pool).await?;
        if let Some(sticky) = &draw.sticky {
            state.held = self.holders(&draw.pool, std::slice::from_ref(&sticky.key)).await?;
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
        built(match version {
            Some(version) => {
                put.condition_expression("version = :version").expression_attribute_values(":version", n(version))
            }
            None => put.condition_expression("attribute_not_exists(pk)"),
        })
    }

    fn put_held(&self, pool: &str, state: &PoolState) -> Outcome<Vec<TransactWriteItem>> {
        let put = |(key, held): (&String, &Held)| {
            built(self.put(pool, &format!("held/{key}")).item("held", s(to_json(held)?)))
        };
        state.held.iter().map(put).collect()
    }

    /// Writes all or nothing: whether nobody else was faster.
    async fn write(&self, pool: &str, items: Vec<TransactWriteItem>) -> Outcome<bool> {
        match self.client.transact_write_items().set_transact_items(Some(items)).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_transaction_canceled_exception()) => Ok(false),
            Err(error) => Err(failure(format!("drawing from pool {pool}"), error)),
        }
    }
}

enum Next {
    Before(Ticket),
    New { ticket: Ticket, state: Box<PoolState>, version: Option<i64> },
    Nobody(Vec<(String, String)>),
}

fn built(put: PutBuilder) -> Outcome<TransactWriteItem> {
    let put = put.build().map_err(|error| Failure::new(ErrorClass::Bug, "building a transaction").caused_by(error))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// Others draw at the same time: lets them through, each for a different while.
async fn wait(subject: &str, attempt: u64) {
    let spread = subject.bytes().fold(attempt, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    tokio::time::sleep(Duration::from_millis(2 + spread % (5 * attempt))).await;
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
            let mut items = vec![built(ticket_put)?];
            items.extend(self.put_held(pool, &state)?);
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
        Ok(self.versioned(pool).await?.0)
    }

    async fn holders(&self, pool: &str, keys: &[String]) -> Outcome<BTreeMap<String, Held>> {
        let mut holders = BTreeMap::new();
        for key in keys {
            if let Some(item) = self.read(pool, &format!("held/{key}")).await? {
                holders.insert(key.clone(), from_json(&item, "held")?);
            }
        }
        Ok(holders)
    }

    async fn settle(&self, pool: &str, job: &str, drawn: &PoolState) -> Outcome<()> {
        for attempt in 1..=ATTEMPTS {
            if self.read(pool, &format!("job/{job}")).await?.is_some() {
                return Ok(());
            }
            let (mut state, version) = self.versioned(pool).await?;
            state.add(drawn);
            let job_put = self.put(pool, &format!("job/{job}")).condition_expression("attribute_not_exists(pk)");
            let mut items = vec![built(job_put)?];
            items.extend(self.put_held(pool, drawn)?);
            items.push(self.put_state(pool, state, version)?);
            if self.write(pool, items).await? {
                return Ok(());
            }
            wait(job, attempt).await;
        }
        Err(too_busy(pool))
    }
}
