//! Where an account belongs, and when nobody but a person can say.

use revloops_domain::ProposedTerritory;
use revloops_loopkit::ports::{Cache as _, ModelAnswer, PlacedAccount, Resolution};
use revloops_testkit::{TestWorld, account_id};
use serde_json::{Value, json};

use crate::logic::plan::{By, Plan, Step};
use crate::testing::*;

fn said(answer: Value) -> ModelAnswer {
    ModelAnswer {
        answer,
        model: "the-model".to_owned(),
        input_tokens: 100,
        output_tokens: 10,
        microusd: 50,
        ..ModelAnswer::default()
    }
}

fn proposes(territory: &str, confidence: u8) -> ModelAnswer {
    said(json!({"territory": territory, "confidence": confidence, "evidence": "its site\nnames  the place"}))
}

async fn plan_for(accounts: Vec<PlacedAccount>, answers: Vec<ModelAnswer>) -> (TestWorld, Plan) {
    let world = world();
    add(&world, accounts);
    world.with(|memory| memory.answers = answers);
    let plan = planned(&world, &config(), &scenario("s", EUROPE)).await;
    (world, plan)
}

fn placed(plan: &Plan) -> Vec<(&str, &By)> {
    let mut placed = Vec::new();
    for step in &plan.steps {
        if let Step::AccountIn(step) = step {
            placed.push((step.territory.id.as_str(), &step.by));
        }
    }
    placed
}

#[tokio::test]
async fn an_address_that_a_condition_takes_needs_no_agent_and_one_that_none_is_for_needs_none_either() {
    let mut california = account(2, "US");
    california.account.state_code = Some("CA".to_owned());
    let (world, plan) = plan_for(vec![account(1, "CH"), california, account(3, "PL")], vec![]).await;
    assert_eq!(placed(&plan), [("dach", &By::Rule), ("us-west", &By::Rule)]);
    assert_eq!((plan.counts.unplaced, plan.counts.pending), (1, 0));
    assert_eq!(world.with(|memory| memory.asked), 0);
}

#[tokio::test]
async fn a_missing_state_is_the_agent_s_business_where_states_decide_and_nowhere_else() {
    let (world, plan) = plan_for(vec![account(1, "US"), account(2, "DE")], vec![proposes("us-east", 92)]).await;
    let agent = By::Agent { confidence: 92, evidence: "its site names the place".to_owned() };
    assert_eq!(placed(&plan), [("us-east", &agent), ("dach", &By::Rule)]);
    assert_eq!(world.with(|memory| memory.asked), 1);
}

#[tokio::test]
async fn below_the_floor_the_account_waits_with_what_was_proposed_and_why() {
    let (_, plan) = plan_for(vec![account(1, "")], vec![proposes("dach", 79)]).await;
    let [pending] = plan.pending.as_slice() else { panic!("{:?}", plan.pending) };
    assert_eq!(pending.why, "it has no country; an agent proposes DACH and is 79 % sure, 80 % are needed");
    let proposed = pending.proposed.clone().unwrap();
    assert_eq!((proposed.territory.as_str(), proposed.confidence), ("dach", 79));
    assert_eq!((pending.at.as_ref(), pending.since), (None, noon()));
    assert!(placed(&plan).is_empty());
}

#[tokio::test]
async fn an_answer_that_is_none_an_agent_that_is_down_and_one_question_too_many_leave_the_account_waiting() {
    for (answers, said) in [
        (vec![said(json!({"territory": "none", "confidence": 0, "evidence": "e"}))], "the agent gave no territory"),
        (
            vec![said(json!({"territory": "atlantis", "confidence": 99, "evidence": "e"}))],
            "a territory that there is not",
        ),
        (vec![said(json!({"territory": "emea", "confidence": 99, "evidence": "e"}))], "a territory that there is not"),
        (vec![said(json!({"territory": "dach", "confidence": 99, "evidence": "e", "then": "x"}))], "keep to the form"),
        (vec![said(json!({"territory": "dach", "confidence": 101, "evidence": "e"}))], "a confidence of 101 percent"),
        (vec![], "the agent could not be reached"),
    ] {
        let (_, plan) = plan_for(vec![account(1, "")], answers).await;
        let why = plan.pending.iter().map(|one| one.why.as_str()).collect::<Vec<_>>().join("|");
        assert!(why.contains(said), "{why}");
    }
    let (world, plan) = plan_for((1..=5).map(|number| account(number, "")).collect(), vec![proposes("dach", 95)]).await;
    assert_eq!((world.with(|memory| memory.asked), placed(&plan).len(), plan.pending.len()), (3, 3, 2));
    assert!(plan.pending[0].why.contains("enough were in this run"), "{}", plan.pending[0].why);
}

#[tokio::test]
async fn what_the_agent_said_is_kept_and_not_asked_again_until_the_address_changes() {
    let world = world();
    add(&world, [account(1, "US")]);
    world.with(|memory| memory.answers = vec![proposes("us-west", 90)]);
    let (config, europe) = (config(), scenario("s", EUROPE));
    planned(&world, &config, &europe).await;
    let plan = planned(&world, &config, &europe).await;
    assert_eq!((placed(&plan).len(), world.with(|memory| memory.asked)), (1, 1));
    world.with(|memory| memory.crm.accounts.get_mut(&account_id(1)).unwrap().account.city = Some("Boston".to_owned()));
    planned(&world, &config, &europe).await;
    assert_eq!(world.with(|memory| memory.asked), 2);
    assert_eq!(world.get("deploy/territory/none", noon()).await.unwrap(), None);
}

#[tokio::test]
async fn a_country_that_is_no_code_and_headquarters_abroad_are_unclear() {
    let nickname = account(1, "Bay Area");
    let (mut abroad, parent) = (account(2, "PL"), account(3, "DE"));
    abroad.account.parent_id = Some(account_id(3));
    let (_, plan) = plan_for(vec![nickname, abroad, parent], vec![proposes("us-west", 40)]).await;
    let why: Vec<&str> = plan.pending.iter().filter_map(|one| one.why.split("; ").next()).collect();
    assert_eq!(
        why,
        [
            "its country is `Bay Area`, which is no country's code",
            "no territory is for PL, and the account above it is in DE",
        ]
    );
}

#[tokio::test]
async fn a_person_s_answer_places_the_account_whatever_an_agent_or_a_condition_says() {
    let world = world();
    add(&world, [account(1, ""), account(2, "DE")]);
    world.with(|memory| {
        memory.answers = vec![proposes("dach", 99)];
        for (account, territory) in [(account_id(1), "nordics"), (account_id(2), "us-east")] {
            let by = "helen@acme.example".to_owned();
            let said = Resolution {
                account: account.clone(),
                territory: territory.to_owned(),
                by,
                why: "their office".to_owned(),
                at: noon(),
            };
            memory.placements.resolutions.insert(account, said);
        }
    });
    let (config, europe) = (config(), scenario("s", EUROPE));
    let plan = planned(&world, &config, &europe).await;
    let by = By::Person { who: "helen@acme.example".to_owned() };
    assert_eq!(placed(&plan), [("nordics", &by), ("us-east", &by)]);
    assert_eq!(world.with(|memory| memory.asked), 0);
    let without = EUROPE.lines().filter(|line| !line.contains("nordics")).collect::<Vec<_>>().join("\n");
    let plan = planned(&world, &config, &scenario("w", &without)).await;
    assert_eq!(placed(&plan)[0].0, "dach", "the territory of that answer is no more");
}

#[tokio::test]
async fn who_waits_keeps_since_when_and_where_it_is() {
    let world = world();
    add(&world, [account(1, "DE")]);
    let (config, europe) = (config(), scenario("s", EUROPE));
    brought(&world, &config, &europe, "r-0").await;
    let since = "2027-01-05T08:00:00Z".parse().unwrap();
    world.with(|memory| {
        memory.crm.accounts.get_mut(&account_id(1)).unwrap().account.country_code = None;
        let proposed: Option<ProposedTerritory> = None;
        let (account, name) = (account_id(1), "Company 1".to_owned());
        let one = revloops_loopkit::ports::PendingAccount { account, name, why: String::new(), proposed, since };
        memory.placements.pending.insert(account_id(1), one);
    });
    let plan = planned(&world, &config, &europe).await;
    let [pending] = plan.pending.as_slice() else { panic!("{:?}", plan.pending) };
    assert_eq!((pending.since, pending.at.as_ref().unwrap().id.as_str()), (since, "dach"));
    assert!(plan.is_empty(), "it stays where it is meanwhile");
}
