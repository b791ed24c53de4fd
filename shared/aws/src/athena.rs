//! SQL over the lake, by Athena.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_athena::Client;
use aws_sdk_athena::types::{QueryExecution, QueryExecutionContext, QueryExecutionState};

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Answered, Warehouse};
use revloops_loopkit::{Failure, Outcome};

use crate::failures::failure;

/// The first wait for an answer; each further one is half as long again.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait between two looks.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Looks at one query: some four minutes in all.
const LOOKS: usize = 130;

/// [`Warehouse`] on Athena: a database of Glue, a workgroup that says where results lie and how much a query may read.
#[derive(Debug, Clone)]
pub struct Athena {
    client: Client,
    database: String,
    workgroup: String,
}

impl Athena {
    /// Asks this database in this workgroup.
    #[must_use]
    pub fn new(client: Client, database: impl Into<String>, workgroup: impl Into<String>) -> Self {
        Self { client, database: database.into(), workgroup: workgroup.into() }
    }

    async fn look(&self, id: &str) -> Outcome<QueryExecution> {
        let asked = self.client.get_query_execution().query_execution_id(id).send().await;
        let found = asked.map_err(|error| failure("asking how a query goes", error))?;
        let none = || Failure::new(ErrorClass::Bug, format!("Athena knows no query {id}"));
        found.query_execution.ok_or_else(none)
    }

    async fn until_done(&self, id: &str) -> Outcome<QueryExecution> {
        let mut wait = FIRST_WAIT;
        for _ in 0..LOOKS {
            let execution = self.look(id).await?;
            let status = execution.status();
            let why = || status.and_then(|status| status.state_change_reason()).unwrap_or("it gives no reason");
            match status.and_then(|status| status.state()) {
                Some(QueryExecutionState::Succeeded) => return Ok(execution),
                Some(QueryExecutionState::Failed | QueryExecutionState::Cancelled) => {
                    return Err(Failure::new(ErrorClass::Bug, format!("a query did not end well: {}", why())));
                }
                _ => tokio::time::sleep(wait).await,
            }
            wait = (wait * 3 / 2).min(LONGEST_WAIT);
        }
        let stopped = self.client.stop_query_execution().query_execution_id(id).send().await;
        stopped.map_err(|error| failure("stopping a query", error))?;
        Err(Failure::new(ErrorClass::Transient, "a query took too long and was stopped"))
    }
}

#[async_trait]
impl Warehouse for Athena {
    async fn ask(&self, sql: &str) -> Outcome<Answered> {
        let context = QueryExecutionContext::builder().database(&self.database).build();
        let started = self.client.start_query_execution().query_string(sql).query_execution_context(context);
        let started = started.work_group(&self.workgroup).send().await;
        let started = started.map_err(|error| failure("starting a query", error))?;
        let id = started.query_execution_id.unwrap_or_default();
        let execution = self.until_done(&id).await?;
        let scanned = execution.statistics().and_then(|statistics| statistics.data_scanned_in_bytes());
        let mut answered = Answered {
            bytes_scanned: scanned.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
            ..Answered::default()
        };
        let mut pages = self.client.get_query_results().query_execution_id(&id).into_paginator().send();
        // The first row of the first page is the columns' names.
        let mut heading = 1;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failure("reading a query's answer", error))?;
            let Some(set) = page.result_set else { continue };
            if heading == 1 {
                let columns = set.result_set_metadata().map(|metadata| metadata.column_info()).unwrap_or_default();
                answered.columns = columns.iter().map(|column| column.name().to_owned()).collect();
            }
            let cells = |row: &aws_sdk_athena::types::Row| {
                row.data().iter().map(|cell| cell.var_char_value().map(str::to_owned)).collect()
            };
            answered.rows.extend(set.rows().iter().skip(heading).map(cells));
            heading = 0;
        }
        Ok(answered)
    }
}
