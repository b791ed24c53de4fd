//! Live, batch and dry run: the same engine, so the same verdict, ticket by ticket.

use jiff::{SignedDuration, Timestamp};

use revloops_domain::{LeadId, MailDomain, OwnerId, Score, UserId};
use revloops_loopkit::Mode;
use revloops_loopkit::ports::{CrmUser, Queue};
use revloops_testkit::{TestWorld, shipped_config};

use super::{Answers, Decided, Decider, Subject};
use crate::config::{Handler, RouteConfig};
use crate::inputs::{Ports, RouteInput, look_up};
use crate::logic::tests::{german_lead, noon};
use crate::logic::{RouteVerdict, decide};

/// Everybody whom the config names is in the CRM; one of them has left.
fn world(config: &RouteConfig) -> TestWorld {
    let world = TestWorld::new(noon());
    world.with(|memory| {
        for (at, login) in config.logins().into_iter().enumerate() {
            let id = UserId::parse(&format!("005{at:012}")).unwrap();
            let active = !login.starts_with("rob.gone");
            memory.users.push(CrmUser { id, login: login.to_owned(), name: login.to_owned(), active });
        }
        let queues = config.rules.rules().iter().filter_map(|rule| match &rule.then {
            Handler::Queue { queue } => Some(queue),
            Handler::AiTerritory(asked) => Some(&asked.pending_queue),
            Handler::NamedOwner { .. }
            | Handler::AccountOwner { .. }
            | Handler::TerritoryOwner { .. }
            | Handler::RoundRobin { .. }
            | Handler::LeastLoaded { .. } => None,
        });
        for (at, name) in queues.enumerate() {
            let id = OwnerId::parse(&format!("00G{at:012}")).unwrap();
            memory.queues.push(Queue { id, developer_name: name.clone(), name: name.clone() });
        }
    });
    world
}

/// Leads of every country, size, band and source that the shipped rules tell apart, minutes apart.
fn leads() -> Vec<(RouteInput, Timestamp)> {
    let countries = ["DE", "FR", "SE", "GB", "US", "BR", "JP", "ZA", ""];
    let lead = |at: usize| {
        let mut lead = german_lead();
        lead.lead_id = LeadId::parse(&format!("00Q{at:012}")).unwrap();
        lead.profile.country_code = Some(countries[at % 9].to_owned()).filter(|code| !code.is_empty());
        lead.profile.state_code = at.is_multiple_of(4).then(|| "CA".to_owned());
        lead.profile.employees = [Some(12), Some(240), Some(9_000), None][at % 4];
        lead.profile.lead_source = Some(["Web", "Partner", "Webinar"][at % 3].to_owned());
        lead.profile.domain = MailDomain::parse(&format!("company-{}.example", at % 40));
        lead.band = ["A", "B", "C", "D"][(at / 3) % 4].to_owned();
        lead.score = Score::clamped(i64::try_from(at % 101).unwrap());
        (lead, noon() + SignedDuration::from_mins(i64::try_from(at).unwrap() * 7))
    };
    (0..600).map(lead).collect()
}

fn words(decided: &Decided<'_>) -> (Option<String>, Option<String>, Option<(String, u64)>) {
    let ticket = decided.ticket().map(|(pool, number)| (pool.to_owned(), number));
    (decided.owner().map(|owner| owner.login.clone()), decided.rule().map(ToOwned::to_owned), ticket)
}

fn live(verdict: &RouteVerdict) -> (Option<String>, Option<String>, Option<(String, u64)>) {
    let owner = verdict.owner.as_ref().map(|owner| owner.login.clone());
    (owner, verdict.rule.clone(), verdict.pool.clone().zip(verdict.ticket))
}

#[tokio::test]
async fn live_batch_and_dry_run_give_every_lead_to_the_same_owner_by_the_same_rule_and_ticket() {
    let config: RouteConfig = shipped_config();
    let (lived, batched) = (world(&config), world(&config));
    let ports = Ports { directory: &lived, workload: &lived, pools: &lived, model: &lived };
    let answers = Answers { directory: &batched, workload: &batched, pools: &batched };
    let mut batch = Decider::new(&config, answers).await.unwrap();
    let mut again = Decider::new(&config, answers).await.unwrap();
    let (mut rules, mut tickets) = (std::collections::BTreeSet::new(), 0);
    for (lead, at) in leads() {
        // An agent that cannot be reached parks a live lead; a batch has none to ask.
        let Ok(looked_up) = look_up(ports, &config, &lead, at, Mode::Live).await else { continue };
        let verdict = decide(&config, &lead, &looked_up.facts, at).verdict;
        let subject = Subject::Lead { input: Box::new(lead), owner: None };
        batch.look_ahead([&subject], answers).await.unwrap();
        let decided = batch.decide(&subject, answers, at).await.unwrap();
        assert_eq!(words(&decided), live(&verdict), "{}", subject.id());
        let (repeated, _) = again.decide_again(&subject, looked_up.facts, answers, at).await.unwrap();
        assert_eq!(words(&repeated), live(&verdict), "{}", subject.id());
        rules.extend(verdict.rule);
        tickets += u64::from(verdict.ticket.is_some());
    }
    assert!(rules.len() >= 6 && tickets > 100, "{rules:?}, {tickets} tickets");
    assert!(again.drawn().is_empty(), "what was drawn then is not drawn again");
    assert_eq!(batch.drawn().values().map(|state| state.drawn).sum::<u64>(), tickets);
    batched.with(|memory| assert!(memory.pools.is_empty() && memory.writes.is_empty(), "a batch only looks"));
}
