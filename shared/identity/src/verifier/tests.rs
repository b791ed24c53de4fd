use std::collections::BTreeSet;
use std::sync::Mutex as StdMutex;

use revloops_domain::SalesforceId;

use super::*;
use crate::keys::{KeyEntry, KeySecret, SigningKeys, generate};
use crate::principal::{Role, Scope};

struct SetClock(StdMutex<Timestamp>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A published set, or none to be had, and how often it was asked for.
struct Published {
    entries: StdMutex<Option<Vec<KeyEntry>>>,
    asked: StdMutex<u32>,
}

#[async_trait]
impl PublishedKeys for Published {
    async fn fetch(&self) -> Outcome<Vec<u8>> {
        *self.asked.lock().unwrap() += 1;
        let entries = self.entries.lock().unwrap().clone();
        let entries = entries.ok_or_else(|| Failure::new(ErrorClass::Transient, "down"))?;
        Ok(serde_json::to_vec(&SigningKeys::new(&KeySecret { keys: entries }).unwrap().published()).unwrap())
    }
}

struct Stage {
    clock: Arc<SetClock>,
    published: Arc<Published>,
    verifier: Verifier,
}

impl Stage {
    fn new(entries: Vec<KeyEntry>) -> Self {
        let clock = Arc::new(SetClock(StdMutex::new("2026-11-28T12:00:00Z".parse().unwrap())));
        let published = Arc::new(Published { entries: StdMutex::new(Some(entries)), asked: StdMutex::new(0) });
        let resource = Resource::new(PublicUrl::parse("https://revloops.example.com").unwrap(), "/mcp/crm").unwrap();
        let verifier = Verifier::new(resource, Arc::clone(&published) as _, Arc::clone(&clock) as _);
        Self { clock, published, verifier }
    }

    fn pass(&self, seconds: i64) {
        let mut now = self.clock.0.lock().unwrap();
        *now += SignedDuration::from_secs(seconds);
    }

    fn publish(&self, entries: Option<Vec<KeyEntry>>) {
        *self.published.entries.lock().unwrap() = entries;
    }

    fn asked(&self) -> u32 {
        *self.published.asked.lock().unwrap()
    }

    fn token(&self, entry: &KeyEntry) -> String {
        let principal = Principal {
            user: SalesforceId::parse("005000000000001").unwrap(),
            username: "ida@acme.example".to_owned(),
            role: Role::Rep,
            client_id: "app".to_owned(),
            scopes: BTreeSet::from([Scope::CrmRead]),
            grant: "g".to_owned(),
        };
        let keys = SigningKeys::new(&KeySecret { keys: vec![entry.clone()] }).unwrap();
        let issuer = "https://revloops.example.com";
        let audience = "https://revloops.example.com/mcp/crm";
        tokens::mint(&keys, issuer, audience, &principal, "j".to_owned(), self.clock.now()).unwrap()
    }
}

#[tokio::test]
async fn keys_are_fetched_once_for_many_tokens() {
    let key = generate().unwrap();
    let stage = Stage::new(vec![key.clone()]);
    for _ in 0..5 {
        assert!(stage.verifier.verify(&stage.token(&key)).await.is_ok());
    }
    assert_eq!(stage.asked(), 1);
}

#[tokio::test]
async fn a_new_key_is_found_without_a_restart_and_unknown_ones_do_not_make_us_ask_on_and_on() {
    let (old, new, strange) = (generate().unwrap(), generate().unwrap(), generate().unwrap());
    let stage = Stage::new(vec![old.clone()]);
    assert!(stage.verifier.verify(&stage.token(&old)).await.is_ok());
    stage.publish(Some(vec![old.clone(), new.clone()]));
    stage.pass(31);
    assert!(stage.verifier.verify(&stage.token(&new)).await.is_ok());
    assert_eq!(stage.asked(), 2);
    // Guard: the pause between two fetches. Without it each of these would be one.
    for _ in 0..20 {
        let refused = stage.verifier.verify(&stage.token(&strange)).await;
        assert!(matches!(refused, Err(NotVerified::Token(TokenError::UnknownKey))), "{refused:?}");
    }
    assert_eq!(stage.asked(), 2);
    assert!(stage.verifier.verify(&stage.token(&old)).await.is_ok());
}

#[tokio::test]
async fn a_key_that_was_taken_out_is_refused_after_ten_minutes() {
    let (stolen, new) = (generate().unwrap(), generate().unwrap());
    let stage = Stage::new(vec![stolen.clone(), new.clone()]);
    assert!(stage.verifier.verify(&stage.token(&stolen)).await.is_ok());
    stage.publish(Some(vec![new]));
    stage.pass(601);
    let refused = stage.verifier.verify(&stage.token(&stolen)).await;
    assert!(matches!(refused, Err(NotVerified::Token(TokenError::UnknownKey))), "{refused:?}");
}

#[tokio::test]
async fn old_keys_stand_in_for_an_hour_where_none_can_be_had() {
    let key = generate().unwrap();
    let stage = Stage::new(vec![key.clone()]);
    assert!(stage.verifier.verify(&stage.token(&key)).await.is_ok());
    stage.publish(None);
    stage.pass(1800);
    assert!(stage.verifier.verify(&stage.token(&key)).await.is_ok());
    stage.pass(1801);
    let refused = stage.verifier.verify(&stage.token(&key)).await;
    assert!(matches!(refused, Err(NotVerified::Unavailable(_))), "{refused:?}");
}
