use revloops_mcp::{Caller, ToolError};
use revloops_mcp_crm::World;
use revloops_mcp_crm::tools::delete::{self, DeleteOne, DeleteRecords, Deleted, Expected};
use serde_json::json;

use crate::org::Org;

async fn run(
    world: &World,
    caller: &Caller,
    object: &str,
    records: &[(&str, Option<Expected>)],
    dry_run: bool,
) -> Result<Deleted, ToolError> {
    let one = |(id, expected): &(&str, Option<Expected>)| DeleteOne { id: (*id).into(), expected: expected.clone() };
    let records = records.iter().map(one).collect();
    delete::run(world, caller, DeleteRecords { object: object.into(), records, dry_run, all_or_none: true }).await
}

fn asked(answer: Result<Deleted, ToolError>) -> String {
    match answer.unwrap_err() {
        ToolError::Asked(text) => text,
        ToolError::Failed(failure) => panic!("{failure}"),
    }
}

#[tokio::test]
async fn a_record_is_deleted_only_as_it_was_looked_at() {
    let org = Org::start().await;
    let (world, one) = (org.world(), org.rep("one", "Sales User").await);
    let owner = one.principal.user.as_str();
    let lead = org.create("Lead", json!({"LastName": "Holm", "Company": "Alder", "OwnerId": owner})).await;
    let before = org.writes().await;

    for blind in [None, Some(Expected::default())] {
        assert!(asked(run(&world, &one, "Lead", &[(&lead, blind)], false).await).contains("without `expected`"));
    }
    let shown = run(&world, &one, "Lead", &[(&lead, None)], true).await.unwrap();
    assert_eq!(
        (shown.written.dry_run, shown.written.succeeded, shown.written.records[0].name.as_deref()),
        (true, 1, Some("Holm"))
    );
    let expected = shown.to_delete[0].expected.clone();
    let other = Expected { name: Some("Somebody else".into()), last_modified_date: None };
    let told = asked(run(&world, &one, "Lead", &[(&lead, Some(other))], false).await);
    assert!(told.contains("nothing was deleted") && told.contains("not called as expected"), "{told}");
    assert_eq!(org.writes().await, before);

    // Whole milliseconds lie between the two writes, or the CRM could not tell them apart either.
    org.update("Lead", &lead, json!({"Title": "CEO"})).await;
    let told = asked(run(&world, &one, "Lead", &[(&lead, Some(expected))], false).await);
    assert!(told.contains("changed since"), "{told}");

    let expected = run(&world, &one, "Lead", &[(&lead, None)], true).await.unwrap().to_delete[0].expected.clone();
    let done = run(&world, &one, "Lead", &[(&lead, Some(expected.clone()))], false).await.unwrap();
    assert_eq!((done.written.succeeded, done.written.records[0].name.as_deref()), (1, Some("Holm")));
    assert!(org.query("SELECT Id FROM Lead").await.is_empty());
    let told = asked(run(&world, &one, "Lead", &[(&lead, Some(expected))], false).await);
    assert!(told.contains("there is no record"), "{told}");
}

#[tokio::test]
async fn one_that_is_not_as_expected_keeps_all_from_being_deleted() {
    let org = Org::start().await;
    let (world, one) = (org.world(), org.rep("one", "Sales User").await);
    let owner = one.principal.user.as_str();
    let first = org.create("Task", json!({"Subject": "First", "OwnerId": owner})).await;
    let second = org.create("Task", json!({"Subject": "Second", "OwnerId": owner})).await;
    let named = |name: &str| Some(Expected { name: Some(name.into()), last_modified_date: None });
    let told = asked(run(&world, &one, "Task", &[(&first, named("First")), (&second, named("2nd"))], false).await);
    assert!(told.contains(&second) && !told.contains(&first), "{told}");
    assert_eq!(org.query("SELECT Id FROM Task").await.len(), 2);
}

#[tokio::test]
async fn who_may_not_delete_is_told_before_and_refused_by_the_crm() {
    let org = Org::start().await;
    let (world, one, admin) = (org.world(), org.rep("one", "Sales User").await, org.admin().await);
    let (account, _) = org.deal("Alder", &one).await;
    let shown = run(&world, &one, "Account", &[(&account, None)], true).await.unwrap();
    assert_eq!((shown.written.succeeded, shown.written.records[0].problems[0].code.as_str()), (0, "NOT_ALLOWED"));
    assert!(shown.written.warnings[0].contains("contacts, opportunities"));
    let expected = Some(shown.to_delete[0].expected.clone());
    let refused = run(&world, &one, "Account", &[(&account, expected.clone())], false).await.unwrap();
    assert_eq!(
        (refused.written.succeeded, refused.written.records[0].problems[0].code.as_str()),
        (0, "INSUFFICIENT_ACCESS_OR_READONLY")
    );
    assert_eq!(run(&world, &admin, "Account", &[(&account, expected)], false).await.unwrap().written.succeeded, 1);
}
