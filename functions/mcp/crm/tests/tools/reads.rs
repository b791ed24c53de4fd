use revloops_mcp::{Caller, ToolError};
use revloops_mcp_crm::tools::describe::{self, DescribeObject, DescribeObjects};
use revloops_mcp_crm::tools::query::{self, GetRecord, Query};
use revloops_mcp_crm::{Limits, World};
use serde_json::json;

use crate::org::Org;

async fn names(world: &World, caller: &Caller, soql: &str) -> Vec<String> {
    let found = query::query(world, caller, Query { soql: soql.into(), max_rows: None }).await.unwrap();
    found.rows.iter().map(|row| row["Name"].as_str().unwrap().to_owned()).collect()
}

fn asked(error: ToolError) -> String {
    match error {
        ToolError::Asked(text) => text,
        ToolError::Failed(failure) => panic!("{failure}"),
    }
}

#[tokio::test]
async fn a_rep_sees_what_a_rep_may_and_an_administrator_more() {
    let org = Org::start().await;
    let world = org.world();
    let (one, two, admin) = (org.rep("one", "Sales User").await, org.rep("two", "Sales User").await, org.admin().await);
    let (_, ones) = org.deal("Alder", &one).await;
    let (_, twos) = org.deal("Birch", &two).await;

    const DEALS: &str = "SELECT Name FROM Opportunity ORDER BY Name";
    assert_eq!(names(&world, &one, DEALS).await, ["Alder"]);
    assert_eq!(names(&world, &two, DEALS).await, ["Birch"]);
    assert_eq!(names(&world, &admin, DEALS).await, ["Alder", "Birch"]);

    let get = |caller: &Caller, id: &str| {
        let input = GetRecord { object: "Opportunity".into(), id: id.into(), fields: vec!["Name".into()] };
        let (world, caller) = (world.clone(), caller.clone());
        async move { query::get(&world, &caller, input).await }
    };
    assert_eq!(get(&one, &ones).await.unwrap().fields["Name"], "Alder");
    assert!(asked(get(&one, &twos).await.unwrap_err()).contains("NOT_FOUND"));
    assert_eq!(get(&admin, &twos).await.unwrap().fields["Name"], "Birch");

    let deletable = |caller: &Caller| {
        let (world, caller) = (world.clone(), caller.clone());
        let input = DescribeObject { object: "Opportunity".into(), search: Some("stage".into()) };
        async move { describe::object(&world, &caller, input).await.unwrap() }
    };
    let (reps, admins) = (deletable(&one).await, deletable(&admin).await);
    assert_eq!((reps.object.may_update, reps.object.may_delete, admins.object.may_delete), (true, false, true));
    assert!(reps.fields.iter().any(|field| field.name == "StageName" && field.required && !field.choices.is_empty()));
}

#[tokio::test]
async fn objects_are_found_by_a_part_of_their_name() {
    let org = Org::start().await;
    let (world, one) = (org.world(), org.rep("one", "Sales User").await);
    let found = describe::objects(&world, &one, DescribeObjects { search: Some("OPP".into()), writable_only: false })
        .await
        .unwrap();
    let names: Vec<&str> = found.objects.iter().map(|object| object.name.as_str()).collect();
    assert_eq!((names, found.left_out), (vec!["Opportunity", "OpportunityContactRole"], 0));
    let all = describe::objects(&world, &one, DescribeObjects { search: None, writable_only: true }).await.unwrap();
    assert!(
        all.objects.iter().any(|object| object.name == "Lead")
            && all.objects.iter().all(|object| object.name != "User")
    );
    let unknown = describe::object(&world, &one, DescribeObject { object: "Leed".into(), search: None }).await;
    assert!(asked(unknown.unwrap_err()).contains("NOT_FOUND"));
    let path = describe::object(&world, &one, DescribeObject { object: "Lead/../User".into(), search: None }).await;
    assert!(asked(path.unwrap_err()).contains("no name of an object"));
}

#[tokio::test]
async fn a_query_is_capped_by_rows_and_bytes_and_says_so() {
    let org = Org::start().await;
    let (world, admin) = (org.world_with(Limits { bytes: 1_000, ..Limits::default() }), org.admin().await);
    for number in 0..30 {
        let company = format!("Company {number:02} {}", "x".repeat(80));
        org.create("Lead", json!({"LastName": "Holm", "Company": company})).await;
    }
    let run = |soql: &str, max_rows| query::query(&world, &admin, Query { soql: soql.into(), max_rows });
    let few = run("SELECT Id FROM Lead ORDER BY Company", Some(3)).await.unwrap();
    assert_eq!((few.rows.len(), few.total, few.complete), (3, 30, false));
    let long = run("SELECT Company FROM Lead ORDER BY Company", None).await.unwrap();
    assert!((1..30).contains(&long.rows.len()) && !long.complete && long.left_out.unwrap().contains("rows are long"));
    let counted = run("SELECT COUNT() FROM Lead", None).await.unwrap();
    assert_eq!((counted.rows.len(), counted.total, counted.complete), (0, 30, true));
    for wrong in [0, 2_001] {
        assert!(asked(run("SELECT Id FROM Lead", Some(wrong)).await.unwrap_err()).contains("from 1 to 2000"));
    }
    assert!(asked(run("SELECT Id FROM Lead FOR UPDATE", None).await.unwrap_err()).contains("more than read"));
    let told = asked(run("SELECT Nmae FROM Lead", None).await.unwrap_err());
    assert!(told.contains("INVALID_FIELD") && told.contains("No such column 'Nmae'"), "{told}");
}

#[tokio::test]
async fn many_pages_are_read_up_to_the_cap() {
    let org = Org::start().await;
    let (world, admin) = (org.world(), org.admin().await);
    for _ in 0..3 {
        let records = (0..150).map(|_| crate::org::fields(json!({"LastName": "Holm", "Company": "Paged"}))).collect();
        let input = revloops_mcp_crm::tools::create::CreateRecords {
            object: "Lead".into(),
            records,
            dry_run: false,
            all_or_none: true,
            use_assignment_rules: false,
        };
        assert_eq!(revloops_mcp_crm::tools::create::run(&world, &admin, input).await.unwrap().succeeded, 150);
    }
    let run = |most| query::query(&world, &admin, Query { soql: "SELECT Id FROM Lead".into(), max_rows: Some(most) });
    let all = run(2_000).await.unwrap();
    assert_eq!((all.rows.len(), all.total, all.complete), (450, 450, true));
    // More than one page of 250, of which the CRM gives two.
    let most = run(250).await.unwrap();
    assert_eq!((most.rows.len(), most.total, most.complete), (250, 450, false));
    let ids: std::collections::BTreeSet<_> = all.rows.iter().map(|row| row["Id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 450);
}

#[tokio::test]
async fn a_session_that_has_ended_is_renewed_once_and_one_that_cannot_be_is_told() {
    let org = Org::start().await;
    let (world, one) = (org.world(), org.rep("one", "Sales User").await);
    let run = || query::query(&world, &one, Query { soql: "SELECT Id FROM Lead".into(), max_rows: None });
    run().await.unwrap();
    org.sessions.end(&one.principal.grant).await;
    run().await.unwrap();
    assert_eq!(*org.sessions.renewals.lock().unwrap(), 1);
    run().await.unwrap();
    assert_eq!(*org.sessions.renewals.lock().unwrap(), 1);

    org.update("User", one.principal.user.as_str(), json!({"IsActive": false})).await;
    let ToolError::Failed(failure) = run().await.unwrap_err() else { panic!("nobody renews for a deactivated user") };
    assert_eq!(failure.class(), revloops_domain::ErrorClass::Rejected);
}
