//! A scan as a decision record: what the search returned, what counts of it and why, and the event.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};

use revloops_domain::signal::{SignalsDetected, names};
use revloops_domain::{CorrelationId, Cost, ErrorClass, sha256_hex};
use revloops_loopkit::ports::{ModelAnswer, Target};
use revloops_loopkit::{
    Action, Actor, AiCall, Because, Decision, Effect, EffectKey, Failure, Loaded, Mode, Outcome, Reason, Record,
    RunKey, Verdict,
};
use revloops_signals::{Found, Scanned, TargetLevers, read};

use crate::NAME;

/// One target's one scan: the same for every attempt at it.
pub(crate) fn run_key(target: &Target) -> RunKey {
    RunKey {
        subject: format!("account/{}", target.account),
        loop_name: NAME.to_owned(),
        trigger: format!("scan-{}-{}", target.listed.as_second(), target.scans + 1),
    }
}

/// The record of a scan.
///
/// # Errors
/// `Bug` where it cannot be written as JSON.
pub(crate) fn record(
    levers: &Loaded<TargetLevers>,
    target: &Target,
    answer: ModelAnswer,
    ai_calls: Vec<AiCall>,
    at: Timestamp,
) -> Outcome<Record> {
    let key = run_key(target);
    let correlation_id = CorrelationId::of(&key.subject, &key.trigger);
    let cost = Cost {
        ai_microusd: answer.microusd,
        ai_input_tokens: answer.input_tokens,
        ai_output_tokens: answer.output_tokens,
        ai_searches: answer.searches,
        ..Cost::default()
    };
    let scanned = Scanned { answer: answer.answer, searched: answer.searched };
    let found = read(&levers.config.evidence, target, &scanned, at.to_zoned(TimeZone::UTC).date());
    let input = json(target)?;
    let outcome = if found.signals.is_empty() { "nothing_found" } else { "signals_found" };
    let reply = json!({
        "status": outcome, "run_id": key.run_id(), "signals": found.signals.len(), "dropped": found.dropped.len(),
    });
    let metrics = vec![json!({
        "outcome": outcome,
        "tier": target.tier,
        "signals": found.signals.len(),
        "dropped": found.dropped.len(),
        "ai_microusd": cost.ai_microusd,
        "overdue_minutes": at.duration_since(target.due).as_mins(),
    })];
    Ok(Record {
        run_id: key.run_id(),
        loop_version: env!("CARGO_PKG_VERSION").to_owned(),
        config: levers.stamp.clone(),
        input_hash: sha256_hex(input.to_string().as_bytes()),
        input,
        facts: json(&scanned)?,
        effects: effects(&key, &correlation_id, target, &found, at)?,
        decision: Decision::sure(outcome, json(&found)?, reasons(&found)),
        reply,
        metrics,
        actor: Actor::Agent(answer.model),
        mode: Mode::Live,
        cost,
        ai_calls,
        decided_at: at,
        correlation_id,
        key,
    })
}

fn effects(
    key: &RunKey,
    correlation_id: &CorrelationId,
    target: &Target,
    found: &Found,
    at: Timestamp,
) -> Outcome<Vec<Effect>> {
    if found.signals.is_empty() {
        return Ok(Vec::new());
    }
    let effect = EffectKey::new(key, "detected");
    let detail = SignalsDetected {
        event_id: effect.to_string(),
        correlation_id: correlation_id.clone(),
        account_id: target.account.clone(),
        scan: key.trigger.clone(),
        at,
        signals: found.signals.clone(),
        redriven: false,
    };
    let action = Action::Emit { name: names::SIGNAL_DETECTED.to_owned(), detail: json(&detail)? };
    Ok(vec![Effect { key: effect, action }])
}

/// Why each signal counts, or does not.
fn reasons(found: &Found) -> Vec<Reason> {
    let counts = "names the company, a kind, a day, words and a link that the search returned";
    let kept = found.signals.iter().map(|signal| {
        let links = format!("{} on {}, {} links", signal.kind.name(), signal.on, signal.sources.len());
        Reason::new(signal.id.clone(), Verdict::Held, vec![Because::new(counts, links, true)])
    });
    let dropped = found.dropped.iter().map(|dropped| {
        let what = format!("signal {} of the answer", dropped.at + 1);
        Reason::new(what, Verdict::Failed, vec![Because::new(counts, dropped.why.clone(), false)])
    });
    kept.chain(dropped).collect()
}

fn json<T: Serialize>(value: &T) -> Outcome<Value> {
    serde_json::to_value(value).map_err(|error| Failure::new(ErrorClass::Bug, "writing a record").caused_by(error))
}
