//! `levers.yaml`: how soon an owner must be in touch, the fallback, the AI agent, and when feedback may propose.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Document, Problems, Sources};

use super::names::{Names, developer_name, once};

/// The file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLevers {
    /// How soon an owner must be in touch with a lead.
    first_touch: RawFirstTouch,
    /// The id of the last rule: it takes what no other rule did.
    fallback_rule: String,
    /// What counts as somebody's work; needed where a rule assigns to the `least_loaded`.
    #[serde(default)]
    workload: Option<Workload>,
    /// The AI agent that places leads; needed where a rule asks it (`ai_territory`).
    #[serde(default)]
    agent: Option<Agent>,
    /// When outcomes carry a proposal.
    feedback: FeedbackLevers,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawFirstTouch {
    /// Minutes for a band that is not listed.
    #[schemars(range(min = 1, max = 43200))]
    default_minutes: u32,
    /// Minutes by Qualify's band.
    bands: Vec<RawBand>,
    /// Statuses of leads that nobody has been in touch with, as in the CRM's picklist: any other status counts as a
    /// first touch. Where it is left out, a status says nothing.
    #[serde(default)]
    untouched_statuses: Vec<String>,
    /// The owner is reminded when so many percent of the minutes have passed; never where it is left out.
    #[serde(default)]
    #[schemars(range(min = 1, max = 99))]
    remind_at_percent: Option<u8>,
    /// What becomes of a lead whose owner was not in touch in time; nothing where it is left out.
    #[serde(default)]
    on_miss: Option<RawOnMiss>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawBand {
    /// The band's name in Qualify's levers.
    band: String,
    /// Minutes of the owner's working time from the decision to the first touch.
    #[schemars(range(min = 1, max = 43200))]
    minutes: u32,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawOnMiss {
    /// How often the lead is routed again, past those who missed it.
    #[schemars(range(min = 0, max = 10))]
    reassign: u8,
    /// Developer name of the queue that it goes to after that.
    then_queue: String,
}

/// What counts as somebody's work.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Statuses of leads that are still to be worked on, as in the CRM's picklist.
    #[schemars(length(min = 1))]
    pub open_statuses: Vec<String>,
}

/// What the AI agent is told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Version of the texts: change it with every change of them.
    pub version: String,
    /// Who it is and what rules it keeps.
    pub system: String,
    /// What it is to do.
    pub task: String,
    /// At most so many tokens in the answer.
    #[schemars(range(min = 100, max = 4000))]
    pub max_tokens: u32,
}

/// When outcomes carry a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackLevers {
    /// Days after the lead was routed at which its outcome counts: earlier, the bad ones would be known and the good ones not.
    #[serde(default = "ripe_days")]
    #[schemars(range(max = 365))]
    pub(crate) ripe_days: u16,
    /// Fewest outcomes of one rule that say anything of it.
    #[schemars(range(min = 5))]
    pub(crate) min_sample: usize,
    /// Share of leads given to somebody else afterwards, in percent, above which a rule is in doubt.
    #[schemars(range(min = 1, max = 100))]
    pub(crate) max_reassigned_percent: u8,
}

/// As it is in versions from before outcomes were joined.
const fn ripe_days() -> u16 {
    3
}

/// How soon an owner must be in touch, and what happens when they were not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstTouch {
    default_minutes: u32,
    minutes: BTreeMap<String, u32>,
    /// Statuses of leads that nobody has been in touch with; empty where a status says nothing.
    pub untouched_statuses: Vec<String>,
    /// The owner is reminded when so many percent of the minutes have passed.
    pub remind_at_percent: Option<u8>,
    /// What becomes of a lead whose owner was not in touch in time.
    pub on_miss: Option<OnMiss>,
}

/// What becomes of a lead whose owner was not in touch in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnMiss {
    /// How often the lead is routed again, past those who missed it.
    pub reassign: u8,
    /// Developer name of the queue that it goes to after that.
    pub then_queue: String,
}

impl FirstTouch {
    /// The bands that are listed.
    pub fn bands(&self) -> impl Iterator<Item = &str> {
        self.minutes.keys().map(String::as_str)
    }

    /// Minutes of the owner's working time until the owner of a lead in `band` must have been in touch.
    #[must_use]
    pub fn minutes(&self, band: &str) -> u32 {
        self.minutes.get(band).copied().unwrap_or(self.default_minutes)
    }
}

/// The checked file.
pub(crate) struct RouteLevers {
    pub(crate) first_touch: FirstTouch,
    pub(crate) fallback_rule: String,
    pub(crate) workload: Option<Workload>,
    pub(crate) agent: Option<Agent>,
    pub(crate) feedback: FeedbackLevers,
}

pub(crate) fn check(sources: &Sources, names: &Names<'_>, problems: &mut Problems) -> Option<RouteLevers> {
    let document = sources.get("levers.yaml")?;
    // The name is looked at even where the rest does not fit: it is the other file's mistake as often as this one's.
    if let Some(rule) = document.value().get("fallback_rule").and_then(serde_json::Value::as_str)
        && sources.contains_key("rules.yaml")
        && !names.rules.contains(&rule)
    {
        problems.unknown_name(document, "/fallback_rule", "rule", rule, names.rules.iter().copied());
    }
    let raw: RawLevers = document.read(problems)?;
    Some(RouteLevers {
        first_touch: first_touch(raw.first_touch, document, problems)?,
        fallback_rule: raw.fallback_rule,
        workload: raw.workload,
        agent: raw.agent,
        feedback: raw.feedback,
    })
}

fn first_touch(raw: RawFirstTouch, document: &Document, problems: &mut Problems) -> Option<FirstTouch> {
    let bands = raw.bands.iter().enumerate();
    let pointers = bands.map(|(at, band)| (band.band.as_str(), format!("/first_touch/bands/{at}/band")));
    once("band", pointers, document, problems);
    let on_miss = match raw.on_miss {
        Some(raw) => {
            let pointer = "/first_touch/on_miss/then_queue";
            let then_queue = developer_name(&raw.then_queue, document, pointer, problems)?;
            Some(OnMiss { reassign: raw.reassign, then_queue })
        }
        None => None,
    };
    Some(FirstTouch {
        default_minutes: raw.default_minutes,
        minutes: raw.bands.into_iter().map(|band| (band.band, band.minutes)).collect(),
        untouched_statuses: raw.untouched_statuses,
        remind_at_percent: raw.remind_at_percent,
        on_miss,
    })
}
