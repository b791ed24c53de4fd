//! How much is where: for people who look, never for a decision.

use aws_sdk_dynamodb::types::Select;
use aws_sdk_sqs::types::QueueAttributeName;

use revloops_domain::ErrorClass;
use revloops_loopkit::{Failure, Outcome};

use crate::clients::Clients;
use crate::failures::failure;

/// A queue's messages, about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// They wait.
    pub waiting: u64,
    /// Somebody works on them.
    pub in_flight: u64,
}

/// The depth of the queue at `url`.
///
/// # Errors
/// When SQS does not say.
pub async fn depth(clients: &Clients, url: &str) -> Outcome<Depth> {
    let asked =
        [QueueAttributeName::ApproximateNumberOfMessages, QueueAttributeName::ApproximateNumberOfMessagesNotVisible];
    let answer = clients
        .sqs
        .get_queue_attributes()
        .queue_url(url)
        .set_attribute_names(Some(asked.to_vec()))
        .send()
        .await
        .map_err(|error| failure("reading a queue's depth", error))?;
    let number = |name: QueueAttributeName| {
        let value = answer.attributes.as_ref().and_then(|all| all.get(&name));
        value
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| Failure::new(ErrorClass::Bug, format!("the queue says no {}", name.as_str())))
    };
    let [waiting, in_flight] = asked;
    Ok(Depth { waiting: number(waiting)?, in_flight: number(in_flight)? })
}

/// How many items `table` holds, by reading through it: DynamoDB's own number is hours old.
///
/// # Errors
/// When it cannot be read.
pub async fn items(clients: &Clients, table: &str) -> Outcome<u64> {
    let mut pages = clients.dynamodb.scan().table_name(table).select(Select::Count).into_paginator().send();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| failure(format!("counting {table}"), error))?;
        count += u64::try_from(page.count).unwrap_or(0);
    }
    Ok(count)
}
