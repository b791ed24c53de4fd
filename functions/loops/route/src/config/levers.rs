//! `levers.yaml`: how soon an owner must be in touch, the fallback, and when feedback may propose.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Problems, Sources};

use super::{Names, once};

/// The file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLevers {
    /// How soon an owner must be in touch with a lead.
    first_touch: RawFirstTouch,
    /// The id of the last rule: it takes what no other rule did.
    fallback_rule: String,
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
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawBand {
    /// The band's name in Qualify's levers.
    band: String,
    /// Minutes from the decision to the first touch.
    #[schemars(range(min = 1, max = 43200))]
    minutes: u32,
}

/// When outcomes carry a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackLevers {
    /// Fewest outcomes of one rule that say anything of it.
    #[schemars(range(min = 5))]
    pub(crate) min_sample: usize,
    /// Share of leads given to somebody else afterwards, in percent, above which a rule is in doubt.
    #[schemars(range(min = 1, max = 100))]
    pub(crate) max_reassigned_percent: u8,
}

/// How soon an owner must be in touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FirstTouch {
    default_minutes: u32,
    minutes: BTreeMap<String, u32>,
}

impl FirstTouch {
    /// When the owner of a lead in `band`, decided at `at`, must have been in touch.
    pub(crate) fn due(&self, band: &str, at: Timestamp) -> Timestamp {
        let minutes = self.minutes.get(band).copied().unwrap_or(self.default_minutes);
        at.saturating_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX)
    }
}

/// The checked file.
pub(crate) struct RouteLevers {
    pub(crate) first_touch: FirstTouch,
    pub(crate) fallback_rule: String,
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
    let bands = raw.first_touch.bands.iter().enumerate();
    let pointers = bands.map(|(at, band)| (band.band.as_str(), format!("/first_touch/bands/{at}/band")));
    once("band", pointers, document, problems);
    Some(RouteLevers {
        first_touch: FirstTouch {
            default_minutes: raw.first_touch.default_minutes,
            minutes: raw.first_touch.bands.into_iter().map(|band| (band.band, band.minutes)).collect(),
        },
        fallback_rule: raw.fallback_rule,
        feedback: raw.feedback,
    })
}
