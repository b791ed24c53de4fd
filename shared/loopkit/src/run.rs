//! Running a loop once.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;

use revloops_domain::{ConfigStamp, ErrorClass, sha256_hex};

use crate::decision::Decision;
use crate::failure::{Failure, Outcome};
use crate::loaded::{ConfigFor, Loaded};
use crate::metering::metered;
use crate::ports::{Claim, Clock, Effects, Ids, Lease, RunStore, StoredRun};
use crate::record::{Mode, Record, RunKey};
use crate::the_loop::{Loop, LoopInput, RunFacts};

/// What running needs besides the loop itself.
#[derive(Clone, Copy)]
pub struct RunContext<'a> {
    /// The time.
    pub clock: &'a dyn Clock,
    /// Fresh ids, for leases.
    pub ids: &'a dyn Ids,
    /// Where records go.
    pub runs: &'a dyn RunStore,
    /// What applies effects.
    pub effects: &'a dyn Effects,
    /// How long a run may be worked on before others take it over: longer than the function's timeout.
    pub lease: SignedDuration,
}

/// What a run replies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunReply {
    /// For the next step of the chain.
    pub reply: Value,
    /// Whether an earlier attempt had done all of it already.
    pub repeated: bool,
    /// Which config has decided.
    pub config: ConfigStamp,
}

impl RunReply {
    fn of(record: Record, repeated: bool) -> Self {
        Self { reply: record.reply, repeated, config: record.config }
    }
}

/// Runs a loop once for one trigger: claim, look up, decide, **store the record**, then apply each effect once.
/// `config` is one version for everybody, or chooses one for each subject.
///
/// However often and however much at once the same trigger comes, there is one decision, and each effect is applied
/// once: who comes second is told the stored reply, or `Busy` while the first is at work. A run that died half-way is
/// taken over when its lease has run out; what it may have applied is looked up before it is applied again.
///
/// # Errors
/// `Busy`, or the class of whatever failed; the run can be tried again.
pub async fn run_once<L: Loop>(
    the_loop: &L,
    config: &impl ConfigFor<L::Config>,
    trigger: L::Trigger,
    context: &RunContext<'_>,
) -> Outcome<RunReply> {
    let input = the_loop.input(trigger, Mode::Live).await?;
    let key = run_key::<L>(&input);
    let decided = Box::pin(async {
        let loaded = config.config_for(&key.subject).await?;
        decide(the_loop, &loaded, &input, &key, Mode::Live, context.clock).await
    });
    record_once(&key, context, decided).await
}

/// Does once what one record says, whatever decides it: claim, `decide`, **store the record**, then apply each effect
/// once. `decide` is not asked where the record is stored already.
///
/// # Errors
/// As [`run_once`].
pub async fn record_once(
    key: &RunKey,
    context: &RunContext<'_>,
    decide: impl Future<Output = Outcome<Record>> + Send,
) -> Outcome<RunReply> {
    let started = context.clock.now();
    let lease =
        Lease { owner: context.ids.fresh(), until: started.saturating_add(context.lease).unwrap_or(Timestamp::MAX) };
    let worked = match context.runs.claim(key, &lease, started).await? {
        Claim::Done(stored) => return Ok(RunReply::of(stored.record, true)),
        Claim::Busy { until } => {
            let busy = format!("{} of {} is being worked on until {until} at most", key.loop_name, key.subject);
            return Err(Failure::new(ErrorClass::Busy, busy));
        }
        Claim::Resume(stored) => Box::pin(finish(key, &lease.owner, *stored, true, context)).await,
        Claim::Fresh => Box::pin(decide_and_finish(key, &lease.owner, decide, context)).await,
    };
    match worked {
        Ok(record) => Ok(RunReply::of(record, false)),
        Err(failure) => {
            if let Err(also) = context.runs.release(key, &lease.owner).await {
                tracing::warn!(subject = key.subject, "run not given back, its lease must run out: {also}");
            }
            Err(failure.during(format_args!("{} of {}", key.loop_name, key.subject)))
        }
    }
}

/// Runs a loop without storing or applying anything; returns the record that a live run would have left.
///
/// # Errors
/// The class of whatever failed in looking up.
pub async fn dry_run<L: Loop>(
    the_loop: &L,
    loaded: &Loaded<L::Config>,
    trigger: L::Trigger,
    clock: &dyn Clock,
) -> Outcome<Record> {
    let input = the_loop.input(trigger, Mode::DryRun).await?;
    decide(the_loop, loaded, &input, &run_key::<L>(&input), Mode::DryRun, clock).await
}

/// Computes a stored decision again, from the record and the config that it names alone.
///
/// # Errors
/// `Bug` where the record's input or facts cannot be read any more.
pub fn decide_again<L: Loop>(record: &Record, config: &L::Config) -> Outcome<Decision<Value>> {
    let unreadable = |what: &str, error: serde_json::Error| {
        Failure::unreadable(ErrorClass::Bug, format_args!("reading the {what} of run {}", record.run_id), &error)
    };
    let input: L::Input = serde_json::from_value(record.input.clone()).map_err(|error| unreadable("input", error))?;
    let facts: L::Facts = serde_json::from_value(record.facts.clone()).map_err(|error| unreadable("facts", error))?;
    as_data(L::decide(config, &input, &facts, record.decided_at))
}

fn run_key<L: Loop>(input: &L::Input) -> RunKey {
    RunKey { subject: input.subject(), loop_name: L::CARD.name.to_owned(), trigger: input.trigger().to_owned() }
}

async fn decide<L: Loop>(
    the_loop: &L,
    loaded: &Loaded<L::Config>,
    input: &L::Input,
    key: &RunKey,
    mode: Mode,
    clock: &dyn Clock,
) -> Outcome<Record> {
    let at = clock.now();
    let (looked_up, ai_calls) = metered(key, the_loop.look_up(&loaded.config, input, at, mode)).await;
    let looked_up = looked_up?;
    let facts = looked_up.facts;
    let decision = L::decide(&loaded.config, input, &facts, at);
    let input_json = json(input)?;
    let input_hash = sha256_hex(input_json.to_string().as_bytes());
    let run = RunFacts {
        run_id: key.run_id(),
        key: key.clone(),
        correlation_id: input.correlation_id().clone(),
        config: loaded.stamp.clone(),
        at,
    };
    let outputs = L::outputs(&loaded.config, input, &facts, &decision, &run);
    let metrics = L::metrics(input, &facts, &decision).iter().map(json).collect::<Outcome<Vec<Value>>>()?;
    let mut cost = looked_up.cost;
    cost.ai_searches = ai_calls.iter().map(|call| call.searches).sum();
    cost.compute_ms = u64::try_from(clock.now().duration_since(at).as_millis()).unwrap_or(0);
    Ok(Record {
        run_id: run.run_id,
        key: run.key,
        correlation_id: run.correlation_id,
        loop_version: L::CARD.version.to_owned(),
        config: loaded.stamp.clone(),
        input_hash,
        input: input_json,
        facts: json(&facts)?,
        decision: as_data(decision)?,
        reply: outputs.reply,
        effects: outputs.effects,
        metrics,
        actor: looked_up.actor,
        mode,
        cost,
        ai_calls,
        decided_at: at,
    })
}

async fn decide_and_finish(
    key: &RunKey,
    owner: &str,
    decide: impl Future<Output = Outcome<Record>> + Send,
    context: &RunContext<'_>,
) -> Outcome<Record> {
    let record = decide.await?;
    context.runs.decided(key, owner, &record).await?;
    finish(key, owner, StoredRun { record, applied: Vec::new() }, false, context).await
}

/// Applies what is not applied yet, in order, noting each.
async fn finish(
    key: &RunKey,
    owner: &str,
    stored: StoredRun,
    resumed: bool,
    context: &RunContext<'_>,
) -> Outcome<Record> {
    let StoredRun { record, applied } = stored;
    let missing: Vec<usize> = (0..record.effects.len()).filter(|index| !applied.contains(index)).collect();
    if missing.is_empty() {
        context.runs.applied(key, owner, record.effects.len(), true, context.clock.now()).await?;
    }
    for (nth, index) in missing.iter().enumerate() {
        let Some(effect) = record.effects.get(*index) else {
            continue;
        };
        let how = context
            .effects
            .apply(effect, resumed)
            .await
            .map_err(|failure| failure.during(format_args!("effect {}", effect.key)))?;
        tracing::debug!(effect = %effect.key, ?how, "effect applied");
        context.runs.applied(key, owner, *index, nth + 1 == missing.len(), context.clock.now()).await?;
    }
    Ok(record)
}

fn json<T: Serialize>(value: &T) -> Outcome<Value> {
    serde_json::to_value(value).map_err(|error| Failure::new(ErrorClass::Bug, "writing a record").caused_by(error))
}

fn as_data<V: Serialize>(decision: Decision<V>) -> Outcome<Decision<Value>> {
    Ok(Decision {
        outcome: decision.outcome,
        confidence: decision.confidence,
        verdict: json(&decision.verdict)?,
        reasons: decision.reasons,
    })
}
