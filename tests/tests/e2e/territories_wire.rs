//! Territories, by the real client in the CRM's stand-in: made, read, changed and taken down.

use std::collections::BTreeSet;

use revloops_crm::Salesforce;
use revloops_domain::{AccountId, ErrorClass};
use revloops_loopkit::Failure;
use revloops_loopkit::ports::{
    AssociationCause, CHUNK, Collections as _, CrmReader as _, CrmTerritory, Making as _, RecordWrite, Territories as _,
};
use serde_json::{Map, Value, json};

use crate::crm_standin::CrmStandIn;

fn fields(record: Value) -> Map<String, Value> {
    record.as_object().unwrap().clone()
}

async fn create(client: &Salesforce, object: &str, records: Vec<Value>) -> anyhow::Result<Vec<String>> {
    let records: Vec<Map<String, Value>> = records.into_iter().map(fields).collect();
    let mut ids = Vec::new();
    for chunk in records.chunks(CHUNK) {
        ids.extend(client.create(object, chunk).await?.into_iter().collect::<Result<Vec<_>, _>>()?);
    }
    Ok(ids)
}

/// EMEA with DACH in it.
async fn two_territories(client: &Salesforce) -> anyhow::Result<(String, String, String)> {
    let model = client.active_model().await?.expect("the stand-in has an active model").id;
    let types = client.territory_types().await?;
    let (_, kind) = types.iter().find(|(name, _)| name == "Geography").expect("the type of the first day");
    let territory = |name: &str, parent: Option<&str>| {
        vec![json!({
            "Name": name, "DeveloperName": name, "RevLoops_Id__c": name.to_lowercase(), "Territory2ModelId": model,
            "Territory2TypeId": kind, "ParentTerritory2Id": parent,
        })]
    };
    let top = create(client, "Territory2", territory("EMEA", None)).await?.remove(0);
    let low = create(client, "Territory2", territory("DACH", Some(&top))).await?.remove(0);
    Ok((model, top, low))
}

#[tokio::test]
async fn territories_with_their_users_and_accounts_are_read_as_they_were_made() -> anyhow::Result<()> {
    let stand_in = CrmStandIn::start().await?;
    let client = stand_in.client()?;
    let (model, top, low) = two_territories(&client).await?;
    let read = client.territories(&model).await?;
    let expected = |id: &str, name: &str, parent: Option<&String>| CrmTerritory {
        id: id.to_owned(),
        name: name.to_owned(),
        developer_name: name.to_owned(),
        parent_id: parent.cloned(),
        revloops_id: Some(name.to_lowercase()),
        description: None,
    };
    assert_eq!(read, [expected(&top, "EMEA", None), expected(&low, "DACH", Some(&top))]);

    let accounts: Vec<Value> = (0..450).map(|nth| json!({ "Name": format!("Company {nth}") })).collect();
    let accounts = create(&client, "Account", accounts).await?;
    let cause = "Territory2Manual";
    let place = |id: &String| json!({ "Territory2Id": low, "ObjectId": id, "AssociationCause": cause });
    let placed = create(&client, "ObjectTerritory2Association", accounts.iter().map(place).collect()).await?;
    let read = client.territory_accounts(&model).await?;
    assert!(read.iter().all(|one| one.territory_id == low && one.cause == AssociationCause::Manual));
    let ids = |texts: &[String]| texts.iter().cloned().collect::<BTreeSet<_>>();
    assert_eq!(read.iter().map(|one| one.id.clone()).collect::<BTreeSet<_>>(), ids(&placed));
    assert_eq!(read.iter().map(|one| one.account_id.to_string()).collect::<BTreeSet<_>>(), ids(&accounts));

    let user = client.fields("Territory2", &low, &["LastModifiedById"]).await?.unwrap()["LastModifiedById"].clone();
    let member = json!({ "Territory2Id": low, "UserId": user, "RoleInTerritory2": "Owner" });
    let member = create(&client, "UserTerritory2Association", vec![member]).await?.remove(0);
    let users = client.territory_users(&model).await?;
    assert_eq!((users.len(), users[0].id.as_str(), users[0].role.as_deref()), (1, member.as_str(), Some("Owner")));

    let deal = |account: &String, stage: &str| json!({ "Name": "Deal", "AccountId": account, "StageName": stage, "CloseDate": "2027-01-31" });
    let deals = [(0, "Prospecting"), (0, "Qualification"), (0, "Closed Won"), (1, "Closed Lost"), (2, "Prospecting")];
    let deals = deals.iter().map(|(account, stage)| deal(&accounts[*account], stage)).collect();
    create(&client, "Opportunity", deals).await?;
    let open = |placed: &[revloops_loopkit::ports::PlacedAccount]| {
        placed.iter().map(|one| (one.account.id.to_string(), one.open_opportunities)).collect::<BTreeSet<_>>()
    };
    let all = client.placed_accounts(None).await?;
    assert_eq!(all.len(), 450);
    assert_eq!(all.iter().map(|one| one.open_opportunities).sum::<u32>(), 3);
    let gone = AccountId::parse("001xx000000zzzz")?;
    let wanted = [AccountId::parse(&accounts[1])?, gone, AccountId::parse(&accounts[0])?];
    let some = client.placed_accounts(Some(&wanted)).await?;
    assert_eq!(open(&some), BTreeSet::from([(accounts[0].clone(), 2), (accounts[1].clone(), 0)]));
    assert!(open(&some).is_subset(&open(&all)), "the same, whichever way they are read");
    Ok(())
}

#[tokio::test]
async fn a_territory_is_renamed_moved_and_taken_down_and_each_refusal_is_its_own() -> anyhow::Result<()> {
    let stand_in = CrmStandIn::start().await?;
    let client = stand_in.client()?;
    let (model, top, low) = two_territories(&client).await?;
    let moved = RecordWrite { id: &low, fields: fields(json!({ "Name": "Central", "ParentTerritory2Id": null })) };
    let circle = RecordWrite { id: &top, fields: fields(json!({ "ParentTerritory2Id": top })) };
    let written = client.write("Territory2", &[moved, circle]).await?;
    assert!(written[0].is_ok());
    let words = written[1].as_ref().unwrap_err().to_string();
    assert!(words.ends_with("the CRM answered CIRCULAR_DEPENDENCY for ParentTerritory2Id"), "{words}");
    let central = client.territories(&model).await?.remove(1);
    assert_eq!((central.name.as_str(), central.developer_name.as_str(), central.parent_id), ("Central", "DACH", None));

    let account = create(&client, "Account", vec![json!({ "Name": "Northwind" })]).await?.remove(0);
    let place = fields(json!({ "Territory2Id": low, "ObjectId": account, "AssociationCause": "Territory2Manual" }));
    let twice = client.create("ObjectTerritory2Association", &[place.clone(), place]).await?;
    let association = twice[0].as_ref().unwrap().clone();
    assert_eq!(twice[1].as_ref().unwrap_err().class(), ErrorClass::Transient, "there already: a look will tell");

    let class = |result: &Result<(), Failure>| result.as_ref().err().map(Failure::class);
    let gone = client.delete(&[association.as_str(), low.as_str(), low.as_str()]).await?;
    assert_eq!(gone.iter().map(class).collect::<Vec<_>>(), [None, None, Some(ErrorClass::Rejected)]);
    assert_eq!(client.territories(&model).await?.len(), 1);
    assert!(client.territory_accounts(&model).await?.is_empty());
    Ok(())
}
