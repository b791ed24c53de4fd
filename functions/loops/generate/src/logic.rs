//! The decision: which signals are this account's, which are the same, what they come to, and whom to write to.

pub(crate) mod about;
mod amounts;
pub mod dedupe;
pub mod fields;
mod person;
mod score;
mod text;
mod wording;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use revloops_domain::MatchedBy;
use revloops_domain::signal::{KeptSignal, Signal, SignalPerson, SignalStatus};
use revloops_loopkit::{Because, Decision, Reason, Verdict};
use revloops_rules::trace;

use crate::config::GenerateConfig;
use crate::inputs::{GenerateFacts, GenerateInput};
pub use dedupe::Repeat;
pub use score::Points;

/// A scan may run a little ahead of the day that an article gives: it is that day somewhere already.
const AHEAD_DAYS: i64 = 1;

/// The typed verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GenerateVerdict {
    /// `qualified` or `passed`.
    pub status: SignalStatus,
    /// 0 to 100.
    pub score: u8,
    /// Signals that count, the strongest first; those that nobody was told of before come before the others.
    pub counted: Vec<KeptSignal>,
    /// What each gives.
    pub points: Vec<Points>,
    /// What signals take away.
    pub against: Vec<Points>,
    /// Signals that are new, or have something new.
    pub keep: Vec<KeptSignal>,
    /// Signals that repeat another.
    pub repeats: Vec<Repeat>,
    /// Ids of signals that are about somebody else, with the reason.
    pub elsewhere: Vec<(String, String)>,
    /// Ids of signals that bring too little.
    pub weak: Vec<String>,
    /// How the others were found to be the account's.
    pub matched: Vec<(String, MatchedBy)>,
    /// How many are new.
    pub new: usize,
    /// Whom to write to.
    pub person: Option<SignalPerson>,
    /// Gates that are shut.
    pub passed_because: Vec<String>,
}

/// Decides from config, input and facts alone.
#[must_use]
pub fn decide(
    config: &GenerateConfig,
    input: &GenerateInput,
    facts: &GenerateFacts,
    at: Timestamp,
) -> Decision<GenerateVerdict> {
    let mut reasons = Vec::new();
    let today = at.to_zoned(TimeZone::UTC).date();
    let mut verdict = GenerateVerdict {
        status: SignalStatus::Passed,
        score: 0,
        counted: Vec::new(),
        points: Vec::new(),
        against: Vec::new(),
        keep: Vec::new(),
        repeats: Vec::new(),
        elsewhere: Vec::new(),
        weak: Vec::new(),
        matched: Vec::new(),
        new: 0,
        person: None,
        passed_because: Vec::new(),
    };
    let mut ours: Vec<&Signal> = Vec::new();
    for signal in &input.event.signals {
        let bears = bears(config, signal, today);
        let enough = bears.iter().all(|one| one.holds);
        let held = if enough { Verdict::Held } else { Verdict::Failed };
        reasons.push(Reason::new(format!("evidence of {}", signal.id), held, bears));
        if !enough {
            verdict.weak.push(signal.id.clone());
            continue;
        }
        let (held, found) = match about::about(&config.matching, signal, &facts.account, &facts.candidates) {
            Ok((by, confidence)) => {
                verdict.matched.push((signal.id.clone(), by));
                ours.push(signal);
                (true, format!("by {}, {confidence}% sure", by.name()))
            }
            Err(why) => {
                verdict.elsewhere.push((signal.id.clone(), why.clone()));
                (false, why)
            }
        };
        let because = Because::new(format!("it is about {}", facts.account.id), found, held);
        let held = if held { Verdict::Held } else { Verdict::Failed };
        reasons.push(Reason::new(format!("company of {}", signal.id), held, vec![because]));
    }

    let (mut all, repeats) = dedupe::distinct(&config.dedupe, &facts.kept, &ours, at);
    for repeat in &repeats {
        let found = match repeat.likeness {
            None => "the same article".to_owned(),
            Some(percent) => format!("{percent}% alike"),
        };
        let condition = format!("it is another event, or less than {}% alike", config.dedupe.min_likeness_percent);
        let because = vec![Because::new(condition, format!("{found} with {}", repeat.of), false)];
        reasons.push(Reason::new(format!("repeat {}", repeat.id), Verdict::Failed, because));
    }
    verdict.new = ours.len() - repeats.len();
    verdict.repeats = repeats;

    let signals: Vec<&KeptSignal> = all.iter().map(|one| &one.kept).collect();
    let scored = score::score(config, &signals, fit(config, facts, &mut reasons), at);
    reasons.extend(scored.reasons);
    verdict.score = scored.score;
    verdict.against = scored.against;
    let of = |points: &Points| signals.iter().find(|kept| kept.signal.id == points.id).map(|kept| (*kept).clone());
    let mut counted: Vec<(Points, KeptSignal)> =
        scored.counted.into_iter().filter_map(|points| Some((points.clone(), of(&points)?))).collect();
    // Nobody is written to twice about the same: the sort is stable, so that points still decide within either part.
    counted.sort_by_key(|(_, kept)| kept.handed_on.is_some());
    (verdict.points, verdict.counted) = counted.into_iter().unzip();

    let named: Vec<&Signal> = verdict.counted.iter().map(|kept| &kept.signal).collect();
    let (person, reason) = person::person(config, &named, &facts.people);
    reasons.push(reason);
    verdict.person = person;
    let stopped_by: Vec<&str> = scored.stopped_by.iter().map(|kind| kind.name()).collect();
    verdict.passed_because = gates(config, facts, &verdict, &stopped_by, &signals, at, &mut reasons);
    if verdict.passed_because.is_empty() {
        verdict.status = SignalStatus::Qualified;
        for one in &mut all {
            if verdict.counted.iter().any(|kept| kept.signal.id == one.kept.signal.id) {
                one.kept.handed_on = Some(at);
                one.kept.last_seen = at;
                one.changed = true;
            }
        }
    }
    verdict.keep = all.into_iter().filter(|one| one.changed).map(|one| one.kept).collect();
    let outcome = match verdict.status {
        SignalStatus::Qualified => "qualified",
        SignalStatus::Passed => "passed",
    };
    Decision::sure(outcome, verdict, reasons)
}

/// What a signal must bring by itself.
fn bears(config: &GenerateConfig, signal: &Signal, today: Date) -> Vec<Because> {
    let chars = signal.quote.trim().chars().count();
    let least = config.evidence.min_quote_chars;
    let age = today.since(signal.on).map_or(i64::MAX, |span| i64::from(span.get_days()));
    let most = i64::from(config.evidence.max_age_days);
    let linked = signal.sources.iter().filter(|source| source.url.starts_with("http")).count();
    vec![
        Because::new(
            "it names a company",
            if signal.company.trim().is_empty() { "none" } else { "one" },
            !signal.company.trim().is_empty(),
        ),
        Because::new(format!("a quote of {least} characters"), format!("{chars}"), chars >= least),
        Because::new("an article that can be opened", format!("{linked}"), linked > 0),
        Because::new(format!("at most {most} days old"), format!("{age} days"), (-AHEAD_DAYS..=most).contains(&age)),
    ]
}

/// The first row of the fit table that holds.
fn fit<'a>(config: &'a GenerateConfig, facts: &GenerateFacts, reasons: &mut Vec<Reason>) -> (&'a str, u16) {
    let values = fields::values(&facts.account);
    for row in &config.fit {
        if row.when.holds(&values) {
            return (&row.id, row.percent);
        }
        let tried = trace(&row.when, &values, &fields::TABLE);
        let because = tried.into_iter().map(|one| Because::new(one.condition, one.found, one.holds)).collect();
        reasons.push(Reason::new(format!("fit {}", row.id), Verdict::Failed, because));
    }
    ("none", 0)
}

/// The gates; each leaves its reason, and each that is shut its name.
fn gates(
    config: &GenerateConfig,
    facts: &GenerateFacts,
    verdict: &GenerateVerdict,
    stopped_by: &[&str],
    signals: &[&KeptSignal],
    at: Timestamp,
    reasons: &mut Vec<Reason>,
) -> Vec<String> {
    let last = signals.iter().filter_map(|kept| kept.handed_on).max();
    let rested = last.map(|last| at.duration_since(last).as_hours() / 24);
    let rests = rested.is_none_or(|days| days >= i64::from(config.cool_down_days));
    let untold = verdict.counted.iter().filter(|kept| kept.handed_on.is_none()).count();
    let nothing = || "none".to_owned();
    let all = [
        (
            "stopped",
            "no signal that stops",
            if stopped_by.is_empty() { nothing() } else { stopped_by.join(", ") },
            stopped_by.is_empty(),
        ),
        (
            "below_threshold",
            &*format!("a score of at least {}", config.min_score),
            verdict.score.to_string(),
            verdict.score >= config.min_score,
        ),
        ("nothing_new", "a signal that nobody was told of", untold.to_string(), untold > 0),
        (
            "cool_down",
            &*format!("left alone for {} days", config.cool_down_days),
            rested.map_or_else(|| "never handed on".to_owned(), |days| format!("{days} days")),
            rests,
        ),
        (
            "no_active_owner",
            "somebody active owns the account",
            facts.owner.as_ref().map_or_else(|| "nobody".to_owned(), |owner| owner.id.to_string()),
            facts.owner.is_some(),
        ),
        (
            "nobody_known",
            "somebody to write to",
            verdict.person.as_ref().map_or_else(|| "nobody".to_owned(), |person| person.id.to_string()),
            verdict.person.is_some(),
        ),
    ];
    let mut shut = Vec::new();
    for (name, condition, found, holds) in all {
        let held = if holds { Verdict::Held } else { Verdict::Failed };
        reasons.push(Reason::new(name, held, vec![Because::new(condition, found, holds)]));
        if !holds {
            shut.push(name.to_owned());
        }
    }
    shut
}
