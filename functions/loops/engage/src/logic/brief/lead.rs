//! Facts of a lead: what the CRM was told, and what a provider knows.

use revloops_domain::events::Qualified;
use revloops_domain::{CompanyProfile, FactKind};

use super::{Facts, Source, WhyLeftOut, fit};
use crate::logic::words::{folded, one_line};

/// How different two numbers of employees may be before they contradict each other.
const CONTRADICTION: u32 = 2;

pub(super) fn about_company(facts: &mut Facts<'_>, qualified: &Qualified, company: &str) {
    let profile = &qualified.profile;
    let found = qualified.company.as_ref();
    if let Some(found) = found
        && namesake(qualified, found)
    {
        let name = [(found.provenance.provider.as_str(), found.name.as_str())];
        facts.leave_out(FactKind::Summary, WhyLeftOut::Namesake, &name);
        crms_own(facts, qualified, found, company);
        return;
    }
    if let Some(industry) = &profile.industry {
        // The profile has the CRM's value where the CRM has one, and only enrichment that matched can have added another.
        let source = found.filter(|one| one.industry.is_some());
        value(facts, FactKind::Industry, industry, company, source, |value| {
            format!("{company} works in this industry: {value}")
        });
    }
    if let Some(employees) = profile.employees {
        match found.and_then(|one| Some((one, one.employees?))) {
            Some((one, theirs)) if contradict(employees, theirs) => {
                let said = [("crm", employees.to_string()), (one.provenance.provider.as_str(), theirs.to_string())];
                let said: Vec<(&str, &str)> = said.iter().map(|(source, value)| (*source, value.as_str())).collect();
                facts.leave_out(FactKind::CompanySize, WhyLeftOut::Contradicted, &said);
            }
            theirs => {
                let source = theirs.filter(|(_, theirs)| *theirs == employees).map(|(one, _)| one);
                let source = source.map_or_else(|| facts.crm(), provider);
                let text = format!("{company} has {employees} employees");
                facts.add(FactKind::CompanySize, text, Some(employees.to_string()), source);
            }
        }
    }
    place(facts, qualified, company);
    let Some(found) = found else { return };
    if let Some(founded) = found.founded {
        let text = format!("{company} was founded in {founded}");
        facts.add(FactKind::Founded, text, Some(founded.to_string()), provider(found));
    }
    if let Some(summary) = found.summary.as_deref().filter(|summary| !summary.trim().is_empty()) {
        match fit::text(summary, facts.levers.summary_chars) {
            Some(summary) => {
                let text = format!("{company} is described as: {summary}");
                facts.add(FactKind::Summary, text, None, provider(found));
            }
            None => {
                facts.leave_out(FactKind::Summary, WhyLeftOut::Unfit, &[(&found.provenance.provider, summary)]);
            }
        }
    }
}

/// What the CRM alone says, where the provider's record is about somebody else. A value that the provider has too may have
/// come from that record.
fn crms_own(facts: &mut Facts<'_>, qualified: &Qualified, found: &CompanyProfile, company: &str) {
    let profile = &qualified.profile;
    if let Some(industry) = profile.industry.as_ref().filter(|_| found.industry.is_none()) {
        value(facts, FactKind::Industry, industry, company, None, |value| {
            format!("{company} works in this industry: {value}")
        });
    }
    if let Some(employees) = profile.employees.filter(|ours| found.employees != Some(*ours)) {
        let (text, source) = (format!("{company} has {employees} employees"), facts.crm());
        facts.add(FactKind::CompanySize, text, Some(employees.to_string()), source);
    }
    let country = profile.country_code.as_deref().filter(|ours| found.country_code.as_deref() != Some(*ours));
    if let Some(name) = country.and_then(|code| facts.levers.country_names.get(code)).cloned() {
        let source = facts.crm();
        facts.add(FactKind::Location, format!("{company} is based in {name}"), Some(name), source);
    }
}

pub(super) fn about_person(facts: &mut Facts<'_>, qualified: &Qualified, company: &str) {
    let Some(title) = &qualified.profile.title else { return };
    let person = qualified.person.as_ref();
    let theirs = person.and_then(|one| Some((one, one.title.as_deref()?)));
    if let Some((one, theirs)) = theirs
        && !share_a_word(title, theirs)
    {
        let said = [("crm", title.as_str()), (one.provenance.provider.as_str(), theirs)];
        facts.leave_out(FactKind::PersonTitle, WhyLeftOut::Contradicted, &said);
        return;
    }
    let Some(value) = fit::value(title).filter(|value| !fit::names(value, company)) else {
        facts.leave_out(FactKind::PersonTitle, WhyLeftOut::Unfit, &[("crm", title)]);
        return;
    };
    let same = theirs.filter(|(_, theirs)| *theirs == value).map(|(one, _)| one);
    let source = same.map_or_else(
        || facts.crm(),
        |one| Source { name: one.provenance.provider.clone(), link: None, as_of: one.provenance.as_of.parse().ok() },
    );
    facts.add(FactKind::PersonTitle, format!("The recipient's job title is {value}"), Some(value), source);
}

pub(super) fn how_they_came(facts: &mut Facts<'_>, qualified: &Qualified, company: &str) {
    let profile = &qualified.profile;
    if let Some(source) = &profile.lead_source {
        value(facts, FactKind::LeadSource, source, company, None, |value| {
            format!("The recipient came to us by: {value}")
        });
    }
    if let Some(message) = &profile.message {
        let message = one_line(message, facts.levers.message_chars);
        if !message.is_empty() {
            let (text, source) = (format!("{} {message}", crate::logic::validate::MESSAGE_PREFIX), facts.crm());
            facts.add(FactKind::LeadMessage, text, None, source);
        }
    }
}

/// A short value from outside; what does not read like one is left out.
fn value(
    facts: &mut Facts<'_>,
    kind: FactKind,
    raw: &str,
    company: &str,
    source: Option<&CompanyProfile>,
    text: impl Fn(&str) -> String,
) {
    match fit::value(raw).filter(|value| !fit::names(value, company)) {
        Some(value) => {
            let source = source.map_or_else(|| facts.crm(), provider);
            facts.add(kind, text(&value), Some(value), source);
        }
        None => {
            let source = source.map_or("crm", |one| one.provenance.provider.as_str());
            facts.leave_out(kind, WhyLeftOut::Unfit, &[(source, raw)]);
        }
    }
}

fn provider(found: &CompanyProfile) -> Source {
    Source { name: found.provenance.provider.clone(), link: None, as_of: found.provenance.as_of.parse().ok() }
}

/// Headquarters: city and country of the provider; the country in words where it gives no city. Where the CRM names another
/// country, neither is said.
fn place(facts: &mut Facts<'_>, qualified: &Qualified, company: &str) {
    let country = qualified.profile.country_code.as_deref();
    let found = qualified.company.as_ref();
    let name = country.and_then(|code| facts.levers.country_names.get(code)).cloned();
    if let (Some(ours), Some((one, theirs))) =
        (country, found.and_then(|one| Some((one, one.country_code.as_deref()?))))
        && ours != theirs
    {
        let said = [("crm", ours), (one.provenance.provider.as_str(), theirs)];
        facts.leave_out(FactKind::Location, WhyLeftOut::Contradicted, &said);
        return;
    }
    let same = found.filter(|one| one.country_code.as_deref() == country);
    let city = same.and_then(|one| fit::value(one.locality.as_deref()?)).map(|city| capitalised(&city));
    let place = match (city, name) {
        (Some(city), Some(name)) => format!("{city}, {name}"),
        (Some(place), None) | (None, Some(place)) => place,
        (None, None) => return,
    };
    let source = same.map_or_else(|| facts.crm(), provider);
    facts.add(FactKind::Location, format!("{company} is based in {place}"), Some(place), source);
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

/// Whether a provider's record seems to be about another company: of another domain, or of another size in another country.
fn namesake(qualified: &Qualified, found: &CompanyProfile) -> bool {
    let profile = &qualified.profile;
    let below = |one: &str, other: &str| one == other || one.ends_with(&format!(".{other}"));
    let elsewhere = match (profile.domain.as_ref().map(|one| one.as_str()), found.domain.as_deref()) {
        (Some(ours), Some(theirs)) => {
            let (ours, theirs) = (ours.to_lowercase(), theirs.trim_start_matches("www.").to_lowercase());
            !below(&ours, &theirs) && !below(&theirs, &ours)
        }
        (Some(_) | None, _) => false,
    };
    let size = matches!((profile.employees, found.employees), (Some(ours), Some(theirs)) if contradict(ours, theirs));
    let country = matches!(
        (profile.country_code.as_deref(), found.country_code.as_deref()),
        (Some(ours), Some(theirs)) if ours != theirs
    );
    elsewhere || (size && country)
}

fn contradict(ours: u32, theirs: u32) -> bool {
    let (small, large) = (ours.min(theirs), ours.max(theirs));
    large > small.saturating_mul(CONTRADICTION)
}

/// Whether two job titles have a word in common, `VP` and `vice president` counted as one.
fn share_a_word(one: &str, other: &str) -> bool {
    let words = |title: &str| {
        let long = title.to_lowercase().replace("vice president", "vp").replace("chief executive officer", "ceo");
        folded(&long)
            .into_iter()
            .filter(|word| !matches!(word.as_str(), "of" | "and" | "the" | "for"))
            .collect::<Vec<_>>()
    };
    let others = words(other);
    words(one).iter().any(|word| others.contains(word))
}
