//! Salesforce outbound messages: SOAP 1.1 envelopes that tell of saved records, and the answers to them.
//!
//! ```text
//! Envelope/Body/notifications
//!     OrganizationId  ActionId  SessionId  EnterpriseUrl  PartnerUrl
//!     Notification × 1..=100
//!         Id
//!         sObject xsi:type="sf:Lead"   (fields in any order, empty ones left out or xsi:nil)
//! ```
//!
//! [`read`] takes what comes from the open internet. It refuses document type definitions before an XML parser sees
//! them, and checks what XML parsers do not: one envelope in the right namespaces, ids that are ids, fields once each,
//! and no comment inside a value (some readers join `a@acme.com<!-- -->.evil.com` to one address, others cut it off).
//! One notification that cannot be read does not spoil the others. `SessionId` is never read.
//!
//! Errors carry fixed texts and field names, never content.

mod envelope;
mod guard;
mod notification;
mod reply;

pub use envelope::{Envelope, MAX_NOTIFICATIONS, UnreadableEnvelope, read};
pub use notification::{Notification, Saved, SavedOpportunity, SavedTask, Unreadable, UnreadableReason};
pub use reply::{FaultCode, acknowledgement, fault};

/// Namespace of SOAP 1.1.
pub const SOAP_NS: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// Namespace of `notifications`.
pub const OUTBOUND_NS: &str = "http://soap.sforce.com/2005/09/outbound";
/// Namespace of a record's type and fields.
pub const SOBJECT_NS: &str = "urn:sobject.enterprise.soap.sforce.com";
/// Namespace of `type` and `nil`.
pub const XSI_NS: &str = "http://www.w3.org/2001/XMLSchema-instance";
