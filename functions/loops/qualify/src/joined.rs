//! What became of a scored lead: whether it was converted by the time at which that is ripe.

use std::collections::BTreeMap;

use jiff::Timestamp;

use revloops_domain::crm_datetime;
use revloops_domain::events::QualifyStatus;
use revloops_loopkit::outcomes::ripe_at;
use revloops_loopkit::{Became, Look, Observed, Outcome, Record, Seen};

use crate::feedback::ConversionFact;
use crate::inputs::QualifyInput;
use crate::logic::QualifyVerdict;
use crate::outputs::MARKER;

const CONVERTED: &str = "IsConverted";

pub(crate) fn looks(record: &Record) -> Outcome<Vec<Look>> {
    let input: QualifyInput = record.input_as()?;
    let id = input.event.lead_id.to_string();
    Ok(vec![Look::Record { object: "Lead", id, fields: &[CONVERTED, MARKER] }])
}

/// A lead that was scored again counts by its last score alone, and one that was turned away says nothing of points.
pub(crate) fn became(days: u16, record: &Record, seen: &Seen, at: Timestamp) -> Outcome<Became<ConversionFact>> {
    let (input, verdict): (QualifyInput, QualifyVerdict) = (record.input_as()?, record.verdict_as()?);
    let disqualified = verdict.status == QualifyStatus::Disqualified;
    let mut observed = vec![Observed::new("disqualified", disqualified, record.decided_at)];
    let ripe = ripe_at(record.decided_at, days);
    if at < ripe {
        return Ok(Became::not_yet(observed));
    }
    let lead = input.event.lead_id.to_string();
    let is_last = seen.text("Lead", &lead, MARKER) == Some(crm_datetime(record.decided_at).as_str());
    let converted = seen.record("Lead", &lead).and_then(|lead| lead.get(CONVERTED)?.as_bool());
    let Some(converted) = converted.filter(|_| is_last && !disqualified) else {
        return Ok(Became::ripe(observed, None));
    };
    observed.push(Observed::new("not_converted", !converted, ripe));
    let choices: BTreeMap<String, String> =
        verdict.contributions.into_iter().filter_map(|one| Some((one.factor, one.choice?))).collect();
    Ok(Became::ripe(observed, Some(ConversionFact { band: verdict.band, choices, converted })))
}
