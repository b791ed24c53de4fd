//! What is spent a day, in the cache table: `pk` = `spend/<day>`, one number for each budget's name. All budgets of a
//! day are one item, so that one conditional write reserves in all of them or in none.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Config;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Budget, Reserved, Spend};
use revloops_loopkit::{Failure, Outcome};

use crate::conditional::update_if;
use crate::failures::failure;
use crate::item::{n, number, s};

/// A day's numbers are kept for people who ask, after the day is over.
const KEPT_DAYS: i64 = 40;

/// [`Spend`] on DynamoDB.
#[derive(Debug, Clone)]
pub struct TableSpend {
    client: Client,
    table: String,
}

impl TableSpend {
    /// On `table`, the enrichment cache's.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The update of `day`'s item that adds `change` to each of `budgets`.
    fn add(&self, day: Date, change: impl std::fmt::Display, budgets: &[Budget]) -> UpdateItemFluentBuilder {
        let added: Vec<String> = (0..budgets.len()).map(|at| format!("#b{at} :change")).collect();
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", s(key(day)))
            .expression_attribute_values(":change", n(change))
            .update_expression(format!("ADD {}", added.join(", ")));
        for (at, budget) in budgets.iter().enumerate() {
            update = update.expression_attribute_names(format!("#b{at}"), attribute(&budget.name));
        }
        update
    }
}

fn key(day: Date) -> String {
    format!("spend/{day}")
}

fn attribute(name: &str) -> String {
    format!("microusd_{name}")
}

fn expires(day: Date) -> Outcome<i64> {
    day.to_zoned(TimeZone::UTC)
        .map(|start| start.timestamp().as_second() + KEPT_DAYS * 86_400)
        .map_err(|error| Failure::new(ErrorClass::Bug, format!("the end of {day}")).caused_by(error))
}

#[async_trait]
impl Spend for TableSpend {
    async fn reserve(&self, day: Date, microusd: u64, budgets: &[Budget]) -> Outcome<Reserved> {
        if budgets.iter().any(|budget| budget.most_microusd < microusd) {
            return Ok(Reserved::OverBudget);
        }
        let update = self.add(day, microusd, budgets);
        let set = update.get_update_expression().clone().unwrap_or_default();
        let mut update = update
            .update_expression(format!("{set} SET expires_at = if_not_exists(expires_at, :expires)"))
            .expression_attribute_values(":expires", n(expires(day)?));
        let mut room = Vec::new();
        for (at, budget) in budgets.iter().enumerate() {
            room.push(format!("(attribute_not_exists(#b{at}) OR #b{at} <= :room{at})"));
            update = update
                .expression_attribute_values(format!(":room{at}"), n(budget.most_microusd.saturating_sub(microusd)));
        }
        // A write that the SDK sends again after a lost answer may count twice: on the safe side.
        let fits = update_if(update.condition_expression(room.join(" AND ")), "reserving from a budget").await?;
        Ok(if fits { Reserved::Yes } else { Reserved::OverBudget })
    }

    async fn give_back(&self, day: Date, microusd: u64, budgets: &[Budget]) -> Outcome<()> {
        // Sent once: taken out twice, a reservation would make room for spending that there is none for.
        self.add(day, format!("-{microusd}"), budgets)
            .customize()
            .config_override(Config::builder().retry_config(RetryConfig::disabled()))
            .send()
            .await
            .map_err(|error| failure("giving back to a budget", error))?;
        Ok(())
    }

    async fn spent(&self, day: Date, name: &str) -> Outcome<u64> {
        let read = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", s(key(day)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure("reading what is spent", error))?;
        let counted = read.item.and_then(|item| number(&item, &attribute(name))).unwrap_or(0);
        Ok(u64::try_from(counted).unwrap_or(0))
    }
}
