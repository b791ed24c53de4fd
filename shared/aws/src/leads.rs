//! The newest known version of each lead, in the runs table: `pk` = `lead/<id>`, `sk` = `state`.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;

use revloops_domain::{Lead, LeadId};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::Leads;

use crate::failures::failure;
use crate::item::{from_json, n, s, to_json};

/// [`Leads`] on DynamoDB.
#[derive(Debug, Clone)]
pub struct TableLeads {
    client: Client,
    table: String,
}

impl TableLeads {
    /// On `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}

#[async_trait]
impl Leads for TableLeads {
    async fn remember(&self, lead: &Lead) -> Outcome<()> {
        let version = lead.modified_at.or(lead.created_at).map_or(0, jiff::Timestamp::as_millisecond);
        let written = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", s(format!("lead/{}", lead.id)))
            .item("sk", s("state"))
            .item("lead", s(to_json(lead)?))
            .item("modified_ms", n(version))
            .condition_expression("attribute_not_exists(pk) OR modified_ms <= :version")
            .expression_attribute_values(":version", n(version))
            .send()
            .await;
        match written {
            Ok(_) => Ok(()),
            // A newer version is known: that one wins.
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => Ok(()),
            Err(error) => Err(failure(format!("remembering lead {}", lead.id), error)),
        }
    }

    async fn newest(&self, id: &LeadId) -> Outcome<Option<Lead>> {
        let read = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", s(format!("lead/{id}")))
            .key("sk", s("state"))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure(format!("reading lead {id}"), error))?;
        read.item.map(|item| from_json(&item, "lead")).transpose()
    }
}
