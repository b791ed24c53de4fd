//! The research brief: what may be said about company and person, each with its source and its end.
//!
//! Text from outside is data: cut to length, on one line, and never a reason for anything.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use revloops_domain::events::Qualified;
pub use revloops_domain::{Fact, FactKind};

use super::words::one_line;

/// How different two numbers of employees may be before they contradict each other.
const CONTRADICTION: u32 = 2;

/// How facts are made.
#[derive(Debug, Clone)]
pub struct FactLevers {
    /// Days for which a fact may be used, by kind.
    pub keep_days: BTreeMap<FactKind, u16>,
    /// Days for the kinds that have none of their own.
    pub default_keep_days: u16,
    /// How much of a message is handed on, in characters.
    pub message_chars: usize,
    /// How much of a summary is handed on, in characters.
    pub summary_chars: usize,
    /// Country codes in words.
    pub country_names: BTreeMap<String, String>,
}

/// The brief about `company`, made of the lead's facts alone. What CRM and provider contradict each other in is left
/// out: neither can be claimed.
pub(crate) fn brief(levers: &FactLevers, qualified: &Qualified, company: &str, told: Timestamp) -> Vec<Fact> {
    let mut facts = Facts { levers, told: told.to_zoned(TimeZone::UTC).date(), facts: Vec::new() };
    let profile = &qualified.profile;
    let provided = qualified.company.as_ref();
    let provenance = provided.map(|found| &found.provenance);
    let from_provider = |same: bool| provenance.filter(|_| same).map(|one| (one.provider.as_str(), one.as_of.as_str()));

    if let Some(industry) = &profile.industry {
        let industry = one_line(industry, 80);
        // The profile has the CRM's value where the CRM has one, and only enrichment that matched can have added another.
        let text = format!("{company} works in this industry: {industry}");
        facts.add(
            FactKind::Industry,
            text,
            Some(industry),
            from_provider(provided.is_some_and(|one| one.industry.is_some())),
        );
    }
    let found_employees = provided.and_then(|one| one.employees);
    if let Some(employees) = profile.employees
        && !contradict(employees, found_employees)
    {
        let text = format!("{company} has {employees} employees");
        facts.add(
            FactKind::CompanySize,
            text,
            Some(employees.to_string()),
            from_provider(found_employees == Some(employees)),
        );
    }
    if let Some((place, by_provider)) = place(levers, qualified) {
        facts.add(
            FactKind::Location,
            format!("{company} is based in {place}"),
            Some(place),
            from_provider(by_provider),
        );
    }
    if let Some(founded) = provided.and_then(|one| one.founded) {
        let text = format!("{company} was founded in {founded}");
        facts.add(FactKind::Founded, text, Some(founded.to_string()), from_provider(true));
    }
    if let Some(summary) = provided.and_then(|one| one.summary.as_deref()) {
        let summary = one_line(summary, levers.summary_chars);
        if !summary.is_empty() {
            facts.add(FactKind::Summary, format!("{company} is described as: {summary}"), None, from_provider(true));
        }
    }
    if let Some(title) = &profile.title {
        let title = one_line(title, 100);
        let person = qualified.person.as_ref().filter(|one| one.title.as_deref() == Some(title.as_str()));
        let source = person.map(|one| (one.provenance.provider.as_str(), one.provenance.as_of.as_str()));
        facts.add(FactKind::PersonTitle, format!("The recipient's job title is {title}"), Some(title), source);
    }
    if let Some(source) = &profile.lead_source {
        let source = one_line(source, 60);
        facts.add(FactKind::LeadSource, format!("The recipient came to us by: {source}"), Some(source), None);
    }
    if let Some(message) = &profile.message {
        let message = one_line(message, levers.message_chars);
        if !message.is_empty() {
            facts.add(FactKind::LeadMessage, format!("{} {message}", super::validate::MESSAGE_PREFIX), None, None);
        }
    }
    facts.facts
}

struct Facts<'a> {
    levers: &'a FactLevers,
    told: Date,
    facts: Vec<Fact>,
}

impl Facts<'_> {
    /// Adds a fact of a provider with its day, or of the CRM as it told the lead.
    fn add(&mut self, kind: FactKind, text: String, value: Option<String>, provider: Option<(&str, &str)>) {
        let days = self.levers.keep_days.get(&kind).copied().unwrap_or(self.levers.default_keep_days);
        let (source, as_of) = match provider {
            // A provider's answer without a readable day is as old as can be: it has run out.
            Some((name, day)) => (name.to_owned(), day.parse().unwrap_or(Date::MIN)),
            None => ("crm".to_owned(), self.told),
        };
        let expires = as_of.saturating_add(Span::new().days(i64::from(days)));
        self.facts.push(Fact {
            id: format!("F{}", self.facts.len() + 1),
            kind,
            text,
            value,
            source,
            link: None,
            as_of,
            expires,
        });
    }
}

/// Headquarters: city and region of the provider, unless the CRM names another country; else the country in words.
fn place(levers: &FactLevers, qualified: &Qualified) -> Option<(String, bool)> {
    let country = qualified.profile.country_code.as_deref();
    let name = country.and_then(|code| levers.country_names.get(code)).cloned();
    let provided = qualified.company.as_ref().filter(|one| one.country_code.as_deref() == country);
    let Some(city) = provided.and_then(|one| one.locality.as_deref()) else {
        return name.map(|name| (name, provided.is_some()));
    };
    let city = capitalised(&one_line(city, 60));
    Some((name.map_or_else(|| city.clone(), |name| format!("{city}, {name}")), true))
}

/// Providers write places in lower case: `san francisco`.
fn capitalised(place: &str) -> String {
    let mut at_start = true;
    place
        .chars()
        .flat_map(|c| {
            let upper = at_start;
            at_start = !c.is_alphanumeric();
            if upper { c.to_uppercase().collect::<Vec<_>>() } else { vec![c] }
        })
        .collect()
}

fn contradict(ours: u32, found: Option<u32>) -> bool {
    found.is_some_and(|found| {
        let (small, large) = (ours.min(found), ours.max(found));
        large > small.saturating_mul(CONTRADICTION)
    })
}
