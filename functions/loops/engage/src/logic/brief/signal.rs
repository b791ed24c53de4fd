//! Facts of a signal: what happened, with the article that tells it; and of the account that it is about.

use revloops_domain::FactKind;
use revloops_domain::signal::{Signal, SignalKind, SignalStep};

use super::{Facts, OUR_RECORDS, Source, WhyLeftOut, fit};
use crate::logic::words::{folded, numbers, quantities};

/// Two articles of one kind within so many days tell of the same event.
const SAME_EVENT_DAYS: i32 = 21;

/// The signals that speak for writing, strongest first; what articles contradict each other in is left out.
pub(super) fn signals(facts: &mut Facts<'_>, step: &SignalStep, company: &str) {
    for signal in step.signal.signals.iter().filter(|signal| !signal.negative) {
        let Some((headline, source)) = usable(signal) else {
            facts.leave_out(FactKind::Signal, WhyLeftOut::Unfit, &[("web", &signal.headline)]);
            continue;
        };
        if about_another_company(step, signal) {
            facts.leave_out(FactKind::Signal, WhyLeftOut::Namesake, &[(&source.name, &headline)]);
            continue;
        }
        if let Some(other) = contradiction(signal, &step.signal.signals) {
            let said = [(source.name.as_str(), headline.as_str()), ("web", other.headline.as_str())];
            facts.leave_out(FactKind::Signal, WhyLeftOut::Contradicted, &said);
            continue;
        }
        let text = format!("News of {company} on {}: {headline}", signal.on);
        facts.add(FactKind::Signal, text, Some(headline), source);
    }
}

/// What the CRM's account says of the company, and the person's title.
pub(super) fn about_account(facts: &mut Facts<'_>, step: &SignalStep, company: &str) {
    let account = &step.signal.account;
    if let Some(industry) = account.industry.as_deref().and_then(fit::value) {
        let source = facts.records();
        facts.add(FactKind::Industry, format!("{company} works in this industry: {industry}"), Some(industry), source);
    }
    if let Some(employees) = account.employees {
        let source = facts.records();
        let text = format!("{company} has {employees} employees");
        facts.add(FactKind::CompanySize, text, Some(employees.to_string()), source);
    }
    let country = account.country_code.as_deref().and_then(|code| facts.levers.country_names.get(code)).cloned();
    let city = account.city.as_deref().and_then(fit::value);
    let place = match (city, country) {
        (Some(city), Some(country)) => Some(format!("{city}, {country}")),
        (place, None) | (None, place) => place,
    };
    if let Some(place) = place {
        let source = facts.records();
        facts.add(FactKind::Location, format!("{company} is based in {place}"), Some(place), source);
    }
    let title = step.signal.person.as_ref().and_then(|person| person.title.as_deref());
    if let Some(title) = title {
        match fit::value(title) {
            Some(title) => {
                let source = facts.records();
                let text = format!("The recipient's job title is {title}");
                facts.add(FactKind::PersonTitle, text, Some(title), source);
            }
            None => facts.leave_out(FactKind::PersonTitle, WhyLeftOut::Unfit, &[(OUR_RECORDS, title)]),
        }
    }
}

/// Why the signal that a sequence would name cannot be named; or its fact's place in the brief.
pub(crate) enum NamedOrNot<'a> {
    /// It can: the signal, its headline and its article.
    Named { signal: &'a Signal, headline: String, url: String },
    /// It cannot.
    Not(&'static str),
}

/// The strongest signal, if it may be named on `today`.
pub(crate) fn named<'a>(levers: &super::FactLevers, step: &'a SignalStep, today: jiff::civil::Date) -> NamedOrNot<'a> {
    let Some(signal) = step.signal.signals.first() else { return NamedOrNot::Not("there is no signal") };
    if signal.negative {
        return NamedOrNot::Not("the signal speaks against writing");
    }
    let Some((headline, source)) = usable(signal) else {
        return NamedOrNot::Not("the signal's headline or article cannot be shown");
    };
    if about_another_company(step, signal) {
        return NamedOrNot::Not("the article may be about another company of that name");
    }
    if contradiction(signal, &step.signal.signals).is_some() {
        return NamedOrNot::Not("the articles contradict each other");
    }
    let days = levers.keep_days.get(&FactKind::Signal).copied().unwrap_or(levers.default_keep_days);
    if signal.on.saturating_add(jiff::Span::new().days(i64::from(days))) < today {
        return NamedOrNot::Not("the signal has run out");
    }
    if signal.on > today {
        return NamedOrNot::Not("the signal lies in the future");
    }
    NamedOrNot::Named { signal, headline, url: source.link.unwrap_or_default() }
}

/// The headline and the first article, where both can be shown.
fn usable(signal: &Signal) -> Option<(String, Source)> {
    let headline = fit::text(&signal.headline, HEADLINE_CHARS)?;
    let (url, host) = signal.sources.iter().find_map(|source| Some((source.url.clone(), fit::host(&source.url)?)))?;
    let headline = headline.trim_end_matches(['.', '…', ' ']).to_owned();
    if headline.is_empty() {
        return None;
    }
    Some((headline, Source { name: host, link: Some(url), as_of: Some(signal.on) }))
}

/// Longest headline, in characters: it is quoted in a sentence.
const HEADLINE_CHARS: usize = 160;

/// Another article of the same event whose numbers are others: money is told in numbers, people come and go in any.
fn contradiction<'a>(signal: &Signal, all: &'a [Signal]) -> Option<&'a Signal> {
    let counted = |signal: &Signal| -> Vec<String> {
        numbers(&signal.headline).into_iter().chain(quantities(&signal.headline)).collect()
    };
    let within = |one: &[String], other: &[String]| one.iter().all(|number| other.contains(number));
    if !matches!(signal.kind, SignalKind::Funding | SignalKind::Acquisition) {
        return None;
    }
    let ours = counted(signal);
    all.iter().filter(|other| other.id != signal.id && other.kind == signal.kind && !other.negative).find(|other| {
        let near = (signal.on - other.on).get_days().abs() <= SAME_EVENT_DAYS;
        let theirs = counted(other);
        near && !ours.is_empty() && !theirs.is_empty() && !within(&ours, &theirs) && !within(&theirs, &ours)
    })
}

/// Whether an article names a company that is not the account: another domain, or no name in common. Generate has matched
/// them; this holds where it has not.
fn about_another_company(step: &SignalStep, signal: &Signal) -> bool {
    let account = &step.signal.account;
    let below = |one: &str, other: &str| one == other || one.ends_with(&format!(".{other}"));
    if let (Some(ours), Some(theirs)) = (&account.domain, &signal.domain) {
        let (ours, theirs) = (ours.as_str().to_lowercase(), theirs.trim_start_matches("www.").to_lowercase());
        return !below(&ours, &theirs) && !below(&theirs, &ours);
    }
    let names = |name: &str| -> Vec<String> {
        folded(name).into_iter().filter(|word| !LEGAL_FORMS.contains(&word.as_str())).collect()
    };
    let (ours, theirs) = (names(&account.name), names(&signal.company));
    let begins = |one: &[String], other: &[String]| !other.is_empty() && one.starts_with(other);
    !begins(&ours, &theirs) && !begins(&theirs, &ours)
}

/// Words that say what a company is in law, and not which.
const LEGAL_FORMS: &[&str] = &[
    "ab",
    "ag",
    "as",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "group",
    "holding",
    "inc",
    "kg",
    "limited",
    "llc",
    "ltd",
    "nv",
    "oy",
    "plc",
    "sa",
    "sarl",
    "se",
    "spa",
    "srl",
    "the",
];
