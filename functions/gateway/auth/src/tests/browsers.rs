//! Consent, and the way back from the CRM: bound to the browser, once.

use http::header;
use jiff::SignedDuration;

use super::stage::{Browser, CRM, Form, Stage, but};

#[tokio::test]
async fn the_page_says_who_asks_for_what_and_where_the_answer_goes() {
    let stage = Stage::new();
    let app = stage.app_at("Deal <b>Desk</b>", "https://desk.example/cb").await;
    let page = Browser::default()
        .ask(&stage, &but(&app.asks(), &[("scope", Some("crm.read crm.delete offline_access"))]))
        .await;
    assert_eq!(page.status, 200);
    for text in [
        "Deal &lt;b&gt;Desk&lt;/b&gt;",
        "<dd class=\"host\">desk.example</dd>",
        "read the CRM's records that you may see",
        "delete the CRM's records, in your name",
        "do so without asking you to log in again",
        "RevLoops CRM",
        "login.crm.example",
        "any app can take any name",
    ] {
        assert!(page.text.contains(text), "{text} is not in {}", page.text);
    }
    assert!(
        !page.text.contains("create and change") && !page.text.contains("<b>Desk") && !page.text.contains("<script")
    );
    assert!(!page.text.contains("program on this computer"));
    let local = stage.app("Local").await;
    let page = Browser::default().ask(&stage, &local.asks()).await;
    assert!(page.text.contains("program on this computer"), "{}", page.text);
}

#[tokio::test]
async fn the_page_cannot_be_framed_kept_or_made_to_load_anything() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let page = Browser::default().ask(&stage, &app.asks()).await;
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "style-src 'sha256-",
        "form-action 'self' https: http:",
    ] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    assert!(!policy.contains("unsafe"));
    assert_eq!(page.headers[header::X_FRAME_OPTIONS], "DENY");
    assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(page.headers[header::REFERRER_POLICY], "same-origin");
    let cookie = page.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-revloops_browser="), "{cookie}");
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{part} is not in {cookie}");
    }
    assert!(!cookie.contains("Domain"));
}

#[tokio::test]
async fn without_https_the_cookie_has_the_name_that_browsers_take() {
    let stage = Stage::at("http://127.0.0.1:4575");
    let app = stage.app("App").await;
    let page =
        Browser::default().ask(&stage, &but(&app.asks(), &[("resource", Some("http://127.0.0.1:4575/mcp/crm"))])).await;
    let cookie = page.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.starts_with("revloops_browser=") && !cookie.contains("Secure") && cookie.contains("HttpOnly"),
        "{cookie}"
    );
}

/// Guard: the cookie, the form's token and the origin, each by itself.
#[tokio::test]
async fn another_site_cannot_consent_for_a_person() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let mut victim = Browser::default();
    let form = victim.ask(&stage, &app.asks()).await.form();
    // Another site's form brings no cookie.
    assert!(Browser::default().answer(&stage, &form, "allow").await.is_refusal());
    // Another browser's cookie is not this one's.
    let mut other = Browser::default();
    let others = other.ask(&stage, &app.asks()).await.form();
    assert!(other.answer(&stage, &form, "allow").await.is_refusal());
    // The attacker's own form in the victim's browser.
    assert!(victim.answer(&stage, &others, "allow").await.is_refusal());
    // A guessed, another's, and no token.
    for csrf in [others.csrf.as_str(), "x", ""] {
        let forged = Form { csrf: csrf.to_owned(), ..form.clone() };
        assert!(victim.answer(&stage, &forged, "allow").await.is_refusal(), "{csrf}");
    }
    // Everything right, from another site's page.
    for origin in ["https://evil.example", "null", "https://revloops.example.com.evil.example"] {
        assert!(victim.answer_from(&stage, &form, "allow", Some(origin.to_owned())).await.is_refusal(), "{origin}");
    }
    // None of these has used it up: the person's own answer counts.
    assert!(victim.answer(&stage, &form, "allow").await.location().as_str().contains("crm-state"));
}

#[tokio::test]
async fn an_answer_counts_once_and_in_time() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let mut browser = Browser::default();
    let form = browser.ask(&stage, &app.asks()).await.form();
    assert_eq!(browser.answer(&stage, &form, "allow").await.status, 303);
    assert!(browser.answer(&stage, &form, "allow").await.is_refusal());
    let form = browser.ask(&stage, &app.asks()).await.form();
    stage.pass(SignedDuration::from_mins(10));
    assert!(browser.answer(&stage, &form, "allow").await.is_refusal());
}

#[tokio::test]
async fn who_denies_sends_the_app_away_and_never_comes_to_the_crm() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let mut browser = Browser::default();
    let form = browser.ask(&stage, &app.asks()).await.form();
    let denied = browser.answer(&stage, &form, "deny").await;
    assert!(denied.location().as_str().starts_with(&app.redirect_uri));
    assert_eq!(denied.param("error").unwrap(), "access_denied");
    assert_eq!(
        (denied.param("state").as_deref(), denied.param("iss").as_deref()),
        (Some("app-state"), Some("https://revloops.example.com"))
    );
    assert!(!stage.documents.as_text().contains("\"login\""));
}

/// Guard: the browser is looked at again at the callback (CVE-2026-27124). The attacker consents with their own app in
/// their own browser, and has the victim's, which is logged in at the CRM, finish it.
#[tokio::test]
async fn an_attackers_login_is_not_finished_by_another_browser() {
    let stage = Stage::new();
    let app = stage.app_at("Attacker's", "https://evil.example/cb").await;
    let mut attacker = Browser::default();
    let form = attacker.ask(&stage, &app.asks()).await.form();
    let at_crm = attacker.answer(&stage, &form, "allow").await;
    // A victim that was never here, and one that has a cookie of its own.
    let mut victim = Browser::default();
    assert!(victim.back(&stage, &at_crm, "code-ida").await.is_refusal());
    victim.ask(&stage, &app.asks()).await;
    assert!(victim.cookie.is_some());
    let refused = victim.back(&stage, &at_crm, "code-ida").await;
    assert!(refused.is_refusal() && refused.text.contains("another browser"), "{}", refused.text);
    assert_eq!(*stage.crm.completed.lock().unwrap(), 0, "the victim's code was not even redeemed");
    // In the browser that consented the same state goes on.
    assert!(attacker.back(&stage, &at_crm, "code-mallory").await.param("code").is_some());
}

/// Guard: the state is taken once, lasts ten minutes, and is ours.
#[tokio::test]
async fn a_state_works_once_and_in_time() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let mut browser = Browser::default();
    let form = browser.ask(&stage, &app.asks()).await.form();
    let at_crm = browser.answer(&stage, &form, "allow").await;
    assert!(browser.back(&stage, &at_crm, "code-ida").await.param("code").is_some());
    assert!(browser.back(&stage, &at_crm, "code-ida").await.is_refusal());
    let form = browser.ask(&stage, &app.asks()).await.form();
    let at_crm = browser.answer(&stage, &form, "allow").await;
    stage.pass(SignedDuration::from_mins(10));
    assert!(browser.back(&stage, &at_crm, "code-ida").await.is_refusal());
    for query in ["code=code-ida&state=guessed", "code=code-ida", "", "state=a&state=b&code=code-ida"] {
        assert!(browser.get(&stage, &format!("/oauth/callback?{query}")).await.is_refusal(), "{query}");
    }
    assert_eq!(*stage.crm.completed.lock().unwrap(), 1);
}

/// Guard: consent is bound to one request of one app, and is asked for each time. A proxy that remembers it by its own
/// cookie would let the attacker's app in by what the person has allowed another.
#[tokio::test]
async fn consent_for_one_app_is_none_for_another() {
    let stage = Stage::new();
    let trusted = stage.app_at("Trusted", "https://trusted.example/cb").await;
    let evil = stage.app_at("Trusted", "https://evil.example/cb").await;
    let mut browser = Browser::default();
    let form = browser.ask(&stage, &trusted.asks()).await.form();
    let at_crm = browser.answer(&stage, &form, "allow").await;
    browser.back(&stage, &at_crm, "code-ida").await;
    // The same browser, with the cookie of the consent, on the attacker's link: it is asked, with the attacker's host.
    let page = browser.ask(&stage, &evil.asks()).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("<dd class=\"host\">evil.example</dd>"), "{}", page.text);
    // And again for the app that was let in before.
    assert_eq!(browser.ask(&stage, &trusted.asks()).await.status, 200);
    // The form of one does not answer for the other.
    let (ours, theirs) =
        (browser.ask(&stage, &trusted.asks()).await.form(), browser.ask(&stage, &evil.asks()).await.form());
    let crossed = Form { request: theirs.request, csrf: ours.csrf };
    assert!(browser.answer(&stage, &crossed, "allow").await.is_refusal());
}

#[tokio::test]
async fn who_may_not_come_in_is_sent_back_and_their_session_is_ended() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    stage.crm.people.lock().unwrap().get_mut("ida").unwrap().active = false;
    let mut browser = Browser::default();
    let form = browser.ask(&stage, &app.asks()).await.form();
    let at_crm = browser.answer(&stage, &form, "allow").await;
    let back = browser.back(&stage, &at_crm, "code-ida").await;
    assert_eq!((back.param("error").as_deref(), back.param("code")), (Some("access_denied"), None));
    assert_eq!(*stage.crm.revoked.lock().unwrap(), ["00D-access/ida/0"]);
}

#[tokio::test]
async fn what_the_crm_refuses_or_cannot_answer_goes_back_to_the_app() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let mut browser = Browser::default();
    let form = browser.ask(&stage, &app.asks()).await.form();
    let at_crm = browser.answer(&stage, &form, "allow").await;
    assert_eq!(browser.back(&stage, &at_crm, "wrong").await.param("error").unwrap(), "access_denied");
    let form = browser.ask(&stage, &app.asks()).await.form();
    let at_crm = browser.answer(&stage, &form, "allow").await;
    *stage.crm.down.lock().unwrap() = true;
    assert_eq!(browser.back(&stage, &at_crm, "code-ida").await.param("error").unwrap(), "temporarily_unavailable");
    let form = browser.ask(&stage, &app.asks()).await.form();
    let at_crm = browser.answer(&stage, &form, "allow").await;
    let state = at_crm.param("state").unwrap();
    let path = format!("/oauth/callback?error=access_denied&error_description=%3Cscript%3E&state={state}");
    let back = browser.get(&stage, &path).await;
    assert_eq!(back.param("error").unwrap(), "access_denied");
    assert!(!back.location().as_str().contains("%3Cscript"));
    assert_eq!(back.location().as_str().split('?').next().unwrap(), app.redirect_uri);
    assert_eq!(back.param("iss").unwrap(), CRM.strip_suffix("/mcp/crm").unwrap());
}
