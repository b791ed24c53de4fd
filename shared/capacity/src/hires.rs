//! Hires that are needed so that capacity reaches the target, and when they have to start.
//!
//! Year by year of the plan and segment by segment: as few hires as close what is missing in the year, and each of them as
//! late as it still helps. A hire that starts earlier ramps in time; one that starts long before the year costs more and may
//! have left again. What hires of one year book in another one counts there. Where nobody ramps fast enough or no more can
//! start, what cannot be closed stays open and is said.

use revloops_domain::Cents;
use revloops_scenario::{Hire, Month, Scenario, WHOLE};

use crate::results::{HiresNeeded, SegmentHires, Starts, YearClosed};
use crate::seats::{Plan, SeatMonths};
use crate::targets::Targets;

/// What hiring can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HiringLimits {
    /// First month in which somebody can start.
    pub earliest: Month,
    /// Most who can start in one segment in one month.
    pub most_a_month: u16,
}

/// Hires that close what each segment lacks, as far as they can.
#[must_use]
pub fn hires_needed(scenario: &Scenario, limits: HiringLimits) -> HiresNeeded {
    let plan = Plan::new(scenario);
    let targets = Targets::new(scenario);
    let mut months = SeatMonths::default();
    let mut capacity = vec![vec![0; plan.months]; scenario.segments.len()];
    for line in &plan.lines {
        plan.seat_months(line, &mut months);
        for (sum, cents) in capacity.get_mut(line.segment).into_iter().flatten().zip(&months.capacity) {
            *sum += cents * i64::from(line.seats);
        }
    }
    let of_segments = capacity.iter().zip(&targets.segments).enumerate();
    let segments = of_segments.filter_map(|(segment, (capacity, target))| {
        let gap: Vec<i64> = target.iter().zip(capacity).map(|(target, capacity)| target.0 - capacity).collect();
        let missing: Vec<i64> = gap.chunks(12).map(|year| year.iter().sum::<i64>().max(0)).collect();
        missing.iter().any(|year| *year > 0).then(|| of_segment(scenario, &plan, segment, &missing, limits))
    });
    HiresNeeded { earliest: limits.earliest, most_a_month: limits.most_a_month, segments: segments.collect() }
}

fn of_segment(
    scenario: &Scenario,
    plan: &Plan<'_>,
    segment: usize,
    missing: &[i64],
    limits: HiringLimits,
) -> SegmentHires {
    let id = scenario.segments.get(segment).map_or("", |segment| segment.id.as_str());
    let (profile, territory) = who_sells(scenario, plan, segment, id);
    let place = territory.unwrap_or("");
    let productivity = profile.and_then(|profile| scenario.productivity_of(profile, id, place)).unwrap_or_default();
    let hires = Hires::new(scenario, profile, id, place);
    let mut chosen = vec![0u16; plan.months];
    let earliest = usize::try_from(limits.earliest.since(scenario.starts)).unwrap_or(0);
    for (year, wanted) in missing.iter().enumerate() {
        let open = wanted - hires.in_year(&chosen, year);
        if open > 0 {
            hires.close(&mut chosen, year, open, earliest, limits.most_a_month);
        }
    }
    let years = missing.iter().enumerate().map(|(year, wanted)| {
        let by_hires = hires.in_year(&chosen, year);
        YearClosed {
            starts: scenario.starts.plus(i32::try_from(year * 12).unwrap_or(0)),
            missing: Cents(*wanted),
            by_hires: Cents(by_hires),
            open: Cents((wanted - by_hires).max(0)),
        }
    });
    let starts = (0..).zip(&chosen).filter(|(_, seats)| **seats > 0);
    SegmentHires {
        segment: id.to_owned(),
        profile: profile.map(str::to_owned),
        territory: territory.map(str::to_owned),
        productivity,
        years: years.collect(),
        cost: Cents(hires.cost.iter().zip(&chosen).map(|(cost, seats)| cost * i64::from(*seats)).sum()),
        starts: starts.map(|(at, seats)| Starts { month: scenario.starts.plus(at), seats: *seats }).collect(),
    }
}

/// The most frequent profile of a segment's seats, and of these the most frequent territory; without seats, whoever has a
/// productivity there.
fn who_sells<'a>(
    scenario: &'a Scenario,
    plan: &Plan<'_>,
    segment: usize,
    id: &str,
) -> (Option<&'a str>, Option<&'a str>) {
    let count = |at: &dyn Fn(&crate::seats::Line<'_>) -> usize, among: &dyn Fn(&crate::seats::Line<'_>) -> bool, of| {
        let mut counts = vec![0u32; of];
        for line in plan.lines.iter().filter(|line| line.segment == segment && among(line)) {
            if let Some(sum) = counts.get_mut(at(line)) {
                *sum += u32::from(line.seats);
            }
        }
        // Of equally frequent ones, the first.
        let most = counts.iter().copied().max().filter(|most| *most > 0)?;
        counts.iter().position(|seats| *seats == most)
    };
    let seated = count(&|line| line.profile, &|_| true, scenario.profiles.len());
    let Some(profile) = seated else {
        let sells = |profile: &&revloops_scenario::Profile| scenario.productivity_of(&profile.id, id, "").is_some();
        return (scenario.profiles.iter().find(sells).map(|profile| profile.id.as_str()), None);
    };
    let territories = scenario.territories.iter().count();
    let territory = count(&|line| line.territory, &|line| line.profile == profile, territories);
    let territory = territory.and_then(|at| scenario.territories.iter().nth(at));
    (scenario.profiles.get(profile).map(|one| one.id.as_str()), territory.map(|one| one.id.as_str()))
}

/// What one hire books, for each month in which it can start.
struct Hires {
    /// By month of the start: bookings by year of the plan.
    years: Vec<Vec<i64>>,
    /// By month of the start: cost over the plan.
    cost: Vec<i64>,
}

impl Hires {
    fn new(scenario: &Scenario, profile: Option<&str>, segment: &str, territory: &str) -> Self {
        let mut alone = scenario.clone();
        alone.roster.clear();
        alone.targets.clear();
        let hire = |at: i32| Hire {
            id: String::new(),
            profile: profile.unwrap_or_default().to_owned(),
            segment: segment.to_owned(),
            territory: territory.to_owned(),
            manager: None,
            starts: scenario.starts.plus(at).first_day(),
            seats: 1,
            allocation: WHOLE,
        };
        alone.hiring_plan = (0..i32::from(scenario.months)).map(hire).collect();
        let plan = Plan::new(&alone);
        let mut months = SeatMonths::default();
        let (mut years, mut cost) = (Vec::new(), Vec::new());
        for line in &plan.lines {
            plan.seat_months(line, &mut months);
            let mut booked: Vec<i64> = months.capacity.chunks(12).map(|year| year.iter().sum()).collect();
            booked.resize(plan.months.div_ceil(12), 0);
            years.push(booked);
            cost.push(months.cost.iter().sum());
        }
        Self { years, cost }
    }

    fn books(&self, start: usize, year: usize) -> i64 {
        self.years.get(start).and_then(|years| years.get(year)).copied().unwrap_or(0)
    }

    fn in_year(&self, chosen: &[u16], year: usize) -> i64 {
        chosen.iter().enumerate().map(|(start, seats)| self.books(start, year) * i64::from(*seats)).sum()
    }

    /// Adds as few hires as book `open` in `year`, each as late as the others still make up for it.
    fn close(&self, chosen: &mut [u16], year: usize, open: i64, earliest: usize, most: u16) {
        // Starts with what they book in the year, the best first; of equally good ones the latest.
        let mut starts: Vec<(i64, usize)> = (earliest..chosen.len().min(year * 12 + 12))
            .map(|start| (self.books(start, year), start))
            .filter(|(books, _)| *books > 0)
            .collect();
        starts.sort_unstable_by(|one, other| other.cmp(one));
        let room = |chosen: &[u16], start: usize| most.saturating_sub(chosen.get(start).copied().unwrap_or(most));
        // What so many more hires book at most.
        let best = |chosen: &[u16], mut hires: u32| {
            let mut sum = 0;
            for (books, start) in &starts {
                let taken = u32::from(room(chosen, *start)).min(hires);
                sum += books * i64::from(taken);
                hires -= taken;
            }
            sum
        };
        let all: u32 = starts.iter().map(|(_, start)| u32::from(room(chosen, *start))).sum();
        let needed = (1..all).find(|hires| best(chosen, *hires) >= open).unwrap_or(all);
        let mut left = open;
        for more in (0..needed).rev() {
            let mut late = starts.clone();
            late.sort_unstable_by_key(|(_, start)| std::cmp::Reverse(*start));
            let found = late.into_iter().filter(|(_, start)| room(chosen, *start) > 0).find(|(books, start)| {
                let mut with = chosen.to_vec();
                if let Some(seats) = with.get_mut(*start) {
                    *seats += 1;
                }
                books + best(&with, more) >= left
            });
            // Where the year cannot be closed, every start that helps is taken.
            let next = found.or_else(|| starts.iter().copied().find(|(_, start)| room(chosen, *start) > 0));
            let Some((books, start)) = next else { return };
            if let Some(seats) = chosen.get_mut(start) {
                *seats += 1;
            }
            left -= books;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::totals;
    use crate::testing::{plan, row, seat, target};

    fn limits(earliest: &str, most_a_month: u16) -> HiringLimits {
        HiringLimits { earliest: earliest.parse().unwrap(), most_a_month }
    }

    fn starts(hires: &SegmentHires) -> Vec<String> {
        hires.starts.iter().map(|one| format!("{}: {}", one.month, one.seats)).collect()
    }

    /// Ten farmers at $1.2m in even months, $100k a month each; half of it in a hire's first month.
    fn ten_farmers(year: i16, units: i64) -> Scenario {
        let mut scenario = plan();
        scenario.productivity = vec![row("farmer", None, None, 1_200_000)];
        scenario.roster = (0..10).map(|n| seat(&n.to_string(), "farmer", "mid-market", "apac")).collect();
        scenario.targets = vec![target(year, "mid-market", None, units)];
        scenario
    }

    #[test]
    fn nothing_is_needed_where_capacity_suffices() {
        let needed = hires_needed(&ten_farmers(2027, 12_000_000), limits("2027-01", 10));
        assert!(needed.segments.is_empty());
    }

    #[test]
    fn hires_start_as_late_as_they_still_close_the_year() {
        // $1m more next year: one farmer that starts in March books ten months, less half of one: $950k. In February: $1.05m.
        let needed = hires_needed(&ten_farmers(2028, 13_000_000), limits("2027-01", 10));
        let hires = &needed.segments[0];
        assert_eq!((hires.profile.as_deref(), hires.territory.as_deref()), (Some("farmer"), Some("apac")));
        assert_eq!(starts(hires), ["2028-02: 1"]);
        assert_eq!(hires.years[1].open, Cents::ZERO);
        // Two of them: the fewest for $1.5m, the first of them in January.
        let needed = hires_needed(&ten_farmers(2028, 13_500_000), limits("2027-01", 10));
        assert_eq!(starts(&needed.segments[0]), ["2028-01: 1", "2028-09: 1"]);
    }

    #[test]
    fn what_cannot_be_closed_in_time_stays_open_and_is_said() {
        let needed = hires_needed(&ten_farmers(2027, 13_000_000), limits("2027-11", 2));
        let hires = &needed.segments[0];
        // Two from November ($150k each) and two from December ($50k each), of $1m.
        assert_eq!(starts(hires), ["2027-11: 2", "2027-12: 2"]);
        assert_eq!((hires.years[0].by_hires, hires.years[0].open), (Cents::units(400_000), Cents::units(600_000)));
        let needed = hires_needed(&ten_farmers(2027, 13_000_000), limits("2028-01", 2));
        assert_eq!(needed.segments[0].years[0].open, Cents::units(1_000_000));
        assert!(needed.segments[0].starts.is_empty());
    }

    #[test]
    fn hires_that_are_taken_into_the_plan_close_it() {
        let mut scenario = ten_farmers(2027, 14_000_000);
        scenario.targets.push(target(2028, "mid-market", None, 18_000_000));
        scenario.profiles[1].attrition_a_year = 2_000;
        let needed = hires_needed(&scenario, limits("2027-02", 4));
        let hires = &needed.segments[0];
        let before = totals(&scenario).cost.iter().copied().sum::<Cents>();
        for one in &hires.starts {
            let mut hire = crate::testing::hire(&one.month.to_string(), "farmer", "mid-market", "apac", 1, one.seats);
            hire.starts = one.month.first_day();
            scenario.hiring_plan.push(hire);
        }
        let computed = crate::compute(&scenario, &[]);
        for (year, closed) in computed.total.years.iter().zip(&hires.years) {
            assert_eq!(closed.open, Cents::ZERO);
            assert!(year.gap.unwrap() <= Cents::ZERO, "{year:?}");
        }
        assert_eq!(computed.total.years.iter().map(|year| year.cost).sum::<Cents>() - before, hires.cost);
        assert!(hires_needed(&scenario, limits("2027-02", 4)).segments.is_empty());
    }
}
