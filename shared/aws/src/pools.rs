//! Round-robin pools, in the pools table: `pk` = `pool/<id>`, `sk` = `state` or `ticket/<subject>`. A ticket and the
//! counter it counts in are written in one transaction, so that a retry finds the ticket and no count is lost.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{PoolMember, PoolState, Pools, Ticket, pick};
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

    /// The ticket that `subject` has, or the one that it would draw with the state it would leave.
    async fn next(&self, pool: &str, subject: &str, eligible: &[PoolMember]) -> Outcome<Next> {
        if let Some(item) = self.read(pool, &format!("ticket/{subject}")).await? {
            return Ok(Next::Drawn(from_json(&item, "ticket")?));
        }
        let (mut state, version) = match self.read(pool, "state").await? {
            Some(item) => (from_json::<PoolState>(&item, "state")?, number(&item, "version")),
            None => (PoolState::default(), None),
        };
        let Some(member) = pick(&state, eligible) else {
            return Err(Failure::new(ErrorClass::Bug, format!("drawing from pool {pool} with nobody eligible")));
        };
        state.drawn += 1;
        *state.counts.entry(member.login.clone()).or_default() += 1;
        let ticket = Ticket { pool: pool.to_owned(), login: member.login.clone(), number: state.drawn };
        Ok(Next::New { ticket, state, version })
    }

    fn put(&self, pool: &str, sort: String) -> aws_sdk_dynamodb::types::builders::PutBuilder {
        Put::builder().table_name(&self.table).item("pk", s(format!("pool/{pool}"))).item("sk", s(sort))
    }
}

enum Next {
    Drawn(Ticket),
    New { ticket: Ticket, state: PoolState, version: Option<i64> },
}

fn build(put: aws_sdk_dynamodb::types::builders::PutBuilder) -> Outcome<TransactWriteItem> {
    let put = put.build().map_err(|error| Failure::new(ErrorClass::Bug, "building a transaction").caused_by(error))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

#[async_trait]
impl Pools for TablePools {
    async fn draw(&self, pool: &str, subject: &str, eligible: &[PoolMember]) -> Outcome<Ticket> {
        for attempt in 1..=ATTEMPTS {
            let (ticket, state, version) = match self.next(pool, subject, eligible).await? {
                Next::Drawn(ticket) => return Ok(ticket),
                Next::New { ticket, state, version } => (ticket, state, version),
            };
            let ticket_put = self
                .put(pool, format!("ticket/{subject}"))
                .item("ticket", s(to_json(&ticket)?))
                .condition_expression("attribute_not_exists(pk)");
            let state_put = self
                .put(pool, "state".to_owned())
                .item("state", s(to_json(&state)?))
                .item("version", n(version.unwrap_or(0) + 1));
            let state_put = match version {
                Some(version) => state_put
                    .condition_expression("version = :version")
                    .expression_attribute_values(":version", n(version)),
                None => state_put.condition_expression("attribute_not_exists(pk)"),
            };
            let written = self
                .client
                .transact_write_items()
                .transact_items(build(ticket_put)?)
                .transact_items(build(state_put)?)
                .send()
                .await;
            match written {
                Ok(_) => return Ok(ticket),
                Err(error) if error.as_service_error().is_some_and(|e| e.is_transaction_canceled_exception()) => {
                    // Others draw at the same time: let them through, each for a different while.
                    let spread =
                        subject.bytes().fold(attempt, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
                    tokio::time::sleep(Duration::from_millis(2 + spread % (5 * attempt))).await;
                }
                Err(error) => return Err(failure(format!("drawing from pool {pool}"), error)),
            }
        }
        Err(Failure::new(ErrorClass::Transient, format!("pool {pool} is too busy to draw from")))
    }

    async fn peek(&self, pool: &str, subject: &str, eligible: &[PoolMember]) -> Outcome<Ticket> {
        Ok(match self.next(pool, subject, eligible).await? {
            Next::Drawn(ticket) | Next::New { ticket, .. } => ticket,
        })
    }
}
