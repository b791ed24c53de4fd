//! The tests' own local system, which `cargo revloops test` has running: where it is, and a few ways to look at it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use serde_json::{Value, json};

use revloops_aws::{TableParked, TableRuns};
use revloops_cli::console::Console;
use revloops_cli::context::Context;
use revloops_cli::crm_api::{CrmApi, literal};
use revloops_cli::demo::seed;
use revloops_cli::local::{Endpoints, answers};
use revloops_loopkit::Record;
use revloops_loopkit::ports::{Parked as _, ParkedItem, ParkedStatus, RunStore as _};

/// The running system.
pub struct System {
    /// Its surroundings, as every command knows them.
    pub context: Context,
    /// Where its parts answer.
    pub endpoints: Endpoints,
    /// The CRM.
    pub crm: CrmApi,
}

impl System {
    /// The system that runs, with its organisation seeded.
    ///
    /// # Errors
    /// When none runs: tests of the whole need it, and fail without.
    pub async fn running() -> anyhow::Result<Self> {
        let context = Context::from_environment(Console::new(false))?;
        let endpoints = Endpoints::load(&context)
            .context("the tests need a local system: `cargo revloops test` brings up their own")?;
        if !answers(&endpoints.crm.url).await {
            bail!("the local system at {} does not answer: `cargo revloops test` brings it up", endpoints.crm.url);
        }
        let crm = CrmApi::log_in(&endpoints).await?;
        seed::organisation(&crm).await?;
        Ok(Self { context, endpoints, crm })
    }

    /// Saves leads in the CRM; returns their ids.
    ///
    /// # Errors
    /// When the CRM refuses one.
    pub async fn save(&self, leads: &[Value]) -> anyhow::Result<Vec<String>> {
        self.crm.create_all("Lead", leads).await
    }

    /// The decision records about a lead whose effects are all in, by the order of their decisions.
    ///
    /// # Errors
    /// When the runs cannot be read.
    pub async fn finished_runs(&self, lead: &str) -> anyhow::Result<Vec<Record>> {
        let clients = self.endpoints.clients().await;
        let runs = TableRuns::new(clients.dynamodb, self.endpoints.output("RunsTable")?)
            .about(&format!("lead/{lead}"))
            .await?;
        Ok(runs.into_iter().filter(|run| run.applied.len() >= run.record.effects.len()).map(|run| run.record).collect())
    }

    /// Waits until the chain of each lead has ended, turned away or drafted or blocked.
    ///
    /// # Errors
    /// When one has not ended in time; says which, and what is known of it.
    pub async fn wait_for_ends(&self, leads: &[String], patience: Duration) -> anyhow::Result<()> {
        let began = Instant::now();
        for lead in leads {
            loop {
                let runs = self.finished_runs(lead).await?;
                let outcomes: Vec<String> =
                    runs.iter().map(|run| format!("{} {}", run.key.loop_name, run.decision.outcome)).collect();
                let ended = outcomes.iter().any(|end| {
                    end == "qualify disqualified" || end == "route unresolved" || end.starts_with("engage ")
                });
                if ended {
                    break;
                }
                if began.elapsed() > patience {
                    bail!("{lead} has not ended: {outcomes:?}; parked: {:?}", self.parked().await?);
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        }
        Ok(())
    }

    /// What waits parked.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn parked(&self) -> anyhow::Result<Vec<ParkedItem>> {
        let clients = self.endpoints.clients().await;
        Ok(TableParked::new(clients.dynamodb, self.endpoints.output("ParkedTable")?)
            .list(ParkedStatus::Waiting, 10_000)
            .await?)
    }

    /// How often the owner of a lead was written after its save.
    ///
    /// # Errors
    /// When the CRM's journal cannot be read.
    pub async fn owner_writes(&self, lead: &str) -> anyhow::Result<usize> {
        let writes = self.crm.writes("Lead", 0).await?;
        let ours = |write: &&Value| {
            write.get("id").and_then(Value::as_str) == Some(lead)
                && write.get("method").and_then(Value::as_str) != Some("POST")
                && write.pointer("/fields/OwnerId").is_some()
        };
        Ok(writes.iter().filter(ours).count())
    }

    /// The tasks of a lead.
    ///
    /// # Errors
    /// When the CRM does not answer.
    pub async fn tasks(&self, lead: &str) -> anyhow::Result<Vec<Value>> {
        self.crm
            .query(&format!("SELECT Id, Subject, Description, OwnerId FROM Task WHERE WhoId = {}", literal(lead)))
            .await
    }

    /// Tells a stand-in to have faults until the guard is dropped or disarmed.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn faults(&self, url: &str, rules: Value) -> anyhow::Result<()> {
        let put = reqwest::Client::new().put(format!("{url}/_standin/faults")).json(&json!({"rules": rules}));
        put.send().await?.error_for_status()?;
        Ok(())
    }

    /// Takes a stand-in's faults away.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn no_faults(&self, url: &str) -> anyhow::Result<()> {
        reqwest::Client::new().delete(format!("{url}/_standin/faults")).send().await?.error_for_status()?;
        Ok(())
    }

    /// Now, as the CRM's journal counts it.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a test of the running system lives in real time")]
    pub fn now_ms() -> i64 {
        Timestamp::now().as_millisecond()
    }
}
