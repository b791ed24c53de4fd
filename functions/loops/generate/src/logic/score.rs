//! What an account's signals come to, in whole numbers:
//!
//! ```text
//! score = Σ over kinds Σ over the n-th strongest signal (n from 0, while n < most_counted)
//!             weight × 0.5^(age ÷ half-life) × (repeat_percent ÷ 100)^n
//!         × fit ÷ 100
//!         − Σ over signals against it: points × 0.5^(age ÷ half-life)
//! ```
//!
//! held within 0 and 100. Points are counted in thousandths (`domain::decay`) and rounded once, at the end. The age is that of
//! the day on which it happened, from its beginning in UTC to the decision.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use revloops_domain::decay::{left_milli, whole};
use revloops_domain::signal::{KeptSignal, Signal, SignalKind};
use revloops_loopkit::{Because, Reason, Verdict};

use crate::config::{GenerateConfig, NegativeLevers};

const DAY: u64 = 86_400;

/// What one signal gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Points {
    /// The signal.
    pub id: String,
    /// Its kind.
    pub kind: SignalKind,
    /// Thousandths of a point; below nought where it speaks against writing.
    pub milli: i64,
}

/// What all of them come to.
#[derive(Debug, Default)]
pub(crate) struct Scored {
    /// 0 to 100.
    pub(crate) score: u8,
    /// Signals that count, the strongest first.
    pub(crate) counted: Vec<Points>,
    /// Signals that take points away.
    pub(crate) against: Vec<Points>,
    /// Kinds that stop everything.
    pub(crate) stopped_by: Vec<SignalKind>,
    /// Why.
    pub(crate) reasons: Vec<Reason>,
}

pub(crate) fn age_seconds(signal: &Signal, at: Timestamp) -> u64 {
    let began = signal.on.to_zoned(TimeZone::UTC).map_or(at, |day| day.timestamp());
    u64::try_from(at.duration_since(began).as_secs()).unwrap_or(0)
}

pub(crate) fn score(
    config: &GenerateConfig,
    signals: &[&KeptSignal],
    (fit, fit_percent): (&str, u16),
    at: Timestamp,
) -> Scored {
    let mut scored = Scored::default();
    let mut by_kind: BTreeMap<SignalKind, Vec<(&KeptSignal, i64)>> = BTreeMap::new();
    for kept in signals {
        let signal = &kept.signal;
        if signal.negative {
            against(config, signal, at, &mut scored);
        } else if let Some(points) = points(config, kept, at, &mut scored.reasons) {
            by_kind.entry(signal.kind).or_default().push((kept, points));
        }
    }
    let mut sum = 0;
    for (kind, mut of) in by_kind {
        of.sort_by(|(one, a), (other, b)| b.cmp(a).then_with(|| one.signal.id.cmp(&other.signal.id)));
        let most = config.kinds.get(&kind).map_or(0, |levers| usize::from(levers.most_counted));
        let mut share = 100_i64;
        for (nth, (kept, points)) in of.into_iter().enumerate() {
            let counts = nth < most;
            let milli = if counts { points * share / 100 } else { 0 };
            share = share * i64::from(config.repeat_percent) / 100;
            let found = if counts {
                format!(
                    "{} of its points, {} % of them for being number {}",
                    in_points(milli),
                    milli_share(milli, points),
                    nth + 1
                )
            } else {
                format!("number {} of its kind", nth + 1)
            };
            let because = Because::new(format!("at most {most} of a kind count"), found, counts);
            let held = if counts { Verdict::Held } else { Verdict::Failed };
            let mut reason = Reason::new(format!("{} {}", kind.name(), kept.signal.id), held, vec![because]);
            reason.points = Some(whole(milli));
            scored.reasons.push(reason);
            if counts && milli > 0 {
                sum += milli;
                scored.counted.push(Points { id: kept.signal.id.clone(), kind, milli });
            }
        }
    }
    scored.counted.sort_by(|one, other| other.milli.cmp(&one.milli).then_with(|| one.id.cmp(&other.id)));
    let fitted = sum * i64::from(fit_percent) / 100;
    let found = format!("{} points become {}", in_points(sum), in_points(fitted));
    let because = Because::new(format!("points × {fit_percent} %"), found, true);
    scored.reasons.push(Reason::new(format!("fit {fit}"), Verdict::Held, vec![because]));
    let lowered: i64 = scored.against.iter().map(|one| one.milli).sum();
    scored.score = u8::try_from(whole((fitted + lowered).clamp(0, 100_000))).unwrap_or(100);
    scored
}

fn milli_share(part: i64, of: i64) -> i64 {
    (100 * part + of / 2).checked_div(of).unwrap_or(0)
}

/// What is left of a signal's weight; `None` where it cannot count.
fn points(config: &GenerateConfig, kept: &KeptSignal, at: Timestamp, reasons: &mut Vec<Reason>) -> Option<i64> {
    let signal = &kept.signal;
    let levers = config.kinds.get(&signal.kind)?;
    let age = age_seconds(signal, at);
    let fresh = age <= u64::from(config.evidence.max_age_days) * DAY;
    let told = signal.sources.len() >= usize::from(levers.min_sources);
    if !fresh || !told {
        let because = vec![
            Because::new(format!("at most {} days old", config.evidence.max_age_days), days(age), fresh),
            Because::new(format!("told by {} articles", levers.min_sources), format!("{}", signal.sources.len()), told),
        ];
        reasons.push(Reason::new(format!("{} {}", signal.kind.name(), signal.id), Verdict::Failed, because));
        return None;
    }
    Some(left_milli(i32::from(levers.weight), age, u32::from(levers.half_life_days)))
}

fn against(config: &GenerateConfig, signal: &Signal, at: Timestamp, scored: &mut Scored) {
    let age = age_seconds(signal, at);
    let what = format!("against: {} {}", signal.kind.name(), signal.id);
    let (held, milli, because) = match config.negative.get(&signal.kind) {
        None => (Verdict::Failed, 0, Because::new("its kind speaks against writing", "not by the levers", false)),
        Some(NegativeLevers::Stop { days: stopped }) => {
            let holds = age <= u64::from(*stopped) * DAY;
            if holds {
                scored.stopped_by.push(signal.kind);
            }
            let held = if holds { Verdict::Held } else { Verdict::Failed };
            (held, 0, Because::new(format!("at most {stopped} days old"), days(age), holds))
        }
        Some(NegativeLevers::Lower { points, half_life_days }) => {
            let milli = -left_milli(i32::from(*points), age, u32::from(*half_life_days));
            let because = Because::new(
                format!("{points} points less, half of them after {half_life_days} days"),
                days(age),
                milli != 0,
            );
            (if milli == 0 { Verdict::Failed } else { Verdict::Held }, milli, because)
        }
    };
    if milli != 0 {
        scored.against.push(Points { id: signal.id.clone(), kind: signal.kind, milli });
    }
    let mut reason = Reason::new(what, held, vec![because]);
    reason.points = (milli != 0).then(|| whole(milli));
    scored.reasons.push(reason);
}

fn days(seconds: u64) -> String {
    format!("{} days", seconds / DAY)
}

/// Thousandths as text: `12.345`.
fn in_points(milli: i64) -> String {
    let sign = if milli < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", milli.abs() / 1_000, milli.abs() % 1_000)
}
