use std::sync::Mutex;

use revloops_loopkit::ports::{CrmIdentity, LoginBegun};
use revloops_testkit::DocumentsInMemory;

use super::*;
use crate::sealing::{SealingSecret, generate};

struct SetClock(Mutex<Timestamp>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A CRM that rotates: each refresh token works once, a second use of one locks the person out.
#[derive(Default)]
struct RotatingCrm {
    refreshed: Mutex<u32>,
    revoked: Mutex<Vec<String>>,
    fails: Mutex<Option<ErrorClass>>,
    /// Runs while a refresh is under way.
    meanwhile: Mutex<Option<Meanwhile>>,
}

type Meanwhile = Box<dyn FnOnce() -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

#[async_trait]
impl CrmLogin for RotatingCrm {
    fn begin(&self) -> Outcome<LoginBegun> {
        unreachable!("nobody logs in here")
    }
    async fn complete(&self, _: &Value, _: &str, _: &str) -> Outcome<CrmTokens> {
        unreachable!("nobody logs in here")
    }
    async fn refresh(&self, tokens: &CrmTokens) -> Outcome<CrmTokens> {
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile().await;
        }
        tokio::task::yield_now().await;
        if let Some(class) = self.fails.lock().unwrap().take() {
            return Err(Failure::new(class, "refused"));
        }
        let mut refreshed = self.refreshed.lock().unwrap();
        let expected = format!("refresh-{refreshed}");
        if tokens.refresh_token.as_ref().unwrap().reveal() != expected {
            return Err(Failure::new(ErrorClass::Rejected, "a refresh token was used twice"));
        }
        *refreshed += 1;
        Ok(crm_tokens(*refreshed))
    }
    async fn revoke(&self, tokens: &CrmTokens) -> Outcome<()> {
        self.revoked.lock().unwrap().push(tokens.access_token.reveal().to_owned());
        Ok(())
    }
    async fn identity(&self, _: &CrmTokens) -> Outcome<Option<CrmIdentity>> {
        Ok(None)
    }
}

fn crm_tokens(number: u32) -> CrmTokens {
    CrmTokens {
        instance_url: "https://acme.my.salesforce.com".to_owned(),
        access_token: Secret::new(format!("access-{number}")),
        refresh_token: Some(Secret::new(format!("refresh-{number}"))),
    }
}

struct Stage {
    clock: Arc<SetClock>,
    documents: Arc<DocumentsInMemory>,
    crm: Arc<RotatingCrm>,
    sessions: Arc<SealedSessions>,
}

impl Stage {
    async fn new() -> Self {
        let clock = Arc::new(SetClock(Mutex::new("2026-11-28T12:00:00Z".parse().unwrap())));
        let documents = Arc::new(DocumentsInMemory::default());
        let crm = Arc::new(RotatingCrm::default());
        let sealer = Sealer::new(&SealingSecret { keys: vec![generate("1").unwrap()] }).unwrap();
        let sessions = Arc::new(SealedSessions {
            documents: Arc::clone(&documents) as _,
            sealer: Arc::new(sealer),
            login: Arc::clone(&crm) as _,
            clock: Arc::clone(&clock) as _,
        });
        let stage = Self { clock, documents, crm, sessions };
        let ends = stage.clock.now() + SignedDuration::from_hours(720);
        stage.sessions.keep("g", &crm_tokens(0), ends).await.unwrap();
        stage
    }

    fn pass(&self, duration: SignedDuration) {
        *self.clock.0.lock().unwrap() += duration;
    }

    async fn access(&self) -> Outcome<String> {
        self.sessions.session("g").await.map(|session| session.access_token.reveal().to_owned())
    }
}

#[tokio::test]
async fn a_kept_session_is_given_back_and_stands_nowhere_in_the_clear() {
    let stage = Stage::new().await;
    assert_eq!(stage.access().await.unwrap(), "access-0");
    let kept = stage.documents.as_text();
    assert!(!kept.contains("access-0") && !kept.contains("refresh-0"), "{kept}");
    assert_eq!(stage.sessions.session("other").await.unwrap_err().class(), ErrorClass::Rejected);
}

/// Guard: the claim. Each caller that went to the CRM by itself would use a refresh token twice.
#[tokio::test]
async fn of_many_who_ask_at_once_one_refreshes_and_all_get_what_it_got() {
    let stage = Stage::new().await;
    let callers: Vec<_> = (0..12)
        .map(|_| {
            let sessions = Arc::clone(&stage.sessions);
            tokio::spawn(async move { sessions.renewed("g", &Secret::new("access-0")).await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap().access_token.reveal(), "access-1");
    }
    assert_eq!(*stage.crm.refreshed.lock().unwrap(), 1);
}

#[tokio::test]
async fn who_comes_late_with_an_old_token_gets_the_newer_one_without_a_refresh() {
    let stage = Stage::new().await;
    stage.sessions.renewed("g", &Secret::new("access-0")).await.unwrap();
    let again = stage.sessions.renewed("g", &Secret::new("access-0")).await.unwrap();
    assert_eq!(again.access_token.reveal(), "access-1");
    assert_eq!(*stage.crm.refreshed.lock().unwrap(), 1);
    assert_eq!(stage.sessions.renewed("g", &Secret::new("access-1")).await.unwrap().access_token.reveal(), "access-2");
}

#[tokio::test]
async fn a_caller_that_died_is_taken_over_after_its_lease() {
    let stage = Stage::new().await;
    let (stored, kept) = stage.sessions.read("g").await.unwrap();
    let dead = Kept { refreshing_until: Some(stage.clock.now() + LEASE), ..kept };
    stage.documents.replace(KIND, "g", &value(&dead).unwrap(), Some(dead.ends), stored.version).await.unwrap();
    stage.pass(LEASE);
    let renewed = stage.sessions.renewed("g", &Secret::new("access-0")).await.unwrap();
    assert_eq!(renewed.access_token.reveal(), "access-1");
}

#[tokio::test]
async fn a_slow_caller_that_was_taken_over_does_not_end_the_session() {
    let stage = Stage::new().await;
    let (sessions, clock) = (Arc::clone(&stage.sessions), Arc::clone(&stage.clock));
    *stage.crm.meanwhile.lock().unwrap() = Some(Box::new(move || {
        Box::pin(async move {
            *clock.0.lock().unwrap() += LEASE;
            sessions.renewed("g", &Secret::new("access-0")).await.unwrap();
        })
    }));
    // The CRM refuses the slow one, whose refresh token the other has used; it gets what the other got.
    let renewed = stage.sessions.renewed("g", &Secret::new("access-0")).await.unwrap();
    assert_eq!(renewed.access_token.reveal(), "access-1");
    assert_eq!(stage.access().await.unwrap(), "access-1");
}

#[tokio::test]
async fn a_refusal_of_the_crm_ends_the_session_and_a_fault_does_not() {
    let stage = Stage::new().await;
    *stage.crm.fails.lock().unwrap() = Some(ErrorClass::Transient);
    let failed = stage.sessions.renewed("g", &Secret::new("access-0")).await.unwrap_err();
    assert_eq!(failed.class(), ErrorClass::Transient);
    assert_eq!(stage.access().await.unwrap(), "access-0");
    *stage.crm.fails.lock().unwrap() = Some(ErrorClass::Rejected);
    let refused = stage.sessions.renewed("g", &Secret::new("access-0")).await.unwrap_err();
    assert_eq!(refused.class(), ErrorClass::Rejected);
    assert_eq!(stage.access().await.unwrap_err().class(), ErrorClass::Rejected);
}

#[tokio::test]
async fn a_forgotten_session_is_revoked_in_the_crm_and_gone() {
    let stage = Stage::new().await;
    stage.sessions.forget("g").await.unwrap();
    stage.sessions.forget("g").await.unwrap();
    assert_eq!(*stage.crm.revoked.lock().unwrap(), ["access-0"]);
    assert_eq!(stage.access().await.unwrap_err().class(), ErrorClass::Rejected);
}

/// Guard: the write after a refresh is bound to the claim's version. Unbound, it would bring the session back.
#[tokio::test]
async fn a_session_that_is_forgotten_during_a_refresh_does_not_come_back() {
    let stage = Stage::new().await;
    let sessions = Arc::clone(&stage.sessions);
    *stage.crm.meanwhile.lock().unwrap() =
        Some(Box::new(move || Box::pin(async move { sessions.forget("g").await.unwrap() })));
    let refused = stage.sessions.renewed("g", &Secret::new("access-0")).await.unwrap_err();
    assert_eq!(refused.class(), ErrorClass::Rejected);
    assert_eq!(*stage.crm.revoked.lock().unwrap(), ["access-0", "access-1"], "what the late refresh brought, too");
    assert!(stage.access().await.is_err());
}

#[tokio::test]
async fn a_session_ends_with_its_grant() {
    let stage = Stage::new().await;
    stage.sessions.extend("g", stage.clock.now() + SignedDuration::from_secs(60)).await.unwrap();
    assert!(stage.access().await.is_ok());
    stage.pass(SignedDuration::from_secs(60));
    assert_eq!(stage.access().await.unwrap_err().class(), ErrorClass::Rejected);
}
