//! Sequences and the list of suppressions, in one table, so that one transaction can look at both.
//!
//! | `pk` | `sk` | what |
//! |---|---|---|
//! | `sequence/<id>` | `draft`, `state` | the draft, which never changes; the state with its version, in the index `due` by `next_at` |
//! | `about/<suppression key>`, `all` | `<drafted at>/<id>` | where to find it |
//! | `suppressed` | suppression key | one entry of the list |
//! | `places` | `person/…`, `account/…` | which sequence has the place, or from when it is free |
//! | `count` | a day, and whose | how many steps have landed |

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::builders::{PutBuilder, UpdateBuilder};
use aws_sdk_dynamodb::types::{ConditionCheck, Put, TransactWriteItem, Update};
use jiff::Timestamp;

use revloops_domain::ErrorClass;
use revloops_domain::sequence::DraftedSequence;
use revloops_domain::sequence_state::{KeptSequence, SequenceState};
use revloops_domain::suppression::{Suppression, SuppressionKey};
use revloops_loopkit::ports::{Changed, Count, Place, SequenceChange, Sequences, Suppressions, TakenPlace};
use revloops_loopkit::{Failure, Outcome};

use crate::failures::failure;
use crate::item::{Item, from_json, n, number, s, text, to_json};

/// The index by the time of what is to be done next.
const DUE: &str = "due";
const SUPPRESSED: &str = "suppressed";
const PLACES: &str = "places";
const COUNT: &str = "count";
const ALL: &str = "all";

/// A transaction that meets another over the same item is sent again so often.
const ATTEMPTS: u64 = 12;

/// [`Sequences`] and [`Suppressions`] on DynamoDB.
#[derive(Debug, Clone)]
pub struct TableSequences {
    client: Client,
    table: String,
}

/// Why a transaction was called off: the code of each of its items, in order.
enum Sent {
    Yes,
    CalledOff(Vec<String>),
}

impl TableSequences {
    /// On `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    fn put(&self, pk: &str, sk: &str) -> PutBuilder {
        Put::builder().table_name(&self.table).item("pk", s(pk)).item("sk", s(sk))
    }

    fn update(&self, pk: &str, sk: &str) -> UpdateBuilder {
        Update::builder().table_name(&self.table).key("pk", s(pk)).key("sk", s(sk))
    }

    async fn item(&self, pk: &str, sk: &str) -> Outcome<Option<Item>> {
        let read = self.client.get_item().table_name(&self.table).key("pk", s(pk)).key("sk", s(sk));
        let read = read.consistent_read(true).send().await;
        Ok(read.map_err(|error| failure(format!("reading {sk} of sequences"), error))?.item)
    }

    /// All items under `pk`, the last sort key first where `newest_first`.
    async fn items(&self, pk: &str, newest_first: bool, at_most: usize) -> Outcome<Vec<Item>> {
        let mut found = Vec::new();
        let query = self.client.query().table_name(&self.table).key_condition_expression("pk = :pk");
        let query = query.expression_attribute_values(":pk", s(pk)).scan_index_forward(!newest_first);
        let mut pages = query.consistent_read(true).into_paginator().items().send();
        while found.len() < at_most
            && let Some(item) = pages.next().await
        {
            found.push(item.map_err(|error| failure("reading sequences", error))?);
        }
        Ok(found)
    }

    async fn pointed_at(&self, pk: &str, at_most: usize) -> Outcome<Vec<KeptSequence>> {
        let mut found = Vec::new();
        for item in self.items(pk, true, at_most).await? {
            let id = text(&item, "sk").and_then(|sort| sort.rsplit_once('/')).map(|(_, id)| id.to_owned());
            let id =
                id.ok_or_else(|| Failure::new(ErrorClass::Bug, format!("a pointer under {pk} names no sequence")))?;
            found.extend(self.get(&id).await?);
        }
        Ok(found)
    }

    /// All or nothing. Who only meets another transaction is sent again.
    async fn write(&self, items: &[TransactWriteItem], doing: &str) -> Outcome<Sent> {
        for attempt in 1..=ATTEMPTS {
            let sent = self.client.transact_write_items().set_transact_items(Some(items.to_vec())).send().await;
            let Err(error) = sent else { return Ok(Sent::Yes) };
            let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error() else {
                return Err(failure(doing, error));
            };
            let reasons = canceled.cancellation_reasons().iter();
            let codes: Vec<String> = reasons.map(|reason| reason.code().unwrap_or("None").to_owned()).collect();
            if codes.iter().any(|code| code == REFUSED) {
                return Ok(Sent::CalledOff(codes));
            }
            if !codes.iter().any(|code| code == "TransactionConflict") {
                return Err(failure(doing, error));
            }
            tokio::time::sleep(Duration::from_millis(20 * attempt)).await;
        }
        Err(Failure::new(ErrorClass::Transient, format!("{doing}: others write the same all the time")))
    }

    fn state(&self, id: &str, state: &SequenceState, version: u64) -> Outcome<PutBuilder> {
        let put = self.put(&sequence(id), "state").item("state", s(to_json(state)?)).item("version", n(version));
        Ok(match state.next_at {
            Some(at) => put.item("tended", s(DUE)).item("next_at", n(at.as_millisecond())),
            None => put,
        })
    }

    /// None of these may be on the list.
    fn absent(&self, key: &SuppressionKey) -> Outcome<TransactWriteItem> {
        let check = ConditionCheck::builder().table_name(&self.table).key("pk", s(SUPPRESSED));
        let check = check.key("sk", s(key.to_string())).condition_expression("attribute_not_exists(pk)");
        Ok(TransactWriteItem::builder().condition_check(built(check.build())?).build())
    }

    fn counted_once(&self, count: &Count) -> Outcome<TransactWriteItem> {
        updating(
            self.update(COUNT, &count.name)
                .update_expression("SET expires_at = :forget ADD counted :one")
                .condition_expression("attribute_not_exists(counted) OR counted < :most")
                .expression_attribute_values(":forget", n(count.forget_at.as_second()))
                .expression_attribute_values(":one", n(1))
                .expression_attribute_values(":most", n(count.most)),
        )
    }

    fn taken(&self, id: &str, place: &TakenPlace) -> Outcome<TransactWriteItem> {
        updating(
            self.update(PLACES, &place.name)
                .update_expression("SET holder = :me REMOVE free_from")
                .condition_expression(
                    "holder = :me OR (attribute_not_exists(holder) AND (attribute_not_exists(free_from) OR free_from <= :at))",
                )
                .expression_attribute_values(":me", s(id))
                .expression_attribute_values(":at", n(place.at.as_millisecond())),
        )
    }

    fn freed(&self, id: &str, name: &str, from: Timestamp) -> Outcome<TransactWriteItem> {
        updating(
            self.update(PLACES, name)
                .update_expression("SET free_from = :from REMOVE holder")
                .condition_expression("holder = :me")
                .expression_attribute_values(":me", s(id))
                .expression_attribute_values(":from", n(from.as_millisecond())),
        )
    }
}

/// What the service calls an item whose condition does not hold.
const REFUSED: &str = "ConditionalCheckFailed";

fn sequence(id: &str) -> String {
    format!("sequence/{id}")
}

fn built<T>(request: Result<T, BuildError>) -> Outcome<T> {
    request.map_err(|error| Failure::new(ErrorClass::Bug, "building a request").caused_by(error))
}

fn putting(put: PutBuilder) -> Outcome<TransactWriteItem> {
    Ok(TransactWriteItem::builder().put(built(put.build())?).build())
}

fn updating(update: UpdateBuilder) -> Outcome<TransactWriteItem> {
    Ok(TransactWriteItem::builder().update(built(update.build())?).build())
}

fn moment(item: &Item, name: &str) -> Option<Timestamp> {
    number(item, name).and_then(|millis| Timestamp::from_millisecond(millis).ok())
}

#[async_trait]
impl Sequences for TableSequences {
    async fn keep(&self, drafted: &DraftedSequence) -> Outcome<bool> {
        let draft = self.put(&sequence(&drafted.id), "draft").item("draft", s(to_json(drafted)?));
        let state = self.state(&drafted.id, &SequenceState::new(drafted), 1)?;
        let mut items = vec![
            putting(draft.condition_expression("attribute_not_exists(pk)"))?,
            putting(state.condition_expression("attribute_not_exists(pk)"))?,
        ];
        let sort = format!("{}/{}", drafted.drafted_at, drafted.id);
        let keys = SuppressionKey::all_of(&drafted.recipient);
        let pointers = keys.iter().map(|key| format!("about/{key}")).chain([ALL.to_owned()]);
        for pk in pointers {
            items.push(putting(self.put(&pk, &sort))?);
        }
        match self.write(&items, "keeping a sequence").await? {
            Sent::Yes => Ok(true),
            Sent::CalledOff(_there_already) => Ok(false),
        }
    }

    async fn get(&self, id: &str) -> Outcome<Option<KeptSequence>> {
        let items = self.items(&sequence(id), false, 2).await?;
        let of = |sort: &str| items.iter().find(|item| text(item, "sk") == Some(sort));
        let (Some(draft), Some(state)) = (of("draft"), of("state")) else { return Ok(None) };
        let version = number(state, "version").and_then(|version| u64::try_from(version).ok()).unwrap_or_default();
        Ok(Some(KeptSequence { drafted: from_json(draft, "draft")?, state: from_json(state, "state")?, version }))
    }

    async fn about(&self, key: &SuppressionKey) -> Outcome<Vec<KeptSequence>> {
        self.pointed_at(&format!("about/{key}"), usize::MAX).await
    }

    async fn newest(&self, at_most: usize) -> Outcome<Vec<KeptSequence>> {
        self.pointed_at(ALL, at_most).await
    }

    async fn due(&self, until: Timestamp, at_most: usize) -> Outcome<Vec<String>> {
        let query = self.client.query().table_name(&self.table).index_name(DUE);
        let query = query
            .key_condition_expression("tended = :due AND next_at <= :until")
            .expression_attribute_values(":due", s(DUE))
            .expression_attribute_values(":until", n(until.as_millisecond()));
        let mut pages = query.into_paginator().items().send();
        let mut found = Vec::new();
        while found.len() < at_most
            && let Some(item) = pages.next().await
        {
            let item = item.map_err(|error| failure("reading which sequences are due", error))?;
            found.extend(text(&item, "pk").and_then(|pk| pk.strip_prefix("sequence/")).map(str::to_owned));
        }
        Ok(found)
    }

    async fn change(&self, change: &SequenceChange) -> Outcome<Changed> {
        let id = &change.id;
        let state = self
            .state(id, &change.to, change.from + 1)?
            .condition_expression("version = :from")
            .expression_attribute_values(":from", n(change.from));
        let mut items = vec![(putting(state)?, Changed::Overtaken)];
        for key in &change.unless_suppressed {
            items.push((self.absent(key)?, Changed::Suppressed(key.clone())));
        }
        for count in &change.counts {
            items.push((self.counted_once(count)?, Changed::Full(count.name.clone())));
        }
        for place in &change.takes {
            items.push((self.taken(id, place)?, Changed::Taken(place.name.clone())));
        }
        for (name, from) in &change.frees {
            items.push((self.freed(id, name, *from)?, Changed::Overtaken));
        }
        let (items, refusals): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        match self.write(&items, &format!("changing sequence {id}")).await? {
            Sent::Yes => Ok(Changed::Yes),
            Sent::CalledOff(codes) => {
                let mut refused =
                    codes.iter().zip(refusals).filter(|(code, _)| *code == REFUSED).map(|(_, refusal)| refusal);
                Ok(refused.next().unwrap_or(Changed::Overtaken))
            }
        }
    }

    async fn places(&self, names: &[String]) -> Outcome<BTreeMap<String, Place>> {
        let mut found = BTreeMap::new();
        for name in names {
            if let Some(item) = self.item(PLACES, name).await? {
                let holder = text(&item, "holder").map(str::to_owned);
                found.insert(name.clone(), Place { holder, free_from: moment(&item, "free_from") });
            }
        }
        Ok(found)
    }

    async fn counted(&self, names: &[String]) -> Outcome<BTreeMap<String, u32>> {
        let mut found = BTreeMap::new();
        for name in names {
            let item = self.item(COUNT, name).await?;
            let counted = item.and_then(|item| number(&item, "counted")).and_then(|count| u32::try_from(count).ok());
            found.insert(name.clone(), counted.unwrap_or(0));
        }
        Ok(found)
    }
}

#[async_trait]
impl Suppressions for TableSequences {
    async fn add(&self, suppression: &Suppression) -> Outcome<bool> {
        let sent = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", s(SUPPRESSED))
            .item("sk", s(suppression.key.to_string()))
            .item("suppression", s(to_json(suppression)?))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(false)
            }
            Err(error) => Err(failure("adding a suppression", error)),
        }
    }

    async fn remove(&self, key: &SuppressionKey) -> Outcome<bool> {
        let there = self.item(SUPPRESSED, &key.to_string()).await?.is_some();
        let delete = self.client.delete_item().table_name(&self.table).key("pk", s(SUPPRESSED));
        let deleted = delete.key("sk", s(key.to_string())).send().await;
        deleted.map_err(|error| failure("removing a suppression", error))?;
        Ok(there)
    }

    async fn among(&self, keys: &[SuppressionKey]) -> Outcome<Vec<Suppression>> {
        let mut found = Vec::new();
        for key in keys {
            if let Some(item) = self.item(SUPPRESSED, &key.to_string()).await? {
                found.push(from_json(&item, "suppression")?);
            }
        }
        Ok(found)
    }

    async fn all(&self) -> Outcome<Vec<Suppression>> {
        let items = self.items(SUPPRESSED, false, usize::MAX).await?;
        items.iter().map(|item| from_json(item, "suppression")).collect()
    }
}
