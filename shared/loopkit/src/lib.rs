//! The loop primitive: six parts, one way to run.
//!
//! [`Loop`] cannot be implemented without config, logic, inputs, outputs, metrics and feedback. [`run_once`] is the
//! only way to run one: it claims the run, looks facts up, decides, **stores the decision record, and only then**
//! applies each effect once. A dry run is the same without storing and applying.

pub mod card;
pub mod cases;
pub mod change;
pub mod decision;
pub mod effect;
pub mod explain;
pub mod failure;
pub mod feedback;
pub mod loaded;
pub mod merge;
pub mod metering;
pub mod outcomes;
pub mod ports;
pub mod record;
pub mod run;
pub mod the_loop;
pub mod turns;

pub use card::Card;
pub use cases::{CaseFile, Mismatch};
pub use decision::{Because, Decision, Reason, Verdict};
pub use effect::{Action, Effect, EffectKey, Marker};
pub use failure::{Failure, Outcome};
pub use feedback::{Feedback, LeverEdit, Proposal, TooLittleData};
pub use loaded::{ConfigFor, Loaded};
pub use metering::{AiCall, metered};
pub use outcomes::{Became, Look, Observed, Seen};
pub use record::{Actor, Mode, Record, RunKey};
pub use run::{RunContext, RunReply, dry_run, record_once, run_once};
pub use the_loop::{Loop, LoopInput, Outputs};
pub use turns::{Again, run_in_turn};
