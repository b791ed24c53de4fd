//! The smallest loop: two numbers, and a case about them.

use jiff::Timestamp;
use revloops_config::{LeverFile, Levers, Problems, Sources};
use revloops_domain::CorrelationId;
use revloops_loopkit::the_loop::{LookedUp, LoopInput, Outputs, RunFacts};
use revloops_loopkit::{Card, Decision, Feedback, Loop, Mismatch, Mode, Outcome};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug)]
pub(super) struct Toy;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ToyConfig {
    #[schemars(range(max = 100))]
    min: u32,
    #[schemars(range(max = 100))]
    max: u32,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ToyCase {
    below: u32,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Nothing;

impl Levers for ToyConfig {
    const LOOP: &'static str = "toy";
    const FILES: &'static [LeverFile] =
        &[LeverFile { name: "levers.yaml", schema: || schemars::schema_for!(ToyConfig) }];

    fn check(sources: &Sources, problems: &mut Problems) -> Option<Self> {
        let document = sources.get("levers.yaml")?;
        let config: Self = document.read(problems)?;
        if config.min > config.max {
            problems.at(document, "/min", "min is above max", "lower it");
            return None;
        }
        Some(config)
    }
}

impl LoopInput for Nothing {
    fn subject(&self) -> String {
        String::new()
    }

    fn trigger(&self) -> &str {
        ""
    }

    fn correlation_id(&self) -> &CorrelationId {
        unimplemented!("nothing runs it")
    }
}

impl Loop for Toy {
    const CARD: Card = Card {
        name: "toy",
        version: "1",
        chain: "",
        decides: "",
        triggers: &[],
        emits: &[],
        levers: &[],
        metrics: &[],
        feedback: "",
        guards: &[],
    };
    type Config = ToyConfig;
    type Trigger = Nothing;
    type Input = Nothing;
    type Facts = Nothing;
    type Verdict = u32;
    type Metric = u32;
    type OutcomeFact = u32;
    type Case = ToyCase;

    async fn input(&self, trigger: Nothing, _: Mode) -> Outcome<Nothing> {
        Ok(trigger)
    }

    async fn look_up(&self, _: &ToyConfig, _: &Nothing, _: Timestamp, _: Mode) -> Outcome<LookedUp<Nothing>> {
        unimplemented!("nothing runs it")
    }

    fn decide(config: &ToyConfig, _: &Nothing, _: &Nothing, _: Timestamp) -> Decision<u32> {
        Decision::sure("decided", config.min, Vec::new())
    }

    fn outputs(_: &ToyConfig, _: &Nothing, _: &Nothing, _: &Decision<u32>, _: &RunFacts) -> Outputs {
        unimplemented!("nothing runs it")
    }

    fn metrics(_: &Nothing, _: &Nothing, _: &Decision<u32>) -> Vec<u32> {
        Vec::new()
    }

    fn feedback(_: &ToyConfig, _: &[u32]) -> Feedback {
        Feedback::NoChange { sample: 0 }
    }

    fn run_case(config: &ToyConfig, case: &ToyCase) -> Result<(), Vec<Mismatch>> {
        let below = config.max < case.below;
        if below {
            Ok(())
        } else {
            Err(vec![Mismatch { what: "max".into(), expected: case.below.to_string(), found: config.max.to_string() }])
        }
    }
}
