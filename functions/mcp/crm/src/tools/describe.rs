//! `describe_objects` and `describe_object`: what there is, and what the person may do with it.

use revloops_crm::personal::{Child, FieldShape, ObjectSummary};
use revloops_identity::Scope;
use revloops_mcp::{Caller, Effect, Spec, ToolError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spec;
use crate::asking::Asking;
use crate::world::World;
use crate::writing::checked_name;

/// Objects of one answer: an organisation has more than a thousand.
const MOST_OBJECTS: usize = 100;
/// Values to choose from of one field, such as countries.
const MOST_CHOICES: usize = 60;

pub(super) const OBJECTS: Spec = spec(
    "describe_objects",
    "List the CRM's objects",
    "Lists kinds of records (objects) of the CRM that the person has, with what they may do with each. Narrow it with `search`, which looks \
     for a part of the name or label. Start here where you do not know what an object is called.",
    Scope::CrmRead,
    Effect::Reads,
);

pub(super) const OBJECT: Spec = spec(
    "describe_object",
    "Describe an object",
    "The fields of one object: name, label, type, what the person may write, what is required, values to choose from, and what other objects it \
     points at. Read it before you query or write an object. `search` keeps fields with that part in name or label.",
    Scope::CrmRead,
    Effect::Reads,
);

/// Which objects are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeObjects {
    /// A part of the name or label, such as `opportunity`.
    #[serde(default)]
    pub search: Option<String>,
    /// Only objects whose records the person may create or change.
    #[serde(default)]
    pub writable_only: bool,
}

/// Objects of the CRM.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Objects {
    /// Those that fit, by name.
    pub objects: Vec<ObjectShown>,
    /// How many more fit: narrow the search to see them.
    pub left_out: usize,
}

/// An object.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each says another thing that the person may do")]
pub struct ObjectShown {
    /// Its name in queries and writes.
    pub name: String,
    /// For people.
    pub label: String,
    /// The organisation's own, and none of the CRM's standard ones.
    pub custom: bool,
    /// Whether queries may ask for it.
    pub queryable: bool,
    /// Whether the person may create records.
    pub may_create: bool,
    /// Whether the person may change records that they may see and own, or more.
    pub may_update: bool,
    /// Whether the person may delete records.
    pub may_delete: bool,
}

impl From<&ObjectSummary> for ObjectShown {
    fn from(object: &ObjectSummary) -> Self {
        Self {
            name: object.name.clone(),
            label: object.label.clone(),
            custom: object.custom,
            queryable: object.queryable,
            may_create: object.createable,
            may_update: object.updateable,
            may_delete: object.deletable,
        }
    }
}

/// # Errors
/// What the CRM refused.
pub async fn objects(world: &World, caller: &Caller, input: DescribeObjects) -> Result<Objects, ToolError> {
    let all = Asking::of(world, caller).objects().await?;
    let wanted = input.search.unwrap_or_default().to_lowercase();
    let fits = |object: &&ObjectSummary| {
        let named = contains(&object.name, &wanted) || contains(&object.label, &wanted);
        named && (!input.writable_only || object.createable || object.updateable)
    };
    let mut found: Vec<ObjectShown> = all.iter().filter(fits).map(ObjectShown::from).collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let left_out = found.len().saturating_sub(MOST_OBJECTS);
    found.truncate(MOST_OBJECTS);
    Ok(Objects { objects: found, left_out })
}

/// Which object is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeObject {
    /// Its name, such as `Lead`.
    pub object: String,
    /// A part of the name or label of the fields wanted; all where it is absent.
    #[serde(default)]
    pub search: Option<String>,
}

/// An object with its fields.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct ObjectDescribed {
    /// Name, and what the person may do.
    pub object: ObjectShown,
    /// Its fields.
    pub fields: Vec<FieldShown>,
    /// Records that point at it, by the names that subqueries use: `(SELECT Id FROM Contacts)`.
    pub children: Vec<ChildShown>,
}

/// A field.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each says another thing about the field")]
pub struct FieldShown {
    /// Its name in queries and writes.
    pub name: String,
    /// For people.
    pub label: String,
    /// Its type in the CRM's words, such as `picklist`, `reference` or `datetime`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Longest text, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
    /// Whether the person may write it on create.
    pub may_create: bool,
    /// Whether the person may write it on update.
    pub may_update: bool,
    /// A new record has to have it.
    pub required: bool,
    /// May be empty.
    pub may_be_empty: bool,
    /// Conditions may use it.
    pub filterable: bool,
    /// Upserts may name records by it.
    pub upsert_key: bool,
    /// No two records have the same value.
    pub unique: bool,
    /// Values to choose from, up to 60.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Takes no values but the choices.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub choices_only: bool,
    /// Objects that it points at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points_at: Vec<String>,
    /// How queries go to what it points at: `Owner` of `OwnerId` gives `Owner.Name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relationship: Option<String>,
}

/// Records that point at an object's.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct ChildShown {
    /// Its name in subqueries.
    pub relationship: String,
    /// The pointing object.
    pub object: String,
    /// The pointing field.
    pub field: String,
}

impl From<&FieldShape> for FieldShown {
    fn from(field: &FieldShape) -> Self {
        Self {
            name: field.name.clone(),
            label: field.label.clone(),
            kind: field.kind.clone(),
            length: (field.length > 0).then_some(field.length),
            may_create: field.createable,
            may_update: field.updateable,
            required: field.is_required(),
            may_be_empty: field.nillable,
            filterable: field.filterable,
            upsert_key: field.external_id,
            unique: field.unique,
            choices: field.choices().take(MOST_CHOICES).map(str::to_owned).collect(),
            choices_only: field.restricted_picklist,
            points_at: field.reference_to.clone(),
            relationship: field.relationship_name.clone(),
        }
    }
}

/// # Errors
/// What the CRM refused: an object that there is not, or not for the person, is `NOT_FOUND`.
pub async fn object(world: &World, caller: &Caller, input: DescribeObject) -> Result<ObjectDescribed, ToolError> {
    let name = checked_name("an object", &input.object)?;
    let described = Asking::of(world, caller).object(name).await?;
    let wanted = input.search.unwrap_or_default().to_lowercase();
    let fits = |field: &&FieldShape| contains(&field.name, &wanted) || contains(&field.label, &wanted);
    let child = |child: &Child| {
        let relationship = child.relationship_name.clone()?;
        Some(ChildShown { relationship, object: child.child.clone(), field: child.field.clone() })
    };
    Ok(ObjectDescribed {
        object: ObjectShown::from(&described.object),
        fields: described.fields.iter().filter(fits).map(FieldShown::from).collect(),
        children: described.child_relationships.iter().filter_map(child).collect(),
    })
}

fn contains(text: &str, wanted: &str) -> bool {
    text.to_lowercase().contains(wanted)
}
