//! Values on their way between JSON and the store.
//!
//! Dates are kept as `YYYY-MM-DD`, date-times as milliseconds since the epoch, checkboxes as 0 and 1, ids with 18 characters.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use rusqlite::types::Value as Sql;
use serde_json::Value as Json;

use crate::crm::error::ApiError;
use crate::crm::ids;
use crate::crm::schema::{Field, Kind};

/// Reads a value that a client wrote into a field.
///
/// # Errors
/// In the vendor's words: `JSON_PARSER_ERROR` for a wrong type, `STRING_TOO_LONG`, `MALFORMED_ID`, `INVALID_EMAIL_ADDRESS`,
/// `NUMBER_OUTSIDE_VALID_RANGE`, `INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST`.
pub(crate) fn from_json(field: &Field, json: &Json) -> Result<Sql, ApiError> {
    if json.is_null() {
        return Ok(if field.kind == Kind::Boolean { Sql::Integer(0) } else { Sql::Null });
    }
    if json.as_str().is_some_and(|text| text.trim().is_empty()) && field.kind != Kind::Boolean {
        return Ok(Sql::Null);
    }
    match field.kind {
        Kind::Boolean => match json {
            Json::Bool(on) => Ok(Sql::Integer(i64::from(*on))),
            Json::String(text) if text.eq_ignore_ascii_case("true") => Ok(Sql::Integer(1)),
            Json::String(text) if text.eq_ignore_ascii_case("false") => Ok(Sql::Integer(0)),
            Json::Null | Json::String(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
                Err(wrong_type(field, json))
            }
        },
        Kind::Int => number(field, json).and_then(|number| {
            if number.fract() != 0.0 || number.abs() > f64::from(i32::MAX) {
                return Err(wrong_type(field, json));
            }
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 32 bits, as just checked")]
            Ok(Sql::Integer(number as i64))
        }),
        Kind::Double | Kind::Currency | Kind::Percent => {
            let rounded = round(number(field, json)?, field.scale);
            let whole_digits = field.precision.saturating_sub(field.scale);
            if field.precision > 0 && rounded.abs() >= 10_f64.powi(i32::try_from(whole_digits).unwrap_or(18)) {
                return Err(ApiError::bad(
                    "NUMBER_OUTSIDE_VALID_RANGE",
                    format!("{}: value outside of valid range on numeric field: {rounded}", field.label),
                )
                .about([&field.name]));
            }
            Ok(Sql::Real(rounded))
        }
        Kind::Date => {
            let text = text(field, json)?;
            // Clients write a date-time into a date field too; the day counts.
            let day = text.get(..10).unwrap_or(text);
            day.parse::<Date>().map(|date| Sql::Text(date.to_string())).map_err(|_| wrong_type(field, json))
        }
        Kind::DateTime => {
            let text = text(field, json)?;
            parse_datetime(text).map(Sql::Integer).ok_or_else(|| wrong_type(field, json))
        }
        Kind::Id | Kind::Reference => {
            let id = text(field, json)?;
            let id = ids::normalise(id).ok_or_else(|| {
                ApiError::bad("MALFORMED_ID", format!("{}: id value of incorrect type: {id}", field.label))
                    .about([&field.name])
            })?;
            Ok(Sql::Text(id))
        }
        Kind::String | Kind::TextArea | Kind::Picklist | Kind::Email | Kind::Phone | Kind::Url => {
            checked_text(field, text(field, json)?)
        }
    }
}

fn checked_text(field: &Field, text: &str) -> Result<Sql, ApiError> {
    let text = text.trim();
    let length = text.chars().count();
    if field.length > 0 && length > field.length {
        let shown: String = text.chars().take(255).collect();
        let message = format!("{}: data value too large: {shown} (max length={})", field.label, field.length);
        return Err(ApiError::bad("STRING_TOO_LONG", message).about([&field.name]));
    }
    if field.kind == Kind::Email && !looks_like_email(text) {
        return Err(ApiError::bad("INVALID_EMAIL_ADDRESS", format!("{}: invalid email address: {text}", field.label))
            .about([&field.name]));
    }
    if field.restricted {
        let Some(value) = field.values.iter().find(|value| value.eq_ignore_ascii_case(text)) else {
            let message = format!("{}: bad value for restricted picklist field: {text}", field.label);
            return Err(ApiError::bad("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message).about([&field.name]));
        };
        return Ok(Sql::Text(value.clone()));
    }
    Ok(Sql::Text(text.to_owned()))
}

/// Shows a stored value as the API does.
pub(crate) fn to_json(kind: Kind, value: &Sql) -> Json {
    match (kind, value) {
        (_, Sql::Null | Sql::Blob(_)) => Json::Null,
        (Kind::Boolean, Sql::Integer(on)) => Json::Bool(*on != 0),
        (Kind::DateTime, Sql::Integer(ms)) => Json::String(datetime_text(*ms, "+0000")),
        (Kind::Double | Kind::Currency | Kind::Percent, Sql::Integer(number)) =>
        {
            #[expect(clippy::cast_precision_loss, reason = "written as a double by the vendor too")]
            Json::from(*number as f64)
        }
        (_, Sql::Integer(number)) => Json::from(*number),
        (_, Sql::Real(number)) => Json::from(*number),
        (_, Sql::Text(text)) => Json::String(text.clone()),
    }
}

/// Shows a stored value as XML text, which writes date-times with `Z`; `None` where there is none.
pub(crate) fn to_xml_text(kind: Kind, value: &Sql) -> Option<String> {
    match to_json(kind, value) {
        Json::Null => None,
        Json::String(text) if kind == Kind::DateTime => Some(text.replace("+0000", "Z")),
        Json::String(text) => Some(text),
        other @ (Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_)) => Some(other.to_string()),
    }
}

/// A point in time as the vendor writes it, with milliseconds and the given zone suffix.
pub(crate) fn datetime_text(ms: i64, zone: &str) -> String {
    Timestamp::from_millisecond(ms)
        .map(|at| format!("{}{zone}", at.strftime("%Y-%m-%dT%H:%M:%S%.3f")))
        .unwrap_or_default()
}

/// Reads a date-time with or without fraction and with any of the zone forms that clients write.
pub(crate) fn parse_datetime(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%z"] {
        if let Ok(at) = Timestamp::strptime(format, text) {
            return Some(at.as_millisecond());
        }
    }
    if let Ok(at) = text.parse::<DateTime>() {
        return at.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp().as_millisecond());
    }
    None
}

/// The text in a stored value.
pub(crate) fn as_text(value: &Sql) -> Option<&str> {
    match value {
        Sql::Text(text) => Some(text),
        Sql::Null | Sql::Integer(_) | Sql::Real(_) | Sql::Blob(_) => None,
    }
}

fn text<'a>(field: &Field, json: &'a Json) -> Result<&'a str, ApiError> {
    json.as_str().ok_or_else(|| wrong_type(field, json))
}

fn number(field: &Field, json: &Json) -> Result<f64, ApiError> {
    let number = match json {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    };
    number.filter(|number: &f64| number.is_finite()).ok_or_else(|| wrong_type(field, json))
}

fn round(number: f64, scale: u32) -> f64 {
    let factor = 10_f64.powi(i32::try_from(scale).unwrap_or_default());
    let rounded = (number * factor).round() / factor;
    if rounded.is_finite() { rounded } else { number }
}

fn looks_like_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = |part: &str| {
        !part.is_empty() && !part.contains(|letter: char| letter.is_whitespace() || "@,;:<>()[]\"\\".contains(letter))
    };
    plain(local)
        && plain(domain)
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !domain.contains("..")
}

fn wrong_type(field: &Field, json: &Json) -> ApiError {
    let (token, shown) = match json {
        Json::Null => ("VALUE_NULL", String::new()),
        Json::Bool(true) => ("VALUE_TRUE", "true".to_owned()),
        Json::Bool(false) => ("VALUE_FALSE", "false".to_owned()),
        Json::Number(number) if number.is_f64() => ("VALUE_NUMBER_FLOAT", number.to_string()),
        Json::Number(number) => ("VALUE_NUMBER_INT", number.to_string()),
        Json::String(text) => ("VALUE_STRING", text.chars().take(80).collect()),
        Json::Array(_) => ("START_ARRAY", "[".to_owned()),
        Json::Object(_) => ("START_OBJECT", "{".to_owned()),
    };
    let wanted = if field.kind.is_text() { "string" } else { field.kind.name() };
    ApiError::json_parser(format!(
        "Cannot deserialize instance of {wanted} from {token} value {shown} or request may be missing a required field at [line:1, column:1] ({})",
        field.name
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Sql, datetime_text, from_json, parse_datetime, to_json};
    use crate::crm::schema::{Kind, Schema};

    fn check(object: &str, field: &str, value: serde_json::Value) -> Result<serde_json::Value, &'static str> {
        let schema = Schema::load(&crate::crm::schema::tests::package_dir()).unwrap();
        let field = schema.object(object).unwrap().field(field).unwrap();
        from_json(field, &value).map(|stored| to_json(field.kind, &stored)).map_err(|error| error.code)
    }

    #[test]
    fn values_are_taken_or_refused_as_the_vendor_does() {
        let long = "x".repeat(81);
        for (field, written, expected) in [
            ("LastName", json!("  Holm "), Ok(json!("Holm"))),
            ("LastName", json!(""), Ok(json!(null))),
            ("LastName", json!(long), Err("STRING_TOO_LONG")),
            ("LastName", json!(5), Err("JSON_PARSER_ERROR")),
            ("NumberOfEmployees", json!("240"), Ok(json!(240))),
            ("NumberOfEmployees", json!(2.5), Err("JSON_PARSER_ERROR")),
            ("RevLoops_Score__c", json!(87), Ok(json!(87.0))),
            ("RevLoops_Score__c", json!(87.6), Ok(json!(88.0))),
            ("RevLoops_Score__c", json!(1000), Err("NUMBER_OUTSIDE_VALID_RANGE")),
            ("RevLoops_Score__c", json!("high"), Err("JSON_PARSER_ERROR")),
            ("Email", json!("ida@northwind.example"), Ok(json!("ida@northwind.example"))),
            ("Email", json!("ida at northwind"), Err("INVALID_EMAIL_ADDRESS")),
            ("OwnerId", json!("005xx000001SwiU"), Ok(json!("005xx000001SwiUAAS"))),
            ("OwnerId", json!("Ida"), Err("MALFORMED_ID")),
            ("DoNotCall", json!(null), Ok(json!(false))),
            ("RevLoops_Routed_At__c", json!("2026-11-22T06:45:10Z"), Ok(json!("2026-11-22T06:45:10.000+0000"))),
            ("RevLoops_Routed_At__c", json!("yesterday"), Err("JSON_PARSER_ERROR")),
        ] {
            assert_eq!(check("Lead", field, written.clone()), expected, "{field} = {written}");
        }
    }

    #[test]
    fn restricted_picklists_refuse_and_others_do_not() {
        assert_eq!(check("Group", "Type", json!("queue")), Ok(json!("Queue")));
        assert_eq!(check("Group", "Type", json!("Heap")), Err("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"));
        assert_eq!(check("Lead", "Industry", json!("Kite making")), Ok(json!("Kite making")));
    }

    #[test]
    fn datetimes_are_read_with_every_zone_form_that_clients_write() {
        let expected = 1_795_329_910_000;
        for text in [
            "2026-11-22T06:45:10Z",
            "2026-11-22T06:45:10.000Z",
            "2026-11-22T06:45:10.000+0000",
            "2026-11-22T07:45:10+01:00",
            "2026-11-22T06:45:10",
        ] {
            assert_eq!(parse_datetime(text), Some(expected), "{text}");
        }
        assert_eq!(datetime_text(expected, "Z"), "2026-11-22T06:45:10.000Z");
    }

    #[test]
    fn a_double_keeps_its_fraction_point() {
        assert_eq!(to_json(Kind::Double, &Sql::Real(87.0)).to_string(), "87.0");
    }
}
