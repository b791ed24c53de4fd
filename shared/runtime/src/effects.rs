//! Effects on the real world: the CRM and the bus.

use std::sync::Arc;

use async_trait::async_trait;
use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Applied, Bus, BusEvent, CrmReader, CrmWriter, Effects, Sequences};
use revloops_loopkit::{Action, Effect, Failure, Marker, Outcome};
use serde_json::Value;

/// Applies effects to the CRM and the bus.
#[derive(Clone)]
pub struct WorldEffects {
    reader: Arc<dyn CrmReader>,
    writer: Arc<dyn CrmWriter>,
    bus: Arc<dyn Bus>,
    sequences: Option<Arc<dyn Sequences>>,
}

impl WorldEffects {
    /// By these ports.
    #[must_use]
    pub fn new(reader: Arc<dyn CrmReader>, writer: Arc<dyn CrmWriter>, bus: Arc<dyn Bus>) -> Self {
        Self { reader, writer, bus, sequences: None }
    }

    /// And where sequences are kept, for the loop that drafts them.
    #[must_use]
    pub fn with_sequences(self, sequences: Arc<dyn Sequences>) -> Self {
        Self { sequences: Some(sequences), ..self }
    }

    /// Whether the record shows this run's mark.
    async fn is_marked(&self, object: &str, id: &str, marker: &Marker) -> Outcome<bool> {
        let found = self.reader.fields(object, id, &[&marker.field]).await?;
        Ok(found.and_then(|fields| fields.get(&marker.field).cloned()).is_some_and(|value| value == marker.value))
    }
}

fn keeps_none(effect: &Effect) -> Failure {
    Failure::new(
        ErrorClass::Bug,
        format!("effect {} keeps a sequence, and this function has no store of them", effect.key),
    )
}

async fn emit(bus: &dyn Bus, effect: &Effect, name: &str, detail: &Value) -> Outcome<Applied> {
    let event = BusEvent { name: name.to_owned(), id: effect.key.to_string(), detail: detail.clone() };
    bus.publish(std::slice::from_ref(&event)).await?.into_iter().collect::<Outcome<Vec<()>>>()?;
    Ok(Applied::Now)
}

/// Applies the effects of a loop that only publishes events.
#[derive(Clone)]
pub struct EventEffects {
    bus: Arc<dyn Bus>,
}

impl EventEffects {
    /// On `bus`.
    #[must_use]
    pub fn new(bus: Arc<dyn Bus>) -> Self {
        Self { bus }
    }
}

#[async_trait]
impl Effects for EventEffects {
    async fn apply(&self, effect: &Effect, _attempted_before: bool) -> Outcome<Applied> {
        match &effect.action {
            Action::Emit { name, detail } => emit(self.bus.as_ref(), effect, name, detail).await,
            Action::UpdateRecord { object, .. } | Action::UpsertRecord { object, .. } => {
                let why = format!("effect {} writes a {object}, and this function has no CRM", effect.key);
                Err(Failure::new(ErrorClass::Bug, why))
            }
            Action::KeepSequence { .. } => Err(keeps_none(effect)),
        }
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
            Action::KeepSequence { sequence } => {
                let sequences = self.sequences.as_ref().ok_or_else(|| keeps_none(effect))?;
                Ok(if sequences.keep(sequence).await? { Applied::Now } else { Applied::Before })
            }
            Action::Emit { name, detail } => emit(self.bus.as_ref(), effect, name, detail).await,
        }
    }
}
