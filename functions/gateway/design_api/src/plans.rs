//! The plans that a question is about.

use revloops_config::{ConfigStore, StoreError};
use revloops_planning::service::{PlanAsked, Refusal};
use revloops_scenario::Resolved;
use revloops_scenario::stored::{self, StoredError};

/// The plan, checked: what is stored, too, since a plan is checked when it is used.
pub(crate) async fn find(asked: PlanAsked<'_>, store: &dyn ConfigStore) -> Result<Resolved, Refusal> {
    match asked {
        PlanAsked::Sent(content, at) => {
            Resolved::from_content(at, content.clone()).map_err(|error| Refusal::of_plan(&error, at))
        }
        PlanAsked::Stored(id) => match stored::newest(store, id).await {
            Ok(found) => found.ok_or_else(|| Refusal::new(404, format!("no scenario {id} is stored"))),
            Err(error) => Err(not_had(error)),
        },
        PlanAsked::Active => match stored::active(store).await {
            Ok(Some(active)) => Ok(active.resolved),
            Ok(None) => Err(Refusal::new(404, "no scenario is active: name one, or send a plan")),
            Err(error) => Err(not_had(error)),
        },
    }
}

fn not_had(error: StoredError) -> Refusal {
    match error {
        StoredError::Unusable(error) => unusable(&error),
        StoredError::Store(error) => unavailable(&error),
        StoredError::NoScenario(_) | StoredError::WrongHash { .. } => unusable(&error),
    }
}

fn unavailable(error: &StoreError) -> Refusal {
    tracing::error!("reading a stored scenario: {error}");
    Refusal::new(503, "the stored scenarios cannot be read just now: ask again")
}

/// A stored plan was checked when it was stored: one that does not pass is nothing that the caller did.
fn unusable(error: &dyn std::error::Error) -> Refusal {
    tracing::error!("a stored scenario cannot be used: {error}");
    Refusal::new(503, "the stored scenario does not pass its check: store it anew")
}
