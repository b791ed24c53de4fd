//! A version of Route's rules that is tried first: beside the active one without acting, then on a share of the leads, and
//! taken back by itself, because reps hand on what it gives them.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use revloops_changes::rollout::{Guard, Spec};
use revloops_changes::{Actor, ChangeDesk, How, Operation, Proposal, Proposed, shadow};
use revloops_cli::aws::Aws;
use revloops_cli::config;
use revloops_config::RolloutMode;
use revloops_identity::Role;
use revloops_loopkit::Record;
use revloops_loopkit::ports::Clock as _;
use revloops_runtime::SystemClock;
use revloops_tests::system::System;
use serde_json::{Value, json};

use super::feedback::{RoutesTurn, quickly};

const LOOP: &str = "route";
/// The rule of the version that is tried gives every lead of this company's name to one person; nobody else's leads.
const COMPANY: &str = "Vestby Canary";
const WRONG: &str = "james.hart@northfield.example";
const RIGHT: &str = "nora.diaz@northfield.example";
/// Leads that are saved before the schedule's function looks.
const AT_ONCE: usize = 10;
/// Without a return by then, the test has failed.
const MOST: usize = 120;

struct Trial {
    system: System,
    desk: ChangeDesk,
    admin: Actor,
    operations: Actor,
    users: BTreeMap<String, String>,
    saved: usize,
}

impl Trial {
    async fn new() -> anyhow::Result<Self> {
        let system = System::running().await?;
        let users = system.crm.query("SELECT Id, Username FROM User").await?;
        let text = |user: &Value, name: &str| user[name].as_str().unwrap_or_default().to_owned();
        let actor = |name| Actor::person(name, Role::Administrator);
        Ok(Self {
            desk: config::desk(&system.endpoints).await?,
            users: users.iter().map(|user| (text(user, "Username"), text(user, "Id"))).collect(),
            system,
            admin: actor("admin@northfield.example"),
            operations: actor("olivia.grant@northfield.example"),
            saved: 0,
        })
    }

    /// Everything to one person, whatever the lead: what is wrong with it, only reps know.
    async fn proposed(&self) -> anyhow::Result<Proposal> {
        let rule = json!({
            "id": "vestby-to-one-person", "description": "All of them to one person.",
            "when": {"field": "company", "starts_with": COMPANY}, "assign": {"type": "named_owner", "owner": WRONG},
        });
        let Value::Object(rule) = rule else { unreachable!() };
        let operations = vec![Operation::AddRule { rule, before: Some("partner-leads".to_owned()), after: None }];
        let why = "one person knows them".to_owned();
        Ok(self.desk.propose(Proposed { operations, why }, &self.operations, SystemClock.now()).await?)
    }

    /// Route's decisions about so many new leads.
    async fn leads(&mut self, count: usize) -> anyhow::Result<Vec<Record>> {
        let lead = |nth: usize| {
            json!({
                "FirstName": "Una", "LastName": format!("Berg {nth}"), "Company": format!("{COMPANY} {nth}"), "CountryCode": "NO",
                "Email": format!("una@vestby-canary-{nth}.example"), "Title": "Head of Operations", "LeadSource": "Web",
            })
        };
        let leads: Vec<Value> = (self.saved..self.saved + count).map(lead).collect();
        self.saved += count;
        let ids = self.system.save(&leads).await?;
        self.system.wait_for_ends(&ids, Duration::from_secs(120)).await?;
        let mut decided = Vec::new();
        for id in &ids {
            let runs = self.system.finished_runs(id).await?;
            decided.push(runs.into_iter().find(|run| run.key.loop_name == LOOP).context("Route has decided")?);
        }
        Ok(decided)
    }

    /// Reps hand on what was given to the wrong person.
    async fn hand_on(&self, decided: &[Record]) -> anyhow::Result<usize> {
        let mut handed_on = 0;
        for record in decided {
            let id = record.key.subject.trim_start_matches("lead/");
            let lead = self.system.crm.query(&format!("SELECT OwnerId FROM Lead WHERE Id = '{id}'")).await?;
            if lead[0]["OwnerId"].as_str() == self.users.get(WRONG).map(String::as_str) {
                self.system.crm.update("Lead", id, &json!({"OwnerId": self.users[RIGHT]})).await?;
                handed_on += 1;
            }
        }
        Ok(handed_on)
    }

    /// What the schedule does.
    async fn look(&self) -> anyhow::Result<Value> {
        let aws = Aws::local(&self.system.context.layout, &self.system.endpoints);
        aws.invoke(self.system.endpoints.output("OutcomesFunction")?, &json!({})).await
    }

    async fn begin(&self, proposal: &Proposal, mode: RolloutMode, share_basis_points: u16) -> anyhow::Result<String> {
        let guard = Guard { metric: "reassigned".to_owned(), least_worse_points: 10, usual_percent: None };
        let spec = Spec {
            mode,
            share_basis_points,
            guards: vec![guard],
            least_sample: 10,
            most_sample: 500,
            false_alarm_basis_points: 500,
        };
        let trial = self.desk.begin_trial(&proposal.id, spec, &self.admin, SystemClock.now()).await?;
        // A pointer is trusted for some seconds.
        tokio::time::sleep(Duration::from_secs(3)).await;
        Ok(trial.id)
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_macros, reason = "a figure that whoever runs the test wants to see")]
async fn a_regression_is_seen_by_a_shadow_and_a_canary_of_it_is_taken_back_by_itself() -> anyhow::Result<()> {
    let mut trial = Trial::new().await?;
    // What becomes of a lead counts at once: as shipped, it takes days.
    let routes = RoutesTurn::with(trial.desk.clone(), quickly()).await?;
    let before = trial.desk.active(LOOP, SystemClock.now()).await?.read.pointer.active;
    let proposal = trial.proposed().await?;

    // Both decide, the active one acts.
    let id = trial.begin(&proposal, RolloutMode::Shadow, 10_000).await?;
    let decided = trial.leads(4).await?;
    assert!(decided.iter().all(|record| record.config.sha256 == before.sha256), "a shadow never acts");
    trial.look().await?;
    let summary = shadow::summary(trial.desk.documents.as_ref(), &id, SystemClock.now()).await?;
    let ours: Vec<_> = decided
        .iter()
        .map(|record| summary.examples.iter().find(|example| example.subject == record.key.subject))
        .collect();
    assert!(ours.iter().all(Option::is_some), "each of ours was decided otherwise by the shadow: {summary:?}");
    assert!(summary.compared >= 4 && summary.different >= 4, "{summary:?}");
    trial.desk.end_trial(LOOP, &trial.admin, "it was looked at", SystemClock.now()).await?;

    // Half of the leads by the new version.
    let hash = &proposal.candidate.sha256;
    trial.desk.approve(&proposal.id, hash, &trial.admin, SystemClock.now()).await?;
    trial.begin(&proposal, RolloutMode::Canary, 5_000).await?;
    let (mut by_new, mut handed_on) = (0, 0);
    let verdict = loop {
        let decided = trial.leads(AT_ONCE).await?;
        by_new += decided.iter().filter(|record| record.config.sha256 == *hash).count();
        handed_on += trial.hand_on(&decided).await?;
        trial.look().await?;
        let history = trial.desk.history(LOOP, SystemClock.now()).await?;
        if let Some(back) = history.iter().take(2).find(|one| one.how == How::Returned) {
            break back.clone();
        }
        assert!(trial.saved < MOST, "{handed_on} of {by_new} leads were handed on, and nothing was noticed");
    };
    println!(
        "a planted regression (all of the new version's leads handed on, half of the leads by it) was taken back after {by_new} \
         leads of the new version, of {} in all: {}",
        trial.saved - 4,
        verdict.why
    );
    assert_eq!(handed_on, by_new, "only what the new version gave was handed on");
    assert_eq!(verdict.proposal.as_ref(), Some(&proposal.id));
    let pointer = trial.desk.active(LOOP, SystemClock.now()).await?.read.pointer;
    assert_eq!((pointer.active.sha256, pointer.rollout), (before.sha256.clone(), None));

    // From now on, everybody by the active version again.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let after = trial.leads(6).await?;
    assert!(after.iter().all(|record| record.config.sha256 == before.sha256));
    routes.put_back().await
}
