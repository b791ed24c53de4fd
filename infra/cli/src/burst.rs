//! `revloops burst`: many leads at once, with repeated messages and injected faults. Counts what was lost and what happened
//! twice, and measures how fast it went. The figures in README.md come from here.

mod faults;
mod leads;
pub mod measure;
mod verdict;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;

use crate::console::{Console, Tone};
use crate::context::Context;
use crate::crm_api::CrmApi;
use crate::demo::seed;
use crate::local::{Endpoints, ensure_up};

pub use measure::Speed;
pub use verdict::Verdict;

/// What to send.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Number of leads.
    #[arg(long, default_value_t = 1000)]
    pub leads: usize,
    /// Percentage of the messages that the CRM sends a second time.
    #[arg(long, default_value_t = 30)]
    pub duplicates: u8,
    /// Percentage of the calls to the CRM, the data provider and the AI that go wrong.
    #[arg(long, default_value_t = 10)]
    pub faults: u8,
    /// Seed of the leads and of the faults: the same seed gives the same leads.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Seconds to wait for the last lead.
    #[arg(long, default_value_t = 1200)]
    pub timeout_seconds: u64,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Leads saved in the CRM.
    pub leads: usize,
    /// Messages that were sent a second time.
    pub resent: usize,
    /// Faults that the stand-ins had.
    pub faults_hit: u64,
    /// What was lost and what happened twice.
    pub verdict: Verdict,
    /// How fast it went.
    pub speed: Speed,
}

/// Has the system up and sends the burst.
///
/// # Errors
/// If a part cannot be had.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let endpoints = ensure_up(context).await?;
    let report = burst(context, &endpoints, &args).await?;
    show(&context.console, &report);
    context.console.json(&report)?;
    Ok(if report.verdict.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Sends the burst to a running system, waits for the last lead, and looks at every one.
///
/// # Errors
/// If a part of the system does not answer.
pub async fn burst(context: &Context, endpoints: &Endpoints, args: &Args) -> anyhow::Result<Report> {
    let crm = CrmApi::log_in(endpoints).await?;
    seed::organisation(&crm).await?;
    let records = leads::generate(args.leads, args.seed);
    faults::arm(endpoints, args.faults, args.seed).await?;

    let step = context.console.step("Burst");
    let cpu_before = measure::functions_cpu(&context.layout);
    let (began, since) = (Instant::now(), Timestamp::now());
    let ids = crm.create_all("Lead", &records).await?;
    let repeated: Vec<String> = ids.iter().take(ids.len() * usize::from(args.duplicates) / 100).cloned().collect();
    let resent = crm.resend(&repeated).await?;

    let patience = Duration::from_secs(args.timeout_seconds);
    let ended = verdict::wait_for_ends(&crm, &step, &ids, since, began, patience).await;
    let faults_hit = faults::disarm(endpoints).await?;
    if !ended? {
        step.detail("the faults are over: what is parked is sent again");
        verdict::send_parked_again(context, endpoints, &crm, &step, &ids, since, began, patience).await?;
    }
    let verdict = verdict::judge(endpoints, &crm, &ids, since).await?;
    let speed = measure::speed(context, endpoints, &crm, &ids, since, cpu_before).await?;
    step.done(format!("{} leads", ids.len()));
    Ok(Report { leads: ids.len(), resent, faults_hit, verdict, speed })
}

fn show(console: &Console, report: &Report) {
    let Report { verdict, speed, .. } = report;
    let tone = if verdict.is_clean() { Tone::Good } else { Tone::Bad };
    console.say(format!(
        "\n{} leads, {} messages sent again, {} faults: {}",
        report.leads,
        report.resent,
        report.faults_hit,
        console.tone(tone, format!("{} lost, {} with something twice", verdict.lost.len(), verdict.twice.len()))
    ));
    console.say(format!(
        "  {} with an owner, {} with a task, {} turned away, {} blocked, {} parked",
        verdict.owned, verdict.tasks, verdict.disqualified, verdict.blocked, verdict.parked
    ));
    for problem in verdict.lost.iter().chain(&verdict.twice).take(20) {
        console.say(format!("  {} {problem}", console.tone(Tone::Bad, "✗")));
    }
    let ms = |value: Option<f64>| value.map_or("–".to_owned(), |ms| format!("{ms:.0}"));
    console.table(
        &["from the save in the CRM", "p50 ms", "p95 ms", "max ms"],
        [
            ("to our answer to the message (one envelope)", &speed.answer_ms),
            ("to the owner", &speed.owner_ms),
            ("to the task", &speed.task_ms),
        ]
        .map(|(what, spread)| vec![what.to_owned(), ms(spread.p50), ms(spread.p95), ms(spread.max)]),
    );
    console.say(format!("  {:.1} leads/s to the last task", speed.leads_per_second));
    console.say(format!(
        "  our functions: {:.0} ms a lead in {:.1} runs, waiting for the CRM, the provider, the AI and the tables included; {:.0} ms of it CPU time",
        speed.functions_ms_per_lead, speed.runs_per_lead, speed.functions_cpu_ms_per_lead
    ));
}
