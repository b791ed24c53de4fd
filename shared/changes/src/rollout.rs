//! A version that is tried first: when it is returned, and how sure that is.
//!
//! Leads come one by one, and somebody looks after each: a test that is made for one look would raise false alarms at a
//! rate of its own. What is used is an **e-process for two proportions** (Turner, Ly and Grünwald, "Generic E-variables for
//! exact sequential k-sample tests that allow for optional stopping", 2024): bets against "the version that is tried is no
//! worse than the active one", whose product stays below 1/α with probability 1 − α however often it is looked at, and at
//! whatever time one stops (Ville's inequality). A bet is placed on a block of one subject of the version that is tried and
//! a fixed number of the active one's; the rates that it bets on are estimated from earlier blocks alone.
//!
//! Not used: Wald's SPRT, which needs the rate of the active version to be known beforehand, so that a bad week for both
//! would be held against the new one; the mSPRT with normal approximations, which holds its level only for large counts,
//! while a regression should be noticed after tens of leads. The bets are on worse rates alone, so that also a better version
//! keeps the level. Several metrics share α evenly (Bonferroni).

use std::collections::{BTreeSet, VecDeque};

use revloops_config::{Arm, RolloutMode, rollout::ALL_BASIS_POINTS};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The chance of a false alarm where nobody says another one: one in twenty.
pub const USUAL_FALSE_ALARM_BASIS_POINTS: u16 = 500;

/// A rate is never taken for surer than this.
const SUREST: f64 = 0.002;

/// Subjects that the rate expected beforehand counts for, beside those that are seen.
const PRIOR_SUBJECTS: f64 = 20.0;

/// Most subjects of the active version in a block.
const MOST_IN_A_BLOCK: usize = 8;

/// So many blocks' subjects of the active version wait at most.
const WAITING_BLOCKS: usize = 4;

/// The regressions that are bet on, in multiples of the least one that matters; the money is spread evenly.
const LIFTS: [f64; 3] = [1.0, 2.0, 4.0];

/// How a version is tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// `shadow`: both decide, the active one acts. `canary`: a share of the subjects is decided by the new one.
    pub mode: RolloutMode,
    /// Share of the subjects, in hundredths of a percent: 1,000 is a tenth.
    pub share_basis_points: u16,
    /// What must not become worse; none for a shadow, which changes nothing.
    #[serde(default)]
    pub guards: Vec<Guard>,
    /// Subjects of the version that is tried before it may be returned.
    pub least_sample: u32,
    /// Subjects of the version that is tried after which it has passed.
    pub most_sample: u32,
    /// Chance that a version which is no worse is returned, in hundredths of a percent: 500 is one in twenty.
    pub false_alarm_basis_points: u16,
}

/// A metric that must not become worse: the share of subjects for which something bad happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// Its name: `reassigned`, `first_touch_missed`, `sequence_rejected`.
    pub metric: String,
    /// The least worsening that matters, in percentage points. Smaller ones are noticed late or not at all.
    pub least_worse_points: u16,
    /// The share that is usual, in percent, where it is known: the test is quicker with it, and no less right without.
    #[serde(default)]
    pub usual_percent: Option<u16>,
}

/// What became of one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// `lead/00Q…`.
    pub subject: String,
    /// Which version decided: by the config stamp in its record.
    pub arm: Arm,
    /// The guard's metric.
    pub metric: String,
    /// Whether the bad thing happened.
    pub bad: bool,
}

/// What is to be done with a version that is tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing is sure yet.
    GoesOn {
        /// Each guard so far.
        guards: Vec<Standing>,
    },
    /// It makes things worse: back to the active version for everybody.
    Regressed {
        /// The guard that says so.
        guard: Standing,
    },
    /// As many subjects as were asked for, and no guard says that it is worse.
    Passed {
        /// Each guard.
        guards: Vec<Standing>,
    },
}

/// How a guard stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// The metric.
    pub metric: String,
    /// Subjects of the version that is tried, and how many of them were bad.
    pub tried: Count,
    /// The same of the active version.
    pub active: Count,
    /// How strongly it speaks against the version that is tried: it is returned at `needed`.
    pub evidence: f64,
    /// See `evidence`.
    pub needed: f64,
}

/// Subjects, and bad ones among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// All.
    pub seen: u32,
    /// Bad ones.
    pub bad: u32,
}

/// Something about a spec that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {remedy}")]
pub struct WrongSpec {
    what: String,
    remedy: &'static str,
}

impl Spec {
    /// That it can be meant.
    ///
    /// # Errors
    /// The first thing that cannot.
    pub fn check(&self) -> Result<(), WrongSpec> {
        let wrong = |what: String, remedy| Err(WrongSpec { what, remedy });
        if self.share_basis_points == 0 || self.share_basis_points > ALL_BASIS_POINTS {
            return wrong(format!("a share of {} hundredths of a percent", self.share_basis_points), "1 to 10,000");
        }
        if self.mode == RolloutMode::Canary && self.share_basis_points == ALL_BASIS_POINTS {
            return wrong("a canary for everybody".to_owned(), "leave some to the active version, to compare with");
        }
        if self.mode == RolloutMode::Canary && self.guards.is_empty() {
            return wrong("a canary without a guard".to_owned(), "name what must not become worse");
        }
        if !(1..=5_000).contains(&self.false_alarm_basis_points) {
            return wrong(
                format!("{} false alarms", self.false_alarm_basis_points),
                "1 to 5,000 hundredths of a percent",
            );
        }
        if self.least_sample == 0 || self.least_sample > self.most_sample {
            return wrong(
                format!("a sample from {} to {}", self.least_sample, self.most_sample),
                "at least 1, and no more than the most",
            );
        }
        match self.guards.iter().find(|guard| !(1..=90).contains(&guard.least_worse_points)) {
            Some(guard) => {
                wrong(format!("{} worse by {} points", guard.metric, guard.least_worse_points), "1 to 90 points")
            }
            None => Ok(()),
        }
    }
}

/// What is to be done, by everything that was observed so far, in the order in which it became known. A subject counts once
/// a metric. The same observations give the same verdict; more of them never take a return back.
#[must_use]
pub fn judge(spec: &Spec, observations: &[Observation]) -> Verdict {
    let mut guards: Vec<Bets> = spec.guards.iter().map(|guard| Bets::new(spec, guard)).collect();
    let mut known = BTreeSet::new();
    for observation in observations {
        if !known.insert((observation.metric.as_str(), observation.subject.as_str())) {
            continue;
        }
        for bets in guards.iter_mut().filter(|bets| bets.standing.metric == observation.metric) {
            bets.observe(observation.arm, observation.bad);
            if bets.is_sure(spec) {
                return Verdict::Regressed { guard: Standing { evidence: bets.strongest, ..bets.standing.clone() } };
            }
        }
    }
    let passed = !guards.is_empty() && guards.iter().all(|bets| bets.standing.tried.seen >= spec.most_sample);
    let guards = guards.into_iter().map(|bets| bets.standing).collect();
    if passed { Verdict::Passed { guards } } else { Verdict::GoesOn { guards } }
}

/// Bets against one metric of the version that is tried.
struct Bets {
    standing: Standing,
    /// The least regression that matters.
    least_worse: f64,
    usual: f64,
    /// Subjects of the active version in a block with one that is tried.
    beside: usize,
    /// The most that `evidence` was.
    strongest: f64,
    /// Logarithm of what each lift's bets have come to.
    fortunes: [f64; LIFTS.len()],
    /// Subjects of the version that is tried that wait for their block to be full, and of the active one: who came first is
    /// first. Which of them make a block does not depend on what became of them.
    waiting: (VecDeque<bool>, VecDeque<bool>),
    /// Subjects of the active version that do not wait any more.
    known: Count,
}

impl Bets {
    fn new(spec: &Spec, guard: &Guard) -> Self {
        let level = f64::from(spec.false_alarm_basis_points) / f64::from(ALL_BASIS_POINTS);
        let count = u32::try_from(spec.guards.len().max(1)).unwrap_or(u32::MAX);
        let share = usize::from(spec.share_basis_points.max(1));
        let needed = f64::from(count) / level;
        Self {
            standing: Standing {
                metric: guard.metric.clone(),
                tried: Count::default(),
                active: Count::default(),
                evidence: 1.0,
                needed,
            },
            least_worse: f64::from(guard.least_worse_points) / 100.0,
            usual: guard.usual_percent.map_or(0.2, |percent| f64::from(percent) / 100.0),
            beside: (usize::from(ALL_BASIS_POINTS).saturating_sub(share) / share).clamp(1, MOST_IN_A_BLOCK),
            strongest: 1.0,
            fortunes: [0.0; LIFTS.len()],
            waiting: (VecDeque::new(), VecDeque::new()),
            known: Count::default(),
        }
    }

    fn observe(&mut self, arm: Arm, bad: bool) {
        let (all, waiting) = match arm {
            Arm::Candidate => (&mut self.standing.tried, &mut self.waiting.0),
            Arm::Active => (&mut self.standing.active, &mut self.waiting.1),
        };
        all.add(bad);
        waiting.push_back(bad);
        // The active version of the same days is what counts: where it has far more subjects, its oldest do not wait.
        while self.waiting.1.len() > self.beside * WAITING_BLOCKS {
            let oldest = self.waiting.1.pop_front();
            oldest.into_iter().for_each(|bad| self.known.add(bad));
        }
        while !self.waiting.0.is_empty() && self.waiting.1.len() >= self.beside {
            self.settle();
        }
    }

    fn settle(&mut self) {
        let rate = self.rate();
        let mut block = (Count::default(), Count::default());
        self.waiting.0.pop_front().into_iter().for_each(|bad| block.0.add(bad));
        self.waiting.1.drain(..self.beside.min(self.waiting.1.len())).for_each(|bad| block.1.add(bad));
        let beside = f64::from(block.1.seen);
        for (fortune, lift) in self.fortunes.iter_mut().zip(LIFTS) {
            let worse = (rate + lift * self.least_worse).min(1.0 - SUREST);
            let both = (worse + beside * rate) / (1.0 + beside);
            *fortune += log_ratio(block.0, worse, both) + log_ratio(block.1, rate, both);
        }
        self.known.seen += block.1.seen;
        self.known.bad += block.1.bad;
        let sum: f64 = self.fortunes.iter().map(|fortune| fortune.exp()).sum();
        self.standing.evidence = sum / LIFTS.map(|_| 1.0).iter().sum::<f64>();
        self.strongest = self.strongest.max(self.standing.evidence);
    }

    /// The active version's rate, by what came before this block.
    fn rate(&self) -> f64 {
        let bad = f64::from(self.known.bad) + PRIOR_SUBJECTS * self.usual;
        (bad / (f64::from(self.known.seen) + PRIOR_SUBJECTS)).clamp(SUREST, 1.0 - 2.0 * SUREST)
    }

    /// Whether it was sure at any time: a later block does not make it unsure again.
    fn is_sure(&self, spec: &Spec) -> bool {
        self.strongest >= self.standing.needed && self.standing.tried.seen >= spec.least_sample
    }
}

impl Count {
    fn add(&mut self, bad: bool) {
        self.seen += 1;
        self.bad += u32::from(bad);
    }
}

/// How much likelier these are at one rate than at another.
fn log_ratio(count: Count, rate: f64, than: f64) -> f64 {
    let (bad, good) = (f64::from(count.bad), f64::from(count.seen - count.bad));
    bad * (rate / than).ln() + good * ((1.0 - rate) / (1.0 - than)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SplitMix64: the same stream on every machine.
    struct Stream(u64);

    impl Stream {
        fn happens(&mut self, percent: u64) -> bool {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (z ^ (z >> 31)) % 10_000 < percent * 100
        }
    }

    fn spec(share_basis_points: u16) -> Spec {
        let guard = Guard { metric: "reassigned".into(), least_worse_points: 5, usual_percent: None };
        Spec {
            mode: RolloutMode::Canary,
            share_basis_points,
            guards: vec![guard],
            least_sample: 20,
            most_sample: 1_000,
            false_alarm_basis_points: 500,
        }
    }

    /// Leads that come one by one and get their version by the hash of their id, until the trial ends. The verdict, and
    /// how many leads there were in all.
    fn run(spec: &Spec, seed: u64, active: u64, tried: u64) -> (Verdict, usize) {
        let candidate = revloops_domain::ConfigStamp { key: "k".into(), version_id: "v".into(), sha256: "s".into() };
        let (id, mode, share_basis_points) = (format!("trial-{seed}"), spec.mode, spec.share_basis_points);
        let rollout = revloops_config::Rollout { id, candidate, mode, share_basis_points };
        let mut stream = Stream(seed);
        let mut bets: Vec<Bets> = spec.guards.iter().map(|guard| Bets::new(spec, guard)).collect();
        let mut seen = Vec::new();
        for lead in 0.. {
            let subject = format!("lead/00Q{lead:012}AAA");
            let arm = rollout.acts(&subject);
            let bad = stream.happens(if arm == Arm::Candidate { tried } else { active });
            bets[0].observe(arm, bad);
            seen.push(Observation { subject, arm, metric: "reassigned".into(), bad });
            if bets[0].is_sure(spec) || bets[0].standing.tried.seen >= spec.most_sample {
                break;
            }
        }
        (judge(spec, &seen), seen.len())
    }

    #[test]
    #[expect(clippy::disallowed_macros, reason = "a figure that whoever runs the test wants to see")]
    fn a_planted_regression_is_noticed_and_returned() {
        let spec = spec(2_000);
        for (active, tried, most) in [(10, 40, 60), (10, 25, 200), (10, 20, 400)] {
            let mut taken = Vec::new();
            let mut missed = 0;
            for seed in 0..200 {
                match run(&spec, seed, active, tried) {
                    (Verdict::Regressed { guard }, leads) => taken.push((guard.tried.seen, leads)),
                    (Verdict::Passed { .. } | Verdict::GoesOn { .. }, _) => missed += 1,
                }
            }
            taken.sort_unstable();
            let (median, ninetieth) = (taken[taken.len() / 2], taken[taken.len() * 9 / 10]);
            println!(
                "{active} % → {tried} % reassigned, a fifth of the leads: returned after {} leads of the new version (of {} in all) in \
                 the middle, {} in nine of ten; missed {missed} of 200",
                median.0, median.1, ninetieth.0
            );
            assert!(missed <= 2, "{missed} of 200 missed");
            assert!(median.0 <= most, "{} leads, {most} at most", median.0);
        }
    }

    #[test]
    #[expect(clippy::disallowed_macros, reason = "a figure that whoever runs the test wants to see")]
    fn a_version_that_is_no_worse_is_seldom_returned_however_often_one_looks() {
        const RUNS: u64 = 1_000;
        for (share, active, tried) in [(2_000, 10, 10), (500, 10, 10), (5_000, 30, 30), (2_000, 2, 2), (2_000, 20, 15)]
        {
            let spec = Spec { most_sample: 400, ..spec(share) };
            let returned = (0..RUNS).filter(|seed| is_returned(&spec, 7_000 + seed, active, tried)).count();
            println!("{active} % → {tried} %, share {share}: {returned} of {RUNS} clean runs returned; declared: 5 %");
            // 5 % of 1,000 are 50, give or take three standard errors.
            assert!(returned <= 70, "{returned} of {RUNS}");
        }
    }

    /// As [`run`], looked at after every lead, and without hashes of their ids.
    fn is_returned(spec: &Spec, seed: u64, active: u64, tried: u64) -> bool {
        let mut stream = Stream(seed);
        let mut bets = Bets::new(spec, &spec.guards[0]);
        while bets.standing.tried.seen < spec.most_sample && !bets.is_sure(spec) {
            let is_tried = stream.happens(u64::from(spec.share_basis_points) / 100);
            let bad = stream.happens(if is_tried { tried } else { active });
            bets.observe(if is_tried { Arm::Candidate } else { Arm::Active }, bad);
        }
        bets.is_sure(spec)
    }

    #[test]
    fn nothing_is_returned_before_the_least_sample_and_a_repeated_outcome_counts_once() {
        let spec = spec(5_000);
        let observation = |lead: u32, arm, bad| Observation {
            subject: format!("lead/{lead}"),
            arm,
            metric: "reassigned".into(),
            bad,
        };
        let disaster: Vec<Observation> = (0..200)
            .map(|lead| observation(lead, if lead % 2 == 0 { Arm::Candidate } else { Arm::Active }, lead % 2 == 0))
            .collect();
        assert!(matches!(judge(&spec, &disaster[..38]), Verdict::GoesOn { .. }), "19 subjects");
        assert!(
            matches!(judge(&spec, &disaster), Verdict::Regressed { guard } if guard.tried == Count { seen: 20, bad: 20 })
        );
        let repeated: Vec<Observation> = disaster[..30].iter().cycle().take(3_000).cloned().collect();
        let Verdict::GoesOn { guards } = judge(&spec, &repeated) else { panic!("repeats were counted") };
        assert_eq!(guards[0].tried.seen, 15);
    }

    #[test]
    fn a_spec_that_cannot_be_meant_is_refused() {
        assert_eq!(spec(2_000).check(), Ok(()));
        let said = |spec: Spec| spec.check().unwrap_err().to_string();
        assert!(said(Spec { share_basis_points: 0, ..spec(1) }).contains("1 to 10,000"));
        assert!(said(Spec { guards: Vec::new(), ..spec(2_000) }).contains("without a guard"));
        assert!(said(Spec { least_sample: 2_000, ..spec(2_000) }).contains("no more than the most"));
        assert!(said(spec(10_000)).contains("leave some"));
    }
}
