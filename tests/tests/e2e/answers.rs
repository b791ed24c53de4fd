//! A rep answers a drafted sequence in the CRM, on the task that previews it: from the save of the answer to the task that
//! says what became of it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use revloops_aws::TableSequences;
use revloops_cli::crm_api::literal;
use revloops_domain::sequence_state::SequenceStatus;
use revloops_loopkit::ports::Sequences as _;
use revloops_tests::system::System;
use serde_json::{Value, json};

use crate::demand::system;

const PATIENCE: Duration = Duration::from_secs(180);

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A lead with a preview, and whose it is.
pub(crate) struct Previewed {
    pub(crate) lead: String,
    pub(crate) owner: String,
    pub(crate) stranger: String,
}

/// Saves a lead that ends with a preview, owned by a person.
pub(crate) async fn previewed(system: &System, last_name: &str) -> anyhow::Result<Previewed> {
    let lead = json!({"FirstName": "Ida", "LastName": last_name, "Company": "Elbtal Medizintechnik", "Title": "Head of Sales",
                      "Email": format!("{}@elbtal-medizin.example", last_name.to_lowercase()), "CountryCode": "DE"});
    let lead = system.save(&[lead]).await?.remove(0);
    system.wait_for_ends(std::slice::from_ref(&lead), PATIENCE).await?;
    let soql = format!("SELECT OwnerId, Owner.Username FROM Lead WHERE Id = {}", literal(&lead));
    let owned = system.crm.query(&soql).await?.remove(0);
    let owner = text(&owned, "/OwnerId");
    if !owner.starts_with("005") {
        bail!("a person has to own it: {owned}");
    }
    let soql = format!("SELECT Username FROM User WHERE IsActive = TRUE AND Id != {} LIMIT 1", literal(owner));
    let stranger = text(&system.crm.query(&soql).await?.remove(0), "/Username").to_owned();
    Ok(Previewed { lead, owner: text(&owned, "/Owner/Username").to_owned(), stranger })
}

async fn task(system: &System, lead: &str) -> anyhow::Result<Value> {
    let fields = "Id, Status, RevLoops_Sequence__c, RevLoops_Content__c, RevLoops_Answer__c, RevLoops_Answered__c";
    let soql = format!("SELECT {fields} FROM Task WHERE WhoId = {} AND RevLoops_Sequence__c != NULL", literal(lead));
    let mut found = system.crm.query(&soql).await?;
    assert_eq!(found.len(), 1, "{found:?}");
    Ok(found.remove(0))
}

/// Waits until the task says what became of an answer, beginning with `beginning`.
async fn until_it_says(system: &System, lead: &str, beginning: &str) -> anyhow::Result<Value> {
    let began = Instant::now();
    loop {
        let task = task(system, lead).await?;
        if text(&task, "/RevLoops_Answered__c").starts_with(beginning) {
            return Ok(task);
        }
        if began.elapsed() > Duration::from_secs(60) {
            bail!("the task does not say `{beginning}`: {task}");
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owners_answer_on_the_task_approves_the_sequence_and_a_strangers_is_refused() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let Previewed { lead, owner, stranger } = previewed(&system, "Answered").await?;
    let shown = task(&system, &lead).await?;
    let (id, sequence) = (text(&shown, "/Id").to_owned(), text(&shown, "/RevLoops_Sequence__c").to_owned());
    let clients = system.endpoints.clients().await;
    let table = TableSequences::new(clients.dynamodb.clone(), system.endpoints.output("SequencesTable")?);
    let kept = table.get(&sequence).await?.context("the task names a sequence that is kept")?;
    assert_eq!(text(&shown, "/RevLoops_Content__c"), kept.content(), "the task carries the hash of what was drafted");
    let approve = json!({"RevLoops_Answer__c": "Approve"});

    system.crm.of_user(&stranger).await?.update("Task", &id, &approve).await?;
    let refused = until_it_says(&system, &lead, "Refused: somebody else owns").await?;
    assert_eq!((text(&refused, "/Status"), &refused["RevLoops_Answer__c"]), ("Not Started", &Value::Null), "{refused}");
    let kept = table.get(&sequence).await?.context("kept")?;
    assert_eq!((kept.state.status, kept.state.answer), (SequenceStatus::Drafted, None));

    system.crm.of_user(&owner).await?.update("Task", &id, &approve).await?;
    let taken = until_it_says(&system, &lead, "Approved by").await?;
    assert!(text(&taken, "/RevLoops_Answered__c").contains(&owner), "{taken}");
    assert_eq!((text(&taken, "/Status"), text(&taken, "/RevLoops_Answer__c")), ("Completed", "Approve"), "{taken}");
    let kept = table.get(&sequence).await?.context("kept")?;
    assert_eq!(kept.state.status, SequenceStatus::Approved);
    assert_eq!(kept.state.answer.map(|answer| answer.by), Some(owner));
    Ok(())
}
