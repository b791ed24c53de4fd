//! The local system: the local cloud with the functions in it, and the stand-ins for the outside services.
//!
//! [`ensure_up`] has it running, whatever was there before; [`Endpoints`] says where it answers.

mod build;
mod catch_up;
mod endpoints;
mod package;
mod ports;
mod process;
mod python;
mod secrets;
mod stack;
mod start;

pub use build::{FUNCTIONS, Function};
pub(crate) use build::{cargo, compile, linted, unlinted};
pub(crate) use endpoints::write_private;
pub use endpoints::{Ai, Api, Cloud, Crm, Endpoints, Enrichment, Stack};
pub use process::{Running, kill_group, running, stop};
pub use python::ensure_venv as ensure_tools;
pub(crate) use python::last_lines;
pub(crate) use python::{SITE, SOLVER, ensure_packages};
pub(crate) use start::bring_up;
pub(crate) use start::stop_cloud;
pub use start::{CLOUD, STANDINS, answers, ensure_up};
