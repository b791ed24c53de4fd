//! A version that is tried beside the active one: which subjects get it.

use serde::{Deserialize, Serialize};

use revloops_domain::{ConfigStamp, sha256_hex};

/// Shares are counted in these: 10,000 is everybody.
pub const ALL_BASIS_POINTS: u16 = 10_000;

/// How a version is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RolloutMode {
    /// Both decide, the active one acts; what differs is noted.
    Shadow,
    /// A share of the subjects is decided by the new one.
    Canary,
}

/// What the pointer says of a version that is tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    /// Its id: another try of the same version has other subjects.
    pub id: String,
    /// The version.
    pub candidate: ConfigStamp,
    /// How it is tried.
    pub mode: RolloutMode,
    /// Share of the subjects that it is tried on, in hundredths of a percent.
    pub share_basis_points: u16,
}

/// Which version is a subject's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// The active one.
    Active,
    /// The one that is tried.
    Candidate,
}

impl Rollout {
    /// Whether the version is tried on this subject (`lead/00Q…`): by a hash of the try and the subject, so that a subject
    /// keeps its version for as long as the try lasts, on every machine, and who was in stays in where the share grows.
    #[must_use]
    pub fn tries_on(&self, subject: &str) -> bool {
        place(&self.id, subject) < u64::from(self.share_basis_points)
    }

    /// Which version acts for this subject. In a shadow, the active one always does.
    #[must_use]
    pub fn acts(&self, subject: &str) -> Arm {
        match self.mode {
            RolloutMode::Canary if self.tries_on(subject) => Arm::Candidate,
            RolloutMode::Canary | RolloutMode::Shadow => Arm::Active,
        }
    }
}

/// 0 to 9,999, evenly.
fn place(id: &str, subject: &str) -> u64 {
    let hash = sha256_hex(format!("{}:{id}/{subject}", id.len()).as_bytes());
    let first = hash.get(..15).and_then(|digits| u64::from_str_radix(digits, 16).ok());
    first.unwrap_or_default() % u64::from(ALL_BASIS_POINTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rollout(id: &str, mode: RolloutMode, share_basis_points: u16) -> Rollout {
        let candidate = ConfigStamp { key: "k".into(), version_id: "v".into(), sha256: "s".into() };
        Rollout { id: id.into(), candidate, mode, share_basis_points }
    }

    fn subjects() -> impl Iterator<Item = String> {
        (0..20_000).map(|at| format!("lead/00Q{at:012}AAA"))
    }

    #[test]
    fn the_share_is_met_and_the_same_subject_is_always_of_the_same_version() {
        for share in [0, 100, 1_000, 5_000, ALL_BASIS_POINTS] {
            let rollout = rollout("r1", RolloutMode::Canary, share);
            let chosen: Vec<String> = subjects().filter(|subject| rollout.acts(subject) == Arm::Candidate).collect();
            let expected = 20_000.0 * f64::from(share) / 10_000.0;
            let spread = 4.0 * (expected * (1.0 - f64::from(share) / 10_000.0)).sqrt();
            assert!((chosen.len() as f64 - expected).abs() <= spread, "{share}: {} of 20,000", chosen.len());
            assert!(chosen.iter().all(|subject| rollout.acts(subject) == Arm::Candidate));
        }
    }

    #[test]
    fn who_was_in_stays_in_where_the_share_grows() {
        let (small, large) = (rollout("r1", RolloutMode::Canary, 500), rollout("r1", RolloutMode::Canary, 2_500));
        assert!(subjects().filter(|subject| small.tries_on(subject)).all(|subject| large.tries_on(&subject)));
    }

    #[test]
    fn another_try_has_other_subjects() {
        let (one, other) = (rollout("r1", RolloutMode::Canary, 1_000), rollout("r2", RolloutMode::Canary, 1_000));
        let both = subjects().filter(|subject| one.tries_on(subject) && other.tries_on(subject)).count();
        assert!((120..=280).contains(&both), "{both} in both, about 200 by chance");
    }

    #[test]
    fn a_shadow_never_acts() {
        let shadow = rollout("r1", RolloutMode::Shadow, ALL_BASIS_POINTS);
        assert!(subjects().all(|subject| shadow.acts(&subject) == Arm::Active && shadow.tries_on(&subject)));
    }
}
