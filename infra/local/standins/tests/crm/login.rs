use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::world::{Answer, PASSWORD, World};

async fn token(world: &World, form: &[(&str, &str)]) -> Answer {
    world.send(world.http.post(format!("{}/services/oauth2/token", world.url)).form(form)).await
}

#[tokio::test]
async fn the_client_credentials_flow_runs_as_the_integration_user() {
    let world = World::start().await;
    let info = world.get("/services/oauth2/userinfo").await;
    assert_eq!(info["preferred_username"], "integration@northfield.example");
    assert_eq!(info["organization_id"], "00Dxx0000001gPLEAY");
}

#[tokio::test]
async fn wrong_secrets_and_unknown_apps_are_refused_in_oauths_words() {
    let world = World::start().await;
    let wrong =
        token(&world, &[("grant_type", "client_credentials"), ("client_id", "app"), ("client_secret", "no")]).await;
    assert_eq!((wrong.status, wrong.body["error"].as_str()), (400, Some("invalid_client")));
    let unknown =
        token(&world, &[("grant_type", "client_credentials"), ("client_id", "other"), ("client_secret", "secret")])
            .await;
    assert_eq!((unknown.status, unknown.body["error"].as_str()), (400, Some("invalid_client_id")));
    let flow = token(&world, &[("grant_type", "device"), ("client_id", "app"), ("client_secret", "secret")]).await;
    assert_eq!((flow.status, flow.body["error"].as_str()), (400, Some("unsupported_grant_type")));
}

#[tokio::test]
async fn the_password_flow_wants_the_right_password() {
    let world = World::start().await;
    let form = |password| {
        [
            ("grant_type", "password"),
            ("client_id", "app"),
            ("client_secret", "secret"),
            ("username", "admin@northfield.example"),
            ("password", password),
        ]
    };
    assert_eq!(token(&world, &form(PASSWORD)).await.status, 200);
    let wrong = token(&world, &form("wrong")).await;
    assert_eq!((wrong.status, wrong.body["error"].as_str()), (400, Some("invalid_grant")));
}

#[tokio::test]
async fn calls_without_a_good_token_are_refused() {
    let world = World::start().await;
    for token in ["", "00Dxx0000001gPL!wrong"] {
        let answer =
            world.send(world.http.get(format!("{}/services/data/v68.0/limits", world.url)).bearer_auth(token)).await;
        assert_eq!((answer.status, answer.code()), (401, "INVALID_SESSION_ID"));
    }
    let revoke = world.http.post(format!("{}/services/oauth2/revoke", world.url)).form(&[("token", &world.token)]);
    assert_eq!(world.send(revoke).await.status, 200);
    assert_eq!(world.call("GET", "limits", Value::Null).await.status, 401);
}

#[tokio::test]
async fn a_user_who_agrees_gets_a_code_that_only_the_proof_key_redeems_once() {
    let world = World::start().await;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest("a verifier of the client"));
    let page = world.http.get(format!("{}/services/oauth2/authorize", world.url)).query(&[
        ("response_type", "code"),
        ("client_id", "app"),
        ("redirect_uri", "http://localhost:1/back"),
        ("code_challenge", &challenge),
        ("state", "\"><script>"),
    ]);
    let page = world.send(page).await;
    assert!(page.body.as_str().unwrap().contains("stand-in") && !page.body.as_str().unwrap().contains("<script>"));
    let code = async |challenge: &str| {
        let form = [
            ("client_id", "app"),
            ("redirect_uri", "http://localhost:1/back"),
            ("code_challenge", challenge),
            ("username", "admin@northfield.example"),
            ("password", PASSWORD),
        ];
        let answer = world.send(world.http.post(format!("{}/services/oauth2/authorize", world.url)).form(&form)).await;
        let target = url::Url::parse(answer.headers["location"].to_str().unwrap()).unwrap();
        target.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
    };
    let redeem = async |code: &str, verifier: &str| {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "app"),
            ("code", code),
            ("redirect_uri", "http://localhost:1/back"),
            ("code_verifier", verifier),
        ];
        token(&world, &form).await
    };
    assert_eq!(redeem(&code(&challenge).await, "another verifier").await.status, 400);
    let good = code(&challenge).await;
    let granted = redeem(&good, "a verifier of the client").await;
    assert_eq!(granted.status, 200);
    assert_eq!(redeem(&good, "a verifier of the client").await.status, 400);

    let refresh = granted.body["refresh_token"].as_str().unwrap();
    let again =
        token(&world, &[("grant_type", "refresh_token"), ("client_id", "app"), ("refresh_token", refresh)]).await;
    assert_eq!(again.status, 200);
    assert_ne!(again.body["access_token"], granted.body["access_token"]);
}

#[tokio::test]
async fn a_new_users_password_works_and_an_inactive_users_does_not() {
    let world = World::start().await;
    let id = world.user("rep").await;
    let set = world
        .call("POST", &format!("sobjects/User/{id}/password"), serde_json::json!({ "NewPassword": "long enough" }))
        .await;
    assert_eq!(set.status, 204);
    let form = [
        ("grant_type", "password"),
        ("client_id", "app"),
        ("client_secret", "secret"),
        ("username", "rep@northfield.example"),
        ("password", "long enough"),
    ];
    assert_eq!(token(&world, &form).await.status, 200);
    world.call("PATCH", &format!("sobjects/User/{id}"), serde_json::json!({ "IsActive": false })).await;
    assert_eq!(token(&world, &form).await.status, 400);
}

#[tokio::test]
async fn the_passwords_of_the_first_users_follow_the_settings() {
    let world = World::start().await.restarted_with_password("another password").await;
    let form = |password| {
        [
            ("grant_type", "password"),
            ("client_id", "app"),
            ("client_secret", "secret"),
            ("username", "admin@northfield.example"),
            ("password", password),
        ]
    };
    assert_eq!(token(&world, &form(PASSWORD)).await.status, 400);
    assert_eq!(token(&world, &form("another password")).await.status, 200);
}

#[tokio::test]
async fn versions_are_for_everybody_and_everything_says_that_it_is_a_stand_in() {
    let world = World::start().await;
    let answer = world.send(world.http.get(format!("{}/services/data/", world.url))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body.as_array().unwrap().last().unwrap()["version"], "68.0");
    assert_eq!(answer.headers["x-revloops-stand-in"], "crm");
    let health = world.send(world.http.get(format!("{}/_standin/health", world.url))).await;
    assert_eq!(health.body["standIn"], "crm");
}

/// The login page of the app with an address of its own.
async fn page(world: &World, more: &[(&str, &str)]) -> Answer {
    let mut query =
        vec![("response_type", "code"), ("client_id", "strict"), ("redirect_uri", "http://localhost:1/back")];
    query.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    query.extend(more);
    world.send(world.http.get(format!("{}/services/oauth2/authorize", world.url)).query(&query)).await
}

/// Logs in on the page.
async fn log_in(world: &World, username: &str, password: &str) -> Answer {
    let form = [
        ("client_id", "strict"),
        ("redirect_uri", "http://localhost:1/back"),
        ("state", "s&t"),
        ("username", username),
        ("password", password),
    ];
    world.send(world.http.post(format!("{}/services/oauth2/authorize", world.url)).form(&form)).await
}

/// What an app gets for a user's login.
async fn granted(world: &World, username: &str) -> Value {
    let answer = log_in(world, username, PASSWORD).await;
    let target = url::Url::parse(answer.headers["location"].to_str().unwrap()).unwrap();
    let said = |wanted: &str| target.query_pairs().find(|(name, _)| name == wanted).unwrap().1.into_owned();
    assert_eq!(said("state"), "s&t");
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "strict"),
        ("client_secret", "secret"),
        ("redirect_uri", "http://localhost:1/back"),
        ("code", &said("code")),
    ];
    token(world, &form).await.body
}

async fn refresh(world: &World, refresh_token: &Value) -> Answer {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "strict"),
        ("client_secret", "secret"),
        ("refresh_token", refresh_token.as_str().unwrap()),
    ];
    token(world, &form).await
}

async fn works(world: &World, access_token: &Value) -> bool {
    let request = world.http.get(format!("{}/services/data/v68.0/limits", world.url));
    world.send(request.bearer_auth(access_token.as_str().unwrap())).await.status == 200
}

#[tokio::test]
async fn the_login_page_names_the_users_and_fills_in_the_one_that_is_chosen() {
    let world = World::start().await;
    let id = world.user("rep").await;
    let named = serde_json::json!({ "LastName": "Søn & <Co>" });
    assert_eq!(world.call("PATCH", &format!("sobjects/User/{id}"), named).await.status, 204);
    let shown = page(&world, &[("login_hint", "admin@northfield.example"), ("state", "\"><script>")]).await;
    let text = shown.body.as_str().unwrap();
    assert!(text.contains("not Salesforce") && text.contains("Avery Admin") && text.contains("System Administrator"));
    assert!(
        text.contains(r#"value="admin@northfield.example""#) && text.contains("login_hint=admin%40northfield.example")
    );
    assert!(text.contains("Søn &amp; &lt;Co&gt;") && !text.contains("<script>") && !text.contains(PASSWORD));
    assert!(shown.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
}

#[tokio::test]
async fn a_wrong_password_keeps_the_user_on_the_page_with_the_request_as_it_was() {
    let world = World::start().await;
    let answer = log_in(&world, "admin@northfield.example", "wrong").await;
    let text = answer.body.as_str().unwrap();
    assert_eq!(answer.status, 200);
    assert!(text.contains(r#"role="alert""#) && text.contains(r#"value="admin@northfield.example""#));
    assert!(text.contains(r#"name="state" value="s&amp;t""#) && !text.contains("wrong"));
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_the_app_has_not_registered() {
    let world = World::start().await;
    for wrong in ["http://localhost:1/back/", "http://localhost:2/back", "http://evil.example/back", ""] {
        let answer = page(&world, &[("redirect_uri", wrong)]).await;
        assert_eq!((answer.status, answer.headers.get("location")), (400, None), "{wrong}");
        let form = [
            ("client_id", "strict"),
            ("redirect_uri", wrong),
            ("username", "admin@northfield.example"),
            ("password", PASSWORD),
        ];
        let answer = world.send(world.http.post(format!("{}/services/oauth2/authorize", world.url)).form(&form)).await;
        assert_eq!((answer.status, answer.headers.get("location")), (400, None), "{wrong}");
    }
    assert_eq!(page(&world, &[]).await.status, 200);
}

#[tokio::test]
async fn a_proof_key_by_another_method_goes_back_as_an_error() {
    let world = World::start().await;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest("a verifier"));
    for wrong in [
        [("code_challenge", challenge.as_str()), ("code_challenge_method", "plain")],
        [("code_challenge", "short"), ("code_challenge_method", "S256")],
        [("code_challenge", ""), ("code_challenge_method", "S256")],
    ] {
        let answer = page(&world, &wrong).await;
        let target = answer.headers["location"].to_str().unwrap();
        assert!(target.starts_with("http://localhost:1/back?error=invalid_request"), "{target}");
    }
    assert_eq!(page(&world, &[("code_challenge", &challenge), ("code_challenge_method", "S256")]).await.status, 200);
}

#[tokio::test]
async fn a_user_without_a_password_of_their_own_has_the_organisations() {
    let world = World::start().await;
    let id = world.user("rep").await;
    assert_eq!(log_in(&world, "rep@northfield.example", PASSWORD).await.status, 303);
    let own = serde_json::json!({ "NewPassword": "long enough" });
    world.call("POST", &format!("sobjects/User/{id}/password"), own).await;
    assert_eq!(log_in(&world, "rep@northfield.example", PASSWORD).await.status, 200);
    assert_eq!(log_in(&world, "rep@northfield.example", "long enough").await.status, 303);
}

#[tokio::test]
async fn a_refresh_token_that_rotates_is_good_once_and_revoking_it_ends_what_it_gave() {
    let world = World::start().await;
    let first = granted(&world, "admin@northfield.example").await;
    let second = refresh(&world, &first["refresh_token"]).await.body;
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!(refresh(&world, &first["refresh_token"]).await.body["error"], "invalid_grant");
    assert!(works(&world, &first["access_token"]).await && works(&world, &second["access_token"]).await);
    let form = [("token", second["refresh_token"].as_str().unwrap())];
    let revoke = world.http.post(format!("{}/services/oauth2/revoke", world.url)).form(&form);
    assert_eq!(world.send(revoke).await.status, 200);
    assert!(!works(&world, &first["access_token"]).await && !works(&world, &second["access_token"]).await);
    assert_eq!(refresh(&world, &second["refresh_token"]).await.body["error"], "invalid_grant");
}

#[tokio::test]
async fn who_is_deactivated_can_neither_log_in_nor_refresh_nor_go_on() {
    let world = World::start().await;
    let id = world.user("rep").await;
    let before = granted(&world, "rep@northfield.example").await;
    world.call("PATCH", &format!("sobjects/User/{id}"), serde_json::json!({ "IsActive": false })).await;
    assert_eq!(log_in(&world, "rep@northfield.example", PASSWORD).await.status, 200);
    assert_eq!(refresh(&world, &before["refresh_token"]).await.body["error"], "invalid_grant");
    assert!(!works(&world, &before["access_token"]).await);
}
