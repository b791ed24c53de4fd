//! What people did, by the real client from the CRM's stand-in.

use revloops_domain::LeadId;
use revloops_loopkit::ports::{ActKind, Behaviour as _, Wanted};
use serde_json::{Value, json};

use crate::crm_standin::{CLIENT_ID, CLIENT_SECRET, CrmStandIn};

const ALL: Wanted = Wanted { campaigns: true, activities: true };

async fn create(stand_in: &CrmStandIn, token: &str, object: &str, fields: Value) -> anyhow::Result<String> {
    let url = format!("{}/services/data/v68.0/sobjects/{object}", stand_in.url());
    let answer = reqwest::Client::new().post(url).bearer_auth(token).json(&fields).send().await?;
    let body: Value = answer.json().await?;
    body["id"].as_str().map(str::to_owned).ok_or_else(|| anyhow::anyhow!("{body}"))
}

#[tokio::test]
async fn campaigns_and_completed_activities_are_read_with_what_the_levers_look_at() -> anyhow::Result<()> {
    let stand_in = CrmStandIn::start().await?;
    let form = [("grant_type", "client_credentials"), ("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
    let token: Value = reqwest::Client::new()
        .post(format!("{}/services/oauth2/token", stand_in.url()))
        .form(&form)
        .send()
        .await?
        .json()
        .await?;
    let token = token["access_token"].as_str().unwrap_or_default();
    let make = async |object: &str, fields: Value| create(&stand_in, token, object, fields).await;

    let lead = make("Lead", json!({"LastName": "Holm", "Company": "Northwind"})).await?;
    let other = make("Lead", json!({"LastName": "Ng", "Company": "Southwind"})).await?;
    for (kind, status, who) in
        [("Webinar", "Responded", &lead), ("Email", "Sent", &lead), ("Webinar", "Responded", &other)]
    {
        let campaign = make("Campaign", json!({"Name": kind, "Type": kind})).await?;
        make("CampaignMember", json!({"CampaignId": campaign, "LeadId": who, "Status": status})).await?;
    }
    for (subtype, status) in [("Call", "Completed"), ("Call", "Not Started")] {
        make("Task", json!({"WhoId": lead, "Subject": "Call", "TaskSubtype": subtype, "Status": status})).await?;
    }

    let client = stand_in.client()?;
    let id = LeadId::parse(&lead)?;
    let acts = client.acts(&id, ALL).await?;
    let campaign = |campaign_type: &str, status: &str, responded| ActKind::Campaign {
        campaign_type: Some(campaign_type.into()),
        status: Some(status.into()),
        responded,
    };
    assert_eq!(acts.len(), 3, "{acts:?}");
    for kind in [
        campaign("Webinar", "Responded", true),
        campaign("Email", "Sent", false),
        ActKind::Activity { subtype: Some("Call".into()) },
    ] {
        assert!(acts.iter().any(|act| act.kind == kind), "{kind:?} is not in {acts:?}");
    }
    assert!(acts.is_sorted_by_key(|act| act.at), "oldest first");
    let activities = client.acts(&id, Wanted { campaigns: false, activities: true }).await?;
    assert_eq!(activities.len(), 1);
    Ok(())
}
