//! Companies and people in the shapes that the provider publishes: lower case, `null` where nothing is known.

use serde_json::{Value, json};

use super::library::Company;
use super::person::Person;

/// A company, with the likelihood beside its fields.
pub(super) fn company(company: &Company, likelihood: u8) -> Value {
    let (name, domain) = (company.name.to_lowercase(), company.domain.as_str());
    let slug = domain.trim_end_matches(".example");
    let (locality, region) = (company.locality.to_lowercase(), company.region.to_lowercase());
    json!({
        "status": 200,
        "id": format!("standin-{slug}"),
        "name": name,
        "display_name": company.name,
        "size": company.size,
        "employee_count": company.employees,
        "founded": company.founded,
        "industry": company.industry,
        "industry_v2": null,
        "naics": null,
        "sic": null,
        "location": {
            "name": format!("{locality}, {region}, {}", company.country),
            "locality": locality,
            "region": region,
            "metro": null,
            "country": company.country,
            "continent": null,
            "street_address": null,
            "address_line_2": null,
            "postal_code": null,
            "geo": null,
        },
        "linkedin_id": null,
        "linkedin_url": null,
        "facebook_url": null,
        "twitter_url": null,
        "profiles": [],
        "website": domain,
        "ticker": null,
        "type": "private",
        "summary": company.summary,
        "tags": company.tags,
        "headline": null,
        "alternative_names": [],
        "alternative_domains": [],
        "affiliated_profiles": [],
        "dataset_version": "stand-in",
        "likelihood": likelihood,
    })
}

/// A person, inside `data`.
pub(super) fn person(person: &Person, likelihood: u8) -> Value {
    let Person { first_name, last_name, job, company } = person;
    let full_name = if first_name == last_name { first_name.clone() } else { format!("{first_name} {last_name}") };
    json!({
        "status": 200,
        "likelihood": likelihood,
        "data": {
            "id": format!("standin-{}_0000", full_name.replace(' ', "-")),
            "full_name": full_name,
            "first_name": first_name,
            "middle_initial": null,
            "middle_name": null,
            "last_initial": last_name.chars().next().map(String::from),
            "last_name": last_name,
            "sex": null,
            "birth_year": null,
            "linkedin_url": null,
            "work_email": true,
            "personal_emails": false,
            "mobile_phone": false,
            "industry": company.industry,
            "job_title": job.title,
            "job_title_role": job.role,
            "job_title_sub_role": job.sub_role,
            "job_title_levels": job.levels,
            "job_company_name": company.name.to_lowercase(),
            "job_company_website": company.domain,
            "job_company_size": company.size,
            "job_start_date": null,
            "location_name": format!("{}, {}", company.locality.to_lowercase(), company.country),
            "location_country": company.country,
            "experience": [],
            "education": [],
            "skills": [],
            "dataset_version": "stand-in",
        },
    })
}
