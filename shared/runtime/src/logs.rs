//! Logs: one JSON object a line, as CloudWatch and people read them.

use tracing_subscriber::EnvFilter;

/// Starts logging; a second call changes nothing.
pub fn start() {
    let filter = EnvFilter::try_from_env("REVLOOPS_LOG").unwrap_or_else(|_unset| EnvFilter::new("info"));
    let _already_started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .without_time() // Lambda stamps each line
        .with_env_filter(filter)
        .try_init();
}
