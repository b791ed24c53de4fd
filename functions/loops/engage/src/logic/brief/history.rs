//! Our own history with an account, as the CRM has it now.

use jiff::civil::Date;

use revloops_domain::FactKind;
use revloops_loopkit::ports::AccountHistory;

use super::{Facts, OUR_RECORDS, Source, fit};

/// What the CRM's kinds of account call those who buy from us begin with.
const CUSTOMER: &str = "Customer";

pub(super) fn ours(facts: &mut Facts<'_>, history: Option<&AccountHistory>, company: &str, today: Date) {
    let Some(history) = history else { return };
    let source = || Source { name: OUR_RECORDS.to_owned(), link: None, as_of: Some(today) };
    if let Some(kind) = history.kind.as_deref().and_then(fit::value) {
        if kind.starts_with(CUSTOMER) {
            facts.add(
                FactKind::History,
                format!("{company} is a customer of ours"),
                Some("customer".to_owned()),
                source(),
            );
        } else {
            facts.add(FactKind::History, format!("{company} is known to us as {kind}"), Some(kind), source());
        }
    }
    if let Some(day) = history.last_activity.filter(|day| *day <= today) {
        let text = format!("{company} and we were last in touch on {day}");
        facts.add(FactKind::History, text, Some(day.to_string()), source());
    }
    if history.open_opportunities > 0 {
        let count = history.open_opportunities.to_string();
        let what = if history.open_opportunities == 1 { "opportunity" } else { "opportunities" };
        let text = format!("{company} has {count} open {what} with us");
        facts.add(FactKind::History, text, Some(count), source());
    }
}
