//! The one place where the stand-ins read the clock.
#![expect(clippy::disallowed_methods, reason = "a stand-in service has its own clock, as the vendor's server has")]

/// Now, in milliseconds since the epoch.
#[must_use]
pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
