//! `limits`: what the organisation may use, and what it has used.

use serde_json::{Value as Json, json};

/// API calls a day, as in a developer organisation.
pub(crate) const DAILY_CALLS: u64 = 15_000;

pub(super) fn all(used: u64) -> Json {
    let limit = |max: u64, remaining: u64| json!({ "Max": max, "Remaining": remaining });
    json!({
        "DailyApiRequests": limit(DAILY_CALLS, DAILY_CALLS.saturating_sub(used)),
        "DailyBulkV2QueryJobs": limit(10_000, 10_000),
        "DailyAsyncApexExecutions": limit(250_000, 250_000),
        "DataStorageMB": limit(5, 5),
        "FileStorageMB": limit(20, 20),
        "HourlyLongTermIdMapping": limit(100_000, 100_000),
        "SingleEmail": limit(15, 15),
    })
}
