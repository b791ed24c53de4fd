use async_trait::async_trait;
use jiff::civil::Date;

use crate::failure::Outcome;

/// The most that may be spent on one day under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Under which it is counted: a provider's name, or [`Budget::ALL`].
    pub name: String,
    /// In millionths of a US dollar.
    pub most_microusd: u64,
}

impl Budget {
    /// The name under which everybody's spending is counted.
    pub const ALL: &'static str = "all";
}

/// Why something was not asked for: the day's money is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverBudget;

impl std::fmt::Display for OverBudget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("over the budget of the day")
    }
}

impl std::error::Error for OverBudget {}

/// How a reservation went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// It is counted in every budget.
    Yes,
    /// It would overrun one of them, and is counted in none.
    OverBudget,
}

/// What has been spent a day (UTC), for caps that hold however many ask at once: a price is reserved before it can come
/// due, and what did not come due is given back. Who dies in between leaves its reservation counted, so that a cap can be
/// reached early and never overrun.
#[async_trait]
pub trait Spend: Send + Sync {
    /// Counts `microusd` in all `budgets` of `day`, or in none of them.
    async fn reserve(&self, day: Date, microusd: u64, budgets: &[Budget]) -> Outcome<Reserved>;

    /// Takes `microusd`, which were reserved, out of all `budgets` of `day` again.
    async fn give_back(&self, day: Date, microusd: u64, budgets: &[Budget]) -> Outcome<()>;

    /// What is counted on `day` under `name`.
    async fn spent(&self, day: Date, name: &str) -> Outcome<u64>;
}
