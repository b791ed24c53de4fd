//! Hunter, as far as company and email enrichment go: <https://hunter.io/api-documentation/v2>.
//!
//! It knows some companies that the other provider does not, and every other company that both know; of those it has
//! the employees as a range. It knows people where it knows the company, one address in three only roughly or not at all.

use std::sync::{Arc, LazyLock};

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::http::{App, Params, text};
use super::library::{Company, library};
use super::person;

static ITS_OWN: LazyLock<Vec<Company>> = LazyLock::new(|| {
    // The file is part of the program; the tests read it whole, so that an unreadable one never gets this far.
    serde_json::from_str(include_str!("hunter_companies.json")).unwrap_or_default()
});

/// The companies that Hunter alone knows, in the order of the file.
#[must_use]
pub fn only_hunter_knows() -> &'static [Company] {
    &ITS_OWN
}

/// Its companies: its own, and every other one of the shared library.
fn companies() -> impl Iterator<Item = &'static Company> {
    only_hunter_knows().iter().chain(library().iter().step_by(2))
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/v2/companies/find", get(find_company)).route("/v2/people/find", get(find_person))
}

async fn find_company(State(app): State<Arc<App>>, headers: HeaderMap, Query(params): Query<Params>) -> Response {
    answer(&app, "companies", &headers, &params, "domain", |domain| {
        let domain = domain.trim().to_lowercase();
        companies().find(|one| one.domain == domain).map(company)
    })
}

async fn find_person(State(app): State<Arc<App>>, headers: HeaderMap, Query(params): Query<Params>) -> Response {
    answer(&app, "people", &headers, &params, "email", |email| {
        let domain = email.rsplit_once('@')?.1.trim().to_lowercase();
        let at = companies().find(|one| one.domain == domain)?;
        let (person, sureness) = person::guess(email, at)?;
        let full_name = [title_case(&person.first_name), title_case(&person.last_name)].join(" ");
        Some(json!({
            "id": format!("standin-{}", full_name.to_lowercase().replace(' ', "-")),
            "name": { "fullName": full_name, "givenName": title_case(&person.first_name), "familyName": title_case(&person.last_name) },
            "email": email,
            "location": format!("{}, {}", at.locality, at.region),
            "geo": geo(at),
            "employment": {
                "domain": at.domain, "name": at.name, "title": title_case(person.job.title), "role": person.job.role,
                "subRole": null, "seniority": seniority(person.job.levels),
            },
            "fuzzy": sureness < 3,
            "emailProvider": null,
            "indexedAt": "2026-10-30",
            "phone": null,
            "activeAt": "2026-10-30",
            "inactiveAt": null,
        }))
    })
}

/// One call: key, limit, parameter, look-up.
fn answer(
    app: &App,
    endpoint: &'static str,
    headers: &HeaderMap,
    params: &Params,
    by: &str,
    look_up: impl FnOnce(&str) -> Option<Value>,
) -> Response {
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let key = headers.get("x-api-key").and_then(|key| key.to_str().ok()).or(bearer).or_else(|| text(params, "api_key"));
    if key != Some(app.options.api_key.as_str()) {
        return error(401, "authentication_failed", "No user found for the API key supplied");
    }
    if app.count(endpoint).0 > app.options.per_minute {
        return error(403, "rate_limit", "You have reached the rate limit");
    }
    let Some(asked) = text(params, by) else {
        return error(400, "wrong_params", &format!("You are missing the {by} parameter"));
    };
    match look_up(asked) {
        Some(data) => Json(json!({ "data": data, "meta": { by: asked } })).into_response(),
        None => error(404, "not_found", "The requested resource does not exist"),
    }
}

fn error(code: u16, id: &str, details: &str) -> Response {
    let body = json!({ "errors": [{ "id": id, "code": code, "details": details }] });
    (StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(body)).into_response()
}

fn company(company: &Company) -> Value {
    json!({
        "id": format!("standin-{}", company.domain.trim_end_matches(".example")),
        "name": company.name,
        "legalName": null,
        "domain": company.domain,
        "domainAliases": [],
        "site": { "phoneNumbers": [], "emailAddresses": [] },
        "category": { "sector": null, "industryGroup": null, "industry": title_case(&company.industry), "subIndustry": null },
        "tags": company.tags,
        "description": company.summary,
        "foundedYear": company.founded,
        "location": format!("{}, {}", company.locality, company.region),
        "geo": geo(company),
        "linkedin": { "handle": null },
        "type": "private",
        "phone": null,
        "metrics": { "employees": company.size, "annualRevenue": null, "raised": null },
        "indexedAt": "2026-10-30",
        "tech": [],
    })
}

fn geo(company: &Company) -> Value {
    json!({
        "city": company.locality, "state": company.region, "stateCode": null, "country": title_case(&company.country),
        "countryCode": company.country_code, "lat": null, "lng": null,
    })
}

/// Hunter knows three.
fn seniority(levels: &[&str]) -> Option<&'static str> {
    levels.iter().find_map(|level| match *level {
        "cxo" | "owner" | "vp" | "partner" => Some("executive"),
        "director" => Some("director"),
        "manager" => Some("manager"),
        _ => None,
    })
}

fn title_case(text: &str) -> String {
    text.split(' ')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
        .collect::<Vec<String>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_own_companies_are_readable_and_unknown_to_the_other_provider() {
        let own: Vec<Company> = serde_json::from_str(include_str!("hunter_companies.json")).unwrap();
        assert!(own.len() >= 8);
        for one in &own {
            assert!(one.domain.ends_with(".example"), "{}", one.domain);
            assert!(library().iter().all(|other| other.domain != one.domain && other.name != one.name), "{}", one.name);
        }
        assert!(companies().count() > own.len() + 20);
    }
}
