//! `POST /oauth/consent`: the person's answer.
//!
//! It counts once, from the browser that was shown the page, with the page's own token: another site's form has neither
//! cookie nor token, and one app's page holds no token of another's. Only then is the CRM's login begun.

use http::{Request, Response, StatusCode, header};

use revloops_loopkit::Outcome;

use crate::browser::Browser;
use crate::params::Params;
use crate::token_requests::{AwaitsConsent, AwaitsLogin, keep, look, take};
use crate::{Ports, login, pages, random, respond};

pub(crate) async fn consent(request: &Request<Vec<u8>>, ports: &Ports) -> Response<Vec<u8>> {
    match answered(request, ports).await {
        Ok(response) => response,
        Err(failure) => pages::failed(&failure),
    }
}

async fn answered(request: &Request<Vec<u8>>, ports: &Ports) -> Outcome<Response<Vec<u8>>> {
    let refused = |why: &str| Ok(pages::wrong(StatusCode::FORBIDDEN, "Your answer was not taken", why));
    let params = match Params::of_form(request) {
        Ok(params) => params,
        Err(error) => {
            return Ok(pages::wrong(StatusCode::BAD_REQUEST, "Your answer cannot be read", &error.to_string()));
        }
    };
    // Beside the cookie: browsers say where a form comes from.
    let origin = request.headers().get(header::ORIGIN);
    if origin.is_some_and(|origin| origin.as_bytes() != ports.site.public.as_str().as_bytes()) {
        return refused("it came from another site's page");
    }
    let Some(browser) = Browser::of(request, &ports.site.public) else {
        return refused(
            "your browser did not send our cookie: allow cookies for this site, and begin in the app again",
        );
    };
    let (Some(secret), Some(csrf)) = (params.get("request"), params.get("csrf")) else {
        return refused("the form was not complete: begin in the app again");
    };
    let now = ports.clock.now();
    let over = "the page is too old, or was answered already: begin in the app again";
    let Some(waiting) = look::<AwaitsConsent>(ports, secret, now).await? else { return refused(over) };
    // Looked at before it is taken: whoever is refused here takes nothing from who may answer.
    if !browser.is(&waiting.browser) || !random::same(&random::kept_as(csrf), &waiting.csrf) {
        return refused("it came from another browser or another page than the one that asked");
    }
    let allowed = match params.get("answer") {
        Some("allow") => true,
        Some("deny") => false,
        Some(_) | None => return refused("the answer must be allow or deny"),
    };
    let Some(waiting) = take::<AwaitsConsent>(ports, secret, now).await? else { return refused(over) };
    let asked = waiting.asked;
    if !allowed {
        return Ok(asked.back_with_error(ports, "access_denied", "the person did not let the app in"));
    }
    let begun = login::begin(ports)?;
    tracing::info!(client_id = asked.client.id, resource = asked.resource, "a person lets an app in");
    let waiting = AwaitsLogin { asked, browser: waiting.browser, pending: begun.pending };
    keep(ports, &begun.state, &waiting, now).await?;
    Ok(respond::redirect(&begun.url))
}
