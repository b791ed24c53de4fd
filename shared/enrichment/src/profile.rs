//! From the provider's fields to our profiles.

use revloops_domain::{CompanyProfile, MailDomain, PersonProfile, Provenance};

use crate::country;
use crate::wire::{Company, CompanyAnswer, Location, Person, PersonAnswer};

/// Why an answer of 200 cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("a company without a name")]
    NoName,
    #[error("likelihood {0} is not within 1 to 10")]
    Likelihood(u8),
}

/// An answer together with the day on which it was given.
pub(crate) struct On<T>(pub(crate) T, pub(crate) String);

fn provenance(likelihood: u8, as_of: String) -> Result<Provenance, Unusable> {
    if !(1..=10).contains(&likelihood) {
        return Err(Unusable::Likelihood(likelihood));
    }
    Ok(Provenance { provider: crate::PROVIDER.into(), likelihood, as_of, cached: false })
}

impl TryFrom<On<CompanyAnswer>> for CompanyProfile {
    type Error = Unusable;

    fn try_from(On(answer, as_of): On<CompanyAnswer>) -> Result<Self, Unusable> {
        let provenance = provenance(answer.likelihood, as_of)?;
        let company: Company = answer.company;
        let (locality, region, country) = match company.location {
            Some(Location { locality, region, country }) => (locality, region, country),
            None => (None, None, None),
        };
        Ok(Self {
            name: text(company.display_name).or(text(company.name)).ok_or(Unusable::NoName)?,
            domain: company.website.and_then(|site| MailDomain::of_website(&site)).map(String::from),
            industry: text(company.industry).or(text(company.industry_v2)),
            employees: company.employee_count.filter(|count| *count > 0).or_else(|| at_least(company.size.as_deref()?)),
            founded: company.founded,
            country_code: country.and_then(|name| country::code(&name)).map(str::to_owned),
            region: text(region).map(|name| proper(&name)),
            locality: text(locality).map(|name| proper(&name)),
            summary: text(company.summary),
            tags: company.tags.unwrap_or_default(),
            provenance,
        })
    }
}

impl TryFrom<On<PersonAnswer>> for PersonProfile {
    type Error = Unusable;

    fn try_from(On(answer, as_of): On<PersonAnswer>) -> Result<Self, Unusable> {
        let provenance = provenance(answer.likelihood, as_of)?;
        let Person { full_name, job_title, job_title_levels, job_title_role } = answer.data;
        Ok(Self {
            full_name: text(full_name).map(|name| proper(&name)),
            title: text(job_title),
            levels: job_title_levels.unwrap_or_default(),
            role: text(job_title_role),
            provenance,
        })
    }
}

/// The lower end of a band such as `201-500` or `10001+`: the number of employees that is sure.
pub(crate) fn at_least(size: &str) -> Option<u32> {
    size.split(['-', '+']).next()?.trim().parse().ok().filter(|count| *count > 0)
}

pub(crate) fn text(value: Option<String>) -> Option<String> {
    value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A name that comes in lower case, with each word's first letter in upper case; one that has capitals is left alone.
fn proper(name: &str) -> String {
    if name.chars().any(char::is_uppercase) {
        return name.to_owned();
    }
    let mut proper = String::with_capacity(name.len());
    let mut at_start = true;
    for letter in name.chars() {
        if at_start {
            proper.extend(letter.to_uppercase());
        } else {
            proper.push(letter);
        }
        at_start = !letter.is_alphanumeric() && letter != '\'' && letter != '’';
    }
    proper
}

#[cfg(test)]
mod tests {
    use super::*;

    fn company(json: &str) -> Result<CompanyProfile, Unusable> {
        On(serde_json::from_str::<CompanyAnswer>(json).unwrap(), "2026-11-22".into()).try_into()
    }

    #[test]
    fn a_company_as_published_is_read_into_a_profile() {
        let profile = company(include_str!("fixtures/company.json")).unwrap();
        let expected = CompanyProfile {
            name: "Kestrel Data".into(),
            domain: Some("kestreldata.example".into()),
            industry: Some("computer software".into()),
            employees: Some(84),
            founded: Some(2015),
            country_code: Some("US".into()),
            region: Some("California".into()),
            locality: Some("San Francisco".into()),
            summary: Some("kestrel data builds reference data for product teams.".into()),
            tags: vec!["data".into(), "artificial intelligence".into()],
            provenance: Provenance {
                provider: "people_data_labs".into(),
                likelihood: 6,
                as_of: "2026-11-22".into(),
                cached: false,
            },
        };
        assert!(profile == expected, "{}", serde_json::to_string_pretty(&profile).unwrap());
    }

    #[test]
    fn a_person_as_published_is_read_into_a_profile() {
        let answer: PersonAnswer = serde_json::from_str(include_str!("fixtures/person.json")).unwrap();
        let profile = PersonProfile::try_from(On(answer, "2026-11-22".into())).unwrap();
        assert_eq!(profile.full_name.as_deref(), Some("Mirela O'brien-Novak"));
        assert_eq!(profile.title.as_deref(), Some("vp of sales operations"));
        assert_eq!(profile.levels, ["vp"]);
        assert_eq!(profile.role.as_deref(), Some("sales"));
    }

    #[test]
    fn employees_come_from_the_band_where_there_is_no_count() {
        for (size, employees) in [("1-10", Some(1)), ("201-500", Some(201)), ("10001+", Some(10_001)), ("many", None)] {
            let json = format!(r#"{{"likelihood":5,"name":"a","employee_count":null,"size":"{size}"}}"#);
            assert_eq!(company(&json).unwrap().employees, employees, "{size}");
        }
    }

    #[test]
    fn a_field_that_the_plan_hides_reads_as_absent() {
        let profile =
            company(r#"{"likelihood":5,"name":"a","founded":true,"summary":false,"tags":true,"location":true}"#);
        let profile = profile.unwrap();
        assert_eq!((profile.founded, profile.summary, profile.country_code), (None, None, None));
        assert!(profile.tags.is_empty());
    }

    #[test]
    fn an_answer_without_a_name_or_with_an_impossible_likelihood_is_unusable() {
        assert_eq!(company(r#"{"likelihood":5,"name":" "}"#).err(), Some(Unusable::NoName));
        assert_eq!(company(r#"{"likelihood":11,"name":"a"}"#).err(), Some(Unusable::Likelihood(11)));
        assert_eq!(company(r#"{"likelihood":0,"name":"a"}"#).err(), Some(Unusable::Likelihood(0)));
    }
}
