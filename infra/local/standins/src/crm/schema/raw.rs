//! The shape of `objects/*.json`, and the step from it to the checked types.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde::Deserialize;

use super::{Access, Field, Kind, Object};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawObject {
    pub(super) name: String,
    label: String,
    label_plural: String,
    prefix: String,
    name_field: Option<String>,
    #[serde(default = "yes")]
    createable: bool,
    #[serde(default = "yes")]
    updateable: bool,
    #[serde(default = "yes")]
    deletable: bool,
    #[serde(default)]
    bypasses_bin: bool,
    /// System fields that the vendor's object does not have.
    #[serde(default)]
    without: Vec<String>,
    /// Takes the custom fields of `Activity`, under which the package keeps those of tasks and events.
    #[serde(default)]
    pub(super) activity: bool,
    pub(super) fields: Vec<RawField>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawField {
    pub(super) name: String,
    pub(super) label: String,
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    #[serde(default)]
    pub(super) length: usize,
    #[serde(default)]
    pub(super) precision: u32,
    #[serde(default)]
    pub(super) scale: u32,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) defaulted: bool,
    #[serde(default)]
    pub(super) default: Option<serde_json::Value>,
    #[serde(default)]
    pub(super) readonly: bool,
    #[serde(default)]
    pub(super) create_only: bool,
    #[serde(default)]
    pub(super) update_only: bool,
    #[serde(default)]
    pub(super) custom: bool,
    #[serde(default)]
    pub(super) unique: bool,
    #[serde(default)]
    pub(super) case_sensitive: bool,
    #[serde(default)]
    pub(super) external_id: bool,
    #[serde(default)]
    pub(super) to: Vec<String>,
    #[serde(default)]
    pub(super) relationship: Option<String>,
    #[serde(default)]
    pub(super) values: Vec<String>,
    #[serde(default)]
    pub(super) restricted: bool,
    #[serde(default)]
    pub(super) tracked: bool,
    #[serde(skip)]
    pub(super) hidden: bool,
}

fn yes() -> bool {
    true
}

const SYSTEM_FIELDS: &str = r#"[
  {"name": "IsDeleted", "label": "Deleted", "type": "boolean", "default": false, "readonly": true},
  {"name": "CreatedDate", "label": "Created Date", "type": "datetime", "readonly": true},
  {"name": "CreatedById", "label": "Created By ID", "type": "reference", "to": ["User"], "relationship": "CreatedBy", "readonly": true},
  {"name": "LastModifiedDate", "label": "Last Modified Date", "type": "datetime", "readonly": true},
  {"name": "LastModifiedById", "label": "Last Modified By ID", "type": "reference", "to": ["User"], "relationship": "LastModifiedBy", "readonly": true},
  {"name": "SystemModstamp", "label": "System Modstamp", "type": "datetime", "readonly": true}
]"#;

pub(super) fn standard_objects() -> anyhow::Result<Vec<RawObject>> {
    let files = [
        include_str!("objects/Account.json"),
        include_str!("objects/Campaign.json"),
        include_str!("objects/CampaignMember.json"),
        include_str!("objects/Contact.json"),
        include_str!("objects/Event.json"),
        include_str!("objects/Group.json"),
        include_str!("objects/GroupMember.json"),
        include_str!("objects/Lead.json"),
        include_str!("objects/LeadHistory.json"),
        include_str!("objects/ObjectTerritory2AssignmentRule.json"),
        include_str!("objects/ObjectTerritory2Association.json"),
        include_str!("objects/Opportunity.json"),
        include_str!("objects/OpportunityContactRole.json"),
        include_str!("objects/Organization.json"),
        include_str!("objects/PermissionSet.json"),
        include_str!("objects/PermissionSetAssignment.json"),
        include_str!("objects/Profile.json"),
        include_str!("objects/QueueSobject.json"),
        include_str!("objects/RuleTerritory2Association.json"),
        include_str!("objects/Task.json"),
        include_str!("objects/Territory2.json"),
        include_str!("objects/Territory2Model.json"),
        include_str!("objects/Territory2Type.json"),
        include_str!("objects/User.json"),
        include_str!("objects/UserRole.json"),
        include_str!("objects/UserTerritory2Association.json"),
    ];
    let system: Vec<RawField> = serde_json::from_str(SYSTEM_FIELDS).context("the system fields")?;
    let mut objects = Vec::with_capacity(files.len());
    for file in files {
        let mut object: RawObject = serde_json::from_str(file).context("a standard object's file")?;
        for mut field in system.iter().cloned() {
            field.hidden = object.without.contains(&field.name);
            object.fields.push(field);
        }
        objects.push(object);
    }
    Ok(objects)
}

impl RawObject {
    pub(super) fn into_object(self) -> Object {
        let id = RawField::plain("Id", "Record ID", Kind::Id);
        let mut fields = vec![Field { access: Access::ReadOnly, length: 18, ..id.into_field() }];
        fields.extend(self.fields.into_iter().map(RawField::into_field));
        Object {
            name: self.name,
            label: self.label,
            label_plural: self.label_plural,
            prefix: self.prefix,
            name_field: self.name_field,
            createable: self.createable,
            updateable: self.updateable,
            deletable: self.deletable,
            bypasses_bin: self.bypasses_bin,
            fields,
            index: BTreeMap::new(),
        }
    }
}

impl RawField {
    pub(super) fn plain(name: &str, label: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            kind,
            length: 0,
            precision: 0,
            scale: 0,
            required: false,
            defaulted: false,
            default: None,
            readonly: false,
            create_only: false,
            update_only: false,
            custom: false,
            unique: false,
            case_sensitive: false,
            external_id: false,
            to: Vec::new(),
            relationship: None,
            values: Vec::new(),
            restricted: false,
            tracked: false,
            hidden: false,
        }
    }

    fn into_field(self) -> Field {
        let access = if self.readonly {
            Access::ReadOnly
        } else if self.create_only {
            Access::CreateOnly
        } else if self.update_only {
            Access::UpdateOnly
        } else {
            Access::Writable
        };
        Field {
            length: if self.kind == Kind::Reference { 18 } else { self.length },
            name: self.name,
            label: self.label,
            kind: self.kind,
            precision: self.precision,
            scale: self.scale,
            required: self.required,
            // A checkbox is never empty.
            defaulted: self.defaulted || self.default.is_some() || self.kind == Kind::Boolean,
            default: self.default.or((self.kind == Kind::Boolean).then_some(serde_json::Value::Bool(false))),
            access,
            custom: self.custom,
            unique: self.unique,
            case_sensitive: self.case_sensitive,
            external_id: self.external_id,
            reference_to: self.to,
            relationship: self.relationship,
            values: self.values,
            restricted: self.restricted,
            tracked: self.tracked,
            hidden: self.hidden,
        }
    }
}
