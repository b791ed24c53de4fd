//! `composite/batch`: up to 25 independent requests in one.

use serde_json::{Value as Json, json};

use super::call::{Body, Call, Reply};
use super::{Context, serve, versions};
use crate::crm::error::ApiError;

const MOST: usize = 25;

pub(super) fn run(context: &Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let request = call.object()?;
    let list = request
        .get("batchRequests")
        .and_then(Json::as_array)
        .ok_or_else(|| ApiError::json_parser("batchRequests is missing"))?;
    if list.is_empty() || list.len() > MOST {
        return Err(ApiError::bad("LIMIT_EXCEEDED", format!("The batch request takes 1 to {MOST} subrequests")));
    }
    let halt = request.get("haltOnError").and_then(Json::as_bool).unwrap_or(false);
    let mut results = Vec::with_capacity(list.len());
    let mut failed = false;
    for item in list {
        let reply = if failed && halt {
            Reply::with(412, ApiError::bad("BATCH_PROCESSING_HALTED", "Batch processing halted by request").body())
        } else {
            one(context, call, item)
        };
        failed |= reply.status >= 400;
        results.push(json!({ "statusCode": reply.status, "result": reply.body }));
    }
    Ok(Reply::ok(json!({ "hasErrors": failed, "results": results })))
}

fn one(context: &Context<'_>, outer: &Call, item: &Json) -> Reply {
    let text = |name: &str| item.get(name).and_then(Json::as_str);
    let (Some(method), Some(url)) = (text("method"), text("url")) else {
        return ApiError::json_parser("method or url is missing in a subrequest").into();
    };
    let url = if url.trim_start_matches('/').starts_with("services/") {
        url.to_owned()
    } else {
        format!("/services/data/{}", url.trim_start_matches('/'))
    };
    let call = Call::new(
        method,
        &url,
        outer.headers.clone(),
        Body::Json(item.get("richInput").cloned().unwrap_or(Json::Null)),
    );
    let Some(version) = call.path.get(2) else { return ApiError::not_found().into() };
    if let Err(error) = versions::check(version) {
        return error.into();
    }
    if call.path.get(3).is_some_and(|part| part == "composite") {
        return ApiError::bad("INVALID_INPUT", "a batch request cannot hold a composite one").into();
    }
    serve(&Context { version: version.clone(), ..*context }, &call)
}
