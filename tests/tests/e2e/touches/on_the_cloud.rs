//! The whole of it on the local cloud: the schedule's function, the chain, the CRM.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::SignedDuration;
use revloops_cli::aws::Aws;
use revloops_cli::crm_api::literal;
use revloops_crm::Salesforce;
use revloops_domain::crm_datetime;
use revloops_loopkit::ports::{Clock as _, CrmWriter as _};
use revloops_route::config::RouteConfig;
use revloops_runtime::SystemClock;
use revloops_testkit::shipped_config;
use revloops_tests::system::System;
use serde_json::{Value, json};

use super::{before, client, fields, text};

/// The same CRM that the functions write, and the function itself.
struct OnTheCloud {
    system: System,
    crm: Salesforce,
    aws: Aws,
    route: RouteConfig,
}

impl OnTheCloud {
    /// Sets the owner's clock back, so that `used` of their working minutes have passed now.
    async fn set_back(&self, lead: &str, used: u64) -> anyhow::Result<()> {
        let owner = self.lead(lead).await?;
        let work = &self.route.team.person(text(&owner, "/Owner/Username")).work;
        let now = SystemClock.now();
        let allotted = u64::from(self.route.first_touch.minutes(text(&owner, "/RevLoops_Band__c")));
        // The latest minute since which so many have passed: the more is gone back, the more they are.
        let (mut enough, mut too_few) = (60 * 24 * 60, 0_i64);
        while enough - too_few > 1 {
            let middle = (enough + too_few) / 2;
            let since = before(now, SignedDuration::from_mins(middle));
            if work.minutes_between(since, now) >= used { enough = middle } else { too_few = middle }
        }
        let since = before(now, SignedDuration::from_mins(enough));
        let due = work.add_minutes(since, allotted).context("an owner who works")?;
        let clock = json!({
            "RevLoops_Touch_Since__c": crm_datetime(since), "RevLoops_Routed_At__c": crm_datetime(since),
            "RevLoops_First_Touch_By__c": crm_datetime(due),
        });
        Ok(self.crm.update("Lead", lead, &fields(clock)).await?)
    }

    async fn lead(&self, id: &str) -> anyhow::Result<Value> {
        let names = "OwnerId, Owner.Username, RevLoops_Band__c, RevLoops_Touch_Owner__c, RevLoops_First_Touch_At__c";
        let soql = format!("SELECT {names} FROM Lead WHERE Id = {}", literal(id));
        Ok(self.system.crm.query(&soql).await?.remove(0))
    }

    async fn tasks(&self, lead: &str, like: &str) -> anyhow::Result<Vec<Value>> {
        let condition = format!("WhoId = {} AND RevLoops_Key__c LIKE {}", literal(lead), literal(like));
        self.system.crm.query(&format!("SELECT Id, OwnerId, Status FROM Task WHERE {condition}")).await
    }

    /// Ticks, as often at once as the schedule never would, until `done` holds.
    async fn tick_until(&self, what: &str, done: impl AsyncFn() -> anyhow::Result<bool>) -> anyhow::Result<()> {
        let began = Instant::now();
        while !done().await? {
            anyhow::ensure!(began.elapsed() < Duration::from_secs(150), "{what}: not in time");
            three_at_once(&self.aws, self.system.endpoints.output("TouchWatchFunction")?).await?;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Ok(())
    }

    async fn runs(&self, lead: &str, loop_name: &str, outcome: &str) -> anyhow::Result<usize> {
        let runs = self.system.finished_runs(lead).await?;
        Ok(runs.iter().filter(|run| run.key.loop_name == loop_name && run.decision.outcome == outcome).count())
    }
}

/// Three ticks at the same time.
async fn three_at_once(aws: &Aws, function: &str) -> anyhow::Result<()> {
    let one = async || {
        let folder = tempfile::tempdir()?;
        let answer = folder.path().join("answer.json");
        let arguments = ["lambda", "invoke", "--function-name", function, "--payload", "{}", &answer.to_string_lossy()]
            .map(str::to_owned);
        let said = aws.json(arguments).await?;
        anyhow::ensure!(said.get("FunctionError").is_none(), "the watch failed: {}", std::fs::read_to_string(&answer)?);
        Ok(())
    };
    tokio::try_join!(one(), one(), one())?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_whose_owner_does_nothing_is_reminded_of_and_then_somebody_elses_with_its_task() -> anyhow::Result<()> {
    let (_turn, system) = crate::demand::system().await?;
    let lead = |last: &str| {
        json!({"FirstName": "Ida", "LastName": last, "Company": "Hanselog", "Title": "Head of Sales",
               "Email": format!("{}@hanselog.example", last.to_lowercase()), "CountryCode": "DE"})
    };
    let ids = system.save(&[lead("Slow"), lead("Prompt")]).await?;
    system.wait_for_ends(&ids, Duration::from_secs(180)).await?;
    let (slow, prompt) = (ids[0].as_str(), ids[1].as_str());
    let cloud = OnTheCloud {
        crm: client(&system.endpoints.crm)?,
        aws: Aws::local(&system.context.layout, &system.endpoints),
        route: shipped_config(),
        system,
    };
    let (first, prompts) = (cloud.lead(slow).await?, text(&cloud.lead(prompt).await?, "/OwnerId").to_owned());
    let owner = text(&first, "/OwnerId").to_owned();
    assert!(owner.starts_with("005"), "a person owns it: {first}");
    let band = text(&first, "/RevLoops_Band__c").to_owned();
    let levers = &cloud.route.first_touch;
    let allotted = u64::from(levers.minutes(&band));
    let remind_after = allotted * u64::from(levers.remind_at_percent.context("a reminder")?) / 100;

    // The prompt one's owner calls; the slow one's does nothing, and most of the time is over.
    let call = json!({"Subject": "Call", "Status": "Completed", "WhoId": prompt, "OwnerId": prompts});
    cloud.system.crm.create_all("Task", &[call]).await?;
    cloud.set_back(slow, remind_after + 1).await?;
    cloud.tick_until("reminding", async || Ok(!cloud.tasks(slow, "%/first_touch/reminder").await?.is_empty())).await?;
    let noted = async || Ok(cloud.lead(prompt).await?["RevLoops_First_Touch_At__c"].is_string());
    cloud.tick_until("noting the touch", noted).await?;
    let reminders = cloud.tasks(slow, "%/first_touch/reminder").await?;
    assert_eq!((reminders.len(), text(&reminders[0], "/OwnerId")), (1, owner.as_str()));

    // All of it is over.
    cloud.set_back(slow, allotted + 1).await?;
    let routed_again = async || {
        let lead = cloud.lead(slow).await?;
        let now = text(&lead, "/OwnerId");
        Ok(now != owner && text(&lead, "/RevLoops_Touch_Owner__c") == now)
    };
    cloud.tick_until("routing it again", routed_again).await?;
    let heir = text(&cloud.lead(slow).await?, "/OwnerId").to_owned();
    let moved = async || {
        let previews = cloud.tasks(slow, "%/engage/preview").await?;
        Ok(previews.iter().all(|task| text(task, "/OwnerId") == heir))
    };
    cloud.tick_until("moving the task", moved).await?;
    let previews = cloud.tasks(slow, "%/engage/preview").await?;
    assert_eq!(previews.len(), 1, "one preview, and another owner");
    let reminders = cloud.tasks(slow, "%/first_touch/reminder").await?;
    assert_eq!((reminders.len(), text(&reminders[0], "/Status")), (1, "Completed"), "nobody is left with a reminder");

    // However many ticks there were: each thing once.
    assert_eq!(cloud.system.owner_writes(slow).await?, 2, "routed twice");
    for (loop_name, outcome, times) in
        [("first_touch", "missed", 1), ("first_touch", "reminded", 1), ("route", "routed", 2), ("engage", "drafted", 1)]
    {
        assert_eq!(cloud.runs(slow, loop_name, outcome).await?, times, "{loop_name} {outcome}");
    }
    let runs = cloud.system.finished_runs(slow).await?;
    let again = runs
        .iter()
        .find(|run| run.key.loop_name == "route" && run.key.trigger == "touch-missed-1")
        .context("a second route")?;
    assert_eq!(again.input["passed_over"], json!([owner]));

    // The prompt one was left alone.
    assert_eq!(text(&cloud.lead(prompt).await?, "/OwnerId"), prompts);
    assert_eq!(
        (
            cloud.runs(prompt, "first_touch", "touched").await?,
            cloud.tasks(prompt, "%/first_touch/reminder").await?.len()
        ),
        (1, 0)
    );
    assert_eq!(cloud.system.owner_writes(prompt).await?, 1);
    Ok(())
}
