//! What people see: the consent page, and what went wrong. It works without scripts, and holds none.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Response, StatusCode, header};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use url::Url;

use revloops_identity::{Resource, Scope};
use revloops_loopkit::Failure;

use crate::redirects::Destination;
use crate::respond;
use crate::token_requests::Asked;

const STYLE: &str = include_str!("pages.css");

/// What the consent page shows.
pub(crate) struct Consent<'a> {
    pub(crate) asked: &'a Asked,
    pub(crate) destination: Destination,
    pub(crate) resource: &'a Resource,
    pub(crate) crm_login_url: &'a str,
    /// Under what the request waits.
    pub(crate) request: &'a str,
    /// The form's own token.
    pub(crate) csrf: &'a str,
}

/// The question whether an app may in.
pub(crate) fn consent(shown: &Consent<'_>) -> Response<Vec<u8>> {
    let client = &shown.asked.client;
    let crm = Url::parse(shown.crm_login_url).ok();
    let crm_host = crm.as_ref().and_then(Url::host_str).unwrap_or("your CRM");
    let scopes = shown.asked.scopes.iter().filter(|scope| **scope != Scope::OfflineAccess);
    let body = html! {
        p .eyebrow { "RevLoops" }
        h1 { "Let " strong { (client.name) } " in?" }
        p { "It asks for access to " strong { (shown.resource.title()) } ", with your own rights in the CRM." }
        dl {
            dt { "The answer goes to" }
            dd .host { (shown.destination.shown) }
            dt { "Who says what it is called" }
            @match &client.described_at {
                Some(host) => { dd { "the document at " span .host { (host) } } }
                None => { dd { "the app itself: any app can take any name" } }
            }
        }
        @if shown.destination.is_here {
            p .warning role="note" {
                strong { "This is a program on this computer. " }
                "Allow it only if you have just started it yourself and asked it to connect."
            }
        } @else {
            p .note { "Allow it only if you know " span .host { (shown.destination.shown) } " and have just come from there." }
        }
        h2 { "It will be able to" }
        ul {
            @for scope in scopes {
                li .changes[*scope != Scope::CrmRead && *scope != Scope::WorkflowRead && *scope != Scope::AnalyticsRead] {
                    (scope.meaning())
                }
            }
            @if shown.asked.refreshes() {
                li { (Scope::OfflineAccess.meaning()) ", for up to thirty days" }
            }
        }
        form method="post" action="/oauth/consent" {
            input type="hidden" name="request" value=(shown.request);
            input type="hidden" name="csrf" value=(shown.csrf);
            div .buttons {
                button .primary type="submit" name="answer" value="allow" { "Allow, and log in" }
                button type="submit" name="answer" value="deny" { "Deny" }
            }
        }
        p .small { "After Allow you log in at " span .host { (crm_host) } ". The app sees neither your password nor the CRM's own tokens." }
    };
    let mut response = page(StatusCode::OK, "Let an app in?", &body);
    // Browsers hold the redirects that follow a form's answer against `form-action`, too: the CRM's login, whatever it
    // leads through, and the app.
    let mut schemes = vec!["https".to_owned(), shown.destination.scheme.clone()];
    schemes.extend(crm.map(|url| url.scheme().to_owned()));
    schemes.dedup();
    let targets: Vec<String> = schemes.into_iter().map(|scheme| format!("{scheme}:")).collect();
    policy(&mut response, &format!("'self' {}", targets.join(" ")));
    response
}

/// Something that is not taken, and why.
pub(crate) fn wrong(status: StatusCode, heading: &str, why: &str) -> Response<Vec<u8>> {
    tracing::warn!(heading, why, "a page says no");
    let body = html! {
        p .eyebrow { "RevLoops" }
        h1 { (heading) }
        p role="alert" { (sentence(why)) }
        p .small { "Nothing was given to any app. You can close this page." }
    };
    page(status, heading, &body)
}

/// What we could not do, logged here, where it is handled.
pub(crate) fn failed(failure: &Failure) -> Response<Vec<u8>> {
    let (status, _) = crate::failures::word(failure);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        wrong(status, "Not just now", "something that this needs does not answer: try again in a minute")
    } else {
        ours()
    }
}

/// A mistake of ours.
pub(crate) fn ours() -> Response<Vec<u8>> {
    let why = "RevLoops has made a mistake here. Who runs it finds the reason in the log";
    wrong(StatusCode::INTERNAL_SERVER_ERROR, "This did not work", why)
}

/// No such page.
pub(crate) fn not_found() -> Response<Vec<u8>> {
    wrong(StatusCode::NOT_FOUND, "There is no such page", "the address leads nowhere here")
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn page(status: StatusCode, title: &str, body: &Markup) -> Response<Vec<u8>> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " · RevLoops" }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    };
    let mut response = respond::html(status, page.into_string());
    policy(&mut response, "'none'");
    response
}

/// Our one style, by its hash; no script, no frame, no picture, no font, no base.
fn policy(response: &mut Response<Vec<u8>>, form_action: &str) {
    let style = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()).as_ref());
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, value);
    }
}
