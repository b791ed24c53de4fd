//! Who can be given something now, and in which words it is said that somebody cannot.

use jiff::Timestamp;

use revloops_domain::working_time::{DaysOff, OffReason};

/// Why somebody cannot be given anything now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit<'c> {
    /// The CRM does not know them.
    Unknown,
    /// They have left.
    Inactive,
    /// They missed the first touch of this very lead.
    PassedOver,
    /// They are on leave, or have a holiday.
    Off(&'c DaysOff),
    /// It is outside their working hours, until then.
    NotAtWork(Option<Timestamp>),
}

/// For people.
pub(crate) fn in_words(unfit: &Unfit<'_>) -> String {
    match unfit {
        Unfit::Unknown => "not known to the CRM".to_owned(),
        Unfit::Inactive => "not active".to_owned(),
        Unfit::PassedOver => "missed the first touch of this lead".to_owned(),
        Unfit::Off(DaysOff { to, why: OffReason::Leave, .. }) => format!("on leave until {to}"),
        Unfit::Off(DaysOff { why: OffReason::Holiday(name), .. }) => format!("has a holiday: {name}"),
        Unfit::NotAtWork(Some(until)) => format!("not at work until {}", until.strftime("%Y-%m-%d %H:%M UTC")),
        Unfit::NotAtWork(None) => "never at work".to_owned(),
    }
}
