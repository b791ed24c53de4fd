//! The explanation as data: the territory, then rule by rule.

use revloops_loopkit::{Because, Reason, Verdict};
use revloops_rules::{Condition, FieldValues, Tried, trace};

use crate::config::{Handler, RouteConfig, Territory};
use crate::logic::fields::{RULE_FIELDS, TERRITORY_FIELDS};
use crate::logic::handlers::in_words;
use crate::logic::walk::{End, Walk};

/// The reason of the territory, then of each rule in the order tried.
pub(crate) fn of(config: &RouteConfig, walk: &Walk<'_>) -> Vec<Reason> {
    let mut reasons = vec![territory(config, walk)];
    let stop = match &walk.end {
        End::Owned { rule, because, .. } => Some((*rule, Verdict::Held, because.clone())),
        End::Needs { rule, need: _ } => {
            let missing = Because::new("what it needs was looked up", "no", false);
            Some((*rule, Verdict::FellThrough, vec![missing]))
        }
        End::Nobody => None,
    };
    for (at, rule) in config.rules.rules().iter().enumerate() {
        let fell_through = walk.fell_through.iter().find(|(fell, _)| *fell == at);
        let (verdict, by_handler) = match (&stop, fell_through) {
            (Some((stop, _, _)), _) if at > *stop => {
                reasons.push(Reason::new(&rule.id, Verdict::NotTried, Vec::new()));
                continue;
            }
            (Some((stop, verdict, because)), _) if at == *stop => (*verdict, because.as_slice()),
            (_, Some((_, because))) => (Verdict::FellThrough, because.as_slice()),
            (_, None) => (Verdict::Failed, [].as_slice()),
        };
        let mut because = looked_at(&rule.when, &walk.values);
        because.extend_from_slice(by_handler);
        reasons.push(Reason::new(&rule.id, verdict, because));
    }
    reasons
}

/// How the handler found the owner, in words.
pub(crate) fn by(handler: &Handler, territory: Option<&Territory>) -> String {
    match handler {
        Handler::TerritoryOwner { role } => match territory {
            Some(territory) => format!("{} of {}", in_words(role), territory.name),
            None => in_words(role),
        },
        Handler::RoundRobin { pool } => format!("next in {pool}"),
        Handler::NamedOwner { .. } => "named owner".to_owned(),
        Handler::Queue { queue } => format!("queue {queue}"),
    }
}

fn territory(config: &RouteConfig, walk: &Walk<'_>) -> Reason {
    match walk.territory {
        Some(territory) => {
            let what = format!("territory {}", territory.id);
            Reason::new(what, Verdict::Held, looked_at(&territory.when, &walk.values))
        }
        None => {
            let tried = config.territories.iter().flat_map(|territory| {
                let missing = trace(&territory.when, &walk.values, &TERRITORY_FIELDS);
                missing
                    .into_iter()
                    .filter(|tried| !tried.holds)
                    .map(|tried| Because::new(format!("{}: {}", territory.name, tried.condition), tried.found, false))
            });
            Reason::new("territory", Verdict::Failed, tried.collect())
        }
    }
}

fn looked_at(condition: &Condition, values: &FieldValues) -> Vec<Because> {
    let said = |tried: Tried| Because::new(tried.condition, tried.found, tried.holds);
    trace(condition, values, &RULE_FIELDS).into_iter().map(said).collect()
}
