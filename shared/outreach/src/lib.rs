//! A sequence's life after its draft: a person's answer, the policy, and each step's way into the CRM as a task.
//!
//! | part | what it does |
//! |---|---|
//! | [`policy`] | the levers of `policy.yaml`, checked |
//! | [`judge`](judge()) | the policy gate: pure, every rule tried and traced |
//! | [`life`] | what a sequence may become next: pure |
//! | [`Desk`] | a person approves, edits, rejects or stops; opt-outs |
//! | [`answer_task`] | the same answers, given in the CRM on the task that previews a sequence |
//! | [`SequenceClock`] | what is due: the gate again, the landing, the withdrawal of what was stopped |
//!
//! What was stored first wins. A step passes by one transaction over the list of suppressions, the caps and the sequence's
//! state; an opt-out is one write to the list. Whichever comes first is seen by the other. Nothing here sends a mail.

pub mod answers;
pub mod clock;
pub mod desk;
pub mod facts;
pub mod judge;
pub mod landing;
pub mod life;
mod owed;
pub mod policy;
pub mod task_answers;
pub mod words;

#[cfg(test)]
mod tests;

pub use answers::{Ask, Listed, Refusal, Reply, Request};
pub use clock::{SequenceClock, Ticked};
pub use desk::Desk;
pub use facts::{PolicyFacts, Sources, Subject};
pub use judge::{Judged, Moment, Verdict, judge};
pub use policy::Policy;
pub use task_answers::answer_task;
