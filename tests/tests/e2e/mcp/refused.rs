//! Who is not let in, seen from outside.

use http::StatusCode;
use http::header::{AUTHORIZATION, HOST, ORIGIN, WWW_AUTHENTICATE};
use revloops_tests::system::System;
use serde_json::{Value, json};

use super::{REP, Session, person};

fn list_tools() -> Value {
    json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/list",
        "params": {"_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        }},
    })
}

fn asking(url: &str, method: &str, body: &Value) -> reqwest::RequestBuilder {
    reqwest::Client::new()
        .post(url)
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", method)
        .json(body)
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_for_one_server_and_for_what_was_allowed() -> anyhow::Result<()> {
    let system = System::running().await?;
    let site = &system.endpoints.site.url;
    let (crm, workflow) = (format!("{site}/mcp/crm"), format!("{site}/mcp/workflow"));

    let without = asking(&crm, "tools/list", &list_tools()).send().await?;
    assert_eq!(without.status(), StatusCode::UNAUTHORIZED);
    let challenge =
        without.headers().get(WWW_AUTHENTICATE).or(without.headers().get("x-amzn-remapped-www-authenticate"));
    let challenge = challenge.expect("a challenge").to_str()?.to_owned();
    let metadata = format!("{site}/.well-known/oauth-protected-resource/mcp/crm");
    assert!(challenge.contains(&metadata), "{challenge}");
    let document: Value = reqwest::get(metadata).await?.json().await?;
    assert_eq!(document["resource"], json!(crm));

    let session = Session::of(&system, "crm", &person(REP, "crm.read"), json!({})).await?;
    let bearer = format!("Bearer {}", session.token());
    let theirs = asking(&crm, "tools/list", &list_tools()).header(AUTHORIZATION, &bearer).send().await?;
    assert_eq!(theirs.status(), StatusCode::OK);
    let elsewhere = asking(&workflow, "tools/list", &list_tools()).header(AUTHORIZATION, &bearer).send().await?;
    assert_eq!(elsewhere.status(), StatusCode::UNAUTHORIZED, "a token of one server at another");
    let forged = format!("{bearer}x");
    let forged = asking(&crm, "tools/list", &list_tools()).header(AUTHORIZATION, forged).send().await?;
    assert_eq!(forged.status(), StatusCode::UNAUTHORIZED);
    let in_the_query = format!("{crm}?access_token={}", session.token());
    let in_the_query = asking(&in_the_query, "tools/list", &list_tools()).send().await?;
    assert_eq!(in_the_query.status(), StatusCode::BAD_REQUEST);

    let mut call = list_tools();
    call["method"] = json!("tools/call");
    call["params"]["name"] = json!("create_records");
    call["params"]["arguments"] = json!({"object": "Account", "records": [{"Name": "Never"}], "dry_run": false});
    let more = asking(&crm, "tools/call", &call).header("mcp-name", "create_records").header(AUTHORIZATION, &bearer);
    let more = more.send().await?;
    assert_eq!(more.status(), StatusCode::FORBIDDEN);
    assert_eq!(system.crm.query("SELECT Id FROM Account WHERE Name = 'Never'").await?.len(), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_or_a_name_of_somebody_else_reaches_nothing() -> anyhow::Result<()> {
    let system = System::running().await?;
    let crm = format!("{}/mcp/crm", system.endpoints.site.url);
    let session = Session::of(&system, "crm", &person(REP, "crm.read"), json!({})).await?;
    let bearer = format!("Bearer {}", session.token());
    let asked = |url: &str| asking(url, "tools/list", &list_tools()).header(AUTHORIZATION, &bearer);
    let page = asked(&crm).header(ORIGIN, "https://evil.example").send().await?;
    assert_eq!(page.status(), StatusCode::FORBIDDEN, "a page of somebody else");
    let rebound = asked(&crm).header(HOST, "evil.example").send().await?;
    assert_eq!(rebound.status(), StatusCode::FORBIDDEN, "a name that was made to point at us");
    Ok(())
}
