//! What a run asks of the AI, call by call, without each loop having to count.
//!
//! The run's id has to reach whoever asks the AI, and each call's price has to reach the run's record, through loops that know
//! of neither. So both travel with the task, as a trace's span does: [`metered`] opens the run, [`begin_call`] and [`note_call`]
//! find it.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use revloops_domain::RunId;

use crate::record::RunKey;

/// One call of the AI, as the run's record tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AiCall {
    /// Its number within the attempt, from 1.
    pub call: u32,
    /// The model that answered.
    pub model: String,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Searches of the web.
    pub searches: u64,
    /// Price in millionths of a US dollar.
    pub microusd: u64,
    /// The object that holds request and answer; none where they are not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
}

struct Metered {
    loop_name: String,
    run_id: RunId,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    begun: u32,
    calls: Vec<AiCall>,
}

impl Metered {
    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

tokio::task_local! {
    static RUN: Arc<Metered>;
}

/// Does `work` as part of the run `key`; what it asked of the AI, in the order of the calls.
pub async fn metered<F: Future>(key: &RunKey, work: F) -> (F::Output, Vec<AiCall>) {
    let run = Arc::new(Metered { loop_name: key.loop_name.clone(), run_id: key.run_id(), state: Mutex::default() });
    let done = RUN.scope(Arc::clone(&run), work).await;
    let mut calls = run.with(|state| std::mem::take(&mut state.calls));
    calls.sort_by_key(|call| call.call);
    (done, calls)
}

/// A call that is about to be made, and the run that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BegunCall {
    /// The loop's name.
    pub loop_name: String,
    /// The run.
    pub run_id: RunId,
    /// The call's number, from 1.
    pub call: u32,
}

/// Begins a call; `None` outside of every run.
#[must_use]
pub fn begin_call() -> Option<BegunCall> {
    let begin = |run: &Arc<Metered>| {
        let call = run.with(|state| {
            state.begun += 1;
            state.begun
        });
        BegunCall { loop_name: run.loop_name.clone(), run_id: run.run_id.clone(), call }
    };
    RUN.try_with(begin).ok()
}

/// Notes a call that was answered in the run that is at work; outside of every run nobody asks.
pub fn note_call(call: AiCall) {
    let _outside_of_every_run = RUN.try_with(|run| run.with(|state| state.calls.push(call)));
}
