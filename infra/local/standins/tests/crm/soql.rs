use serde_json::{Value, json};

use crate::world::World;

/// Five leads, A to E, with owners, tasks and gaps.
async fn organisation() -> World {
    let world = World::start().await;
    let rep = world.user("Rep").await;
    let queue = world.queue("Inbound", "Lead").await;
    for (company, employees, rating, owner, created) in [
        ("Alpha", Some(10), Some("Hot"), &rep, "DK"),
        ("Beta", Some(250), Some("warm"), &rep, "DE"),
        ("Gamma_1", None, None, &queue, "DK"),
        ("Delta's", Some(5000), Some("Cold"), &queue, "US"),
        ("50% Off", Some(7), None, &rep, "FR"),
    ] {
        let lead = json!({ "LastName": company, "Company": company, "NumberOfEmployees": employees, "Rating": rating, "OwnerId": owner, "CountryCode": created, "DoNotCall": company == "Beta" });
        let id = world.create("Lead", lead).await;
        if company == "Alpha" {
            for (subject, due) in [("Call", "2026-12-01"), ("Write", "2026-11-01")] {
                world.create("Task", json!({ "WhoId": id, "Subject": subject, "ActivityDate": due })).await;
            }
        }
    }
    world
}

#[tokio::test]
async fn conditions_find_what_the_language_says() {
    let world = organisation().await;
    for (condition, expected) in [
        ("Company = 'alpha'", "Alpha"),
        ("company != 'Alpha'", "50% Off,Beta,Delta's,Gamma_1"),
        ("Rating = 'HOT'", "Alpha"),
        ("Rating != 'Hot'", "50% Off,Beta,Delta's,Gamma_1"),
        ("Rating = null", "50% Off,Gamma_1"),
        ("Rating = ''", "50% Off,Gamma_1"),
        ("Rating != null", "Alpha,Beta,Delta's"),
        ("NOT Rating = 'Hot'", "50% Off,Beta,Delta's,Gamma_1"),
        ("NOT (Rating = 'Hot' OR Rating = null)", "Beta,Delta's"),
        ("NumberOfEmployees > 10 AND NumberOfEmployees <= 250", "Beta"),
        ("NumberOfEmployees >= 250 OR Company = 'Alpha'", "Alpha,Beta,Delta's"),
        ("NumberOfEmployees < 1000 AND (Rating = 'Hot' OR Rating = 'Warm')", "Alpha,Beta"),
        ("NumberOfEmployees IN (7, 10)", "50% Off,Alpha"),
        ("NumberOfEmployees NOT IN (7, 10)", "Beta,Delta's,Gamma_1"),
        ("Rating IN ('hot', null)", "50% Off,Alpha,Gamma_1"),
        ("Rating NOT IN ('hot', null)", "Beta,Delta's"),
        ("DoNotCall = true", "Beta"),
        ("Company LIKE 'a%'", "Alpha"),
        ("Company LIKE '%a'", "Alpha,Beta"),
        ("Company LIKE '_eta'", "Beta"),
        (r"Company LIKE '50\% %'", "50% Off"),
        (r"Company LIKE 'gamma\__'", "Gamma_1"),
        (r"Company LIKE 'gamma\_'", ""),
        ("NOT Company LIKE '%a%'", "50% Off"),
        (r"Company = 'Delta\'s'", "Delta's"),
        ("Owner.Name = 'Inbound'", "Delta's,Gamma_1"),
        ("Owner.Type = 'User'", "50% Off,Alpha,Beta"),
        ("Owner.Username = 'rep@northfield.example'", "50% Off,Alpha,Beta"),
        ("Owner.Profile.Name LIKE 'System%'", "50% Off,Alpha,Beta"),
        ("OwnerId IN (SELECT Id FROM Group WHERE Type = 'Queue')", "Delta's,Gamma_1"),
        ("OwnerId NOT IN (SELECT Id FROM Group WHERE Type = 'Queue')", "50% Off,Alpha,Beta"),
        ("Id IN (SELECT WhoId FROM Task WHERE ActivityDate > 2026-11-15 AND Subject = 'Call')", "Alpha"),
        ("Id NOT IN (SELECT WhoId FROM Task)", "50% Off,Beta,Delta's,Gamma_1"),
        ("CreatedDate = TODAY", "50% Off,Alpha,Beta,Delta's,Gamma_1"),
        ("CreatedDate < TODAY", ""),
        ("CreatedDate >= LAST_N_DAYS:3", "50% Off,Alpha,Beta,Delta's,Gamma_1"),
        ("CreatedDate > 2020-01-01T00:00:00Z AND CreatedDate < 2020-01-01T00:00:00+01:00", ""),
        ("Lead.Country = 'Denmark'", "Alpha,Gamma_1"),
        ("Company = 'x\\' OR Company != \\''", ""),
    ] {
        let found = world.query(&format!("SELECT Company FROM Lead WHERE {condition} ORDER BY Company")).await;
        let found = found.iter().map(|lead| lead["Company"].as_str().unwrap()).collect::<Vec<_>>().join(",");
        assert_eq!(found, expected, "{condition}");
    }
}

#[tokio::test]
async fn nulls_come_first_unless_the_order_says_otherwise() {
    let world = organisation().await;
    for (order, expected) in [
        ("NumberOfEmployees", "Gamma_1,50% Off,Alpha,Beta,Delta's"),
        ("NumberOfEmployees NULLS LAST", "50% Off,Alpha,Beta,Delta's,Gamma_1"),
        ("NumberOfEmployees DESC", "Gamma_1,Delta's,Beta,Alpha,50% Off"),
        ("NumberOfEmployees DESC NULLS LAST", "Delta's,Beta,Alpha,50% Off,Gamma_1"),
        ("Owner.Name, Company DESC LIMIT 2", "Gamma_1,Delta's"),
        ("Company LIMIT 2 OFFSET 1", "Alpha,Beta"),
    ] {
        let found = world.query(&format!("SELECT Company FROM Lead ORDER BY {order}")).await;
        let found = found.iter().map(|lead| lead["Company"].as_str().unwrap()).collect::<Vec<_>>().join(",");
        assert_eq!(found, expected, "{order}");
    }
}

#[tokio::test]
async fn parents_and_children_come_as_nested_records() {
    let world = organisation().await;
    let leads = world.query("SELECT l.Company, l.Owner.Name, l.Owner.Type, (SELECT Subject, Owner.Name FROM Tasks WHERE Status != 'Completed' ORDER BY ActivityDate LIMIT 1) FROM Lead l WHERE Company IN ('Alpha', 'Beta') ORDER BY Company").await;
    assert_eq!(leads[0]["Owner"]["Name"], "Rep");
    assert_eq!(leads[0]["Owner"]["attributes"]["type"], "Name");
    assert_eq!(leads[0]["Tasks"]["totalSize"], 1);
    assert_eq!(leads[0]["Tasks"]["records"][0]["Subject"], "Write");
    assert_eq!(leads[1]["Tasks"], Value::Null);
    let tasks = world.query("SELECT Who.Name, Who.Type, What.Name FROM Task LIMIT 1").await;
    assert_eq!(
        (&tasks[0]["Who"]["Name"], &tasks[0]["Who"]["Type"], &tasks[0]["What"]),
        (&json!("Alpha"), &json!("Lead"), &Value::Null)
    );
}

#[tokio::test]
async fn counts_and_groups_have_the_vendors_names() {
    let world = organisation().await;
    let count = world.soql("SELECT COUNT() FROM Lead WHERE Rating != null").await.body;
    assert_eq!((&count["totalSize"], &count["records"]), (&json!(3), &json!([])));
    let groups = world.query("SELECT Owner.Name, COUNT(Id), MAX(NumberOfEmployees) biggest, AVG(NumberOfEmployees) FROM Lead GROUP BY Owner.Name HAVING COUNT(Id) > 1 ORDER BY COUNT(Id) DESC").await;
    let expected = json!([
        { "attributes": { "type": "AggregateResult" }, "Name": "Rep", "expr0": 3, "biggest": 250, "expr1": 89.0 },
        { "attributes": { "type": "AggregateResult" }, "Name": "Inbound", "expr0": 2, "biggest": 5000, "expr1": 5000.0 },
    ]);
    assert_eq!(json!(groups), expected);
    assert_eq!(world.query("SELECT COUNT_DISTINCT(Country) n FROM Lead").await[0]["n"], 4);
}

#[tokio::test]
async fn fields_stands_for_many_and_needs_a_limit() {
    let world = organisation().await;
    let all = world.query("SELECT FIELDS(ALL) FROM Lead LIMIT 1").await;
    let custom = world.query("SELECT Id, FIELDS(CUSTOM) FROM Lead LIMIT 1").await;
    assert!(
        all[0].as_object().unwrap().contains_key("Company")
            && all[0].as_object().unwrap().contains_key("RevLoops_Score__c")
    );
    assert!(
        !custom[0].as_object().unwrap().contains_key("Company")
            && custom[0].as_object().unwrap().contains_key("RevLoops_Score__c")
    );
    assert_eq!(world.soql("SELECT FIELDS(ALL) FROM Lead").await.code(), "MALFORMED_QUERY");
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_the_vendors_codes() {
    let world = World::start().await;
    for (query, code) in [
        ("SELECT Id FROM Unicorn", "INVALID_TYPE"),
        ("SELECT Horn FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Horn = 1", "INVALID_FIELD"),
        ("SELECT Unicorn.Name FROM Lead", "INVALID_FIELD"),
        ("SELECT Id, (SELECT Id FROM Unicorns) FROM Lead", "INVALID_TYPE"),
        ("SELECT Id FROM Lead WHERE NumberOfEmployees = '5'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Company = 5", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE CreatedDate = '2026-01-01'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Id = 'nonsense'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Lead WHERE Id LIKE '00Q%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Lead WHERE Company > null", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Status, COUNT(Id) FROM Lead", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE OwnerId IN (SELECT Name FROM User)", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
        ("nonsense", "MALFORMED_QUERY"),
    ] {
        let answer = world.soql(query).await;
        assert_eq!((answer.status, answer.code()), (400, code), "{query}");
    }
    assert_eq!(world.call("GET", "query", Value::Null).await.code(), "MALFORMED_QUERY");
    let long = format!("SELECT Id FROM Lead WHERE Company = '{}'", "x".repeat(17_000));
    assert_eq!(world.soql(&long).await.status, 414);
}

#[tokio::test]
async fn large_results_come_in_pages_that_do_not_change() {
    let world = World::start().await;
    for chunk in 0..3 {
        let records: Vec<Value> = (0..200).map(|n| json!({ "attributes": { "type": "Lead" }, "LastName": format!("{chunk}-{n:03}"), "Company": "Bulk" })).collect();
        world.call("POST", "composite/sobjects", json!({ "records": records })).await;
    }
    let first = world
        .request("GET", "query/")
        .query(&[("q", "SELECT Id FROM Lead ORDER BY LastName")])
        .header("Sforce-Query-Options", "batchSize=250");
    let mut page = world.send(first).await.body;
    assert_eq!((&page["totalSize"], &page["done"]), (&json!(600), &json!(false)));
    world.lead("A late one").await;
    let mut ids: Vec<String> = Vec::new();
    let mut pages = 1;
    loop {
        ids.extend(page["records"].as_array().unwrap().iter().map(|lead| lead["Id"].as_str().unwrap().to_owned()));
        let Some(next) = page["nextRecordsUrl"].as_str() else { break };
        page = world.get(next).await;
        pages += 1;
    }
    let distinct: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!((pages, ids.len(), distinct.len(), &page["done"]), (3, 600, 600, &json!(true)));
    assert_eq!(world.call("GET", "query/01gxx0000000009AAA-250", Value::Null).await.code(), "INVALID_QUERY_LOCATOR");
}
