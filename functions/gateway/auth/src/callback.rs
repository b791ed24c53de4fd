//! `GET /oauth/callback`: the person comes back from the CRM.
//!
//! The state is taken once, and counts in the browser that consented alone. Without that look an attacker could consent
//! with their own app, and have somebody else's browser, which is logged in at the CRM, finish it (CVE-2026-27124).

use http::{Request, Response, StatusCode};

use revloops_loopkit::Outcome;

use crate::browser::Browser;
use crate::dashboards::{self, AwaitsDashboards};
use crate::login::{self, Refused};
use crate::params::Params;
use crate::token_requests::{Asked, AwaitsLogin, look, take};
use crate::{Ports, clients, failures, grants, pages};

pub(crate) async fn callback(request: &Request<Vec<u8>>, ports: &Ports) -> Response<Vec<u8>> {
    match came_back(request, ports).await {
        Ok(response) => response,
        Err(failure) => pages::failed(&failure),
    }
}

async fn came_back(request: &Request<Vec<u8>>, ports: &Ports) -> Outcome<Response<Vec<u8>>> {
    let refused = |why: &str| Ok(pages::wrong(StatusCode::FORBIDDEN, "This login was not taken", why));
    let Ok(params) = Params::of_query(request) else { return refused("the CRM's answer cannot be read") };
    let Some(state) = params.get("state") else { return refused("the CRM's answer does not say which login it is of") };
    let now = ports.clock.now();
    let over = "it has ended already, or took too long: begin in the app again";
    // An app's login, or one on the way to the dashboards, which no app asked for.
    let (begun_in, app) = match look::<AwaitsLogin>(ports, state, now).await? {
        Some(waiting) => (waiting.browser, Some(waiting.asked.client.id)),
        None => match look::<AwaitsDashboards>(ports, state, now).await? {
            Some(waiting) => (waiting.browser, None),
            None => return refused(over),
        },
    };
    if !Browser::of(request, &ports.site.public).is_some_and(|browser| browser.is(&begun_in)) {
        tracing::warn!(client_id = app, "a login came back in another browser");
        return refused("it was begun in another browser. If you did not begin it, somebody tried to use your login");
    }
    if app.is_none() {
        return dashboards::came_back(ports, state, params.get("code")).await;
    }
    let Some(waiting) = take::<AwaitsLogin>(ports, state, now).await? else { return refused(over) };
    let asked = waiting.asked.clone();
    let Some(code) = params.get("code") else {
        return Ok(asked.back_with_error(ports, "access_denied", "the person did not log in at the CRM"));
    };
    Ok(match logged_in(ports, waiting, state, code).await {
        Ok(code) => asked.back(ports, &[("code", &code)]),
        Err(Refused::Person(why)) => asked.back_with_error(ports, "access_denied", why),
        Err(Refused::Failed(failure)) => {
            let (_, error) = failures::word(&failure);
            asked.back_with_error(ports, error, "the login could not be ended")
        }
    })
}

/// The code for the app.
async fn logged_in(ports: &Ports, waiting: AwaitsLogin, state: &str, code: &str) -> Result<String, Refused> {
    let asked: Asked = waiting.asked;
    let person = login::end(ports, &waiting.pending, state, code).await?;
    let now = ports.clock.now();
    let code = grants::make(ports, &asked, &person.tokens, &person.identity, person.role, now).await?;
    clients::used(ports, &asked.client, now).await;
    Ok(code)
}
