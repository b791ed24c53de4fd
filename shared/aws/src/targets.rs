//! Target accounts in a table of their own: `pk` = the list's name, `sk` = the account's id, and a local index by `order_ms`, which is
//! read consistently. `order_ms` is when a target is to be looked at: when it is due, or when the claim on it is over. So a
//! claim is one conditional write that moves it, and who died with a claim needs nobody to clear it up.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;

use revloops_domain::{AccountId, ErrorClass};
use revloops_loopkit::ports::{Lease, Settled, Target, Targets};
use revloops_loopkit::{Failure, Outcome};

use crate::conditional::update_if;
use crate::failures::failure;
use crate::item::{Item, from_json, n, number, s, text, to_json};

/// The list that the scanner works on.
const LIST: &str = "targets";

/// The index by `order_ms`.
const BY_ORDER: &str = "by_order";

/// Of so many the first that is free is claimed.
const CANDIDATES: i32 = 10;

/// A claim that meets others' claims is tried again so often.
const CLAIMS_TRIED: usize = 20;

/// [`Targets`] on DynamoDB.
#[derive(Debug, Clone)]
pub struct TableTargets {
    client: Client,
    table: String,
    list: String,
}

impl TableTargets {
    /// On `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), list: LIST.to_owned() }
    }

    /// Another list in the same table, which no scanner works on by itself.
    #[must_use]
    pub fn list(self, list: impl Into<String>) -> Self {
        Self { list: list.into(), ..self }
    }

    fn update(&self, account: &str) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key("pk", s(&self.list)).key("sk", s(account))
    }

    fn in_order(&self) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .index_name(BY_ORDER)
            .consistent_read(true)
            .expression_attribute_values(":target", s(&self.list))
    }
}

/// The target's times are attributes of their own; the rest is as it was put.
fn read(item: &Item) -> Outcome<Target> {
    let mut target: Target = from_json(item, "said")?;
    let time = |name: &str| number(item, name).and_then(|ms| Timestamp::from_millisecond(ms).ok());
    target.due = time("due_ms").unwrap_or(target.due);
    target.listed = time("listed_ms").unwrap_or(target.listed);
    target.scanned = time("scanned_ms");
    target.scans = number(item, "scans").and_then(|scans| scans.try_into().ok()).unwrap_or(0);
    target.failures = number(item, "failures").and_then(|failures| failures.try_into().ok()).unwrap_or(0);
    Ok(target)
}

#[async_trait]
impl Targets for TableTargets {
    async fn put(&self, target: &Target) -> Outcome<bool> {
        let due = n(target.due.as_millisecond());
        let put = self
            .update(target.account.as_str())
            .update_expression(
                "SET said = :said, order_ms = if_not_exists(order_ms, :due), due_ms = if_not_exists(due_ms, :due), \
                 listed_ms = if_not_exists(listed_ms, :listed)",
            )
            .expression_attribute_values(":said", s(to_json(target)?))
            .expression_attribute_values(":due", due)
            .expression_attribute_values(":listed", n(target.listed.as_millisecond()))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(|error| failure(format!("putting {} on the list", target.account), error))?;
        Ok(put.attributes.is_none_or(|before| before.is_empty()))
    }

    async fn remove(&self, account: &AccountId) -> Outcome<bool> {
        let removed = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", s(&self.list))
            .key("sk", s(account.as_str()))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(|error| failure(format!("taking {account} off the list"), error))?;
        Ok(removed.attributes.is_some_and(|before| !before.is_empty()))
    }

    async fn hasten(&self, account: &AccountId, at: Timestamp) -> Outcome<bool> {
        let update = self
            .update(account.as_str())
            .update_expression("SET due_ms = :at, order_ms = :at")
            .condition_expression("attribute_exists(sk) AND due_ms > :at AND attribute_not_exists(claimed_by)")
            .expression_attribute_values(":at", n(at.as_millisecond()));
        if update_if(update, format!("hastening {account}")).await? {
            return Ok(true);
        }
        let there = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", s(&self.list))
            .key("sk", s(account.as_str()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure(format!("reading {account}"), error))?;
        Ok(there.item.is_some())
    }

    async fn all(&self) -> Outcome<Vec<Target>> {
        let mut all = Vec::new();
        let mut pages = self.in_order().key_condition_expression("pk = :target").into_paginator().items().send();
        while let Some(item) = pages.next().await {
            all.push(read(&item.map_err(|error| failure("reading targets", error))?)?);
        }
        all.sort_by(|one, other| (one.due, &one.account).cmp(&(other.due, &other.account)));
        Ok(all)
    }

    async fn claim(&self, lease: &Lease, at: Timestamp) -> Outcome<Option<Target>> {
        for _ in 0..CLAIMS_TRIED {
            let first = self
                .in_order()
                .key_condition_expression("pk = :target AND order_ms <= :at")
                .expression_attribute_values(":at", n(at.as_millisecond()))
                .limit(CANDIDATES)
                .send()
                .await
                .map_err(|error| failure("looking for the most overdue target", error))?;
            let items = first.items.unwrap_or_default();
            if items.is_empty() {
                return Ok(None);
            }
            // Whoever was quicker has the first: of those that are left, the next is the most overdue.
            for item in items {
                let (Some(account), Some(seen)) = (text(&item, "sk"), number(&item, "order_ms")) else {
                    return Err(Failure::new(ErrorClass::Bug, "a target without an id or an order"));
                };
                let claim = self
                    .update(account)
                    .update_expression("SET order_ms = :until, claimed_by = :owner")
                    .condition_expression("order_ms = :seen")
                    .expression_attribute_values(":until", n(lease.until.as_millisecond()))
                    .expression_attribute_values(":owner", s(&lease.owner))
                    .expression_attribute_values(":seen", n(seen));
                if update_if(claim, format!("claiming {account}")).await? {
                    return read(&item).map(Some);
                }
            }
        }
        Err(Failure::new(ErrorClass::Throttled, "claiming a target: others were quicker each time"))
    }

    async fn settle(&self, account: &AccountId, lease: &Lease, settled: &Settled) -> Outcome<bool> {
        let mut set = "SET due_ms = :due, order_ms = :due, scans = :scans, failures = :failures".to_owned();
        if settled.scanned.is_some() {
            set.push_str(", scanned_ms = :scanned");
        }
        let mut update = self
            .update(account.as_str())
            .update_expression(format!("{set} REMOVE claimed_by"))
            .condition_expression("claimed_by = :owner")
            .expression_attribute_values(":due", n(settled.due.as_millisecond()))
            .expression_attribute_values(":scans", n(settled.scans))
            .expression_attribute_values(":failures", n(settled.failures))
            .expression_attribute_values(":owner", s(&lease.owner));
        if let Some(scanned) = settled.scanned {
            update = update.expression_attribute_values(":scanned", n(scanned.as_millisecond()));
        }
        update_if(update, format!("ending the claim on {account}")).await
    }
}
