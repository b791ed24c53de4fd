//! Distinct signals, one item each: `pk` = `account/<id>`, `sk` = `<day>/<signal's id>`.
//!
//! An account's signals are read by one query from a day on. They are forgotten some time after they happened: by then they
//! have faded to nothing, and their words are somebody else's.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use jiff::civil::{Date, time};
use jiff::tz::TimeZone;

use revloops_domain::AccountId;
use revloops_domain::signal::KeptSignal;
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::Signals;

use crate::failures::failure;
use crate::item::{from_json, n, s, text, to_json};

/// How long a signal is kept after it happened.
const KEPT_DAYS: i64 = 400;

/// [`Signals`] on DynamoDB.
#[derive(Debug, Clone)]
pub struct TableSignals {
    client: Client,
    table: String,
}

fn pk(account: &AccountId) -> String {
    format!("account/{account}")
}

impl TableSignals {
    /// On `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// All that is kept, by account, day and id: for a person who looks at it. Reads through the table.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn all(&self) -> Outcome<Vec<(AccountId, KeptSignal)>> {
        let mut found = Vec::new();
        let mut pages = self.client.scan().table_name(&self.table).into_paginator().items().send();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| failure("reading the signals", error))?;
            let account = text(&item, "pk").and_then(|pk| pk.strip_prefix("account/")).map(AccountId::parse);
            if let Some(Ok(account)) = account {
                found.push((account, from_json(&item, "kept")?));
            }
        }
        found.sort_by(|(one, a): &(AccountId, KeptSignal), (other, b)| {
            (one, a.signal.on, &a.signal.id).cmp(&(other, b.signal.on, &b.signal.id))
        });
        Ok(found)
    }
}

#[async_trait]
impl Signals for TableSignals {
    async fn kept(&self, account: &AccountId, since: Date) -> Outcome<Vec<KeptSignal>> {
        let mut found = Vec::new();
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk >= :since")
            .expression_attribute_values(":pk", s(pk(account)))
            .expression_attribute_values(":since", s(since.to_string()))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| failure(format!("reading the signals of account {account}"), error))?;
            found.push(from_json(&item, "kept")?);
        }
        Ok(found)
    }

    async fn keep(&self, account: &AccountId, signals: &[KeptSignal]) -> Outcome<()> {
        for kept in signals {
            let seen = kept.last_seen.as_millisecond();
            let happened = kept.signal.on.to_datetime(time(0, 0, 0, 0)).to_zoned(TimeZone::UTC);
            let expires = happened.map_or(0, |at| at.timestamp().as_second()) + KEPT_DAYS * 86_400;
            let put = self
                .client
                .put_item()
                .table_name(&self.table)
                .item("pk", s(pk(account)))
                .item("sk", s(format!("{}/{}", kept.signal.on, kept.signal.id)))
                .item("kept", s(to_json(kept)?))
                .item("last_seen_ms", n(seen))
                .item("expires_at", n(expires))
                .condition_expression("attribute_not_exists(pk) OR last_seen_ms <= :seen")
                .expression_attribute_values(":seen", n(seen))
                .send()
                .await;
            match put {
                Ok(_) => {}
                Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {}
                Err(error) => return Err(failure(format!("keeping a signal of account {account}"), error)),
            }
        }
        Ok(())
    }
}
