//! A world in memory with the shipped config and scenarios active, and people who call.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use http::{HeaderMap, Request, Response, StatusCode, Uri};
use jiff::Timestamp;
use revloops_catalogue::AllLoops;
use revloops_changes::{ChangeDesk, Policy};
use revloops_config::{Document, Problems};
use revloops_domain::SalesforceId;
use revloops_engage::EngageConfig;
use revloops_identity::{Principal, Role, Scope};
use revloops_loopkit::Outcome;
use revloops_loopkit::change::Candidate;
use revloops_loopkit::ports::{Clock, CrmUser, Ids};
use revloops_mcp::{DocumentAudit, Endpoint, Gate, Site};
use revloops_mcp_workflow::world::SequenceDesk;
use revloops_mcp_workflow::{Seen, VisibleRecords, World, server};
use revloops_outreach::{Ask, Desk, Reply, Request as AtDesk, Sources};
use revloops_planning::promotion::Promotions;
use revloops_scenario::{Resolved, stored};
use revloops_testkit::{
    ApprovalsInMemory, ConfigInMemory, DocumentsInMemory, ParkedInMemory, TestWorld, config_root, shipped_config,
    user_id,
};
use serde_json::{Value, json};

pub(crate) const REP: &str = "erik.lind@northfield.example";
pub(crate) const MANAGER: &str = "maria.keller@northfield.example";
pub(crate) const OPERATIONS: &str = "olivia.grant@northfield.example";
pub(crate) const ADMIN: &str = "admin@northfield.example";

pub(crate) const BASELINE: &str = "fy27-baseline";
pub(crate) const IBERIA: &str = "fy27-iberia";

pub(crate) fn noon() -> Timestamp {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

fn role(username: &str) -> Role {
    match username {
        REP => Role::Rep,
        MANAGER => Role::Manager,
        OPERATIONS => Role::Operations,
        ADMIN => Role::Administrator,
        other => panic!("nobody is called {other}"),
    }
}

pub(crate) struct Stage {
    pub(crate) memory: Arc<TestWorld>,
    pub(crate) store: Arc<ConfigInMemory>,
    pub(crate) approvals: Arc<ApprovalsInMemory>,
    pub(crate) parked: Arc<ParkedInMemory>,
    pub(crate) desk: ChangeDesk,
    records: Arc<Records>,
    audit: Arc<DocumentsInMemory>,
    world: Arc<World>,
}

/// Records that everybody sees.
#[derive(Default)]
struct Records(Mutex<BTreeSet<SalesforceId>>);

#[async_trait]
impl VisibleRecords for Records {
    async fn seen(&self, _grant: &str, id: &SalesforceId) -> Outcome<Option<Seen>> {
        let there = self.0.lock().unwrap().contains(id);
        Ok(there.then(|| Seen { object: "Account", name: "Alder".to_owned() }))
    }

    async fn seen_of(&self, _grant: &str, ids: &BTreeSet<SalesforceId>) -> Outcome<BTreeSet<SalesforceId>> {
        Ok(ids.intersection(&self.0.lock().unwrap()).cloned().collect())
    }
}

struct OwnDesk(Arc<TestWorld>);

#[async_trait]
impl SequenceDesk for OwnDesk {
    async fn ask(&self, username: &str, ask: Ask) -> Outcome<Reply> {
        static SHIPPED: OnceLock<EngageConfig> = OnceLock::new();
        let world = self.0.as_ref();
        let desk = Desk {
            policy: &SHIPPED.get_or_init(shipped_config::<EngageConfig>).policy,
            sources: Sources { sequences: world, suppressions: world, standings: world },
            directory: world,
            bus: world,
            at: noon(),
        };
        desk.answer(&AtDesk { caller: username.to_owned(), ask }).await
    }
}

/// Lets this one in.
struct Only(Principal);

#[async_trait]
impl Gate for Only {
    async fn admit(&self, _uri: &Uri, _headers: &HeaderMap) -> Result<Principal, Response<Vec<u8>>> {
        Ok(self.0.clone())
    }

    fn insufficient(&self, _principal: &Principal, wanted: Scope) -> Response<Vec<u8>> {
        let mut response = Response::new(wanted.as_str().as_bytes().to_vec());
        *response.status_mut() = StatusCode::FORBIDDEN;
        response
    }
}

struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        noon()
    }
}

impl Ids for Now {
    fn fresh(&self) -> String {
        "0123456789abcdef0123456789abcdef".to_owned()
    }
}

pub(crate) fn shipped_scenario(id: &str) -> Resolved {
    let mut problems = Problems::new();
    revloops_scenario::read(&config_root(), id, &mut problems).unwrap_or_else(|| panic!("{problems}"))
}

/// The shipped loops that the tests change, checked once: that is slow.
fn shipped(name: &str) -> Candidate {
    static CHECKED: OnceLock<Vec<(&'static str, Candidate)>> = OnceLock::new();
    let checked = CHECKED.get_or_init(|| {
        let wanted =
            revloops_catalogue::all().into_iter().filter(|entry| ["route", "qualify"].contains(&entry.card.name));
        wanted
            .map(|entry| {
                (entry.card.name, (entry.check)(&config_root()).unwrap_or_else(|problems| panic!("{problems}")))
            })
            .collect()
    });
    checked.iter().find(|(loop_name, _)| *loop_name == name).unwrap().1.clone()
}

impl Stage {
    /// The shipped policy, Route, Qualify and scenarios; the baseline is active.
    pub(crate) async fn set() -> Self {
        let memory = TestWorld::new(noon()).where_everybody_is_known();
        memory.with(|memory| {
            memory.users = [(1, REP), (2, MANAGER), (3, OPERATIONS), (4, ADMIN)]
                .map(|(number, login)| CrmUser {
                    id: user_id(number),
                    login: login.to_owned(),
                    name: login.to_owned(),
                    active: true,
                })
                .to_vec();
        });
        let (memory, store) = (Arc::new(memory), Arc::new(ConfigInMemory::default()));
        let documents = Arc::new(DocumentsInMemory::default());
        let desk = ChangeDesk { store: store.clone(), documents, checks: Arc::new(AllLoops) };
        let mut problems = Problems::new();
        let policy = Document::read_yaml(&config_root(), "changes.yaml", &mut problems).unwrap();
        desk.promote_policy(&Policy::bundle(policy), "git", noon()).await.unwrap();
        desk.promote(&shipped("qualify"), None, None, "git", noon()).await.unwrap();
        stored::keep(store.as_ref(), &shipped_scenario(IBERIA)).await.unwrap();
        let promotions = Promotions { desk: &desk, bus: memory.as_ref() };
        promotions.promote(&shipped_scenario(BASELINE), &shipped("route"), "git", noon()).await.unwrap();
        let (approvals, parked) = (Arc::new(ApprovalsInMemory::default()), Arc::new(ParkedInMemory::default()));
        let records = Arc::new(Records::default());
        let world = World {
            changes: desk.clone(),
            past: memory.clone(),
            outcomes: Arc::new(DocumentsInMemory::default()),
            config: store.clone(),
            keys: store.clone(),
            bus: memory.clone(),
            approvals: approvals.clone(),
            placements: memory.clone(),
            runs: memory.clone(),
            parked: parked.clone(),
            desk: Arc::new(OwnDesk(memory.clone())),
            records: records.clone(),
        };
        let audit = Arc::new(DocumentsInMemory::default());
        Self { memory, store, approvals, parked, desk, records, audit, world: Arc::new(world) }
    }

    /// Everybody sees this record in the CRM.
    pub(crate) fn shows(&self, id: &str) {
        self.records.0.lock().unwrap().insert(SalesforceId::parse(id).unwrap());
    }

    /// Nobody sees it any more.
    pub(crate) fn hides(&self, id: &str) {
        self.records.0.lock().unwrap().remove(&SalesforceId::parse(id).unwrap());
    }

    /// Calls a method as somebody with these scopes.
    pub(crate) async fn request(
        &self,
        who: &str,
        scopes: &[Scope],
        method: &str,
        params: Value,
    ) -> (StatusCode, Value) {
        let principal = Principal {
            user: SalesforceId::parse("0055g00000AAAAA").unwrap(),
            username: who.to_owned(),
            role: role(who),
            client_id: "test".to_owned(),
            scopes: scopes.iter().copied().collect(),
            grant: who.to_owned(),
        };
        let server = server(self.world.clone(), Arc::new(DocumentAudit::new(self.audit.clone())), Arc::new(Now));
        let site = Site { hosts: vec!["revloops.example".into()], origins: Vec::new() };
        let endpoint = Endpoint::new(server, &site, Arc::new(Only(principal)), Arc::new(Now));
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let request = Request::post("/mcp/workflow")
            .header("host", "revloops.example")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-11-25")
            .body(body.to_string().into_bytes())
            .unwrap();
        let response = endpoint.serve(request).await;
        let text = String::from_utf8(response.body().clone()).unwrap();
        (response.status(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Calls a tool with every scope: its structured answer, or why it was refused.
    pub(crate) async fn call(&self, who: &str, tool: &str, arguments: Value) -> Result<Value, String> {
        let params = json!({"name": tool, "arguments": arguments});
        let (status, answer) = self.request(who, &Scope::ALL, "tools/call", params).await;
        assert_eq!(status, StatusCode::OK, "{tool}: {answer}");
        let result = &answer["result"];
        match result["isError"].as_bool() {
            Some(true) => Err(result["content"][0]["text"].as_str().unwrap().to_owned()),
            Some(false) | None => Ok(result["structuredContent"].clone()),
        }
    }

    /// As [`Stage::call`], of what has to be done.
    pub(crate) async fn done(&self, who: &str, tool: &str, arguments: Value) -> Value {
        self.call(who, tool, arguments).await.unwrap_or_else(|why| panic!("{tool} was refused: {why}"))
    }

    /// As [`Stage::call`], of what has to be refused.
    pub(crate) async fn refused(&self, who: &str, tool: &str, arguments: Value) -> String {
        match self.call(who, tool, arguments).await {
            Ok(answer) => panic!("{tool} was done: {answer}"),
            Err(why) => why,
        }
    }

    /// Names of events that were published, in their order.
    pub(crate) fn events(&self) -> Vec<String> {
        self.memory.with(|memory| memory.events.iter().map(|event| event.name.clone()).collect())
    }
}
