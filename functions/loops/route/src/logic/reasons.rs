//! The explanation as data: the territory, then rule by rule.

use revloops_loopkit::{Because, Reason, Verdict};
use revloops_rules::{Condition, FieldValues, Tried, trace};

use crate::config::{Handler, RouteConfig};
use crate::logic::MISSED_TOO_OFTEN;
use crate::logic::fields::{RULE_FIELDS, TERRITORY_FIELDS};
use crate::logic::handlers::spaced;
use crate::logic::walk::{End, Owned, Walk};

/// The reason of the territory, then of each rule in the order tried.
pub(crate) fn of(config: &RouteConfig, values: &FieldValues, walk: &Walk<'_>) -> Vec<Reason> {
    let mut reasons = vec![territory(config, values, walk)];
    let missing = || vec![Because::new("what it needs was looked up", "no", false)];
    // Where the walk stopped: at a rule, or before the first one.
    let stop = match &walk.end {
        End::Owned(owned) => Some((owned.rule, Verdict::Held, owned.because.clone())),
        End::Needs { rule, need: _ } => Some((*rule, Verdict::FellThrough, missing())),
        End::Nobody => None,
    };
    if let Some((None, verdict, because)) = &stop {
        reasons.push(Reason::new(MISSED_TOO_OFTEN, *verdict, because.clone()));
    }
    for (at, rule) in config.rules.rules().iter().enumerate() {
        let fell_through = walk.fell_through.iter().find(|fell| fell.rule == at);
        let (verdict, by_handler) = match (&stop, fell_through) {
            (Some((None, _, _)), _) => {
                reasons.push(Reason::new(&rule.id, Verdict::NotTried, Vec::new()));
                continue;
            }
            (Some((Some(stop), _, _)), _) if at > *stop => {
                reasons.push(Reason::new(&rule.id, Verdict::NotTried, Vec::new()));
                continue;
            }
            (Some((Some(stop), verdict, because)), _) if at == *stop => (*verdict, because.as_slice()),
            (_, Some(fell)) => (Verdict::FellThrough, fell.because.as_slice()),
            (_, None) => (Verdict::Failed, [].as_slice()),
        };
        let mut because = looked_at(&rule.when, values);
        because.extend_from_slice(by_handler);
        reasons.push(Reason::new(&rule.id, verdict, because));
    }
    reasons
}

/// How the handler found the owner, in words.
pub(crate) fn by(handler: &Handler, walk: &Walk<'_>, owned: &Owned<'_>) -> String {
    match handler {
        Handler::NamedOwner { .. } => "named owner".to_owned(),
        Handler::AccountOwner { .. } => "owner of the account".to_owned(),
        Handler::TerritoryOwner { role } => match walk.territory {
            Some(territory) => format!("{} of {}", spaced(role), territory.name),
            None => spaced(role),
        },
        Handler::RoundRobin { pool } => format!("next in {pool}"),
        Handler::LeastLoaded { pool } => format!("least loaded in {pool}"),
        Handler::AiTerritory(asked) => match &owned.proposal {
            Some(proposal) if owned.pending => format!(
                "an agent proposes {} and is {} % sure; {} % are needed",
                proposal.territory.name, proposal.confidence, asked.min_confidence
            ),
            Some(proposal) => format!(
                "{} of {}, which an agent is {} % sure of",
                spaced(&asked.role),
                proposal.territory.name,
                proposal.confidence
            ),
            None => spaced(&asked.role),
        },
        Handler::Queue { queue } => format!("queue {queue}"),
    }
}

fn territory(config: &RouteConfig, values: &FieldValues, walk: &Walk<'_>) -> Reason {
    let told = |tried: Tried| Because::new(tried.condition, tried.found, tried.holds);
    match walk.territory {
        Some(territory) => {
            let above: Vec<&str> = config.territories.up(territory).skip(1).map(|above| above.id.as_str()).collect();
            let within = if above.is_empty() { String::new() } else { format!(" (in {})", above.join(", in ")) };
            let tried = territory.when.iter().flat_map(|when| trace(when, values, &TERRITORY_FIELDS)).map(told);
            Reason::new(format!("territory {}{within}", territory.id), Verdict::Held, tried.collect())
        }
        None => {
            let tried = config.territories.iter().flat_map(|territory| {
                let missing = territory.when.iter().flat_map(|when| trace(when, values, &TERRITORY_FIELDS));
                missing
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
