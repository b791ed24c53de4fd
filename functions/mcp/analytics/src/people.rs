//! Whose records somebody answers for: asked in the CRM, in their own session.
//!
//! | who | sees |
//! |---|---|
//! | operations, administrators | everything |
//! | managers | their own, and those of everybody below them: by manager, by role, or by territory |
//! | reps | their own |
//!
//! Below by manager: whose `ManagerId` leads up to them. By role: whose role in the CRM stands below theirs. By territory: who is placed in a
//! territory below one of theirs. What a queue owns is its members'. Of what the CRM does not show somebody (or does not have, as territories),
//! nothing follows: they see less, never more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use revloops_crm::personal::PersonalError;
use revloops_crm::{Personal, PersonalClient};
use revloops_domain::ErrorClass;
use revloops_identity::{CrmSessions, Principal, Role};
use revloops_loopkit::{Failure, Outcome};
use revloops_query::Visibility;
use serde_json::{Map, Value};

/// The most records of one kind that are read.
const MOST: usize = 50_000;
/// How long the company's shape is taken to stay as it was.
const KEPT: SignedDuration = SignedDuration::from_secs(60);
/// The most people whose view is kept.
const MOST_KEPT: usize = 1_000;

/// What somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Whose rows.
    pub visibility: Visibility,
    /// How many people are below them.
    pub below: usize,
    /// How many queues they, or those below, are members of.
    pub queues: usize,
}

impl View {
    /// Of somebody who sees everything.
    #[must_use]
    pub const fn of_everything() -> Self {
        Self { visibility: Visibility::All, below: 0, queues: 0 }
    }

    /// For the person.
    #[must_use]
    pub fn in_words(&self) -> String {
        if self.visibility == Visibility::All {
            return "everything".to_owned();
        }
        let queues = match self.queues {
            0 => String::new(),
            1 => ", and those of one queue".to_owned(),
            more => format!(", and those of {more} queues"),
        };
        match self.below {
            0 => format!("your own records{queues}"),
            1 => format!("your own records, those of one person below you{queues}"),
            more => format!("your own records, those of {more} people below you{queues}"),
        }
    }
}

/// Who sees whose rows.
#[async_trait]
pub trait Views: Send + Sync {
    /// What this person sees at this time.
    ///
    /// # Errors
    /// `Rejected` where they have to log in again.
    async fn of(&self, principal: &Principal, at: Timestamp) -> Outcome<View>;
}

/// A company's shape, as one person sees it in the CRM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Company {
    /// User → manager.
    pub managers: BTreeMap<String, String>,
    /// User → role.
    pub roles: BTreeMap<String, String>,
    /// Role → the one above.
    pub roles_above: BTreeMap<String, String>,
    /// Territory → the one above.
    pub territories_above: BTreeMap<String, String>,
    /// User and territory.
    pub places: BTreeSet<(String, String)>,
    /// Queue and member.
    pub queues: BTreeSet<(String, String)>,
}

impl Company {
    /// Whose rows `user` sees, by what they are.
    #[must_use]
    pub fn view(&self, user: &str, role: Role) -> View {
        if role >= Role::Operations {
            return View::of_everything();
        }
        let below = if role >= Role::Manager { self.below(user) } else { BTreeSet::new() };
        let mut owners: BTreeSet<String> = below.iter().map(|one| (*one).to_owned()).collect();
        owners.insert(user.to_owned());
        let queues: BTreeSet<String> =
            self.queues.iter().filter(|(_, member)| owners.contains(member)).map(|(queue, _)| queue.clone()).collect();
        let (below, count) = (below.len(), queues.len());
        owners.extend(queues);
        View { visibility: Visibility::Owners(owners), below, queues: count }
    }

    /// Everybody below, without themselves.
    fn below(&self, user: &str) -> BTreeSet<&str> {
        let mut below: BTreeSet<&str> =
            self.managers.keys().map(String::as_str).filter(|one| stands_below(&self.managers, one, user)).collect();
        if let Some(role) = self.roles.get(user) {
            let lower = self.roles.iter().filter(|(_, other)| stands_below(&self.roles_above, other, role));
            below.extend(lower.map(|(one, _)| one.as_str()));
        }
        let mine: BTreeSet<&str> =
            self.places.iter().filter(|(one, _)| one == user).map(|(_, territory)| territory.as_str()).collect();
        let lower = self
            .places
            .iter()
            .filter(|(_, territory)| mine.iter().any(|top| stands_below(&self.territories_above, territory, top)));
        below.extend(lower.map(|(one, _)| one.as_str()));
        below.remove(user);
        below
    }
}

/// Whether the way up from `one` leads to `top`. A circle ends where it begins anew.
fn stands_below(above: &BTreeMap<String, String>, one: &str, top: &str) -> bool {
    let mut at = one;
    for _ in 0..=above.len() {
        match above.get(at) {
            Some(next) if next == top => return true,
            Some(next) => at = next,
            None => return false,
        }
    }
    false
}

/// [`Views`] of the CRM.
pub struct CrmViews {
    client: PersonalClient,
    sessions: Arc<dyn CrmSessions>,
    /// By user: since when, and what; forgotten where it is old.
    kept: Mutex<BTreeMap<String, (Timestamp, View)>>,
}

impl CrmViews {
    /// By these connections, in people's sessions.
    #[must_use]
    pub fn new(client: PersonalClient, sessions: Arc<dyn CrmSessions>) -> Self {
        Self { client, sessions, kept: Mutex::default() }
    }

    fn kept(&self, user: &str, at: Timestamp) -> Option<View> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, view) = kept.get(user)?;
        let age = at.duration_since(*since);
        (!age.is_negative() && age < KEPT).then(|| view.clone())
    }

    fn keep(&self, user: &str, at: Timestamp, view: &View) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(user.to_owned(), (at, view.clone()));
    }

    async fn company(&self, principal: &Principal) -> Outcome<Company> {
        let session = self.sessions.session(&principal.grant).await?;
        let crm = self.client.of(&session.instance_url, &session.access_token)?;
        let read = match company(&crm, principal.role).await {
            Err(PersonalError::SessionEnded) => {
                let session = self.sessions.renewed(&principal.grant, &session.access_token).await?;
                let crm = self.client.of(&session.instance_url, &session.access_token)?;
                company(&crm, principal.role).await
            }
            read => read,
        };
        read.map_err(|error| match error {
            PersonalError::SessionEnded => {
                Failure::new(ErrorClass::Rejected, "the CRM no longer takes the person's session")
            }
            PersonalError::Refused(refused) => Failure::new(ErrorClass::Rejected, refused.to_string()),
            PersonalError::Failed(failure) => failure,
        })
    }
}

#[async_trait]
impl Views for CrmViews {
    async fn of(&self, principal: &Principal, at: Timestamp) -> Outcome<View> {
        if principal.role >= Role::Operations {
            return Ok(View::of_everything());
        }
        // A person may be another thing now than when the view was kept.
        let user = format!("{}/{}", principal.user, principal.role);
        if let Some(view) = self.kept(&user, at) {
            return Ok(view);
        }
        let view = self.company(principal).await?.view(principal.user.as_str(), principal.role);
        self.keep(&user, at, &view);
        Ok(view)
    }
}

/// What a role needs of the company: a rep has nobody below.
async fn company(crm: &Personal, role: Role) -> Result<Company, PersonalError> {
    let queues = pairs(crm, ["GroupId", "UserOrGroupId"], "GroupMember WHERE Group.Type = 'Queue'");
    if role < Role::Manager {
        return Ok(Company { queues: queues.await?, ..Company::default() });
    }
    let (queues, users, roles_above, territories_above, places) = tokio::try_join!(
        queues,
        records(crm, "SELECT Id, ManagerId, UserRoleId FROM User"),
        pairs(crm, ["Id", "ParentRoleId"], "UserRole"),
        pairs(crm, ["Id", "ParentTerritory2Id"], "Territory2 WHERE Territory2Model.State = 'Active'"),
        pairs(
            crm,
            ["UserId", "Territory2Id"],
            "UserTerritory2Association WHERE IsActive = true AND Territory2.Territory2Model.State = 'Active'"
        ),
    )?;
    let of = |field: &str| users.iter().filter_map(|user| pair(user, "Id", field)).collect();
    Ok(Company { managers: of("ManagerId"), roles: of("UserRoleId"), roles_above, territories_above, places, queues })
}

/// Every record that a query finds; none where the CRM does not have this, or does not show it to them.
async fn records(crm: &Personal, soql: &str) -> Result<Vec<Map<String, Value>>, PersonalError> {
    match crm.query(soql, MOST).await {
        Ok(found) if found.complete => Ok(found.records),
        Ok(found) => {
            let why = format!("{} records, and at most {MOST} are read: {soql}", found.total);
            Err(PersonalError::Failed(Failure::new(ErrorClass::NeedsPerson, why)))
        }
        Err(PersonalError::Refused(refused)) => {
            tracing::warn!(%refused, soql, "not shown: nothing follows from it");
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

/// Both ids of each record that has both.
async fn pairs<C: FromIterator<(String, String)>>(
    crm: &Personal,
    [one, other]: [&str; 2],
    from: &str,
) -> Result<C, PersonalError> {
    let found = records(crm, &format!("SELECT {one}, {other} FROM {from}")).await?;
    Ok(found.iter().filter_map(|record| pair(record, one, other)).collect())
}

fn pair(record: &Map<String, Value>, one: &str, other: &str) -> Option<(String, String)> {
    let text = |field: &str| record.get(field).and_then(Value::as_str).map(str::to_owned);
    Some((text(one)?, text(other)?))
}
