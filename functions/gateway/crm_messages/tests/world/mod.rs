//! The gateway's world in memory: every call can be made to fail, and the process to die at any of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;

use revloops_crm_messages::{Ports, handle};
use revloops_domain::{Account, AccountId, ErrorClass, Lead, LeadId, OrganizationId, sha256_hex};
use revloops_loopkit::ports::{Accounts, Bus, BusEvent, Clock, Inbox, Leads, ParkedBodies};
use revloops_loopkit::{Failure, Outcome};
use revloops_testkit::{AccountsInMemory, ParkedInMemory};

pub(crate) const LEADS: &str = include_str!("../../../../../shared/crm/fixtures/outbound_leads.xml");
pub(crate) const ACCOUNT: &str = include_str!("../../../../../shared/crm/fixtures/outbound_account.xml");
pub(crate) const TASK: &str = include_str!("../../../../../shared/crm/fixtures/outbound_task.xml");
pub(crate) const OPPORTUNITY: &str = include_str!("../../../../../shared/crm/fixtures/outbound_opportunity.xml");

#[derive(Default)]
struct State {
    inbox: BTreeSet<String>,
    leads: BTreeMap<String, Lead>,
    events: Vec<BusEvent>,
    bodies: BTreeMap<String, Vec<u8>>,
    failing_port: Option<(&'static str, ErrorClass)>,
    failing_event: Option<(&'static str, ErrorClass)>,
    calls: usize,
    dies_at: Option<usize>,
}

#[derive(Clone)]
pub(crate) struct World {
    state: Arc<Mutex<State>>,
    pub(crate) parked: Arc<ParkedInMemory>,
    pub(crate) accounts: Arc<AccountsInMemory>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { state: Arc::default(), parked: Arc::default(), accounts: Arc::default() }
    }

    pub(crate) fn ports(&self) -> Ports {
        Ports {
            organization_id: OrganizationId::parse("00Dxx0000001gPL").unwrap(),
            inbox: Arc::new(self.clone()),
            leads: Arc::new(self.clone()),
            accounts: Arc::new(self.clone()),
            bus: Arc::new(self.clone()),
            parked: self.parked.clone(),
            bodies: Arc::new(self.clone()),
            clock: Arc::new(self.clone()),
        }
    }

    pub(crate) async fn send(&self, body: &str) -> Response<Vec<u8>> {
        handle(post(body), &self.ports()).await
    }

    /// Every call to `port` fails with this class until mended.
    pub(crate) fn fail(&self, port: &'static str, class: ErrorClass) {
        self.state().failing_port = Some((port, class));
    }

    /// The bus does not take this event until mended.
    pub(crate) fn fail_event(&self, id: &'static str, class: ErrorClass) {
        self.state().failing_event = Some((id, class));
    }

    /// From the `nth` call on, nothing gets done any more.
    pub(crate) fn die_at(&self, nth: usize) {
        self.state().dies_at = Some(nth);
    }

    pub(crate) fn is_dead(&self) -> bool {
        let state = self.state();
        state.dies_at.is_some_and(|nth| state.calls > nth)
    }

    pub(crate) fn mend(&self) {
        let mut state = self.state();
        (state.failing_port, state.failing_event, state.dies_at) = (None, None, None);
    }

    pub(crate) fn events(&self) -> Vec<BusEvent> {
        self.state().events.clone()
    }

    pub(crate) fn event_ids(&self) -> Vec<String> {
        self.state().events.iter().map(|event| event.id.clone()).collect()
    }

    pub(crate) fn remembered(&self) -> Vec<String> {
        self.state().leads.keys().cloned().collect()
    }

    pub(crate) fn bodies(&self) -> BTreeMap<String, Vec<u8>> {
        self.state().bodies.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// One call: others get their turn first, and it may fail.
    async fn call(&self, port: &'static str) -> Outcome<MutexGuard<'_, State>> {
        tokio::task::yield_now().await;
        let mut state = self.state();
        state.calls += 1;
        let failing = state.failing_port.filter(|(failing, _)| *failing == port).map(|(_, class)| class);
        let dead = state.dies_at.is_some_and(|nth| state.calls > nth).then_some(ErrorClass::Transient);
        match failing.or(dead) {
            Some(class) => Err(Failure::new(class, format!("{port} fails"))),
            None => Ok(state),
        }
    }
}

pub(crate) fn request(method: &str, content_type: &str, body: &str) -> Request<Vec<u8>> {
    let request = Request::builder().method(method).uri("/crm/messages").header("Content-Type", content_type);
    request.body(body.as_bytes().to_vec()).unwrap()
}

pub(crate) fn post(body: &str) -> Request<Vec<u8>> {
    request("POST", "text/xml; charset=UTF-8", body)
}

pub(crate) fn acknowledged(response: &Response<Vec<u8>>) -> bool {
    response.status() == StatusCode::OK && String::from_utf8_lossy(response.body()).contains("<Ack>true</Ack>")
}

#[async_trait]
impl Inbox for World {
    async fn seen(&self, notification_ids: &BTreeSet<String>) -> Outcome<BTreeSet<String>> {
        Ok(self.call("inbox").await?.inbox.intersection(notification_ids).cloned().collect())
    }

    async fn enqueued(&self, notification_ids: &BTreeSet<String>, _at: Timestamp) -> Outcome<()> {
        self.call("inbox").await?.inbox.extend(notification_ids.iter().cloned());
        Ok(())
    }
}

#[async_trait]
impl Leads for World {
    async fn remember(&self, lead: &Lead) -> Outcome<()> {
        self.call("leads").await?.leads.insert(lead.id.to_string(), lead.clone());
        Ok(())
    }

    async fn newest(&self, id: &LeadId) -> Outcome<Option<Lead>> {
        Ok(self.call("leads").await?.leads.get(id.as_str()).cloned())
    }
}

#[async_trait]
impl Accounts for World {
    async fn candidates(&self, keys: &[String], at_most: usize) -> Outcome<Vec<Account>> {
        self.accounts.candidates(keys, at_most).await
    }

    async fn get(&self, id: &AccountId) -> Outcome<Option<Account>> {
        self.accounts.get(id).await
    }

    async fn put(&self, account: &Account, keys: &[String]) -> Outcome<bool> {
        drop(self.call("accounts").await?);
        self.accounts.put(account, keys).await
    }

    async fn remove(&self, id: &AccountId) -> Outcome<()> {
        self.accounts.remove(id).await
    }
}

#[async_trait]
impl Bus for World {
    async fn publish(&self, events: &[BusEvent]) -> Outcome<Vec<Outcome<()>>> {
        let mut state = self.call("bus").await?;
        let failing = state.failing_event;
        let mut take = |event: &BusEvent| match failing {
            Some((id, class)) if id == event.id => Err(Failure::new(class, "event not taken")),
            _ => {
                state.events.push(event.clone());
                Ok(())
            }
        };
        Ok(events.iter().map(&mut take).collect())
    }
}

#[async_trait]
impl ParkedBodies for World {
    async fn keep(&self, body: &[u8]) -> Outcome<String> {
        let key = sha256_hex(body);
        self.call("bodies").await?.bodies.insert(key.clone(), body.to_vec());
        Ok(key)
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        "2026-11-22T07:00:00Z".parse().unwrap()
    }
}

/// Where a test's logs go.
#[derive(Clone, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
