//! The rep's page in headless Chromium. What is looked at is in `tests/browser/`; the pictures go to `.revloops/screenshots`.

use std::process::Command;

use revloops_tests::tools;

use crate::crm_standin::{CrmStandIn, run};

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_works_with_leads_on_the_page() -> anyhow::Result<()> {
    let chromium = tools::chromium()?;
    let node = tools::prepare()?.node;
    let crm = CrmStandIn::start().await?;
    let mut command = Command::new(node);
    command
        .arg(tools::project_root().join("tests/browser/rep_page.mjs"))
        .args(["--url", &crm.url()])
        .arg("--chromium")
        .arg(chromium)
        .arg("--screenshots")
        .arg(tools::project_root().join(".revloops/screenshots"));
    let report = run(command).await?;
    assert!(report.ends_with("14 of 14 held\n"), "{report}");
    Ok(())
}
