//! The envelope: whose messages these are, and the notifications in it.

use roxmltree::{Document, Node, ParsingOptions};
use thiserror::Error;

use revloops_domain::{OrganizationId, SalesforceId};

use super::guard::guard;
use super::notification::{Notification, Unreadable, value};
use super::{OUTBOUND_NS, SOAP_NS};

/// What Salesforce puts into one envelope at most.
pub const MAX_NOTIFICATIONS: usize = 100;

/// Elements, texts and white space between them: 100 notifications of some 200 fields.
const MAX_NODES: u32 = 65_536;

/// A read envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The organisation that it says it comes from.
    pub organization_id: OrganizationId,
    /// The outbound message's id in the org.
    pub action_id: SalesforceId,
    /// The notifications in their order, 1 to [`MAX_NOTIFICATIONS`].
    pub notifications: Vec<Result<Notification, Unreadable>>,
}

/// Why an envelope cannot be read at all. The texts are fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UnreadableEnvelope {
    /// Bytes or declaration say that the text is in another encoding.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// Cut off, or never XML.
    #[error("the body is not well-formed XML")]
    NotXml,
    /// A document type definition, by which entities come in.
    #[error("the body has a document type definition")]
    Dtd,
    /// Nested, attributed or long as no outbound message is.
    #[error("the body has more markup than any outbound message")]
    TooComplex,
    /// An element that must be there once is missing, repeated, in another namespace, or not of its kind.
    #[error("the envelope's {0}")]
    Shape(&'static str),
    /// None, or more than Salesforce sends.
    #[error("the envelope has no notification, or more than 100")]
    NotificationCount,
}

/// Reads an envelope.
///
/// # Errors
/// When there is no telling whose it is or what is in it. A single notification that cannot be read is an error in its
/// own place.
pub fn read(body: &[u8]) -> Result<Envelope, UnreadableEnvelope> {
    let text = std::str::from_utf8(body).map_err(|_withheld| UnreadableEnvelope::NotUtf8)?;
    guard(text)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, entity_resolver: None };
    let document = Document::parse_with_options(text, options).map_err(|error| why(&error))?;
    let notifications = notifications_of(&document)?;
    let organization_id = OrganizationId::parse(value_of(notifications, "OrganizationId")?)
        .map_err(|_withheld| UnreadableEnvelope::Shape("OrganizationId is not an organisation's id"))?;
    let action_id = SalesforceId::parse(value_of(notifications, "ActionId")?)
        .map_err(|_withheld| UnreadableEnvelope::Shape("ActionId is not an id"))?;
    let found: Vec<Node<'_, '_>> = elements(notifications, OUTBOUND_NS, "Notification").collect();
    if found.is_empty() || found.len() > MAX_NOTIFICATIONS {
        return Err(UnreadableEnvelope::NotificationCount);
    }
    Ok(Envelope { organization_id, action_id, notifications: found.into_iter().map(Notification::read).collect() })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "of the parser's many errors these alone are not bad XML")]
fn why(error: &roxmltree::Error) -> UnreadableEnvelope {
    match error {
        roxmltree::Error::DtdDetected => UnreadableEnvelope::Dtd,
        roxmltree::Error::NodesLimitReached
        | roxmltree::Error::AttributesLimitReached
        | roxmltree::Error::NamespacesLimitReached => UnreadableEnvelope::TooComplex,
        _ => UnreadableEnvelope::NotXml,
    }
}

/// `Envelope/Body/notifications`, each of them alone where it stands; a `Header` is allowed, as in all of SOAP.
fn notifications_of<'a, 'input>(document: &'a Document<'input>) -> Result<Node<'a, 'input>, UnreadableEnvelope> {
    let envelope = document.root_element();
    if !envelope.has_tag_name((SOAP_NS, "Envelope")) {
        return Err(UnreadableEnvelope::Shape("root is not a SOAP 1.1 Envelope"));
    }
    let body = only(envelope, SOAP_NS, "Body", "Body is missing or repeated")?;
    if envelope
        .children()
        .filter(Node::is_element)
        .any(|child| child != body && !child.has_tag_name((SOAP_NS, "Header")))
    {
        return Err(UnreadableEnvelope::Shape("children are not a Header and a Body"));
    }
    let notifications = only(body, OUTBOUND_NS, "notifications", "notifications are missing or repeated")?;
    if body.children().filter(Node::is_element).count() != 1 {
        return Err(UnreadableEnvelope::Shape("Body has more than its notifications"));
    }
    Ok(notifications)
}

fn value_of<'a>(parent: Node<'a, '_>, name: &'static str) -> Result<&'a str, UnreadableEnvelope> {
    let element = only(parent, OUTBOUND_NS, name, "OrganizationId or ActionId is missing or repeated")?;
    value(element).ok_or(UnreadableEnvelope::Shape("OrganizationId or ActionId is not plain text"))
}

fn only<'a, 'input>(
    parent: Node<'a, 'input>,
    namespace: &'static str,
    name: &'static str,
    otherwise: &'static str,
) -> Result<Node<'a, 'input>, UnreadableEnvelope> {
    let mut found = elements(parent, namespace, name);
    match (found.next(), found.next()) {
        (Some(element), None) => Ok(element),
        _ => Err(UnreadableEnvelope::Shape(otherwise)),
    }
}

pub(super) fn elements<'a, 'input: 'a>(
    parent: Node<'a, 'input>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    parent.children().filter(move |child| child.has_tag_name((namespace, name)))
}
