//! Accounts by their keys. One item is an account: `pk` = `account/<id>`, `sk` = `state`, with its keys and its version. One
//! row is a key of it: `pk` = `key/<key>`, `sk` = `<id>`.
//!
//! The account's own item alone says what holds: it is written under a condition, so that the newest version wins, and a row
//! whose key it does not name is passed over. Rows are written before the item and taken away after it, so that whoever dies in
//! between leaves rows too many, never one too few; the message that came again, or the next sync, takes them away.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures::future::try_join_all;

use revloops_domain::{Account, AccountId, ErrorClass};
use revloops_loopkit::ports::Accounts;
use revloops_loopkit::{Failure, Outcome};

use crate::failures::failure;
use crate::item::{Item, from_json, n, number, s, text, to_json};
use crate::writes::{put, write_all};

/// What DynamoDB takes in one call.
const ITEMS_A_READ: usize = 100;

/// What DynamoDB leaves undone of a batch, it has throttled; a few more calls bring it home.
const CALLS_A_BATCH: usize = 4;

const STATE: &str = "state";

/// [`Accounts`] on DynamoDB.
#[derive(Debug, Clone)]
pub struct TableAccounts {
    client: Client,
    table: String,
}

fn account_key(id: &AccountId) -> String {
    format!("account/{id}")
}

fn row_key(key: &str) -> String {
    format!("key/{key}")
}

/// DynamoDB takes a sort key of 1,024 bytes and a partition key of 2,048; a company name is never so long, a text that somebody
/// pasted into its field may be.
fn fits(key: &str) -> bool {
    key.len() <= 1_024
}

fn keys_of(item: &Item) -> BTreeSet<String> {
    item.get("keys").and_then(|keys| keys.as_ss().ok()).into_iter().flatten().cloned().collect()
}

fn not_built(error: BuildError) -> Failure {
    Failure::new(ErrorClass::Bug, "building a batch of accounts").caused_by(error)
}

impl TableAccounts {
    /// On `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The ids of all accounts, by reading through the table: for a sync, which forgets those that the CRM does not have.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn ids(&self) -> Outcome<BTreeSet<AccountId>> {
        let asked = self.client.scan().table_name(&self.table).projection_expression("pk");
        let mut pages = asked
            .filter_expression("sk = :state")
            .expression_attribute_values(":state", s(STATE))
            .into_paginator()
            .send();
        let mut ids = BTreeSet::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failure("reading the accounts", error))?;
            for item in page.items.unwrap_or_default() {
                let id = text(&item, "pk").and_then(|pk| pk.strip_prefix("account/")).map(AccountId::parse);
                if let Some(Ok(id)) = id {
                    ids.insert(id);
                }
            }
        }
        Ok(ids)
    }

    async fn state(&self, id: &AccountId) -> Outcome<Option<Item>> {
        let read = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", s(account_key(id)))
            .key("sk", s(STATE))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure(format!("reading account {id}"), error))?;
        Ok(read.item)
    }

    /// The ids under one key.
    async fn under(&self, key: &str, at_most: usize) -> Outcome<Vec<String>> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", s(row_key(key)))
            .projection_expression("sk")
            .limit(i32::try_from(at_most).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| failure("looking accounts up by a key", error))?;
        Ok(found.items().iter().filter_map(|item| text(item, "sk").map(str::to_owned)).collect())
    }

    async fn states(&self, ids: &[&String]) -> Outcome<Vec<Item>> {
        let key =
            |id: &&String| Item::from([("pk".to_owned(), s(format!("account/{id}"))), ("sk".to_owned(), s(STATE))]);
        let request = KeysAndAttributes::builder().set_keys(Some(ids.iter().map(key).collect()));
        let mut undone = HashMap::from([(self.table.clone(), request.build().map_err(not_built)?)]);
        let mut items = Vec::new();
        for _call in 0..CALLS_A_BATCH {
            let read = self
                .client
                .batch_get_item()
                .set_request_items(Some(undone))
                .send()
                .await
                .map_err(|error| failure("reading accounts", error))?;
            items.extend(read.responses.unwrap_or_default().remove(&self.table).unwrap_or_default());
            undone = read.unprocessed_keys.unwrap_or_default();
            if undone.is_empty() {
                return Ok(items);
            }
        }
        Err(Failure::new(ErrorClass::Throttled, "reading accounts: not all of them were read"))
    }

    async fn write_rows(&self, id: &AccountId, keys: &[&String], version: i64) -> Outcome<()> {
        let row = |key: &&String| {
            put(Item::from([
                ("pk".to_owned(), s(row_key(key))),
                ("sk".to_owned(), s(id.as_str())),
                ("modified_ms".to_owned(), n(version)),
            ]))
        };
        let puts = keys.iter().map(row).collect::<Outcome<_>>()?;
        write_all(&self.client, &self.table, puts, &format!("writing the keys of account {id}")).await
    }

    /// Takes rows away, but for those that a newer version has written.
    async fn delete_rows(&self, id: &AccountId, keys: impl Iterator<Item = &String>, version: i64) -> Outcome<()> {
        for key in keys {
            let deleted = self
                .client
                .delete_item()
                .table_name(&self.table)
                .key("pk", s(row_key(key)))
                .key("sk", s(id.as_str()))
                .condition_expression("attribute_not_exists(pk) OR modified_ms <= :version")
                .expression_attribute_values(":version", n(version))
                .send()
                .await;
            match deleted {
                Ok(_) => {}
                Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {}
                Err(error) => return Err(failure(format!("taking away a key of account {id}"), error)),
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Accounts for TableAccounts {
    async fn candidates(&self, keys: &[String], at_most: usize) -> Outcome<Vec<Account>> {
        let asked: BTreeSet<&String> = keys.iter().filter(|key| fits(key)).collect();
        let under = try_join_all(asked.iter().map(|key| self.under(key, at_most))).await?;
        let ids: BTreeSet<String> = under.into_iter().flatten().collect();
        let ids: Vec<&String> = ids.iter().collect();
        let states = try_join_all(ids.chunks(ITEMS_A_READ).map(|some| self.states(some))).await?;
        let mut found = BTreeMap::new();
        for item in states.into_iter().flatten() {
            if keys_of(&item).iter().any(|key| asked.contains(key)) {
                let account: Account = from_json(&item, "account")?;
                found.insert(account.id.clone(), account);
            }
        }
        Ok(found.into_values().collect())
    }

    async fn get(&self, id: &AccountId) -> Outcome<Option<Account>> {
        self.state(id).await?.map(|item| from_json(&item, "account")).transpose()
    }

    async fn put(&self, account: &Account, keys: &[String]) -> Outcome<bool> {
        let id = &account.id;
        let version = account.modified_at.or(account.created_at).map_or(0, jiff::Timestamp::as_millisecond);
        let before = self.state(id).await?;
        if before.as_ref().and_then(|item| number(item, "modified_ms")).is_some_and(|known| known > version) {
            return Ok(false);
        }
        let keys: BTreeSet<&String> = keys.iter().filter(|key| fits(key)).collect();
        let listed: Vec<&String> = keys.iter().copied().collect();
        self.write_rows(id, &listed, version).await?;
        let mut item = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", s(account_key(id)))
            .item("sk", s(STATE))
            .item("account", s(to_json(account)?))
            .item("modified_ms", n(version))
            .condition_expression("attribute_not_exists(pk) OR modified_ms <= :version")
            .expression_attribute_values(":version", n(version));
        if !keys.is_empty() {
            // DynamoDB knows no empty set.
            item = item.item("keys", AttributeValue::Ss(keys.iter().map(|key| (*key).clone()).collect()));
        }
        match item.send().await {
            Ok(_) => {}
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                return Ok(false);
            }
            Err(error) => return Err(failure(format!("keeping account {id}"), error)),
        }
        let old = before.as_ref().map(keys_of).unwrap_or_default();
        self.delete_rows(id, old.iter().filter(|key| !keys.contains(key)), version).await?;
        Ok(true)
    }

    async fn remove(&self, id: &AccountId) -> Outcome<()> {
        let Some(item) = self.state(id).await? else { return Ok(()) };
        let version = number(&item, "modified_ms").unwrap_or(0);
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", s(account_key(id)))
            .key("sk", s(STATE))
            .condition_expression("attribute_not_exists(pk) OR modified_ms <= :version")
            .expression_attribute_values(":version", n(version))
            .send()
            .await;
        match deleted {
            Ok(_) => self.delete_rows(id, keys_of(&item).iter(), version).await,
            // It has come back in between.
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => Ok(()),
            Err(error) => Err(failure(format!("forgetting account {id}"), error)),
        }
    }
}
