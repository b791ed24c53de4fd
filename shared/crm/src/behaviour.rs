//! What people did: the lead's memberships of campaigns and its completed activities.

use async_trait::async_trait;
use cirrus::soql;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use revloops_domain::{ErrorClass, LeadId};
use revloops_loopkit::ports::{Act, ActKind, Behaviour, Wanted};
use revloops_loopkit::{Failure, Outcome};

use crate::client::Salesforce;
use crate::wire::time;

/// The newest so many of each kind: older ones have faded away.
const AT_MOST: usize = 200;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MemberRow {
    id: String,
    campaign: Option<CampaignRow>,
    status: Option<String>,
    has_responded: bool,
    first_responded_date: Option<Date>,
    created_date: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CampaignRow {
    #[serde(rename = "Type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TaskRow {
    id: String,
    task_subtype: Option<String>,
    completed_date_time: Option<String>,
    last_modified_date: String,
}

#[async_trait]
impl Behaviour for Salesforce {
    async fn acts(&self, lead: &LeadId, wanted: Wanted) -> Outcome<Vec<Act>> {
        let mut acts = Vec::new();
        if wanted.campaigns {
            let query = format!(
                "SELECT Id, Campaign.Type, Status, HasResponded, FirstRespondedDate, CreatedDate FROM CampaignMember \
                 WHERE LeadId = {} ORDER BY CreatedDate DESC, Id DESC LIMIT {AT_MOST}",
                soql::quote(lead.as_str())
            );
            for row in self.rows::<MemberRow>("reading a lead's campaigns", &query).await? {
                acts.push(member(row)?);
            }
        }
        if wanted.activities {
            let query = format!(
                "SELECT Id, TaskSubtype, CompletedDateTime, LastModifiedDate FROM Task \
                 WHERE WhoId = {} AND IsClosed = true ORDER BY LastModifiedDate DESC, Id DESC LIMIT {AT_MOST}",
                soql::quote(lead.as_str())
            );
            for row in self.rows::<TaskRow>("reading a lead's activities", &query).await? {
                let done = row.completed_date_time.unwrap_or(row.last_modified_date);
                let kind = ActKind::Activity { subtype: row.task_subtype };
                acts.push(Act { at: moment(&done, "a task")?, id: row.id, kind });
            }
        }
        acts.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        Ok(acts)
    }
}

/// When somebody first responded the CRM keeps as a day, without a time.
fn member(row: MemberRow) -> Outcome<Act> {
    let at = match row.first_responded_date.and_then(|day| day.to_zoned(TimeZone::UTC).ok()) {
        Some(start) => start.timestamp(),
        None => moment(&row.created_date, "a campaign member")?,
    };
    let campaign_type = row.campaign.and_then(|campaign| campaign.kind);
    let kind = ActKind::Campaign { campaign_type, status: row.status, responded: row.has_responded };
    Ok(Act { id: row.id, kind, at })
}

fn moment(text: &str, whose: &str) -> Outcome<Timestamp> {
    time(text).ok_or_else(|| Failure::new(ErrorClass::Rejected, format!("reading the time of {whose}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(json: &str) -> Act {
        member(serde_json::from_str(json).unwrap()).unwrap()
    }

    #[test]
    fn a_response_is_as_old_as_its_first_day_and_who_did_not_respond_as_their_membership() {
        let responded = act(
            r#"{"attributes": {"type": "CampaignMember"}, "Id": "00vxx0000000001AAA", "Campaign": {"attributes": {"type": "Campaign"},
                "Type": "Webinar"}, "Status": "Responded", "HasResponded": true, "FirstRespondedDate": "2026-10-01",
                "CreatedDate": "2026-09-12T06:45:10.000+0000"}"#,
        );
        assert_eq!(responded.at, "2026-10-01T00:00:00Z".parse().unwrap());
        let kind = ActKind::Campaign {
            campaign_type: Some("Webinar".into()),
            status: Some("Responded".into()),
            responded: true,
        };
        assert_eq!(responded.kind, kind);
        let sent = act(r#"{"Id": "00vxx0000000001AAA", "Campaign": null, "Status": null, "HasResponded": false,
                "FirstRespondedDate": null, "CreatedDate": "2026-09-12T06:45:10.000+0000"}"#);
        assert_eq!(sent.at, "2026-09-12T06:45:10Z".parse().unwrap());
        assert_eq!(sent.kind, ActKind::Campaign { campaign_type: None, status: None, responded: false });
    }

    #[test]
    fn a_time_that_is_none_is_told_without_its_value() {
        let failure = moment("yesterday", "a task").unwrap_err();
        assert_eq!(
            (failure.class(), failure.to_string().as_str()),
            (ErrorClass::Rejected, "reading the time of a task")
        );
    }
}
