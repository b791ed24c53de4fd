//! What became of a routed lead: who owns it when that is ripe.

use jiff::Timestamp;

use revloops_domain::crm_datetime;
use revloops_domain::events::RouteStatus;
use revloops_loopkit::outcomes::ripe_at;
use revloops_loopkit::{Became, Look, Observed, Outcome, Record, Seen};

use crate::feedback::RouteOutcome;
use crate::inputs::RouteInput;
use crate::logic::RouteVerdict;
use crate::outputs::ROUTED_AT;

const OWNER: &str = "OwnerId";
const RULE: &str = "RevLoops_Rule__c";

pub(crate) fn looks(record: &Record) -> Outcome<Vec<Look>> {
    let input: RouteInput = record.input_as()?;
    Ok(vec![Look::Record { object: "Lead", id: input.lead_id.to_string(), fields: &[OWNER, RULE, ROUTED_AT] }])
}

/// Who was given a lead by a queue, by another run of Route or by a batch says nothing of whom this run gave it to.
pub(crate) fn became(days: u16, record: &Record, seen: &Seen, at: Timestamp) -> Outcome<Became<RouteOutcome>> {
    let (input, verdict): (RouteInput, RouteVerdict) = (record.input_as()?, record.verdict_as()?);
    let unresolved = verdict.status == RouteStatus::Unresolved;
    let mut observed = vec![Observed::new("unresolved", unresolved, record.decided_at)];
    let ripe = ripe_at(record.decided_at, days);
    if at < ripe {
        return Ok(Became::not_yet(observed));
    }
    let nothing = |observed| Ok(Became::ripe(observed, None));
    let (Some(owner), Some(rule)) = (verdict.owner.filter(|owner| !owner.id.is_queue()), verdict.rule) else {
        return nothing(observed);
    };
    let lead = input.lead_id.to_string();
    let text = |field| seen.text("Lead", &lead, field);
    let (Some(owned_by), Some(routed_at)) = (text(OWNER), text(ROUTED_AT)) else { return nothing(observed) };
    let missed = routed_at != crm_datetime(record.decided_at);
    observed.push(Observed::new("first_touch_missed", missed, ripe));
    if missed || text(RULE) != Some(rule.as_str()) {
        return nothing(observed);
    }
    let reassigned = owned_by != owner.id.as_str();
    observed.push(Observed::new("reassigned", reassigned, ripe));
    let now =
        if reassigned { seen.users.get(owned_by).map(|user| user.login.clone()) } else { Some(owner.login.clone()) };
    // Given back to a queue: it names nobody who should have had it.
    let Some(owned_by) = now else { return nothing(observed) };
    let fact = RouteOutcome { rule, territory: verdict.territory, routed_to: owner.login, owned_by };
    Ok(Became::ripe(observed, Some(fact)))
}
