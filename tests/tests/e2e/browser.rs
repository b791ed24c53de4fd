//! The rep's page in headless Chromium. What is looked at is in `tests/browser/`; the pictures go to `.revloops/screenshots`.

use std::process::Command;

use revloops_tests::tools;

use crate::crm_standin::{CrmStandIn, run};
use crate::demand;

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_works_with_leads_on_the_page() -> anyhow::Result<()> {
    let crm = CrmStandIn::start().await?;
    let report = run(script("rep_page.mjs", &crm.url())?).await?;
    assert!(report.ends_with("14 of 14 held\n"), "{report}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_saved_on_the_page_comes_back_scored_owned_and_with_its_mails() -> anyhow::Result<()> {
    let (_turn, system) = demand::system().await?;
    let mut chain = script("chain.mjs", &system.endpoints.crm.url)?;
    chain.args(["--company", "Brückner Werkzeugbau", "--country", "Germany"]);
    chain.args(["--email", "rowan.page@brueckner-werkzeugbau.example"]);
    let report = run(chain).await?;
    assert!(report.ends_with("4 of 4 held\n"), "{report}");
    Ok(())
}

fn script(name: &str, url: &str) -> anyhow::Result<Command> {
    let chromium = tools::chromium()?;
    let root = tools::project_root();
    let mut command = Command::new(tools::prepare()?.node);
    command.arg(root.join("tests/browser").join(name)).args(["--url", url]);
    command.arg("--chromium").arg(chromium).arg("--screenshots").arg(root.join(".revloops/screenshots"));
    Ok(command)
}
