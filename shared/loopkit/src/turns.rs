//! Running a loop that looks at what it writes itself: one subject at a time, until looking again finds nothing to do.
//!
//! Two messages about one record may be worked on at once, and a run that died may be carried on after a newer one: each
//! decides by what it has seen, and the older would write over the newer. So a subject is worked on in turns, under a lease;
//! and after each run that changed something the loop looks again, by what is there now. It ends when nothing is left to
//! do, whatever came before in whatever order.

use jiff::Timestamp;
use serde_json::Value;

use revloops_domain::ErrorClass;

use crate::failure::{Failure, Outcome};
use crate::loaded::ConfigFor;
use crate::ports::{Claim, Lease};
use crate::record::{Mode, RunKey};
use crate::run::{RunContext, RunReply, run_once};
use crate::the_loop::{Loop, LoopInput as _};

/// A record that changes at every look is changed by somebody else, without end.
const LOOKS: u32 = 4;

/// A trigger that can be run again for the same subject.
pub trait Again: Clone {
    /// The same, as the `nth` look after the first one: runs of their own.
    #[must_use]
    fn again(&self, nth: u32) -> Self;
}

/// Runs a loop for one trigger as [`run_once`] does, in the subject's turn, and again until it replies that it is
/// `settled`: that it changed nothing. Replies what the first of these runs replied.
///
/// # Errors
/// `Busy` while another has the turn; `Transient` where it does not settle; else as [`run_once`].
pub async fn run_in_turn<L>(
    the_loop: &L,
    config: &impl ConfigFor<L::Config>,
    trigger: L::Trigger,
    context: &RunContext<'_>,
) -> Outcome<RunReply>
where
    L: Loop,
    L::Trigger: Again,
{
    let subject = the_loop.input(trigger.clone(), Mode::Live).await?.subject();
    let turn = RunKey { subject, loop_name: L::CARD.name.to_owned(), trigger: "turn".to_owned() };
    let now = context.clock.now();
    let lease =
        Lease { owner: context.ids.fresh(), until: now.saturating_add(context.lease).unwrap_or(Timestamp::MAX) };
    match context.runs.claim(&turn, &lease, now).await? {
        Claim::Fresh => {}
        // A turn is never decided, so it is never done.
        Claim::Busy { .. } | Claim::Resume(_) | Claim::Done(_) => {
            return Err(Failure::new(ErrorClass::Busy, format!("{} is being worked on", turn.subject)));
        }
    }
    let worked = until_settled(the_loop, config, trigger, context).await;
    if let Err(also) = context.runs.release(&turn, &lease.owner).await {
        tracing::warn!(subject = turn.subject, "turn not given back, its lease must run out: {also}");
    }
    worked
}

async fn until_settled<L>(
    the_loop: &L,
    config: &impl ConfigFor<L::Config>,
    trigger: L::Trigger,
    context: &RunContext<'_>,
) -> Outcome<RunReply>
where
    L: Loop,
    L::Trigger: Again,
{
    let is_settled = |run: &RunReply| run.reply.get("settled") == Some(&Value::Bool(true));
    let first = run_once(the_loop, config, trigger.clone(), context).await?;
    // A repeat's first run is done; what it settled on is looked at all the same, for others came since.
    if !first.repeated && is_settled(&first) {
        return Ok(first);
    }
    for nth in 1..=LOOKS {
        let run = run_once(the_loop, config, trigger.again(nth), context).await?;
        if is_settled(&run) {
            return Ok(first);
        }
    }
    Err(Failure::new(ErrorClass::Transient, format!("it still changes after {LOOKS} looks")))
}
