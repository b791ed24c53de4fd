//! A config together with the stamp of its version.

use revloops_domain::ConfigStamp;

/// A checked config and which version it is; every record carries the stamp.
#[derive(Debug, Clone)]
pub struct Loaded<C> {
    /// The config.
    pub config: C,
    /// Its version.
    pub stamp: ConfigStamp,
}
