//! What may be asked, and reading it.

use std::borrow::Cow;

use revloops_config::{Document, Problems, names};
use revloops_scenario::{Month, Quota, Resolved, Scenario, WHOLE};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{MAX_BODY_BYTES, MAX_PLAN_CENTS, MAX_SEAT_TRIALS, MAX_SEATS, MAX_TRIALS, Operation, Refusal};

/// A plan: the id of a stored scenario, or the content of one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct GivenPlan(pub Value);

impl JsonSchema for GivenPlan {
    fn schema_name() -> Cow<'static, str> {
        "GivenPlan".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A plan: the id of a stored scenario, or the content of one.",
            "anyOf": [{"type": "string", "pattern": "^[a-z0-9-]{1,80}$"}, {"type": "object"}]
        })
    }
}

/// Capacity month by month.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComputeRequest {
    /// The plan; the active one where none is given.
    pub scenario: Option<GivenPlan>,
    /// The roll-ups that are wanted beside the total: all but the seats where none are named.
    pub by: Option<Vec<RollUp>>,
    /// What else is wanted.
    #[serde(default)]
    pub with: Vec<Extra>,
    /// First month in which somebody can start, for the hires needed; the plan's first where none is given.
    pub earliest_hire: Option<Month>,
    /// Most who can start in one segment in one month, for the hires needed; 5 where none is given.
    #[schemars(range(min = 1, max = 1000))]
    pub most_hires_a_month: Option<u16>,
}

/// A way of looking at seats together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RollUp {
    /// By segment.
    Segment,
    /// By profile.
    Profile,
    /// By territory.
    Territory,
    /// By manager.
    Manager,
    /// Seat by seat.
    Seat,
}

/// More to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extra {
    /// Hires that would close the gap.
    HiresNeeded,
    /// What moves the answer most.
    Sensitivity,
}

/// How sure a plan's capacity is.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulateRequest {
    /// The plan; the active one where none is given.
    pub scenario: Option<GivenPlan>,
    /// Number of trials.
    #[serde(default = "usual_trials")]
    #[schemars(range(min = 1, max = MAX_TRIALS))]
    pub trials: u32,
    /// The same seed gives the same answer.
    #[serde(default = "usual_seed")]
    pub seed: u64,
}

/// Trials where no number is named.
const fn usual_trials() -> u32 {
    10_000
}

const fn usual_seed() -> u64 {
    1
}

/// Why two plans differ.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiffRequest {
    /// The plan from which; the active one where none is given.
    pub from: Option<GivenPlan>,
    /// The plan to which.
    pub to: GivenPlan,
}

/// A plan that a question is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PlanAsked<'a> {
    /// The active one.
    Active,
    /// A stored one, by its id.
    Stored(&'a str),
    /// One that was sent, and where in the body.
    Sent(&'a Value, &'static str),
}

/// A request that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Capacity.
    Compute(ComputeRequest),
    /// Simulation.
    Simulate(SimulateRequest),
    /// Difference.
    Diff(Box<DiffRequest>),
    /// The description.
    Describe,
}

impl Question {
    /// Reads a request's body.
    ///
    /// # Errors
    /// 413 for a body that is too large, 400 for one that is no JSON or has not the operation's shape: every problem.
    pub fn read(operation: Operation, body: &[u8]) -> Result<Self, Refusal> {
        if body.len() > MAX_BODY_BYTES {
            return Err(Refusal::new(413, format!("the body is larger than {MAX_BODY_BYTES} bytes")));
        }
        match operation {
            Operation::Compute => Ok(Self::Compute(shape(body)?)),
            Operation::Simulate => Ok(Self::Simulate(shape(body)?)),
            Operation::Diff => Ok(Self::Diff(Box::new(shape(body)?))),
            Operation::Describe => Ok(Self::Describe),
        }
    }

    /// The plans that it is about, in the order in which [`Question::answer`] takes them.
    ///
    /// # Errors
    /// 400 for what is no scenario's id.
    pub fn plans(&self) -> Result<Vec<PlanAsked<'_>>, Refusal> {
        match self {
            Self::Compute(request) => Ok(vec![asked(request.scenario.as_ref(), "scenario")?]),
            Self::Simulate(request) => Ok(vec![asked(request.scenario.as_ref(), "scenario")?]),
            Self::Diff(request) => Ok(vec![asked(request.from.as_ref(), "from")?, asked(Some(&request.to), "to")?]),
            Self::Describe => Ok(Vec::new()),
        }
    }

    /// Refuses what would take too long.
    pub(super) fn is_within_limits(&self, plans: &[Resolved]) -> Result<(), Refusal> {
        for plan in plans {
            let seats = seats(&plan.scenario);
            if seats > MAX_SEATS {
                let what = format!("{} has {seats} seats", plan.scenario.id);
                return Err(Refusal::new(422, "the plan is too large").with("", what, format!("at most {MAX_SEATS}")));
            }
            if at_most(&plan.scenario, seats) > MAX_PLAN_CENTS {
                let what = format!("the amounts of {} are beyond any company's", plan.scenario.id);
                let remedy = format!("seats × years × the largest amount: at most {} units", MAX_PLAN_CENTS / 100);
                return Err(Refusal::new(422, "the plan is too large").with("", what, remedy));
            }
            if let Self::Simulate(request) = self
                && seats.saturating_mul(u64::from(request.trials)) > MAX_SEAT_TRIALS
            {
                let remedy = format!("at most {} trials for so many seats", MAX_SEAT_TRIALS / seats.max(1));
                let what = format!("{} trials of {seats} seats", request.trials);
                return Err(Refusal::new(422, "the simulation is too large").with("trials", what, remedy));
            }
        }
        Ok(())
    }
}

/// More than all seats can book, sign for or cost over the plan, in cents.
fn at_most(scenario: &Scenario, seats: u64) -> i128 {
    let productivity = scenario.productivity.iter().map(|row| i128::from(row.a_year.0)).max().unwrap_or(0);
    let of_profile = scenario.profiles.iter().flat_map(|profile| {
        let quota = match profile.quota {
            Quota::AYear(amount) => i128::from(amount.0),
            Quota::OverAssigned(share) => productivity * i128::from(share) / i128::from(WHOLE),
        };
        let cost = &profile.cost;
        let fixed = i128::from(cost.base_a_year.0) * i128::from(WHOLE + cost.overhead) / i128::from(WHOLE);
        [quota, fixed + i128::from(cost.variable_a_year.0) + i128::from(cost.hiring.0)]
    });
    let largest = of_profile.chain([productivity]).max().unwrap_or(0);
    let years = i128::from(scenario.months.div_ceil(12));
    let targets: i128 = scenario.targets.iter().map(|target| i128::from(target.a_year.0)).sum();
    (largest * i128::from(seats) * years).max(targets)
}

/// Seats on the roster and in the hiring plan.
fn seats(scenario: &Scenario) -> u64 {
    let hired: u64 = scenario.hiring_plan.iter().map(|hire| u64::from(hire.seats)).sum();
    hired.saturating_add(u64::try_from(scenario.roster.len()).unwrap_or(u64::MAX))
}

fn asked<'a>(given: Option<&'a GivenPlan>, at: &'static str) -> Result<PlanAsked<'a>, Refusal> {
    match given.map(|given| &given.0) {
        None => Ok(PlanAsked::Active),
        Some(Value::String(id)) if names::is_id(id) => Ok(PlanAsked::Stored(id)),
        Some(content @ Value::Object(_)) => Ok(PlanAsked::Sent(content, at)),
        Some(Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) => {
            let remedy = "the id of a stored scenario, or the content of one as an object";
            Err(Refusal::new(400, "the request has 1 problem").with(at, "is no plan", remedy))
        }
    }
}

/// The body's shape, with every place where it is another. What stood there is told back in part and never logged.
fn shape<T: for<'de> Deserialize<'de> + JsonSchema>(body: &[u8]) -> Result<T, Refusal> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {}, column {}: {:?} error", error.line(), error.column(), error.classify());
        Refusal::new(400, "the body is no JSON").with("", place, "one JSON object in UTF-8")
    })?;
    let mut problems = Problems::new();
    let read = Document::received("request", value).read(&mut problems);
    problems.into_result(read).map_err(|problems| Refusal::of(400, &problems, ""))
}
