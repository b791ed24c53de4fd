//! The rep's page and the planning report in headless Chromium. What is looked at is in `tests/browser/`; the pictures go to `.revloops/screenshots`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use revloops_cli::accounts;
use revloops_cli::console::Console;
use revloops_cli::crm_api::literal;
use revloops_cli::demo::{seed, signal};
use revloops_tests::tools::{self, project_root};

use crate::acquisition;
use crate::answers;
use crate::config::{config_with, revloops};
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

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_converts_a_lead_and_works_its_deal_and_sees_what_a_signal_brought() -> anyhow::Result<()> {
    let (_turn, system) = demand::system().await?;
    let lead = acquisition::drafted_lead(&system, "Nordseewind", "DE", "ida.dealer@nordseewind.example").await?;
    let owned =
        system.crm.query(&format!("SELECT Owner.Username FROM Lead WHERE Id = {}", literal(&lead))).await?.remove(0);
    seed::accounts(&system.crm).await?;
    seed::contacts(&system.crm).await?;
    accounts::sync(&system.endpoints, &Console::new(false).step("Accounts")).await?;
    signal::play(&system.context, &system.endpoints, &system.crm, Duration::from_secs(180)).await?;
    let mut deal = script("deal.mjs", &system.endpoints.crm.url)?;
    deal.args(["--lead", &lead, "--about", signal::ARTICLE, "--user"]);
    deal.arg(owned["Owner"]["Username"].as_str().unwrap_or_default());
    let report = run(deal).await?;
    assert!(report.ends_with("6 of 6 held\n"), "{report}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_approves_a_drafted_sequence_on_its_task_and_nobody_else_does() -> anyhow::Result<()> {
    let (_turn, system) = demand::system().await?;
    let answers::Previewed { lead, owner, stranger } = answers::previewed(&system, "Presser").await?;
    let mut answer = script("answer.mjs", &system.endpoints.crm.url)?;
    answer.args(["--lead", &lead, "--owner", &owner, "--stranger", &stranger]);
    let report = run(answer).await?;
    assert!(report.ends_with("3 of 3 held\n"), "{report}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planning_report_opens_on_desk_and_phone_in_the_dark_and_on_paper() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (plan, hostile) = (folder.path().join("plan.html"), folder.path().join("hostile.html"));
    let long = "Strategische Großkunden der Versicherungswirtschaft und des öffentlichen Sektors in Österreich";
    let config = config_with(&[
        ("scenarios/fy27-baseline.yaml", "name: Enterprise,", "name: '<img src=x onerror=alert(1)>',"),
        ("scenarios/fy27-baseline.yaml", "name: Mid-market}", format!("name: {long}}}").as_str()),
        ("scenarios/fy27-baseline.yaml", "name: FY27 baseline", "name: <script>alert(2)</script>"),
        ("scenarios/fy27-baseline.yaml", "name: Latin America", format!("name: {}", "W".repeat(90)).as_str()),
    ]);
    for (out, config) in [(&plan, project_root().join("config")), (&hostile, config.path().to_path_buf())] {
        let mut report = revloops();
        report.args(["design", "report", "fy27-iberia", "--against", "fy27-baseline", "--trials", "2000", "--out"]);
        let told = run(report_of(report, out, &config)).await?;
        assert!(told.contains(&out.display().to_string()), "{told}");
    }
    let mut look = script("planning_report.mjs", &format!("file://{}", plan.display()))?;
    look.args(["--hostile", &format!("file://{}", hostile.display())]);
    let report = run(look).await?;
    assert!(report.ends_with("6 of 6 held\n"), "{report}");
    Ok(())
}

fn report_of(mut command: Command, out: &Path, config: &Path) -> Command {
    command.arg(out).arg("--config").arg(config).args(["--date", "2026-12-01"]);
    command
}

pub(crate) fn script(name: &str, url: &str) -> anyhow::Result<Command> {
    let chromium = tools::chromium()?;
    let root = tools::project_root();
    let mut command = Command::new(tools::prepare()?.node);
    command.arg(root.join("tests/browser").join(name)).args(["--url", url]);
    command.arg("--chromium").arg(chromium).arg("--screenshots").arg(root.join(".revloops/screenshots"));
    Ok(command)
}
