//! How a person stands with us now: owner, opt-out, conversion, open deals, answers; one small query each.

use async_trait::async_trait;
use cirrus::soql;
use jiff::Timestamp;
use serde::Deserialize;

use revloops_domain::{AccountId, ErrorClass, OwnerId, SalesforceId};
use revloops_loopkit::ports::{CHUNK, Meetings, OurTask, Relation, Relations};
use revloops_loopkit::{Failure, Outcome};

use crate::client::Salesforce;
use crate::wire::time;

/// How the subject of an answer begins, in lower case, where mails are logged as activities.
const ANSWERS: [&str; 5] = ["re:", "aw:", "antw:", "sv:", "rv:"];
/// What logging puts in front of a mail's subject, in lower case.
const LOGGED: [&str; 2] = ["email:", "e-mail:"];
/// So many mails and meetings are looked at, the newest.
const ACTIVITIES: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PersonRow {
    owner_id: String,
    owner: Option<OwnerRow>,
    email: Option<String>,
    has_opted_out_of_email: bool,
    is_converted: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OwnerRow {
    username: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IdRow {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ActivityRow {
    subject: Option<String>,
    created_date: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MeetingRow {
    who_id: String,
    created_date: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TaskRow {
    id: String,
    owner_id: String,
    created_by_id: String,
    is_closed: bool,
}

/// Whether a logged mail's subject is that of an answer.
fn is_answer(subject: &str) -> bool {
    let lower = subject.trim().to_lowercase();
    let bare = LOGGED.iter().find_map(|prefix| lower.strip_prefix(prefix)).unwrap_or(&lower).trim_start();
    ANSWERS.iter().any(|prefix| bare.starts_with(prefix))
}

impl Salesforce {
    /// The first answer or meeting since then. The CRM keeps no direction of a mail that was logged as a task, so it is told
    /// by its subject; our own tasks are none.
    async fn answered(&self, person: &str, since: Timestamp) -> Outcome<Option<Timestamp>> {
        let since = since.strftime("%Y-%m-%dT%H:%M:%SZ");
        let mails = format!(
            "SELECT Subject, CreatedDate FROM Task WHERE WhoId = {person} AND TaskSubtype = 'Email' AND IsClosed = TRUE \
             AND RevLoops_Key__c = NULL AND CreatedDate >= {since} ORDER BY CreatedDate DESC LIMIT {ACTIVITIES}"
        );
        let meetings = format!(
            "SELECT Subject, CreatedDate FROM Event WHERE WhoId = {person} AND CreatedDate >= {since} \
             ORDER BY CreatedDate DESC LIMIT {ACTIVITIES}"
        );
        let mails = self.rows::<ActivityRow>("looking for answers", &mails).await?;
        let mails = mails.into_iter().filter(|mail| mail.subject.as_deref().is_some_and(is_answer));
        let meetings = self.rows::<ActivityRow>("looking for meetings", &meetings).await?;
        Ok(mails.chain(meetings).filter_map(|act| time(&act.created_date)).min())
    }
}

#[async_trait]
impl Meetings for Salesforce {
    async fn meetings(&self, people: &[SalesforceId], since: Timestamp) -> Outcome<Vec<(SalesforceId, Timestamp)>> {
        let since = since.strftime("%Y-%m-%dT%H:%M:%SZ");
        let mut found = Vec::new();
        for some in people.chunks(CHUNK) {
            let ids: Vec<String> = some.iter().map(|id| soql::quote(id.as_str()).to_string()).collect();
            let query = format!(
                "SELECT WhoId, CreatedDate FROM Event WHERE WhoId IN ({}) AND CreatedDate >= {since}",
                ids.join(", ")
            );
            let rows = self.rows::<MeetingRow>("looking for meetings", &query).await?;
            let read = |row: MeetingRow| Some((SalesforceId::parse(&row.who_id).ok()?, time(&row.created_date)?));
            found.extend(rows.into_iter().filter_map(read));
        }
        Ok(found)
    }
}

#[async_trait]
impl Relations for Salesforce {
    async fn standing(
        &self,
        person: &SalesforceId,
        account: Option<&AccountId>,
        since: Timestamp,
    ) -> Outcome<Option<Relation>> {
        let quoted = soql::quote(person.as_str());
        let query = match person.key_prefix() {
            "003" => format!(
                "SELECT OwnerId, Owner.Username, Email, HasOptedOutOfEmail FROM Contact WHERE Id = {quoted} LIMIT 1"
            ),
            _ => format!(
                "SELECT OwnerId, Owner.Username, Email, HasOptedOutOfEmail, IsConverted FROM Lead WHERE Id = {quoted} LIMIT 1"
            ),
        };
        let rows = self.rows::<PersonRow>("reading how a person stands", &query).await?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let open_opportunity = match account {
            Some(account) => {
                let account = soql::quote(account.as_str());
                let query =
                    format!("SELECT Id FROM Opportunity WHERE AccountId = {account} AND IsClosed = FALSE LIMIT 1");
                self.rows::<IdRow>("looking for open opportunities", &query).await?.into_iter().next().map(|row| row.id)
            }
            None => None,
        };
        let owner_id = OwnerId::parse(&row.owner_id).map_err(|_withheld| {
            Failure::new(ErrorClass::Rejected, format!("reading {person}: OwnerId cannot be read"))
        })?;
        Ok(Some(Relation {
            owner_id,
            owner_login: row.owner.and_then(|owner| owner.username).unwrap_or_default().to_lowercase(),
            email: row.email.map(|email| email.trim().to_lowercase()).filter(|email| !email.is_empty()),
            opted_out: row.has_opted_out_of_email,
            converted: row.is_converted.unwrap_or(false),
            open_opportunity,
            answered_at: self.answered(&quoted.to_string(), since).await?,
        }))
    }

    async fn our_task(&self, key: &str) -> Outcome<Option<OurTask>> {
        let query = format!(
            "SELECT Id, OwnerId, CreatedById, IsClosed FROM Task WHERE RevLoops_Key__c = {} LIMIT 1",
            soql::quote(key)
        );
        let rows = self.rows::<TaskRow>("looking for a task of ours", &query).await?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let owner_id = OwnerId::parse(&row.owner_id).map_err(|_withheld| {
            Failure::new(ErrorClass::Rejected, format!("reading task {}: OwnerId cannot be read", row.id))
        })?;
        Ok(Some(OurTask {
            nobodys: row.owner_id == row.created_by_id,
            id: row.id,
            key: key.to_owned(),
            owner_id,
            open: !row.is_closed,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::is_answer;

    #[test]
    fn an_answer_is_told_by_its_subject() {
        for subject in ["Re: A thought", "Email: RE: A thought", " AW: Ein Gedanke"] {
            assert!(is_answer(subject), "{subject}");
        }
        for subject in ["A thought", "Email: A thought", "Reminder", "Research: notes"] {
            assert!(!is_answer(subject), "{subject}");
        }
    }
}
