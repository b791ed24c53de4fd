//! Entry points for functions: a loop, or any handler of a payload.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use revloops_config::Levers;
use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Clock as _, Effects};
use revloops_loopkit::{Again, ConfigFor, Failure, Loaded, Loop, Outcome, RunContext, RunReply, run_in_turn, run_once};

use crate::active_config::ActiveConfig;
use crate::time::{RandomIds, SystemClock};
use crate::world::World;
use crate::{EventEffects, WorldEffects, logs};

/// What ends a function before it could serve.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// A failure on its way out: Lambda's `errorType` is its class, by which the state machines retry or park.
struct Classed(Failure);

impl std::fmt::Debug for Classed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.0.class(), self.0)
    }
}

impl From<Classed> for Diagnostic {
    fn from(classed: Classed) -> Self {
        Self { error_type: classed.0.class().name().to_owned(), error_message: classed.0.to_string() }
    }
}

/// Serves a loop: each invocation runs it once for its payload.
///
/// `make` builds the loop with the ports that it looks facts up by.
///
/// # Errors
/// When settings, secrets or the runtime API cannot be had at the start.
pub async fn serve_loop<L, M>(make: M) -> Result<(), StartError>
where
    L: Loop,
    M: AsyncFnOnce(World) -> Outcome<L>,
{
    logs::start();
    let world = World::load().await;
    let (crm, bus) = (world.crm().await?, world.bus()?);
    let mut effects = WorldEffects::new(crm.clone(), crm, bus);
    // Only the loop that drafts is given the table of sequences.
    if world.settings().optional("SEQUENCES_TABLE").is_some() {
        effects = effects.with_sequences(world.sequences()?);
    }
    // And only the one that scores signals theirs.
    if world.settings().optional("SIGNALS_TABLE").is_some() {
        effects = effects.with_signals(world.signals()?);
    }
    serve_loop_with(world, effects, make).await
}

/// Serves a loop that reads and writes no CRM: its effects are events, and it is given no credentials.
///
/// # Errors
/// As [`serve_loop`].
pub async fn serve_loop_of_events<L, M>(make: M) -> Result<(), StartError>
where
    L: Loop,
    M: AsyncFnOnce(World) -> Outcome<L>,
{
    logs::start();
    let world = World::load().await;
    let effects = EventEffects::new(world.bus()?);
    serve_loop_with(world, effects, make).await
}

/// Serves a loop that looks at what it writes itself: each invocation takes its subject's turn, and runs it until looking
/// again finds nothing to do.
///
/// # Errors
/// As [`serve_loop`].
pub async fn serve_loop_in_turn<L, M>(make: M) -> Result<(), StartError>
where
    L: Loop,
    L::Trigger: Again + Sync,
    M: AsyncFnOnce(World) -> Outcome<L>,
{
    logs::start();
    let world = World::load().await;
    let (crm, bus) = (world.crm().await?, world.bus()?);
    let effects = WorldEffects::new(crm.clone(), crm, bus);
    serve_loop_by(world, effects, make, async |the_loop, config, trigger, context| {
        run_in_turn(the_loop, config, trigger, context).await
    })
    .await
}

/// The active version, or the one that is tried, by the subject.
struct PerSubject<C>(ActiveConfig<C>);

impl<C: Levers> ConfigFor<C> for PerSubject<C> {
    type Held<'a>
        = Arc<Loaded<C>>
    where
        Self: 'a;

    async fn config_for(&self, subject: &str) -> Outcome<Arc<Loaded<C>>> {
        self.0.get_for(&SystemClock, subject).await
    }
}

async fn serve_loop_with<L, M>(world: World, effects: impl Effects, make: M) -> Result<(), StartError>
where
    L: Loop,
    M: AsyncFnOnce(World) -> Outcome<L>,
{
    serve_loop_by(world, effects, make, async |the_loop, config, trigger, context| {
        run_once(the_loop, config, trigger, context).await
    })
    .await
}

async fn serve_loop_by<L, M, R>(world: World, effects: impl Effects, make: M, run: R) -> Result<(), StartError>
where
    L: Loop,
    M: AsyncFnOnce(World) -> Outcome<L>,
    R: AsyncFn(&L, &PerSubject<L::Config>, L::Trigger, &RunContext<'_>) -> Outcome<RunReply>,
{
    let clock = SystemClock;
    let (lease, config, runs) = (
        SignedDuration::from_secs(world.settings().parsed::<u32>("LEASE_SECONDS")?.into()),
        PerSubject(world.active_config::<L::Config>()?),
        world.runs()?,
    );
    let the_loop = Box::pin(make(world)).await?;
    serve_with(async |payload: Value| {
        let started = clock.now();
        let trigger: L::Trigger = serde_json::from_value(payload)
            .map_err(|error| Failure::unreadable(ErrorClass::Rejected, "reading the trigger", &error))?;
        let context = RunContext { clock: &clock, ids: &RandomIds, runs: runs.as_ref(), effects: &effects, lease };
        let run = run(&the_loop, &config, trigger, &context).await?;
        let said = |name: &str| run.reply.get(name).and_then(Value::as_str);
        let (run_id, outcome) = (said("run_id"), said("status"));
        tracing::info!(
            r#loop = L::CARD.name,
            run_id,
            outcome,
            repeated = run.repeated,
            config_version = run.config.short(),
            duration_ms = milliseconds(started, clock.now()),
            "run"
        );
        Ok(run.reply)
    })
    .await
}

/// Whole milliseconds between two times, as a number that JSON logs write as one.
#[must_use]
pub fn milliseconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_millis()).unwrap_or(0)
}

/// Serves any handler of a JSON payload, after starting logs.
///
/// # Errors
/// When the runtime API cannot be had.
pub async fn serve<I, O, H>(handle: H) -> Result<(), StartError>
where
    I: DeserializeOwned,
    O: Serialize,
    H: AsyncFn(I) -> Outcome<O>,
{
    logs::start();
    serve_with(handle).await
}

async fn serve_with<I, O, H>(handle: H) -> Result<(), StartError>
where
    I: DeserializeOwned,
    O: Serialize,
    H: AsyncFn(I) -> Outcome<O>,
{
    let handle = &handle;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<I>| async move {
        handle(event.payload).await.map_err(|failure| {
            tracing::warn!(class = %failure.class(), "{failure}");
            Classed(failure)
        })
    }))
    .await
}
