//! A CRM that nobody has to reach: everybody whom the rules name is there and active, under an id made from the name, and
//! nothing has been drawn from any pool. For measuring, and for planning without a system.

use std::collections::BTreeMap;

use async_trait::async_trait;
use revloops_domain::{ErrorClass, OwnerId, UserId};
use revloops_loopkit::ports::{CrmDirectory, CrmUser, Draw, Drawn, Held, PoolState, Pools, Queue, Workload};
use revloops_loopkit::{Failure, Outcome};
use revloops_route::batch::Answers;

/// Everybody is there.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Everybody;

impl Everybody {
    pub(super) fn answers(&self) -> Answers<'_> {
        Answers { directory: self, workload: self, pools: self }
    }
}

/// A record id made from a name: the same name gives the same id.
pub(super) fn id_of(prefix: &str, name: &str) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut state = name
        .to_lowercase()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mut id = prefix.to_owned();
    for _ in 0..12 {
        let digit = DIGITS.get(usize::try_from(state % 36).unwrap_or(0)).copied().unwrap_or(b'0');
        id.push(char::from(digit));
        state /= 36;
        state ^= state << 29;
    }
    id
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::new(ErrorClass::Bug, "making an id").caused_by(error)
}

#[async_trait]
impl CrmDirectory for Everybody {
    async fn users(&self, logins: &[String]) -> Outcome<Vec<CrmUser>> {
        let user = |login: &String| {
            let id = UserId::parse(&id_of("005", login)).map_err(broken)?;
            let name = login.split('@').next().unwrap_or(login).replace('.', " ");
            Ok(CrmUser { id, login: login.clone(), name, active: true })
        };
        logins.iter().map(user).collect()
    }

    async fn users_by_id(&self, ids: &[UserId]) -> Outcome<Vec<CrmUser>> {
        let user = |id: &UserId| CrmUser {
            id: id.clone(),
            login: format!("{}@offline.example", id.as_str().to_lowercase()),
            name: format!("User {id}"),
            active: true,
        };
        Ok(ids.iter().map(user).collect())
    }

    async fn queues(&self, developer_names: &[String]) -> Outcome<Vec<Queue>> {
        let queue = |name: &String| {
            let id = OwnerId::parse(&id_of("00G", name)).map_err(broken)?;
            Ok(Queue { id, developer_name: name.clone(), name: name.replace('_', " ") })
        };
        developer_names.iter().map(queue).collect()
    }
}

#[async_trait]
impl Workload for Everybody {
    async fn open_leads(&self, _owners: &[UserId], _statuses: &[String]) -> Outcome<BTreeMap<UserId, u64>> {
        Ok(BTreeMap::new())
    }
}

#[async_trait]
impl Pools for Everybody {
    async fn draw(&self, draw: &Draw) -> Outcome<Drawn> {
        Err(Failure::new(ErrorClass::Bug, format!("pool {} cannot be drawn from: there is no system", draw.pool)))
    }

    async fn peek(&self, draw: &Draw) -> Outcome<Drawn> {
        Ok(PoolState::default().draw(draw))
    }

    async fn state(&self, _pool: &str) -> Outcome<PoolState> {
        Ok(PoolState::default())
    }

    async fn holders(&self, _pool: &str, _keys: &[String]) -> Outcome<BTreeMap<String, Held>> {
        Ok(BTreeMap::new())
    }

    async fn settle(&self, pool: &str, _job: &str, _drawn: &PoolState) -> Outcome<()> {
        Err(Failure::new(ErrorClass::Bug, format!("pool {pool} cannot be settled: there is no system")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_from_names_are_ids_and_differ() {
        let ids: std::collections::BTreeSet<String> =
            (0..10_000).map(|at| OwnerId::parse(&id_of("005", &format!("u{at}@x.example"))).unwrap().into()).collect();
        assert_eq!(ids.len(), 10_000);
        assert_eq!(id_of("005", "A@x.example"), id_of("005", "a@x.example"));
    }
}
