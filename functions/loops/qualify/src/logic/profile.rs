//! One picture of a lead out of the CRM's fields and the providers': the CRM's own value first.

use revloops_domain::events::LeadProfile;
use revloops_domain::{EnrichmentStatus, Lead, MailDomain};

use crate::config::{Meaning, QualifyConfig, fold};
use crate::inputs::QualifyFacts;

/// What is known of a lead.
pub(crate) struct Known {
    /// The facts that the next loops read.
    pub(crate) profile: LeadProfile,
    /// The levers' name for the seniority.
    pub(crate) seniority: Option<String>,
    /// The levers' name for the department.
    pub(crate) department: Option<String>,
    /// Year in which the company was founded.
    pub(crate) founded: Option<u16>,
    /// How looking up ended.
    pub(crate) enrichment: EnrichmentStatus,
    /// The industry, where the CRM has none and a provider's has a name of ours.
    pub(crate) fill_industry: Option<String>,
    /// The number of employees, where the CRM has none and a provider knew it.
    pub(crate) fill_employees: Option<u32>,
}

pub(crate) fn known(config: &QualifyConfig, lead: &Lead, facts: &QualifyFacts) -> Known {
    let company = facts.company.found.as_ref();
    let person = facts.person.found.as_ref();
    let provided = company.and_then(|company| company.industry.as_deref());
    let provided_industry = provided.and_then(|words| by_word(&config.industries, words));
    let industry = match lead.industry.as_deref() {
        Some(typed) => Some(by_word(&config.industries, typed).unwrap_or(typed).to_owned()),
        None => provided_industry.or(provided).map(str::to_owned),
    };
    let title = lead.title.clone().or_else(|| person.and_then(|person| person.title.clone()));
    let levels: Vec<&str> = person.iter().flat_map(|person| &person.levels).map(String::as_str).collect();
    let role: Vec<&str> = person.iter().filter_map(|person| person.role.as_deref()).collect();
    Known {
        seniority: seniority_or_department(&config.seniorities, title.as_deref(), &levels),
        department: seniority_or_department(&config.departments, title.as_deref(), &role),
        founded: company.and_then(|company| company.founded),
        enrichment: facts.enrichment(),
        fill_industry: lead.industry.is_none().then_some(provided_industry).flatten().map(str::to_owned),
        fill_employees: lead.employees.is_none().then(|| company.and_then(|company| company.employees)).flatten(),
        profile: LeadProfile {
            company: lead.company.clone(),
            domain: lead.company_domain().or_else(|| {
                let found = company.and_then(|company| company.domain.as_deref()).and_then(MailDomain::of_website);
                found.filter(|domain| !domain.is_free_mail())
            }),
            country_code: lead
                .country_code
                .clone()
                .or_else(|| company.and_then(|company| company.country_code.clone())),
            state_code: lead.state_code.clone(),
            postal_code: lead.postal_code.clone(),
            industry,
            employees: lead.employees.or_else(|| company.and_then(|company| company.employees)),
            lead_source: lead.lead_source.clone(),
            first_name: lead.first_name.clone(),
            last_name: lead.last_name.clone(),
            title,
            message: lead.description.clone(),
        },
    }
}

/// The levers' name by the words of a title, else by a provider's words.
pub(crate) fn seniority_or_department(
    meanings: &[Meaning],
    title: Option<&str>,
    provider_words: &[&str],
) -> Option<String> {
    let by_provider =
        || meanings.iter().find(|one| provider_words.iter().any(|word| one.provider_words.contains(&fold(word))));
    title.and_then(|title| by_title(meanings, title)).or_else(by_provider).map(|one| one.name.clone())
}

/// The meaning of an industry as somebody wrote it: our own name, or one of the words.
pub(crate) fn by_word<'a>(meanings: &'a [Meaning], written: &str) -> Option<&'a str> {
    let written = fold(written);
    meanings
        .iter()
        .find(|one| fold(&one.name) == written || one.words.contains(&written) || one.provider_words.contains(&written))
        .map(|one| one.name.as_str())
}

/// The first meaning of which a word or phrase stands in the title, as whole words: `cto` is not in `director`.
fn by_title<'a>(meanings: &'a [Meaning], title: &str) -> Option<&'a Meaning> {
    let title = words(title);
    meanings.iter().find(|one| one.words.iter().any(|phrase| title.contains(&words(phrase))))
}

/// The words of `text`, each between single blanks, blanks at both ends.
pub(crate) fn words(text: &str) -> String {
    let folded = text.to_lowercase();
    let mut joined = String::from(" ");
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        joined.push_str(word);
        joined.push(' ');
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meanings() -> Vec<Meaning> {
        let meaning = |name: &str, words: &[&str]| Meaning {
            name: name.into(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            provider_words: std::collections::BTreeSet::new(),
        };
        vec![meaning("c_level", &["cto", "chief"]), meaning("director", &["director", "head of"])]
    }

    #[test]
    fn a_title_is_read_by_whole_words() {
        let name = |title| by_title(&meanings(), title).map(|one| one.name.clone());
        assert_eq!(name("Director, Sales"), Some("director".into()));
        assert_eq!(name("Head of Operations"), Some("director".into()));
        assert_eq!(name("CTO/Founder"), Some("c_level".into()));
        assert_eq!(name("Forehead officer"), None);
    }
}
