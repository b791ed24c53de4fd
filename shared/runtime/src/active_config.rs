//! The active config of a loop: read through its pointer, kept for a few seconds; and the version that is tried beside it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;

use revloops_config::{Arm, Bundle, ConfigStore, Levers, Rollout, StoreError};
use revloops_domain::{ConfigStamp, ErrorClass};
use revloops_loopkit::ports::Clock;
use revloops_loopkit::{Failure, Loaded, Outcome};

/// Loads what the pointer names, and again when the pointer has moved.
pub struct ActiveConfig<C> {
    store: Arc<dyn ConfigStore>,
    /// How long a pointer is trusted before it is looked at again.
    trusted: Duration,
    now: Mutex<Option<Read<C>>>,
}

/// What the pointer named when it was read.
struct Read<C> {
    at: Timestamp,
    active: Arc<Loaded<C>>,
    tried: Option<(Rollout, Arc<Loaded<C>>)>,
}

impl<C: Levers> ActiveConfig<C> {
    /// From `store`; a moved pointer is noticed after `trusted` at the latest.
    #[must_use]
    pub fn new(store: Arc<dyn ConfigStore>, trusted: Duration) -> Self {
        Self { store, trusted, now: Mutex::new(None) }
    }

    /// The active config, whatever is tried beside it.
    ///
    /// # Errors
    /// `ConfigInvalid` where nothing is active, or what is active does not pass its check; `Transient` where the store
    /// does not answer.
    pub async fn get(&self, clock: &dyn Clock) -> Outcome<Arc<Loaded<C>>> {
        self.read(clock, |read| Arc::clone(&read.active)).await
    }

    /// The config for one subject (`lead/00Q…`): where a version is tried, the same subject always gets the same version.
    ///
    /// A shadow decides beside the active version on the records that it leaves (`revloops_changes::shadow`), not here.
    /// A version that is tried and cannot be loaded is passed over, and said in the log: it must not stop what works.
    ///
    /// # Errors
    /// See [`ActiveConfig::get`].
    pub async fn get_for(&self, clock: &dyn Clock, subject: &str) -> Outcome<Arc<Loaded<C>>> {
        self.read(clock, |read| Arc::clone(read.acting(subject))).await
    }

    async fn read<T>(&self, clock: &dyn Clock, of: impl FnOnce(&Read<C>) -> T) -> Outcome<T> {
        let mut now = self.now.lock().await;
        let at = clock.now();
        if let Some(read) = &*now
            && at.duration_since(read.at).unsigned_abs() < self.trusted
        {
            return Ok(of(read));
        }
        let pointer = self.store.pointer(C::LOOP).await.map_err(store_failure)?.ok_or_else(|| {
            let nothing = format!("no config of {} is active: promote one (`cargo revloops config promote`)", C::LOOP);
            Failure::new(ErrorClass::ConfigInvalid, nothing)
        })?;
        let pointer = pointer.pointer;
        let there = |stamp: &ConfigStamp| {
            let read = now.as_ref()?;
            let tried = read.tried.iter().map(|(_, loaded)| loaded);
            [&read.active].into_iter().chain(tried).find(|loaded| loaded.stamp == *stamp).map(Arc::clone)
        };
        let active = match there(&pointer.active) {
            Some(loaded) => loaded,
            None => self.load(pointer.active).await?,
        };
        let tried = match pointer.rollout {
            None => None,
            Some(rollout) => {
                let loaded = match there(&rollout.candidate) {
                    Some(loaded) => Ok(loaded),
                    None => self.load(rollout.candidate.clone()).await,
                };
                match loaded {
                    Ok(loaded) => Some((rollout, loaded)),
                    Err(failure) => {
                        tracing::error!(
                            r#loop = C::LOOP,
                            trial = rollout.id,
                            "the version that is tried is passed over: {failure}"
                        );
                        None
                    }
                }
            }
        };
        let read = Read { at, active, tried };
        let result = of(&read);
        *now = Some(read);
        Ok(result)
    }

    async fn load(&self, stamp: ConfigStamp) -> Outcome<Arc<Loaded<C>>> {
        let bytes = self.store.get(&stamp.key, &stamp.version_id).await.map_err(store_failure)?;
        let config = Bundle::load::<C>(&bytes, &stamp)
            .map_err(|error| Failure::new(ErrorClass::ConfigInvalid, "loading the active config").caused_by(error))?;
        tracing::info!(r#loop = C::LOOP, config_version = stamp.short(), "config loaded");
        Ok(Arc::new(Loaded { config, stamp }))
    }
}

impl<C> Read<C> {
    /// The version that decides and acts for a subject; its stamp is the record's.
    fn acting(&self, subject: &str) -> &Arc<Loaded<C>> {
        match &self.tried {
            Some((rollout, tried)) if rollout.acts(subject) == Arm::Candidate => tried,
            Some(_) | None => &self.active,
        }
    }
}

fn store_failure(error: StoreError) -> Failure {
    let class = match &error {
        StoreError::Missing(_) => ErrorClass::ConfigInvalid,
        StoreError::Conflict(_) | StoreError::Unavailable { .. } => ErrorClass::Transient,
    };
    Failure::new(class, "reading config").caused_by(error)
}

#[cfg(test)]
mod tests {
    use revloops_config::{LeverFile, Pointer, Problems, RolloutMode, Sources};
    use revloops_domain::sha256_hex;
    use revloops_testkit::ConfigInMemory;

    use super::*;

    #[derive(Debug)]
    struct Toy(i64);

    impl Levers for Toy {
        const LOOP: &'static str = "toy";
        const FILES: &'static [LeverFile] = &[];

        fn check(sources: &Sources, _: &mut Problems) -> Option<Self> {
            sources.get("levers.yaml")?.value().get("min")?.as_i64().map(Self)
        }
    }

    struct At(i64);

    impl Clock for At {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(self.0).unwrap()
        }
    }

    async fn stored(store: &ConfigInMemory, content: &str) -> ConfigStamp {
        let bytes = format!(r#"{{"loop":"toy","files":{{"levers.yaml":{content}}}}}"#).into_bytes();
        let (key, sha256) = (Bundle::key("toy"), sha256_hex(&bytes));
        ConfigStamp { version_id: store.put(&key, bytes).await.unwrap(), key, sha256 }
    }

    /// Version 1 is active, and another one tried.
    async fn world(mode: RolloutMode, tried: &str) -> (Arc<ConfigInMemory>, ActiveConfig<Toy>) {
        let store = Arc::new(ConfigInMemory::default());
        let mut pointer = Pointer::new(stored(&store, r#"{"min":1}"#).await, None, "kim", "now");
        let candidate = stored(&store, tried).await;
        pointer.rollout = Some(Rollout { id: "t1".into(), candidate, mode, share_basis_points: 2_000 });
        store.move_pointer("toy", &pointer, None).await.unwrap();
        (store.clone(), ActiveConfig::new(store, Duration::from_secs(5)))
    }

    fn leads() -> impl Iterator<Item = String> {
        (0..5_000).map(|at| format!("lead/00Q{at:012}AAA"))
    }

    #[tokio::test]
    async fn a_canary_decides_for_its_share_and_the_same_lead_always_gets_the_same_version() {
        let (store, config) = world(RolloutMode::Canary, r#"{"min":2}"#).await;
        let rollout = store.pointer("toy").await.unwrap().unwrap().pointer.rollout.unwrap();
        let mut tried = 0;
        for lead in leads() {
            let acting = config.get_for(&At(0), &lead).await.unwrap();
            let again = config.get_for(&At(60), &lead).await.unwrap();
            assert_eq!(acting.stamp, again.stamp);
            let is_tried = rollout.acts(&lead) == Arm::Candidate;
            assert_eq!(acting.config.0, if is_tried { 2 } else { 1 });
            tried += usize::from(is_tried);
        }
        assert!((890..=1_110).contains(&tried), "{tried} of 5,000, a fifth asked for");
        assert_eq!(config.get(&At(0)).await.unwrap().config.0, 1, "who asks without a subject gets the active version");
    }

    #[tokio::test]
    async fn a_shadow_never_acts() {
        let (store, config) = world(RolloutMode::Shadow, r#"{"min":2}"#).await;
        let active = store.pointer("toy").await.unwrap().unwrap().pointer.active;
        for lead in leads() {
            let acting = config.get_for(&At(0), &lead).await.unwrap();
            assert_eq!((acting.config.0, &acting.stamp), (1, &active));
        }
    }

    #[tokio::test]
    async fn a_version_that_cannot_be_loaded_stops_nobody() {
        let (_, config) = world(RolloutMode::Canary, r#"{"mni":2}"#).await;
        for lead in leads().take(100) {
            assert_eq!(config.get_for(&At(0), &lead).await.unwrap().config.0, 1);
        }
    }

    #[tokio::test]
    async fn a_trial_that_was_returned_is_noticed_within_the_time_that_a_pointer_is_trusted() {
        let (store, config) = world(RolloutMode::Canary, r#"{"min":2}"#).await;
        let mut canary = None;
        for lead in leads() {
            if config.get_for(&At(0), &lead).await.unwrap().config.0 == 2 {
                canary = Some(lead);
                break;
            }
        }
        let read = store.pointer("toy").await.unwrap().unwrap();
        let back = Pointer { rollout: None, ..read.pointer };
        store.move_pointer("toy", &back, Some(&read.etag)).await.unwrap();
        let acting = config.get_for(&At(5), &canary.unwrap()).await.unwrap();
        assert_eq!((acting.config.0, &acting.stamp), (1, &back.active));
    }
}
