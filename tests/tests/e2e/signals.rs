//! The signal chain on the local cloud: an article is found by the scanner, and a rep gets a task that links it.

use std::time::Duration;

use revloops_aws::{TableRuns, TableSignals};
use revloops_cli::accounts;
use revloops_cli::console::Console;
use revloops_cli::demo::{seed, signal};
use revloops_cli::targets;
use revloops_domain::AccountId;
use revloops_loopkit::ports::{RunStore as _, Signals as _};

use crate::demand::system;

const PATIENCE: Duration = Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_article_ends_as_one_task_that_links_it_and_its_repeat_as_none() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    seed::accounts(&system.crm).await?;
    seed::contacts(&system.crm).await?;
    let step = Console::new(false).step("Accounts");
    accounts::sync(&system.endpoints, &step).await?;

    let told = signal::play(&system.context, &system.endpoints, &system.crm, PATIENCE).await?;
    let account = AccountId::parse(&told.account_id)?;
    // A system that has played the demo before has the article's signal, and the account rests.
    if told.status.as_deref() == Some("passed") {
        assert_eq!(told.passed_because, ["nothing_new", "cool_down"]);
    } else {
        assert_eq!((told.status.as_deref(), told.engaged.as_deref()), (Some("qualified"), Some("drafted")));
    }
    let clients = system.endpoints.clients().await;
    let runs = TableRuns::new(clients.dynamodb.clone(), system.endpoints.output("RunsTable")?);
    let before = runs.about(&format!("account/{account}")).await?.len();
    let person = told.person_id.expect("somebody is written to");
    let previews = || async {
        let tasks = system.tasks(&person).await?;
        let links =
            |task: &&serde_json::Value| task["Description"].as_str().unwrap_or_default().contains(signal::ARTICLE);
        anyhow::Ok(tasks.iter().filter(links).count())
    };
    assert_eq!(previews().await?, 1, "one task, with the article's link");

    // The next scan finds the same article: it is noted, and nobody is written to.
    targets::scan_now(&system.context, &system.endpoints, &account).await?;
    let began = std::time::Instant::now();
    while runs.about(&format!("account/{account}")).await?.len() == before && began.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let stored = runs.about(&format!("account/{account}")).await?;
    let last = stored.iter().max_by_key(|run| run.record.decided_at).expect("a run");
    assert_eq!(last.record.decision.outcome, "passed");
    assert_eq!(previews().await?, 1);
    let signals = TableSignals::new(clients.dynamodb, system.endpoints.output("SignalsTable")?);
    let kept = signals.kept(&account, jiff::civil::Date::MIN).await?;
    assert_eq!(kept.len(), 1, "one event, however often it was found");
    assert!(kept[0].handed_on.is_some());
    Ok(())
}
