//! The first-touch watch: was the owner of a routed lead in touch in time, and what if not?
//!
//! Each minute, for the leads whose promised time is near or over ([`decide`] says what, [`tick`] does it once):
//!
//! | what shows in the CRM | what happens |
//! |---|---|
//! | a person completed a task, met the lead, moved its status on or converted it | the time is noted, `touch.made` |
//! | most of the working minutes have passed | one reminder for the owner, `touch.due_soon` |
//! | all of them have passed | `touch.missed`; Route is asked again, passing over whoever missed it, at last for a queue |
//! | the promised time came while the owner is on leave | the same: leave is no excuse to let a lead wait |
//! | it came, and hours or holidays have changed since | the promise moves to where the working minutes end |
//! | a person gave the lead to somebody else | the clock starts anew for them, and our tasks go along |
//! | the lead was routed again | our open tasks of those who had it go to the new owner |
//!
//! Minutes are the owner's working minutes (`team.yaml` of Route). A queue's lead is nobody's to touch: its clock starts
//! when a person takes it. Each step is a run of its own, named by the clock that it is about: two ticks at once, or a
//! tick that died, come to the same.

mod decide;
mod effects;
mod history;
mod record;
mod terms;
mod tick;

#[cfg(test)]
mod tests;

pub use decide::{Decided, Step, decide};
pub use history::History;
pub use terms::Terms;
pub use tick::{Ticked, Watch, tick};

/// The name under which steps are recorded.
pub const NAME: &str = "first_touch";
