//! Why two scenarios differ: causes, entry by entry, whose amounts add up to the difference to the cent.
//!
//! **Method.** From the one plan to the other, entry after entry is replaced in a fixed order (the order of [`CauseKind`]),
//! and each is credited with what its replacement changes; then the same in the reverse order. A cause's amount is the mean of
//! both. What two causes only do together (a faster ramp of a hire that is new, too) is thereby shared equally between them: for
//! interactions of pairs this is the Shapley value, at 2n computations instead of 2ⁿ. Interactions of three and more depend
//! on the order. Odd cents go to one of two neighbours, so the sum stays exact.
//!
//! Definitions that only one side has (profiles, curves, segments) are there from the beginning, since nobody uses them yet:
//! what a new profile brings is credited to its hires.

use revloops_domain::Cents;
use revloops_scenario::Scenario;

use crate::compute::{Totals, totals};
use crate::results::{Amounts, Cause, CauseKind, Difference, Side};
use steps::Step;

mod steps;
mod words;

/// More entries of a kind than this are one cause together: nobody reads them one by one.
const MOST_OF_A_KIND: usize = 40;

/// What makes up the difference between two scenarios.
#[must_use]
pub fn diff(from: &Scenario, to: &Scenario) -> Difference {
    let causes = grouped(steps::steps(from, to));
    let [first, last] = [from, to].map(|side| Amounts::of(&totals(side)));
    let forward = walk(from, to, &causes, false);
    let backward = walk(from, to, &causes, true);
    let doubled = forward.iter().zip(&backward).map(|(there, back)| there.plus(*back));
    let (mut so_far, mut given) = (Amounts::default(), Amounts::default());
    let mut told: Vec<Cause> = Vec::new();
    for (cause, doubled) in causes.into_iter().zip(doubled) {
        so_far = so_far.plus(doubled);
        let until_here = so_far.map(|cents| cents.div_euclid(2));
        let amounts = until_here.minus(given);
        given = until_here;
        if amounts != Amounts::default() {
            told.push(Cause { kind: cause.kind, what: cause.what, amounts });
        }
    }
    // By size; what is of the same size stays in the order of the plan.
    told.sort_by_key(|cause| std::cmp::Reverse(cause.amounts.size()));
    let side =
        |scenario: &Scenario, amounts| Side { scenario: scenario.id.clone(), hash: scenario.hash.clone(), amounts };
    Difference { from: side(from, first), to: side(to, last), change: last.minus(first), causes: told }
}

/// One or more steps that are told as one cause.
struct Grouped {
    kind: CauseKind,
    what: String,
    steps: Vec<Step>,
}

fn grouped(steps: Vec<(Step, String)>) -> Vec<Grouped> {
    let mut causes: Vec<Grouped> = Vec::new();
    for of_kind in steps.chunk_by(|(one, _), (other, _)| one.kind() == other.kind()) {
        let Some((first, _)) = of_kind.first() else { continue };
        let kind = first.kind();
        if of_kind.len() > MOST_OF_A_KIND {
            let what = words::many(kind, of_kind.len());
            causes.push(Grouped { kind, what, steps: of_kind.iter().map(|(step, _)| step.clone()).collect() });
        } else {
            let one = |(step, what): &(Step, String)| Grouped { kind, what: what.clone(), steps: vec![step.clone()] };
            causes.extend(of_kind.iter().map(one));
        }
    }
    causes
}

/// What each cause changes, if they are replaced one after the other.
fn walk(from: &Scenario, to: &Scenario, causes: &[Grouped], reverse: bool) -> Vec<Amounts> {
    let mut scenario = steps::with_definitions_of(from, to);
    let mut before = Amounts::of(&totals(&scenario));
    let mut changes = vec![Amounts::default(); causes.len()];
    let mut take = |cause: &Grouped, change: &mut Amounts| {
        for step in &cause.steps {
            step.apply(&mut scenario, to);
        }
        let after = Amounts::of(&totals(&scenario));
        *change = after.minus(before);
        before = after;
    };
    let pairs = causes.iter().zip(&mut changes);
    if reverse {
        pairs.rev().for_each(|(cause, change)| take(cause, change));
    } else {
        pairs.for_each(|(cause, change)| take(cause, change));
    }
    changes
}

impl Amounts {
    /// Sums over the plan and over its first twelve months.
    #[must_use]
    pub fn of(totals: &Totals) -> Self {
        let plan = |months: &[Cents]| months.iter().copied().sum::<Cents>();
        let year = |months: &[Cents]| months.iter().take(12).copied().sum::<Cents>();
        Self {
            capacity: plan(&totals.capacity),
            quota: plan(&totals.quota),
            target: plan(&totals.target),
            cost: plan(&totals.cost),
            first_year_capacity: year(&totals.capacity),
            first_year_quota: year(&totals.quota),
            first_year_target: year(&totals.target),
            first_year_cost: year(&totals.cost),
        }
    }

    fn with(self, other: Self, combine: impl Fn(i64, i64) -> i64) -> Self {
        let both = |one: Cents, two: Cents| Cents(combine(one.0, two.0));
        Self {
            capacity: both(self.capacity, other.capacity),
            quota: both(self.quota, other.quota),
            target: both(self.target, other.target),
            cost: both(self.cost, other.cost),
            first_year_capacity: both(self.first_year_capacity, other.first_year_capacity),
            first_year_quota: both(self.first_year_quota, other.first_year_quota),
            first_year_target: both(self.first_year_target, other.first_year_target),
            first_year_cost: both(self.first_year_cost, other.first_year_cost),
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.with(other, |one, two| one + two)
    }

    /// This less the other.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.with(other, |one, two| one - two)
    }

    fn map(self, each: impl Fn(i64) -> i64) -> Self {
        self.with(Self::default(), |one, _| each(one))
    }

    /// What causes are put in order by: capacity first, then the others.
    fn size(&self) -> [u64; 4] {
        [self.capacity, self.target, self.quota, self.cost].map(|amount| amount.0.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use revloops_scenario::{Quota, Territories};

    use super::*;
    use crate::testing::{hire, plan, row, seat, target};

    fn said(difference: &Difference) -> Vec<String> {
        difference.causes.iter().map(|cause| format!("{}: {}", cause.what, cause.amounts.capacity)).collect()
    }

    #[test]
    fn a_scenario_does_not_differ_from_itself() {
        let mut scenario = plan();
        scenario.roster = vec![seat("a", "hunter", "enterprise", "dach")];
        let difference = diff(&scenario, &scenario);
        assert_eq!(difference.change, Amounts::default());
        assert!(difference.causes.is_empty());
    }

    #[test]
    fn what_two_causes_do_together_is_shared_equally() {
        let from = plan();
        let mut to = plan();
        to.hiring_plan = vec![hire("iberia-first", "farmer", "mid-market", "iberia", 2, 1)];
        to.ramp_curves[1].months = vec![10_000];
        let mut hired = from.clone();
        hired.hiring_plan = to.hiring_plan.clone();
        let alone = diff(&from, &hired).change.capacity;
        let difference = diff(&from, &to);
        // Nobody ramps before the hire, so the ramp alone does nothing: half of February is credited to each.
        let february = Cents::units(700_000).0 / 12 / 2;
        assert_eq!(difference.change.capacity.0 - alone.0, february + 1);
        assert_eq!(difference.causes.len(), 2);
        assert_eq!(difference.causes[0].what, "hire iberia-first added (1 seat from 2027-02-01)");
        assert_eq!(difference.causes[1].what, "ramp fast faster");
        assert!(difference.causes[1].amounts.capacity.0.abs_diff(february / 2) <= 1);
        assert_eq!(difference.causes[0].amounts.plus(difference.causes[1].amounts), difference.change);
    }

    #[test]
    fn causes_are_named_down_to_the_entry() {
        let mut from = plan();
        from.roster = vec![seat("a", "hunter", "enterprise", "dach"), seat("gone", "farmer", "mid-market", "apac")];
        from.hiring_plan = vec![hire("next", "farmer", "mid-market", "apac", 5, 2)];
        from.targets = vec![target(2027, "enterprise", None, 1_000)];
        let mut to = from.clone();
        to.roster.pop();
        to.roster[0].allocation = 6_000;
        to.hiring_plan[0].seats = 3;
        to.hiring_plan[0].starts = date(2027, 4, 1);
        to.productivity[1].a_year = Cents::units(1_600_000);
        to.profiles[0].attrition_a_year = 1_250;
        to.targets[0].a_year = Cents::units(1_500);
        let difference = diff(&from, &to);
        let mut names: Vec<&str> = difference.causes.iter().map(|cause| cause.what.as_str()).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "allocation of a: 100 % → 60 %",
                "attrition of hunter: 0 % → 12.5 % a year",
                "hire next: 2 → 3 seats, from 2027-05-01 → 2027-04-01",
                "productivity of hunter in dach: 1,500,000.00 → 1,600,000.00",
                "seat gone removed",
                "target of enterprise from 2027-01: 1,000.00 → 1,500.00",
            ]
        );
        assert_eq!(difference.change.target, Cents::units(500));
        let target = difference.causes.iter().find(|cause| cause.kind == CauseKind::Target).unwrap();
        assert_eq!(
            target.amounts,
            Amounts { target: Cents::units(500), first_year_target: Cents::units(500), ..Amounts::default() }
        );
    }

    #[test]
    fn more_entries_than_anybody_reads_are_one_cause() {
        let from = plan();
        let mut to = plan();
        to.roster = (0..41).map(|n| seat(&format!("s{n}"), "farmer", "mid-market", "apac")).collect();
        assert_eq!(said(&diff(&from, &to)), ["41 seats of the roster changed: 86,100,000.00"]);
    }

    /// Two plans that differ in a random part of what can differ.
    fn two_plans() -> impl Strategy<Value = (Scenario, Scenario)> {
        (0..1u32 << 16, 0..1u32 << 16).prop_map(|(one, two)| (changed(one), changed(two)))
    }

    fn changed(bits: u32) -> Scenario {
        let is = |bit: u32| bits >> bit & 1 == 1;
        let mut scenario = plan();
        scenario.roster = (0..6).map(|n| seat(&format!("s{n}"), "hunter", "enterprise", "dach")).collect();
        scenario.hiring_plan = vec![hire("first", "hunter", "enterprise", "iberia", 3, 2)];
        scenario.targets =
            vec![target(2027, "enterprise", None, 9_000_001), target(2028, "enterprise", Some("emea"), 777)];
        if is(0) {
            scenario.roster.remove(2);
            scenario.roster[0].allocation = 3_333;
        }
        if is(1) {
            scenario.hiring_plan.push(hire("second", "farmer", "mid-market", "apac", 6, 3));
        }
        if is(2) {
            scenario.hiring_plan[0].starts = date(2027, 9, 17);
        }
        if is(3) {
            scenario.ramp_curves[0].months = vec![1_000, 5_000, 9_999];
        }
        if is(4) {
            scenario.profiles[0].attrition_a_year = 1_700;
        }
        if is(5) {
            scenario.seasonality[0].weights[3] = 40;
        }
        if is(6) {
            scenario.productivity.push(row("hunter", Some("enterprise"), Some("emea"), 999_999));
        }
        if is(7) {
            scenario.targets.remove(0);
        }
        if is(8) {
            scenario.profiles[0].quota = Quota::AYear(Cents::units(800_000));
        }
        if is(9) {
            scenario.profiles[1].cost.base_a_year = Cents(77);
        }
        if is(10) {
            scenario.months = 17;
        }
        if is(11) {
            scenario.starts = scenario.starts.plus(2);
        }
        if is(12) {
            scenario.territories =
                Territories::tree([("iberia", None), ("emea", None), ("apac", None), ("dach", Some("emea"))]).unwrap();
        }
        if is(13) {
            let mut profile = scenario.profiles[0].clone();
            profile.id = "new".to_owned();
            profile.ramp = "new".to_owned();
            scenario.profiles.push(profile);
            let mut curve = scenario.ramp_curves[0].clone();
            curve.id = "new".to_owned();
            scenario.ramp_curves.push(curve);
            scenario.productivity.push(row("new", None, None, 2_000_000));
            scenario.roster[1].profile = "new".to_owned();
        }
        if is(14) {
            scenario.segments[1].seasonality = Some("year-end".to_owned());
        }
        if is(15) {
            scenario.profiles[0].ramp = "fast".to_owned();
        }
        scenario
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn causes_add_up_to_the_difference((from, to) in two_plans()) {
            let difference = diff(&from, &to);
            let sum = difference.causes.iter().fold(Amounts::default(), |sum, cause| sum.plus(cause.amounts));
            prop_assert_eq!(sum, difference.change);
            prop_assert_eq!(difference.change, Amounts::of(&totals(&to)).minus(Amounts::of(&totals(&from))));
            let back = diff(&to, &from);
            prop_assert_eq!(back.change, Amounts::default().minus(difference.change));
        }
    }
}
