//! Same bytes on any number of threads; means and variances against closed forms.

use revloops_domain::Cents;
use revloops_scenario::{Scenario, Triangular};

use super::*;
use crate::compute::totals;
use crate::testing::{hire, plan, seat, target};

const ASKED: Asked = Asked { seed: 20_270_101, trials: 20_000, threads: 2 };

/// Ramped, ramping, ending and planned seats in both segments, and everything uncertain.
pub(super) fn uncertain() -> Scenario {
    let mut scenario = plan();
    scenario.profiles[0].attrition_a_year = 1_200;
    scenario.profiles[1].attrition_a_year = 2_500;
    let roster = (0..60).map(|n| match n % 3 {
        0 => seat(&format!("s{n}"), "hunter", "enterprise", "dach"),
        1 => seat(&format!("s{n}"), "farmer", "mid-market", "apac"),
        _ => seat(&format!("s{n}"), "hunter", "mid-market", "iberia"),
    });
    scenario.roster = roster.collect();
    scenario.roster[3].starts = jiff::civil::date(2026, 11, 1);
    scenario.roster[4].ends = Some(jiff::civil::date(2028, 5, 10));
    scenario.roster[5].starts = jiff::civil::date(2027, 6, 11);
    scenario.hiring_plan =
        vec![hire("a", "hunter", "enterprise", "dach", 2, 7), hire("b", "farmer", "mid-market", "apac", 9, 5)];
    scenario.targets = vec![target(2027, "enterprise", None, 30_000_000), target(2027, "mid-market", None, 35_000_000)];
    scenario.uncertainty.hire_delay_days = Triangular { low: 0, likely: 30, high: 120 };
    scenario.uncertainty.ramp_time_percent = Triangular { low: 90, likely: 110, high: 160 };
    scenario.uncertainty.seat_attainment = 3_500;
    scenario.uncertainty.market_attainment = 800;
    scenario.uncertainty.attrition_at_random = true;
    scenario
}

fn mean_and_deviation(trials: &Trials, months: std::ops::Range<usize>) -> (f64, f64) {
    let quantiles = spread::quantiles(spread::sums(&trials.by_month, trials.months, months));
    (quantiles.mean.0 as f64, quantiles.deviation.0 as f64)
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let scenario = uncertain();
    let asked = Asked { trials: 501, ..ASKED };
    let json = |threads| serde_json::to_string(&simulate(&scenario, Asked { threads, ..asked })).unwrap();
    let one = json(1);
    assert!(one == json(2) && one == json(3) && one == json(1_000));
    let other = serde_json::to_string(&simulate(&scenario, Asked { seed: 1, ..asked })).unwrap();
    assert_ne!(one, other);
    let market = Market::new(&scenario, Factors::ALL);
    let trials = |threads| trials(&market, Asked { threads, ..asked });
    assert!(trials(1) == trials(2) && trials(1) == trials(7));
}

#[test]
fn without_uncertainty_every_trial_is_the_computed_plan() {
    let mut scenario = uncertain();
    scenario.uncertainty = plan().uncertainty;
    let computed = totals(&scenario).capacity;
    let trials = run(&scenario, Factors::ALL, Asked { trials: 3, ..ASKED });
    for (at, booked) in trials.by_month.iter().enumerate() {
        let wanted = computed[at % 36].0;
        // Days are counted in 1/4,096 of a month and ramps in 1/4,096 of their last level.
        assert!((booked - wanted).abs() <= wanted / 10_000 + 100, "month {}: {booked}, not {wanted}", at % 36);
    }
}

#[test]
fn random_leavers_are_the_computed_plan_on_average() {
    let mut scenario = uncertain();
    scenario.uncertainty = plan().uncertainty;
    scenario.uncertainty.attrition_at_random = true;
    let computed = totals(&scenario).capacity;
    let trials = run(&scenario, Factors::ALL, ASKED);
    for (month, computed) in computed.iter().enumerate() {
        let (mean, deviation) = mean_and_deviation(&trials, month..month + 1);
        let wanted = computed.0 as f64;
        let error = deviation / f64::from(ASKED.trials).sqrt();
        assert!(
            (mean - wanted).abs() < 5.0 * error + wanted / 10_000.0,
            "month {month}: {mean}, not {wanted} ± {error}"
        );
    }
}

#[test]
fn leavers_of_a_pool_have_the_binomial_variance() {
    let mut scenario = plan();
    scenario.profiles[1].attrition_a_year = 2_000;
    scenario.roster = (0..50).map(|n| seat(&n.to_string(), "farmer", "mid-market", "apac")).collect();
    scenario.uncertainty.attrition_at_random = true;
    let trials = run(&scenario, Factors::ALL, ASKED);
    // In month 25 each of 50 seats is there with a chance of 0.64.
    let (mean, deviation) = mean_and_deviation(&trials, 24..25);
    let month = 70_000_000.0 / 12.0;
    assert!((mean / month - 32.0).abs() < 0.1, "{}", mean / month);
    let wanted = (50.0f64 * 0.64 * 0.36).sqrt();
    assert!((deviation / month / wanted - 1.0).abs() < 0.02, "{}", deviation / month);
}

#[test]
fn attainment_has_the_deviation_of_its_seats_and_of_the_market() {
    let mut scenario = plan();
    scenario.roster = (0..40).map(|n| seat(&n.to_string(), "farmer", "mid-market", "apac")).collect();
    scenario.roster.push(seat("big", "hunter", "enterprise", "dach"));
    scenario.uncertainty.seat_attainment = 3_500;
    let check = |scenario: &Scenario, wanted: f64| {
        for at_random in [false, true] {
            let mut scenario = scenario.clone();
            scenario.uncertainty.attrition_at_random = at_random;
            let trials = run(&scenario, Factors::ALL, ASKED);
            let (mean, deviation) = mean_and_deviation(&trials, 0..12);
            assert!((mean / 2_950_000_000.0 - 1.0).abs() < 0.002, "{mean}");
            assert!((deviation / wanted - 1.0).abs() < 0.02, "{deviation}, not {wanted}");
            // Three years are drawn anew.
            let (_, plan) = mean_and_deviation(&trials, 0..36);
            assert!((plan / (wanted * 3.0f64.sqrt()) - 1.0).abs() < 0.02, "{plan}");
        }
    };
    let seats = 0.35 * (40.0 * 70_000_000.0f64.powi(2) + 150_000_000.0f64.powi(2)).sqrt();
    check(&scenario, seats);
    scenario.uncertainty.market_attainment = 800;
    let market: f64 = 0.08 * 2_950_000_000.0;
    // The market multiplies what seats attain.
    check(&scenario, (market.powi(2) + seats.powi(2) * (1.0 + 0.08 * 0.08)).sqrt());
}

#[test]
fn a_hire_that_is_late_by_a_day_in_the_year_loses_that_day() {
    let mut scenario = plan();
    scenario.profiles[1].ramp = "none".to_owned();
    scenario.ramp_curves.push(revloops_scenario::RampCurve { id: "none".to_owned(), months: vec![10_000] });
    scenario.hiring_plan = vec![hire("late", "farmer", "mid-market", "apac", 3, 1)];
    // Up to the end of March: 31 days of 31 to 1, evenly, so 16 of them on average.
    scenario.uncertainty.hire_delay_days = Triangular { low: 15, likely: 15, high: 15 };
    let booked = |scenario: &Scenario| mean_and_deviation(&run(scenario, Factors::ALL, ASKED), 2..3).0;
    assert!((booked(&scenario) / (70_000_000.0 / 12.0) - 16.0 / 31.0).abs() < 0.001);
    scenario.uncertainty.hire_delay_days = Triangular { low: 0, likely: 15, high: 30 };
    let all = booked(&scenario) / (70_000_000.0 / 12.0);
    assert!((all - 16.0 / 31.0).abs() < 0.005, "{all}");
}

#[test]
fn parts_of_the_variance_add_up_and_each_is_alone_where_it_is_the_only_one() {
    let simulated = simulate(&uncertain(), ASKED);
    for variance in [&simulated.first_year_variance, &simulated.plan_variance] {
        let known =
            variance.hire_dates + variance.ramp + variance.attrition + variance.seat_attainment + variance.market;
        assert_eq!(known + variance.together, 10_000);
        assert!(variance.together.abs() < 500, "{variance:?}");
        assert!(variance.market > variance.ramp && variance.seat_attainment > variance.ramp, "{variance:?}");
        assert!(variance.attrition > 100 && variance.hire_dates > 0 && variance.ramp > 0, "{variance:?}");
    }
    let mut only = plan();
    only.roster = uncertain().roster;
    only.uncertainty.market_attainment = 1_000;
    let simulated = simulate(&only, Asked { trials: 500, ..ASKED });
    assert_eq!((simulated.plan_variance.market, simulated.plan_variance.together), (10_000, 0));
    only.uncertainty.market_attainment = 0;
    assert_eq!(simulate(&only, Asked { trials: 500, ..ASKED }).plan_variance, Variance::default());
}

#[test]
fn a_target_at_the_median_is_reached_by_half_of_the_trials() {
    let mut scenario = uncertain();
    let median = simulate(&scenario, ASKED).years[0].bookings.p50;
    scenario.targets = vec![target(2027, "mid-market", None, 0)];
    scenario.targets[0].a_year = median;
    let simulated = simulate(&scenario, ASKED);
    assert!((4_990..=5_010).contains(&simulated.years[0].reaches_target.unwrap()));
    assert_eq!(simulated.years[1].reaches_target, None);
    assert_eq!(simulated.years[0].target, median);
    let of_segments: Cents = simulated.segments.iter().map(|one| one.plan.bookings.mean).sum();
    assert!((of_segments - simulated.plan.bookings.mean).0.abs() < 10);
}
