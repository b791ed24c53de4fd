//! What DynamoDB's streams bring: an item as it is after a write, in DynamoDB's own JSON.
//!
//! | item | |
//! |---|---|
//! | of the runs table, at the write that stores the decision | a decision; a record too large for an item is read from its bucket |
//! | of the table of outcomes, `outcome.<loop>` | what became of a decision |
//! | anything else | not the ledger's |

use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::ports::Objects;
use revloops_loopkit::{Failure, Outcome, Record};
use serde_json::Value;

use crate::keep::{Reading, Unread};
use crate::told::{Decided, Told};

/// Reads the records of a batch. What cannot be read is told, and keeps no other back.
///
/// # Errors
/// Where the bucket of large records does not answer.
pub async fn read(records: &[Value], large: &dyn Objects) -> Outcome<Reading> {
    let mut reading = Reading::default();
    for record in records {
        let Some(image) = record.pointer("/dynamodb/NewImage") else { continue };
        let name = format!("{}/{}", text(image, "pk").unwrap_or_default(), text(image, "sk").unwrap_or_default());
        let found = match told(image, large).await {
            Ok(found) => found,
            Err(failure) if failure.class().passes_by_itself() => return Err(failure),
            Err(failure) => {
                reading.unread.push(Unread { name, reason: failure.to_string() });
                continue;
            }
        };
        reading.told.extend(found);
    }
    Ok(reading)
}

fn text<'a>(image: &'a Value, attribute: &str) -> Option<&'a str> {
    image.get(attribute)?.get("S")?.as_str()
}

async fn told(image: &Value, large: &dyn Objects) -> Outcome<Option<Told>> {
    if text(image, "pk").is_some_and(|pk| pk.starts_with("outcome.")) {
        let document = text(image, "value").unwrap_or_default();
        return read_json(document, "an outcome").map(|became| Some(Told::Outcome(became)));
    }
    // Each effect is noted in the item, too: the decision is told by the write that stores it.
    if image.get("applied").is_some() {
        return Ok(None);
    }
    let record: Record = match (text(image, "record"), text(image, "record_key")) {
        (Some(record), _) => read_json(record, "a run's record")?,
        (None, Some(key)) => read_json(&outside(image, key, large).await?, "a run's large record")?,
        (None, None) => return Ok(None),
    };
    Ok(Some(Told::Decision(Box::new(Decided::of(&record)))))
}

async fn outside(image: &Value, key: &str, large: &dyn Objects) -> Outcome<String> {
    let bug = |what: &str| Failure::new(ErrorClass::Bug, format!("{key} {what}"));
    let object = large.read(key).await?.ok_or_else(|| bug("is not there"))?;
    if text(image, "record_sha256") != Some(sha256_hex(&object.bytes).as_str()) {
        return Err(bug("is not what its run stored"));
    }
    String::from_utf8(object.bytes).map_err(|_withheld| bug("is no text"))
}

fn read_json<T: serde::de::DeserializeOwned>(json: &str, what: &str) -> Outcome<T> {
    serde_json::from_str(json)
        .map_err(|error| Failure::unreadable(ErrorClass::Bug, format_args!("reading {what}"), &error))
}
