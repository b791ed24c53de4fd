use serde_json::{Value, json};

use crate::world::{Answer, World};

const ASSOCIATION: &str = "ObjectTerritory2Association";

/// The organisation's active model, and the type that each territory needs.
struct Plan {
    world: World,
    model: String,
    kind: String,
}

impl Plan {
    async fn start() -> Self {
        let world = World::start().await;
        let model = first_id(&world, "SELECT Id FROM Territory2Model WHERE State = 'Active'").await;
        let kind = first_id(&world, "SELECT Id FROM Territory2Type WHERE DeveloperName = 'Geography'").await;
        Self { world, model, kind }
    }

    fn fields(&self, name: &str, parent: Option<&str>) -> Value {
        json!({
            "Name": name, "DeveloperName": name, "Territory2ModelId": self.model, "Territory2TypeId": self.kind,
            "ParentTerritory2Id": parent, "RevLoops_Id__c": name.to_lowercase(),
        })
    }

    async fn territory(&self, name: &str, parent: Option<&str>) -> String {
        self.world.create("Territory2", self.fields(name, parent)).await
    }

    /// A territory in which nothing but `field` is odd.
    async fn odd(&self, name: &str, field: &str, value: Value) -> Answer {
        let mut fields = self.fields(name, None);
        fields[field] = value;
        self.world.call("POST", "sobjects/Territory2", fields).await
    }

    async fn account(&self, name: &str) -> String {
        self.world.create("Account", json!({ "Name": name })).await
    }

    async fn place(&self, territory: &str, account: &str) -> String {
        self.world.create(ASSOCIATION, placed(territory, account)).await
    }

    async fn planned_model(&self, name: &str) -> String {
        self.world.create("Territory2Model", json!({ "Name": name, "DeveloperName": name })).await
    }

    async fn setup(&self, model: &str, state: &str) -> Answer {
        self.world.call("PUT", &format!("/_standin/territory_models/{model}"), json!({ "state": state })).await
    }

    async fn set(&self, object: &str, id: &str, fields: Value) -> Answer {
        self.world.call("PATCH", &format!("sobjects/{object}/{id}"), fields).await
    }

    async fn delete(&self, object: &str, id: &str) -> Answer {
        self.world.call("DELETE", &format!("sobjects/{object}/{id}"), Value::Null).await
    }

    async fn count(&self, object: &str) -> usize {
        self.world.query(&format!("SELECT Id FROM {object}")).await.len()
    }
}

async fn first_id(world: &World, query: &str) -> String {
    world.query(query).await[0]["Id"].as_str().unwrap().to_owned()
}

fn placed(territory: &str, account: &str) -> Value {
    json!({ "Territory2Id": territory, "ObjectId": account, "AssociationCause": "Territory2Manual" })
}

fn refused(answer: &Answer, code: &str, field: Option<&str>) {
    assert_eq!((answer.status, answer.code()), (400, code), "{}", answer.body);
    let fields = field.map(|field| json!([field])).unwrap_or_default();
    assert_eq!(answer.body[0].get("fields").cloned().unwrap_or_default(), fields, "{}", answer.body);
}

#[tokio::test]
async fn a_new_organisation_has_one_active_model_without_territories() {
    let plan = Plan::start().await;
    let models = plan.world.query("SELECT Name, State, ActivatedDate FROM Territory2Model").await;
    assert_eq!((models.len(), &models[0]["State"]), (1, &json!("Active")));
    assert!(models[0]["ActivatedDate"].is_string());
    assert_eq!(plan.count("Territory2").await, 0);
}

#[tokio::test]
async fn territories_are_read_along_their_relationships() {
    let plan = Plan::start().await;
    let emea = plan.territory("EMEA", None).await;
    let dach = plan.territory("DACH", Some(&emea)).await;
    assert!(emea.starts_with("0MI"));
    let rep = plan.world.user("rep").await;
    let user = json!({ "Territory2Id": dach, "UserId": rep, "RoleInTerritory2": "Owner" });
    plan.world.create("UserTerritory2Association", user).await;
    let account = plan.account("Northwind").await;
    plan.place(&dach, &account).await;

    let rows = plan
        .world
        .query(&format!("SELECT Name, RevLoops_Id__c, AccountAccessLevel, ParentTerritory2.DeveloperName, Territory2Model.State FROM Territory2 WHERE Territory2ModelId = '{}' AND ParentTerritory2Id != NULL", plan.model))
        .await;
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["Name"], &rows[0]["RevLoops_Id__c"]), (&json!("DACH"), &json!("dach")));
    assert_eq!(rows[0]["ParentTerritory2"]["DeveloperName"], "EMEA");
    assert_eq!(
        (&rows[0]["Territory2Model"]["State"], &rows[0]["AccountAccessLevel"]),
        (&json!("Active"), &json!("Read"))
    );
    let users = plan
        .world
        .query(&format!("SELECT RoleInTerritory2, IsActive, User.Username, Territory2.DeveloperName FROM UserTerritory2Association WHERE Territory2.Territory2ModelId = '{}'", plan.model))
        .await;
    assert_eq!((&users[0]["RoleInTerritory2"], &users[0]["IsActive"]), (&json!("Owner"), &json!(true)));
    assert_eq!(users[0]["User"]["Username"], "rep@northfield.example");
    let accounts = plan
        .world
        .query(&format!("SELECT SobjectType, AssociationCause, Object.Name, Territory2.DeveloperName FROM {ASSOCIATION} WHERE Territory2.Territory2Model.State = 'Active'"))
        .await;
    assert_eq!((&accounts[0]["SobjectType"], &accounts[0]["Object"]["Name"]), (&json!("Account"), &json!("Northwind")));
    let with_children = plan
        .world
        .query("SELECT Id, (SELECT ObjectId FROM ObjectTerritory2Associations) FROM Territory2 WHERE DeveloperName = 'DACH'")
        .await;
    assert_eq!(with_children[0]["ObjectTerritory2Associations"]["records"][0]["ObjectId"], json!(account));
    let grouped = plan
        .world
        .query(&format!("SELECT Territory2Id, COUNT(Id) accounts FROM {ASSOCIATION} GROUP BY Territory2Id"))
        .await;
    assert_eq!(grouped[0]["accounts"], 1);
}

#[tokio::test]
async fn a_territory_that_the_vendor_refuses_is_refused() {
    let plan = Plan::start().await;
    let west = plan.territory("West", None).await;
    for (name, field, value, code) in [
        ("NoType", "Territory2TypeId", Value::Null, "REQUIRED_FIELD_MISSING"),
        ("NoModel", "Territory2ModelId", Value::Null, "REQUIRED_FIELD_MISSING"),
        ("1st", "DeveloperName", json!("1st"), "FIELD_INTEGRITY_EXCEPTION"),
        ("x", "DeveloperName", json!("West Coast"), "FIELD_INTEGRITY_EXCEPTION"),
        ("x", "DeveloperName", json!("West__Coast"), "FIELD_INTEGRITY_EXCEPTION"),
        ("x", "DeveloperName", json!("West_"), "FIELD_INTEGRITY_EXCEPTION"),
        ("x", "DeveloperName", json!("WEST"), "DUPLICATE_DEVELOPER_NAME"),
        ("x", "ParentTerritory2Id", json!("0MIxx000000zzzzGAA"), "INVALID_CROSS_REFERENCE_KEY"),
        ("x", "AccountAccessLevel", json!("Some"), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("x", "ContactAccessLevel", json!("Edit"), "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("x", "ForecastUserId", json!("005xx0000000001AAA"), "INVALID_FIELD_FOR_INSERT_UPDATE"),
    ] {
        refused(&plan.odd(name, field, value).await, code, Some(field));
    }
    assert_eq!(plan.count("Territory2").await, 1);
    let moved = plan.set("Territory2", &west, json!({ "Territory2ModelId": plan.model })).await;
    refused(&moved, "INVALID_FIELD_FOR_INSERT_UPDATE", Some("Territory2ModelId"));
    let forecast = plan.set("Territory2", &west, json!({ "ForecastUserId": "005xx0000000001AAA" })).await;
    refused(&forecast, "FIELD_INTEGRITY_EXCEPTION", Some("ForecastUserId"));
    let by_date = plan.world.soql("SELECT CreatedDate FROM Territory2").await;
    assert_eq!(by_date.code(), "INVALID_FIELD", "the vendor's object has no such field");
}

#[tokio::test]
async fn a_developer_name_is_made_from_the_label_where_none_is_given() {
    let plan = Plan::start().await;
    let mut fields = plan.fields("2 West,  North!", None);
    fields.as_object_mut().unwrap().remove("DeveloperName");
    let id = plan.world.create("Territory2", fields).await;
    assert_eq!(plan.world.get(&format!("sobjects/Territory2/{id}")).await["DeveloperName"], "X2_West_North");
}

#[tokio::test]
async fn territories_form_a_tree_within_their_model() {
    let plan = Plan::start().await;
    let top = plan.territory("Top", None).await;
    let middle = plan.territory("Middle", Some(&top)).await;
    let low = plan.territory("Low", Some(&middle)).await;
    for parent in [&top, &middle, &low] {
        let moved = plan.set("Territory2", &top, json!({ "ParentTerritory2Id": parent })).await;
        refused(&moved, "CIRCULAR_DEPENDENCY", Some("ParentTerritory2Id"));
    }
    let planned = plan.planned_model("Next").await;
    let mut other = plan.fields("Low", None);
    other["Territory2ModelId"] = json!(planned);
    let other = plan.world.create("Territory2", other).await;
    let moved = plan.set("Territory2", &other, json!({ "ParentTerritory2Id": top })).await;
    refused(&moved, "FIELD_INTEGRITY_EXCEPTION", Some("ParentTerritory2Id"));
    assert_eq!(plan.set("Territory2", &low, json!({ "ParentTerritory2Id": top })).await.status, 204);
    assert_eq!(plan.set("Territory2", &top, json!({ "ParentTerritory2Id": null, "Name": "Root" })).await.status, 204);

    refused(&plan.delete("Territory2", &top).await, "DELETE_FAILED", None);
    for id in [&low, &middle, &top] {
        assert_eq!(plan.delete("Territory2", id).await.status, 204);
    }
    refused_as_gone(&plan.delete("Territory2", &top).await);
}

fn refused_as_gone(answer: &Answer) {
    assert_eq!((answer.status, answer.code()), (404, "NOT_FOUND"), "{}", answer.body);
}

#[tokio::test]
async fn what_is_in_a_territory_goes_with_it() {
    let plan = Plan::start().await;
    let (west, east) = (plan.territory("West", None).await, plan.territory("East", None).await);
    let (rep, account) = (plan.world.user("rep").await, plan.account("Northwind").await);
    for territory in [&west, &east] {
        plan.world.create("UserTerritory2Association", json!({ "Territory2Id": territory, "UserId": rep })).await;
        plan.place(territory, &account).await;
    }
    let fields = json!({ "Name": "Deal", "StageName": "Prospecting", "CloseDate": "2027-01-31", "AccountId": account, "Territory2Id": west });
    let deal = plan.world.create("Opportunity", fields).await;
    assert_eq!(plan.delete("Territory2", &west).await.status, 204);
    assert_eq!((plan.count("UserTerritory2Association").await, plan.count(ASSOCIATION).await), (1, 1));
    assert_eq!(plan.world.get(&format!("sobjects/Opportunity/{deal}")).await["Territory2Id"], Value::Null);
    assert_eq!(plan.delete("Account", &account).await.status, 204);
    assert_eq!(plan.count(ASSOCIATION).await, 0);
}

#[tokio::test]
async fn a_user_is_once_in_a_territory_with_a_role_that_cannot_be_changed() {
    let plan = Plan::start().await;
    let west = plan.territory("West", None).await;
    let (rep, gone) = (plan.world.user("rep").await, plan.world.user("gone").await);
    let fields = |user: &str| json!({ "Territory2Id": west, "UserId": user, "RoleInTerritory2": "Sales Rep" });
    let left = plan.world.create("UserTerritory2Association", fields(&gone)).await;
    let here = plan.world.create("UserTerritory2Association", fields(&rep)).await;
    let twice = plan.world.call("POST", "sobjects/UserTerritory2Association", fields(&rep)).await;
    refused(&twice, "DUPLICATE_VALUE", None);
    let changed = plan.set("UserTerritory2Association", &here, json!({ "RoleInTerritory2": "Owner" })).await;
    refused(&changed, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", None);
    assert_eq!(plan.set("Territory2", &west, json!({ "ForecastUserId": gone })).await.status, 204);

    assert_eq!(plan.set("User", &gone, json!({ "IsActive": false })).await.status, 204);
    refused_as_gone(&plan.delete("UserTerritory2Association", &left).await);
    assert_eq!(plan.world.get(&format!("sobjects/Territory2/{west}")).await["ForecastUserId"], Value::Null);
    let inactive = plan.world.call("POST", "sobjects/UserTerritory2Association", fields(&gone)).await;
    refused(&inactive, "INACTIVE_OWNER_OR_USER", Some("UserId"));

    assert_eq!(plan.delete("UserTerritory2Association", &here).await.status, 204);
    let all = plan.world.request("GET", "queryAll").query(&[("q", "SELECT Id FROM UserTerritory2Association")]);
    assert_eq!(plan.world.send(all).await.body["totalSize"], 0, "no recycle bin");
    plan.world.create("UserTerritory2Association", fields(&rep)).await;
}

#[tokio::test]
async fn an_account_is_once_in_a_territory_and_what_a_rule_did_is_the_rules() {
    let plan = Plan::start().await;
    let (west, east) = (plan.territory("West", None).await, plan.territory("East", None).await);
    let (ours, theirs) = (plan.account("Northwind").await, plan.account("Southwind").await);
    let association = plan.place(&west, &ours).await;
    plan.place(&east, &ours).await;
    let post = async |fields: Value| plan.world.call("POST", &format!("sobjects/{ASSOCIATION}"), fields).await;
    refused(&post(placed(&west, &ours)).await, "DUPLICATE_VALUE", None);
    let mut by_rule = placed(&west, &theirs);
    by_rule["AssociationCause"] = json!("Territory2AssignmentRule");
    refused(&post(by_rule.clone()).await, "INVALID_OPERATION", None);
    by_rule.as_object_mut().unwrap().remove("AssociationCause");
    refused(&post(by_rule).await, "REQUIRED_FIELD_MISSING", Some("AssociationCause"));
    let mut typed = placed(&west, &theirs);
    typed["SobjectType"] = json!("Account");
    refused(&post(typed).await, "INVALID_FIELD_FOR_INSERT_UPDATE", Some("SobjectType"));
    refused(&post(placed(&west, &west)).await, "FIELD_INTEGRITY_EXCEPTION", Some("ObjectId"));

    let run = json!({ "territoryId": west, "objectIds": [theirs] });
    let run = plan.world.call("POST", "/_standin/territory_rules", run).await;
    assert_eq!(run.status, 200, "{}", run.body);
    let planted = run.body["associationIds"][0].as_str().unwrap();
    refused(&plan.delete(ASSOCIATION, planted).await, "INVALID_OPERATION", None);
    refused(&post(placed(&west, &theirs)).await, "DUPLICATE_VALUE", None);
    let rules = plan.world.query("SELECT Territory2Id, Rule.MasterLabel FROM RuleTerritory2Association").await;
    assert_eq!((&rules[0]["Territory2Id"], &rules[0]["Rule"]["MasterLabel"]), (&json!(west), &json!("Planted")));
    let created = plan.world.call("POST", "sobjects/RuleTerritory2Association", json!({ "Territory2Id": west })).await;
    refused(&created, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", None);

    let changed = plan.set(ASSOCIATION, &association, json!({ "Territory2Id": east })).await;
    refused(&changed, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", None);
    assert_eq!(plan.delete(ASSOCIATION, &association).await.status, 204);
    let query = format!("SELECT Id FROM {ASSOCIATION} WHERE IsDeleted = TRUE");
    let all = plan.world.request("GET", "queryAll").query(&[("q", query.as_str())]);
    assert_eq!(plan.world.send(all).await.body["totalSize"], 1, "to be queried for some hours yet");
    plan.place(&west, &ours).await;
}

#[tokio::test]
async fn a_models_state_goes_one_way_and_one_model_is_active() {
    let plan = Plan::start().await;
    let next = plan.planned_model("Next").await;
    let mut fields = plan.fields("West", None);
    fields["Territory2ModelId"] = json!(next);
    let west = plan.world.create("Territory2", fields).await;
    let account = plan.account("Northwind").await;
    plan.place(&west, &account).await;
    let deal = json!({ "Name": "Deal", "StageName": "Prospecting", "CloseDate": "2027-01-31", "AccountId": account, "Territory2Id": west });
    let early = plan.world.call("POST", "sobjects/Opportunity", deal.clone()).await;
    refused(&early, "FIELD_INTEGRITY_EXCEPTION", Some("Territory2Id"));

    let by_api = plan.set("Territory2Model", &plan.model, json!({ "State": "Archived" })).await;
    refused(&by_api, "FIELD_INTEGRITY_EXCEPTION", Some("State"));
    let created = json!({ "Name": "Third", "DeveloperName": "Third", "State": "Active" });
    let created = plan.world.call("POST", "sobjects/Territory2Model", created).await;
    refused(&created, "INVALID_FIELD_FOR_INSERT_UPDATE", Some("State"));
    for (model, state) in [(&next, "Active"), (&next, "Activating"), (&next, "Archived"), (&plan.model, "Planning")] {
        refused(&plan.setup(model, state).await, "FIELD_INTEGRITY_EXCEPTION", Some("State"));
    }
    refused(&plan.delete("Territory2Model", &plan.model).await, "DELETE_FAILED", None);

    assert_eq!(plan.setup(&plan.model, "Archiving").await.status, 200);
    refused(&plan.odd("Late", "Description", json!("while archiving")).await, "INVALID_OPERATION", None);
    assert_eq!(plan.setup(&plan.model, "Archived").await.status, 200);
    assert_eq!(plan.setup(&next, "Activating").await.status, 200);
    assert_eq!(plan.setup(&next, "ActivationFailed").await.status, 200);
    assert_eq!(plan.setup(&next, "Activating").await.status, 200);
    assert_eq!(plan.setup(&next, "Active").await.status, 200);
    let deal = plan.world.create("Opportunity", deal).await;
    for state in ["Active", "Planning", "Archiving"] {
        refused(&plan.setup(&plan.model, state).await, "FIELD_INTEGRITY_EXCEPTION", Some("State"));
    }
    let models = plan.world.query("SELECT Name, State, DeactivatedDate FROM Territory2Model ORDER BY Name").await;
    assert_eq!((&models[0]["State"], &models[1]["State"]), (&json!("Active"), &json!("Archived")));
    assert!(models[0]["DeactivatedDate"].is_null() && models[1]["DeactivatedDate"].is_string());

    assert_eq!(plan.setup(&next, "Archived").await.status, 200);
    assert_eq!(plan.world.get(&format!("sobjects/Opportunity/{deal}")).await["Territory2Id"], Value::Null);
    refused(&plan.set("Territory2", &west, json!({ "Name": "East" })).await, "INVALID_OPERATION", None);
    assert_eq!(plan.delete("Territory2Model", &next).await.status, 204);
    assert_eq!((plan.count("Territory2").await, plan.count(ASSOCIATION).await), (0, 0));
}

#[tokio::test]
async fn the_api_changes_a_models_state_only_where_the_organisation_lets_it() {
    let plan = Plan::start().await;
    plan.world.call("PUT", "/_standin/org", json!({ "territory_state_by_api": true })).await;
    let between = plan.set("Territory2Model", &plan.model, json!({ "State": "Archiving" })).await;
    refused(&between, "FIELD_INTEGRITY_EXCEPTION", Some("State"));
    assert_eq!(plan.set("Territory2Model", &plan.model, json!({ "State": "Archived" })).await.status, 204);
    let next = plan.planned_model("Next").await;
    assert_eq!(plan.set("Territory2Model", &next, json!({ "State": "Active" })).await.status, 204);
}

#[tokio::test]
async fn an_enterprise_organisation_has_two_models_and_a_thousand_territories_in_each() {
    let plan = Plan::start().await;
    let next = plan.planned_model("Next").await;
    let third = json!({ "Name": "Third", "DeveloperName": "Third" });
    refused(&plan.world.call("POST", "sobjects/Territory2Model", third.clone()).await, "LIMIT_EXCEEDED", None);
    assert_eq!(plan.delete("Territory2Model", &next).await.status, 204);
    plan.world.create("Territory2Model", third).await;

    for chunk in 0..5 {
        let names = (0..200).map(|n| plan.fields(&format!("T{chunk}_{n}"), None));
        let made = many(&plan.world, "Territory2", names).await;
        assert!(made.iter().all(|entry| entry["success"] == true), "{:?}", made[0]);
    }
    refused(&plan.world.call("POST", "sobjects/Territory2", plan.fields("Last", None)).await, "LIMIT_EXCEEDED", None);
    plan.world.call("PUT", "/_standin/org", json!({ "most_territories": 1001 })).await;
    plan.territory("Last", None).await;
    assert_eq!(plan.world.get("/_standin/org").await["most_territory_models"], 2);
}

#[tokio::test]
async fn a_type_stays_while_territories_have_it_and_its_priority_is_its_own() {
    let plan = Plan::start().await;
    let west = plan.territory("West", None).await;
    refused(&plan.delete("Territory2Type", &plan.kind).await, "DELETE_FAILED", None);
    let post = async |fields: Value| plan.world.call("POST", "sobjects/Territory2Type", fields).await;
    let same = json!({ "MasterLabel": "Named", "DeveloperName": "Named", "Priority": 1 });
    refused(&post(same).await, "DUPLICATE_VALUE", None);
    let unnamed = json!({ "MasterLabel": "geography", "Priority": 2 });
    refused(&post(unnamed).await, "DUPLICATE_DEVELOPER_NAME", Some("DeveloperName"));
    plan.delete("Territory2", &west).await;
    assert_eq!(plan.delete("Territory2Type", &plan.kind).await.status, 204);
}

async fn many(world: &World, object: &str, records: impl Iterator<Item = Value>) -> Vec<Value> {
    let records: Vec<Value> = records
        .map(|mut record| {
            record["attributes"] = json!({ "type": object });
            record
        })
        .collect();
    let answer = world.call("POST", "composite/sobjects", json!({ "records": records })).await;
    answer.body.as_array().unwrap().clone()
}

#[tokio::test]
async fn a_hierarchy_is_made_in_one_composite_request_or_not_at_all() {
    let plan = Plan::start().await;
    let step = |name: &str, parent: Option<&str>| json!({ "method": "POST", "url": "/services/data/v68.0/sobjects/Territory2", "referenceId": name, "body": plan.fields(name, parent) });
    let steps = |last: &str| json!({ "allOrNone": true, "compositeRequest": [step("EMEA", None), step("DACH", Some("@{EMEA.id}")), step(last, Some("@{DACH.id}"))] });
    let refused = plan.world.call("POST", "composite", steps("Bern__")).await;
    assert_eq!(refused.body["compositeResponse"][2]["body"][0]["errorCode"], "FIELD_INTEGRITY_EXCEPTION");
    assert_eq!(plan.count("Territory2").await, 0);
    let made = plan.world.call("POST", "composite", steps("Bern")).await;
    assert_eq!(made.body["compositeResponse"][2]["httpStatusCode"], 201, "{}", made.body);
    let rows =
        plan.world.query("SELECT ParentTerritory2.ParentTerritory2.Name FROM Territory2 WHERE Name = 'Bern'").await;
    assert_eq!(rows[0]["ParentTerritory2"]["ParentTerritory2"]["Name"], "EMEA");
}

#[tokio::test]
async fn thousands_of_accounts_are_placed_and_read_page_by_page() {
    let plan = Plan::start().await;
    let west = plan.territory("West", None).await;
    let mut made = 0;
    for chunk in 0..25 {
        let accounts =
            many(&plan.world, "Account", (0..200).map(|n| json!({ "Name": format!("Company {chunk}-{n}") }))).await;
        let ids = accounts.iter().map(|entry| entry["id"].as_str().unwrap());
        let placed = many(&plan.world, ASSOCIATION, ids.map(|id| placed(&west, id))).await;
        made += placed.iter().filter(|entry| entry["success"] == true).count();
    }
    assert_eq!(made, 5_000);
    let mut page = plan
        .world
        .soql(&format!(
            "SELECT Id, ObjectId FROM {ASSOCIATION} WHERE Territory2.Territory2ModelId = '{}' ORDER BY Id",
            plan.model
        ))
        .await
        .body;
    let mut rows = page["records"].as_array().unwrap().len();
    while page["done"] == false {
        page = plan.world.get(page["nextRecordsUrl"].as_str().unwrap()).await;
        rows += page["records"].as_array().unwrap().len();
    }
    assert_eq!(rows, 5_000);
    let described = plan.world.get(&format!("sobjects/{ASSOCIATION}/describe")).await;
    let field =
        |name: &str| described["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).cloned();
    assert_eq!(described["updateable"], false);
    assert_eq!(field("AssociationCause").unwrap()["updateable"], false);
    assert!(field("CreatedDate").is_none() && field("IsDeleted").is_some());
}
