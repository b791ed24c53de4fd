//! Codes: once, for a minute, for who asked.

use http::{Request, header};
use jiff::SignedDuration;

use revloops_domain::ErrorClass;

use super::stage::{Browser, CRM, Stage, VERIFIER, WORKFLOW, but, encoded};

/// Guard: a code is marked when it is used, and a second use ends the grant.
#[tokio::test]
async fn a_code_is_redeemed_once_and_its_second_use_ends_everything() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let code = stage.code(&app).await;
    let (status, tokens) = stage.post("/oauth/token", &app.redeems(&code)).await;
    assert_eq!(status, 200);
    assert!(stage.crm_session(tokens["access_token"].as_str().unwrap()).await.is_ok());
    let (status, told) = stage.post("/oauth/token", &app.redeems(&code)).await;
    assert_eq!((status, told["error"].as_str()), (400, Some("invalid_grant")));
    // What the first use brought is worth nothing any more, but for the minutes of the access token where the CRM is
    // not needed.
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let (status, told) = stage.post("/oauth/token", &app.refreshes(refresh)).await;
    assert_eq!((status, told["error"].as_str()), (400, Some("invalid_grant")));
    let session = stage.crm_session(tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(session.unwrap_err().class(), ErrorClass::Rejected);
    assert_eq!(*stage.crm.revoked.lock().unwrap(), ["00D-access/ida/0"]);
}

#[tokio::test]
async fn a_code_s_second_use_is_noticed_after_its_minute_too() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let code = stage.code(&app).await;
    let (_, tokens) = stage.post("/oauth/token", &app.redeems(&code)).await;
    stage.pass(SignedDuration::from_hours(1));
    stage.post("/oauth/token", &app.redeems(&code)).await;
    let (status, _) = stage.post("/oauth/token", &app.refreshes(tokens["refresh_token"].as_str().unwrap())).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn of_two_who_redeem_at_once_at_most_one_gets_tokens_and_the_grant_ends() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let code = stage.code(&app).await;
    let form = app.redeems(&code);
    let (one, other) = (stage.post("/oauth/token", &form), stage.post("/oauth/token", &form));
    let ((first, _), (second, _)) = tokio::join!(one, other);
    assert_eq!([first, second].iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(stage.crm.revoked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_code_lasts_a_minute() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let code = stage.code(&app).await;
    stage.pass(SignedDuration::from_secs(60));
    let (status, told) = stage.post("/oauth/token", &app.redeems(&code)).await;
    assert_eq!((status, told["error"].as_str()), (400, Some("invalid_grant")));
}

/// Guards: the code is bound to client, redirect, verifier and resource. None of these tries uses it up: the same request
/// with the right values passes at the end.
#[tokio::test]
async fn a_code_is_bound_to_who_asked_and_for_what() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let other = stage.app_at("Other", "https://other.example/cb").await;
    let code = stage.code(&app).await;
    let redeems = app.redeems(&code);
    let plain = super::stage::CHALLENGE;
    for (change, error) in [
        (("client_id", Some(other.id.as_str())), "invalid_grant"),
        (("client_id", None), "invalid_request"),
        (("redirect_uri", Some("http://localhost:9999/callback")), "invalid_grant"),
        (("redirect_uri", Some(other.redirect_uri.as_str())), "invalid_grant"),
        (("redirect_uri", None), "invalid_request"),
        // PKCE: missing, wrong, the challenge itself as with `plain`, too short.
        (("code_verifier", None), "invalid_request"),
        (("code_verifier", Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX")), "invalid_grant"),
        (("code_verifier", Some(plain)), "invalid_grant"),
        (("code_verifier", Some("short")), "invalid_grant"),
        // Another server than the one that was consented to.
        (("resource", Some(WORKFLOW)), "invalid_target"),
        (("resource", Some("https://evil.example/mcp")), "invalid_target"),
        (("code", Some("guessed")), "invalid_grant"),
        (("grant_type", Some("password")), "unsupported_grant_type"),
        (("grant_type", None), "invalid_request"),
    ] {
        let (status, told) = stage.post("/oauth/token", &but(&redeems, &[change])).await;
        assert_eq!((status, told["error"].as_str()), (400, Some(error)), "{change:?}");
        assert!(told.get("access_token").is_none());
    }
    let twice = [redeems.clone(), vec![("resource", WORKFLOW)]].concat();
    assert_eq!(stage.post("/oauth/token", &twice).await.0, 400);
    let (status, tokens) = stage.post("/oauth/token", &redeems).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(VERIFIER.len(), 43);
}

/// Guard: the token's audience is the resource of the consent, and each server looks at it.
#[tokio::test]
async fn a_token_is_for_the_one_server_that_was_consented_to() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let tokens = stage.let_in(&app).await;
    let token = tokens["access_token"].as_str().unwrap();
    assert!(stage.verify(token, CRM).await.is_ok());
    assert!(stage.verify(token, WORKFLOW).await.is_err());
    assert!(stage.verify(token, "https://revloops.example.com").await.is_err());
}

#[tokio::test]
async fn an_app_that_did_not_register_for_refreshing_gets_no_refresh_token_unless_it_asks_to_stay() {
    let stage = Stage::new();
    let metadata = serde_json::json!({"redirect_uris": [super::stage::CALLBACK]});
    let (_, registered) = stage.register(&metadata).await;
    let id = registered["client_id"].as_str().unwrap().to_owned();
    let app = super::stage::App { id, redirect_uri: super::stage::CALLBACK.to_owned() };
    let tokens = stage.let_in(&app).await;
    assert!(tokens.get("refresh_token").is_none());
    let mut browser = Browser::default();
    let asks = but(&app.asks(), &[("scope", Some("crm.read offline_access"))]);
    let form = browser.ask(&stage, &asks).await.form();
    let at_crm = browser.answer(&stage, &form, "allow").await;
    let code = browser.back(&stage, &at_crm, "code-ida").await.param("code").unwrap();
    let (_, tokens) = stage.post("/oauth/token", &app.redeems(&code)).await;
    assert!(tokens["refresh_token"].is_string() && tokens["scope"] == "crm.read offline_access", "{tokens}");
    let principal = stage.verify(tokens["access_token"].as_str().unwrap(), CRM).await.unwrap();
    assert_eq!(principal.scopes.len(), 1, "staying logged in is nothing that a server needs to see");
}

#[tokio::test]
async fn what_is_no_form_or_comes_with_a_secret_is_refused() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let code = stage.code(&app).await;
    let request = |kind: &str, authorization: Option<&str>| {
        let mut request = Request::builder().method("POST").uri("/oauth/token").header(header::CONTENT_TYPE, kind);
        if let Some(value) = authorization {
            request = request.header(header::AUTHORIZATION, value);
        }
        request.body(encoded(&app.redeems(&code)).into_bytes()).unwrap()
    };
    assert_eq!(stage.send(request("application/json", None)).await.status(), 400);
    let form = "application/x-www-form-urlencoded";
    assert_eq!(stage.send(request(form, Some("Basic YXBwOnNlY3JldA=="))).await.status(), 401);
    let response = stage.send(request(form, None)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
}
