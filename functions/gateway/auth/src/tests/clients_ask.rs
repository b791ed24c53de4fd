//! What apps may ask, how they are known, and where their answers go.

use http::header;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::stage::{Browser, CALLBACK, Stage, WORKFLOW, but};
use crate::Fetched;

/// Guard: client and redirect are proven before anything is sent anywhere. What is refused stays on our page.
#[tokio::test]
async fn a_mixed_up_redirect_is_never_followed() {
    let stage = Stage::new();
    let app = stage.app_at("App", "https://app.example/cb").await;
    let other = stage.app_at("Other", "https://other.example/cb").await;
    assert_eq!(Browser::default().ask(&stage, &app.asks()).await.status, 200);
    for mixed in [
        other.redirect_uri.as_str(),
        "https://app.example/cb/evil",
        "https://app.example/cb?x=1",
        "https://app.example:8443/cb",
        "https://app.example@evil.example/cb",
        "https://app.example.evil.example/cb",
        "http://app.example/cb",
        "javascript:alert(1)",
        CALLBACK,
    ] {
        // With an error in it as well, which must not be sent there either.
        for response_type in ["code", "token"] {
            let asks = but(&app.asks(), &[("redirect_uri", Some(mixed)), ("response_type", Some(response_type))]);
            let refused = Browser::default().ask(&stage, &asks).await;
            assert!(refused.is_refusal() && refused.status == 400, "{mixed}");
        }
    }
    for asks in [
        but(&app.asks(), &[("redirect_uri", None)]),
        but(&app.asks(), &[("client_id", None)]),
        but(&app.asks(), &[("client_id", Some("app-unknown"))]),
        [app.asks(), vec![("redirect_uri", "https://evil.example/cb")]].concat(),
    ] {
        assert!(Browser::default().ask(&stage, &asks).await.is_refusal(), "{asks:?}");
    }
}

#[tokio::test]
async fn the_port_of_a_loopback_redirect_alone_is_free() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    for (redirect, status) in [
        ("http://localhost:50000/callback", 200),
        ("http://localhost:50000/other", 400),
        ("http://127.0.0.1:50000/callback", 400),
        ("http://localhost:50000@evil.example/callback", 400),
    ] {
        let shown = Browser::default().ask(&stage, &but(&app.asks(), &[("redirect_uri", Some(redirect))])).await;
        assert_eq!(shown.status, status, "{redirect}");
    }
    let hosted = stage.app_at("Hosted", "https://app.example/cb").await;
    let asks = but(&hosted.asks(), &[("redirect_uri", Some("https://app.example:50000/cb"))]);
    assert_eq!(Browser::default().ask(&stage, &asks).await.status, 400);
}

/// Guards: PKCE with S256, one resource of ours, scopes of that resource. The app is told, with its state and our name.
#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_to_the_app() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    for (change, error) in [
        (("response_type", Some("token")), "unsupported_response_type"),
        (("response_type", None), "invalid_request"),
        (("response_mode", Some("fragment")), "invalid_request"),
        (("code_challenge", None), "invalid_request"),
        (("code_challenge", Some("short")), "invalid_request"),
        (("code_challenge_method", None), "invalid_request"),
        (("code_challenge_method", Some("plain")), "invalid_request"),
        (("resource", None), "invalid_target"),
        (("resource", Some("https://evil.example/mcp/crm")), "invalid_target"),
        (("resource", Some("https://revloops.example.com/mcp/crm/")), "invalid_target"),
        (("resource", Some("https://revloops.example.com")), "invalid_target"),
        (("resource", Some(WORKFLOW)), "invalid_scope"),
        (("scope", Some("crm.read admin")), "invalid_scope"),
        (("scope", Some("workflow.write")), "invalid_scope"),
        (("request", Some("e30.e30.")), "request_not_supported"),
        (("prompt", Some("none")), "interaction_required"),
    ] {
        let told = Browser::default().ask(&stage, &but(&app.asks(), &[change])).await;
        assert!(told.location().as_str().starts_with(CALLBACK), "{change:?}");
        assert_eq!(told.param("error").as_deref(), Some(error), "{change:?}");
        assert_eq!(
            (told.param("state").as_deref(), told.param("iss").as_deref()),
            (Some("app-state"), Some("https://revloops.example.com"))
        );
        assert!(told.param("code").is_none());
    }
    let looks = Browser::default().ask(&stage, &but(&app.asks(), &[("scope", None)])).await;
    assert!(looks.text.contains("read the CRM") && !looks.text.contains("create and change"), "{}", looks.text);
}

#[tokio::test]
async fn an_app_registers_as_a_public_client_whatever_it_asks_for() {
    let stage = Stage::new();
    let (status, told) = stage
        .register(&json!({"redirect_uris": [CALLBACK], "client_name": "A\u{202e}pp\n", "token_endpoint_auth_method": "client_secret_post", "scope": "everything"}))
        .await;
    assert_eq!(status, 201);
    assert_eq!((&told["token_endpoint_auth_method"], &told["client_name"]), (&json!("none"), &json!("App")));
    assert!(told.get("client_secret").is_none());
    for (metadata, error) in [
        (json!({}), "invalid_client_metadata"),
        (json!([]), "invalid_client_metadata"),
        (json!({"redirect_uris": []}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["http://evil.example/cb"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": vec![CALLBACK; 11]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": [CALLBACK], "grant_types": ["client_credentials"]}), "invalid_client_metadata"),
        (json!({"redirect_uris": [CALLBACK], "response_types": ["token"]}), "invalid_client_metadata"),
        (json!({"redirect_uris": [CALLBACK], "client_name": "x".repeat(20_000)}), "invalid_client_metadata"),
    ] {
        let (status, told) = stage.register(&metadata).await;
        assert_eq!((status, told["error"].as_str()), (400, Some(error)), "{told}");
    }
}

/// Guard: the cap an hour.
#[tokio::test]
async fn registrations_are_capped_within_the_hour() {
    let stage = Stage::new();
    for _ in 0..200 {
        stage.app("App").await;
    }
    let (status, told) = stage.register(&json!({"redirect_uris": [CALLBACK]})).await;
    assert_eq!((status, told["error"].as_str()), (429, Some("temporarily_unavailable")));
    stage.pass(SignedDuration::from_hours(1));
    stage.app("App").await;
}

#[tokio::test]
async fn an_app_that_nobody_uses_is_forgotten_and_one_in_use_is_not() {
    let stage = Stage::new();
    let (idle, used) = (stage.app("Idle").await, stage.app("Used").await);
    stage.pass(SignedDuration::from_hours(100 * 24));
    stage.let_in(&used).await;
    stage.pass(SignedDuration::from_hours(100 * 24));
    assert!(Browser::default().ask(&stage, &idle.asks()).await.is_refusal());
    assert_eq!(Browser::default().ask(&stage, &used.asks()).await.status, 200);
}

const DESCRIBED: &str = "https://desk.example.com/oauth/client.json";

fn document(changes: &[(&str, Value)]) -> Fetched {
    let mut value = json!({"client_id": DESCRIBED, "client_name": "Desk", "redirect_uris": ["https://desk.example.com/cb"], "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "none"});
    for (name, change) in changes {
        value[*name] = change.clone();
    }
    Fetched { content_type: "application/json".to_owned(), body: value.to_string().into_bytes() }
}

#[tokio::test]
async fn an_app_is_known_by_the_document_at_its_id() {
    let stage = Stage::new();
    stage.internet.documents.lock().unwrap().insert(DESCRIBED.to_owned(), document(&[]));
    let app = super::stage::App { id: DESCRIBED.to_owned(), redirect_uri: "https://desk.example.com/cb".to_owned() };
    let tokens = stage.let_in(&app).await;
    let principal = stage.verify(tokens["access_token"].as_str().unwrap(), super::stage::CRM).await.unwrap();
    assert_eq!(principal.client_id, DESCRIBED);
    let page = Browser::default().ask(&stage, &app.asks()).await;
    assert!(page.text.contains("the document at") && page.text.contains("desk.example.com"), "{}", page.text);
    assert_eq!(stage.internet.fetched.lock().unwrap().len(), 1, "it is kept");
    stage.pass(SignedDuration::from_hours(1));
    Browser::default().ask(&stage, &app.asks()).await;
    assert_eq!(stage.internet.fetched.lock().unwrap().len(), 2, "for an hour");
}

#[tokio::test]
async fn a_document_that_is_not_the_app_s_own_lets_nobody_in() {
    let app = super::stage::App { id: DESCRIBED.to_owned(), redirect_uri: "https://desk.example.com/cb".to_owned() };
    for wrong in [
        document(&[("client_id", json!("https://desk.example.com/other.json"))]),
        document(&[("redirect_uris", json!(["https://evil.example/cb"]))]),
        document(&[("token_endpoint_auth_method", json!("client_secret_basic"))]),
        Fetched { content_type: "text/html".to_owned(), ..document(&[]) },
        Fetched { body: b"{".to_vec(), ..document(&[]) },
    ] {
        let stage = Stage::new();
        stage.internet.documents.lock().unwrap().insert(DESCRIBED.to_owned(), wrong);
        assert!(Browser::default().ask(&stage, &app.asks()).await.is_refusal());
    }
    // Guard: a refusal is kept for a while, so that nobody has us fetch at will.
    let stage = Stage::new();
    for _ in 0..5 {
        assert!(Browser::default().ask(&stage, &app.asks()).await.is_refusal());
    }
    assert_eq!(stage.internet.fetched.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn where_nothing_can_be_fetched_an_app_is_told_to_register_itself() {
    let mut stage = Stage::new();
    stage.ports.client_documents = None;
    stage.internet.documents.lock().unwrap().insert(DESCRIBED.to_owned(), document(&[]));
    let about = stage.get("/.well-known/oauth-authorization-server").await;
    let about: Value = serde_json::from_slice(about.body()).unwrap();
    assert_eq!(about["client_id_metadata_document_supported"], json!(false));
    let app = super::stage::App { id: DESCRIBED.to_owned(), redirect_uri: "https://desk.example.com/cb".to_owned() };
    let page = Browser::default().ask(&stage, &app.asks()).await;
    assert!(page.is_refusal());
    assert!(page.text.contains("must register itself at /oauth/register"), "{}", page.text);
    assert_eq!(stage.internet.fetched.lock().unwrap().len(), 0);
    // Who registers is let in as ever.
    stage.let_in(&stage.app("Desk").await).await;
}

/// Guard: the form of the URL is checked before the fetch; where it leads is checked in `fetch`, with its own tests.
#[tokio::test]
async fn a_client_s_url_that_leads_inside_is_not_even_fetched() {
    let stage = Stage::new();
    let app = super::stage::App { id: String::new(), redirect_uri: "https://desk.example.com/cb".to_owned() };
    for inside in [
        "http://desk.example.com/oauth/client.json",
        "https://169.254.169.254/latest/meta-data/iam",
        "https://[fd00:ec2::254]/latest",
        "https://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        "https://localhost/x",
        "https://desk.example.com@127.0.0.1/x",
        "https://metadata.google.internal/computeMetadata/v1",
        "https://desk.example.com:22/x",
        "http:x",
        "https:",
    ] {
        let refused = Browser::default().ask(&stage, &but(&app.asks(), &[("client_id", Some(inside))])).await;
        assert!(refused.is_refusal() && refused.status == 400, "{inside}");
    }
    assert!(stage.internet.fetched.lock().unwrap().is_empty());
}

#[tokio::test]
async fn pages_that_refuse_are_readable_and_hardened() {
    let stage = Stage::new();
    let refused = Browser::default().get(&stage, "/oauth/authorize").await;
    assert!(refused.is_refusal() && refused.text.contains("lang=\"en\"") && refused.text.contains("role=\"alert\""));
    assert!(refused.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("form-action 'none'"));
    assert_eq!(refused.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(refused.headers[header::CACHE_CONTROL], "no-store");
}
