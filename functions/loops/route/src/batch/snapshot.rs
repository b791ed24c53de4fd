//! What is true for all subjects of a batch, asked once: users, queues, loads.

use std::collections::BTreeMap;

use revloops_domain::UserId;
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{CrmDirectory, CrmUser, Pools, Queue, Workload};

/// Who answers.
#[derive(Clone, Copy)]
pub struct Answers<'a> {
    /// Who can own records.
    pub directory: &'a dyn CrmDirectory,
    /// How much people have to do.
    pub workload: &'a dyn Workload,
    /// The pools' present states; nothing is drawn from them.
    pub pools: &'a dyn Pools,
}

/// The answers so far. `None` under a name says that the CRM does not know it.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    users: BTreeMap<String, Option<CrmUser>>,
    by_id: BTreeMap<UserId, Option<CrmUser>>,
    queues: BTreeMap<String, Vec<Queue>>,
    loads: BTreeMap<UserId, u64>,
}

impl Snapshot {
    pub(crate) async fn users(&mut self, logins: &[String], answers: Answers<'_>) -> Outcome<Vec<CrmUser>> {
        let unknown: Vec<String> =
            logins.iter().filter(|login| !self.users.contains_key(&login.to_lowercase())).cloned().collect();
        if !unknown.is_empty() {
            let found = answers.directory.users(&unknown).await?;
            self.users.extend(unknown.iter().map(|login| (login.to_lowercase(), None)));
            self.users.extend(found.into_iter().map(|user| (user.login.to_lowercase(), Some(user))));
        }
        Ok(logins.iter().filter_map(|login| self.users.get(&login.to_lowercase())?.clone()).collect())
    }

    pub(crate) async fn users_by_id(&mut self, ids: &[UserId], answers: Answers<'_>) -> Outcome<Vec<CrmUser>> {
        let unknown: Vec<UserId> = ids.iter().filter(|id| !self.by_id.contains_key(*id)).cloned().collect();
        if !unknown.is_empty() {
            let found = answers.directory.users_by_id(&unknown).await?;
            self.by_id.extend(unknown.into_iter().map(|id| (id, None)));
            self.by_id.extend(found.into_iter().map(|user| (user.id.clone(), Some(user))));
        }
        Ok(ids.iter().filter_map(|id| self.by_id.get(id)?.clone()).collect())
    }

    pub(crate) async fn queue(&mut self, name: &str, answers: Answers<'_>) -> Outcome<Vec<Queue>> {
        if let Some(known) = self.queues.get(name) {
            return Ok(known.clone());
        }
        let found = answers.directory.queues(&[name.to_owned()]).await?;
        self.queues.insert(name.to_owned(), found.clone());
        Ok(found)
    }

    pub(crate) async fn loads(
        &mut self,
        ids: &[UserId],
        statuses: &[String],
        answers: Answers<'_>,
    ) -> Outcome<BTreeMap<UserId, u64>> {
        let unknown: Vec<UserId> = ids.iter().filter(|id| !self.loads.contains_key(*id)).cloned().collect();
        if !unknown.is_empty() {
            let found = answers.workload.open_leads(&unknown, statuses).await?;
            self.loads.extend(unknown.into_iter().map(|id| (id, 0)));
            self.loads.extend(found);
        }
        Ok(ids.iter().filter_map(|id| Some((id.clone(), *self.loads.get(id)?))).collect())
    }
}
