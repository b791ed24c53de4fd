//! `GET /oauth/callback`: the person comes back from the CRM.
//!
//! The state is taken once, and counts in the browser that consented alone. Without that look an attacker could consent
//! with their own app, and have somebody else's browser, which is logged in at the CRM, finish it (CVE-2026-27124).

use http::{Request, Response, StatusCode};
use serde_json::Value;

use revloops_domain::ErrorClass;
use revloops_loopkit::{Failure, Outcome};

use crate::browser::Browser;
use crate::params::Params;
use crate::token_requests::{Asked, AwaitsLogin, look, take};
use crate::{Ports, clients, failures, grants, pages, random};

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
    let Some(waiting) = look::<AwaitsLogin>(ports, state, now).await? else { return refused(over) };
    if !Browser::of(request, &ports.site.public).is_some_and(|browser| browser.is(&waiting.browser)) {
        tracing::warn!(client_id = waiting.asked.client.id, "a login came back in another browser");
        return refused("it was begun in another browser. If you did not begin it, somebody tried to use your login");
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

enum Refused {
    /// The person may not come in.
    Person(&'static str),
    Failed(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        if failure.class() == ErrorClass::Rejected {
            tracing::warn!("a login was refused: {failure}");
            Self::Person("the CRM did not take the login")
        } else {
            Self::Failed(failure)
        }
    }
}

/// The code for the app.
async fn logged_in(ports: &Ports, waiting: AwaitsLogin, state: &str, code: &str) -> Result<String, Refused> {
    let asked: Asked = waiting.asked;
    let opened = ports.sealer.open(&random::kept_as(state), &waiting.pending);
    let opened = opened.map_err(|error| Failure::new(ErrorClass::Bug, "opening a login").caused_by(error))?;
    let pending: Value = serde_json::from_slice(&opened)
        .map_err(|error| Failure::unreadable(ErrorClass::Bug, "reading a login", &error))?;
    let tokens = ports.crm.complete(&pending, code, state).await?;
    let identity = ports.crm.identity(&tokens).await?;
    let role = identity.as_ref().and_then(|identity| ports.site.roles.role_of(identity));
    let (Some(identity), Some(role)) = (identity, role) else {
        if let Err(failure) = ports.crm.revoke(&tokens).await {
            tracing::warn!("a session that was not taken is not revoked in the CRM: {failure}");
        }
        return Err(Refused::Person("this person may not use RevLoops"));
    };
    let now = ports.clock.now();
    let code = grants::make(ports, &asked, &tokens, &identity, role, now).await?;
    clients::used(ports, &asked.client, now).await;
    Ok(code)
}
