//! Accounts' places beside the CRM, in the placements table: `pk` = `pending`, `resolution` or `moved`, `sk` = the account's
//! id. Each kind is read as a whole, by one query: a plan looks at all of it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use revloops_domain::AccountId;
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{PendingAccount, PlacementMove, Placements, Resolution};

use crate::failures::failure;
use crate::item::{Item, from_json, n, s, text, to_json};
use crate::paging::partition;
use crate::writes::{delete, put, write_all};

const PENDING: &str = "pending";
const RESOLUTION: &str = "resolution";
const MOVED: &str = "moved";

/// Conditional writes that are under way at once.
const AT_ONCE: usize = 16;

/// [`Placements`] on DynamoDB.
#[derive(Debug, Clone)]
pub struct TablePlacements {
    client: Client,
    table: String,
}

impl TablePlacements {
    /// On `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// All of one kind, by account.
    async fn all<T: DeserializeOwned>(&self, kind: &str, mut each: impl FnMut(&Item, &mut T)) -> Outcome<Vec<T>> {
        let mut found = Vec::new();
        let doing = format!("reading accounts that are {kind}");
        for item in partition(&self.client, &self.table, kind, &doing).await? {
            let mut one = from_json(&item, "said")?;
            each(&item, &mut one);
            found.push(one);
        }
        Ok(found)
    }

    async fn wait_one(&self, pending: &PendingAccount) -> Outcome<()> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", s(PENDING))
            .key("sk", s(pending.account.as_str()))
            .update_expression("SET said = :said, waits_since = if_not_exists(waits_since, :since)")
            .expression_attribute_values(":said", s(to_json(pending)?))
            .expression_attribute_values(":since", s(pending.since.to_string()));
        update.send().await.map_err(|error| failure(format!("noting that {} waits", pending.account), error))?;
        Ok(())
    }
}

#[async_trait]
impl Placements for TablePlacements {
    async fn pending(&self) -> Outcome<Vec<PendingAccount>> {
        self.all(PENDING, |item, one: &mut PendingAccount| {
            if let Some(since) = text(item, "waits_since").and_then(|at| at.parse().ok()) {
                one.since = since;
            }
        })
        .await
    }

    async fn wait(&self, pending: &[PendingAccount]) -> Outcome<()> {
        stream::iter(pending).map(Ok).try_for_each_concurrent(AT_ONCE, |one| self.wait_one(one)).await
    }

    async fn settle(&self, accounts: &[AccountId]) -> Outcome<()> {
        let ids: std::collections::BTreeSet<&AccountId> = accounts.iter().collect();
        let deletes = ids.into_iter().map(|id| delete(PENDING, id.as_str())).collect::<Outcome<_>>()?;
        write_all(&self.client, &self.table, deletes, "taking accounts off the waiting list").await
    }

    async fn resolve(&self, resolution: &Resolution) -> Outcome<()> {
        self.client
            .put_item()
            .table_name(&self.table)
            .item("pk", s(RESOLUTION))
            .item("sk", s(resolution.account.as_str()))
            .item("said", s(to_json(resolution)?))
            .send()
            .await
            .map_err(|error| failure(format!("keeping where {} belongs", resolution.account), error))?;
        Ok(())
    }

    async fn resolutions(&self) -> Outcome<Vec<Resolution>> {
        self.all(RESOLUTION, |_, _| {}).await
    }

    async fn moved(&self, moves: &[PlacementMove]) -> Outcome<()> {
        let mut latest: BTreeMap<&AccountId, &PlacementMove> = BTreeMap::new();
        for one in moves {
            let kept = latest.entry(&one.account).or_insert(one);
            if kept.at < one.at {
                *kept = one;
            }
        }
        let item = |one: &PlacementMove| -> Outcome<Item> {
            Ok(Item::from([
                ("pk".to_owned(), s(MOVED)),
                ("sk".to_owned(), s(one.account.as_str())),
                ("said".to_owned(), s(to_json(one)?)),
                ("moved_ms".to_owned(), n(one.at.as_millisecond())),
            ]))
        };
        let puts = latest.into_values().map(|one| put(item(one)?)).collect::<Outcome<_>>()?;
        write_all(&self.client, &self.table, puts, "noting moved accounts").await
    }

    async fn moved_since(&self, since: Timestamp) -> Outcome<Vec<PlacementMove>> {
        let mut moves = self.all(MOVED, |_, _| {}).await?;
        moves.retain(|one: &PlacementMove| one.at >= since);
        Ok(moves)
    }
}
