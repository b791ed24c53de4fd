//! Refresh tokens: rotated, once, and only for who is still somebody in the CRM; revocation.

use jiff::SignedDuration;
use serde_json::Value;

use revloops_domain::ErrorClass;
use revloops_identity::{Role, Scope};

use super::stage::{App, CRM, Stage, WORKFLOW};

async fn refreshed(stage: &Stage, app: &App, token: &str, more: &[(&str, &str)]) -> (u16, Value) {
    stage.post("/oauth/token", &[app.refreshes(token).as_slice(), more].concat()).await
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name} in {tokens}"))
}

/// Guard: a used refresh token is marked, and its second use ends the whole grant: the thief's tokens, too.
#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_whole_grant() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let first = stage.let_in(&app).await;
    let (status, second) = refreshed(&stage, &app, text(&first, "refresh_token"), &[]).await;
    assert_eq!(status, 200);
    let (status, third) = refreshed(&stage, &app, text(&second, "refresh_token"), &[]).await;
    assert_eq!(status, 200, "rotation goes on: {third}");
    let (status, told) = refreshed(&stage, &app, text(&first, "refresh_token"), &[]).await;
    assert_eq!((status, told["error"].as_str()), (400, Some("invalid_grant")));
    let (status, told) = refreshed(&stage, &app, text(&third, "refresh_token"), &[]).await;
    assert_eq!((status, told["error"].as_str()), (400, Some("invalid_grant")), "the newest is dead, too");
    let session = stage.crm_session(text(&third, "access_token")).await;
    assert_eq!(session.unwrap_err().class(), ErrorClass::Rejected);
}

#[tokio::test]
async fn of_two_who_refresh_at_once_at_most_one_gets_tokens_and_the_grant_ends() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let tokens = stage.let_in(&app).await;
    let token = text(&tokens, "refresh_token");
    let ((one, first), (other, second)) =
        tokio::join!(refreshed(&stage, &app, token, &[]), refreshed(&stage, &app, token, &[]));
    assert!([one, other].iter().filter(|status| **status == 200).count() <= 1);
    for tokens in [first, second] {
        if let Some(token) = tokens["refresh_token"].as_str() {
            assert_eq!(refreshed(&stage, &app, token, &[]).await.0, 400);
        }
    }
}

/// Guard: scopes of a refresh are a part of what was consented to.
#[tokio::test]
async fn a_refresh_gives_no_more_than_was_consented_to() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let tokens = stage.let_in(&app).await;
    let token = text(&tokens, "refresh_token");
    for scope in ["crm.read crm.write crm.delete", "workflow.write", "everything", "offline_access"] {
        let (status, told) = refreshed(&stage, &app, token, &[("scope", scope)]).await;
        assert_eq!((status, told["error"].as_str()), (400, Some("invalid_scope")), "{scope}");
    }
    let (status, less) = refreshed(&stage, &app, token, &[("scope", "crm.read")]).await;
    assert_eq!((status, text(&less, "scope")), (200, "crm.read"));
    let principal = stage.verify(text(&less, "access_token"), CRM).await.unwrap();
    assert!(principal.may(Scope::CrmRead) && !principal.may(Scope::CrmWrite));
    let (status, all) = refreshed(&stage, &app, text(&less, "refresh_token"), &[]).await;
    assert_eq!((status, text(&all, "scope")), (200, "crm.read crm.write"), "what was consented to stays");
}

/// Guard: the grant's resource is the only one.
#[tokio::test]
async fn a_refresh_does_not_switch_the_server() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let tokens = stage.let_in(&app).await;
    let token = text(&tokens, "refresh_token");
    for resource in [WORKFLOW, "https://evil.example/mcp", "https://revloops.example.com/mcp/crm/"] {
        let (status, told) = refreshed(&stage, &app, token, &[("resource", resource)]).await;
        assert_eq!((status, told["error"].as_str()), (400, Some("invalid_target")), "{resource}");
    }
    let (status, again) = refreshed(&stage, &app, token, &[("resource", CRM)]).await;
    assert_eq!(status, 200);
    assert!(stage.verify(text(&again, "access_token"), WORKFLOW).await.is_err());
}

/// Guard: the client is looked at. A stolen refresh token is of no use to another app, and its owner's goes on.
#[tokio::test]
async fn a_refresh_token_is_of_no_use_to_another_app() {
    let stage = Stage::new();
    let (app, thief) = (stage.app("App").await, stage.app("Thief").await);
    let tokens = stage.let_in(&app).await;
    let (status, told) = refreshed(&stage, &thief, text(&tokens, "refresh_token"), &[]).await;
    assert_eq!((status, told["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(refreshed(&stage, &app, text(&tokens, "refresh_token"), &[]).await.0, 200);
}

/// Guard: the CRM is asked at each refresh.
#[tokio::test]
async fn who_is_no_longer_active_in_the_crm_gets_no_more_tokens() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let tokens = stage.let_in(&app).await;
    stage.crm.people.lock().unwrap().get_mut("ida").unwrap().active = false;
    let (status, told) = refreshed(&stage, &app, text(&tokens, "refresh_token"), &[]).await;
    assert_eq!((status, told["error"].as_str()), (400, Some("invalid_grant")));
    stage.crm.people.lock().unwrap().get_mut("ida").unwrap().active = true;
    assert_eq!(refreshed(&stage, &app, text(&tokens, "refresh_token"), &[]).await.0, 400, "the grant has ended");
}

#[tokio::test]
async fn a_role_that_was_taken_away_is_gone_with_the_next_token() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    stage.crm.people.lock().unwrap().get_mut("ida").unwrap().profile = Some("System Administrator".to_owned());
    let tokens = stage.let_in(&app).await;
    assert_eq!(stage.verify(text(&tokens, "access_token"), CRM).await.unwrap().role, Role::Administrator);
    stage.crm.people.lock().unwrap().get_mut("ida").unwrap().profile = Some("Standard User".to_owned());
    let (_, tokens) = refreshed(&stage, &app, text(&tokens, "refresh_token"), &[]).await;
    assert_eq!(stage.verify(text(&tokens, "access_token"), CRM).await.unwrap().role, Role::Rep);
}

#[tokio::test]
async fn a_session_that_has_run_out_in_the_crm_is_refreshed_on_the_way() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let tokens = stage.let_in(&app).await;
    stage.crm.run_out.lock().unwrap().insert("00D-access/ida/0".to_owned());
    let (status, tokens) = refreshed(&stage, &app, text(&tokens, "refresh_token"), &[]).await;
    assert_eq!(status, 200);
    let session = stage.crm_session(text(&tokens, "access_token")).await.unwrap();
    assert_eq!(session.access_token.reveal(), "00D-access/ida/1");
}

#[tokio::test]
async fn while_the_crm_is_down_a_refresh_token_is_not_used_up() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let tokens = stage.let_in(&app).await;
    *stage.crm.down.lock().unwrap() = true;
    let (status, told) = refreshed(&stage, &app, text(&tokens, "refresh_token"), &[]).await;
    assert_eq!((status, told["error"].as_str()), (503, Some("temporarily_unavailable")));
    *stage.crm.down.lock().unwrap() = false;
    assert_eq!(refreshed(&stage, &app, text(&tokens, "refresh_token"), &[]).await.0, 200);
}

#[tokio::test]
async fn a_grant_ends_after_thirty_days_however_much_it_is_used() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let mut tokens = stage.let_in(&app).await;
    for _ in 0..29 {
        stage.pass(SignedDuration::from_hours(24));
        let (status, again) = refreshed(&stage, &app, text(&tokens, "refresh_token"), &[]).await;
        assert_eq!(status, 200, "{again}");
        tokens = again;
    }
    stage.pass(SignedDuration::from_hours(24));
    assert_eq!(refreshed(&stage, &app, text(&tokens, "refresh_token"), &[]).await.0, 400);
}

/// Guard: a revoked grant is gone, and each refresh looks for it.
#[tokio::test]
async fn after_revocation_nothing_is_refreshed_and_the_crm_session_is_over() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    for name in ["refresh_token", "access_token"] {
        let tokens = stage.let_in(&app).await;
        let form = [("token", text(&tokens, name)), ("client_id", app.id.as_str())];
        assert_eq!(stage.post("/oauth/revoke", &form).await.0, 200);
        let (status, told) = refreshed(&stage, &app, text(&tokens, "refresh_token"), &[]).await;
        assert_eq!((status, told["error"].as_str()), (400, Some("invalid_grant")), "{name}");
        assert!(stage.crm_session(text(&tokens, "access_token")).await.is_err());
        // Again, it is as it was.
        assert_eq!(stage.post("/oauth/revoke", &form).await.0, 200);
    }
    assert_eq!(stage.crm.revoked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn an_app_revokes_its_own_tokens_alone() {
    let stage = Stage::new();
    let (app, other) = (stage.app("App").await, stage.app("Other").await);
    let tokens = stage.let_in(&app).await;
    for name in ["refresh_token", "access_token"] {
        let form = [("token", text(&tokens, name)), ("client_id", other.id.as_str())];
        assert_eq!(stage.post("/oauth/revoke", &form).await.0, 400, "{name}");
    }
    assert_eq!(stage.post("/oauth/revoke", &[("token", "unknown"), ("client_id", &app.id)]).await.0, 200);
    assert_eq!(stage.post("/oauth/revoke", &[("client_id", &app.id)]).await.0, 400);
    assert_eq!(refreshed(&stage, &app, text(&tokens, "refresh_token"), &[]).await.0, 200);
}
