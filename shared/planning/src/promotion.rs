//! A scenario becomes the active one: compared, proposed, approved by its hash, promoted.
//!
//! What a promotion changes, in this order: the scenario is stored as a version, Route gets its territories, the pointer moves
//! (only if nobody else moved it), and `scenario.promoted` starts the planning chain. Whatever it dies at, the same call
//! carries on: each of these is looked at before it is done, and the event's id follows from the pointer, so that the chain
//! knows a repeat.
//!
//! Two ways lead there. Who has the bucket's own rights promotes from a config folder ([`Promotions::promote`]); operators
//! propose a scenario that is stored, and change control has it approved like a change of config, by two people where policy
//! asks for them ([`Promotions::propose`], [`Promotions::apply`]).

mod carrying;
mod differences;
mod proposing;

use revloops_capacity::{Difference, diff};
use revloops_changes::{ChangeDesk, ChangeError};
use revloops_domain::ErrorClass;
use revloops_loopkit::Failure;
use revloops_loopkit::ports::Bus;
use revloops_scenario::stored::StoredError;
use revloops_scenario::{Resolved, Scenario};

pub use carrying::{event, publish};
pub use differences::{Changes, NamedAccounts, Side, YearChange, between, in_words};

/// The loop whose territories are the active scenario's.
pub const ROUTE: &str = "route";

/// What the territories are called among Route's files.
pub const TERRITORIES: &str = "territories.yaml";

/// Where scenarios are promoted.
#[derive(Clone, Copy)]
pub struct Promotions<'a> {
    /// Change control.
    pub desk: &'a ChangeDesk,
    /// Where the planning chain is started.
    pub bus: &'a dyn Bus,
}

/// Why two scenarios differ; the causes add up to the difference.
///
/// # Errors
/// `Refused` where their amounts cannot be compared.
pub fn compared(from: &Scenario, to: &Scenario) -> Result<Difference, ChangeError> {
    if from.currency != to.currency {
        let (one, other) = (&from.currency, &to.currency);
        let what = format!("{} is in {one} and {} in {other}: amounts cannot be compared", from.id, to.id);
        return Err(ChangeError::Refused(what));
    }
    Ok(diff(from, to))
}

/// What the active scenario would become; `None` where none is active.
///
/// # Errors
/// Where the store does not answer, or the active scenario cannot be used.
pub async fn active_scenario(desk: &ChangeDesk) -> Result<Option<Scenario>, ChangeError> {
    let active = revloops_scenario::stored::active(desk.store.as_ref()).await.map_err(unusable)?;
    Ok(active.map(|active| active.resolved.scenario))
}

/// The newest version of a stored scenario.
///
/// # Errors
/// `Unknown` where none of this id is stored, `Refused` with all that is wrong where it cannot be used.
pub async fn stored_scenario(desk: &ChangeDesk, id: &str) -> Result<Resolved, ChangeError> {
    let unknown = || ChangeError::Unknown {
        kind: "scenario",
        name: id.to_owned(),
        remedy: "the stored ones are listed (`list_scenarios`), and `config promote` stores those of a folder"
            .to_owned(),
    };
    if !revloops_config::names::is_id(id) {
        return Err(unknown());
    }
    match revloops_scenario::stored::newest(desk.store.as_ref(), id).await {
        Ok(found) => found.ok_or_else(unknown),
        Err(StoredError::Unusable(error)) => Err(ChangeError::Refused(error.to_string())),
        Err(error) => Err(unusable(error)),
    }
}

/// A stored scenario that is not to be had, as change control tells it.
#[must_use]
pub fn unusable(error: StoredError) -> ChangeError {
    match error {
        StoredError::Store(error) => error.into(),
        StoredError::Unusable(_) | StoredError::NoScenario(_) | StoredError::WrongHash { .. } => {
            Failure::new(ErrorClass::ConfigInvalid, "reading a stored scenario").caused_by(error).into()
        }
    }
}
