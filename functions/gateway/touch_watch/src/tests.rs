//! What is decided, in tables; and that each step happens once, whenever a tick dies.

mod decides;
mod gives_away;
mod ticks;

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use revloops_domain::{DaysOff, OffReason, OwnerId, Shift, WeekHours, WorkingTime};
use revloops_loopkit::ports::{OurTask, Untouched};
use revloops_testkit::{lead_id, user_id};

use crate::{History, Step, Terms, decide};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn owner(nth: u32) -> OwnerId {
    user_id(nth).into()
}

fn off(from: &str, to: &str, why: OffReason) -> DaysOff {
    DaysOff { from: day(from), to: day(to), why }
}

/// Nine to five on weekdays in Berlin, one hour ahead of UTC in winter.
fn berlin(off: Vec<DaysOff>) -> WorkingTime {
    let weekdays = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    let nine_to_five = |day| Shift { day, from: Time::constant(9, 0, 0, 0), to: Time::constant(17, 0, 0, 0) };
    WorkingTime::new(TimeZone::get("Europe/Berlin").unwrap(), WeekHours::new(weekdays.map(nine_to_five)), off)
}

/// 15 minutes, a reminder after 12, then somebody else.
struct Office {
    work: WorkingTime,
    routes_again: bool,
    untouched_statuses: Vec<String>,
    minutes: u64,
}

impl Office {
    fn of(work: WorkingTime) -> Self {
        Self { work, routes_again: true, untouched_statuses: vec!["Open - Not Contacted".to_owned()], minutes: 15 }
    }

    fn terms(&self) -> Terms<'_> {
        Terms {
            minutes: self.minutes,
            remind_after: Some(self.minutes * 80 / 100),
            routes_again: self.routes_again,
            untouched_statuses: &self.untouched_statuses,
            work: &self.work,
        }
    }

    fn steps(&self, lead: &Untouched, now: &str) -> Vec<Step> {
        decide(&self.terms(), lead, &History::default(), at(now)).into_iter().map(|decided| decided.step).collect()
    }
}

/// Routed to the first user at `since`, with 15 minutes in Berlin's office as the promise.
fn routed(since: &str) -> Untouched {
    Untouched {
        lead_id: lead_id(1),
        owner_id: owner(1),
        owner_login: "ann@n.example".to_owned(),
        routed_at: at(since),
        clock_of: Some(owner(1)),
        clock_since: Some(at(since)),
        due_at: berlin(Vec::new()).add_minutes(at(since), 15).unwrap(),
        band: "A".to_owned(),
        status: "Open - Not Contacted".to_owned(),
        converted: false,
        changed_at: at(since),
        acts: Vec::new(),
        our_tasks: Vec::new(),
    }
}

fn task(key: &str, of: u32) -> OurTask {
    OurTask { id: format!("00T-{key}"), key: key.to_owned(), owner_id: owner(of), open: true, nobodys: false }
}

const PREVIEW: &str = "lead/00Qxx0000000001EAA/created/engage/preview";
