//! What all stand-ins have in common: the listener, the control endpoints, the faults, and saying what they are.
//!
//! | endpoint | does |
//! |---|---|
//! | `GET /_standin/health` | says which stand-in this is |
//! | `GET /_standin/faults` | the rules in place, with how often each has hit |
//! | `PUT /_standin/faults` | replaces them |
//! | `DELETE /_standin/faults` | takes them away |

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderValue, StatusCode};
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::faults::{Faults, Mode, Refusals, RuleSet};

/// The header in which every response says that it comes from a stand-in.
pub const STAND_IN_HEADER: &str = "x-revloops-stand-in";

/// Marks a response that must never be sent: the connection is closed in its place.
#[derive(Clone, Copy)]
struct Dropped;

#[derive(Clone)]
struct Host {
    name: &'static str,
    faults: Arc<Faults>,
    refusals: Refusals,
}

/// A running stand-in; dropping it ends it.
pub struct Running {
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The address as a URL without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Runs a piece of background work for as long as the stand-in runs.
    pub fn also_run(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(work);
    }

    /// Waits until it ends by itself, which it does only when it fails.
    pub async fn finished(mut self) {
        self.tasks.join_next().await;
    }

    /// Stops listening and ends the background work.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        self.tasks.shutdown().await;
    }
}

/// Serves `router` as the stand-in called `name` (`crm`, `enrichment`, `ai`) on `listener`.
///
/// # Errors
/// When the listener has no local address.
pub fn serve(listener: TcpListener, name: &'static str, refusals: Refusals, router: Router) -> anyhow::Result<Running> {
    let addr = listener.local_addr()?;
    let host = Host { name, faults: Arc::new(Faults::default()), refusals };
    let control = Router::new()
        .route("/_standin/health", get(health))
        .route("/_standin/faults", get(show_faults).put(replace_faults).delete(clear_faults))
        .with_state(host.clone());
    let app = router.merge(control).layer(from_fn_with_state(host, apply_faults));
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    tasks.spawn(accept(listener, app, stopped));
    Ok(Running { addr, stop, tasks })
}

async fn accept(listener: TcpListener, app: Router, mut stopped: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, _peer)) => {
                let (app, mut stopped) = (app.clone(), stopped.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        () = connection(stream, app) => {}
                        _ = stopped.changed() => {}
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "accepting a connection failed");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, app: Router) {
    // Small answers go out at once; Nagle's algorithm would add up to 40 ms to each of them.
    stream.set_nodelay(true).ok();
    let service = TowerToHyperService::new(app);
    let service = service_fn(move |request| {
        let answer = service.call(request);
        async move {
            let Ok(response) = answer.await;
            // An error here makes hyper close the connection without a response: that is what a client sees when a server dies.
            if response.extensions().get::<Dropped>().is_some() { Err(DroppedByFault) } else { Ok(response) }
        }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .max_buf_size(1 << 20)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "connection ended");
    }
}

#[derive(Debug, thiserror::Error)]
#[error("dropped by a fault rule")]
struct DroppedByFault;

async fn apply_faults(State(host): State<Host>, request: Request, next: Next) -> Response {
    let hit = host.faults.decide(request.method().as_str(), request.uri().path());
    let mut response = match hit {
        None => next.run(request).await,
        Some(hit) => {
            if !hit.delay.is_zero() {
                tokio::time::sleep(hit.delay).await;
            }
            let mut response = match hit.mode {
                Mode::Slow => next.run(request).await,
                Mode::Throttle => (host.refusals.throttled)(hit.status),
                Mode::Error => (host.refusals.broken)(hit.status),
                Mode::ApplyThenDrop => {
                    let mut response = next.run(request).await;
                    response.extensions_mut().insert(Dropped);
                    response
                }
                Mode::Drop => {
                    let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
                    response.extensions_mut().insert(Dropped);
                    response
                }
            };
            if let (Mode::Throttle | Mode::Error, Some(body)) = (hit.mode, hit.body) {
                *response.body_mut() = Body::from(body.to_string());
                response.headers_mut().remove(http::header::CONTENT_LENGTH);
            }
            response
        }
    };
    response.headers_mut().insert(STAND_IN_HEADER, HeaderValue::from_static(host.name));
    response
}

async fn health(State(host): State<Host>) -> Json<serde_json::Value> {
    Json(serde_json::json!({ "standIn": host.name, "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

async fn show_faults(State(host): State<Host>) -> Json<serde_json::Value> {
    let rules: Vec<serde_json::Value> = host
        .faults
        .snapshot()
        .into_iter()
        .map(|(rule, hits)| {
            let mut rule = serde_json::json!(rule);
            if let Some(rule) = rule.as_object_mut() {
                rule.insert("hits".into(), hits.into());
            }
            rule
        })
        .collect();
    Json(serde_json::json!({ "rules": rules }))
}

async fn replace_faults(State(host): State<Host>, Json(set): Json<RuleSet>) -> StatusCode {
    host.faults.replace(set);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(host): State<Host>) -> StatusCode {
    host.faults.replace(RuleSet::default());
    StatusCode::NO_CONTENT
}
