//! What was decided before, read off the runs in memory.

use async_trait::async_trait;
use jiff::Timestamp;

use revloops_loopkit::ports::{Past, PastDecision};
use revloops_loopkit::{Outcome, Record, RunKey};

use crate::world::TestWorld;

#[async_trait]
impl Past for TestWorld {
    async fn decided(
        &self,
        loop_name: &str,
        since: Timestamp,
        until: Timestamp,
        most: usize,
    ) -> Outcome<Vec<PastDecision>> {
        self.read(|memory| {
            let wanted = |record: &&Record| {
                record.key.loop_name == loop_name && since <= record.decided_at && record.decided_at < until
            };
            let mut found: Vec<PastDecision> = memory
                .decided()
                .into_iter()
                .filter(wanted)
                .map(|record| PastDecision {
                    key: record.key.clone(),
                    at: record.decided_at,
                    version: record.config.sha256.clone(),
                })
                .collect();
            found.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.key.cmp(&b.key)));
            found.truncate(most);
            found
        })
    }

    async fn records(&self, keys: &[RunKey]) -> Outcome<Vec<Record>> {
        self.read(|memory| memory.decided().into_iter().filter(|record| keys.contains(&record.key)).cloned().collect())
    }
}
