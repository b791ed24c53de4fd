//! Effects on the real world: the CRM and the bus.

use std::sync::Arc;

use async_trait::async_trait;
use revloops_loopkit::ports::{Applied, Bus, BusEvent, CrmReader, CrmWriter, Effects};
use revloops_loopkit::{Action, Effect, Marker, Outcome};

/// Applies effects to the CRM and the bus.
#[derive(Clone)]
pub struct WorldEffects {
    reader: Arc<dyn CrmReader>,
    writer: Arc<dyn CrmWriter>,
    bus: Arc<dyn Bus>,
}

impl WorldEffects {
    /// By these ports.
    #[must_use]
    pub fn new(reader: Arc<dyn CrmReader>, writer: Arc<dyn CrmWriter>, bus: Arc<dyn Bus>) -> Self {
        Self { reader, writer, bus }
    }

    /// Whether the record shows this run's mark.
    async fn is_marked(&self, object: &str, id: &str, marker: &Marker) -> Outcome<bool> {
        let found = self.reader.fields(object, id, &[&marker.field]).await?;
        Ok(found.and_then(|fields| fields.get(&marker.field).cloned()).is_some_and(|value| value == marker.value))
    }
}

#[async_trait]
impl Effects for WorldEffects {
    async fn apply(&self, effect: &Effect, attempted_before: bool) -> Outcome<Applied> {
        match &effect.action {
            Action::UpdateRecord { object, id, fields, marker } => {
                if attempted_before && self.is_marked(object, id, marker).await? {
                    return Ok(Applied::Before);
                }
                self.writer.update(object, id, fields).await?;
                Ok(Applied::Now)
            }
            Action::UpsertRecord { object, key_field, key, fields } => {
                // The external id is unique, so a second create cannot happen; but a second upsert would write over
                // what a person has changed since, so look first.
                if attempted_before && self.reader.has(object, key_field, key).await? {
                    return Ok(Applied::Before);
                }
                let created = self.writer.upsert(object, key_field, key, fields).await?;
                Ok(if created { Applied::Now } else { Applied::Before })
            }
            Action::Emit { name, detail } => {
                let event = BusEvent { name: name.clone(), id: effect.key.to_string(), detail: detail.clone() };
                self.bus.publish(std::slice::from_ref(&event)).await?.into_iter().collect::<Outcome<Vec<()>>>()?;
                Ok(Applied::Now)
            }
        }
    }
}
