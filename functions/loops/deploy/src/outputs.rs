//! The decision as effects: the plan's numbers as an event, and the accounts that wait for a person. What a plan changes is
//! carried out after its approval, by [`crate::sync`].

use serde_json::{Value, json};

use revloops_domain::territory_events::{AccountsPending, TerritoriesPlanned, names};
use revloops_loopkit::the_loop::RunFacts;
use revloops_loopkit::{Action, Decision, Effect, EffectKey, Outputs};

use crate::config::DeployConfig;
use crate::inputs::{DeployInput, Why};
use crate::logic::plan::Plan;

/// Accounts that one event names.
const ACCOUNTS_AN_EVENT: usize = 200;

pub(crate) fn outputs(
    config: &DeployConfig,
    input: &DeployInput,
    decision: &Decision<Plan>,
    run: &RunFacts,
) -> Outputs {
    let plan = &decision.verdict;
    let planned = TerritoriesPlanned {
        run_id: run.run_id.clone(),
        correlation_id: run.correlation_id.clone(),
        status: decision.outcome.clone(),
        scenario: plan.scenario.clone(),
        scenario_sha256: plan.scenario_sha256.clone(),
        plan: plan.hash(),
        counts: plan.counts,
    };
    let reply = json!({
        "status": planned.status,
        "run_id": run.run_id,
        "correlation_id": run.correlation_id,
        "plan_run": run.key,
        "plan": planned.plan,
        "scenario": planned.scenario,
        "scenario_sha256": planned.scenario_sha256,
        "why": input.why,
        "counts": plan.counts,
        "changes": plan.steps.len(),
        "needs_approval": needs_approval(config, input, plan),
    });
    let mut effects = vec![emit(run, "event", names::TERRITORY_PLANNED, json!(planned))];
    if input.why == Why::Drift && !plan.is_empty() {
        effects.push(emit(run, "drift", names::TERRITORY_DRIFT_FOUND, json!(planned)));
    }
    // A plan that is only looked at leaves nobody waiting.
    if matches!(input.why, Why::Promoted | Why::Accounts) {
        for (nth, some) in plan.pending.chunks(ACCOUNTS_AN_EVENT).enumerate() {
            let pending = AccountsPending {
                run_id: run.run_id.clone(),
                correlation_id: run.correlation_id.clone(),
                accounts: some.iter().map(|one| (one.account.clone(), one.why.clone())).collect(),
            };
            effects.push(emit(run, &format!("pending/{nth}"), names::ACCOUNT_PENDING, json!(pending)));
        }
    }
    Outputs { effects, reply }
}

/// Whether a person must approve the plan before it is carried out.
fn needs_approval(config: &DeployConfig, input: &DeployInput, plan: &Plan) -> bool {
    match input.why {
        Why::Promoted | Why::Plan | Why::Drift => !plan.is_empty(),
        Why::Accounts => {
            let free = config.first_placements_need_no_approval && plan.only_first_placements();
            !plan.is_empty() && !free
        }
    }
}

fn emit(run: &RunFacts, step: &str, name: &str, mut detail: Value) -> Effect {
    let key = EffectKey::new(&run.key, step);
    if let Value::Object(fields) = &mut detail {
        fields.insert("event_id".to_owned(), json!(key.as_str()));
    }
    Effect { key, action: Action::Emit { name: name.to_owned(), detail } }
}

#[cfg(test)]
mod tests {
    use revloops_loopkit::ports::Placements as _;
    use revloops_loopkit::{LoopInput as _, RunKey};
    use revloops_testkit::account_id;

    use super::*;
    use crate::logic::explained;
    use crate::testing::*;

    async fn told(why: Why, config: &DeployConfig, countries: &[&str]) -> Outputs {
        let world = world();
        let europe = scenario("s", EUROPE);
        brought(&world, config, &europe, "r-0").await;
        add(&world, (1..).zip(countries).map(|(number, country)| account(number, country)));
        let mut input = input(why);
        if why == Why::Accounts {
            input.accounts = Some((1..).zip(countries).map(|(number, _)| account_id(number)).collect());
        }
        let facts = looked_up(&world, config, &europe, &input).await.unwrap().facts;
        let decision = explained(crate::logic::make(config, &europe.scenario, &facts, noon()), config);
        let key = RunKey { subject: input.subject(), loop_name: "deploy".into(), trigger: input.trigger().into() };
        let run = RunFacts {
            run_id: key.run_id(),
            key,
            correlation_id: input.correlation_id.clone(),
            config: revloops_domain::ConfigStamp {
                key: "deploy".to_owned(),
                version_id: "v1".to_owned(),
                sha256: String::new(),
            },
            at: noon(),
        };
        if why == Why::Accounts {
            assert_eq!(world.pending().await.unwrap().len(), decision.verdict.pending.len());
        }
        outputs(config, &input, &decision, &run)
    }

    fn names(outputs: &Outputs) -> Vec<&str> {
        let mut names = Vec::new();
        for effect in &outputs.effects {
            let Action::Emit { name, .. } = &effect.action else { panic!("a plan writes nothing: {effect:?}") };
            names.push(name.as_str());
        }
        names
    }

    #[tokio::test]
    async fn a_plan_is_told_by_its_numbers_and_who_waits_is_told_by_account() {
        let told = told(Why::Promoted, &config(), &["DE", "", "Bay Area"]).await;
        assert_eq!(names(&told), ["territory.planned", "account.pending"]);
        assert_eq!(told.reply["status"], "planned");
        assert_eq!((&told.reply["changes"], &told.reply["needs_approval"]), (&json!(1), &json!(true)));
        assert_eq!(told.reply["plan_run"]["subject"], "plan/e-1");
        let Action::Emit { detail, .. } = &told.effects[1].action else { panic!() };
        assert_eq!(detail["accounts"].as_array().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn nothing_to_do_needs_no_approval_and_drift_is_told_where_there_is_some() {
        let nothing = told(Why::Drift, &config(), &[]).await;
        assert_eq!((names(&nothing), &nothing.reply["needs_approval"]), (vec!["territory.planned"], &json!(false)));
        assert_eq!(nothing.reply["status"], "empty");
        let drift = told(Why::Drift, &config(), &["DE", ""]).await;
        assert_eq!(names(&drift), ["territory.planned", "territory.drift_found"], "to look makes nobody wait");
    }

    #[tokio::test]
    async fn first_placements_go_without_approval_only_where_the_levers_say_so() {
        let needs = told(Why::Accounts, &config(), &["DE"]).await;
        assert_eq!(needs.reply["needs_approval"], true);
        let levers = config_with("agent:", "first_placements_need_no_approval: true\nagent:");
        let needs = told(Why::Accounts, &levers, &["DE"]).await;
        assert_eq!((&needs.reply["needs_approval"], &needs.reply["changes"]), (&json!(false), &json!(1)));
    }
}
