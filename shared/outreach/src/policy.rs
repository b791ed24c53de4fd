//! The policy's levers: `policy.yaml` of Engage, raw and checked.

mod check;
mod raw;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use revloops_config::{Document, Problems};
use revloops_domain::WorkingTime;
use revloops_domain::sequence::Recipient;
use revloops_domain::working_time::WeekHours;

pub use raw::{Exclusive, RawPolicy, Scope};

/// The checked policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Days for which a draft may be approved.
    pub approval_days: u16,
    /// Who else may answer for an owner, by the owner's login; both in lower case.
    pub delegates: BTreeMap<String, BTreeSet<String>>,
    /// What a reply stops.
    pub on_reply: Scope,
    /// One sequence at a time for each of these.
    pub exclusive: BTreeSet<Exclusive>,
    /// Days between two sequences of a person, and of an account.
    pub cool_down_days: BTreeMap<Exclusive, u16>,
    /// Whether an open opportunity of the account stops.
    pub stops_for_open_opportunity: bool,
    /// How many steps may land in a day.
    pub caps: Caps,
    /// When mails may be due at their readers'.
    pub windows: Windows,
    /// Whether the first mail must say where we know the reader from.
    pub disclosure_required: bool,
}

/// How many steps may land in a day.
#[derive(Debug, Clone)]
pub struct Caps {
    /// For one rep.
    pub per_rep: u32,
    /// For all together.
    pub in_all: u32,
    /// Whose day it is.
    pub zone: TimeZone,
}

/// When mails may be due at their readers'.
#[derive(Debug, Clone)]
pub struct Windows {
    /// The hours, on the reader's clock.
    pub hours: WeekHours,
    /// Where nothing else is known.
    pub default_zone: TimeZone,
    /// By country code, or country and state: `DE`, `US-CA`.
    pub zones: BTreeMap<String, TimeZone>,
}

impl Caps {
    /// The day in which a moment counts.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// When the next day begins.
    #[must_use]
    pub fn next_day(&self, at: Timestamp) -> Timestamp {
        let next = self.day(at).tomorrow().and_then(|day| day.to_zoned(self.zone.clone()));
        next.map_or(Timestamp::MAX, |start| start.timestamp())
    }
}

impl Windows {
    /// The reader's zone, by what we know of their place.
    #[must_use]
    pub fn zone(&self, recipient: &Recipient) -> &TimeZone {
        let country = recipient.country_code.as_deref().unwrap_or_default();
        let state = recipient.state_code.as_deref().map(|state| format!("{country}-{state}"));
        let by_state = state.and_then(|place| self.zones.get(&place));
        by_state.or_else(|| self.zones.get(country)).unwrap_or(&self.default_zone)
    }

    /// The first moment from `at` on at which a mail may be due; `None` where there is none within two years.
    #[must_use]
    pub fn next_open(&self, recipient: &Recipient, at: Timestamp) -> Option<Timestamp> {
        WorkingTime::new(self.zone(recipient).clone(), self.hours.clone(), Vec::new()).next_open(at)
    }
}

impl Policy {
    /// Reads and checks `policy.yaml`; every problem is added with its line.
    pub fn read(document: &Document, problems: &mut Problems) -> Option<Self> {
        check::policy(document, problems)
    }

    /// Whether `login` may answer for a record that `owner` owns.
    #[must_use]
    pub fn may_answer(&self, login: &str, owner: &str) -> bool {
        let (login, owner) = (login.to_lowercase(), owner.to_lowercase());
        !login.is_empty()
            && (login == owner || self.delegates.get(&owner).is_some_and(|delegates| delegates.contains(&login)))
    }

    /// The places that a sequence to `recipient` takes while it runs, as the store names them.
    #[must_use]
    pub fn places(&self, recipient: &Recipient) -> Vec<String> {
        let name = |exclusive: &Exclusive| match exclusive {
            Exclusive::Person => Some(format!("person/{}", recipient.person_id)),
            Exclusive::Account => recipient.account_id.as_ref().map(|account| format!("account/{account}")),
        };
        self.exclusive.iter().filter_map(name).collect()
    }

    /// When a place that is given back at `at` may be taken again.
    #[must_use]
    pub fn free_from(&self, place: &str, at: Timestamp) -> Timestamp {
        let exclusive = if place.starts_with("account/") { Exclusive::Account } else { Exclusive::Person };
        let days = self.cool_down_days.get(&exclusive).copied().unwrap_or(0);
        crate::life::days_after(at, days)
    }
}
