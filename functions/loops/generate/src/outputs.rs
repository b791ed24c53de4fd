//! The verdict as effects: signals that are new are kept, then the event; and the reply for the chain.

use revloops_domain::signal::{ScoredSignal, SignalQualified, SignalStatus, SignalsScored, names};
use revloops_loopkit::the_loop::RunFacts;
use revloops_loopkit::{Action, Effect, EffectKey, Outputs};

use crate::inputs::{GenerateFacts, GenerateInput};
use crate::logic::GenerateVerdict;

pub(crate) fn outputs(
    input: &GenerateInput,
    facts: &GenerateFacts,
    verdict: &GenerateVerdict,
    run: &RunFacts,
) -> Outputs {
    let reply = SignalQualified {
        status: verdict.status,
        run_id: run.run_id.clone(),
        account: facts.account.clone(),
        owner: facts.owner.clone(),
        person: verdict.person.clone(),
        score: verdict.score,
        signals: verdict.counted.iter().map(|kept| kept.signal.clone()).collect(),
        passed_because: verdict.passed_because.clone(),
    };
    let mut effects = Vec::new();
    if !verdict.keep.is_empty() {
        effects.push(Effect {
            key: EffectKey::new(&run.key, "keep"),
            action: Action::KeepSignals { account_id: input.event.account_id.clone(), signals: verdict.keep.clone() },
        });
    }
    let key = EffectKey::new(&run.key, "emit");
    let name = match verdict.status {
        SignalStatus::Qualified => names::SIGNAL_QUALIFIED,
        SignalStatus::Passed => names::SIGNAL_PASSED,
    };
    let scored = SignalsScored {
        event_id: key.to_string(),
        correlation_id: run.correlation_id.clone(),
        run_id: run.run_id.clone(),
        status: verdict.status,
        account_id: input.event.account_id.clone(),
        person_id: verdict.person.as_ref().map(|person| person.id.clone()),
        score: verdict.score,
        signals: verdict
            .counted
            .iter()
            .map(|kept| ScoredSignal { id: kept.signal.id.clone(), kind: kept.signal.kind })
            .collect(),
        passed_because: verdict.passed_because.clone(),
    };
    let detail = serde_json::to_value(&scored).unwrap_or_default();
    effects.push(Effect { key, action: Action::Emit { name: name.to_owned(), detail } });
    Outputs { effects, reply: serde_json::to_value(&reply).unwrap_or_default() }
}
