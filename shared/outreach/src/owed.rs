//! Events that a state owes the bus, published and crossed out.

use jiff::Timestamp;

use revloops_domain::sequence_state::{KeptSequence, OwedEvent};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Bus, BusEvent, Sequences};

use crate::life;

/// Publishes what is owed. A process that dies before it is crossed out has it published again, under the same ids.
///
/// # Errors
/// Where the bus or the store does not answer; the clock tries again.
pub(crate) async fn publish(
    kept: &KeptSequence,
    sequences: &dyn Sequences,
    bus: &dyn Bus,
    at: Timestamp,
) -> Outcome<()> {
    let event =
        |owed: &OwedEvent| BusEvent { name: owed.name.clone(), id: owed.event_id.clone(), detail: owed.detail.clone() };
    let events: Vec<BusEvent> = kept.state.owed.iter().map(event).collect();
    bus.publish(&events).await?.into_iter().collect::<Outcome<Vec<()>>>()?;
    // Where somebody changed the sequence meanwhile, it still owes them, and is looked at again.
    sequences.change(&life::published(kept, at)).await?;
    Ok(())
}
