//! What reps do with leads comes back as a proposal, waits with everybody's, and is followed once people have approved it.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use revloops_changes::desk::ProposedFiles;
use revloops_changes::{Actor, ChangeDesk, Operation, Proposal, Proposed, VersionOutcomes};
use revloops_cli::aws::Aws;
use revloops_cli::config;
use revloops_config::Bundle;
use revloops_domain::ConfigStamp;
use revloops_identity::Role;
use revloops_loopkit::Record;
use revloops_loopkit::ports::Clock as _;
use revloops_runtime::SystemClock;
use revloops_tests::system::System;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use super::mcp::{Session, person};

const LOOP: &str = "route";
/// Leads of companies that begin so are this test's.
const COMPANY: &str = "Skagen Feedback";
const RULE: &str = "skagen-feedback";
const GIVEN: &str = "james.hart@northfield.example";
const TAKES: &str = "nora.diaz@northfield.example";

/// Tests that change how Route decides, and put it back: one at a time.
static ROUTE: Mutex<()> = Mutex::const_new(());

/// Route's config while a test has it, and how it was before.
pub(crate) struct RoutesTurn {
    desk: ChangeDesk,
    before: Bundle,
    stamp: ConfigStamp,
    _turn: MutexGuard<'static, ()>,
}

pub(crate) fn admin() -> Actor {
    Actor::person("admin@northfield.example", Role::Administrator)
}

pub(crate) fn operations() -> Actor {
    Actor::person("olivia.grant@northfield.example", Role::Administrator)
}

/// Outcomes count at once, and few of them say something.
pub(crate) fn quickly() -> Vec<Operation> {
    let set = |key: &str, value: u32| Operation::SetLever {
        loop_name: LOOP.to_owned(),
        file: "levers.yaml".to_owned(),
        path: format!("feedback.{key}").parse().expect("a path"),
        value: json!(value),
    };
    vec![set("ripe_days", 0), set("min_sample", 5)]
}

impl RoutesTurn {
    /// Changes Route for a while.
    pub(crate) async fn with(desk: ChangeDesk, change: Vec<Operation>) -> anyhow::Result<Self> {
        let turn = ROUTE.lock().await;
        let before = desk.active(LOOP, SystemClock.now()).await?;
        let proposed = Proposed { operations: change, why: "a test's own terms".to_owned() };
        let proposal = desk.propose(proposed, &operations(), SystemClock.now()).await?;
        let routes = Self { desk, before: before.bundle, stamp: before.read.pointer.active, _turn: turn };
        routes.apply(&proposal).await?;
        Ok(routes)
    }

    /// Approved by two, and active.
    async fn apply(&self, proposal: &Proposal) -> anyhow::Result<()> {
        for who in [admin(), operations()] {
            let now = self.desk.show(&proposal.id, SystemClock.now()).await?;
            if now.missing().is_some() {
                self.desk.approve(&proposal.id, &proposal.candidate.sha256, &who, SystemClock.now()).await?;
            }
        }
        self.desk.apply(&proposal.id, &admin(), SystemClock.now()).await?;
        // A pointer is trusted for some seconds.
        tokio::time::sleep(Duration::from_secs(3)).await;
        Ok(())
    }

    /// As it was, byte by byte.
    pub(crate) async fn put_back(self) -> anyhow::Result<()> {
        let files: BTreeMap<String, String> = self
            .desk
            .checks
            .files(LOOP)
            .into_iter()
            .filter_map(|file| Some((file.to_owned(), self.before.text(file)?.into_owned())))
            .collect();
        let why = "the test is over".to_owned();
        let proposed = ProposedFiles { loop_name: LOOP.to_owned(), files, why, base: None };
        let proposal = self.desk.propose_files(proposed, &operations(), SystemClock.now()).await?;
        self.apply(&proposal).await?;
        let active = self.desk.active(LOOP, SystemClock.now()).await?.read.pointer.active;
        anyhow::ensure!(active.sha256 == self.stamp.sha256, "Route's config is not what it was");
        Ok(())
    }
}

async fn decided(system: &System, places: std::ops::Range<usize>) -> anyhow::Result<Vec<Record>> {
    let lead = |nth: usize| {
        json!({
            "FirstName": "Ole", "LastName": format!("Lund {nth}"), "Company": format!("{COMPANY} {nth}"), "CountryCode": "DK",
            "Email": format!("ole@skagen-feedback-{nth}.example"), "Title": "Head of Operations", "LeadSource": "Web",
        })
    };
    let ids = system.save(&places.map(lead).collect::<Vec<_>>()).await?;
    system.wait_for_ends(&ids, Duration::from_secs(120)).await?;
    let mut decided = Vec::new();
    for id in &ids {
        let runs = system.finished_runs(id).await?;
        decided.push(runs.into_iter().find(|run| run.key.loop_name == LOOP).context("Route has decided")?);
    }
    Ok(decided)
}

async fn tick(system: &System) -> anyhow::Result<Value> {
    let aws = Aws::local(&system.context.layout, &system.endpoints);
    let ticked = aws.invoke(system.endpoints.output("OutcomesFunction")?, &json!({})).await?;
    Ok(ticked["loops"][LOOP].clone())
}

fn owner(record: &Record) -> &str {
    record.decision.verdict["owner"]["login"].as_str().unwrap_or_default()
}

async fn outcomes(system: &System) -> anyhow::Result<Vec<VersionOutcomes>> {
    let kept = config::outcomes(&system.endpoints).await?;
    Ok(VersionOutcomes::all(&kept, LOOP, SystemClock.now()).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reps_give_away_becomes_a_proposal_that_people_approve_and_the_next_lead_follows() -> anyhow::Result<()> {
    let system = System::running().await?;
    let desk = config::desk(&system.endpoints).await?;
    let rule = json!({
        "id": RULE, "description": "All of them to one person.",
        "when": {"field": "company", "starts_with": COMPANY}, "assign": {"type": "named_owner", "owner": GIVEN},
    });
    let rule = rule.as_object().context("a rule")?.clone();
    let add = Operation::AddRule { rule, before: Some("partner-leads".to_owned()), after: None };
    let routes = RoutesTurn::with(desk.clone(), quickly().into_iter().chain([add]).collect()).await?;
    let base = desk.active(LOOP, SystemClock.now()).await?.read.pointer.active;

    let first = decided(&system, 0..8).await?;
    assert!(first.iter().all(|record| owner(record) == GIVEN && record.config.sha256 == base.sha256));
    let users = system.crm.query(&format!("SELECT Id FROM User WHERE Username = '{TAKES}'")).await?;
    for record in first.iter().take(6) {
        let id = record.key.subject.trim_start_matches("lead/");
        system.crm.update("Lead", id, &json!({"OwnerId": users[0]["Id"]})).await?;
    }

    let ticked = tick(&system).await?;
    let id = ticked["proposal"].as_str().with_context(|| format!("no proposal: {ticked}"))?.to_owned();
    assert_eq!(tick(&system).await?["proposal"], json!(id), "once, however often the schedule comes");
    let listed = desk.list(SystemClock.now()).await?;
    let ours: Vec<&Proposal> = listed.iter().filter(|one| one.base == base && one.state.waits()).collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    let proposal = ours[0];
    assert_eq!((proposal.id.as_str(), proposal.proposed_by.username.as_str()), (id.as_str(), "feedback"));
    assert!(proposal.diff.contains(&format!("owner: {TAKES}")), "{}", proposal.diff);
    let evidence = proposal.evidence.as_ref().context("evidence")?;
    let line = format!("rules[id={RULE}].assign.owner: 6 of 8 leads were given to somebody else");
    assert!(evidence.sample >= 8 && evidence.lines.iter().any(|one| one.starts_with(&line)), "{evidence:?}");
    let simulation = proposal.simulation.as_ref().context("a simulation")?;
    assert!(simulation.looked_at >= 8 && simulation.changed >= 8, "{simulation:?}");

    // It waits in the list that people work through, and they see what it rests on.
    let calls = [
        json!({"tool": "list_changes", "arguments": {"loop": LOOP}}),
        json!({"tool": "show_change", "arguments": {"id": id}}),
        json!({"tool": "config_history", "arguments": {"loop": LOOP}}),
    ];
    let who = person("olivia.grant@northfield.example", "workflow.read");
    let asked = Session::of(&system, "workflow", &who, json!({"calls": calls})).await?;
    let waits = asked.answer(0)["proposals"].as_array().context("proposals")?;
    assert!(waits.iter().any(|one| one["id"] == json!(id) && one["proposed_by"] == "feedback"));
    assert!(asked.answer(1)["evidence"].to_string().contains("6 of 8 leads"), "{}", asked.answer(1));
    assert!(asked.answer(1)["simulation"].to_string().contains("would have come out differently"));
    let moves = asked.answer(2)["moves"].as_array().context("moves")?;
    let said = moves[0]["outcomes"]["in_words"].to_string();
    assert!(said.contains("reassigned: ") && said.contains("(6 of "), "what the version has led to: {said}");
    assert!(asked.answer(2)["feedback"].to_string().contains(&id));

    routes.apply(proposal).await?;
    let next = decided(&system, 8..9).await?;
    assert_eq!((owner(&next[0]), &next[0].config.sha256), (TAKES, &proposal.candidate.sha256));

    // The new version's outcomes are its own, and name the proposal that it came of.
    tick(&system).await?;
    let versions = outcomes(&system).await?;
    let new = versions.iter().find(|one| one.version == proposal.candidate.sha256).context("the new version")?;
    assert_eq!((new.proposal.as_deref(), new.guards["reassigned"].bad), (Some(id.as_str()), 0), "{new:?}");
    routes.put_back().await
}
