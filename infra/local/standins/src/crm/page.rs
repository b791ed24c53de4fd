//! The rep's page: the files a browser gets from the stand-in, built into the binary.
//!
//! The page is plain HTML, CSS and ECMAScript modules without a build step. It speaks the same REST API as every other client
//! (`/services/data/v68.0/…` with a bearer token), and [`super::ui`] for what the vendor has in its own page only.
//!
//! A lead's text comes from outside, so the page is served under a policy that runs no script but its own files.

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};

/// Nothing from anywhere but this origin, and no script in the markup.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Path, media type and text of every file of the page.
const FILES: [(&str, &str, &str); 21] = [
    ("/", HTML, include_str!("page/index.html")),
    ("/favicon.svg", SVG, include_str!("page/favicon.svg")),
    ("/page/style.css", CSS, include_str!("page/style.css")),
    ("/page/app.js", SCRIPT, include_str!("page/app.js")),
    ("/page/api.js", SCRIPT, include_str!("page/api.js")),
    ("/page/convert.js", SCRIPT, include_str!("page/convert.js")),
    ("/page/deal_list.js", SCRIPT, include_str!("page/deal_list.js")),
    ("/page/deal_page.js", SCRIPT, include_str!("page/deal_page.js")),
    ("/page/dom.js", SCRIPT, include_str!("page/dom.js")),
    ("/page/format.js", SCRIPT, include_str!("page/format.js")),
    ("/page/fresh.js", SCRIPT, include_str!("page/fresh.js")),
    ("/page/lead_cards.js", SCRIPT, include_str!("page/lead_cards.js")),
    ("/page/lead_form.js", SCRIPT, include_str!("page/lead_form.js")),
    ("/page/lead_list.js", SCRIPT, include_str!("page/lead_list.js")),
    ("/page/lead_page.js", SCRIPT, include_str!("page/lead_page.js")),
    ("/page/preview.js", SCRIPT, include_str!("page/preview.js")),
    ("/page/reasons.js", SCRIPT, include_str!("page/reasons.js")),
    ("/page/sign_in.js", SCRIPT, include_str!("page/sign_in.js")),
    ("/page/task_list.js", SCRIPT, include_str!("page/task_list.js")),
    ("/page/tasks.js", SCRIPT, include_str!("page/tasks.js")),
    ("/page/timeline.js", SCRIPT, include_str!("page/timeline.js")),
];

/// The routes of the page's files, to be merged into the CRM stand-in's router.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    FILES.into_iter().fold(Router::new(), |router, (path, media_type, text)| {
        router.route(path, get(move || async move { file(media_type, text) }))
    })
}

fn file(media_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, media_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}
