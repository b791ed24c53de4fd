//! The SOAP envelope of a batch, with the records' values as they are now.

use std::fmt::Write as _;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::outbox::Batch;
use crate::crm::error::ApiError;
use crate::crm::ids;
use crate::crm::schema::Schema;
use crate::crm::store::next_id;
use crate::crm::store::values::to_xml_text;
use crate::crm::store::write::load;
use crate::crm::xml::escaped;

/// The id of an outbound message's definition, the same for as long as the file lives.
pub(super) fn action_id(conn: &Connection, message: &str) -> Result<String, ApiError> {
    let known = conn
        .prepare_cached(r#"SELECT id FROM "_action" WHERE name = ?1"#)?
        .query_row([message], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    let id = next_id(conn, "04k")?;
    conn.execute(r#"INSERT INTO "_action"(name, id) VALUES (?1, ?2)"#, params![message, id])?;
    Ok(id)
}

/// Writes the envelope; `None` where no record of it is left.
pub(super) fn build(
    conn: &Connection,
    schema: &Schema,
    batch: &Batch,
    instance_url: &str,
) -> Result<Option<String>, ApiError> {
    let message = schema
        .messages
        .get(&batch.message)
        .ok_or_else(|| ApiError::new(500, "UNKNOWN_EXCEPTION", format!("no outbound message {}", batch.message)))?;
    let object = schema
        .object(&message.object)
        .ok_or_else(|| ApiError::new(500, "UNKNOWN_EXCEPTION", format!("no object {}", message.object)))?;
    let mut notifications = String::new();
    for notification in &batch.notifications {
        let Some(record) = load(conn, object, &notification.record_id)? else { continue };
        let _ = write!(
            notifications,
            "\n   <Notification>\n    <Id>{}</Id>\n    <sObject xsi:type=\"sf:{}\" xmlns:sf=\"urn:sobject.enterprise.soap.sforce.com\">\n     <sf:Id>{}</sf:Id>",
            notification.id, object.name, notification.record_id
        );
        for name in &message.fields {
            let Some(field) = object.field(name) else { continue };
            let text = record.get(&field.name).and_then(|value| to_xml_text(field.kind, value));
            // A field without a value is left out, as the vendor does.
            if let Some(text) = text {
                let _ = write!(notifications, "\n     <sf:{0}>{1}</sf:{0}>", field.name, escaped(&text));
            }
        }
        notifications.push_str("\n    </sObject>\n   </Notification>");
    }
    if notifications.is_empty() {
        return Ok(None);
    }
    let (organization, version) = (ids::ORGANIZATION, &message.api_version);
    let short = organization.get(..15).unwrap_or(organization);
    let action = action_id(conn, &batch.message)?;
    Ok(Some(format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>{organization}</OrganizationId>
   <ActionId>{action}</ActionId>
   <SessionId xsi:nil="true"/>
   <EnterpriseUrl>{instance_url}/services/Soap/c/{version}/{short}</EnterpriseUrl>
   <PartnerUrl>{instance_url}/services/Soap/u/{version}/{short}</PartnerUrl>{notifications}
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>"#
    )))
}

/// Whether a response acknowledges the envelope.
pub(super) fn is_acknowledgement(body: &str) -> bool {
    let Ok(document) = roxmltree::Document::parse(body) else { return false };
    document
        .descendants()
        .find(|node| node.has_tag_name(("http://soap.sforce.com/2005/09/outbound", "Ack")))
        .and_then(|node| node.text())
        .is_some_and(|text| matches!(text.trim(), "true" | "1"))
}

#[cfg(test)]
mod tests {
    use super::is_acknowledgement;

    #[test]
    fn only_a_true_ack_in_the_right_namespace_counts() {
        let envelope = |ns: &str, ack: &str| {
            format!(
                r#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><notificationsResponse xmlns="{ns}"><Ack>{ack}</Ack></notificationsResponse></e:Body></e:Envelope>"#
            )
        };
        let own = "http://soap.sforce.com/2005/09/outbound";
        assert!(is_acknowledgement(&envelope(own, "true")));
        assert!(!is_acknowledgement(&envelope(own, "false")));
        assert!(!is_acknowledgement(&envelope("urn:other", "true")));
        assert!(!is_acknowledgement("true"));
        assert!(!is_acknowledgement(""));
    }
}
