use revloops_mcp::{Caller, ToolError};
use revloops_mcp_crm::tools::create::{self, CreateRecords};
use revloops_mcp_crm::tools::update::{self, UpdateRecords};
use revloops_mcp_crm::tools::upsert::{self, UpsertRecords};
use revloops_mcp_crm::writing::Written;
use revloops_mcp_crm::{Limits, World};
use serde_json::{Value, json};

use crate::org::{Org, fields};

type Answer = Result<Written, ToolError>;

async fn create(world: &World, caller: &Caller, object: &str, records: &[Value], dry_run: bool, all: bool) -> Answer {
    let records = records.iter().cloned().map(fields).collect();
    let input =
        CreateRecords { object: object.into(), records, dry_run, all_or_none: all, use_assignment_rules: false };
    create::run(world, caller, input).await
}

async fn update(world: &World, caller: &Caller, object: &str, records: &[Value], dry_run: bool, all: bool) -> Answer {
    let records = records.iter().cloned().map(fields).collect();
    update::run(world, caller, UpdateRecords { object: object.into(), records, dry_run, all_or_none: all }).await
}

async fn upsert(world: &World, caller: &Caller, records: &[Value], dry_run: bool) -> Answer {
    let records = records.iter().cloned().map(fields).collect();
    let input =
        UpsertRecords { object: "Task".into(), key: "RevLoops_Key__c".into(), records, dry_run, all_or_none: true };
    upsert::run(world, caller, input).await
}

fn codes(written: &Written, index: usize) -> Vec<&str> {
    written.records[index].problems.iter().map(|wrong| wrong.code.as_str()).collect()
}

fn asked(answer: Answer) -> String {
    match answer.unwrap_err() {
        ToolError::Asked(text) => text,
        ToolError::Failed(failure) => panic!("{failure}"),
    }
}

#[tokio::test]
async fn a_write_names_the_person_as_creator_and_last_modifier() {
    let org = Org::start().await;
    let (world, one) = (org.world(), org.rep("one", "Sales User").await);
    let made =
        create(&world, &one, "Lead", &[json!({"LastName": "Holm", "Company": "Alder"})], false, true).await.unwrap();
    assert_eq!((made.succeeded, made.failed, made.dry_run), (1, 0, false));
    assert_eq!(made.written_as.username, "one@northfield.example");
    let lead = made.records[0].id.clone().unwrap();
    let soql = format!(
        "SELECT CreatedBy.Username, LastModifiedBy.Username, Owner.Username, Title FROM Lead WHERE Id = '{lead}'"
    );
    let kept = org.query(&soql).await.remove(0);
    for by in ["CreatedBy", "LastModifiedBy", "Owner"] {
        assert_eq!(kept[by]["Username"], "one@northfield.example", "{by}");
    }
    // Somebody else changed it; then the rep changes it again.
    org.update("Lead", &lead, json!({"Title": "CFO"})).await;
    let changed = update(&world, &one, "Lead", &[json!({"Id": lead, "Title": "CEO"})], false, true).await.unwrap();
    assert_eq!((changed.succeeded, changed.records[0].id.as_deref()), (1, Some(lead.as_str())));
    let kept = org.query(&soql).await.remove(0);
    assert_eq!(
        (&kept["Title"], &kept["LastModifiedBy"]["Username"]),
        (&json!("CEO"), &json!("one@northfield.example"))
    );
}

#[tokio::test]
async fn what_the_crm_does_not_allow_the_person_is_refused_record_by_record() {
    let org = Org::start().await;
    let (world, one, two) = (org.world(), org.rep("one", "Sales User").await, org.rep("two", "Sales User").await);
    let (_, ones) = org.deal("Alder", &one).await;
    let (_, twos) = org.deal("Birch", &two).await;
    let records = [json!({"Id": ones, "NextStep": "Call"}), json!({"Id": twos, "NextStep": "Call"})];
    let each = update(&world, &one, "Opportunity", &records, false, false).await.unwrap();
    assert_eq!((each.succeeded, each.failed), (1, 1));
    assert_eq!(
        (each.records[0].success, codes(&each, 1)),
        (true, vec!["INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"])
    );
    assert_eq!(
        org.query(&format!("SELECT NextStep FROM Opportunity WHERE Id = '{twos}'")).await[0]["NextStep"],
        Value::Null
    );

    let records = [json!({"Id": ones, "NextStep": "Write"}), json!({"Id": twos, "NextStep": "Write"})];
    let none = update(&world, &one, "Opportunity", &records, false, true).await.unwrap();
    assert_eq!((none.succeeded, none.failed), (0, 2));
    assert_eq!(codes(&none, 0), ["ALL_OR_NONE_OPERATION_ROLLED_BACK"]);
    assert_eq!(
        org.query(&format!("SELECT NextStep FROM Opportunity WHERE Id = '{ones}'")).await[0]["NextStep"],
        "Call"
    );
    let user = [json!({"Id": two.principal.user.as_str(), "Title": "Mine"})];
    assert_eq!(
        codes(&update(&world, &one, "User", &user, false, true).await.unwrap(), 0),
        ["INSUFFICIENT_ACCESS_OR_READONLY"]
    );
}

#[tokio::test]
async fn a_dry_run_of_a_create_tells_what_is_wrong_and_writes_nothing() {
    let org = Org::start().await;
    let (world, one) = (org.world(), org.rep("one", "Sales User").await);
    let before = org.writes().await;
    let records = [
        json!({"LastName": "Holm", "Company": "Alder", "Email": "a@alder.example", "NumberOfEmployees": 12}),
        json!({"FirstName": "Ida", "Companny": "Alder", "IsConverted": true, "NumberOfEmployees": "many", "Email": "none"}),
    ];
    let told = create(&world, &one, "Lead", &records, true, true).await.unwrap();
    assert_eq!((told.dry_run, told.succeeded, told.failed), (true, 1, 1));
    assert_eq!(told.records[0].changes.as_ref().unwrap().len(), 4);
    let wrong = &told.records[1].problems;
    for (code, field) in [
        ("UNKNOWN_FIELD", "Companny"),
        ("FIELD_NOT_WRITABLE", "IsConverted"),
        ("INVALID_VALUE", "NumberOfEmployees"),
        ("INVALID_VALUE", "Email"),
        ("REQUIRED_FIELD_MISSING", "LastName"),
        ("REQUIRED_FIELD_MISSING", "Company"),
    ] {
        assert!(wrong.iter().any(|one| one.code == code && one.fields == [field]), "{code} {field} in {wrong:?}");
    }
    assert!(wrong[0].message.contains("did you mean `Company`?"), "{}", wrong[0].message);
    assert_eq!(org.writes().await, before);
    // What the dry run passes is what the CRM takes.
    assert_eq!(create(&world, &one, "Lead", &records[..1], false, true).await.unwrap().succeeded, 1);
    let user = create(&world, &one, "User", &[json!({"LastName": "New"})], true, true).await.unwrap();
    assert!(codes(&user, 0).contains(&"NOT_ALLOWED"));
}

#[tokio::test]
async fn a_dry_run_of_an_update_shows_before_and_after_and_writes_nothing() {
    let org = Org::start().await;
    let (world, one, two) = (org.world(), org.rep("one", "Sales User").await, org.rep("two", "Sales User").await);
    let (_, ones) = org.deal("Alder", &one).await;
    let (_, twos) = org.deal("Birch", &two).await;
    let before = org.writes().await;
    let records = [
        json!({"Id": ones, "Name": "Alder", "StageName": "Closed Won", "Amount": 1200.5}),
        json!({"Id": twos, "StageName": "Closed Lost"}),
    ];
    let told = update(&world, &one, "Opportunity", &records, true, true).await.unwrap();
    assert_eq!((told.succeeded, told.failed, told.records[0].name.as_deref()), (1, 1, Some("Alder")));
    let changes = serde_json::to_value(&told.records[0].changes).unwrap();
    assert_eq!(
        changes,
        json!([{"field": "StageName", "before": "Prospecting", "after": "Closed Won"}, {"field": "Amount", "before": null, "after": 1200.5}])
    );
    assert_eq!((codes(&told, 1), &told.records[1].name), (vec!["NOT_FOUND"], &None));
    assert_eq!(org.writes().await, before);
}

#[tokio::test]
async fn an_upsert_makes_what_is_missing_and_changes_what_is_there_and_says_so_before() {
    let org = Org::start().await;
    let (world, one) = (org.world(), org.rep("one", "Sales User").await);
    let first = json!({"RevLoops_Key__c": "mine/1", "Subject": "Call"});
    let told = upsert(&world, &one, std::slice::from_ref(&first), true).await.unwrap();
    assert_eq!((told.succeeded, told.records[0].created), (1, Some(true)));
    assert_eq!(org.query("SELECT Id FROM Task").await.len(), 0);
    let made = upsert(&world, &one, &[first], false).await.unwrap();
    assert_eq!((made.succeeded, made.records[0].created), (1, Some(true)));

    let both = [
        json!({"RevLoops_Key__c": "mine/1", "Subject": "Write"}),
        json!({"RevLoops_Key__c": "mine/'2", "Subject": "Call"}),
    ];
    let told = upsert(&world, &one, &both, true).await.unwrap();
    assert_eq!(told.records.iter().map(|record| record.created).collect::<Vec<_>>(), [Some(false), Some(true)]);
    assert_eq!(
        (told.records[0].id.as_ref(), told.records[0].name.as_deref()),
        (made.records[0].id.as_ref(), Some("Call"))
    );
    assert_eq!(
        serde_json::to_value(&told.records[0].changes).unwrap(),
        json!([{"field": "Subject", "before": "Call", "after": "Write"}])
    );
    let done = upsert(&world, &one, &both, false).await.unwrap();
    assert_eq!(done.records.iter().map(|record| record.created).collect::<Vec<_>>(), [Some(false), Some(true)]);
    // Again: nothing more comes of it.
    upsert(&world, &one, &both, false).await.unwrap();
    assert_eq!(org.query("SELECT Id FROM Task").await.len(), 2);

    let no_key = UpsertRecords {
        object: "Task".into(),
        key: "Subject".into(),
        records: vec![fields(json!({"Subject": "Call"}))],
        dry_run: true,
        all_or_none: true,
    };
    assert!(asked(upsert::run(&world, &one, no_key).await).contains("it has: RevLoops_Key__c"));
    // Capitals make another key of this one.
    let cases = [
        json!({"RevLoops_Key__c": "MINE/1", "Subject": "Call"}),
        json!({"RevLoops_Key__c": "mine/1", "Subject": "Call"}),
    ];
    let told = upsert(&world, &one, &cases, true).await.unwrap();
    assert_eq!(told.records.iter().map(|record| record.created).collect::<Vec<_>>(), [Some(true), Some(false)]);
    let twice = [json!({"RevLoops_Key__c": "a"}), json!({"RevLoops_Key__c": "a"})];
    assert!(asked(upsert(&world, &one, &twice, false).await).contains("another has too"));
}

#[tokio::test]
async fn no_call_touches_more_records_than_its_cap() {
    let org = Org::start().await;
    let (world, one) = (org.world_with(Limits::default().with_records(2)), org.rep("one", "Sales User").await);
    let before = org.writes().await;
    let three: Vec<Value> = (0..3).map(|_| json!({"LastName": "Holm", "Company": "Alder"})).collect();
    for dry_run in [true, false] {
        let told = asked(create(&world, &one, "Lead", &three, dry_run, false).await);
        assert!(told.contains("3 records are more than the 2"), "{told}");
        let told = asked(update(&world, &one, "Lead", &three, dry_run, false).await);
        assert!(told.contains("3 records are more than the 2"), "{told}");
    }
    assert!(asked(create(&world, &one, "Lead", &[], false, false).await).contains("empty"));
    assert_eq!(org.writes().await, before);
    assert_eq!(Limits::default().with_records(5_000).records, 200);
}

#[tokio::test]
async fn a_call_that_contradicts_itself_is_refused_before_anything_is_asked() {
    let org = Org::start().await;
    let (world, one) = (org.world(), org.rep("one", "Sales User").await);
    let (_, deal) = org.deal("Alder", &one).await;
    let before = org.writes().await;
    for (records, why) in [
        (vec![json!({"Id": deal, "Name": "A"}), json!({"Id": deal.get(..15), "Name": "B"})], "named twice"),
        (vec![json!({"Name": "A"})], "has no `Id`"),
        (vec![json!({"Id": deal})], "no field to change"),
        (vec![json!({"Id": "006'; DROP", "Name": "A"})], "Salesforce id"),
    ] {
        let told = asked(update(&world, &one, "Opportunity", &records, false, true).await);
        assert!(told.contains(why), "{told}");
    }
    let told = asked(create(&world, &one, "Lead", &[json!({"Id": deal, "LastName": "A"})], false, true).await);
    assert!(told.contains("no `Id` yet"), "{told}");
    assert_eq!(org.writes().await, before);
}

#[tokio::test]
async fn writing_what_the_loops_keep_is_allowed_with_a_warning() {
    let org = Org::start().await;
    let (world, one) = (org.world(), org.rep("one", "Sales User").await);
    let lead = [json!({"LastName": "Holm", "Company": "Alder", "RevLoops_Score__c": 99})];
    for dry_run in [true, false] {
        let told = create(&world, &one, "Lead", &lead, dry_run, true).await.unwrap();
        assert_eq!(told.succeeded, 1);
        assert!(told.warnings.iter().any(|warning| warning.contains("RevLoops_Score__c")), "{:?}", told.warnings);
    }
    let answer = [json!({"Subject": "Preview", "RevLoops_Answer__c": "Approve"})];
    assert_eq!(create(&world, &one, "Task", &answer, true, true).await.unwrap().warnings, Vec::<String>::new());
}
