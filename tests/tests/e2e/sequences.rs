//! A sequence after its draft on the local cloud: the real table, the real desk, the CRM's stand-in.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::SignedDuration;
use revloops_aws::TableSequences;
use revloops_cli::aws::Aws;
use revloops_cli::crm_api::literal;
use revloops_cli::sequences::desk;
use revloops_crm::{CrmSettings, Salesforce};
use revloops_domain::sequence::{DraftedSequence, Line, Recipient, SequenceStep};
use revloops_domain::sequence_state::{SequenceStatus, StepStatus};
use revloops_domain::suppression::SuppressionKind;
use revloops_domain::{ConfigStamp, CorrelationId, OwnerId, RunId, SalesforceId, Secret};
use revloops_engage::EngageConfig;
use revloops_loopkit::ports::{Clock as _, Sequences as _};
use revloops_outreach::{Ask, Refusal, Reply, SequenceClock, Sources};
use revloops_runtime::SystemClock;
use revloops_testkit::{TestWorld, shipped_config};
use revloops_tests::system::System;
use serde_json::{Value, json};

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn refusal(reply: &Reply) -> Option<Refusal> {
    match reply {
        Reply::Refused { refusal, .. } => Some(*refusal),
        _ => None,
    }
}

fn draft(lead: &str, owner: &str, email: &str) -> anyhow::Result<DraftedSequence> {
    let mail = |id: &str, day: u16| SequenceStep {
        id: id.to_owned(),
        day,
        channel: "email".to_owned(),
        subject: format!("A thought, {id}"),
        lines: vec![
            Line { text: "Hello Ida,".to_owned(), cites: Vec::new() },
            Line { text: "Shall we talk?".to_owned(), cites: Vec::new() },
        ],
        disclosure: (day == 0).then(|| "We know you from what you told us.".to_owned()),
    };
    Ok(DraftedSequence {
        id: format!("seq-of-{lead}"),
        run_id: RunId("run-of-a-test".to_owned()),
        correlation_id: CorrelationId("chain-of-a-test".to_owned()),
        config: ConfigStamp { key: "k".to_owned(), version_id: "v".to_owned(), sha256: "s".to_owned() },
        template: "standard".to_owned(),
        prompt_version: "v1".to_owned(),
        recipient: Recipient {
            person_id: SalesforceId::parse(lead)?,
            account_id: None,
            email: Some(email.to_owned()),
            domain: None,
            country_code: Some("DE".to_owned()),
            state_code: None,
        },
        owner_id: Some(OwnerId::parse(owner)?),
        brief: Vec::new(),
        steps: vec![mail("introduce", 0), mail("follow_up", 2), mail("close", 4)],
        signal: None,
        drafted_at: SystemClock.now(),
    })
}

async fn tasks(system: &System, id: &str) -> anyhow::Result<Vec<Value>> {
    let fields = "Subject, Description, TaskSubtype, ActivityDate, OwnerId, WhoId, Status, RevLoops_Key__c";
    let like = literal(&format!("{id}/%"));
    system
        .crm
        .query(&format!("SELECT {fields} FROM Task WHERE RevLoops_Key__c LIKE {like} ORDER BY ActivityDate"))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_opted_out_in_the_crm_gets_no_draft_and_every_rule_of_the_policy_is_told() -> anyhow::Result<()> {
    let (_turn, system) = crate::demand::system().await?;
    let lead = json!({"FirstName": "Ida", "LastName": "Optout", "Company": "Aarhus Optik", "Title": "Head of Sales",
                      "Email": "ida.optout@aarhus-optik.example", "CountryCode": "DK", "HasOptedOutOfEmail": true});
    let lead = system.save(&[lead]).await?.remove(0);
    system.wait_for_ends(std::slice::from_ref(&lead), Duration::from_secs(180)).await?;
    let runs = system.finished_runs(&lead).await?;
    let engaged = runs.iter().find(|run| run.key.loop_name == "engage").context("Engage has run")?;
    assert_eq!(
        engaged.reply["blocked_because"],
        json!(["policy, opt_out: the CRM says that they want no mail"]),
        "{}",
        engaged.reply
    );
    let told: Vec<&str> = engaged.decision.reasons.iter().filter_map(|one| one.what.strip_prefix("policy ")).collect();
    assert_eq!(told, ["suppressed", "opt_out", "converted", "reply", "open_opportunity", "exclusive"]);
    assert!(system.tasks(&lead).await?.is_empty(), "nobody is asked to review what was not drafted");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_sequence_lands_step_by_step_until_an_opt_out_and_nobody_else_may_answer() -> anyhow::Result<()> {
    let (_turn, system) = crate::demand::system().await?;
    let email = "sequel@hanselog.example";
    let lead = json!({"FirstName": "Ida", "LastName": "Sequel", "Company": "Hanselog", "Title": "Head of Sales",
                      "Email": email, "CountryCode": "DE"});
    let lead = system.save(&[lead]).await?.remove(0);
    system.wait_for_ends(std::slice::from_ref(&lead), Duration::from_secs(180)).await?;
    let soql = format!("SELECT OwnerId, Owner.Username FROM Lead WHERE Id = {}", literal(&lead));
    let owned = system.crm.query(&soql).await?.remove(0);
    let (owner, login) = (text(&owned, "/OwnerId").to_owned(), text(&owned, "/Owner/Username").to_owned());
    assert!(owner.starts_with("005"), "a person owns it: {owned}");
    let soql = format!("SELECT Username FROM User WHERE IsActive = TRUE AND Id != {} LIMIT 1", literal(&owner));
    let stranger = text(&system.crm.query(&soql).await?.remove(0), "/Username").to_owned();

    let clients = system.endpoints.clients().await;
    let table = TableSequences::new(clients.dynamodb.clone(), system.endpoints.output("SequencesTable")?);
    let drafted = draft(&lead, &owner, email)?;
    assert!(table.keep(&drafted).await?, "new");
    assert!(!table.keep(&drafted).await?, "kept once");
    let id = drafted.id.clone();
    let ask = async |caller: &str, ask: Ask| desk(&system.context, Some(caller.to_owned()), ask).await;

    // A stranger is refused; an edit shows its difference and makes the old hash worthless.
    let shown = table.get(&id).await?.context("kept")?.content();
    let approve = |content: &str| Ask::Approve { sequence: id.clone(), content: content.to_owned() };
    assert_eq!(refusal(&ask(&stranger, approve(&shown)).await?), Some(Refusal::NotTheirs));
    let edit = Ask::Edit {
        sequence: id.clone(),
        content: shown.clone(),
        step: "introduce".to_owned(),
        subject: None,
        text: Some("Hello Ida,\nShall we talk on Monday?".to_owned()),
    };
    let Reply::Done { sequence, diff: Some(diff), .. } = ask(&login, edit).await? else { panic!("not edited") };
    assert!(diff.contains("-Shall we talk?\n+Shall we talk on Monday?"), "{diff}");
    assert_eq!(refusal(&ask(&login, approve(&shown)).await?), Some(Refusal::OtherContent));

    // Two answer at once: one wins, and the other learns that it is done.
    let (one, other) = tokio::join!(ask(&login, approve(&sequence.content)), ask(&login, approve(&sequence.content)));
    let before = |reply: Reply| match reply {
        Reply::Done { before, .. } => before,
        other => panic!("not approved: {other:?}"),
    };
    let mut before = [before(one?), before(other?)];
    before.sort_unstable();
    assert_eq!(before, [false, true]);

    // The schedule's own function runs without a failure, whatever the hour is.
    let aws = Aws::local(&system.context.layout, &system.endpoints);
    let ticked = aws.invoke(system.endpoints.output("SequenceClockFunction")?, &json!({})).await?;
    assert_eq!(ticked["failed"], 0, "{ticked}");

    // The same clock at an hour of ours, on the same table and CRM.
    let crm = Arc::new(Salesforce::new(&CrmSettings {
        url: system.endpoints.crm.url.clone(),
        credentials: revloops_crm::Credentials {
            client_id: Secret::new(system.endpoints.crm.client_id.clone()),
            client_secret: Secret::new(system.endpoints.crm.client_secret.clone()),
        },
        request_timeout: Duration::from_secs(10),
        directory_ttl: Duration::ZERO,
    })?);
    let engage: EngageConfig = shipped_config();
    let windows = &engage.policy.windows;
    let open = windows.next_open(&drafted.recipient, SystemClock.now()).context("a window")?;
    let world = TestWorld::new(open);
    let clock = SequenceClock {
        policy: &engage.policy,
        sources: Sources { sequences: &table, suppressions: &table, standings: crm.as_ref() },
        writer: crm.as_ref(),
        bus: &world,
        clock: &world,
        lease: SignedDuration::from_secs(60),
    };
    clock.tick(50).await?;
    clock.tick(50).await?;
    let made = tasks(&system, &id).await?;
    assert_eq!(made.len(), 1, "{made:?}");
    let day = windows.zone(&drafted.recipient).to_datetime(open).date().to_string();
    assert_eq!(text(&made[0], "/TaskSubtype"), "Email");
    assert_eq!((text(&made[0], "/ActivityDate"), text(&made[0], "/OwnerId")), (day.as_str(), owner.as_str()));
    assert_eq!(text(&made[0], "/WhoId"), lead);
    let said = text(&made[0], "/Description");
    assert!(said.contains("Shall we talk on Monday?") && said.contains("We know you from"), "{said}");

    // They opt out: what is not sent is taken back, and what waits never lands.
    let suppress =
        Ask::Suppress { kind: SuppressionKind::Address, value: email.to_owned(), reason: "asked".to_owned() };
    let reply = ask(&stranger, suppress).await?;
    let Reply::Suppressed { stopped, .. } = &reply else { panic!("{reply:?}") };
    assert!(stopped.contains(&id), "{reply:?}");
    for _ in 0..3 {
        world.pass(SignedDuration::from_hours(24 * 4));
        clock.tick(50).await?;
    }
    let left = tasks(&system, &id).await?;
    assert_eq!((left.len(), text(&left[0], "/Status")), (1, "Deferred"), "{left:?}");
    let kept = table.get(&id).await?.context("kept")?;
    let steps: Vec<StepStatus> = kept.state.steps.iter().map(|step| step.status).collect();
    assert_eq!(kept.state.status, SequenceStatus::Stopped);
    assert_eq!(steps, [StepStatus::Withdrawn, StepStatus::Stopped, StepStatus::Stopped]);
    let unsuppress = Ask::Unsuppress { kind: SuppressionKind::Address, value: email.to_owned() };
    assert!(matches!(ask(&stranger, unsuppress).await?, Reply::Unsuppressed { there: true }));
    Ok(())
}
