//! What the API refuses, over the real HTTP API of the local cloud: cleanly, and without repeating any of it in logs.

use std::time::Duration;

use revloops_cli::aws::Aws;
use revloops_tests::system::System;

const ENVELOPE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>
<notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>ORG</OrganizationId><ActionId>04kxx0000000F2RAAU</ActionId>
<Notification><Id>04lxx0000004C9RAAU</Id><sObject xsi:type="sf:Lead" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>00Qxx0000000001EAA</sf:Id><sf:Company>MARKER-Northwind</sf:Company><sf:LastName>Holm</sf:LastName></sObject></Notification>
</notifications></soapenv:Body></soapenv:Envelope>"#;

const BOMB: &str = r#"<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "MARKER-lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><lolz>&c;</lolz>"#;

async fn post(system: &System, body: impl Into<reqwest::Body>) -> anyhow::Result<(u16, String)> {
    let url = reqwest::Url::parse(&system.endpoints.api.messages_url)?;
    let local = std::net::SocketAddr::from(([127, 0, 0, 1], url.port().unwrap_or(80)));
    let client = reqwest::Client::builder()
        .resolve(url.host_str().unwrap_or_default(), local)
        .timeout(Duration::from_secs(60))
        .build()?;
    let answer = client.post(url).header("content-type", "text/xml; charset=utf-8").body(body).send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_foreign_cut_and_huge_envelopes_are_refused_and_never_acknowledged() -> anyhow::Result<()> {
    let system = System::running().await?;
    let cut = ENVELOPE.replace("ORG", "00Dxx0000001gPLEAY");
    let cases = [
        ("a billion laughs", BOMB.to_owned(), 400),
        ("another organisation", ENVELOPE.replace("ORG", "00Dxx0000009zZZEAY"), 403),
        ("a cut body", cut[..cut.len() / 2].to_owned(), 400),
        ("10 MB", format!("{}{}", ENVELOPE.replace("ORG", "00Dxx0000001gPLEAY"), " MARKER".repeat(1_500_000)), 413),
    ];
    for (what, body, status) in cases {
        let (found, answer) = post(&system, body).await?;
        assert_eq!(found, status, "{what}: {answer}");
        assert!(!answer.contains("<Ack>true"), "{what} was acknowledged");
        assert!(!answer.contains("MARKER"), "{what} is repeated in the answer: {answer}");
    }
    let aws = Aws::local(&system.context.layout, &system.endpoints);
    let logs = system.context.layout.state.join("logs");
    for log in std::fs::read_dir(logs)?.flatten() {
        let text = std::fs::read(log.path())?;
        assert!(!String::from_utf8_lossy(&text).contains("MARKER"), "{} repeats what was sent", log.path().display());
    }
    let group = "/aws/cloudformation/revloops/CrmMessagesLog";
    let said = aws.text(["logs", "filter-log-events", "--log-group-name", group]).await?;
    assert!(said.contains("refused") || said.contains("parked"), "the refusals are not logged: {said}");
    assert!(!said.contains("MARKER"), "the function's log repeats what was sent");
    Ok(())
}
