//! `sobjects` and `describe`: what the objects are and what fields they have.

use serde_json::{Map, Value as Json, json};

use super::Context;
use crate::crm::access::Right;
use crate::crm::schema::{Access, Field, Kind, Object};

pub(super) fn global(context: &Context<'_>) -> Json {
    json!({ "encoding": "UTF-8", "maxBatchSize": 200, "sobjects": context.schema.objects().map(|object| summary(context, object)).collect::<Vec<_>>() })
}

pub(super) fn basic(context: &Context<'_>, object: &Object) -> Json {
    json!({ "objectDescribe": summary(context, object), "recentItems": [] })
}

pub(super) fn full(context: &Context<'_>, object: &Object) -> Json {
    let mut describe = summary(context, object);
    let children: Vec<Json> = context
        .schema
        .children_of(object)
        .into_iter()
        .map(|child| {
            json!({
                "cascadeDelete": false, "childSObject": child.child, "deprecatedAndHidden": false, "field": child.field, "junctionIdListNames": [],
                "junctionReferenceTo": [], "relationshipName": child.name, "restrictedDelete": false,
            })
        })
        .collect();
    if let Some(describe) = describe.as_object_mut() {
        describe.insert("actionOverrides".into(), json!([]));
        describe.insert("childRelationships".into(), Json::Array(children));
        describe.insert("fields".into(), object.shown().map(|field| field_describe(object, field)).collect());
        describe.insert("recordTypeInfos".into(), json!([]));
        describe.insert("namedLayoutInfos".into(), json!([]));
        describe.insert("supportedScopes".into(), json!([{ "label": "Everything", "name": "everything" }]));
    }
    describe
}

fn summary(context: &Context<'_>, object: &Object) -> Json {
    let url = format!("/services/data/{}/sobjects/{}", context.version, object.name);
    let mut urls = Map::new();
    urls.insert("sobject".into(), Json::String(url.clone()));
    urls.insert("describe".into(), Json::String(format!("{url}/describe")));
    urls.insert("rowTemplate".into(), Json::String(format!("{url}/{{ID}}")));
    let may = |right| context.viewer.may(right, object);
    json!({
        "activateable": false, "createable": object.createable && may(Right::Create), "custom": false, "customSetting": false, "deepCloneable": false, "deletable": object.deletable && may(Right::Delete),
        "deprecatedAndHidden": false, "feedEnabled": false, "hasSubtypes": false, "isInterface": false, "isSubtype": false, "keyPrefix": object.prefix,
        "label": object.label, "labelPlural": object.label_plural, "layoutable": true, "mergeable": false, "mruEnabled": true, "name": object.name,
        "queryable": true, "replicateable": true, "retrieveable": true, "searchable": false, "triggerable": true, "undeletable": false,
        "updateable": object.updateable && may(Right::Edit), "urls": urls,
    })
}

fn field_describe(object: &Object, field: &Field) -> Json {
    let values: Vec<Json> =
        field.values.iter().map(|value| json!({ "active": true, "defaultValue": field.default.as_ref().is_some_and(|default| default == value), "label": value, "validFor": null, "value": value })).collect();
    let digits = if field.kind == Kind::Int { 9 } else { 0 };
    let precision = if field.kind.is_fraction() { if field.precision == 0 { 18 } else { field.precision } } else { 0 };
    let filterable = !(field.kind == Kind::TextArea && field.length > 255);
    let byte_length = if field.kind.is_id() { 18 } else { field.length * 3 };
    let mut describe = json!({
        "aggregatable": filterable && field.kind != Kind::Boolean,
        "aiPredictionField": false,
        "autoNumber": false,
        "byteLength": byte_length,
        "calculated": false,
        "calculatedFormula": null,
        "cascadeDelete": false,
        "caseSensitive": field.case_sensitive,
        "compoundFieldName": null,
        "controllerName": null,
        "createable": matches!(field.access, Access::Writable | Access::CreateOnly),
        "custom": field.custom,
        "defaultValue": field.default,
        "defaultValueFormula": null,
        "defaultedOnCreate": field.defaulted || (field.access == Access::ReadOnly && !nillable(field)),
        "dependentPicklist": false,
        "deprecatedAndHidden": false,
        "digits": digits,
        "displayLocationInDecimal": false,
        "encrypted": false,
        "externalId": field.external_id,
        "extraTypeInfo": null,
        "filterable": filterable,
        "filteredLookupInfo": null,
        "groupable": filterable && !field.kind.is_fraction() && field.kind != Kind::DateTime,
        "highScaleNumber": false,
        "htmlFormatted": false,
        "idLookup": field.kind == Kind::Id || field.external_id,
    });
    let more = json!({
        "inlineHelpText": null,
        "label": field.label,
        "length": field.length,
        "mask": null,
        "maskType": null,
        "name": field.name,
        "nameField": object.name_field.as_deref() == Some(field.name.as_str()),
        "namePointing": field.is_polymorphic(),
        "nillable": nillable(field),
        "permissionable": field.custom,
        "picklistValues": values,
        "polymorphicForeignKey": field.is_polymorphic(),
        "precision": precision,
        "queryByDistance": false,
        "referenceTargetField": null,
        "referenceTo": field.reference_to,
        "relationshipName": field.relationship,
        "relationshipOrder": null,
        "restrictedDelete": false,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": false,
        "soapType": soap_type(field.kind),
        "sortable": filterable,
        "type": field.kind.name(),
        "unique": field.unique,
        "updateable": matches!(field.access, Access::Writable | Access::UpdateOnly),
        "writeRequiresMasterRead": false,
    });
    if let (Some(describe), Json::Object(more)) = (describe.as_object_mut(), more) {
        describe.extend(more);
    }
    describe
}

fn nillable(field: &Field) -> bool {
    let system = matches!(
        field.name.as_str(),
        "CreatedDate" | "CreatedById" | "LastModifiedDate" | "LastModifiedById" | "SystemModstamp"
    );
    !(field.required || system || matches!(field.kind, Kind::Id | Kind::Boolean))
}

fn soap_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Id | Kind::Reference => "tns:ID",
        Kind::Boolean => "xsd:boolean",
        Kind::Int => "xsd:int",
        Kind::Double | Kind::Currency | Kind::Percent => "xsd:double",
        Kind::Date => "xsd:date",
        Kind::DateTime => "xsd:dateTime",
        Kind::String | Kind::TextArea | Kind::Picklist | Kind::Email | Kind::Phone | Kind::Url => "xsd:string",
    }
}
