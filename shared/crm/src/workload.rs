//! How much people have to do: their open leads, counted by the CRM.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::Deserialize;

use revloops_domain::UserId;
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::Workload;

use crate::client::Salesforce;
use crate::directory::{literals, odd_id};

/// Owners to a query, which travels in the URL: ids are short, and statuses few.
const OWNERS_PER_QUERY: usize = 200;

#[derive(Deserialize)]
struct CountRow {
    #[serde(rename = "OwnerId")]
    owner_id: String,
    leads: u64,
}

#[async_trait]
impl Workload for Salesforce {
    async fn open_leads(&self, owners: &[UserId], statuses: &[String]) -> Outcome<BTreeMap<UserId, u64>> {
        let mut counts = BTreeMap::new();
        if statuses.is_empty() {
            return Ok(counts);
        }
        let ids: Vec<String> = owners.iter().map(ToString::to_string).collect();
        for some in ids.chunks(OWNERS_PER_QUERY) {
            let query = format!(
                "SELECT OwnerId, COUNT(Id) leads FROM Lead WHERE OwnerId IN ({}) AND Status IN ({}) AND IsConverted = FALSE GROUP BY OwnerId",
                literals(some),
                literals(statuses)
            );
            for row in self.rows::<CountRow>("counting open leads", &query).await? {
                let owner = UserId::parse(&row.owner_id).map_err(|error| odd_id("an owner", error))?;
                counts.insert(owner, row.leads);
            }
        }
        Ok(counts)
    }
}
