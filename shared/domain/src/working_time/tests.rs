//! Working time by example, and against counting minute by minute.

use jiff::civil::{Time, Weekday, time};
use proptest::prelude::*;

use super::*;

const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

fn zone(name: &str) -> TimeZone {
    jiff::tz::TimeZoneDatabase::bundled().get(name).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn daily(days: &[Weekday], from: Time, to: Time) -> WeekHours {
    WeekHours::new(days.iter().map(|day| Shift { day: *day, from, to }))
}

/// Monday to Friday, nine to five.
fn office(name: &str, off: Vec<DaysOff>) -> WorkingTime {
    WorkingTime::new(zone(name), daily(&WORKDAYS, time(9, 0, 0, 0), time(17, 0, 0, 0)), off)
}

fn leave(from: &str, to: &str) -> DaysOff {
    DaysOff { from: from.parse().unwrap(), to: to.parse().unwrap(), why: OffReason::Leave }
}

#[test]
fn always_is_every_minute() {
    let always = WorkingTime::always();
    let now = at("2026-11-22T23:59:30Z");
    assert!(always.is_open(now));
    assert_eq!(always.next_open(now), Some(now));
    assert_eq!(always.add_minutes(now, 1_440), Some(at("2026-11-23T23:59:30Z")));
    assert_eq!(always.minutes_between(now, at("2026-11-29T23:59:30Z")), 7 * 1_440);
}

#[test]
fn minutes_left_over_on_friday_are_worked_on_monday() {
    let berlin = office("Europe/Berlin", Vec::new());
    let friday = at("2026-11-20T15:50:00Z"); // 16:50 in Berlin
    assert_eq!(berlin.add_minutes(friday, 10), Some(at("2026-11-20T16:00:00Z")), "done at five, not on Monday");
    assert_eq!(berlin.add_minutes(friday, 15), Some(at("2026-11-23T08:05:00Z")));
    assert_eq!(berlin.minutes_between(friday, at("2026-11-23T08:05:00Z")), 15);
    assert_eq!(berlin.next_open(at("2026-11-20T16:00:00Z")), Some(at("2026-11-23T08:00:00Z")));
}

#[test]
fn holidays_and_leave_are_days_of_the_persons_own_clock() {
    let off = vec![
        DaysOff {
            from: "2026-12-25".parse().unwrap(),
            to: "2026-12-26".parse().unwrap(),
            why: OffReason::Holiday("Christmas".to_owned()),
        },
        leave("2026-12-24", "2027-01-03"),
    ];
    let tokyo = office("Asia/Tokyo", off);
    let last_day = at("2026-12-23T07:59:00Z"); // 16:59 in Tokyo
    assert!(tokyo.is_open(last_day));
    assert_eq!(tokyo.off(last_day), None);
    let eve = at("2026-12-23T15:00:00Z"); // midnight in Tokyo
    assert_eq!(tokyo.off(eve).unwrap().why, OffReason::Leave);
    let christmas = tokyo.off(at("2026-12-25T03:00:00Z")).unwrap();
    assert_eq!(christmas.to, "2027-01-03".parse().unwrap(), "of several the one that ends last");
    assert_eq!(tokyo.next_open(last_day + SignedDuration::from_mins(1)), Some(at("2027-01-04T00:00:00Z")));
    assert_eq!(tokyo.local_date(eve).to_string(), "2026-12-24");
}

#[test]
fn a_night_shift_runs_over_midnight_and_into_monday() {
    let nights = daily(&WEEK, time(22, 0, 0, 0), time(6, 0, 0, 0));
    let night = WorkingTime::new(zone("Asia/Kathmandu"), nights, vec![leave("2026-11-24", "2026-11-24")]);
    for (moment, open) in [
        ("2026-11-22T16:14:59Z", false), // Sunday 21:59:59 in Kathmandu, which is 5:45 ahead
        ("2026-11-22T16:15:00Z", true),
        ("2026-11-22T18:15:00Z", true),  // midnight
        ("2026-11-23T00:14:59Z", true),  // Monday 05:59:59
        ("2026-11-23T00:15:00Z", false), // 06:00
        ("2026-11-23T18:14:59Z", true),  // 23:59:59 before the day off
        ("2026-11-23T18:15:00Z", false),
        ("2026-11-24T18:15:00Z", true), // midnight after the day off
    ] {
        assert_eq!(night.is_open(at(moment)), open, "{moment}");
    }
    let (monday, wednesday) = (at("2026-11-22T18:15:00Z"), at("2026-11-24T18:15:00Z"));
    assert_eq!(night.minutes_between(monday, wednesday), 8 * 60, "six hours of Monday's morning, two of its night");
}

#[test]
fn an_hour_that_the_clock_skips_is_not_worked_and_one_shown_twice_is_worked_twice() {
    let nights = daily(&WEEK, time(22, 0, 0, 0), time(6, 0, 0, 0));
    let berlin = WorkingTime::new(zone("Europe/Berlin"), nights, Vec::new());
    let hours = |from: &str, to: &str| berlin.minutes_between(at(from), at(to)) / 60;
    assert_eq!(hours("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), 7, "the clock jumps from two to three");
    assert_eq!(hours("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), 9, "from three back to two");
    assert_eq!(hours("2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z"), 8);
    // Only in the hour that is skipped, or only in the one shown twice.
    let two_to_three = daily(&WEEK, time(2, 0, 0, 0), time(3, 0, 0, 0));
    let berlin = WorkingTime::new(zone("Europe/Berlin"), two_to_three, Vec::new());
    let saturday = at("2026-03-28T12:00:00Z");
    assert_eq!(berlin.next_open(saturday), Some(at("2026-03-30T00:00:00Z")), "there is no such hour on Sunday");
    assert_eq!(berlin.minutes_between(at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z")), 120);
}

#[test]
fn a_day_that_the_calendar_skips_is_no_day_of_work() {
    // Samoa went from Thursday, 29 December 2011 to Saturday, the 31st.
    let apia = office("Pacific/Apia", Vec::new());
    let thursday = at("2011-12-29T19:00:00Z"); // 09:00
    assert_eq!(apia.minutes_between(thursday, thursday + SignedDuration::from_hours(72)), 480);
    assert_eq!(apia.add_minutes(thursday, 481), Some(at("2012-01-01T19:01:00Z")), "Monday morning");
}

#[test]
fn a_midnight_that_the_clock_skips_neither_hides_a_day_nor_opens_one() {
    // In São Paulo, 4 November 2018 began at one o'clock.
    let hours = daily(&WEEK, time(0, 0, 0, 0), time(2, 0, 0, 0));
    let early = WorkingTime::new(zone("America/Sao_Paulo"), hours.clone(), Vec::new());
    let noon = at("2018-11-03T15:00:00Z");
    assert_eq!(early.next_open(noon), Some(at("2018-11-04T03:00:00Z")));
    assert_eq!(early.minutes_between(noon, at("2018-11-04T15:00:00Z")), 60);
    let off = WorkingTime::new(zone("America/Sao_Paulo"), hours, vec![leave("2018-11-04", "2018-11-04")]);
    assert_eq!(off.next_open(noon), Some(at("2018-11-05T02:00:00Z")));
}

#[test]
fn a_week_without_hours_is_never_open() {
    let never = WorkingTime::new(zone("Europe/Berlin"), WeekHours::new([]), Vec::new());
    let now = at("2026-11-22T12:00:00Z");
    assert!(!never.is_open(now));
    assert_eq!((never.next_open(now), never.add_minutes(now, 1), never.add_minutes(now, 0)), (None, None, Some(now)));
    assert_eq!(never.minutes_between(now, at("2027-11-22T12:00:00Z")), 0);
}

#[test]
fn who_is_away_for_more_than_two_years_does_not_come_back() {
    let now = at("2026-11-23T12:00:00Z");
    let away = office("Europe/Berlin", vec![leave("2026-11-01", "2028-10-31")]);
    assert_eq!(away.next_open(now), Some(at("2028-11-01T08:00:00Z")));
    assert_eq!(office("Europe/Berlin", vec![leave("2026-11-01", "2029-10-31")]).next_open(now), None);
    assert_eq!(away.add_minutes(now, u64::MAX), None);
    assert_eq!(WorkingTime::always().next_open(Timestamp::MAX), None, "nothing comes after the end of time");
}

#[test]
fn shifts_that_touch_or_overlap_are_counted_once() {
    let shift = |from, to| Shift { day: Weekday::Monday, from, to };
    let week = WeekHours::new([
        shift(time(12, 0, 0, 0), time(17, 0, 0, 0)),
        shift(time(9, 0, 0, 0), time(12, 0, 0, 0)),
        shift(time(11, 0, 0, 0), time(13, 0, 0, 0)),
    ]);
    assert_eq!(week, daily(&[Weekday::Monday], time(9, 0, 0, 0), time(17, 0, 0, 0)));
    let around_the_clock = daily(&WEEK, time(0, 0, 0, 0), time(0, 0, 0, 0));
    assert_eq!(around_the_clock, WeekHours::always());
}

/// Zones that change by an hour, by half an hour, at midnight, by a whole day, and never; with days on which they do.
const ZONES: [(&str, &str); 8] = [
    ("Europe/Berlin", "2026-03-29T00:00:00Z"),
    ("America/New_York", "2026-11-01T00:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T00:00:00Z"),
    ("America/Sao_Paulo", "2018-02-18T00:00:00Z"),
    ("Africa/Cairo", "2026-04-23T20:00:00Z"),
    ("Pacific/Apia", "2011-12-30T00:00:00Z"),
    ("Asia/Kathmandu", "2026-11-22T00:00:00Z"),
    ("UTC", "2026-12-31T00:00:00Z"),
];

fn any_week() -> impl Strategy<Value = WeekHours> {
    let clock = || (0_i8..24, prop::sample::select(vec![0_i8, 15, 30, 45]));
    let shift = (0_usize..7, clock(), clock()).prop_map(|(day, from, to)| Shift {
        day: WEEK[day],
        from: time(from.0, from.1, 0, 0),
        to: time(to.0, to.1, 0, 0),
    });
    prop::collection::vec(shift, 0..10).prop_map(WeekHours::new)
}

/// Somebody's working time and a minute near a change of their clock.
fn anybody() -> impl Strategy<Value = (WorkingTime, Timestamp)> {
    (0..ZONES.len(), any_week(), -6_000_i64..6_000, prop::collection::vec((-5_i32..5, 0_i32..3), 0..3)).prop_map(
        |(place, week, minutes, off)| {
            let (name, change) = ZONES[place];
            let around = at(change).to_zoned(TimeZone::UTC).date();
            let off = off.into_iter().map(|(from, days)| {
                let from = around.saturating_add(jiff::Span::new().days(from));
                DaysOff { from, to: from.saturating_add(jiff::Span::new().days(days)), why: OffReason::Leave }
            });
            let working = WorkingTime::new(zone(name), week, off.collect());
            (working, at(change) + SignedDuration::from_mins(minutes))
        },
    )
}

fn later(from: Timestamp, minutes: i64) -> Timestamp {
    from + SignedDuration::from_mins(minutes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn minutes_are_those_in_which_the_clock_shows_an_open_one((who, from) in anybody(), minutes in 0_i64..8_000) {
        let counted = (0..minutes).filter(|minute| who.is_open(later(from, *minute))).count();
        prop_assert_eq!(who.minutes_between(from, later(from, minutes)), counted as u64);
        let first = (0..minutes).map(|minute| later(from, minute)).find(|moment| who.is_open(*moment));
        if let Some(first) = first {
            prop_assert_eq!(who.next_open(from), Some(first));
        } else if let Some(next) = who.next_open(from) {
            prop_assert!(next >= later(from, minutes));
        }
    }

    #[test]
    fn adding_minutes_and_counting_them_are_inverse((who, from) in anybody(), seconds in 0_i64..60, minutes in 0_u64..20_000) {
        let from = from + SignedDuration::from_secs(seconds);
        if let Some(to) = who.add_minutes(from, minutes) {
            prop_assert!(to >= from);
            prop_assert_eq!(who.minutes_between(from, to), minutes);
            if minutes > 0 {
                let just_before = to - SignedDuration::from_secs(1);
                prop_assert_eq!(who.minutes_between(from, just_before), minutes - 1, "it is the first such moment");
                prop_assert!(who.is_open(just_before), "it comes while they work");
            }
        }
    }

    #[test]
    fn more_minutes_and_later_starts_never_end_earlier(
        (who, from) in anybody(), minutes in 0_u64..5_000, more in 0_u64..5_000, wait in 0_i64..5_000,
    ) {
        let (Some(end), Some(later_end)) = (who.add_minutes(from, minutes), who.add_minutes(from, minutes + more)) else {
            return Ok(());
        };
        prop_assert!(end <= later_end);
        if let Some(started_later) = who.add_minutes(later(from, wait), minutes) {
            prop_assert!(end <= started_later);
        }
        prop_assert!(who.minutes_between(from, end) <= who.minutes_between(from, later_end));
    }
}
