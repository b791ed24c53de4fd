//! Real CRM clients of other people, unchanged, against the CRM stand-in. What each does is in `tests/clients/`.

use std::path::Path;
use std::process::Command;

use revloops_standins::crm;
use revloops_tests::tools;

use crate::crm_standin::{CLIENT_ID, CLIENT_SECRET, CrmStandIn, PASSWORD, run};

#[tokio::test(flavor = "multi_thread")]
async fn simple_salesforce_works_against_the_stand_in_unchanged() -> anyhow::Result<()> {
    let python = tools::prepare()?.python;
    let crm = CrmStandIn::start().await?;
    let report = run(client(&python, "simple_salesforce_client.py", &crm)).await?;
    assert!(report.ends_with("17 of 17 held\n"), "{report}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn jsforce_works_against_the_stand_in_unchanged() -> anyhow::Result<()> {
    let node = tools::prepare()?.node;
    let crm = CrmStandIn::start().await?;
    let report = run(client(&node, "jsforce_client.mjs", &crm)).await?;
    assert!(report.ends_with("16 of 16 held\n"), "{report}");
    Ok(())
}

fn client(program: &Path, script: &str, crm: &CrmStandIn) -> Command {
    let mut command = Command::new(program);
    command
        .arg(tools::project_root().join("tests/clients").join(script))
        .args(["--url", &crm.url(), "--username", crm::ADMIN, "--password", PASSWORD])
        .args(["--client-id", CLIENT_ID, "--client-secret", CLIENT_SECRET]);
    command
}
