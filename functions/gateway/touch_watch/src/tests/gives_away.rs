use super::*;
use crate::decide::Decided;

const MONDAY: &str = "2026-11-23T09:00:00Z";

/// The first user's lead, which a person gave to the second at half past ten in Berlin.
fn given_away() -> Untouched {
    Untouched { owner_id: owner(2), changed_at: at("2026-11-23T09:30:00Z"), ..routed(MONDAY) }
}

fn only(lead: &Untouched, history: &History, now: &str) -> Decided {
    let office = Office::of(berlin(Vec::new()));
    let mut steps = decide(&office.terms(), lead, history, at(now));
    assert_eq!(steps.len(), 1, "{steps:?}");
    steps.remove(0)
}

#[test]
fn the_clock_starts_anew_for_whom_a_person_gave_the_lead_to() {
    let decided = only(&given_away(), &History::default(), "2026-11-23T09:31:00Z");
    assert_eq!((decided.clock.owner_id, decided.clock.since), (owner(2), at("2026-11-23T09:30:00Z")));
    let before = Some((owner(1), at(MONDAY)));
    let due = at("2026-11-23T09:45:00Z");
    assert_eq!(decided.step, Step::GivenAway { before, due, tasks: Vec::new() });
    // Back and forth is another step each time.
    let again = Untouched { clock_since: Some(at("2026-11-23T10:00:00Z")), ..given_away() };
    let again = only(&again, &History::default(), "2026-11-23T10:01:00Z");
    let first = only(&given_away(), &History::default(), "2026-11-23T09:31:00Z");
    assert_ne!(first.trigger(), again.trigger());
    let later = only(&given_away(), &History::default(), "2026-11-23T09:44:00Z");
    assert_eq!(first.trigger(), later.trigger(), "but the same one however often it is seen");
}

#[test]
fn a_queues_lead_is_counted_from_when_a_person_takes_it() {
    let queue = OwnerId::parse("00Gxx0000000001").unwrap();
    let lead = Untouched { clock_of: Some(queue), ..given_away() };
    let decided = only(&lead, &History::default(), "2026-11-23T09:40:00Z");
    assert_eq!((decided.clock.since, decided.clock.working_minutes), (at("2026-11-23T09:30:00Z"), 10));
}

#[test]
fn our_open_tasks_go_along_and_what_a_person_gave_to_a_colleague_stays() {
    let colleague = OurTask { id: "colleague".to_owned(), ..task(PREVIEW, 3) };
    let closed = OurTask { id: "closed".to_owned(), open: false, ..task(PREVIEW, 1) };
    let nobodys = OurTask { id: "nobodys".to_owned(), nobodys: true, ..task(PREVIEW, 9) };
    let reminder = task("lead/00Qxx0000000001EAA/due_soon-x/first_touch/reminder", 1);
    let our_tasks = vec![task(PREVIEW, 1), colleague, closed, nobodys, reminder];
    let lead = Untouched { our_tasks, ..given_away() };
    let Step::GivenAway { tasks, .. } = only(&lead, &History::default(), "2026-11-23T09:31:00Z").step else { panic!() };
    assert_eq!(tasks, [format!("00T-{PREVIEW}"), "nobodys".to_owned()]);
}

#[test]
fn after_the_lead_was_routed_again_our_task_of_whoever_had_it_goes_to_the_owner() {
    let office = Office::of(berlin(Vec::new()));
    let mut lead = Untouched { our_tasks: vec![task(PREVIEW, 7)], ..routed(MONDAY) };
    let now = "2026-11-23T09:01:00Z";
    assert_eq!(office.steps(&lead, now), [], "nobody knows of user 7 having had it");
    let had = History { had: [owner(7)].into(), ..History::default() };
    let moved = only(&lead, &had, now);
    assert_eq!(moved.step, Step::TaskMoved { task: format!("00T-{PREVIEW}") });
    lead.clock_since = Some(at("2026-11-23T09:00:30Z"));
    assert_ne!(moved.trigger(), only(&lead, &had, now).trigger(), "another clock, another step");
}
