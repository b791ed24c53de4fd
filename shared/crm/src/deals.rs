//! Deals with what we wrote on them, and their milestones' tasks.

use async_trait::async_trait;
use cirrus::soql;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use revloops_domain::{AccountId, ErrorClass, OpportunityId, OwnerId, SalesforceId, UserId};
use revloops_loopkit::ports::{
    Colleague, ConvertedLead, DayLoad, Deal, DealAccount, Deals, DueMilestone, InTerritory, MilestoneTask, WrittenPlay,
};
use revloops_loopkit::{Failure, Outcome};

use crate::client::Salesforce;
use crate::directory::literals;
use crate::wire::{country, time};

/// Ids to a query, which travels in the URL.
const IDS_PER_QUERY: usize = 200;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DealRow {
    stage_name: String,
    last_stage_change_date: Option<String>,
    close_date: Date,
    created_date: String,
    amount: Option<f64>,
    #[serde(rename = "Type")]
    kind: Option<String>,
    lead_source: Option<String>,
    is_closed: bool,
    is_won: bool,
    owner_id: String,
    owner: Option<ActiveRow>,
    contact_id: Option<String>,
    account_id: Option<String>,
    account: Option<AccountRow>,
    #[serde(rename = "RevLoops_Play__c")]
    play: Option<String>,
    #[serde(rename = "RevLoops_Play_Version__c")]
    play_version: Option<String>,
    #[serde(rename = "RevLoops_Play_Started_On__c")]
    play_started_on: Option<Date>,
    #[serde(rename = "RevLoops_Milestones__c")]
    milestones: Option<String>,
    #[serde(rename = "RevLoops_Brief__c")]
    brief: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ActiveRow {
    is_active: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountRow {
    name: String,
    billing_country_code: Option<String>,
    industry: Option<String>,
    number_of_employees: Option<i64>,
    #[serde(rename = "Type")]
    kind: Option<String>,
    owner_id: Option<String>,
    owner: Option<ActiveRow>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LeadRow {
    id: String,
    #[serde(rename = "RevLoops_Band__c")]
    band: Option<String>,
    #[serde(rename = "RevLoops_Score__c")]
    score: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MemberRow {
    user_id: String,
    user: Option<ActiveRow>,
    role_in_territory2: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TaskRow {
    id: String,
    status: Option<String>,
    is_closed: bool,
    completed_date_time: Option<String>,
    owner_id: String,
    activity_date: Option<Date>,
    #[serde(rename = "RevLoops_Key__c")]
    key: String,
    #[serde(rename = "RevLoops_Given_To__c")]
    given_to: Option<String>,
    #[serde(rename = "RevLoops_Due__c")]
    written_due_on: Option<Date>,
    #[serde(rename = "RevLoops_Play_Day__c")]
    play_day: Option<Date>,
    #[serde(rename = "RevLoops_Dropped__c")]
    dropped: Option<String>,
}

#[derive(Deserialize)]
struct LoadRow {
    #[serde(rename = "OwnerId")]
    owner_id: String,
    #[serde(rename = "ActivityDate")]
    on: Date,
    tasks: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DueRow {
    id: String,
    what_id: String,
    owner_id: String,
    activity_date: Date,
    #[serde(rename = "RevLoops_Key__c")]
    key: String,
    #[serde(rename = "RevLoops_Missed__c")]
    missed_on: Option<Date>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WhereRow {
    id: String,
    account: Option<CountryRow>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CountryRow {
    billing_country_code: Option<String>,
}

#[async_trait]
impl Deals for Salesforce {
    async fn deal(&self, id: &OpportunityId, with_territory: bool) -> Outcome<Option<Deal>> {
        let quoted = soql::quote(id.as_str());
        let query = format!(
            "SELECT StageName, LastStageChangeDate, CloseDate, CreatedDate, Amount, Type, LeadSource, IsClosed, IsWon, OwnerId, \
             Owner.IsActive, ContactId, AccountId, Account.Name, Account.BillingCountryCode, Account.Industry, \
             Account.NumberOfEmployees, Account.Type, Account.OwnerId, Account.Owner.IsActive, RevLoops_Play__c, \
             RevLoops_Play_Version__c, RevLoops_Play_Started_On__c, RevLoops_Milestones__c, RevLoops_Brief__c \
             FROM Opportunity WHERE Id = {quoted}"
        );
        let Some(row) = self.rows::<DealRow>("reading a deal", &query).await?.into_iter().next() else {
            return Ok(None);
        };
        let key = soql::quote(&format!("opportunity/{id}/pursue/%"));
        let query = format!(
            "SELECT Id, Status, IsClosed, CompletedDateTime, OwnerId, ActivityDate, RevLoops_Key__c, RevLoops_Given_To__c, \
             RevLoops_Due__c, RevLoops_Play_Day__c, RevLoops_Dropped__c FROM Task WHERE RevLoops_Key__c LIKE {key} \
             ORDER BY RevLoops_Key__c ASC"
        );
        let tasks = self.rows::<TaskRow>("reading a deal's milestones", &query).await?;
        let query = format!(
            "SELECT Id, RevLoops_Band__c, RevLoops_Score__c FROM Lead WHERE ConvertedOpportunityId = {quoted} \
             ORDER BY Id ASC LIMIT 1"
        );
        let lead = self.rows::<LeadRow>("looking for a deal's lead", &query).await?.into_iter().next();
        let members = match (&row.account_id, with_territory) {
            (Some(account), true) => self.members(account).await?,
            (Some(_) | None, _) => Vec::new(),
        };
        deal(id, row, tasks, lead, members).map(Some)
    }

    async fn day_loads(&self, owners: &[UserId], from: Date, but: &OpportunityId) -> Outcome<Vec<DayLoad>> {
        let mut loads = Vec::new();
        let ids: Vec<String> = owners.iter().map(ToString::to_string).collect();
        for some in ids.chunks(IDS_PER_QUERY) {
            let query = format!(
                "SELECT OwnerId, ActivityDate, COUNT(Id) tasks FROM Task WHERE OwnerId IN ({}) AND IsClosed = FALSE \
                 AND ActivityDate >= {from} AND RevLoops_Play_Day__c != NULL AND WhatId != {} GROUP BY OwnerId, ActivityDate",
                literals(some),
                soql::quote(but.as_str())
            );
            for row in self.rows::<LoadRow>("counting milestones by day", &query).await? {
                let owner_id = OwnerId::parse(&row.owner_id).map_err(|_withheld| odd("Task", "OwnerId"))?;
                loads.push(DayLoad { owner_id, on: row.on, tasks: row.tasks });
            }
        }
        loads.sort_by(|one, other| (&one.owner_id, one.on).cmp(&(&other.owner_id, other.on)));
        Ok(loads)
    }

    async fn due_milestones(
        &self,
        until: Date,
        after: Option<&DueMilestone>,
        at_most: usize,
    ) -> Outcome<Vec<DueMilestone>> {
        let after = after.map_or_else(String::new, |after| {
            let (due_on, id) = (after.due_on, soql::quote(&after.task_id));
            format!("AND (ActivityDate > {due_on} OR (ActivityDate = {due_on} AND Id > {id})) ")
        });
        let query = format!(
            "SELECT Id, WhatId, OwnerId, ActivityDate, RevLoops_Key__c, RevLoops_Missed__c FROM Task WHERE IsClosed = FALSE \
             AND RevLoops_Play_Day__c != NULL AND WhatId != NULL AND ActivityDate <= {until} {after}\
             ORDER BY ActivityDate ASC, Id ASC LIMIT {at_most}"
        );
        let rows = self.rows::<DueRow>("looking for due milestones", &query).await?;
        let mut deals: Vec<String> = rows.iter().map(|row| row.what_id.clone()).collect();
        deals.sort();
        deals.dedup();
        let mut countries = std::collections::BTreeMap::new();
        for some in deals.chunks(IDS_PER_QUERY) {
            let query =
                format!("SELECT Id, Account.BillingCountryCode FROM Opportunity WHERE Id IN ({})", literals(some));
            for row in self.rows::<WhereRow>("reading where deals are", &query).await? {
                let code = row.account.and_then(|account| account.billing_country_code);
                countries.insert(row.id, code.as_deref().and_then(country));
            }
        }
        rows.into_iter()
            .map(|row| {
                Ok(DueMilestone {
                    opportunity_id: OpportunityId::parse(&row.what_id).map_err(|_withheld| odd("Task", "WhatId"))?,
                    country_code: countries.get(&row.what_id).cloned().flatten(),
                    task_id: row.id,
                    key: row.key,
                    owner_id: OwnerId::parse(&row.owner_id).map_err(|_withheld| odd("Task", "OwnerId"))?,
                    due_on: row.activity_date,
                    missed_on: row.missed_on,
                })
            })
            .collect()
    }
}

impl Salesforce {
    async fn members(&self, account: &str) -> Outcome<Vec<MemberRow>> {
        let query = format!(
            "SELECT UserId, User.IsActive, RoleInTerritory2 FROM UserTerritory2Association WHERE RoleInTerritory2 != NULL \
             AND Territory2Id IN (SELECT Territory2Id FROM ObjectTerritory2Association WHERE ObjectId = {}) \
             ORDER BY RoleInTerritory2 ASC, UserId ASC",
            soql::quote(account)
        );
        self.rows("looking for people of an account's territories", &query).await
    }
}

fn odd(object: &str, field: &str) -> Failure {
    Failure::new(ErrorClass::Rejected, format!("reading a deal: {object}.{field} cannot be read"))
}

fn moment(object: &str, field: &str, text: &str) -> Outcome<Timestamp> {
    time(text).ok_or_else(|| odd(object, field))
}

fn colleague(field: &str, id: &str, row: Option<&ActiveRow>) -> Outcome<Colleague> {
    let id = UserId::parse(id).map_err(|_withheld| odd("Opportunity", field))?;
    Ok(Colleague { id, active: row.is_some_and(|row| row.is_active) })
}

fn deal(
    id: &OpportunityId,
    row: DealRow,
    tasks: Vec<TaskRow>,
    lead: Option<LeadRow>,
    members: Vec<MemberRow>,
) -> Outcome<Deal> {
    let lines = |text: String| text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let written = match (row.play, row.play_started_on) {
        (Some(play), Some(started_on)) => Some(WrittenPlay {
            play,
            version: row.play_version.unwrap_or_default(),
            started_on,
            given: row.milestones.map(lines).unwrap_or_default(),
        }),
        (Some(_) | None, _) => None,
    };
    let territory = members.into_iter().filter_map(|member| {
        let role = member.role_in_territory2?;
        Some(colleague("UserId", &member.user_id, member.user.as_ref()).map(|user| InTerritory { role, user }))
    });
    let lead = lead.map(|lead| {
        let id = SalesforceId::parse(&lead.id).map_err(|_withheld| odd("Lead", "Id"))?;
        Ok(ConvertedLead { id, band: lead.band, score: lead.score.map(whole) })
    });
    let contact = row.contact_id.as_deref().map(SalesforceId::parse).transpose();
    Ok(Deal {
        id: id.clone(),
        stage: row.stage_name,
        stage_since: row
            .last_stage_change_date
            .map(|at| moment("Opportunity", "LastStageChangeDate", &at))
            .transpose()?,
        close_on: row.close_date,
        created_at: moment("Opportunity", "CreatedDate", &row.created_date)?,
        amount: row.amount.map(whole),
        kind: row.kind,
        lead_source: row.lead_source,
        closed: row.is_closed,
        won: row.is_won,
        owner: colleague("OwnerId", &row.owner_id, row.owner.as_ref())?,
        account: row.account_id.zip(row.account).map(|(id, account)| account_of(&id, account)).transpose()?,
        territory: territory.collect::<Outcome<_>>()?,
        lead: lead.transpose()?,
        contact_id: contact.map_err(|_withheld| odd("Opportunity", "ContactId"))?,
        written,
        has_brief: row.brief.is_some_and(|brief| !brief.trim().is_empty()),
        tasks: tasks.into_iter().map(task).collect::<Outcome<_>>()?,
    })
}

fn account_of(id: &str, row: AccountRow) -> Outcome<DealAccount> {
    let owner = row.owner_id.as_deref().map(|id| colleague("Account.OwnerId", id, row.owner.as_ref())).transpose()?;
    Ok(DealAccount {
        id: AccountId::parse(id).map_err(|_withheld| odd("Opportunity", "AccountId"))?,
        name: row.name,
        country_code: row.billing_country_code.as_deref().and_then(country),
        industry: row.industry,
        employees: row.number_of_employees.and_then(|number| u32::try_from(number).ok()),
        kind: row.kind,
        owner,
    })
}

fn task(row: TaskRow) -> Outcome<MilestoneTask> {
    let owner = |field: &str, id: &str| OwnerId::parse(id).map_err(|_withheld| odd("Task", field));
    Ok(MilestoneTask {
        id: row.id,
        key: row.key,
        status: row.status.unwrap_or_default(),
        closed: row.is_closed,
        completed_at: row.completed_date_time.map(|at| moment("Task", "CompletedDateTime", &at)).transpose()?,
        owner_id: owner("OwnerId", &row.owner_id)?,
        given_to: row.given_to.map(|id| owner("RevLoops_Given_To__c", &id)).transpose()?,
        due_on: row.activity_date,
        written_due_on: row.written_due_on,
        play_day: row.play_day,
        dropped: row.dropped,
    })
}

/// Whole units: what stands behind the point decides about no play.
#[expect(clippy::cast_possible_truncation, reason = "amounts of deals are far below 2^53")]
fn whole(number: f64) -> i64 {
    number.trunc() as i64
}
