//! How people stand with us, in memory; tasks of ours are read off the CRM's records.

use async_trait::async_trait;
use jiff::Timestamp;

use revloops_domain::{AccountId, OwnerId, SalesforceId};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Meetings, OurTask, Relation, Relations};

use crate::builders::user_id;
use crate::world::TestWorld;

#[async_trait]
impl Meetings for TestWorld {
    async fn meetings(&self, people: &[SalesforceId], since: Timestamp) -> Outcome<Vec<(SalesforceId, Timestamp)>> {
        self.read(|memory| {
            let events = memory.records.iter().filter(|((object, _), _)| object == "Event").map(|(_, event)| event);
            let met = events.filter_map(|event| {
                let text = |name: &str| event.get(name).and_then(serde_json::Value::as_str);
                Some((SalesforceId::parse(text("WhoId")?).ok()?, text("CreatedDate")?.parse::<Timestamp>().ok()?))
            });
            met.filter(|(who, at)| people.contains(who) && *at >= since).collect()
        })
    }
}

#[async_trait]
impl Relations for TestWorld {
    async fn standing(
        &self,
        person: &SalesforceId,
        _account: Option<&AccountId>,
        since: Timestamp,
    ) -> Outcome<Option<Relation>> {
        self.read(|memory| {
            let known = memory.standings.get(person.as_str());
            let mut standing = known.or(memory.standing_of_others.as_ref()).cloned();
            if let Some(standing) = &mut standing {
                standing.answered_at = standing.answered_at.filter(|at| *at >= since);
            }
            standing
        })
    }

    async fn our_task(&self, key: &str) -> Outcome<Option<OurTask>> {
        self.read(|memory| {
            let task = memory.records.get(&("Task".to_owned(), key.to_owned()))?;
            let text = |name: &str| task.get(name).and_then(serde_json::Value::as_str);
            Some(OurTask {
                // A record made by its external id has it as its id here.
                id: key.to_owned(),
                key: key.to_owned(),
                owner_id: OwnerId::parse(text("OwnerId")?).ok()?,
                open: text("Status") != Some("Completed"),
                nobodys: false,
            })
        })
    }
}

impl TestWorld {
    /// The same world, in which the CRM knows everybody, and nothing speaks against writing to them.
    #[must_use]
    pub fn where_everybody_is_known(self) -> Self {
        self.with(|memory| {
            memory.standing_of_others = Some(Relation {
                owner_id: user_id(1).into(),
                owner_login: "ada@northfield.example".to_owned(),
                email: None,
                opted_out: false,
                converted: false,
                open_opportunity: None,
                answered_at: None,
            });
        });
        self
    }
}
