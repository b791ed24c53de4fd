//! A proxy that adds a token, since the suite cannot send one.
//!
//! Who calls the proxy by its own name reaches the server by the server's name; any other name is passed on as it is, so
//! that the server's own check of `Host` and `Origin` is what answers.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue, ORIGIN, TRANSFER_ENCODING,
};
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The largest request and answer, in bytes.
const LARGEST: usize = 8 << 20;

/// A proxy that runs until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    /// Where the server is reached by it: the same path as the server's.
    pub url: String,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Behind {
    client: reqwest::Client,
    /// `http://host:port` of the server, and its name as `Host` has it.
    origin: String,
    host: String,
    /// The proxy's own name.
    own: String,
    authorization: HeaderValue,
}

/// Starts a proxy in front of the server at `url`, on a free port of this machine.
///
/// # Errors
/// When the address cannot be read, the token is no header's value, or there is no port.
pub async fn start(url: &str, token: &str) -> anyhow::Result<Proxy> {
    let server: http::Uri = url.parse().with_context(|| format!("reading {url}"))?;
    let host = server.authority().context("the server's address names no host")?.to_string();
    let scheme = server.scheme_str().unwrap_or("http");
    let mut authorization = HeaderValue::try_from(format!("Bearer {token}")).context("reading the token")?;
    authorization.set_sensitive(true);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let own = listener.local_addr()?.to_string();
    let proxy = format!("http://{own}{}", server.path());
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let behind = Behind { client, origin: format!("{scheme}://{host}"), host, own, authorization };
    let router = Router::new().fallback(pass).with_state(Arc::new(behind));
    let task = tokio::spawn(async move {
        axum::serve(listener, router).await.ok();
    });
    Ok(Proxy { url: proxy, task })
}

async fn pass(State(behind): State<Arc<Behind>>, request: Request) -> Response {
    passed(&behind, request).await.unwrap_or_else(|error| {
        let mut response = Response::new(Body::from(format!("{error:#}")));
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        response
    })
}

async fn passed(behind: &Behind, request: Request) -> anyhow::Result<Response> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let body = to_bytes(body, LARGEST).await?;
    let sent = behind.client.request(parts.method, format!("{}{path}", behind.origin));
    let answer = sent.headers(headers(behind, parts.headers)?).body(body).send().await?;
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers().iter().filter(|(name, _)| !is_of_the_hop(name)) {
        response = response.header(name, value);
    }
    Ok(response.body(Body::from(answer.bytes().await?))?)
}

fn is_of_the_hop(name: &HeaderName) -> bool {
    [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING].contains(name)
}

fn headers(behind: &Behind, mut headers: HeaderMap) -> anyhow::Result<HeaderMap> {
    for name in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    if headers.get(HOST).is_some_and(|host| host == &behind.own) {
        headers.insert(HOST, HeaderValue::try_from(&behind.host)?);
    }
    if headers.get(ORIGIN).is_some_and(|origin| origin == &format!("http://{}", behind.own)) {
        headers.insert(ORIGIN, HeaderValue::try_from(&behind.origin)?);
    }
    headers.insert(AUTHORIZATION, behind.authorization.clone());
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that repeats what it was asked: host, origin, token, path and body.
    async fn echo() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp/crm", listener.local_addr().unwrap());
        let router = Router::new().fallback(|request: Request| async move {
            let (parts, body) = request.into_parts();
            let header =
                |name| parts.headers.get(name).map_or("-", |value: &HeaderValue| value.to_str().unwrap()).to_owned();
            let body = String::from_utf8(to_bytes(body, LARGEST).await.unwrap().to_vec()).unwrap();
            [header(HOST), header(ORIGIN), header(AUTHORIZATION), parts.uri.path().to_owned(), body].join(" ")
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    #[tokio::test]
    async fn the_proxy_s_own_name_becomes_the_server_s_and_any_other_stays() {
        let server = echo().await;
        let proxy = start(&server, "secret").await.unwrap();
        let (own, behind) = (proxy.url.trim_end_matches("/mcp/crm").to_owned(), server.trim_end_matches("/mcp/crm"));
        let client = reqwest::Client::new();
        let ask = |host: Option<&'static str>, origin: String| {
            let request = client.post(&proxy.url).header(ORIGIN, origin).body("hello");
            let request = if let Some(host) = host { request.header(HOST, host) } else { request };
            async move { request.send().await.unwrap().text().await.unwrap() }
        };
        let name = behind.trim_start_matches("http://");
        assert_eq!(ask(None, own).await, format!("{name} {behind} Bearer secret /mcp/crm hello"));
        let evil = ask(Some("evil.example.com"), "http://evil.example.com".to_owned()).await;
        assert_eq!(evil, "evil.example.com http://evil.example.com Bearer secret /mcp/crm hello");
    }
}
