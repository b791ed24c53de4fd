//! The active config of a loop: read through its pointer, kept for a few seconds.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;

use revloops_config::{Bundle, ConfigStore, Levers, StoreError};
use revloops_domain::ErrorClass;
use revloops_loopkit::ports::Clock;
use revloops_loopkit::{Failure, Loaded, Outcome};

/// Loads what the pointer names, and again when the pointer has moved.
pub struct ActiveConfig<C> {
    store: Arc<dyn ConfigStore>,
    /// How long a pointer is trusted before it is looked at again.
    trusted: Duration,
    now: Mutex<Option<(Timestamp, Arc<Loaded<C>>)>>,
}

impl<C: Levers> ActiveConfig<C> {
    /// From `store`; a moved pointer is noticed after `trusted` at the latest.
    #[must_use]
    pub fn new(store: Arc<dyn ConfigStore>, trusted: Duration) -> Self {
        Self { store, trusted, now: Mutex::new(None) }
    }

    /// The active config.
    ///
    /// # Errors
    /// `ConfigInvalid` where nothing is active, or what is active does not pass its check; `Transient` where the store
    /// does not answer.
    pub async fn get(&self, clock: &dyn Clock) -> Outcome<Arc<Loaded<C>>> {
        let mut now = self.now.lock().await;
        let at = clock.now();
        if let Some((read_at, loaded)) = &*now
            && at.duration_since(*read_at).unsigned_abs() < self.trusted
        {
            return Ok(Arc::clone(loaded));
        }
        let pointer = self.store.pointer(C::LOOP).await.map_err(store_failure)?.ok_or_else(|| {
            let nothing = format!("no config of {} is active: promote one (`cargo revloops config promote`)", C::LOOP);
            Failure::new(ErrorClass::ConfigInvalid, nothing)
        })?;
        let stamp = pointer.pointer.active;
        let loaded = match &*now {
            Some((_, loaded)) if loaded.stamp == stamp => Arc::clone(loaded),
            Some(_) | None => {
                let bytes = self.store.get(&stamp.key, &stamp.version_id).await.map_err(store_failure)?;
                let config = Bundle::load::<C>(&bytes, &stamp).map_err(|error| {
                    Failure::new(ErrorClass::ConfigInvalid, "loading the active config").caused_by(error)
                })?;
                tracing::info!(r#loop = C::LOOP, config_version = stamp.short(), "config loaded");
                Arc::new(Loaded { config, stamp })
            }
        };
        *now = Some((at, Arc::clone(&loaded)));
        Ok(loaded)
    }
}

fn store_failure(error: StoreError) -> Failure {
    let class = match &error {
        StoreError::Missing(_) => ErrorClass::ConfigInvalid,
        StoreError::Conflict(_) | StoreError::Unavailable { .. } => ErrorClass::Transient,
    };
    Failure::new(class, "reading config").caused_by(error)
}
