//! What a case begins with: a deal, its company, and the tasks that it has.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_domain::events::OpportunitySaved;
use revloops_domain::{AccountId, CorrelationId, OpportunityId, OrganizationId, OwnerId, SalesforceId, UserId};
use revloops_loopkit::Decision;
use revloops_loopkit::ports::{
    Colleague, ConvertedLead, DayLoad, Deal, DealAccount, InTerritory, MilestoneTask, WrittenPlay,
};

use crate::config::PursueConfig;
use crate::inputs::{PursueFacts, PursueInput};
use crate::logic::{Fate, PursueVerdict, decide, given_as, key};

const DEAL_OWNER: u8 = 1;
const ACCOUNT_OWNER: u8 = 2;
/// Users of territory roles follow, in the order in which they are given.
const FIRST_IN_TERRITORY: u8 = 3;

/// A deal; what is left out is empty.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    /// The day on which it is looked at, at noon UTC; the day on which it was made where it is left out.
    pub on: Option<String>,
    /// The day on which it was made.
    pub created: String,
    /// The day on which it is expected to close.
    pub close: String,
    /// Stage; the first of the levers where it is left out.
    pub stage: Option<String>,
    /// Whether it is won or lost.
    pub closed: bool,
    /// Amount in whole units.
    pub amount: Option<i64>,
    /// Type, as in the CRM's picklist.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Where it came from.
    pub lead_source: Option<String>,
    /// ISO country code of the company.
    pub country: Option<String>,
    /// Its industry.
    pub industry: Option<String>,
    /// Its number of employees.
    pub employees: Option<u32>,
    /// The account's type.
    pub account_kind: Option<String>,
    /// Qualify's band of the lead that it was converted from.
    pub band: Option<String>,
    /// Roles in the account's territory that somebody has.
    pub territory_roles: Vec<String>,
    /// Whether whoever owns the deal has left.
    pub owner_has_left: bool,
    /// The play that it has, where that is not its first look.
    pub play: Option<GivenPlay>,
    /// How many milestones of other deals the deal's owner has on a day.
    pub busy: Vec<GivenLoad>,
}

/// A play that the deal has.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenPlay {
    /// Its id.
    pub id: String,
    /// The day from which its milestones count.
    pub started: String,
    /// Its tasks.
    pub tasks: Vec<GivenTask>,
}

/// A milestone's task.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenTask {
    /// The milestone's id.
    pub id: String,
    /// The day that we wrote.
    pub due: String,
    /// Another day that a person gave it.
    #[serde(default)]
    pub moved_to: Option<String>,
    /// Whether a person ticked it off.
    #[serde(default)]
    pub done: bool,
    /// Whether a person deleted it.
    #[serde(default)]
    pub deleted: bool,
}

/// What somebody has to do on a day.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenLoad {
    /// The day.
    pub on: String,
    /// How many.
    pub milestones: u32,
}

struct Built {
    input: PursueInput,
    facts: PursueFacts,
    at: Timestamp,
}

fn user(number: u8) -> Option<UserId> {
    UserId::parse(&format!("005xx{number:010}")).ok()
}

fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

fn noon(day: Date) -> Option<Timestamp> {
    Some(day.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

impl Given {
    /// What is decided about the deal on that day, by the loop's own logic.
    ///
    /// # Errors
    /// The name of the part that is none.
    pub fn decide(&self, config: &PursueConfig) -> Result<Decision<PursueVerdict>, &'static str> {
        let built = self.build(config)?;
        Ok(decide(config, &built.input, &built.facts, built.at))
    }

    /// Whose it is, in the words of cases.
    pub(super) fn owner_in_words(&self, fate: &Fate) -> String {
        let owner = match fate {
            Fate::Made { owner, .. } | Fate::Changed { owner, .. } | Fate::Reopened { owner, .. } => owner.clone(),
            Fate::Kept { .. }
            | Fate::Done { .. }
            | Fate::Dropped { .. }
            | Fate::Gone
            | Fate::NotMade { .. }
            | Fate::Deleted => None,
        };
        let named = [(DEAL_OWNER, "deal_owner".to_owned()), (ACCOUNT_OWNER, "account_owner".to_owned())];
        let roles = (FIRST_IN_TERRITORY..).zip(self.territory_roles.iter().cloned());
        let found = named.into_iter().chain(roles).find(|(number, _)| owner.is_some() && user(*number) == owner);
        found.map_or_else(|| "nobody".to_owned(), |(_, name)| name)
    }

    fn build(&self, config: &PursueConfig) -> Result<Built, &'static str> {
        let created = day(&self.created).and_then(noon).ok_or("created")?;
        let at = match &self.on {
            Some(on) => day(on).and_then(noon).ok_or("on")?,
            None => created,
        };
        let deal = self.deal(config, created)?;
        let loads = self.busy.iter().map(|load| {
            let owner_id = OwnerId::from(user(DEAL_OWNER)?);
            Some(DayLoad { owner_id, on: day(&load.on)?, tasks: load.milestones })
        });
        let loads = loads.collect::<Option<Vec<_>>>().ok_or("busy")?;
        let event = OpportunitySaved {
            event_id: "case".to_owned(),
            correlation_id: CorrelationId("case".to_owned()),
            organization_id: OrganizationId::parse("00Dxx0000001gPLEAY").map_err(|_| "organisation")?,
            opportunity_id: deal.id.clone(),
            trigger: "saved-case".to_owned(),
            occurred_at: at,
            received_at: at,
            lead_id: None,
            redriven: false,
        };
        let facts = PursueFacts { deal: Some(deal), loads, prior: Vec::new() };
        Ok(Built { input: PursueInput { event }, facts, at })
    }

    fn deal(&self, config: &PursueConfig, created_at: Timestamp) -> Result<Deal, &'static str> {
        let colleague = |number: u8, active: bool| user(number).map(|id| Colleague { id, active }).ok_or("user");
        let roles = (FIRST_IN_TERRITORY..).zip(&self.territory_roles);
        let territory: Result<Vec<InTerritory>, &'static str> = roles
            .map(|(number, role)| Ok(InTerritory { role: role.clone(), user: colleague(number, true)? }))
            .collect();
        let lead_id = SalesforceId::parse("00Qxx0000000001").map_err(|_| "lead")?;
        let mut deal = Deal {
            id: OpportunityId::parse("006xx0000000001").map_err(|_| "deal")?,
            stage: self.stage.clone().or_else(|| config.stages.first().cloned()).unwrap_or_default(),
            stage_since: None,
            close_on: day(&self.close).ok_or("close")?,
            created_at,
            amount: self.amount,
            kind: self.kind.clone(),
            lead_source: self.lead_source.clone(),
            closed: self.closed,
            won: false,
            owner: colleague(DEAL_OWNER, !self.owner_has_left)?,
            account: Some(DealAccount {
                id: AccountId::parse("001xx0000000001").map_err(|_| "account")?,
                name: "Northwind".to_owned(),
                country_code: self.country.clone(),
                industry: self.industry.clone(),
                employees: self.employees,
                kind: self.account_kind.clone(),
                owner: Some(colleague(ACCOUNT_OWNER, true)?),
            }),
            territory: territory?,
            lead: self.band.clone().map(|band| ConvertedLead { id: lead_id, band: Some(band), score: None }),
            contact_id: None,
            written: None,
            has_brief: false,
            tasks: Vec::new(),
        };
        if let Some(play) = &self.play {
            self.with_play(config, play, &mut deal)?;
        }
        Ok(deal)
    }

    fn with_play(&self, config: &PursueConfig, given: &GivenPlay, deal: &mut Deal) -> Result<(), &'static str> {
        let started_on = day(&given.started).ok_or("started")?;
        let country = self.country.as_deref();
        let known = config.play(&given.id);
        for task in given.tasks.iter().filter(|task| !task.deleted) {
            let written = day(&task.due).ok_or("due")?;
            let moved = task.moved_to.as_deref().map(|text| day(text).ok_or("moved_to")).transpose()?;
            let milestone = known.and_then(|play| play.milestones.iter().find(|one| one.id == task.id));
            let wanted = milestone.and_then(|one| one.due.day(config.region(country), started_on, written));
            deal.tasks.push(MilestoneTask {
                id: format!("task of {}", task.id),
                key: key(deal, &given.id, &task.id),
                status: if task.done { "Completed" } else { "Not Started" }.to_owned(),
                closed: task.done,
                completed_at: noon(written).filter(|_| task.done),
                owner_id: OwnerId::from(deal.owner.id.clone()),
                given_to: Some(OwnerId::from(deal.owner.id.clone())),
                due_on: Some(moved.unwrap_or(written)),
                written_due_on: Some(written),
                // As the play gave it at the time: what counts from the start is known, the former close date is not.
                play_day: wanted.filter(|day| *day == written).or(Some(written)),
                dropped: None,
            });
        }
        deal.written = Some(WrittenPlay {
            play: given.id.clone(),
            version: known.map(|play| play.version.clone()).unwrap_or_default(),
            started_on,
            given: given.tasks.iter().map(|task| given_as(&given.id, &task.id)).collect(),
        });
        Ok(())
    }
}
