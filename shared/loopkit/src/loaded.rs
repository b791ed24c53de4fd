//! A config together with the stamp of its version.

use std::ops::Deref;

use revloops_domain::ConfigStamp;

use crate::failure::Outcome;

/// A checked config and which version it is; every record carries the stamp.
#[derive(Debug, Clone)]
pub struct Loaded<C> {
    /// The config.
    pub config: C,
    /// Its version.
    pub stamp: ConfigStamp,
}

/// Which version of a loop's config decides about a subject: one for everybody, or, where a version is tried, by the subject.
pub trait ConfigFor<C>: Send + Sync {
    /// How the config is held while it decides.
    type Held<'a>: Deref<Target = Loaded<C>> + Send + Sync
    where
        Self: 'a;

    /// The config for `lead/00Q…`.
    ///
    /// # Errors
    /// `ConfigInvalid` or `Transient` where it cannot be loaded.
    fn config_for(&self, subject: &str) -> impl Future<Output = Outcome<Self::Held<'_>>> + Send;
}

impl<C: Send + Sync> ConfigFor<C> for Loaded<C> {
    type Held<'a>
        = &'a Self
    where
        Self: 'a;

    async fn config_for(&self, _: &str) -> Outcome<&Self> {
        Ok(self)
    }
}
