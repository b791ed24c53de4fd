//! The walk over the rules: the one engine behind live leads, batches and dry runs.

use jiff::Timestamp;

use revloops_domain::events::Owner;
use revloops_loopkit::Because;
use revloops_rules::FieldValues;

use crate::config::{RouteConfig, Territory};
use crate::inputs::RouteInput;
use crate::logic::facts::{Facts, Need};
use crate::logic::fields::{LeadField, values_of};
use crate::logic::handlers::{Resolved, resolve};

/// Where a walk led. Rules are named by their place in the config's order.
pub(crate) struct Walk<'a> {
    /// The lead's values, its territory included.
    pub(crate) values: FieldValues,
    /// The first territory that holds.
    pub(crate) territory: Option<&'a Territory>,
    /// Rules that held and found nobody, with the reasons.
    pub(crate) fell_through: Vec<(usize, Vec<Because>)>,
    /// Where it ended.
    pub(crate) end: End,
}

/// How a walk ended.
pub(crate) enum End {
    /// The rule at `rule` gave an owner.
    Owned { rule: usize, owner: Owner, ticket: Option<(String, u64)>, because: Vec<Because> },
    /// No rule gave one.
    Nobody,
    /// The rule at `rule` cannot be resolved before this is looked up.
    Needs { rule: usize, need: Need },
}

/// Walks the rules in priority order: the first that holds and finds somebody gives the owner.
pub(crate) fn walk<'a>(config: &'a RouteConfig, input: &RouteInput, facts: &Facts, at: Timestamp) -> Walk<'a> {
    let mut values = values_of(input);
    let territory = config.territories.iter().find(|territory| territory.when.holds(&values));
    values.text(LeadField::Territory, territory.map(|territory| territory.id.as_str()));
    let mut fell_through = Vec::new();
    for (rule, checked) in config.rules.rules().iter().enumerate() {
        if !checked.when.holds(&values) {
            continue;
        }
        let end = match resolve(&checked.then, config, territory, facts, at) {
            Resolved::Owner { owner, ticket, because } => End::Owned { rule, owner, ticket, because },
            Resolved::Needs(need) => End::Needs { rule, need },
            Resolved::Nobody { because } => {
                fell_through.push((rule, because));
                continue;
            }
        };
        return Walk { values, territory, fell_through, end };
    }
    Walk { values, territory, fell_through, end: End::Nobody }
}

/// What has to be looked up before the lead can be decided; `None` where nothing is missing.
pub(crate) fn needs(config: &RouteConfig, input: &RouteInput, facts: &Facts, at: Timestamp) -> Option<Need> {
    match walk(config, input, facts, at).end {
        End::Needs { rule: _, need } => Some(need),
        End::Owned { .. } | End::Nobody => None,
    }
}
