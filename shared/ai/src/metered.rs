//! Asking within a hard budget, with every call counted and kept.
//!
//! The most that a call can cost is reserved before it is made; what it did not cost is given back. An answer that was lost
//! stays counted in full, for it may be billed. A call that would overrun is not made: `Throttled`, so that its run is parked
//! and sent again by itself when the next day (UTC) has begun.
//!
//! Request and answer are kept for as long as the retention setting says. Where they cannot be kept the run goes on: an answer
//! is paid for, and asking again would bring another one. The run's record names the object, or none.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use serde_json::json;

use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::metering::{AiCall, BegunCall, begin_call, note_call};
use revloops_loopkit::ports::{Budget, Clock, Model, ModelAnswer, ModelRequest, OverBudget, Prompts, Reserved, Spend};
use revloops_loopkit::{Failure, Outcome};

/// A model whose price is known before and after it is asked.
#[async_trait]
pub trait Metered: Send + Sync {
    /// The most that asking can cost, in millionths of a US dollar.
    fn most_microusd(&self, request: &ModelRequest) -> u64;

    /// One answer, and what was billed for it or for its failure.
    async fn ask(&self, request: &ModelRequest) -> Asked;
}

/// What asking came to.
#[derive(Debug)]
pub struct Asked {
    /// The answer.
    pub outcome: Outcome<ModelAnswer>,
    /// Its price.
    pub billed: Billed,
}

/// What was billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Billed {
    /// So many millionths of a US dollar.
    Exactly(u64),
    /// Nobody knows: the answer was lost.
    Unknown,
}

/// A [`Model`] within budgets.
pub struct Accounted {
    /// What is asked.
    pub model: Arc<dyn Metered>,
    /// Where spending is counted.
    pub spend: Arc<dyn Spend>,
    /// The budgets of a day that each call has to fit into.
    pub budgets: Vec<Budget>,
    /// Where requests and answers are kept; nowhere where they are not to be.
    pub prompts: Option<Arc<dyn Prompts>>,
    /// The time, for the day.
    pub clock: Arc<dyn Clock>,
}

impl Accounted {
    /// Counts what was billed in place of what was reserved.
    async fn settle(&self, day: jiff::civil::Date, reserved: u64, billed: Billed) {
        let Billed::Exactly(billed) = billed else { return };
        let settled = if billed <= reserved {
            match reserved - billed {
                0 => Ok(()),
                left => self.spend.give_back(day, left, &self.budgets).await,
            }
        } else {
            // Only pages of searches can be longer than assumed. It is billed, so it is counted, whatever the budget says.
            tracing::warn!(reserved, billed, "an answer cost more than was reserved for it");
            let whatever = |budget: &Budget| Budget { most_microusd: u64::MAX, ..budget.clone() };
            let budgets: Vec<Budget> = self.budgets.iter().map(whatever).collect();
            self.spend.reserve(day, billed - reserved, &budgets).await.map(drop)
        };
        if let Err(failure) = settled {
            // The answer is there and paid for; the budget is reached early.
            tracing::warn!(class = %failure.class(), "spending on the AI is counted too high: {failure}");
        }
    }

    /// The key under which the exchange is kept; none where it is not.
    async fn keep(&self, begun: Option<&BegunCall>, request: &ModelRequest, asked: &Asked) -> Option<String> {
        let prompts = self.prompts.as_ref()?;
        let answer = match &asked.outcome {
            Ok(answer) => json!({ "input": answer.answer, "model": answer.model, "searched": answer.searched }),
            Err(failure) => json!({ "failed": failure.to_string() }),
        };
        let exchange = json!({
            "request": {
                "system": request.system, "task": request.task, "data": request.data, "tool": request.tool.name,
                "input_schema": request.tool.input_schema, "max_tokens": request.max_tokens,
                "web_searches": request.web_searches,
            },
            "answer": answer,
        });
        // One key for each content, so that a run's second attempt overwrites nothing.
        let hash: String = sha256_hex(exchange.to_string().as_bytes()).chars().take(16).collect();
        let key = match begun {
            Some(BegunCall { loop_name, run_id, call }) => format!("{loop_name}/{run_id}/{call}-{hash}.json"),
            None => format!("outside_of_runs/{hash}.json"),
        };
        match prompts.keep(&key, &exchange).await {
            Ok(()) => Some(key),
            Err(failure) => {
                tracing::warn!(class = %failure.class(), "an exchange with the AI is not kept: {failure}");
                None
            }
        }
    }
}

#[async_trait]
impl Model for Accounted {
    async fn answer(&self, request: &ModelRequest) -> Outcome<ModelAnswer> {
        let day = self.clock.now().to_zoned(TimeZone::UTC).date();
        let reserved = self.model.most_microusd(request);
        if self.spend.reserve(day, reserved, &self.budgets).await? == Reserved::OverBudget {
            let names: Vec<&str> = self.budgets.iter().map(|budget| budget.name.as_str()).collect();
            let over = format!(
                "asking the AI: {reserved} microusd do not fit into what is left for {day} of {}",
                names.join(", ")
            );
            return Err(Failure::new(ErrorClass::Throttled, over).caused_by(OverBudget));
        }
        let begun = begin_call();
        let asked = self.model.ask(request).await;
        self.settle(day, reserved, asked.billed).await;
        let kept = self.keep(begun.as_ref(), request, &asked).await;
        if let (Ok(answer), Some(begun)) = (&asked.outcome, &begun) {
            note_call(AiCall {
                call: begun.call,
                model: answer.model.clone(),
                input_tokens: answer.input_tokens,
                output_tokens: answer.output_tokens,
                searches: answer.searches,
                microusd: answer.microusd,
                kept,
            });
        }
        asked.outcome
    }
}
