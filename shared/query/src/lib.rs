//! SQL under row-level security. The only crate that names DataFusion.
//!
//! A question is parsed once, into a tree, and everything that follows works on that tree:
//!
//! | step | what it rests on |
//! |---|---|
//! | [`gate`](check) | the tree: one SELECT, relations that are datasets or the question's own CTEs, functions and operators of a list. What is not on a list is refused |
//! | plan | tables without rows: what is said of a wrong question cannot come from data |
//! | read | of each dataset, the columns and days that the plan needs |
//! | authorise | batch by batch as they are read: rows that the asker may see, by typed values ([`Visibility`]); everything else is dropped here |
//! | run | these rows alone. A failure is told in one sentence, whatever it was |
//!
//! Hidden rows are gone before anything of the question is computed. So neither an answer, an error nor the time that it takes can depend on what
//! they hold; the time to read a day, and whether it is too much to read, depend on how many there are. How many bytes were read is told to those
//! alone who see everything, and to the audit log ([`Receipt`]).

mod authorise;
mod gate;
mod loaded;
mod plan;
mod run;
mod shown;

#[cfg(test)]
mod tests;

pub use authorise::Visibility;
pub use gate::check;
pub use run::{Answer, Asked, Limits, Receipt, Refused, Shown, ask, columns_read};

use async_trait::async_trait;
use revloops_lake::{Dataset, Days, Lake, Read, Sift};
use revloops_loopkit::Outcome;

/// Where rows come from.
#[async_trait]
pub trait Source: Send + Sync {
    /// These columns of a dataset, of these days alone where it has days. Batches have exactly these columns, in this order; of each,
    /// there is left what `sift` keeps.
    async fn rows(&self, dataset: &Dataset, columns: &[String], days: Option<Days>, sift: &Sift<'_>) -> Outcome<Read>;
}

#[async_trait]
impl Source for Lake {
    async fn rows(&self, dataset: &Dataset, columns: &[String], days: Option<Days>, sift: &Sift<'_>) -> Outcome<Read> {
        self.sifted(dataset, days, Some(columns), sift).await
    }
}

/// The partition's column, which every dataset with days has beside its own.
pub(crate) const DAY: &str = "day";
