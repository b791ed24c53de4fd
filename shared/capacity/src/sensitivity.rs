//! What moves the answer most: each lever a step up and a step down, the others as they are.

use revloops_domain::Cents;
use revloops_scenario::{Month, Scenario};

use crate::compute::totals;
use crate::parts::stretched;
use crate::results::{Effect, LeverEffect};

/// More rows of the hiring plan than this are looked at together only.
const MOST_ROWS: usize = 20;

/// Each lever's effect on capacity, the greatest first (by the first year, then by the plan).
///
/// Levers: productivity (all, and by profile) and allocation ± 10 %; each ramp curve's time ∓ 20 %; each profile's attrition
/// ∓ 5 points; the hiring plan a month earlier and later; each of its rows one seat more and less; each spread over the year
/// half as pronounced and half as pronounced again. What is not used moves nothing and is left out.
#[must_use]
pub fn sensitivity(scenario: &Scenario) -> Vec<LeverEffect> {
    let base = effect(scenario);
    let measured = |changed: &dyn Fn(&mut Scenario)| {
        let mut scenario = scenario.clone();
        changed(&mut scenario);
        let with = effect(&scenario);
        Effect { first_year: with.first_year - base.first_year, plan: with.plan - base.plan }
    };
    let mut effects = Vec::new();
    let mut lever = |lever: String, step: &str, up: &dyn Fn(&mut Scenario), down: &dyn Fn(&mut Scenario)| {
        let (up, down) = (measured(up), measured(down));
        if (up, down) != (Effect::default(), Effect::default()) {
            effects.push(LeverEffect { lever, step: step.to_owned(), up, down });
        }
    };
    let ten = "10 % more and 10 % less";
    lever("productivity".to_owned(), ten, &|it| scale(it, None, 110), &|it| scale(it, None, 90));
    if scenario.profiles.len() > 1 {
        for profile in &scenario.profiles {
            let only = Some(profile.id.as_str());
            let name = format!("productivity of {}", profile.id);
            lever(name, ten, &|it| scale(it, only, 110), &|it| scale(it, only, 90));
        }
    }
    lever("allocation".to_owned(), ten, &|it| allocate(it, 110), &|it| allocate(it, 90));
    for curve in &scenario.ramp_curves {
        let takes = |percent: u32| {
            move |it: &mut Scenario| {
                if let Some(one) = it.ramp_curves.iter_mut().find(|one| one.id == curve.id) {
                    one.months = stretched(curve, percent);
                }
            }
        };
        lever(format!("ramp {}", curve.id), "20 % less and 20 % more of its time", &takes(80), &takes(120));
    }
    for profile in &scenario.profiles {
        let leave = |points: u32| {
            move |it: &mut Scenario| {
                if let Some(one) = it.profiles.iter_mut().find(|one| one.id == profile.id) {
                    one.attrition_a_year = points.min(revloops_scenario::WHOLE);
                }
            }
        };
        let now = profile.attrition_a_year;
        let name = format!("attrition of {}", profile.id);
        lever(name, "5 points less and 5 points more a year", &leave(now.saturating_sub(500)), &leave(now + 500));
    }
    let earlier_and_later = "a month earlier and a month later";
    lever("hire dates".to_owned(), earlier_and_later, &|it| postpone(it, -1), &|it| postpone(it, 1));
    if scenario.hiring_plan.len() <= MOST_ROWS {
        for hire in &scenario.hiring_plan {
            let seats = |seats: u16| {
                move |it: &mut Scenario| {
                    if let Some(one) = it.hiring_plan.iter_mut().find(|one| one.id == hire.id) {
                        one.seats = seats;
                    }
                }
            };
            let (more, less) = (hire.seats.saturating_add(1), hire.seats.saturating_sub(1));
            lever(format!("hire {}", hire.id), "one seat more and one less", &seats(more), &seats(less));
        }
    }
    for spread in &scenario.seasonality {
        let pronounced = |halves: i64| {
            move |it: &mut Scenario| {
                if let Some(one) = it.seasonality.iter_mut().find(|one| one.id == spread.id) {
                    one.weights = pronounce(&spread.weights, halves);
                }
            }
        };
        let name = format!("seasonality {}", spread.id);
        lever(name, "half as pronounced and half as pronounced again", &pronounced(1), &pronounced(3));
    }
    effects.sort_by_key(|one| {
        let most =
            |amount: fn(&Effect) -> Cents| amount(&one.up).0.unsigned_abs().max(amount(&one.down).0.unsigned_abs());
        std::cmp::Reverse((most(|effect| effect.first_year), most(|effect| effect.plan)))
    });
    effects
}

fn effect(scenario: &Scenario) -> Effect {
    let capacity = totals(scenario).capacity;
    Effect { first_year: capacity.iter().take(12).copied().sum(), plan: capacity.iter().copied().sum() }
}

fn scale(scenario: &mut Scenario, profile: Option<&str>, percent: i64) {
    for row in &mut scenario.productivity {
        if profile.is_none_or(|profile| row.profile == profile) {
            row.a_year.0 = (row.a_year.0 * percent + 50) / 100;
        }
    }
}

fn allocate(scenario: &mut Scenario, percent: u32) {
    let seats = scenario.roster.iter_mut().map(|seat| &mut seat.allocation);
    for allocation in seats.chain(scenario.hiring_plan.iter_mut().map(|hire| &mut hire.allocation)) {
        *allocation = (*allocation * percent + 50) / 100;
    }
}

/// Hires keep their day of the month, as far as the month has it; nobody starts before the plan does.
fn postpone(scenario: &mut Scenario, months: i32) {
    let plan_starts = scenario.starts;
    for hire in &mut scenario.hiring_plan {
        let month = Month::of(hire.starts).plus(months);
        if month < plan_starts {
            continue;
        }
        let day = i32::from(hire.starts.day()).min(month.days());
        hire.starts = month.first_day().checked_add(jiff::Span::new().days(day - 1)).unwrap_or(hire.starts);
    }
}

/// Weights whose distance from their mean is so many halves of what it was; nothing is the least.
fn pronounce(weights: &[u32; 12], halves: i64) -> [u32; 12] {
    let sum: i64 = weights.iter().map(|weight| i64::from(*weight)).sum();
    weights.map(|weight| {
        let apart = 12 * i64::from(weight) - sum;
        u32::try_from((2 * sum + halves * apart).max(0)).unwrap_or(u32::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{hire, plan, seat};

    fn find<'a>(effects: &'a [LeverEffect], lever: &str) -> &'a LeverEffect {
        effects.iter().find(|one| one.lever == lever).unwrap()
    }

    #[test]
    fn levers_have_the_effects_that_can_be_reckoned_by_hand() {
        let mut scenario = plan();
        scenario.roster = vec![seat("a", "farmer", "mid-market", "apac")];
        scenario.hiring_plan = vec![hire("next", "hunter", "mid-market", "apac", 7, 2)];
        let effects = sensitivity(&scenario);
        // 700k, and two hunters of 100k a month: 0, 20, 40, 60, 80 and 100 % of it in the first year.
        let productivity = find(&effects, "productivity");
        assert_eq!(productivity.up.first_year, Cents::units(70_000 + 60_000));
        assert_eq!(productivity.down.first_year, Cents::units(-130_000));
        assert_eq!(find(&effects, "productivity of farmer").up.plan, Cents::units(210_000));
        // A month earlier: one more ramped month each.
        assert_eq!(
            find(&effects, "hire dates").up,
            Effect { first_year: Cents::units(200_000), plan: Cents::units(200_000) }
        );
        assert_eq!(find(&effects, "hire dates").down.first_year, Cents::units(-200_000));
        assert_eq!(find(&effects, "hire next").up.first_year, Cents::units(300_000));
        // 20 % slower: 0, 1,667, 3,333, 5,000, 6,667, 8,333 of 10,000.
        assert_eq!(find(&effects, "ramp standard").down.first_year, Cents::units(-100_000));
        assert!(effects.iter().all(|one| one.lever != "seasonality year-end" && one.lever != "ramp fast"), "not used");
        let first = |one: &LeverEffect| one.up.first_year.0.abs().max(one.down.first_year.0.abs());
        assert!(effects.is_sorted_by_key(|one| std::cmp::Reverse(first(one))));
    }

    #[test]
    fn a_spread_that_is_less_pronounced_keeps_its_sum_in_proportion() {
        assert_eq!(pronounce(&[1; 12], 3), [24; 12]);
        let flat = pronounce(&[0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 1);
        assert_eq!(flat[..3], [12, 36, 24]);
    }
}
