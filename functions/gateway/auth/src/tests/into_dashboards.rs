use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cookie::Cookie;
use http::header;
use jiff::{SignedDuration, Timestamp};
use revloops_domain::Secret;
use revloops_identity::keys;
use serde_json::Value;

use super::stage::{Browser, PUBLIC, Shown, Stage};
use crate::{Dashboards, SiteKeySecret};

/// A deployment whose dashboards CloudFront serves, and the public key that it has.
fn stage() -> (Stage, Vec<u8>) {
    let pem = keys::generate().unwrap().pkcs8_pem;
    let der: String = pem.reveal().lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(der).unwrap();
    let public =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).unwrap().public_key().as_ref().to_vec();
    let mut stage = Stage::new();
    let dashboards = Dashboards::new("K2JCJMDEHXQW5F".to_owned(), &SiteKeySecret { pkcs8_pem: pem }).unwrap();
    stage.ports.dashboards = Some(Arc::new(dashboards));
    (stage, public)
}

fn cookies(shown: &Shown) -> BTreeMap<String, Cookie<'static>> {
    let set = shown.headers.get_all(header::SET_COOKIE).iter();
    let parsed = set.map(|value| Cookie::parse(value.to_str().unwrap().to_owned()).unwrap());
    parsed.filter(|cookie| cookie.name().starts_with("CloudFront-")).map(|one| (one.name().to_owned(), one)).collect()
}

fn decoded(cookie: &Cookie<'_>) -> Vec<u8> {
    STANDARD.decode(cookie.value().replace('-', "+").replace('_', "=").replace('~', "/")).unwrap()
}

#[tokio::test]
async fn who_logs_in_at_the_crm_is_let_into_the_dashboards_for_a_day_and_nothing_is_kept() {
    let (stage, public) = stage();
    let mut browser = Browser::default();
    let at_crm = browser.get(&stage, "/oauth/dashboards").await;
    assert!(at_crm.location().as_str().starts_with("https://login.crm.example/"));
    assert!(cookies(&at_crm).is_empty(), "before the login there is nothing");
    let own = browser.clone();
    let back = browser.back(&stage, &at_crm, "code-ida").await;
    assert_eq!(back.location().as_str(), format!("{PUBLIC}/bi/"));

    let cookies = cookies(&back);
    assert_eq!(cookies.len(), 4);
    for cookie in cookies.values() {
        assert_eq!(
            (cookie.path(), cookie.secure(), cookie.http_only()),
            (Some("/bi/"), Some(true), Some(true)),
            "{cookie}"
        );
        assert!(cookie.max_age().is_none() && cookie.domain().is_none(), "{cookie}");
    }
    // As CloudFront looks at them.
    let policy = decoded(&cookies["CloudFront-Policy"]);
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public);
    key.verify(&policy, &decoded(&cookies["CloudFront-Signature"])).unwrap();
    assert_eq!(cookies["CloudFront-Key-Pair-Id"].value(), "K2JCJMDEHXQW5F");
    assert_eq!(cookies["CloudFront-Hash-Algorithm"].value(), "SHA256");
    let policy: Value = serde_json::from_slice(&policy).unwrap();
    assert_eq!(policy["Statement"][0]["Resource"], format!("{PUBLIC}/bi/*"));
    let until = policy["Statement"][0]["Condition"]["DateLessThan"]["AWS:EpochTime"].as_i64().unwrap();
    let now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
    assert_eq!(until, (now + SignedDuration::from_hours(9)).as_second());

    // Neither grant nor session: what the CRM gave is given back.
    assert_eq!(stage.crm.revoked.lock().unwrap().len(), 1);
    for kind in ["grant", "crm_session", "code", "dashboards"] {
        use revloops_loopkit::ports::Documents as _;
        assert!(stage.documents.list(kind, now).await.unwrap().is_empty(), "{kind}");
    }
    // Once: the same way back a second time gives nothing.
    let again = own.clone().back(&stage, &at_crm, "code-ida").await;
    assert!(again.is_refusal() && self::cookies(&again).is_empty());
}

#[tokio::test]
async fn nobody_is_let_in_who_came_by_another_browser_too_late_without_a_login_or_may_not() {
    let (stage, _) = stage();
    let mut browser = Browser::default();
    let at_crm = browser.get(&stage, "/oauth/dashboards").await;
    let elsewhere = Browser::default().back(&stage, &at_crm, "code-ida").await;
    assert!(elsewhere.is_refusal() && elsewhere.text.contains("another browser"), "{}", elsewhere.text);
    assert_eq!(*stage.crm.completed.lock().unwrap(), 0, "nothing was asked of the CRM");
    // What was refused there took nothing from who began.
    let back = browser.back(&stage, &at_crm, "code-ida").await;
    assert_eq!(cookies(&back).len(), 4);

    let at_crm = browser.get(&stage, "/oauth/dashboards").await;
    stage.pass(SignedDuration::from_mins(11));
    assert!(browser.back(&stage, &at_crm, "code-ida").await.is_refusal());

    let at_crm = browser.get(&stage, "/oauth/dashboards").await;
    let state = at_crm.param("state").unwrap();
    let denied = browser.get(&stage, &format!("/oauth/callback?error=access_denied&state={state}")).await;
    assert!(denied.is_refusal() && denied.text.contains("did not log in"), "{}", denied.text);

    let at_crm = browser.get(&stage, "/oauth/dashboards").await;
    assert!(browser.back(&stage, &at_crm, "a-code-of-nobody").await.is_refusal());

    stage.crm.people.lock().unwrap().get_mut("mallory").unwrap().active = false;
    let at_crm = browser.get(&stage, "/oauth/dashboards").await;
    let inactive = browser.back(&stage, &at_crm, "code-mallory").await;
    assert!(inactive.is_refusal() && cookies(&inactive).is_empty());
    assert!(inactive.text.contains("may not use RevLoops"), "{}", inactive.text);
}

#[tokio::test]
async fn where_nothing_serves_them_there_is_no_way_in_and_a_wrong_key_is_told() {
    let stage = Stage::new();
    assert_eq!(stage.get("/oauth/dashboards").await.status(), 404);
    for pem in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "no key at all"] {
        let secret = SiteKeySecret { pkcs8_pem: Secret::new(pem) };
        let told = Dashboards::new("K".to_owned(), &secret).unwrap_err().to_string();
        assert!(told.contains("openssl genpkey"), "{told}");
    }
}
