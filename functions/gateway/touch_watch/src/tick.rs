//! One tick: every lead that is due is looked at, and what is to be done is done once.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use revloops_domain::{ErrorClass, OrganizationId};
use revloops_loopkit::ports::{Touches, Untouched};
use revloops_loopkit::{Loaded, Outcome, RunContext, record_once};
use revloops_route::config::RouteConfig;

use crate::decide::{Decided, decide, needs_history, run_key, subject};
use crate::history::History;
use crate::record::{Given, outcome, record};
use crate::terms::Terms;

/// So many leads a tick, the oldest promises first; the next tick takes the next.
const AT_ONCE: usize = 1000;

/// A tick works for so long: the function's own time is limited.
const WORKS_FOR: SignedDuration = SignedDuration::from_secs(15);

/// Leads are looked at from so long before their promise on: a reminder some working hours before may be a weekend and
/// some holidays before.
const LOOKS_AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What one tick did.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ticked {
    /// Leads without a first touch that were looked at.
    pub looked_at: usize,
    /// Of these, past the time promised.
    pub overdue: usize,
    /// Steps done now, by their name; those that an earlier tick had done are not counted.
    pub done: BTreeMap<&'static str, usize>,
    /// Steps that another tick is at.
    pub busy: usize,
    /// Steps that failed; the next tick tries them again.
    pub failed: usize,
}

/// What a tick works with.
pub struct Watch<'a> {
    /// Leads that wait for a touch.
    pub touches: &'a dyn Touches,
    /// What records and applies.
    pub context: RunContext<'a>,
    /// The organisation that leads come from.
    pub organization_id: &'a OrganizationId,
}

/// Looks at every lead that is due once. What fails for one lead does not keep the others waiting.
///
/// # Errors
/// When the CRM cannot be asked, or the first of the failures where there were any.
pub async fn tick(watch: &Watch<'_>, route: &Loaded<RouteConfig>) -> Outcome<Ticked> {
    let started = watch.context.clock.now();
    let until = started.saturating_add(LOOKS_AHEAD).unwrap_or(Timestamp::MAX);
    let mut ticked = Ticked::default();
    let mut first_failure = None;
    for lead in watch.touches.untouched(started, until, AT_ONCE).await? {
        if watch.context.clock.now().duration_since(started) > WORKS_FOR {
            break;
        }
        ticked.looked_at += 1;
        ticked.overdue += usize::from(lead.due_at <= started);
        if let Err(failure) = look_at(watch, route, &lead, &mut ticked).await {
            ticked.failed += 1;
            tracing::warn!(lead_id = lead.lead_id.as_str(), class = %failure.class(), "first touch: {failure}");
            first_failure.get_or_insert(failure);
        }
    }
    if ticked.looked_at == AT_ONCE {
        tracing::warn!(leads = AT_ONCE, "more leads wait for a first touch than one tick looks at");
    }
    match first_failure {
        Some(failure) => {
            Err(failure.during(format_args!("{} steps of first touches failed; the first", ticked.failed)))
        }
        None => Ok(ticked),
    }
}

async fn look_at(watch: &Watch<'_>, route: &Loaded<RouteConfig>, lead: &Untouched, ticked: &mut Ticked) -> Outcome<()> {
    let terms = Terms::of(&route.config, lead);
    let at = watch.context.clock.now();
    let mut history = History::default();
    let mut steps = decide(&terms, lead, &history, at);
    if needs_history(lead, &steps) {
        history = History::of(&watch.context.runs.about(&subject(lead)).await?);
        steps = decide(&terms, lead, &history, at);
    }
    for decided in steps {
        match do_once(watch, route, lead, &decided, &history, at).await {
            Ok(true) => *ticked.done.entry(outcome(&decided.step)).or_default() += 1,
            Ok(false) => {}
            Err(failure) if failure.class() == ErrorClass::Busy => ticked.busy += 1,
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

/// Whether it was done by this tick.
async fn do_once(
    watch: &Watch<'_>,
    route: &Loaded<RouteConfig>,
    lead: &Untouched,
    decided: &Decided,
    history: &History,
    at: Timestamp,
) -> Outcome<bool> {
    let decide = async {
        let given = Given { organization_id: watch.organization_id, config: &route.stamp, history };
        record(lead, decided, &given, at)
    };
    let run = record_once(&run_key(lead, decided), &watch.context, decide).await?;
    Ok(!run.repeated)
}
