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
