//! What triggers routing: the demand chain, with what Qualify replied.

mod look_up;
mod request;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::events::{ChainStep, LeadProfile, Qualified, QualifyStatus};
use revloops_domain::{CorrelationId, ErrorClass, LeadId, MatchedAccount, OwnerId, Score};
use revloops_loopkit::{Failure, LoopInput, Outcome};

pub(crate) use look_up::{Ports, look_up};

/// A qualified lead that needs an owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteInput {
    /// The event that started the chain.
    pub event_id: String,
    /// One for the whole chain.
    pub correlation_id: CorrelationId,
    /// Why the chain runs.
    pub trigger: String,
    /// The lead.
    pub lead_id: LeadId,
    /// When the CRM saved it; the time to an owner is counted from here.
    pub saved_at: Timestamp,
    /// The lead's facts after enrichment.
    pub profile: LeadProfile,
    /// Qualify's score.
    pub score: Score,
    /// Qualify's band.
    pub band: String,
    /// The account that the lead belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<MatchedAccount>,
    /// Where the company has its headquarters, as the data provider says: for the agent that places leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headquarters: Option<Headquarters>,
    /// Owners who missed the first touch of this lead, and are passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<OwnerId>,
}

/// Where a company sits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headquarters {
    /// ISO country code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// City.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
}

impl RouteInput {
    /// What draws tickets for this lead: every attempt of one run draws the same, and a run that routes the lead again
    /// draws anew.
    #[must_use]
    pub fn draws_as(&self) -> String {
        if self.passed_over.is_empty() { self.subject() } else { format!("{}/{}", self.subject(), self.trigger) }
    }
}

impl LoopInput for RouteInput {
    fn subject(&self) -> String {
        format!("lead/{}", self.lead_id)
    }

    fn trigger(&self) -> &str {
        &self.trigger
    }

    fn correlation_id(&self) -> &CorrelationId {
        &self.correlation_id
    }
}

/// The chain's step as checked input.
///
/// # Errors
/// `Rejected` where the lead was turned away, or the step speaks of two different leads.
pub(crate) fn checked(step: ChainStep<Qualified>) -> Outcome<RouteInput> {
    let ChainStep { event, previous, qualified: _ } = step;
    let refused = |why: String| Err(Failure::new(ErrorClass::Rejected, why));
    if previous.lead_id != event.lead_id {
        return refused(format!(
            "event {} is about {}, its score about {}",
            event.event_id, event.lead_id, previous.lead_id
        ));
    }
    if previous.status == QualifyStatus::Disqualified {
        return refused(format!("lead {} was disqualified and gets no owner", event.lead_id));
    }
    Ok(RouteInput {
        event_id: event.event_id,
        correlation_id: event.correlation_id,
        trigger: event.trigger,
        lead_id: event.lead_id,
        saved_at: event.occurred_at,
        profile: previous.profile,
        score: previous.score,
        band: previous.band,
        account: previous.account,
        headquarters: previous.company.map(|company| Headquarters {
            country_code: company.country_code,
            region: company.region,
            locality: company.locality,
        }),
        passed_over: event.passed_over,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use revloops_loopkit::Failure;
    use serde_json::{Value, json};

    use super::*;

    /// What the state machine sends, as JSON.
    fn step() -> Value {
        json!({
            "event": {
                "event_id": "04lxx0000000001", "correlation_id": "c-1", "organization_id": "00Dxx0000001gPLEAY",
                "lead_id": "00Qxx0000000001EAA", "trigger": "created",
                "occurred_at": "2026-11-22T09:59:58Z", "received_at": "2026-11-22T09:59:59Z"
            },
            "previous": {
                "status": "qualified", "run_id": "r-1", "lead_id": "00Qxx0000000001EAA", "score": 81, "band": "A",
                "contributions": [], "enrichment": "matched",
                "profile": {"company": "Brauhaus Nord", "country_code": "DE", "employees": 240, "last_name": "Holm"}
            }
        })
    }

    /// The same for a lead of another country.
    pub(crate) fn step_from(country: &str) -> ChainStep<Qualified> {
        let mut step = step();
        step["previous"]["profile"]["country_code"] = json!(country);
        serde_json::from_value(step).unwrap()
    }

    fn read(step: Value) -> Result<RouteInput, Failure> {
        checked(serde_json::from_value(step).unwrap())
    }

    #[test]
    fn the_chains_step_becomes_the_input() {
        let input = read(step()).unwrap();
        assert_eq!(input.subject(), "lead/00Qxx0000000001EAA");
        assert_eq!((input.trigger(), input.band.as_str(), input.score.points()), ("created", "A", 81));
        assert_eq!(input.saved_at.to_string(), "2026-11-22T09:59:58Z");
    }

    #[test]
    fn a_lead_that_is_routed_again_draws_anew_and_names_whom_to_pass_over() {
        assert_eq!(read(step()).unwrap().draws_as(), "lead/00Qxx0000000001EAA");
        let mut again = step();
        again["event"]["trigger"] = json!("touch-missed-1");
        again["event"]["passed_over"] = json!(["005xx0000000001"]);
        let again = read(again).unwrap();
        assert_eq!(again.draws_as(), "lead/00Qxx0000000001EAA/touch-missed-1");
        assert_eq!(again.passed_over.len(), 1);
    }

    #[test]
    fn a_disqualified_lead_and_a_mixed_up_step_are_refused() {
        for (pointer, value) in
            [("/previous/status", json!("disqualified")), ("/previous/lead_id", json!("00Qxx0000000002EAA"))]
        {
            let mut step = step();
            *step.pointer_mut(pointer).unwrap() = value;
            assert_eq!(read(step).unwrap_err().class(), ErrorClass::Rejected, "{pointer}");
        }
    }
}
