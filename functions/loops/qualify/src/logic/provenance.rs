//! Where each of a lead's values came from, and how well it is known.
//!
//! The CRM's value is used where it has one. Whether a provider's says the same is judged as people would: names of
//! companies by their words, industries, seniorities and departments by what the levers make of them, numbers of
//! employees within some percent, a mail address by having found somebody.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use revloops_domain::{CompanyProfile, FieldProvenance, FieldState, Lead, MailDomain, PersonProfile, Provenance};
use revloops_loopkit::{Because, Reason, Verdict};

use super::profile::{by_word, seniority_or_department, words};
use crate::config::{ProvenanceLevers, QualifyConfig, fold};
use crate::inputs::QualifyFacts;

/// The CRM, as a source.
pub const CRM: &str = "crm";

/// One field with its value, for the record and for the rep; events carry [`FieldProvenance`] alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownField {
    /// Where the value came from, and how well it is known.
    #[serde(flatten)]
    pub provenance: FieldProvenance,
    /// The value that is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What the provider says instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}

/// One field as the CRM and as a provider have it.
struct Told<'a> {
    field: &'static str,
    crm: Option<String>,
    provider: Option<(String, &'a Provenance)>,
    /// Whether the two say the same; of account only where both say something.
    agree: bool,
    /// Whether a difference is one: two vocabularies that cannot be compared contradict nothing.
    comparable: bool,
}

/// All fields, always in this order.
pub(crate) fn of(config: &QualifyConfig, lead: &Lead, facts: &QualifyFacts) -> Vec<KnownField> {
    let as_of = lead.modified_at.or(lead.created_at).map(day);
    let company = facts.company.found.as_ref();
    let person = facts.person.found.as_ref();
    let mut told = of_company(config, lead, company);
    told.extend(of_person(config, lead, person));
    told.into_iter().map(|one| judge(&config.provenance, as_of.as_deref(), one)).collect()
}

fn of_company<'a>(config: &QualifyConfig, lead: &Lead, company: Option<&'a CompanyProfile>) -> Vec<Told<'a>> {
    let from = |value: Option<String>| value.zip(company.map(|company| &company.provenance));
    let told = |field, crm: Option<String>, provider: Option<String>, agree: fn(&str, &str) -> bool| Told {
        field,
        agree: crm.as_deref().zip(provider.as_deref()).is_some_and(|(crm, provider)| agree(crm, provider)),
        crm,
        provider: from(provider),
        comparable: true,
    };
    let name = config.company_name(lead).map(str::to_owned);
    let domain = company.and_then(|company| company.domain.as_deref()).and_then(MailDomain::of_website);
    let industry = |written: &str| by_word(&config.industries, written).unwrap_or(written).to_owned();
    let employees = (lead.employees, company.and_then(|company| company.employees));
    let region = company.and_then(|company| company.region.clone());
    vec![
        told("company", name, company.map(|company| company.name.clone()), same_company),
        told("domain", lead.company_domain().map(String::from), domain.map(String::from), same_domain),
        told("country", lead.country_code.clone(), company.and_then(|one| one.country_code.clone()), same),
        // A code here, a region's name there: only what is the same can be told. The provider's name is not used.
        Told {
            field: "state",
            agree: lead.state_code.as_deref().zip(region.as_deref()).is_some_and(|(code, name)| same(code, name)),
            crm: lead.state_code.clone(),
            provider: lead.state_code.as_ref().and(from(region)),
            comparable: false,
        },
        told(
            "industry",
            lead.industry.as_deref().map(industry),
            company.and_then(|one| one.industry.as_deref()).map(industry),
            same,
        ),
        Told {
            field: "employees",
            agree: matches!(employees, (Some(crm), Some(provider))
                if within_percent(crm, provider, config.provenance.employees_within_percent)),
            crm: employees.0.map(|count| count.to_string()),
            provider: from(employees.1.map(|count| count.to_string())),
            comparable: true,
        },
        told("founded", None, company.and_then(|one| one.founded).map(|year| year.to_string()), same),
    ]
}

fn of_person<'a>(config: &QualifyConfig, lead: &Lead, person: Option<&'a PersonProfile>) -> Vec<Told<'a>> {
    let from = |value: Option<String>| value.zip(person.map(|person| &person.provenance));
    let levels: Vec<&str> = person.iter().flat_map(|person| &person.levels).map(String::as_str).collect();
    let role: Vec<&str> = person.iter().filter_map(|person| person.role.as_deref()).collect();
    let titles = (lead.title.as_deref(), person.and_then(|person| person.title.as_deref()));
    let meant = |field, meanings, provider_words: &[&str]| {
        let of = |title, words: &[&str]| seniority_or_department(meanings, title, words);
        // A provider has read the title already: its own level says more than our reading of it.
        let (crm, provider) = (of(titles.0, &[]), of(None, provider_words).or_else(|| of(titles.1, &[])));
        Told { field, agree: crm == provider, crm, provider: from(provider), comparable: true }
    };
    let seniority = meant("seniority", &config.seniorities, &levels);
    let department = meant("department", &config.departments, &role);
    // Titles are worded in many ways: the same level in the same department is the same title.
    let both = |one: &Told<'_>| one.agree && one.crm.is_some();
    let same_words = titles.0.zip(titles.1).is_some_and(|(crm, provider)| words(crm) == words(provider));
    let title = Told {
        field: "title",
        agree: same_words || (both(&seniority) && both(&department)),
        crm: titles.0.map(str::to_owned),
        provider: from(titles.1.map(str::to_owned)),
        comparable: true,
    };
    let typed = |field, value: Option<&String>| Told {
        field,
        crm: value.filter(|text| !text.trim().is_empty()).cloned(),
        provider: None,
        agree: false,
        comparable: true,
    };
    // Who was found by an address answers to it, as far as the provider is sure.
    let email = typed("email", lead.email.as_ref());
    let email = Told { provider: email.crm.clone().zip(person.map(|person| &person.provenance)), ..email };
    vec![title, seniority, department, Told { agree: true, ..email }, typed("phone", lead.phone.as_ref())]
}

fn judge(levers: &ProvenanceLevers, crm_as_of: Option<&str>, told: Told<'_>) -> KnownField {
    let sure = |provenance: &Provenance| provenance.likelihood >= levers.sure_likelihood;
    let Told { field, crm, provider, agree, comparable } = told;
    let (state, source, compared_with, as_of, value, instead) = match (crm, provider) {
        (None, None) => (FieldState::NotFound, None, None, None, None, None),
        (Some(crm), None) => (FieldState::Unverified, Some(CRM), None, crm_as_of, Some(crm), None),
        (None, Some((value, from))) => {
            let state = if sure(from) { FieldState::Verified } else { FieldState::Unverified };
            (state, Some(from.provider.as_str()), None, Some(from.as_of.as_str()), Some(value), None)
        }
        // A provider that is not sure neither confirms what was typed nor speaks against it.
        (Some(crm), Some((_, from))) if !sure(from) => {
            (FieldState::Unverified, Some(CRM), Some(from.provider.as_str()), crm_as_of, Some(crm), None)
        }
        (Some(crm), Some((_, from))) if agree => {
            (FieldState::Verified, Some(CRM), Some(from.provider.as_str()), crm_as_of, Some(crm), None)
        }
        (Some(crm), Some((value, from))) if comparable => {
            let provider = Some(from.provider.as_str());
            (FieldState::Conflict, Some(CRM), provider, crm_as_of, Some(crm), Some(value))
        }
        (Some(crm), Some(_)) => (FieldState::Unverified, Some(CRM), None, crm_as_of, Some(crm), None),
    };
    KnownField {
        provenance: FieldProvenance {
            field: field.to_owned(),
            state,
            source: source.map(str::to_owned),
            compared_with: compared_with.map(str::to_owned),
            as_of: as_of.map(str::to_owned),
        },
        value,
        instead,
    }
}

impl KnownField {
    /// Where it came from: `crm, 2026-11-20; hunter says 420`.
    fn whence(&self) -> String {
        let FieldProvenance { state, source, compared_with, as_of, .. } = &self.provenance;
        let Some(source) = source else { return "nobody knows".to_owned() };
        let dated = as_of.as_ref().map_or_else(String::new, |day| format!(", {day}"));
        let compared = match (state, compared_with, &self.instead) {
            (FieldState::Conflict, Some(provider), Some(value)) => format!("; {provider} says {value}"),
            (FieldState::Verified, Some(provider), _) => format!("; {provider} agrees"),
            (FieldState::Unverified, Some(provider), _) => format!("; {provider} is not sure"),
            (FieldState::Verified | FieldState::Unverified | FieldState::Conflict | FieldState::NotFound, _, _) => {
                String::new()
            }
        };
        format!("{source}{dated}{compared}")
    }
}

/// One reason of the record: all fields, each with how well it is known.
pub(crate) fn reason(fields: &[KnownField]) -> Reason {
    let because = fields.iter().map(|one| {
        let FieldProvenance { field, state, .. } = &one.provenance;
        let condition = format!("{field} is verified: {} ({})", state.name().replace('_', " "), one.whence());
        Because::new(condition, one.value.as_deref().unwrap_or("nothing"), *state == FieldState::Verified)
    });
    Reason::new("provenance", Verdict::Held, because.collect())
}

/// The fields in words for a rep, by how well they are known; what contradicts comes first.
pub(crate) fn in_words(fields: &[KnownField]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (state, title) in [
        (FieldState::Conflict, "The CRM and the provider differ; the CRM's is used:"),
        (FieldState::Verified, "Verified:"),
        (FieldState::Unverified, "Not verified:"),
        (FieldState::NotFound, "Not found:"),
    ] {
        let of: Vec<&KnownField> = fields.iter().filter(|one| one.provenance.state == state).collect();
        if of.is_empty() {
            continue;
        }
        lines.push(title.to_owned());
        if state == FieldState::NotFound {
            let names: Vec<&str> = of.iter().map(|one| one.provenance.field.as_str()).collect();
            lines.push(format!("  {}", names.join(", ")));
            continue;
        }
        for one in of {
            let value: String =
                one.value.iter().flat_map(|text| text.chars()).filter(|c| !c.is_control()).take(80).collect();
            lines.push(format!("  {}: {value} ({})", one.provenance.field, one.whence()));
        }
    }
    lines.join("\n")
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

fn same(one: &str, other: &str) -> bool {
    fold(one) == fold(other)
}

/// `Northwind & Søn A/S` and `Northwind & Søn`: the words of one begin with those of the other.
fn same_company(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    let begins = |long: &str, short: &str| !short.trim().is_empty() && long.starts_with(short);
    begins(&one, &other) || begins(&other, &one)
}

/// The same, or one under the other: `dk.northwind.example` is Northwind's.
fn same_domain(one: &str, other: &str) -> bool {
    let under =
        |sub: &str, domain: &str| sub.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    under(one, other) || under(other, one)
}

fn within_percent(one: u32, other: u32, percent: u8) -> bool {
    let (small, large) = (u64::from(one.min(other)), u64::from(one.max(other)));
    (large - small) * 100 <= large * u64::from(percent)
}
