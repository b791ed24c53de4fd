//! Design's service behind the HTTP API: analysts compute with plans from their notebooks.
//!
//! | in | answer |
//! |---|---|
//! | a path that is none of [`Operation`]'s | 404 |
//! | another method than the operation's | 405 |
//! | a body that is not `application/json` | 415 |
//! | a body over [`MAX_BODY_BYTES`](revloops_planning::service::MAX_BODY_BYTES) | 413 |
//! | a body that is no JSON, or has another shape | 400, every problem |
//! | a scenario that is not stored | 404, with where to look |
//! | a plan that does not pass its check, or is too large | 422, every problem |
//! | the config store does not answer | 503 |
//! | a question | 200 |
//!
//! Who may ask is decided before: on AWS the routes take requests that IAM has authorised (`AuthorizationType: AWS_IAM`), for a plan
//! says what people are paid. Nothing of a body is logged. The same question about the same plan gives the same bytes.

mod plans;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant;

use http::{HeaderValue, Request, Response, StatusCode, header};

use revloops_config::ConfigStore;
use revloops_planning::service::{Operation, Question, Refusal};

/// What the service needs of the world.
#[derive(Clone)]
pub struct Ports {
    /// Where scenarios are stored.
    pub store: Arc<dyn ConfigStore>,
}

/// Answers one request; never fails.
pub async fn handle(request: Request<Vec<u8>>, ports: &Ports) -> Response<Vec<u8>> {
    let began = Instant::now();
    let answer = answered(&request, ports).await;
    let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (path, bytes) = (Operation::at(request.uri().path()).map(Operation::path), request.body().len());
    match &answer {
        Ok(body) => tracing::info!(path, bytes, answered = body.len(), duration_ms, "plan computed with"),
        Err(refusal) => {
            tracing::warn!(
                path,
                bytes,
                status = refusal.status,
                problems = refusal.problems.len(),
                duration_ms,
                "refused"
            );
        }
    }
    response(answer)
}

async fn answered(request: &Request<Vec<u8>>, ports: &Ports) -> Result<Vec<u8>, Refusal> {
    let Some(operation) = Operation::at(request.uri().path()) else {
        let paths = Operation::ALL.map(Operation::path).join(", ");
        return Err(Refusal::new(404, format!("there is no such path; there are {paths}")));
    };
    if request.method().as_str() != operation.method() {
        return Err(Refusal::new(405, format!("{} takes {}", operation.path(), operation.method())));
    }
    if operation != Operation::Describe && !is_json(request) {
        return Err(Refusal::new(415, "the body must be application/json"));
    }
    let question = Question::read(operation, request.body())?;
    let mut plans = Vec::new();
    for asked in question.plans()? {
        plans.push(plans::find(asked, ports.store.as_ref()).await?);
    }
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // Seconds of work: on a thread that the runtime does not need.
    match tokio::task::spawn_blocking(move || question.answer(&plans, threads)).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!("answering panicked: {error}");
            Err(Refusal::new(500, "the question could not be answered; this is a bug in RevLoops"))
        }
    }
}

fn is_json(request: &Request<Vec<u8>>) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = content_type.and_then(|text| text.split(';').next()).map(str::trim);
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
}

fn response(answer: Result<Vec<u8>, Refusal>) -> Response<Vec<u8>> {
    let (status, kind, body) = match answer {
        Ok(body) => (StatusCode::OK, "application/json", body),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, "application/problem+json", refusal.to_json())
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
    }
    response
}

#[cfg(test)]
mod tests;
