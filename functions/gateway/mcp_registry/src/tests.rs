use std::process::Command;

use async_trait::async_trait;
use revloops_config::store::PointerRead;
use revloops_config::{Pointer, StoreError};
use revloops_domain::Secret;
use revloops_registry::envelope::{KeySecret, SigningKeys};

use super::*;

/// A bucket with one object, or none, or one that does not answer.
struct Stored(Result<Option<Vec<u8>>, ()>);

#[async_trait]
impl ConfigStore for Stored {
    async fn put(&self, _key: &str, _bytes: Vec<u8>) -> Result<String, StoreError> {
        unreachable!("the function only reads")
    }
    async fn get(&self, _key: &str, _version_id: &str) -> Result<Vec<u8>, StoreError> {
        unreachable!("the newest is served")
    }
    async fn newest(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        assert_eq!(key, "registry/current.json");
        let failed = |()| StoreError::Unavailable { context: "reading".to_owned(), source: "it is down".into() };
        self.0.clone().map_err(failed)
    }
    async fn pointer(&self, _loop_name: &str) -> Result<Option<PointerRead>, StoreError> {
        unreachable!("no pointer is asked for")
    }
    async fn move_pointer(&self, _: &str, _: &Pointer, _: Option<&str>) -> Result<(), StoreError> {
        unreachable!("the function only reads")
    }
}

struct At(&'static str);

impl Clock for At {
    fn now(&self) -> jiff::Timestamp {
        self.0.parse().unwrap()
    }
}

fn keys() -> SigningKeys {
    let private_keys = vec![Secret::new(SigningKeys::generate().unwrap())];
    SigningKeys::from_secret(&KeySecret { private_keys }).unwrap()
}

fn signed(keys: &SigningKeys) -> Vec<u8> {
    let document =
        json!({"serial": 1, "issued_at": "2026-11-01T00:00:00Z", "expires": "2026-12-01T00:00:00Z", "servers": []});
    serde_json::to_vec(&keys.sign(document.to_string().as_bytes())).unwrap()
}

fn ports(keys: &SigningKeys, stored: Result<Option<Vec<u8>>, ()>, now: &'static str) -> Ports {
    Ports {
        store: Arc::new(Stored(stored)),
        clock: Arc::new(At(now)),
        key: keys.public_keys().remove(0),
        public_url: "https://revloops.example.com".to_owned(),
    }
}

fn get(path: &str) -> Request<Vec<u8>> {
    Request::get(path).body(Vec::new()).unwrap()
}

#[tokio::test]
async fn the_stored_bytes_are_served_and_not_sent_twice() {
    let keys = keys();
    let ports = ports(&keys, Ok(Some(signed(&keys))), "2026-11-28T00:00:00Z");
    let first = handle(get(REGISTRY_PATH), &ports).await;
    assert_eq!((first.status(), first.body()), (StatusCode::OK, &signed(&keys)));
    assert_eq!(first.headers()[header::CACHE_CONTROL], "public, max-age=300");
    let mut again = get(REGISTRY_PATH);
    again.headers_mut().insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
    let again = handle(again, &ports).await;
    assert_eq!((again.status(), again.body().len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn what_installers_would_refuse_is_not_served() {
    let keys = keys();
    let cases = [
        (Ok(None), "2026-11-28T00:00:00Z", StatusCode::NOT_FOUND),
        (Err(()), "2026-11-28T00:00:00Z", StatusCode::SERVICE_UNAVAILABLE),
        (Ok(Some(b"{}".to_vec())), "2026-11-28T00:00:00Z", StatusCode::SERVICE_UNAVAILABLE),
        (Ok(Some(signed(&self::keys()))), "2026-11-28T00:00:00Z", StatusCode::SERVICE_UNAVAILABLE),
        (Ok(Some(signed(&keys))), "2026-12-01T00:00:00Z", StatusCode::SERVICE_UNAVAILABLE),
    ];
    for (stored, now, status) in cases {
        let answer = handle(get(REGISTRY_PATH), &ports(&keys, stored, now)).await;
        assert_eq!(
            (answer.status(), &answer.headers()[header::CACHE_CONTROL]),
            (status, &HeaderValue::from_static("no-store"))
        );
    }
}

#[tokio::test]
async fn other_paths_and_methods_are_told_so() {
    let keys = keys();
    let ports = ports(&keys, Ok(None), "2026-11-28T00:00:00Z");
    assert_eq!(handle(get("/mcp/other"), &ports).await.status(), StatusCode::NOT_FOUND);
    let post = Request::post(REGISTRY_PATH).body(Vec::new()).unwrap();
    let answer = handle(post, &ports).await;
    assert_eq!(
        (answer.status(), &answer.headers()[header::ALLOW]),
        (StatusCode::METHOD_NOT_ALLOWED, &HeaderValue::from_static("GET, HEAD"))
    );
}

#[tokio::test]
async fn the_served_installer_knows_its_registry_and_brings_its_bridge() {
    let keys = keys();
    let answer = handle(get(SCRIPT_PATH), &ports(&keys, Ok(None), "2026-11-28T00:00:00Z")).await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/x-python; charset=utf-8");
    let says = "\nimport json as _json\n_json.dump([REGISTRY_URL, REGISTRY_KEY, bridge_source()], sys.stdout)\n";
    let script = String::from_utf8(answer.into_body())
        .unwrap()
        .replace("\nif __name__ == \"__main__\":\n    sys.exit(main(sys.argv[1:]))\n", says);
    // As `curl … | python3 -` runs it.
    let output = Command::new("python3").args(["-c", &script]).output().unwrap();
    let told: Vec<String> = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let key = keys.public_keys()[0].to_base64();
    assert_eq!(told, ["https://revloops.example.com/mcp/registry", &key, revloops_registry::install::BRIDGE]);
}
