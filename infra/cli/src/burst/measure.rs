//! How fast a burst went: by the CRM's own clock, the functions' logs and the operating system's accounts.

use std::collections::BTreeMap;

use anyhow::Context as _;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::aws::Aws;
use crate::context::{Context, Layout};
use crate::crm_api::CrmApi;
use crate::local::Endpoints;

/// Percentiles of a spread.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Spread {
    /// Half are below.
    pub p50: Option<f64>,
    /// 95% are below.
    pub p95: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
}

impl Spread {
    /// The spread of these values; empty for none.
    #[must_use]
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        // Nearest rank.
        let at = |share: f64| values.get(((values.len() as f64 * share).ceil() as usize).saturating_sub(1)).copied();
        Self { p50: at(0.5), p95: at(0.95), max: values.last().copied() }
    }
}

/// How fast it went.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Speed {
    /// From the message's sending to our answer, one value an envelope.
    pub answer_ms: Spread,
    /// From the save to the owner.
    pub owner_ms: Spread,
    /// From the save to the task.
    pub task_ms: Spread,
    /// Leads a second, from the first save to the last task.
    pub leads_per_second: f64,
    /// Time inside our loops' runs, by their own logs.
    pub functions_ms_per_lead: f64,
    /// Runs of loops a lead, repeated ones included.
    pub runs_per_lead: f64,
    /// CPU time of the function processes that still live.
    pub functions_cpu_ms_per_lead: f64,
}

pub(super) async fn speed(
    context: &Context,
    endpoints: &Endpoints,
    crm: &CrmApi,
    ids: &[String],
    since: Timestamp,
    cpu_before: f64,
) -> anyhow::Result<Speed> {
    let since_ms = since.as_millisecond();
    let at = |write: &Value| write.get("at_ms").and_then(Value::as_i64);
    let mut saved: BTreeMap<String, i64> = BTreeMap::new();
    let (mut owner, mut task) = (Vec::new(), Vec::new());
    let mut last = since_ms;
    for write in crm.writes("Lead", since_ms).await? {
        let (Some(id), Some(at)) = (write.get("id").and_then(Value::as_str), at(&write)) else { continue };
        match saved.get(id) {
            None => {
                saved.insert(id.to_owned(), at);
            }
            Some(began) if write.pointer("/fields/OwnerId").is_some() => owner.push((at - began) as f64),
            Some(_) => {}
        }
    }
    for write in crm.writes("Task", since_ms).await? {
        let lead = write.pointer("/fields/WhoId").and_then(Value::as_str);
        if let (Some(began), Some(at)) = (lead.and_then(|id| saved.get(id)), at(&write)) {
            task.push((at - began) as f64);
            last = last.max(at);
        }
    }
    let first = saved.values().min().copied().unwrap_or(since_ms);
    let (runs, run_ms) = runs_in_logs(context, endpoints, since_ms).await?;
    let leads = ids.len().max(1) as f64;
    Ok(Speed {
        answer_ms: Spread::of(answer_times(endpoints, since_ms).await?),
        owner_ms: Spread::of(owner),
        task_ms: Spread::of(task),
        leads_per_second: leads / ((last - first).max(1) as f64 / 1000.0),
        functions_ms_per_lead: run_ms / leads,
        runs_per_lead: runs as f64 / leads,
        functions_cpu_ms_per_lead: (functions_cpu(&context.layout) - cpu_before) / leads,
    })
}

/// How long our API took to answer each of the CRM's messages since a time, in milliseconds, as the CRM saw it.
///
/// # Errors
/// If the CRM stand-in does not answer.
pub async fn answer_times(endpoints: &Endpoints, since_ms: i64) -> anyhow::Result<Vec<f64>> {
    let url = format!("{}/_standin/outbound?since_ms={since_ms}", endpoints.crm.url);
    let outbound: Value = reqwest::get(url).await?.json().await?;
    let times = outbound.get("ack_latency_ms").and_then(Value::as_array).into_iter().flatten();
    Ok(times.filter_map(Value::as_f64).collect())
}

/// Number of runs that the loops have logged, and their time in milliseconds.
async fn runs_in_logs(context: &Context, endpoints: &Endpoints, since_ms: i64) -> anyhow::Result<(usize, f64)> {
    let aws = Aws::local(&context.layout, endpoints);
    let (mut runs, mut took) = (0, 0.0);
    for function in ["QualifyFunction", "RouteFunction", "EngageFunction"] {
        let said =
            aws.json(["lambda", "get-function-configuration", "--function-name", endpoints.output(function)?]).await?;
        let group =
            said.pointer("/LoggingConfig/LogGroup").and_then(Value::as_str).context("a function says where it logs")?;
        let since = since_ms.to_string();
        let found = aws
            .json([
                "logs",
                "filter-log-events",
                "--log-group-name",
                group,
                "--start-time",
                &since,
                "--filter-pattern",
                "duration_ms",
            ])
            .await?;
        for event in found.get("events").and_then(Value::as_array).into_iter().flatten() {
            let Some(line) = event.get("message").and_then(Value::as_str) else { continue };
            let Ok(line) = serde_json::from_str::<Value>(line.trim()) else { continue };
            if let Some(ms) = line.get("duration_ms").and_then(Value::as_f64) {
                runs += 1;
                took += ms;
            }
        }
    }
    Ok((runs, took))
}

/// CPU time in milliseconds that the function processes of this local system have used so far. Linux alone knows; 0 elsewhere.
pub(super) fn functions_cpu(layout: &Layout) -> f64 {
    let ours = layout.state.to_string_lossy().into_owned();
    let mut ticks = 0.0;
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let process = entry.path();
        let runs = std::fs::read_link(process.join("exe")).unwrap_or_default();
        if !(runs.to_string_lossy().starts_with(&ours) && runs.to_string_lossy().contains("bootstrap")) {
            continue;
        }
        let stat = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
        // The name may hold blanks: fields are counted from behind it. utime and stime are the 14th and 15th of all.
        let fields: Vec<&str> = stat.rsplit_once(')').map_or(Vec::new(), |(_, rest)| rest.split_whitespace().collect());
        ticks += [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<f64>().ok()).sum::<f64>();
    }
    // 100 ticks a second on every Linux that this runs on.
    ticks * 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_nearest_rank() {
        let spread = Spread::of((1..=100).map(f64::from).collect());
        assert_eq!((spread.p50, spread.p95, spread.max), (Some(50.0), Some(95.0), Some(100.0)));
        assert_eq!(Spread::of(Vec::new()).p50, None);
    }
}
