//! Faults that a stand-in has been told to have: which requests they hit, and what they do.
//!
//! Rules are walked in order and the first one that hits decides. `/_standin/*` is never touched.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::response::Response;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

/// What a fault does to a request that it hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Answers as always, `delay_ms` later.
    Slow,
    /// Refuses as the vendor does when a limit is reached.
    Throttle,
    /// Refuses as the vendor does when its server is broken.
    Error,
    /// Does the work, then closes the connection without an answer.
    ApplyThenDrop,
    /// Closes the connection without doing the work.
    Drop,
}

/// One rule, as `PUT /_standin/faults` takes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// HTTP method, in any case; every method where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Beginning of the path; every path where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_prefix: Option<String>,
    /// What happens.
    pub mode: Mode,
    /// Share of the matching requests that are hit, 0 to 1.
    #[serde(default = "always")]
    pub rate: f64,
    /// Waited before anything else, in every mode.
    #[serde(default)]
    pub delay_ms: u64,
    /// HTTP status for `throttle` and `error`; the vendor's usual one where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How often the rule may hit before it is spent; without end where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Makes the same requests in the same order be hit again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Body for `throttle` and `error` in place of the vendor's usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<serde_json::Value>,
}

fn always() -> f64 {
    1.0
}

/// The rules, as `GET` and `PUT /_standin/faults` carry them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// Walked in order.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// How a vendor refuses; one for each stand-in.
#[derive(Clone, Copy)]
pub struct Refusals {
    /// The answer when a limit is reached; `None` means the vendor's usual status.
    pub throttled: fn(status: Option<u16>) -> Response,
    /// The answer when the server is broken; `None` means the vendor's usual status.
    pub broken: fn(status: Option<u16>) -> Response,
}

/// What the host has to do with one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// What happens.
    pub mode: Mode,
    /// Waited first.
    pub delay: Duration,
    /// Status that the rule asks for.
    pub status: Option<u16>,
    /// Body that the rule asks for.
    pub body: Option<serde_json::Value>,
}

struct Armed {
    rule: Rule,
    left: Option<u64>,
    hits: u64,
    dice: StdRng,
}

/// The rules of one stand-in, with their dice and counters.
#[derive(Default)]
pub struct Faults {
    armed: Mutex<Vec<Armed>>,
}

impl Faults {
    /// Puts these rules in place of the ones before, with fresh counters.
    pub fn replace(&self, set: RuleSet) {
        let armed = set
            .rules
            .into_iter()
            .enumerate()
            .map(|(position, rule)| Armed {
                left: rule.count,
                hits: 0,
                dice: StdRng::seed_from_u64(rule.seed.unwrap_or(position as u64)),
                rule,
            })
            .collect();
        *self.lock() = armed;
    }

    /// The rules in place, each with how often it has hit.
    #[must_use]
    pub fn snapshot(&self) -> Vec<(Rule, u64)> {
        self.lock().iter().map(|armed| (armed.rule.clone(), armed.hits)).collect()
    }

    /// Decides about one request; spends a hit of the rule that decides.
    pub fn decide(&self, method: &str, path: &str) -> Option<Hit> {
        if path.starts_with("/_standin") {
            return None;
        }
        for armed in self.lock().iter_mut() {
            let rule = &armed.rule;
            let method_fits = rule.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
            let path_fits = rule.path_prefix.as_deref().is_none_or(|prefix| path.starts_with(prefix));
            if !method_fits || !path_fits || armed.left == Some(0) {
                continue;
            }
            if rule.rate < 1.0 && armed.dice.random::<f64>() >= rule.rate {
                continue;
            }
            armed.left = armed.left.map(|left| left - 1);
            armed.hits += 1;
            return Some(Hit {
                mode: rule.mode,
                delay: Duration::from_millis(rule.delay_ms),
                status: rule.status,
                body: rule.body.clone(),
            });
        }
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Armed>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Faults, Mode, Rule, RuleSet};

    fn rule(mode: Mode) -> Rule {
        Rule {
            method: None,
            path_prefix: None,
            mode,
            rate: 1.0,
            delay_ms: 0,
            status: None,
            count: None,
            seed: None,
            body: None,
        }
    }

    fn faults(rules: Vec<Rule>) -> Faults {
        let faults = Faults::default();
        faults.replace(RuleSet { rules });
        faults
    }

    #[test]
    fn control_paths_are_never_hit() {
        assert_eq!(faults(vec![rule(Mode::Drop)]).decide("PUT", "/_standin/faults"), None);
    }

    #[test]
    fn a_rule_with_a_count_is_spent_after_it() {
        let faults = faults(vec![Rule { count: Some(2), ..rule(Mode::Error) }]);
        let hits = (0..5).filter(|_| faults.decide("GET", "/x").is_some()).count();
        assert_eq!(hits, 2);
    }

    #[test]
    fn method_and_path_both_have_to_fit() {
        let faults = faults(vec![Rule {
            method: Some("patch".into()),
            path_prefix: Some("/services".into()),
            ..rule(Mode::Slow)
        }]);
        assert!(faults.decide("PATCH", "/services/data").is_some());
        assert!(faults.decide("GET", "/services/data").is_none());
        assert!(faults.decide("PATCH", "/other").is_none());
    }

    #[test]
    fn the_same_seed_hits_the_same_requests_at_about_the_rate() {
        let run = || {
            let faults = faults(vec![Rule { rate: 0.3, seed: Some(7), ..rule(Mode::Error) }]);
            (0..1000).map(|_| faults.decide("GET", "/x").is_some()).collect::<Vec<_>>()
        };
        let hits = run().iter().filter(|hit| **hit).count();
        assert_eq!(run(), run());
        assert!((250..350).contains(&hits), "{hits} of 1000");
    }
}
