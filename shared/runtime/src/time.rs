//! The real clock and fresh ids: their one home.

use jiff::Timestamp;

use revloops_loopkit::ports::{Clock, Ids};

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one home of the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Random version-4 UUIDs.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "the one home of fresh ids")]
    fn fresh(&self) -> String {
        uuid::Uuid::new_v4().simple().to_string()
    }
}
