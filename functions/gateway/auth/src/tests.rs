//! The whole server over documents in memory, with a CRM that plays along. Each security test names its guard, and shows
//! that the same request with the right value passes.

mod browsers;
mod clients_ask;
mod codes;
mod into_dashboards;
mod refreshes;
mod stage;
mod walk;
