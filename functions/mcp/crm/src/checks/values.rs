//! One value against one field.

use revloops_crm::personal::FieldShape;
use revloops_domain::SalesforceId;
use serde_json::Value;

use super::Doing;

/// Why the CRM would refuse a value.
pub(super) fn problem(field: &FieldShape, value: &Value, doing: Doing) -> Option<String> {
    let name = &field.name;
    match value {
        Value::Null if doing == Doing::Updating && !field.nillable => Some(format!("`{name}` may not be empty")),
        Value::Null => None,
        Value::Array(_) | Value::Object(_) => Some(format!("`{name}` takes one plain value")),
        Value::Bool(_) if field.kind == "boolean" => None,
        _ if field.kind == "boolean" => Some(format!("`{name}` is true or false")),
        Value::Number(_) if is_number(field) => None,
        Value::String(text) if is_number(field) && text.trim().parse::<f64>().is_ok() => None,
        _ if is_number(field) => Some(format!("`{name}` is a number")),
        Value::Bool(_) => Some(format!("`{name}` is no checkbox; its type is {}", field.kind)),
        Value::Number(number) => of_text(field, &number.to_string()),
        Value::String(text) => of_text(field, text),
    }
}

fn is_number(field: &FieldShape) -> bool {
    matches!(field.kind.as_str(), "int" | "long" | "double" | "currency" | "percent")
}

fn of_text(field: &FieldShape, text: &str) -> Option<String> {
    let name = &field.name;
    match field.kind.as_str() {
        _ if text.is_empty() => None,
        "date" if text.parse::<jiff::civil::Date>().is_err() => Some(format!("`{name}` is a day such as 2027-01-31")),
        "datetime" if text.len() < 10 => Some(format!("`{name}` is a time such as 2027-01-31T09:30:00Z")),
        "reference" | "id" if SalesforceId::parse(text).is_err() => {
            Some(format!("`{name}` is the id of a record of {}", field.reference_to.join(" or ")))
        }
        "email" if !text.contains('@') => Some(format!("`{name}` is a mail address")),
        "picklist" if field.restricted_picklist => {
            unknown_choice(field, text).map(|choices| format!("`{name}` takes one of: {choices}"))
        }
        "multipicklist" if field.restricted_picklist => text
            .split(';')
            .find_map(|one| unknown_choice(field, one))
            .map(|choices| format!("`{name}` takes some of, with `;` between them: {choices}")),
        _ if field.length > 0 && text.chars().count() > field.length => {
            Some(format!("`{name}` holds {} characters; these are {}", field.length, text.chars().count()))
        }
        _ => None,
    }
}

/// What could be chosen, where `text` could not.
fn unknown_choice(field: &FieldShape, text: &str) -> Option<String> {
    if field.choices().any(|choice| choice.eq_ignore_ascii_case(text.trim())) {
        return None;
    }
    let choices: Vec<&str> = field.choices().collect();
    (!choices.is_empty()).then(|| choices.join(", "))
}

/// What is worth a look: a value that nobody could choose in the CRM's own pages.
pub(super) fn warning(field: &FieldShape, value: &Value) -> Option<String> {
    let text =
        value.as_str().filter(|text| !text.is_empty() && field.kind == "picklist" && !field.restricted_picklist)?;
    let choices = unknown_choice(field, text)?;
    Some(format!("`{}` would get a value that is not among its own, which are: {choices}", field.name))
}

/// Whether two values are the same to the CRM.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    let empty = |value: &Value| value.is_null() || value.as_str() == Some("");
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            text.trim().parse::<f64>().ok() == number.as_f64()
        }
        (Value::String(one), Value::String(two)) if one != two => {
            let at = |text: &str| text.parse::<jiff::Timestamp>().ok();
            let ids = || (SalesforceId::parse(one).ok(), SalesforceId::parse(two).ok());
            at(one).is_some() && at(one) == at(two) || matches!(ids(), (Some(one), Some(two)) if one == two)
        }
        (one, other) => one == other || (empty(one) && empty(other)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(kind: &str, more: serde_json::Value) -> FieldShape {
        let mut shape = json!({"name": "F", "label": "F", "type": kind, "nillable": true, "relationshipName": null});
        shape.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(shape).unwrap()
    }

    #[test]
    fn a_value_that_does_not_fit_its_field_is_told() {
        let choices = json!({"restrictedPicklist": true, "picklistValues": [{"value": "Hot", "active": true}, {"value": "Old", "active": false}]});
        for (field, fits, wrong) in [
            (field("boolean", json!({})), json!(true), json!("true")),
            (field("double", json!({})), json!("12.5"), json!("twelve")),
            (field("int", json!({})), json!(7), json!(true)),
            (field("date", json!({})), json!("2027-01-31"), json!("31.1.2027")),
            (field("reference", json!({"referenceTo": ["User"]})), json!("005xx0000000001AAA"), json!("Maria")),
            (field("email", json!({})), json!("a@b.example"), json!("a")),
            (field("picklist", choices.clone()), json!("hot"), json!("Old")),
            (field("string", json!({"length": 3})), json!("äöü"), json!("abcd")),
            (field("string", json!({"length": 3})), json!(null), json!({"a": 1})),
        ] {
            assert_eq!(problem(&field, &fits, Doing::Creating), None, "{fits}");
            assert!(problem(&field, &wrong, Doing::Creating).is_some(), "{wrong}");
        }
        let strict = field("string", json!({"nillable": false}));
        assert!(problem(&strict, &Value::Null, Doing::Updating).is_some());
    }

    #[test]
    fn values_are_the_same_where_only_their_writing_differs() {
        for (one, other) in [
            (json!(12), json!(12.0)),
            (json!("12"), json!(12.0)),
            (json!(null), json!("")),
            (json!("2026-11-22T06:45:10.000+0000"), json!("2026-11-22T06:45:10Z")),
            (json!("005xx0000000001"), json!("005xx0000000001AAA")),
        ] {
            assert!(same(&one, &other), "{one} {other}");
        }
        assert!(
            !same(&json!("a"), &json!("b")) && !same(&json!(null), &json!(false)) && !same(&json!("A"), &json!("a"))
        );
    }
}
