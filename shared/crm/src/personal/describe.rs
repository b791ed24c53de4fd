//! Which objects and fields a person has, and what they may do with them, shortened to what a person needs.

use serde::Deserialize;

use super::{Personal, PersonalError, Personally};

/// An object, as the list of all says it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectSummary {
    /// Its name in queries.
    pub name: String,
    /// For people.
    pub label: String,
    /// The organisation's own.
    #[serde(default)]
    pub custom: bool,
    /// Whether queries may ask for it.
    #[serde(default)]
    pub queryable: bool,
    /// Whether this person may create records.
    #[serde(default)]
    pub createable: bool,
    /// Whether this person may change records.
    #[serde(default)]
    pub updateable: bool,
    /// Whether this person may delete records.
    #[serde(default)]
    pub deletable: bool,
}

/// An object with its fields.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Described {
    /// Name, label, and what may be done.
    #[serde(flatten)]
    pub object: ObjectSummary,
    /// Its fields.
    pub fields: Vec<FieldShape>,
    /// What points at it.
    #[serde(default)]
    pub child_relationships: Vec<Child>,
}

/// Records that point at an object's, by a name that subqueries use.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Child {
    /// Its name in subqueries; some have none.
    pub relationship_name: Option<String>,
    /// The pointing object.
    #[serde(rename = "childSObject")]
    pub child: String,
    /// The pointing field.
    pub field: String,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the shape is the CRM's")]
pub struct FieldShape {
    /// Its name in queries.
    pub name: String,
    /// For people.
    pub label: String,
    /// The CRM's own word for its type, such as `picklist`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Longest text, in characters; 0 where it is none.
    #[serde(default)]
    pub length: usize,
    /// May be empty.
    #[serde(default)]
    pub nillable: bool,
    /// May be written on create.
    #[serde(default)]
    pub createable: bool,
    /// May be written on update.
    #[serde(default)]
    pub updateable: bool,
    /// Gets a value by itself.
    #[serde(default)]
    pub defaulted_on_create: bool,
    /// The organisation's own.
    #[serde(default)]
    pub custom: bool,
    /// Holds each value once.
    #[serde(default)]
    pub unique: bool,
    /// Whether a capital makes another value.
    #[serde(default)]
    pub case_sensitive: bool,
    /// Upserts may find records by it.
    #[serde(default)]
    pub external_id: bool,
    /// Records may be found by it, by id for one.
    #[serde(default)]
    pub id_lookup: bool,
    /// What records are called by.
    #[serde(default)]
    pub name_field: bool,
    /// Conditions may use it.
    #[serde(default)]
    pub filterable: bool,
    /// Objects that it may point at.
    #[serde(default)]
    pub reference_to: Vec<String>,
    /// How queries go to what it points at.
    #[serde(default)]
    pub relationship_name: Option<String>,
    /// Values to choose from.
    #[serde(default)]
    pub picklist_values: Vec<Choice>,
    /// Takes no other values.
    #[serde(default)]
    pub restricted_picklist: bool,
}

/// A value to choose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Choice {
    /// As it is stored.
    pub value: String,
    /// Whether it may still be chosen.
    #[serde(default)]
    pub active: bool,
}

impl FieldShape {
    /// Whether a new record has to have it.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.createable && !self.nillable && !self.defaulted_on_create && self.kind != "boolean"
    }

    /// The values that may be chosen.
    pub fn choices(&self) -> impl Iterator<Item = &str> {
        self.picklist_values.iter().filter(|choice| choice.active).map(|choice| choice.value.as_str())
    }
}

impl Described {
    /// The field of this name, in any case.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldShape> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// What its records are called by: `Name` nearly always, `Subject` of a task; some have no such field.
    #[must_use]
    pub fn name_field(&self) -> Option<&str> {
        self.fields.iter().find(|field| field.name_field).map(|field| field.name.as_str())
    }
}

#[derive(Deserialize)]
struct All {
    sobjects: Vec<ObjectSummary>,
}

impl Personal {
    /// Every object that the person has, by name.
    ///
    /// # Errors
    /// As [`PersonalError`] says.
    pub async fn objects(&self) -> Personally<Vec<ObjectSummary>> {
        let all: All = self
            .reads
            .get(&self.resource(&["sobjects"])?)
            .await
            .map_err(|error| PersonalError::of("listing objects", &error))?;
        Ok(all.sobjects)
    }

    /// One object with its fields.
    ///
    /// # Errors
    /// As [`PersonalError`] says; an object that there is not, or not for them, is refused with `NOT_FOUND`.
    pub async fn object(&self, name: &str) -> Personally<Described> {
        let url = self.resource(&["sobjects", name, "describe"])?;
        self.reads.get(&url).await.map_err(|error| PersonalError::of("describing an object", &error))
    }
}
