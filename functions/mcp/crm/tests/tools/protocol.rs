//! The tools as a client sees them: schemas, annotations, scopes, and answers that fit their schemas.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use http::{HeaderMap, Request, Response, StatusCode, Uri};
use jiff::Timestamp;
use revloops_identity::{Principal, Scope};
use revloops_loopkit::ports::{Clock, Ids};
use revloops_mcp::{DocumentAudit, Endpoint, Gate, Site};
use revloops_mcp_crm::{World, server};
use revloops_testkit::DocumentsInMemory;
use serde_json::{Value, json};

use crate::org::Org;

struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        "2026-11-28T12:00:00Z".parse().unwrap()
    }
}

impl Ids for Now {
    fn fresh(&self) -> String {
        "0123456789abcdef0123456789abcdef".to_owned()
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

async fn endpoint(org: &Org, username: &str, scopes: &[Scope]) -> Endpoint<World> {
    let mut principal = org.caller(username).await.principal;
    principal.scopes = scopes.iter().copied().collect();
    let audit = Arc::new(DocumentAudit::new(Arc::new(DocumentsInMemory::default())));
    let site = Site { hosts: vec!["revloops.example".into()], origins: Vec::new() };
    Endpoint::new(server(org.world(), audit, Arc::new(Now)), &site, Arc::new(Only(principal)), Arc::new(Now))
}

async fn call(endpoint: &Endpoint<World>, method: &str, params: Value) -> (StatusCode, Value) {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let request = Request::post("/mcp/crm")
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

#[tokio::test]
async fn each_tool_has_a_title_both_schemas_and_annotations_that_are_true() {
    let org = Org::start().await;
    let endpoint = endpoint(&org, "admin@northfield.example", &Scope::ALL).await;
    let (status, listed) = call(&endpoint, "tools/list", json!({})).await;
    assert_eq!(status, StatusCode::OK, "{listed}");
    let tools = listed["result"]["tools"].as_array().unwrap();
    let hint = |tool: &Value, name: &str| tool["annotations"][name].as_bool().unwrap();
    let mut seen = BTreeSet::new();
    for tool in tools {
        let name = tool["name"].as_str().unwrap();
        seen.insert(name);
        assert!(
            !tool["title"].as_str().unwrap().is_empty() && tool["description"].as_str().unwrap().len() > 80,
            "{name}"
        );
        assert_eq!((&tool["inputSchema"]["type"], &tool["outputSchema"]["type"]), (&json!("object"), &json!("object")));
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{name}");
        let writes = name.ends_with("_records");
        assert_eq!(hint(tool, "readOnlyHint"), !writes, "{name}");
        assert_eq!(hint(tool, "destructiveHint"), writes && name != "create_records", "{name}");
        assert_eq!(hint(tool, "idempotentHint"), name != "create_records", "{name}");
        assert_eq!(tool["inputSchema"]["properties"]["dry_run"].is_object(), writes, "{name}");
    }
    let all = [
        "create_records",
        "delete_records",
        "describe_object",
        "describe_objects",
        "get_record",
        "query",
        "update_records",
        "upsert_records",
    ];
    assert_eq!(seen, BTreeSet::from(all));
}

#[tokio::test]
async fn answers_fit_the_schemas_that_the_tools_promise() {
    let org = Org::start().await;
    let endpoint = endpoint(&org, "admin@northfield.example", &Scope::ALL).await;
    let (_, listed) = call(&endpoint, "tools/list", json!({})).await;
    let tools = listed["result"]["tools"].as_array().unwrap();
    let lead = org.create("Lead", json!({"LastName": "Holm", "Company": "Alder"})).await;
    for (name, arguments) in [
        ("describe_objects", json!({"search": "lead"})),
        ("describe_object", json!({"object": "Lead"})),
        ("query", json!({"soql": "SELECT Id, Owner.Name, (SELECT Id FROM Tasks) FROM Lead"})),
        ("get_record", json!({"object": "Lead", "id": lead})),
        ("create_records", json!({"object": "Lead", "records": [{"LastName": "A"}]})),
        ("create_records", json!({"object": "Task", "records": [{"Subject": "Call"}], "dry_run": false})),
        ("update_records", json!({"object": "Lead", "records": [{"Id": lead, "Title": "CEO"}]})),
        (
            "update_records",
            json!({"object": "Lead", "records": [{"Id": lead, "Title": "CEO", "Nope": 1}], "dry_run": false}),
        ),
        (
            "upsert_records",
            json!({"object": "Task", "key": "RevLoops_Key__c", "records": [{"RevLoops_Key__c": "k", "Subject": "S"}]}),
        ),
        ("delete_records", json!({"object": "Lead", "records": [{"id": lead}]})),
    ] {
        let (status, answer) = call(&endpoint, "tools/call", json!({"name": name, "arguments": arguments})).await;
        assert_eq!((status, &answer["result"]["isError"]), (StatusCode::OK, &json!(false)), "{name}: {answer}");
        let schema = &tools.iter().find(|tool| tool["name"] == name).unwrap()["outputSchema"];
        let content = &answer["result"]["structuredContent"];
        let wrong: Vec<String> =
            jsonschema::validator_for(schema).unwrap().iter_errors(content).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}

#[tokio::test]
async fn a_write_or_delete_wants_its_own_scope() {
    let org = Org::start().await;
    let endpoint = endpoint(&org, "admin@northfield.example", &[Scope::CrmRead]).await;
    let before = org.writes().await;
    let lead = json!({"object": "Lead", "records": [{"LastName": "A", "Company": "B"}], "dry_run": false});
    for (name, scope) in [
        ("create_records", "crm.write"),
        ("update_records", "crm.write"),
        ("upsert_records", "crm.write"),
        ("delete_records", "crm.delete"),
    ] {
        let (status, wanted) = call(&endpoint, "tools/call", json!({"name": name, "arguments": lead})).await;
        assert_eq!((status, wanted.as_str()), (StatusCode::FORBIDDEN, Some(scope)), "{name}");
    }
    let (status, answer) =
        call(&endpoint, "tools/call", json!({"name": "query", "arguments": {"soql": "SELECT Id FROM Lead"}})).await;
    assert_eq!((status, &answer["result"]["structuredContent"]["total"]), (StatusCode::OK, &json!(0)), "{answer}");
    assert_eq!(org.writes().await, before);
}

#[tokio::test]
async fn arguments_that_a_tool_does_not_know_are_refused() {
    let org = Org::start().await;
    let endpoint = endpoint(&org, "admin@northfield.example", &Scope::ALL).await;
    let before = org.writes().await;
    let misspelt =
        json!({"object": "Lead", "records": [{"LastName": "A", "Company": "B"}], "dryrun": true, "dry_run": false});
    let (_, answer) = call(&endpoint, "tools/call", json!({"name": "create_records", "arguments": misspelt})).await;
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("dryrun"), "{answer}");
    assert_eq!(org.writes().await, before);
}
