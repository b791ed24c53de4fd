//! What objects and fields the organisation has: the standard ones from `objects/*.json`, the custom ones from the SFDX package.

mod countries;
mod flows;
mod kind;
mod package;
mod raw;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};

pub(crate) use countries::Countries;
pub(crate) use flows::{MessageRule, Stamp};
pub(crate) use kind::Kind;
pub(crate) use package::{OutboundMessage, PermissionSet};

/// Who may write a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Writable,
    CreateOnly,
    UpdateOnly,
    ReadOnly,
}

/// One field of an object.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) length: usize,
    pub(crate) precision: u32,
    pub(crate) scale: u32,
    /// Must have a value after every write.
    pub(crate) required: bool,
    /// Gets a value by itself where a create gives none.
    pub(crate) defaulted: bool,
    pub(crate) default: Option<serde_json::Value>,
    pub(crate) access: Access,
    pub(crate) custom: bool,
    pub(crate) unique: bool,
    pub(crate) case_sensitive: bool,
    pub(crate) external_id: bool,
    pub(crate) reference_to: Vec<String>,
    pub(crate) relationship: Option<String>,
    pub(crate) values: Vec<String>,
    pub(crate) restricted: bool,
    /// Changes leave a row in the history object.
    pub(crate) tracked: bool,
    /// Kept for the store's own use: the vendor's object has no such field.
    pub(crate) hidden: bool,
}

impl Field {
    /// Whether it may name more than one type of record.
    pub(crate) fn is_polymorphic(&self) -> bool {
        self.reference_to.len() > 1
    }
}

/// One object type.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) label_plural: String,
    pub(crate) prefix: String,
    pub(crate) name_field: Option<String>,
    pub(crate) createable: bool,
    pub(crate) updateable: bool,
    pub(crate) deletable: bool,
    /// A deleted record is gone at once, and no `queryAll` finds it.
    pub(crate) bypasses_bin: bool,
    /// All that the store keeps; [`Object::shown`] are those that clients know.
    pub(crate) fields: Vec<Field>,
    index: BTreeMap<String, usize>,
}

impl Object {
    /// The field of this name, in any case.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.index.get(&name.to_ascii_lowercase()).and_then(|place| self.fields.get(*place))
    }

    /// The fields that the vendor's object has.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.hidden)
    }

    /// The reference field behind a parent path's step, such as `Owner` for `OwnerId`.
    pub(crate) fn relationship(&self, name: &str) -> Option<&Field> {
        self.shown().find(|field| field.relationship.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name)))
    }
}

/// A child relationship as its parent sees it, such as `Contacts` of an account.
#[derive(Debug, Clone)]
pub(crate) struct ChildRelationship {
    pub(crate) name: Option<String>,
    pub(crate) child: String,
    pub(crate) field: String,
}

/// Everything that the organisation knows.
#[derive(Debug)]
pub(crate) struct Schema {
    objects: BTreeMap<String, Object>,
    prefixes: BTreeMap<String, String>,
    /// Outbound messages, by `Object.Name`.
    pub(crate) messages: BTreeMap<String, OutboundMessage>,
    /// Flows that send them.
    pub(crate) message_rules: Vec<MessageRule>,
    /// Flows that note who saves.
    pub(crate) stamps: Vec<Stamp>,
    pub(crate) permission_sets: Vec<PermissionSet>,
    pub(crate) countries: Countries,
}

impl Schema {
    /// Reads the standard objects and, from `package_dir`, the custom fields, outbound messages and flows.
    ///
    /// # Errors
    /// When the package has something that the stand-in cannot honour: it says so rather than leave it out.
    pub(crate) fn load(package_dir: &Path) -> anyhow::Result<Self> {
        let package = package::read(package_dir)
            .with_context(|| format!("reading the CRM package in {}", package_dir.display()))?;
        let mut objects = BTreeMap::new();
        let mut prefixes = BTreeMap::new();
        for mut object in raw::standard_objects()? {
            for owner in package.owners_of(&object) {
                object.fields.extend(owner.iter().cloned());
            }
            let object = indexed(object.into_object())?;
            prefixes.insert(object.prefix.clone(), object.name.clone());
            objects.insert(object.name.to_ascii_lowercase(), object);
        }
        let schema = Self {
            objects,
            prefixes,
            messages: package.messages,
            message_rules: package.rules,
            stamps: package.stamps,
            permission_sets: package.permission_sets,
            countries: Countries::load(),
        };
        schema.check()?;
        Ok(schema)
    }

    /// The object of this name, in any case.
    pub(crate) fn object(&self, name: &str) -> Option<&Object> {
        self.objects.get(&name.to_ascii_lowercase())
    }

    /// The object that an id belongs to, by its first three characters.
    pub(crate) fn object_of_id(&self, id: &str) -> Option<&Object> {
        self.prefixes.get(id.get(..3)?).and_then(|name| self.object(name))
    }

    /// All objects, by name.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// What points at an object.
    pub(crate) fn children_of(&self, parent: &Object) -> Vec<ChildRelationship> {
        let mut children = Vec::new();
        for child in self.objects.values() {
            for field in child.shown().filter(|field| field.reference_to.contains(&parent.name)) {
                children.push(ChildRelationship {
                    name: child_name(parent, child, field),
                    child: child.name.clone(),
                    field: field.name.clone(),
                });
            }
        }
        children
    }

    fn check(&self) -> anyhow::Result<()> {
        for (name, message) in &self.messages {
            let Some(object) = self.object(&message.object) else {
                bail!("outbound message {name}: the stand-in has no object {}", message.object)
            };
            for field in &message.fields {
                if object.field(field).is_none() {
                    bail!("outbound message {name}: {} has no field {field}", object.name);
                }
            }
        }
        for rule in &self.message_rules {
            if !self.messages.contains_key(&rule.message) {
                bail!("flow {} sends {}, which the package does not define", rule.flow, rule.message);
            }
        }
        for stamp in &self.stamps {
            if self.object(&stamp.object).and_then(|object| object.field(&stamp.field)).is_none() {
                bail!("flow {}: {} has no field {}", stamp.flow, stamp.object, stamp.field);
            }
        }
        Ok(())
    }
}

/// The vendor's names for the child relationships that are in use; others have none, as many have in a real organisation.
fn child_name(parent: &Object, child: &Object, field: &Field) -> Option<String> {
    let name = match (parent.name.as_str(), child.name.as_str(), field.name.as_str()) {
        ("Account", "Contact", "AccountId") => "Contacts",
        ("Account", "Opportunity", "AccountId") | ("Contact", "Opportunity", "ContactId") => "Opportunities",
        ("Account", "Account", "ParentId") => "ChildAccounts",
        ("Lead" | "Contact", "Task", "WhoId") | ("Account" | "Opportunity", "Task", "WhatId") => "Tasks",
        ("Lead" | "Contact", "Event", "WhoId") | ("Account" | "Opportunity", "Event", "WhatId") => "Events",
        ("Lead", "LeadHistory", "LeadId") => "Histories",
        ("Group", "GroupMember", "GroupId") => "GroupMembers",
        ("Group", "QueueSobject", "QueueId") => "QueueSobjects",
        ("Opportunity" | "Contact", "OpportunityContactRole", _) => "OpportunityContactRoles",
        ("User", "User", "ManagerId") => "ManagedUsers",
        ("Profile", "User", "ProfileId") | ("UserRole", "User", "UserRoleId") => "Users",
        ("User", "PermissionSetAssignment", "AssigneeId") => "PermissionSetAssignments",
        ("PermissionSet", "PermissionSetAssignment", "PermissionSetId") => "Assignments",
        ("Territory2Model", "Territory2", "Territory2ModelId") => "Territory2s",
        ("Territory2", "UserTerritory2Association", "Territory2Id") => "UserTerritory2Associations",
        ("Territory2", "ObjectTerritory2Association", "Territory2Id")
        | ("Account" | "Lead", "ObjectTerritory2Association", "ObjectId") => "ObjectTerritory2Associations",
        ("Territory2", "RuleTerritory2Association", "Territory2Id") => "RuleTerritory2Associations",
        _ => return None,
    };
    Some(name.to_owned())
}

fn indexed(mut object: Object) -> anyhow::Result<Object> {
    for (place, field) in object.fields.iter().enumerate().filter(|(_, field)| !field.hidden) {
        if object.index.insert(field.name.to_ascii_lowercase(), place).is_some() {
            bail!("{} has the field {} twice", object.name, field.name);
        }
    }
    Ok(object)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::PathBuf;

    use super::{Kind, Schema};

    pub(crate) fn package_dir() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../crm")
    }

    #[test]
    fn custom_fields_and_messages_come_from_the_package() {
        let schema = Schema::load(&package_dir()).unwrap();
        let score = schema.object("lead").unwrap().field("revloops_score__c").unwrap();
        assert_eq!((score.kind, score.precision, score.scale, score.custom), (Kind::Double, 3, 0, true));
        for object in ["Task", "Event"] {
            let key = schema.object(object).unwrap().field("RevLoops_Key__c").unwrap();
            assert!(key.unique && key.external_id && key.case_sensitive && key.length == 200);
        }
        let answer = schema.object("Task").unwrap().field("RevLoops_Answer__c").unwrap();
        assert_eq!((answer.kind, answer.restricted, answer.values.len()), (Kind::Picklist, true, 2));
        let message = schema.messages.get("Lead.RevLoops_Lead_Created").unwrap();
        assert!(message.fields.iter().any(|field| field == "Company"));
        assert!(
            schema.message_rules.iter().any(|rule| rule.object == "Opportunity" && rule.on_create && !rule.on_update)
        );
    }

    #[test]
    fn every_reference_points_at_an_object_that_exists() {
        let schema = Schema::load(&package_dir()).unwrap();
        for object in schema.objects() {
            for field in &object.fields {
                for target in &field.reference_to {
                    assert!(schema.object(target).is_some(), "{}.{} points at {target}", object.name, field.name);
                }
            }
        }
    }
}
