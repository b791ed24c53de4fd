use revloops_domain::first_touch::{AfterMiss, MissedBecause, TouchedBy};
use revloops_loopkit::ports::{PersonsAct, PersonsActKind};

use super::*;

/// Monday, ten o'clock in Berlin.
const MONDAY: &str = "2026-11-23T09:00:00Z";

/// What happens in a word.
fn said(steps: &[Step]) -> String {
    let one = |step: &Step| match step {
        Step::Touched { by, noted_on_lead, .. } => format!("touched by {by:?}, noted {noted_on_lead}"),
        Step::GivenAway { .. } => "given away".to_owned(),
        Step::TaskMoved { task } => format!("moved {task}"),
        Step::Postponed { due } => format!("postponed to {due}"),
        Step::Reminded { due } => format!("reminded of {due}"),
        Step::Missed { because, misses, then, .. } => format!("missed {misses} {because:?} {then:?}"),
    };
    steps.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn an_owner_is_reminded_after_twelve_of_fifteen_minutes_and_has_missed_it_after_fifteen() {
    let office = Office::of(berlin(Vec::new()));
    for (now, expected) in [
        ("2026-11-23T09:00:00Z", ""),
        ("2026-11-23T09:11:59Z", ""),
        ("2026-11-23T09:12:00Z", "reminded of 2026-11-23T09:15:00Z"),
        ("2026-11-23T09:14:59Z", "reminded of 2026-11-23T09:15:00Z"),
        ("2026-11-23T09:15:00Z", "missed 1 TimeIsUp RoutedAgain"),
        ("2026-11-30T09:15:00Z", "missed 1 TimeIsUp RoutedAgain"),
    ] {
        assert_eq!(said(&office.steps(&routed(MONDAY), now)), expected, "{now}");
    }
}

#[test]
fn only_one_reminder_is_made_for_a_clock_done_or_not() {
    let office = Office::of(berlin(Vec::new()));
    let now = "2026-11-23T09:12:00Z";
    let mut lead = routed(MONDAY);
    let decided = decide(&office.terms(), &lead, &History::default(), at(now)).remove(0);
    let key = format!("lead/{}/{}/first_touch/reminder", lead.lead_id, decided.trigger());
    assert!(key.len() <= 200, "the CRM's field has room for 200 characters: {key}");
    for open in [true, false] {
        lead.our_tasks = vec![OurTask { open, ..task(&key, 1) }];
        assert_eq!(said(&office.steps(&lead, now)), "", "open: {open}");
    }
    // Another owner's reminder, or an earlier one of this owner's, is another clock's.
    lead.our_tasks = vec![task("lead/00Qxx0000000001EAA/due_soon-005-20261101T090000Z/first_touch/reminder", 1)];
    assert_eq!(said(&office.steps(&lead, now)), "reminded of 2026-11-23T09:15:00Z");
}

#[test]
fn nights_weekends_and_holidays_do_not_count() {
    let friday = "2026-11-20T15:50:00Z"; // ten to five
    let office = Office::of(berlin(Vec::new()));
    for (now, expected) in [
        ("2026-11-20T16:00:00Z", ""),
        ("2026-11-22T12:00:00Z", ""),
        ("2026-11-23T08:01:59Z", ""),
        ("2026-11-23T08:02:00Z", "reminded of 2026-11-23T08:05:00Z"),
        ("2026-11-23T08:05:00Z", "missed 1 TimeIsUp RoutedAgain"),
    ] {
        assert_eq!(said(&office.steps(&routed(friday), now)), expected, "{now}");
    }
    // That Monday is a holiday, as the config has it only since the lead was routed.
    let holiday = off("2026-11-23", "2026-11-23", OffReason::Holiday("Founders' Day".to_owned()));
    let office = Office::of(berlin(vec![holiday]));
    for (now, expected) in [
        ("2026-11-23T08:04:59Z", ""),
        ("2026-11-23T08:05:00Z", "postponed to 2026-11-24T08:05:00Z"),
        ("2026-11-24T08:05:00Z", "missed 1 TimeIsUp RoutedAgain"),
    ] {
        assert_eq!(said(&office.steps(&routed(friday), now)), expected, "{now}");
    }
}

#[test]
fn the_hour_that_comes_twice_counts_twice() {
    // From two to four each night in Berlin; on 25 October 2026 the clock goes back from three to two.
    let nights = WeekHours::new([
        Shift { day: Weekday::Saturday, from: Time::constant(2, 0, 0, 0), to: Time::constant(4, 0, 0, 0) },
        Shift { day: Weekday::Sunday, from: Time::constant(2, 0, 0, 0), to: Time::constant(4, 0, 0, 0) },
    ]);
    let work = WorkingTime::new(TimeZone::get("Europe/Berlin").unwrap(), nights, Vec::new());
    let mut lead = routed("2026-10-25T00:00:00Z");
    lead.due_at = work.add_minutes(at("2026-10-25T00:00:00Z"), 150).unwrap();
    let office = Office { minutes: 150, ..Office::of(work) };
    assert_eq!(said(&office.steps(&lead, "2026-10-25T01:59:00Z")), "");
    assert_eq!(said(&office.steps(&lead, "2026-10-25T02:00:00Z")), "reminded of 2026-10-25T02:30:00Z");
    assert_eq!(said(&office.steps(&lead, "2026-10-25T02:30:00Z")), "missed 1 TimeIsUp RoutedAgain");
}

#[test]
fn leave_is_no_excuse_once_the_promised_time_has_come() {
    let leave = off("2026-11-24", "2026-12-31", OffReason::Leave);
    let office = Office::of(berlin(vec![leave]));
    // Five minutes of work are left for Tuesday, on which the leave begins.
    let lead = routed("2026-11-23T15:50:00Z");
    assert_eq!(lead.due_at, at("2026-11-24T08:05:00Z"));
    for (now, expected) in [
        ("2026-11-23T23:30:00Z", ""),
        ("2026-11-24T08:04:00Z", ""),
        ("2026-11-24T08:05:00Z", "missed 1 OnLeave RoutedAgain"),
    ] {
        assert_eq!(said(&office.steps(&lead, now)), expected, "{now}");
    }
    // Who is back before the promised time has the minutes that were left.
    let mut lead = routed("2026-11-23T15:50:00Z");
    lead.due_at = at("2026-11-26T08:00:00Z");
    let office = Office::of(berlin(vec![off("2026-11-24", "2026-11-25", OffReason::Leave)]));
    assert_eq!(said(&office.steps(&lead, "2026-11-26T08:00:30Z")), "postponed to 2026-11-26T08:05:00Z");
}

#[test]
fn who_never_works_again_does_not_keep_a_lead() {
    let nobody = WorkingTime::new(TimeZone::UTC, WeekHours::new([]), Vec::new());
    let lead = routed(MONDAY);
    assert_eq!(said(&Office::of(nobody.clone()).steps(&lead, "2026-11-23T09:14:00Z")), "");
    assert_eq!(said(&Office::of(nobody).steps(&lead, "2026-11-23T09:15:00Z")), "missed 1 OnLeave RoutedAgain");
}

fn act(kind: PersonsActKind, when: &str) -> PersonsAct {
    PersonsAct { kind, at: at(when) }
}

#[test]
fn what_a_person_did_after_the_routing_is_a_touch() {
    let office = Office::of(berlin(Vec::new()));
    let now = "2026-11-23T09:20:00Z";
    let (task, meeting) = (PersonsActKind::Task, PersonsActKind::Meeting);
    for (acts, touched) in [
        (vec![act(task, "2026-11-23T08:59:59Z")], None),
        (vec![act(task, "2026-11-23T09:10:00Z")], Some(("2026-11-23T09:10:00Z", TouchedBy::Task, 10, true))),
        (vec![act(task, "2026-11-23T09:15:00Z")], Some(("2026-11-23T09:15:00Z", TouchedBy::Task, 15, true))),
        (vec![act(task, "2026-11-23T09:15:01Z")], Some(("2026-11-23T09:15:01Z", TouchedBy::Task, 15, false))),
        (
            vec![act(task, "2026-11-23T08:00:00Z"), act(meeting, "2026-11-23T09:18:00Z")],
            Some(("2026-11-23T09:18:00Z", TouchedBy::Meeting, 18, false)),
        ),
        (vec![act(meeting, "2026-11-23T09:20:01Z")], None),
    ] {
        let lead = Untouched { acts, ..routed(MONDAY) };
        let decided = decide(&office.terms(), &lead, &History::default(), at(now)).remove(0);
        match (touched, &decided.step) {
            (Some((when, how, minutes, expected)), Step::Touched { at: touched, by, in_time, noted_on_lead: true }) => {
                let found = (*touched, *by, decided.clock.working_minutes, *in_time);
                assert_eq!(found, (at(when), how, minutes, expected));
            }
            (None, Step::Missed { .. }) => {}
            (expected, step) => panic!("{expected:?}, not {step:?}"),
        }
    }
}

#[test]
fn a_status_that_moved_on_and_a_conversion_are_touches_at_the_records_last_change() {
    let office = Office::of(berlin(Vec::new()));
    let mut lead = routed(MONDAY);
    lead.changed_at = at("2026-11-23T09:07:00Z");
    let now = "2026-11-23T09:20:00Z";
    lead.status = "open - not contacted".to_owned();
    assert!(matches!(office.steps(&lead, now)[..], [Step::Missed { .. }]), "the status is as it was");
    lead.status = "Working - Contacted".to_owned();
    let seen = at("2026-11-23T09:07:00Z");
    assert_eq!(
        office.steps(&lead, now),
        [Step::Touched { at: seen, by: TouchedBy::Status, in_time: true, noted_on_lead: true }]
    );
    lead.converted = true;
    let converted = Step::Touched { at: seen, by: TouchedBy::Conversion, in_time: true, noted_on_lead: false };
    assert_eq!(office.steps(&lead, now), [converted], "the CRM takes no changes of converted leads");
    lead.acts = vec![act(PersonsActKind::Task, "2026-11-23T09:05:00Z")];
    assert_eq!(said(&office.steps(&lead, now)), "touched by Task, noted false", "the earliest counts");
    let blind = Office { untouched_statuses: Vec::new(), ..office };
    let lead = Untouched { status: "Working - Contacted".to_owned(), ..routed(MONDAY) };
    assert!(matches!(blind.steps(&lead, now)[..], [Step::Missed { .. }]), "without the lever a status says nothing");
}

#[test]
fn a_missed_lead_is_routed_again_past_everybody_who_missed_it_where_the_levers_say_so() {
    let now = "2026-11-23T09:15:00Z";
    let missed = |clock: &str, of: u32| (clock.to_owned(), owner(of));
    let before = [missed("c-7", 7), missed("c-1", 1)];
    for (before, routes_again, passed_over, then) in [
        (&[][..], true, vec![1], AfterMiss::RoutedAgain),
        (&before[..1], true, vec![7, 1], AfterMiss::RoutedAgain),
        // Who has missed it twice counts twice.
        (&before[..], true, vec![7, 1, 1], AfterMiss::RoutedAgain),
        (&[][..], false, vec![1], AfterMiss::Stays),
    ] {
        let office = Office { routes_again, ..Office::of(berlin(Vec::new())) };
        let history = History { missed: before.to_vec(), ..History::default() };
        let step = decide(&office.terms(), &routed(MONDAY), &history, at(now)).remove(0).step;
        let (misses, passed_over) = (passed_over.len(), passed_over.into_iter().map(owner).collect());
        assert_eq!(step, Step::Missed { because: MissedBecause::TimeIsUp, misses, passed_over, then });
    }
}

#[test]
fn the_miss_that_is_being_recorded_does_not_count_as_one_before() {
    let office = Office::of(berlin(Vec::new()));
    let lead = routed(MONDAY);
    let now = at("2026-11-23T09:15:00Z");
    let first = decide(&office.terms(), &lead, &History::default(), now).remove(0);
    let history = History { missed: vec![(first.clock_name(), owner(1))], ..History::default() };
    assert_eq!(decide(&office.terms(), &lead, &history, now), [first]);
}
