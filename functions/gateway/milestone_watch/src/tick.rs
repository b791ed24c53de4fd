//! One tick: every open milestone whose day has come is looked at, and told once.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan as _};
use serde::Serialize;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Deals, DueMilestone};
use revloops_loopkit::{Loaded, Outcome, RunContext, record_once};
use revloops_pursue::PursueConfig;

use crate::decide;
use crate::record::record;

/// So many milestones a page.
const AT_ONCE: usize = 500;

/// A tick works for so long: the function's own time is limited. What it did not come to, the next run of the schedule does.
const WORKS_FOR: SignedDuration = SignedDuration::from_secs(35);

/// What one tick did.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ticked {
    /// Open milestones whose day has come.
    pub looked_at: usize,
    /// Told as due now.
    pub due: usize,
    /// Told as missed now.
    pub missed: usize,
    /// Told by an earlier tick, or by another that is at it.
    pub told_before: usize,
    /// Failed; the next tick tries them again.
    pub failed: usize,
}

/// What a tick works with.
pub struct Watch<'a> {
    /// Deals and their milestones.
    pub deals: &'a dyn Deals,
    /// What records and applies.
    pub context: RunContext<'a>,
}

/// Looks at every open milestone whose day has come, once. What fails for one does not keep the others waiting.
///
/// # Errors
/// When the CRM cannot be asked, or the first of the failures where there were any.
pub async fn tick(watch: &Watch<'_>, pursue: &Loaded<PursueConfig>) -> Outcome<Ticked> {
    let started = watch.context.clock.now();
    // Somewhere it is the next day already.
    let until = started.to_zoned(TimeZone::UTC).date().saturating_add(1.day());
    let mut ticked = Ticked::default();
    let mut first_failure = None;
    let mut last: Option<DueMilestone> = None;
    loop {
        let page = watch.deals.due_milestones(until, last.as_ref(), AT_ONCE).await?;
        let full = page.len() == AT_ONCE;
        for one in &page {
            if watch.context.clock.now().duration_since(started) > WORKS_FOR {
                tracing::warn!(looked_at = ticked.looked_at, "more milestones are open than one tick looks at");
                return Ok(ticked);
            }
            ticked.looked_at += 1;
            if let Err(failure) = look_at(watch, pursue, one, &mut ticked).await {
                ticked.failed += 1;
                tracing::warn!(task_id = one.task_id, class = %failure.class(), "milestone: {failure}");
                first_failure.get_or_insert(failure);
            }
        }
        last = page.into_iter().last();
        if !full {
            break;
        }
    }
    match first_failure {
        Some(failure) => Err(failure.during(format_args!("{} milestones failed; the first", ticked.failed))),
        None => Ok(ticked),
    }
}

async fn look_at(
    watch: &Watch<'_>,
    pursue: &Loaded<PursueConfig>,
    one: &DueMilestone,
    ticked: &mut Ticked,
) -> Outcome<()> {
    let at = watch.context.clock.now();
    let region = pursue.config.region(one.country_code.as_deref());
    let Some(told) = decide(one, region, region.day(at)) else { return Ok(()) };
    let record = async { record(one, &told, &pursue.stamp, at) };
    match record_once(&told.run_key(), &watch.context, record).await {
        Ok(run) if run.repeated => ticked.told_before += 1,
        Ok(_) if told.missed => ticked.missed += 1,
        Ok(_) => ticked.due += 1,
        Err(failure) if failure.class() == ErrorClass::Busy => ticked.told_before += 1,
        Err(failure) => return Err(failure),
    }
    Ok(())
}
