//! Meetings by kind of signal → weights.
//!
//! A kind whose sequences lead to meetings more or less often than all together is proposed another weight: its own times the
//! rate's share of the whole's, moved by at most the levers' step. It is proposed only where the whole's rate lies outside the
//! 95 % interval of the kind's (Wilson's score interval, which holds for small samples and rates near nought, too).

use serde::{Deserialize, Serialize};
use serde_json::json;

use revloops_domain::signal::SignalKind;
use revloops_loopkit::{Feedback, LeverEdit, Proposal, TooLittleData};

use crate::config::GenerateConfig;

/// What became of a sequence that names a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingFact {
    /// The kind of the signal that it names.
    pub kind: SignalKind,
    /// Whether a meeting came of it.
    pub meeting: bool,
}

/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_964;

pub(crate) fn propose(config: &GenerateConfig, outcomes: &[MeetingFact]) -> Feedback {
    let needed = config.feedback.min_sequences;
    let meetings = outcomes.iter().filter(|one| one.meeting).count();
    let (mut edits, mut evidence, mut enough) = (Vec::new(), Vec::new(), false);
    for kind in SignalKind::ALL {
        let Some(levers) = config.kinds.get(&kind) else { continue };
        let of: Vec<&MeetingFact> = outcomes.iter().filter(|one| one.kind == kind).collect();
        if of.len() < needed {
            continue;
        }
        enough = true;
        let met = of.iter().filter(|one| one.meeting).count();
        let (low, high) = interval(met, of.len());
        let all = rate(meetings, outcomes.len());
        if (low..=high).contains(&all) {
            continue;
        }
        let from = levers.weight;
        let to = moved(from, met * outcomes.len(), meetings * of.len(), config.feedback.max_step_percent);
        if to == from {
            continue;
        }
        let path = format!("kinds.{}.weight", kind.name());
        edits.push(LeverEdit { file: "levers.yaml".to_owned(), path, from: json!(from), to: json!(to) });
        evidence.push(format!(
            "{}: {met} meetings of {} sequences, between {:.0} and {:.0} % at 95 % confidence; all kinds: {meetings} of {}",
            kind.name(),
            of.len(),
            low * 100.0,
            high * 100.0,
            outcomes.len()
        ));
    }
    if !enough {
        return Feedback::TooLittleData(TooLittleData { sample: outcomes.len(), needed });
    }
    if edits.is_empty() {
        return Feedback::NoChange { sample: outcomes.len() };
    }
    Feedback::Proposal(Proposal { edits, sample: outcomes.len(), evidence })
}

/// `weight × part ÷ of`, at most `step` percent away from it, from 0 to 100; in whole numbers.
fn moved(weight: u8, part: usize, of: usize, step: u8) -> u8 {
    let (weight_wide, step) = (usize::from(weight), usize::from(step));
    let wanted = (weight_wide * part * 2 + of).checked_div(of * 2).unwrap_or(weight_wide);
    let least = weight_wide * 100_usize.saturating_sub(step) / 100;
    let most = (weight_wide * (100 + step)).div_ceil(100).min(100);
    u8::try_from(wanted.clamp(least, most)).unwrap_or(weight)
}

#[expect(clippy::cast_precision_loss, reason = "counts of sequences are far below 2^52")]
fn rate(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

/// Wilson's score interval of a rate (E. B. Wilson, 1927).
#[expect(clippy::cast_precision_loss, reason = "counts of sequences are far below 2^52")]
fn interval(part: usize, of: usize) -> (f64, f64) {
    let (p, n) = (rate(part, of), of.max(1) as f64);
    let centre = p + Z * Z / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    ((centre - spread) / scale, (centre + spread) / scale)
}
