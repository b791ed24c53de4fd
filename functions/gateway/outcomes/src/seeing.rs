//! Looks at the world for many decisions at once: 200 records of the CRM a call, one query for many people's meetings.
//! Sequences and deals are read one by one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use revloops_domain::{SalesforceId, UserId};
use revloops_loopkit::ports::CHUNK;
use revloops_loopkit::{Look, Outcome, Seen};

use crate::World;

/// The field whose users are told, too.
const OWNER: &str = "OwnerId";

/// Looks at everything once, however many decisions ask for it.
///
/// # Errors
/// When CRM or tables do not answer.
pub async fn see(world: &World<'_>, looks: &BTreeSet<Look>) -> Outcome<Seen> {
    let mut seen = Seen::default();
    let mut records: BTreeMap<(&'static str, &'static [&'static str]), Vec<&str>> = BTreeMap::new();
    let mut meetings: Vec<(&SalesforceId, Timestamp)> = Vec::new();
    for look in looks {
        match look {
            Look::Record { object, id, fields } => records.entry((object, fields)).or_default().push(id),
            Look::Meeting { person, since } => meetings.push((person, *since)),
            Look::Sequence(id) => {
                if let Some(kept) = world.sequences.get(id).await? {
                    seen.sequences.insert(id.clone(), kept);
                }
            }
            Look::SequencesTo(person) => {
                seen.written_to.insert(person.clone(), world.sequences.of_person(person).await?);
            }
            Look::Deal(id) => {
                if let Some(deal) = world.deals.deal(id, false).await? {
                    seen.deals.insert(id.clone(), deal);
                }
            }
        }
    }
    for ((object, fields), ids) in records {
        for some in ids.chunks(CHUNK) {
            for (id, record) in some.iter().zip(world.records.read(object, some, fields).await?) {
                if let Some(record) = record {
                    seen.records.entry((object, (*id).to_owned())).or_default().extend(record);
                }
            }
        }
    }
    owners(world, &mut seen).await?;
    met(world, &meetings, &mut seen).await?;
    Ok(seen)
}

async fn owners(world: &World<'_>, seen: &mut Seen) -> Outcome<()> {
    let owners = seen.records.values().filter_map(|record| record.get(OWNER)?.as_str());
    // A queue's id is none of a user.
    let users: BTreeSet<UserId> = owners.filter_map(|owner| UserId::parse(owner).ok()).collect();
    let users: Vec<UserId> = users.into_iter().collect();
    for some in users.chunks(CHUNK) {
        let found = world.directory.users_by_id(some).await?;
        seen.users.extend(found.into_iter().map(|user| (user.id.to_string(), user)));
    }
    Ok(())
}

async fn met(world: &World<'_>, asked: &[(&SalesforceId, Timestamp)], seen: &mut Seen) -> Outcome<()> {
    let Some(since) = asked.iter().map(|(_, since)| *since).min() else { return Ok(()) };
    let people: BTreeSet<SalesforceId> = asked.iter().map(|(person, _)| (*person).clone()).collect();
    let people: Vec<SalesforceId> = people.into_iter().collect();
    let found = world.meetings.meetings(&people, since).await?;
    for (person, since) in asked {
        let of = found.iter().filter(|(who, at)| who == *person && at >= since).map(|(_, at)| *at);
        if let Some(first) = of.min() {
            seen.meetings.insert(((*person).clone(), *since), first);
        }
    }
    Ok(())
}
