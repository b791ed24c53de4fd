//! The signal chain in the demo: an article about a target account is planted, the scanner finds it, and a rep gets a task.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use revloops_aws::TableRuns;
use revloops_domain::AccountId;
use revloops_loopkit::Record;
use revloops_loopkit::ports::RunStore as _;

use super::seed::text;
use crate::console::Tone;
use crate::context::Context;
use crate::crm_api::{CrmApi, literal};
use crate::local::Endpoints;
use crate::{accounts, targets};

/// The account that the article is about; one of `organisation.json`.
const ACCOUNT: &str = "Karelia Pumps Oy";
/// The tier that it is scanned in.
const TIER: &str = "a";
/// The article.
pub const ARTICLE: &str = "https://nordic-ledger.example/2026/karelia-pumps-raises-22m";

/// What became of the article.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Told {
    /// The account.
    pub account_id: String,
    /// `qualified` or `passed`.
    pub status: Option<String>,
    /// 0 to 100.
    pub score: Option<u64>,
    /// Why it was passed over.
    pub passed_because: Vec<String>,
    /// `drafted` or `blocked`.
    pub engaged: Option<String>,
    /// Whom the task is about.
    pub person_id: Option<String>,
}

impl Told {
    /// Whether the chain has ended.
    #[must_use]
    pub fn finished(&self) -> bool {
        self.engaged.is_some() || self.status.as_deref() == Some("passed")
    }

    fn take(&mut self, record: &Record) {
        let said = |path: &str| record.reply.pointer(path).and_then(Value::as_str).map(ToOwned::to_owned);
        match record.key.loop_name.as_str() {
            "generate" => {
                self.status = said("/status");
                self.score = record.reply.get("score").and_then(Value::as_u64);
                self.person_id = said("/person/id");
                let because = record.reply.get("passed_because").and_then(Value::as_array).into_iter().flatten();
                self.passed_because = because.filter_map(Value::as_str).map(ToOwned::to_owned).collect();
            }
            "engage" => self.engaged = said("/status"),
            _ => {}
        }
    }
}

/// Plants the article, has the account scanned once, and watches until the chain has ended or `patience` has.
///
/// # Errors
/// If the account is not there, or a part does not answer.
pub async fn play(context: &Context, endpoints: &Endpoints, crm: &CrmApi, patience: Duration) -> anyhow::Result<Told> {
    let step = context.console.step("Signal");
    let found = crm.query(&format!("SELECT Id FROM Account WHERE Name = {} LIMIT 1", literal(ACCOUNT))).await?;
    let account = found.first().with_context(|| format!("the CRM has no account {ACCOUNT}"))?;
    let account = AccountId::parse(text(account, "Id"))?;
    plant(&endpoints.ai.url).await?;
    let table = targets::table(endpoints).await?;
    targets::add(&accounts::crm(endpoints)?, &table, std::slice::from_ref(&account), TIER).await?;
    let since = Timestamp::now();
    let ticked = targets::scan_now(context, endpoints, &account).await?;
    step.detail(format!("scanned: {ticked}"));

    let runs = TableRuns::new(endpoints.clients().await.dynamodb, endpoints.output("RunsTable")?);
    let began = Instant::now();
    let mut told = Told { account_id: account.to_string(), ..Told::default() };
    while !told.finished() && began.elapsed() < patience {
        let stored = runs.about(&format!("account/{account}")).await?;
        for run in stored.iter().filter(|run| run.record.decided_at >= since) {
            // A decision is news once its effects are in the world.
            if run.applied.len() >= run.record.effects.len() {
                told.take(&run.record);
            }
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    match (&told.status, &told.engaged) {
        (_, Some(engaged)) => step.done(format!("score {}, sequence {engaged}", told.score.unwrap_or(0))),
        (Some(_), None) if told.finished() => step.done(format!("passed over: {}", told.passed_because.join(", "))),
        (_, None) => step.warned("its chain has not ended yet"),
    }
    let words = format!("  signal    {ACCOUNT:<26} {}", told.engaged.as_deref().unwrap_or("no task"));
    context.console.say(context.console.tone(if told.engaged.is_some() { Tone::Good } else { Tone::Warn }, words));
    Ok(told)
}

/// Puts the article into the stand-in's library, as published two days ago.
async fn plant(ai: &str) -> anyhow::Result<()> {
    let headline = "Karelia Pumps raises EUR 22 million";
    let quote = "Karelia Pumps has raised 22 million euros from Saimaa Growth to open a service centre in Turku";
    let article = json!({
        "url": ARTICLE,
        "title": headline,
        "published_days_ago": 2,
        "about": [ACCOUNT],
        "text": format!("{quote}, the pump maker from Joensuu said on Thursday."),
        "says": {
            "company": "Karelia Pumps",
            "domain": "karelia-pumps.example",
            "country": "FI",
            "kind": "funding",
            "days_ago": 2,
            "headline": headline,
            "quote": quote,
        },
    });
    let client = reqwest::Client::builder().no_proxy().build()?;
    let sent = client.post(format!("{ai}/_standin/articles")).json(&article).send().await;
    sent.and_then(reqwest::Response::error_for_status).context("planting an article in the AI stand-in")?;
    Ok(())
}
