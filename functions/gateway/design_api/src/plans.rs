//! The plans that a question is about.

use revloops_config::{ConfigStore, StoreError};
use revloops_planning::service::{PlanAsked, Refusal};
use revloops_scenario::{Resolved, ResolvedError};

/// The pointer that says which scenario is active.
const POINTER: &str = "scenario";

/// The plan, checked: what is stored, too, since a plan is checked when it is used.
pub(crate) async fn find(asked: PlanAsked<'_>, store: &dyn ConfigStore) -> Result<Resolved, Refusal> {
    match asked {
        PlanAsked::Sent(content, at) => {
            Resolved::from_content(at, content.clone()).map_err(|error| Refusal::of_plan(&error, at))
        }
        PlanAsked::Stored(id) => {
            let stored = store.newest(&format!("scenarios/{id}.json")).await.map_err(|error| unavailable(&error))?;
            let Some(bytes) = stored else {
                return Err(Refusal::new(404, format!("no scenario {id} is stored")));
            };
            Resolved::from_json(&bytes).map_err(|error| unusable(&error))
        }
        PlanAsked::Active => {
            let read = store.pointer(POINTER).await.map_err(|error| unavailable(&error))?;
            let Some(read) = read else {
                return Err(Refusal::new(404, "no scenario is active: name one, or send a plan"));
            };
            let active = read.pointer.active;
            let bytes = store.get(&active.key, &active.version_id).await.map_err(|error| unavailable(&error))?;
            Resolved::from_json(&bytes).map_err(|error| unusable(&error))
        }
    }
}

fn unavailable(error: &StoreError) -> Refusal {
    tracing::error!("reading a stored scenario: {error}");
    Refusal::new(503, "the stored scenarios cannot be read just now: ask again")
}

/// A stored plan was checked when it was stored: one that does not pass is nothing that the caller did.
fn unusable(error: &ResolvedError) -> Refusal {
    tracing::error!("a stored scenario cannot be used: {error}");
    Refusal::new(503, "the stored scenario does not pass its check: store it anew")
}
