//! How long a call of an MCP tool takes on the running local system, beside what it is made of: a plain answer of a function behind the
//! same API, and the CRM's own answer to the same query.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;
use serde_json::{Value, json};

use crate::burst::measure::Spread;
use crate::context::Context;
use crate::crm_api::CrmApi;
use crate::demo::seed;
use crate::local::Endpoints;
use crate::test::tools;

/// Who calls: sees everything, so that no answer is empty.
const PERSON: &str = "admin@northfield.example";
/// Who asks for numbers beside them: sees their own.
const REP: &str = "erik.lind@northfield.example";
const SOQL: &str = "SELECT Id, Name, Company, Status FROM Lead ORDER BY CreatedDate DESC LIMIT 20";
/// A lead's chain ends with the third loop.
const LOOPS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(60);

/// One kind of request.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    what: String,
    /// Milliseconds.
    spread: Spread,
    /// Its median as a multiple of the plain answer's.
    times_plain: Option<f64>,
}

impl Measured {
    pub(super) fn row(&self) -> Vec<String> {
        let figure =
            |value: Option<f64>, unit: &str| value.map_or("–".to_owned(), |value| format!("{value:.1}{unit}"));
        let Spread { p50, p95, max } = self.spread;
        vec![
            self.what.clone(),
            figure(p50, " ms"),
            figure(p95, " ms"),
            figure(max, " ms"),
            figure(self.times_plain, " ×"),
        ]
    }
}

/// Calls each tool so often, one call after the other and the kinds in turn, so that what else the machine does falls on all alike.
pub(super) async fn calls(context: &Context, endpoints: &Endpoints, count: usize) -> anyhow::Result<Vec<Measured>> {
    let step = context.console.step("Calls of tools");
    let crm = CrmApi::log_in(endpoints).await?;
    seed::organisation(&crm).await?;
    let lead = json!({"LastName": "Figures", "Company": "Figures AS", "Email": "f@figures.example", "CountryCode": "NO", "LeadSource": "Web"});
    let lead = crm.create_all("Lead", &[lead]).await?.pop().context("one lead was saved")?;
    step.detail("logging in");
    let servers = [
        Server::of(context, endpoints, "crm", "crm.read", PERSON).await?,
        Server::of(context, endpoints, "workflow", "workflow.read", PERSON).await?,
        Server::of(context, endpoints, "analytics", "analytics.read", PERSON).await?,
        Server::of(context, endpoints, "analytics", "analytics.read", REP).await?,
    ];
    let [records, workflow, numbers, rep] = &servers;
    step.detail("waiting for a lead's decisions");
    let about = json!({"record": lead});
    let begun = Instant::now();
    while workflow.call("timeline", &about).await?.get("decisions").and_then(Value::as_array).map_or(0, Vec::len)
        < LOOPS
    {
        if begun.elapsed() > PATIENCE {
            bail!("the loops have not decided about {lead} within {} s", PATIENCE.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let plain = format!("{}/.well-known/oauth-protected-resource/mcp/crm", endpoints.site.url);
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let week_ago = today.checked_sub(6.days())?;
    let by_band = json!({"metric": "leads_created", "by": ["band"]});
    let runs = json!({"metric": "runs", "by": ["loop", "outcome"]});
    let week = json!({"metric": "runs", "by": ["loop", "outcome"], "from": week_ago, "to": today});
    let sql = json!({"sql": format!("SELECT rule, count(DISTINCT record_id) AS leads FROM route_facts WHERE day >= DATE '{week_ago}' GROUP BY rule ORDER BY 2 DESC")});
    let tools = [
        (records, "query", json!({"soql": SOQL}), "query"),
        (records, "get_record", json!({"object": "Lead", "id": lead}), "get_record"),
        (workflow, "list_loops", json!({}), "list_loops"),
        (workflow, "timeline", about, "timeline"),
        (numbers, "list_metrics", json!({}), "list_metrics"),
        (numbers, "run_metric", by_band.clone(), "leads_created by band"),
        (rep, "run_metric", by_band, "the same for a rep"),
        (numbers, "run_metric", week.clone(), "runs by loop and outcome, a week"),
        (rep, "run_metric", week, "the same for a rep"),
        (numbers, "run_sql", sql, "leads by rule, a week, in SQL"),
        (numbers, "run_metric", runs.clone(), "runs by loop and outcome, all days"),
        (rep, "run_metric", runs, "the same for a rep"),
    ];
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); tools.len() + 2];
    // The first round is not counted: programs start in it.
    for at in 0..=count {
        step.detail(format!("{at} of {count}"));
        let mut round = vec![timed(plain_answer(records, &plain)).await?, timed(crm.query(SOQL)).await?];
        for (server, tool, arguments, _) in &tools {
            round.push(timed(server.call(tool, arguments)).await?);
        }
        if at > 0 {
            times.iter_mut().zip(round).for_each(|(all, one)| all.push(one));
        }
    }
    step.done(count);
    let names = ["a plain answer by the same API".to_owned(), "the CRM's own answer to that query".to_owned()];
    let names = names.into_iter().chain(tools.iter().map(|(server, .., what)| format!("{} {what}", server.name)));
    let spreads: Vec<Spread> = times.into_iter().map(Spread::of).collect();
    let plain = spreads.first().and_then(|spread| spread.p50);
    let measured = names.zip(spreads).map(|(what, spread)| {
        let times_plain = spread.p50.zip(plain).map(|(one, plain)| one / plain);
        Measured { what, spread, times_plain }
    });
    Ok(measured.collect())
}

async fn timed<T>(asked: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<f64> {
    let began = Instant::now();
    asked.await?;
    Ok(began.elapsed().as_secs_f64() * 1000.0)
}

async fn plain_answer(server: &Server, url: &str) -> anyhow::Result<Vec<u8>> {
    Ok(server.http.get(url).send().await?.error_for_status()?.bytes().await?.to_vec())
}

/// One MCP server, and a token for it.
struct Server {
    name: &'static str,
    url: String,
    token: String,
    http: reqwest::Client,
}

impl Server {
    /// Lets the official SDK in, by the tests' scripted login, and takes its token.
    async fn of(
        context: &Context,
        endpoints: &Endpoints,
        name: &'static str,
        scope: &str,
        person: &'static str,
    ) -> anyhow::Result<Self> {
        let (root, url) = (context.layout.root.clone(), format!("{}/mcp/{name}", endpoints.site.url));
        let (password, scope, to) = (endpoints.crm.password.clone(), scope.to_owned(), url.clone());
        let output = tokio::task::spawn_blocking(move || -> anyhow::Result<_> {
            let mut command = Command::new(tools::prepare(&root)?.python);
            command.arg(root.join("tests/clients/mcp_client.py"));
            command.args([
                "--url",
                &to,
                "--username",
                person,
                "--password",
                &password,
                "--scope",
                &scope,
                "--show-token",
            ]);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn()?;
            serde_json::to_writer(child.stdin.take().context("the client's input")?, &json!({}))?;
            Ok(child.wait_with_output()?)
        })
        .await??;
        if !output.status.success() {
            bail!("logging in to {url}\n{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let told: Value = serde_json::from_slice(&output.stdout)?;
        let token = told.get("token").and_then(Value::as_str).context("the client has no token")?.to_owned();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).no_proxy().build()?;
        Ok(Self { name, url, token, http })
    }

    /// One call, as a client of the newest revision makes it; the tool's structured answer.
    async fn call(&self, tool: &str, arguments: &Value) -> anyhow::Result<Value> {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "figures", "version": "1"},
        });
        let body = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments, "_meta": meta},
        });
        let request = self.http.post(&self.url).bearer_auth(&self.token).json(&body);
        let request = request
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", tool);
        let answer: Value = request.send().await?.error_for_status()?.json().await?;
        match answer.pointer("/result/structuredContent") {
            Some(structured) if answer.pointer("/result/isError") != Some(&Value::Bool(true)) => Ok(structured.clone()),
            Some(_) | None => bail!("{tool} was refused: {answer}"),
        }
    }
}
