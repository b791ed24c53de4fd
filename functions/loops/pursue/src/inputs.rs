//! What triggers a look at a deal, and what is looked up: the deal as it is now, and what was written to its person before.

use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use revloops_domain::events::{AcquisitionStep, OpportunitySaved};
use revloops_domain::{CorrelationId, Cost, Fact, UserId};
use revloops_loopkit::ports::{Colleague, DayLoad, Deal, Deals, Sequences};
use revloops_loopkit::the_loop::LookedUp;
use revloops_loopkit::{Actor, Again, LoopInput, Outcome};

use crate::config::PursueConfig;
use crate::prior::Prior;

/// The payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PursueTrigger(pub AcquisitionStep);

impl Again for PursueTrigger {
    fn again(&self, nth: u32) -> Self {
        let Self(AcquisitionStep { event }) = self;
        let trigger = format!("{}-again-{nth}", event.trigger);
        Self(AcquisitionStep { event: OpportunitySaved { trigger, ..event.clone() } })
    }
}

/// A deal that is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PursueInput {
    /// Which, and why.
    pub event: OpportunitySaved,
}

impl LoopInput for PursueInput {
    fn subject(&self) -> String {
        format!("opportunity/{}", self.event.opportunity_id)
    }

    fn trigger(&self) -> &str {
        &self.event.trigger
    }

    fn correlation_id(&self) -> &CorrelationId {
        &self.event.correlation_id
    }
}

/// What was looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PursueFacts {
    /// The deal; `None` where it is gone.
    pub deal: Option<Deal>,
    /// What those who may get its tasks have to do for other deals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loads: Vec<DayLoad>,
    /// What was found out about the deal's person and written to them, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prior: Vec<Prior>,
}

impl PursueFacts {
    /// The brief that travels on: of the newest sequence.
    #[must_use]
    pub fn brief(&self) -> &[Fact] {
        self.prior.first().map(|prior| prior.brief.as_slice()).unwrap_or_default()
    }
}

pub(crate) async fn look_up(
    deals: &dyn Deals,
    sequences: &dyn Sequences,
    config: &PursueConfig,
    input: &PursueInput,
    at: Timestamp,
) -> Outcome<LookedUp<PursueFacts>> {
    let deal = deals.deal(&input.event.opportunity_id, config.asks_for_territory()).await?;
    let mut facts = PursueFacts { deal: None, loads: Vec::new(), prior: Vec::new() };
    if let Some(deal) = &deal {
        if !deal.closed {
            // A region's clocks may show the day before.
            let from = at.saturating_sub(24.hours()).unwrap_or(at);
            let from = from.to_zoned(jiff::tz::TimeZone::UTC).date();
            facts.loads = deals.day_loads(&who_may_get_tasks(deal), from, &deal.id).await?;
        }
        if !deal.has_brief {
            for person in deal.lead.iter().map(|lead| &lead.id).chain(&deal.contact_id) {
                facts.prior.extend(sequences.of_person(person).await?.iter().map(Prior::of));
            }
            facts.prior.sort_by(|one, other| {
                other.drafted_at.cmp(&one.drafted_at).then_with(|| one.sequence_id.cmp(&other.sequence_id))
            });
        }
    }
    facts.deal = deal;
    Ok(LookedUp { facts, cost: Cost::default(), actor: Actor::Code })
}

fn who_may_get_tasks(deal: &Deal) -> Vec<UserId> {
    let of_account = deal.account.iter().flat_map(|account| &account.owner);
    let of_territory = deal.territory.iter().map(|one| &one.user);
    let all = std::iter::once(&deal.owner).chain(of_account).chain(of_territory);
    let mut ids: Vec<UserId> = all.filter(|one: &&Colleague| one.active).map(|one| one.id.clone()).collect();
    ids.sort();
    ids.dedup();
    ids
}
