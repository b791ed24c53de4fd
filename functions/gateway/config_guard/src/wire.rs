//! What S3 tells of an object that was written: by its own notification, or through EventBridge.

use revloops_domain::ErrorClass;
use revloops_loopkit::{Failure, Outcome};
use serde::Deserialize;
use serde_json::Value;

/// An object that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its key.
    pub key: String,
    /// Its version.
    pub version_id: String,
    /// Who wrote it, as AWS names them: `AWS:AROAEXAMPLE:session`.
    pub by: String,
}

#[derive(Deserialize)]
struct Notification {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: String,
    s3: S3,
    #[serde(default)]
    user_identity: Identity,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Identity {
    #[serde(default)]
    principal_id: String,
}

#[derive(Deserialize)]
struct S3 {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    key: String,
    #[serde(default, rename = "versionId", alias = "version-id")]
    version_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Event {
    detail_type: String,
    detail: Detail,
}

#[derive(Deserialize)]
struct Detail {
    object: Object,
    #[serde(default)]
    requester: String,
}

/// The objects that a notification says were created; others it may tell of are left out.
///
/// # Errors
/// `Rejected` where it is no notification of S3, or the bucket keeps no versions.
pub fn read(notification: &Value) -> Outcome<Vec<Written>> {
    let unreadable = |error: serde_json::Error| {
        Failure::unreadable(ErrorClass::Rejected, "reading a notification of the config bucket", &error)
    };
    // The test notification of a new configuration has neither.
    if notification.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
        return Ok(Vec::new());
    }
    if notification.get("detail-type").is_some() {
        let event: Event = serde_json::from_value(notification.clone()).map_err(unreadable)?;
        if event.detail_type != "Object Created" {
            return Ok(Vec::new());
        }
        // Keys of EventBridge are as they are.
        let key = event.detail.object.key.clone();
        return Ok(vec![written(key, event.detail.object, event.detail.requester)?]);
    }
    let told: Notification = serde_json::from_value(notification.clone()).map_err(unreadable)?;
    let created = told.records.into_iter().filter(|record| {
        let name = record.event_name.strip_prefix("s3:").unwrap_or(&record.event_name);
        name.starts_with("ObjectCreated:")
    });
    created
        .map(|record| {
            let key = decoded(&record.s3.object.key);
            written(key, record.s3.object, record.user_identity.principal_id)
        })
        .collect()
}

fn written(key: String, object: Object, by: String) -> Outcome<Written> {
    let Some(version_id) = object.version_id.filter(|version| !version.is_empty()) else {
        let what = format!("the notification of {key} names no version: the config bucket must keep versions");
        return Err(Failure::new(ErrorClass::Rejected, what));
    };
    Ok(Written { key, version_id, by: if by.is_empty() { "unknown".to_owned() } else { by } })
}

/// S3 writes keys in its notifications as forms are written.
fn decoded(key: &str) -> String {
    url::form_urlencoded::parse(format!("k={key}").as_bytes())
        .next()
        .map_or_else(|| key.to_owned(), |(_, key)| key.into_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_kinds_of_notification_are_read() {
        let direct = json!({"Records": [
            {"eventName": "ObjectCreated:Put", "userIdentity": {"principalId": "AWS:AROA:kim"},
             "s3": {"bucket": {"name": "b"}, "object": {"key": "candidates/route/my+rules%281%29.yaml", "versionId": "v1", "size": 3}}},
            {"eventName": "ObjectRemoved:Delete", "s3": {"object": {"key": "candidates/route/x.yaml", "versionId": "v2"}}},
        ]});
        let wanted = Written {
            key: "candidates/route/my rules(1).yaml".into(),
            version_id: "v1".into(),
            by: "AWS:AROA:kim".into(),
        };
        assert_eq!(read(&direct).unwrap(), [wanted]);
        let bridged = json!({"detail-type": "Object Created", "source": "aws.s3", "detail": {"bucket": {"name": "b"},
            "object": {"key": "active/route.json", "version-id": "v3"}, "requester": "123456789012"}});
        let wanted = Written { key: "active/route.json".into(), version_id: "v3".into(), by: "123456789012".into() };
        assert_eq!(read(&bridged).unwrap(), [wanted]);
    }

    #[test]
    fn what_is_no_notification_is_rejected_and_a_test_one_is_nothing() {
        assert!(read(&json!({"Event": "s3:TestEvent"})).unwrap().is_empty());
        assert_eq!(read(&json!({"hello": 1})).unwrap_err().class(), ErrorClass::Rejected);
        let unversioned = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": "a"}}}]});
        assert!(read(&unversioned).unwrap_err().to_string().contains("must keep versions"));
    }
}
