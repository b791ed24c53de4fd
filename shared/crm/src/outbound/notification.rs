//! One notification: its id, and the record that it tells of.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::Timestamp;
use roxmltree::Node;
use thiserror::Error;

use revloops_domain::events::TaskAnswer;
use revloops_domain::{Account, Lead, OpportunityId, SalesforceId, TaskId, UserId};

use super::envelope::elements;
use super::{OUTBOUND_NS, SOBJECT_NS, XSI_NS};
use crate::wire::{FieldProblem, OnTheWire, Wire, time};

/// A notification that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its id: the same at every delivery.
    pub id: SalesforceId,
    /// The record.
    pub saved: Saved,
    /// Where the element stands in the body, in bytes.
    pub at: Range<usize>,
}

/// A record as the message tells it: its latest values, not those of the moment that caused the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// A lead.
    Lead(Box<Lead>),
    /// An account.
    Account(Box<Account>),
    /// An opportunity; no loop reads more of it yet.
    Opportunity(SavedOpportunity),
    /// A task on which somebody may have answered.
    Task(SavedTask),
}

/// Which opportunity was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedOpportunity {
    /// Its id.
    pub id: OpportunityId,
    /// `SystemModstamp`, if the message carries it.
    pub modified_at: Option<Timestamp>,
}

/// A task's answer, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedTask {
    /// Its id.
    pub id: TaskId,
    /// Who gave or emptied the answer, as the CRM noted in the same save. Not who changed the task last: by the time of
    /// the message that may be another.
    pub answered_by: UserId,
    /// `SystemModstamp`, if the message carries it.
    pub modified_at: Option<Timestamp>,
    /// The sequence that it previews.
    pub sequence_id: Option<String>,
    /// Hash of what it shows.
    pub content: Option<String>,
    /// The answer; none where it was emptied.
    pub answer: Option<TaskAnswer>,
}

/// A notification that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its id, if that much could be read.
    pub id: Option<SalesforceId>,
    /// Why.
    pub reason: UnreadableReason,
    /// Where the element stands in the body, in bytes.
    pub at: Range<usize>,
}

/// Why a notification could not be read. Names fields and never their values.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnreadableReason {
    /// No `Id`, two of them, or not an id.
    #[error("the notification's Id is missing, repeated or not an id")]
    Id,
    /// No `sObject`, or two of them.
    #[error("the notification's sObject is missing or repeated")]
    Record,
    /// An `xsi:type` that no part of the system knows, or none.
    #[error("the sObject is no Lead, Account, Opportunity or Task")]
    Type,
    /// A field comes twice.
    #[error("a field of the {0} comes twice")]
    Repeated(&'static str),
    /// A field holds comments or elements, so that readers differ about its value.
    #[error("{0} is not plain text")]
    NotPlain(&'static str),
    /// The opportunity's id is missing or not an opportunity's.
    #[error("the Opportunity's Id is missing or not the id of an opportunity")]
    Opportunity,
    /// A field of the task that must be there is missing, or not what it has to be.
    #[error("the Task's {0}")]
    Task(&'static str),
    /// The lead's fields make no lead.
    #[error("the Lead's {0}")]
    Lead(FieldProblem),
    /// The account's fields make no account.
    #[error("the Account's {0}")]
    Account(FieldProblem),
}

impl Notification {
    pub(super) fn read(node: Node<'_, '_>) -> Result<Self, Unreadable> {
        let id = single(node, "Id").and_then(value).and_then(|text| SalesforceId::parse(text).ok());
        let saved = read_record(node);
        match (id, saved) {
            (Some(id), Ok(saved)) => Ok(Self { id, saved, at: node.range() }),
            (None, _) => Err(Unreadable { id: None, reason: UnreadableReason::Id, at: node.range() }),
            (id, Err(reason)) => Err(Unreadable { id, reason, at: node.range() }),
        }
    }
}

fn read_record(notification: Node<'_, '_>) -> Result<Saved, UnreadableReason> {
    let record = single(notification, "sObject").ok_or(UnreadableReason::Record)?;
    match type_of(record) {
        Some("Lead") => {
            let lead = told(record, "Lead")?.read().map_err(UnreadableReason::Lead)?;
            Ok(Saved::Lead(Box::new(lead)))
        }
        Some("Account") => {
            let account = told(record, "Account")?.read().map_err(UnreadableReason::Account)?;
            Ok(Saved::Account(Box::new(account)))
        }
        Some("Opportunity") => {
            let fields = read_fields(record, "Opportunity", ["Id", "SystemModstamp"].into_iter())?;
            let of = |wanted| fields.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text);
            let id = of("Id").and_then(|text| OpportunityId::parse(text).ok()).ok_or(UnreadableReason::Opportunity)?;
            let modified_at = of("SystemModstamp").and_then(time);
            Ok(Saved::Opportunity(SavedOpportunity { id, modified_at }))
        }
        Some("Task") => Ok(Saved::Task(task(record)?)),
        _ => Err(UnreadableReason::Type),
    }
}

fn task(record: Node<'_, '_>) -> Result<SavedTask, UnreadableReason> {
    const FIELDS: [&str; 6] = [
        "Id",
        "SystemModstamp",
        "RevLoops_Answered_By__c",
        "RevLoops_Sequence__c",
        "RevLoops_Content__c",
        "RevLoops_Answer__c",
    ];
    let fields = read_fields(record, "Task", FIELDS.into_iter())?;
    let of = |wanted| fields.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text);
    let id = of("Id").and_then(|text| TaskId::parse(text).ok());
    let by = of("RevLoops_Answered_By__c").and_then(|text| UserId::parse(text).ok());
    let answer = match of("RevLoops_Answer__c") {
        Some(text) => Some(
            TaskAnswer::named(text)
                .ok_or(UnreadableReason::Task("RevLoops_Answer__c is neither Approve nor Reject"))?,
        ),
        None => None,
    };
    Ok(SavedTask {
        id: id.ok_or(UnreadableReason::Task("Id is missing or not the id of a task"))?,
        answered_by: by.ok_or(UnreadableReason::Task("RevLoops_Answered_By__c is missing or not the id of a user"))?,
        modified_at: of("SystemModstamp").and_then(time),
        sequence_id: of("RevLoops_Sequence__c").map(str::to_owned),
        content: of("RevLoops_Content__c").map(str::to_owned),
        answer,
    })
}

fn told<R: OnTheWire>(record: Node<'_, '_>, object: &'static str) -> Result<Wire<R>, UnreadableReason> {
    let mut wire = Wire::default();
    for (name, text) in read_fields(record, object, Wire::<R>::names())? {
        wire.put(name, text);
    }
    Ok(wire)
}

/// The values of the `wanted` fields; those left out, empty or nil are not there, and all others are passed over.
fn read_fields<'a>(
    record: Node<'a, '_>,
    object: &'static str,
    wanted: impl Iterator<Item = &'static str> + Clone,
) -> Result<Vec<(&'static str, &'a str)>, UnreadableReason> {
    let mut names = BTreeSet::new();
    let mut fields = Vec::new();
    for field in record.children().filter(|child| child.tag_name().namespace() == Some(SOBJECT_NS)) {
        if !names.insert(field.tag_name().name()) {
            return Err(UnreadableReason::Repeated(object));
        }
        let Some(name) = wanted.clone().find(|name| *name == field.tag_name().name()) else { continue };
        let text = value(field).ok_or(UnreadableReason::NotPlain(name))?;
        if is_nil(field) && !text.is_empty() {
            return Err(UnreadableReason::NotPlain(name));
        }
        if !text.is_empty() {
            fields.push((name, text));
        }
    }
    Ok(fields)
}

/// The record's type without its prefix, if the prefix stands for the namespace of record types.
fn type_of<'a>(record: Node<'a, '_>) -> Option<&'a str> {
    let (prefix, name) = record.attribute((XSI_NS, "type"))?.trim().split_once(':')?;
    (record.lookup_namespace_uri(Some(prefix)) == Some(SOBJECT_NS)).then_some(name)
}

fn is_nil(field: Node<'_, '_>) -> bool {
    matches!(field.attribute((XSI_NS, "nil")), Some("true" | "1"))
}

fn single<'a, 'input>(parent: Node<'a, 'input>, name: &'static str) -> Option<Node<'a, 'input>> {
    let mut found = elements(parent, OUTBOUND_NS, name);
    found.next().filter(|_| found.next().is_none())
}

/// An element's text, if it holds nothing else: no comment, no instruction, no element.
pub(super) fn value<'a>(element: Node<'a, '_>) -> Option<&'a str> {
    let mut children = element.children();
    match (children.next(), children.next()) {
        (None, _) => Some(""),
        (Some(only), None) if only.is_text() => only.text(),
        _ => None,
    }
}
