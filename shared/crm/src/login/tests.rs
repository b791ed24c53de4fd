use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde_json::json;

use super::*;

type Fields = BTreeMap<String, String>;

/// What the CRM was asked, and what it answers to a refresh.
#[derive(Default)]
struct Crm {
    forms: Mutex<Vec<Fields>>,
    queries: Mutex<Vec<String>>,
    refresh: Mutex<Option<(StatusCode, Value)>>,
    hides_sets: bool,
}

async fn served(crm: Arc<Crm>) -> SalesforceLogin {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let instance = url.clone();
    let token = move |State(crm): State<Arc<Crm>>, Form(form): Form<Fields>| async move {
        let answer = json!({"access_token": "access-1", "refresh_token": "refresh-1", "instance_url": instance, "token_type": "Bearer"});
        let canned = crm.refresh.lock().unwrap().clone();
        crm.forms.lock().unwrap().push(form);
        let (status, mut body) = canned.unwrap_or((StatusCode::OK, answer));
        if status.is_success() {
            body["instance_url"] = json!(instance);
        }
        (status, Json(body))
    };
    let user_info = |headers: axum::http::HeaderMap| async move {
        if headers.get("authorization").is_some_and(|value| value == "Bearer access-1") {
            Ok(Json(json!({"user_id": "005000000000001AAA", "preferred_username": "ida@acme.example"})))
        } else {
            Err((StatusCode::FORBIDDEN, "Bad_OAuth_Token"))
        }
    };
    let query = |State(crm): State<Arc<Crm>>, Query(fields): Query<Fields>| async move {
        let asked = fields["q"].clone();
        let hidden = crm.hides_sets && asked.contains("PermissionSet");
        crm.queries.lock().unwrap().push(asked);
        if hidden {
            return Err((StatusCode::BAD_REQUEST, Json(json!([{"message": "x", "errorCode": "INVALID_TYPE"}]))));
        }
        let sets = json!({"totalSize": 1, "done": true, "records": [{"PermissionSet": {"Name": "RevLoops_Operations", "Label": "RevLoops Operations"}}]});
        let row = json!({
            "attributes": {"type": "User"}, "Id": "005000000000001AAA", "Username": "ida@acme.example", "IsActive": true,
            "Profile": {"Name": "Standard User"}, "UserRole": null,
            "ManagedUsers": {"totalSize": 1, "done": true, "records": [{"Id": "005000000000002AAA"}]},
            "PermissionSetAssignments": if crm.hides_sets { Value::Null } else { sets },
        });
        Ok(Json(json!({"totalSize": 1, "done": true, "records": [row]})))
    };
    let app = Router::new()
        .route("/services/oauth2/token", post(token))
        .route("/services/oauth2/userinfo", get(user_info))
        .route(&format!("/services/data/{API_VERSION}/query"), get(query))
        .with_state(crm);
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let credentials = Credentials { client_id: Secret::new("key"), client_secret: Secret::new("hidden") };
    let callback_url = "https://revloops.example.com/oauth/callback".to_owned();
    SalesforceLogin::new(LoginSettings { url, credentials, callback_url, request_timeout: Duration::from_secs(5) })
        .unwrap()
}

fn tokens(login: &SalesforceLogin, access: &str) -> CrmTokens {
    CrmTokens {
        instance_url: login.settings.url.clone(),
        access_token: Secret::new(access),
        refresh_token: Some(Secret::new("refresh-0")),
    }
}

#[tokio::test]
async fn a_login_is_ended_with_the_verifier_of_its_beginning() {
    let crm = Arc::new(Crm::default());
    let login = served(Arc::clone(&crm)).await;
    let begun = login.begin().unwrap();
    for part in ["code_challenge_method=S256", "response_type=code", "client_id=key", "oauth%2Fcallback"] {
        assert!(begun.url.contains(part), "{part} is not in {}", begun.url);
    }
    assert!(!begun.url.contains("hidden"));
    let tokens = login.complete(&begun.pending, "code-1", &begun.state).await.unwrap();
    assert_eq!(tokens.access_token.reveal(), "access-1");
    let form = crm.forms.lock().unwrap()[0].clone();
    assert_eq!((form["code"].as_str(), form["grant_type"].as_str()), ("code-1", "authorization_code"));
    assert!(form["code_verifier"].len() >= 43);
    let other = login.complete(&begun.pending, "code-1", "another-state").await.unwrap_err();
    assert_eq!(other.class(), ErrorClass::Rejected);
}

#[tokio::test]
async fn a_refresh_brings_the_rotated_token_or_keeps_the_old_one() {
    let crm = Arc::new(Crm::default());
    let login = served(Arc::clone(&crm)).await;
    let fresh = login.refresh(&tokens(&login, "access-0")).await.unwrap();
    assert_eq!((fresh.access_token.reveal(), fresh.refresh_token.unwrap().reveal()), ("access-1", "refresh-1"));
    *crm.refresh.lock().unwrap() = Some((StatusCode::OK, json!({"access_token": "access-2"})));
    let fresh = login.refresh(&tokens(&login, "access-0")).await.unwrap();
    assert_eq!((fresh.access_token.reveal(), fresh.refresh_token.unwrap().reveal()), ("access-2", "refresh-0"));
}

#[tokio::test]
async fn a_refused_refresh_asks_for_a_new_login_and_a_fault_does_not() {
    let crm = Arc::new(Crm::default());
    let login = served(Arc::clone(&crm)).await;
    *crm.refresh.lock().unwrap() =
        Some((StatusCode::BAD_REQUEST, json!({"error": "invalid_grant", "error_description": "expired refresh-0"})));
    let refused = login.refresh(&tokens(&login, "access-0")).await.unwrap_err();
    assert_eq!(refused.class(), ErrorClass::Rejected);
    assert!(!refused.to_string().contains("refresh-0"), "{refused}");
    *crm.refresh.lock().unwrap() = Some((StatusCode::SERVICE_UNAVAILABLE, json!("down")));
    let down = login.refresh(&tokens(&login, "access-0")).await.unwrap_err();
    assert!(down.class().passes_by_itself(), "{down}");
}

#[tokio::test]
async fn who_has_logged_in_is_known_with_what_decides_their_role() {
    let login = served(Arc::default()).await;
    let identity = login.identity(&tokens(&login, "access-1")).await.unwrap().unwrap();
    assert_eq!((identity.username.as_str(), identity.active, identity.has_reports), ("ida@acme.example", true, true));
    assert_eq!(identity.profile.as_deref(), Some("Standard User"));
    assert_eq!(identity.permission_sets, ["RevLoops_Operations", "RevLoops Operations"]);
    assert_eq!(login.identity(&tokens(&login, "stale")).await.unwrap(), None);
}

#[tokio::test]
async fn who_may_not_look_at_permission_sets_has_none() {
    let crm = Arc::new(Crm { hides_sets: true, ..Crm::default() });
    let login = served(Arc::clone(&crm)).await;
    let identity = login.identity(&tokens(&login, "access-1")).await.unwrap().unwrap();
    assert_eq!(identity.permission_sets, Vec::<String>::new());
    assert_eq!(crm.queries.lock().unwrap().len(), 2);
}
