//! A stored scenario is proposed to become the active one.

use jiff::Timestamp;
use revloops_changes::desk::Version;
use revloops_changes::{Actor, ChangeError, Proposal};
use revloops_config::store::SCENARIO;
use revloops_scenario::stored;

use super::{Promotions, between, in_words, stored_scenario, unusable};

impl Promotions<'_> {
    /// Proposes the newest version of a stored scenario, held against the active one and against the active Route, which takes over
    /// its territories. The same scenario in the place of the same one by the same person is one proposal as long as it waits.
    /// Its answers are change control's: approve, reject, withdraw.
    ///
    /// # Errors
    /// Where there is none of this id, it is the active one already, Route would have problems with it, or the role is too low.
    pub async fn propose(&self, id: &str, why: &str, by: &Actor, at: Timestamp) -> Result<Proposal, ChangeError> {
        let wanted = stored_scenario(self.desk, id).await?;
        let now = self.desk.pointer(SCENARIO, at).await?.pointer.active;
        let active = stored::load(self.desk.store.as_ref(), &now).await.map_err(unusable)?.scenario;
        if active.id == wanted.scenario.id && active.hash == wanted.scenario.hash {
            return Err(ChangeError::Refused(format!("{id} is the active scenario already")));
        }
        if active.currency != wanted.scenario.currency {
            super::compared(&active, &wanted.scenario)?;
        }
        let route = self.route_with(&wanted, at).await?;
        let version = Version {
            loop_name: SCENARIO.to_owned(),
            base: now,
            bytes: wanted.to_json(),
            operations: Vec::new(),
            diff: in_words(&between(Some(&active), &wanted.scenario)).join("\n"),
            files: vec![format!("{id}.yaml")],
            cases: route.cases(),
            warnings: route.warnings().iter().map(ToString::to_string).collect(),
            why: why.to_owned(),
        };
        self.desk.propose_version(version, by, at).await
    }
}
