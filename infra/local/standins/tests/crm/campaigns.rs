use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn a_members_response_is_kept_with_its_first_day_and_found_through_the_campaigns_type() {
    let world = World::start().await;
    let campaign = world.create("Campaign", json!({ "Name": "Autumn webinar", "Type": "Webinar" })).await;
    let lead = world.lead("Northwind").await;
    let member = world.create("CampaignMember", json!({ "CampaignId": campaign, "LeadId": lead })).await;
    let query = format!(
        "SELECT Id, Campaign.Type, Status, HasResponded, FirstRespondedDate, CreatedDate FROM CampaignMember WHERE LeadId = '{lead}' ORDER BY CreatedDate DESC, Id DESC LIMIT 200"
    );
    let row = world.query(&query).await.remove(0);
    assert_eq!((&row["Status"], &row["HasResponded"]), (&json!("Sent"), &json!(false)));
    assert_eq!((&row["FirstRespondedDate"], &row["Campaign"]["Type"]), (&Value::Null, &json!("Webinar")));

    for status in ["Responded", "Sent"] {
        let answer =
            world.call("PATCH", &format!("sobjects/CampaignMember/{member}"), json!({ "Status": status })).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
        let row = world.query(&query).await.remove(0);
        assert_eq!(row["HasResponded"], json!(status == "Responded"), "{status}");
        assert_eq!(row["FirstRespondedDate"].as_str().map(str::len), Some(10), "the first day stays: {row}");
    }
}

#[tokio::test]
async fn nobody_is_a_member_twice_and_a_member_is_one_lead_or_contact() {
    let world = World::start().await;
    let campaign = world.create("Campaign", json!({ "Name": "Autumn fair", "Type": "Trade Show" })).await;
    let lead = world.lead("Northwind").await;
    let member = json!({ "CampaignId": campaign, "LeadId": lead });
    world.create("CampaignMember", member.clone()).await;
    let again = world.call("POST", "sobjects/CampaignMember", member).await;
    assert_eq!((again.status, again.code()), (400, "DUPLICATE_VALUE"));
    let nobody = world.call("POST", "sobjects/CampaignMember", json!({ "CampaignId": campaign })).await;
    assert_eq!((nobody.status, nobody.code()), (400, "FIELD_INTEGRITY_EXCEPTION"));
    let typed = world.call("PATCH", &format!("sobjects/Campaign/{campaign}"), json!({ "Type": "Webinar" })).await;
    assert_eq!(typed.status, 204);
}

#[tokio::test]
async fn a_response_is_the_systems_to_say() {
    let world = World::start().await;
    let campaign = world.create("Campaign", json!({ "Name": "Letter" })).await;
    let lead = world.lead("Northwind").await;
    let member = json!({ "CampaignId": campaign, "LeadId": lead, "HasResponded": true });
    let refused = world.call("POST", "sobjects/CampaignMember", member).await;
    assert_eq!(refused.code(), "INVALID_FIELD_FOR_INSERT_UPDATE");
}
