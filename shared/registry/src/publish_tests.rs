use std::sync::Mutex;

use async_trait::async_trait;
use revloops_config::store::ObjectRead;
use revloops_domain::Secret;

use super::*;
use crate::document::Registry;
use crate::envelope::KeySecret;
use crate::servers::ServerEntry;

/// One object, and how often somebody else writes just before us.
#[derive(Default)]
struct Bucket {
    object: Mutex<Option<Vec<u8>>>,
    rivals: Mutex<Vec<Vec<u8>>>,
}

fn etag(bytes: &[u8]) -> String {
    revloops_domain::sha256_hex(bytes)
}

#[async_trait]
impl ReplaceableObjects for Bucket {
    async fn read(&self, _key: &str) -> Result<Option<ObjectRead>, StoreError> {
        let object = self.object.lock().unwrap().clone();
        Ok(object.map(|bytes| ObjectRead { etag: etag(&bytes), bytes }))
    }

    async fn replace(&self, key: &str, bytes: Vec<u8>, expected: Option<&str>) -> Result<(), StoreError> {
        let mut object = self.object.lock().unwrap();
        if let Some(rival) = self.rivals.lock().unwrap().pop() {
            *object = Some(rival);
        }
        if object.as_deref().map(etag).as_deref() != expected {
            return Err(StoreError::Conflict(key.to_owned()));
        }
        *object = Some(bytes);
        Ok(())
    }
}

fn keys() -> SigningKeys {
    let private_keys = vec![Secret::new(SigningKeys::generate().unwrap())];
    SigningKeys::from_secret(&KeySecret { private_keys }).unwrap()
}

fn servers(names: &[&str]) -> Servers {
    let entry = |name: &&str| ServerEntry {
        name: format!("com.example/{name}"),
        client_name: format!("example-{name}"),
        title: (*name).to_owned(),
        description: (*name).to_owned(),
        version: "1.0.0".to_owned(),
        path: format!("/mcp/{name}"),
        scopes: Vec::new(),
    };
    Servers { valid_days: 90, entries: names.iter().map(entry).collect() }
}

const URL: &str = "https://example.com";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn the_serial_number_grows_only_where_something_differs() {
    let (bucket, keys, now) = (Bucket::default(), keys(), at("2026-11-28T10:00:00Z"));
    let first = publish(&servers(&["crm"]), URL, &keys, now, &bucket).await.unwrap();
    assert_eq!((first.serial, first.changed), (1, true));
    let again = publish(&servers(&["crm"]), URL, &keys, at("2026-11-29T10:00:00Z"), &bucket).await.unwrap();
    assert_eq!((again.serial, again.changed, again.expires), (1, false, first.expires));
    let more = publish(&servers(&["crm", "workflow"]), URL, &keys, now, &bucket).await.unwrap();
    assert_eq!((more.serial, more.changed), (2, true));
    let moved = publish(&servers(&["crm", "workflow"]), "https://other.example", &keys, now, &bucket).await.unwrap();
    assert_eq!((moved.serial, moved.changed), (3, true));
    let stored = bucket.object.lock().unwrap().clone().unwrap();
    let envelope = Envelope::parse(&stored).unwrap();
    let registry = Registry::verified(&envelope, &keys.public_keys()[0], now).unwrap();
    assert_eq!(registry.servers[1].url, "https://other.example/mcp/workflow");
}

#[tokio::test]
async fn in_the_second_half_of_its_time_a_document_is_renewed() {
    let (bucket, keys) = (Bucket::default(), keys());
    publish(&servers(&["crm"]), URL, &keys, at("2026-11-01T00:00:00Z"), &bucket).await.unwrap();
    let early = publish(&servers(&["crm"]), URL, &keys, at("2026-12-15T00:00:00Z"), &bucket).await.unwrap();
    assert_eq!((early.serial, early.changed), (1, false));
    let late = publish(&servers(&["crm"]), URL, &keys, at("2026-12-17T00:00:00Z"), &bucket).await.unwrap();
    assert_eq!((late.serial, late.changed, late.expires), (2, true, at("2027-03-17T00:00:00Z")));
}

#[tokio::test]
async fn another_key_signs_anew_and_goes_on_counting() {
    let (bucket, now) = (Bucket::default(), at("2026-11-28T10:00:00Z"));
    publish(&servers(&["crm"]), URL, &keys(), now, &bucket).await.unwrap();
    let rotated = publish(&servers(&["crm"]), URL, &keys(), now, &bucket).await.unwrap();
    assert_eq!((rotated.serial, rotated.changed), (2, true));
}

#[tokio::test]
async fn of_two_publishers_none_takes_the_other_s_number() {
    let (rival, keys, now) = (Bucket::default(), keys(), at("2026-11-28T10:00:00Z"));
    publish(&servers(&["crm"]), URL, &keys, now, &rival).await.unwrap();
    let theirs = rival.object.lock().unwrap().clone().unwrap();
    let bucket = Bucket { rivals: Mutex::new(vec![theirs]), ..Bucket::default() };
    let ours = publish(&servers(&["crm", "workflow"]), URL, &keys, now, &bucket).await.unwrap();
    assert_eq!((ours.serial, ours.changed), (2, true));
}

#[tokio::test]
async fn what_gives_no_number_is_not_written_over() {
    let bucket = Bucket { object: Mutex::new(Some(b"{}".to_vec())), ..Bucket::default() };
    let refused = publish(&servers(&["crm"]), URL, &keys(), at("2026-11-28T10:00:00Z"), &bucket).await;
    assert!(matches!(refused, Err(PublishError::Stored(_))), "{refused:?}");
    assert_eq!(bucket.object.lock().unwrap().as_deref(), Some(b"{}".as_slice()));
}

#[tokio::test]
async fn a_public_address_without_tls_is_refused() {
    let (bucket, keys) = (Bucket::default(), keys());
    let refused = publish(&servers(&["crm"]), "http://example.com", &keys, Timestamp::UNIX_EPOCH, &bucket).await;
    assert!(matches!(refused, Err(PublishError::Address(_))));
}
