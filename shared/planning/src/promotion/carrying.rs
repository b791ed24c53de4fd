//! What a promotion does, step by step.

use jiff::Timestamp;
use revloops_changes::folder::Promoted;
use revloops_changes::moves::{How, Wanted};
use revloops_changes::{Actor, ChangeError, Proposal, ProposalState};
use revloops_config::store::SCENARIO;
use revloops_config::{Pointer, Problems};
use revloops_domain::events::{PlanningWanted, PlanningWhy, names};
use revloops_domain::{CorrelationId, ErrorClass, sha256_hex};
use revloops_loopkit::change::Candidate;
use revloops_loopkit::ports::{Bus, BusEvent};
use revloops_loopkit::{Failure, Outcome};
use revloops_scenario::{Resolved, stored};

use super::{Promotions, ROUTE, TERRITORIES, between, in_words, unusable};

impl Promotions<'_> {
    /// Makes a scenario of a config folder the active one, and gives Route the folder's files with it; the pointer as it is
    /// then. [`publish`] its event.
    ///
    /// # Errors
    /// Where the folder lacks what Route was changed in since, somebody else moves a pointer in between, or a store does not
    /// answer.
    pub async fn promote(
        &self,
        wanted: &Resolved,
        route: &Candidate,
        by: &str,
        at: Timestamp,
    ) -> Result<Pointer, ChangeError> {
        let store = self.desk.store.as_ref();
        let now = self.desk.moves().settled(SCENARIO, at).await?;
        let sha256 = sha256_hex(&wanted.to_json());
        let there = now.as_ref().filter(|read| read.pointer.active.sha256 == sha256);
        let stamp = match there {
            Some(read) => read.pointer.active.clone(),
            None => stored::keep(store, wanted).await?,
        };
        if let Promoted::Behind(last) = self.desk.promote(route, None, None, by, at).await? {
            let (who, when, why) = (&last.by, last.at, &last.why);
            return Err(ChangeError::Refused(format!(
                "{who} has changed Route on {when} ({why}), and the folder lacks that: `cargo revloops config pull route --write` first"
            )));
        }
        if let Some(read) = there {
            return Ok(read.pointer.clone());
        }
        let active = match &now {
            Some(read) => Some(stored::load(store, &read.pointer.active).await.map_err(unusable)?.scenario),
            None => None,
        };
        let moved = Wanted {
            to: stamp,
            rollout: None,
            how: How::Promoted,
            proposal: None,
            by: by.to_owned(),
            why: "a scenario of a config folder was promoted".to_owned(),
            diff: in_words(&between(active.as_ref(), &wanted.scenario)).join("\n"),
        };
        self.desk.moves().make(SCENARIO, now.as_ref(), &moved, at).await?;
        Ok(self.desk.pointer(SCENARIO, at).await?.pointer)
    }

    /// Makes an approved scenario the active one, and starts the planning chain. Asked for twice, it is done once; where it died
    /// half-way, it is carried on.
    ///
    /// # Errors
    /// Where the proposal is of something else or not approved, the scenario does not fit the active Route any more, or somebody
    /// else was faster.
    pub async fn apply(&self, id: &str, by: &Actor, at: Timestamp) -> Result<Proposal, ChangeError> {
        let proposal = self.desk.ready_to_apply(id, by, at).await?;
        if proposal.loop_name != SCENARIO {
            return Err(ChangeError::Refused(format!("proposal {id} is of {}, not of a scenario", proposal.loop_name)));
        }
        let applied = if proposal.state == ProposalState::Applied {
            proposal
        } else {
            let wanted = stored::load(self.desk.store.as_ref(), &proposal.candidate).await.map_err(unusable)?;
            let route = self.route_with(&wanted, at).await?;
            if proposal.stored.is_none() {
                let stamp = stored::keep(self.desk.store.as_ref(), &wanted).await?;
                self.desk.note_stored(&proposal.id, &stamp, at).await?;
            }
            self.give_route(&route, &wanted, &by.username, at).await?;
            self.desk.apply_stored(&proposal.id, by, at).await?
        };
        let pointer = self.desk.pointer(SCENARIO, at).await?.pointer;
        // By now another one may be active, whose promotion has its own event.
        if applied.stored.as_ref() == Some(&pointer.active) {
            publish(self.bus, &event(&pointer)?).await?;
        }
        Ok(applied)
    }

    /// The active Route with the scenario's territories, if it passes its check and its cases with them.
    pub(super) async fn route_with(&self, wanted: &Resolved, at: Timestamp) -> Result<Candidate, ChangeError> {
        let active = self.desk.active(ROUTE, at).await?;
        let mut problems = Problems::new();
        let mut sources = active.bundle.sources_with(&active.bundle.texts, &mut problems);
        sources.insert(TERRITORIES.to_owned(), wanted.territories());
        match self.desk.checks.check(ROUTE, &sources, problems) {
            Some(checked) => checked.map_err(|problems| ChangeError::Problems { problems }),
            None => Err(Failure::new(ErrorClass::Bug, "there is no loop that reads the scenario's territories").into()),
        }
    }

    async fn give_route(
        &self,
        route: &Candidate,
        wanted: &Resolved,
        by: &str,
        at: Timestamp,
    ) -> Result<(), ChangeError> {
        let now = self.desk.pointer(ROUTE, at).await?;
        if now.pointer.active.sha256 == route.sha256() {
            return Ok(());
        }
        let moved = Wanted {
            to: self.desk.moves().keep(route.bundle(), by, at).await?,
            rollout: None,
            how: How::Applied,
            // It is the scenario's proposal, and going back in Route alone does not take that back.
            proposal: None,
            by: by.to_owned(),
            why: format!("the territories of {}, which becomes the active scenario", wanted.scenario.id),
            diff: String::new(),
        };
        self.desk.moves().make(ROUTE, Some(&now), &moved, at).await?;
        Ok(())
    }
}

/// The event of a pointer: the same for the same move, however often it is published.
///
/// # Errors
/// `Bug` where the pointer names no scenario or no time.
pub fn event(pointer: &Pointer) -> Outcome<PlanningWanted> {
    let of = "reading the pointer to the active scenario";
    let id = stored::id_of(&pointer.active).map_err(|error| Failure::new(ErrorClass::Bug, of).caused_by(error))?;
    let at =
        pointer.moved_at.parse().map_err(|error: jiff::Error| Failure::new(ErrorClass::Bug, of).caused_by(error))?;
    let event_id: String =
        sha256_hex(format!("{}/{}", pointer.active.sha256, pointer.moved_at).as_bytes()).chars().take(32).collect();
    Ok(PlanningWanted {
        correlation_id: CorrelationId::of(&format!("scenario/{id}"), &event_id),
        event_id,
        scenario_id: id.to_owned(),
        scenario: pointer.active.clone(),
        why: PlanningWhy::Promoted,
        by: pointer.moved_by.clone(),
        at,
        previous: pointer.previous.clone(),
        redriven: false,
    })
}

/// Publishes what starts the planning chain.
///
/// # Errors
/// If the bus does not take it.
pub async fn publish(bus: &dyn Bus, wanted: &PlanningWanted) -> Outcome<()> {
    let name = match wanted.why {
        PlanningWhy::Promoted => names::SCENARIO_PROMOTED,
        PlanningWhy::Plan => names::TERRITORIES_PLAN_WANTED,
    };
    let detail = serde_json::to_value(wanted)
        .map_err(|error| Failure::unreadable(ErrorClass::Bug, "writing what starts the planning chain", &error))?;
    let event = BusEvent { name: name.to_owned(), id: wanted.event_id.clone(), detail };
    for outcome in bus.publish(std::slice::from_ref(&event)).await? {
        outcome?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_move_of_the_pointer_is_the_same_event_and_another_one_is_not() {
        let stamp = |sha256: &str| revloops_domain::ConfigStamp {
            key: "scenarios/a.json".to_owned(),
            version_id: "1".to_owned(),
            sha256: sha256.to_owned(),
        };
        let pointer = |moved_at: &str| Pointer::new(stamp("s"), None, "kim", moved_at);
        let id = |moved_at: &str| event(&pointer(moved_at)).unwrap().event_id;
        assert_eq!(id("2026-11-27T10:00:00Z"), id("2026-11-27T10:00:00Z"));
        assert_ne!(id("2026-11-27T10:00:00Z"), id("2026-11-28T10:00:00Z"), "promoted again after another one");
    }
}
