//! Config: YAML with every problem reported at once, bundles that functions load, and the store they live in.
//!
//! This is the only crate that parses YAML. Two steps: a raw shape (`serde` + JSON Schema, unknown keys refused), then
//! a checked type ([`Levers::check`]). The parser is `saphyr-parser`: maintained, YAML 1.2 (so `NO` is a text, not
//! `false`), and it gives a position for every event, from which [`Document`] knows the line of every value.
//! `serde_yaml` is deprecated, and its successors that go straight to `serde` stop at the first error.

pub mod bundle;
pub mod calendars;
pub mod document;
pub mod edit;
pub mod levers;
pub mod merge;
pub mod names;
pub mod path;
pub mod problem;
pub mod rollout;
pub mod schema_check;
pub mod store;
mod yaml;
mod yaml_text;

pub use bundle::{Bundle, BundleError};
pub use document::{Document, Sources};
pub use edit::{Edit, EditError, edited};
pub use levers::{LeverFile, Levers};
pub use merge::{Keyed, MergeBy};
pub use path::{Path as ValuePath, Step};
pub use problem::{Problem, Problems, nearest};
pub use rollout::{Arm, Rollout, RolloutMode};
pub use store::{ConfigStore, Pointer, StoreError};
pub use yaml_text::yaml_text;
