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
            !plan.is_empty() && !(config.first_placements_need_no_approval && plan.only_first_placements())
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
