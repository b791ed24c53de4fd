//! `composite`: up to 25 requests in one, where a later one may use what an earlier one answered.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value as Json, json};

use super::call::{Body, Call, Reply};
use super::{Context, serve, versions};
use crate::crm::error::ApiError;

const MOST: usize = 25;
/// Of these, how many may be queries or collections.
const MOST_HEAVY: usize = 5;

struct Step {
    reference: String,
    method: String,
    url: String,
    body: Json,
    headers: HeaderMap,
}

pub(super) fn run(context: &Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let request = call.object()?;
    let all_or_none = request.get("allOrNone").and_then(Json::as_bool).unwrap_or(false);
    let list = request
        .get("compositeRequest")
        .and_then(Json::as_array)
        .ok_or_else(|| ApiError::json_parser("compositeRequest is missing"))?;
    if list.is_empty() || list.len() > MOST {
        return Err(ApiError::bad("LIMIT_EXCEEDED", format!("The composite request takes 1 to {MOST} subrequests")));
    }
    let steps = list.iter().map(step).collect::<Result<Vec<_>, _>>()?;
    if steps.iter().filter(|step| step.url.contains("/query") || step.url.contains("/composite/sobjects")).count()
        > MOST_HEAVY
    {
        return Err(ApiError::bad(
            "LIMIT_EXCEEDED",
            format!("At most {MOST_HEAVY} subrequests may be queries or collections"),
        ));
    }

    let scope = context.scope(call);
    let mut replies = Vec::with_capacity(steps.len());
    let mut failed = None;
    let undone = scope.atomically(|| {
        let mut answers = BTreeMap::new();
        for (place, step) in steps.iter().enumerate() {
            let reply = subrequest(context, step, &answers);
            if reply.status < 400 {
                answers.insert(step.reference.clone(), reply.body.clone().unwrap_or(Json::Null));
            }
            let broke = reply.status >= 400;
            replies.push(reply);
            if broke && all_or_none {
                failed = Some(place);
                return Err(ApiError::bad("PROCESSING_HALTED", "rolled back"));
            }
        }
        Ok(())
    });
    if let (Err(error), None) = (undone, failed) {
        return Err(error);
    }
    if let Some(place) = failed {
        let halted = || {
            Reply::from(ApiError::bad(
                "PROCESSING_HALTED",
                "The transaction was rolled back since another operation in the same transaction failed.",
            ))
        };
        for reply in replies.iter_mut().take(place) {
            *reply = halted();
        }
        replies.resize_with(steps.len(), halted);
    }
    let responses: Vec<Json> = steps
        .iter()
        .zip(replies)
        .map(|(step, reply)| {
            let headers: Map<String, Json> = reply.headers.iter().map(|(name, value)| (if *name == "location" { "Location".to_owned() } else { (*name).to_owned() }, Json::String(value.clone()))).collect();
            json!({ "body": reply.body, "httpHeaders": headers, "httpStatusCode": reply.status, "referenceId": step.reference })
        })
        .collect();
    Ok(Reply::ok(json!({ "compositeResponse": responses })))
}

fn step(request: &Json) -> Result<Step, ApiError> {
    let text = |name: &str| {
        request
            .get(name)
            .and_then(Json::as_str)
            .ok_or_else(|| ApiError::json_parser(format!("{name} is missing in a subrequest")))
    };
    let mut headers = HeaderMap::new();
    // Only what the subrequest itself gives: of the outer request's headers, none that changes how records are written is handed down.
    for (name, value) in request.get("httpHeaders").and_then(Json::as_object).into_iter().flatten() {
        let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok());
        if let (Ok(name), Some(value)) = (HeaderName::try_from(name.as_str()), value) {
            headers.insert(name, value);
        }
    }
    Ok(Step {
        reference: text("referenceId")?.to_owned(),
        method: text("method")?.to_ascii_uppercase(),
        url: text("url")?.to_owned(),
        body: request.get("body").cloned().unwrap_or(Json::Null),
        headers,
    })
}

fn subrequest(context: &Context<'_>, step: &Step, answers: &BTreeMap<String, Json>) -> Reply {
    let prepared = filled(&step.url, answers).and_then(|url| Ok((url, filled_json(&step.body, answers)?)));
    let (url, body) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => return error.into(),
    };
    let call = Call::new(&step.method, &url, step.headers.clone(), Body::Json(body));
    let Some(version) = call.path.get(2) else { return ApiError::not_found().into() };
    if let Err(error) = versions::check(version) {
        return error.into();
    }
    if matches!(call.path.get(3).map(String::as_str), Some("composite"))
        && !matches!(call.path.get(4).map(String::as_str), Some("sobjects"))
    {
        return ApiError::bad("INVALID_INPUT", "a composite request cannot hold another one").into();
    }
    let own = Context { version: version.clone(), ..*context };
    serve(&own, &call)
}

fn filled_json(value: &Json, answers: &BTreeMap<String, Json>) -> Result<Json, ApiError> {
    match value {
        Json::String(text) => filled(text, answers).map(Json::String),
        Json::Array(list) => {
            list.iter().map(|item| filled_json(item, answers)).collect::<Result<Vec<_>, _>>().map(Json::Array)
        }
        Json::Object(map) => map
            .iter()
            .map(|(name, item)| Ok((name.clone(), filled_json(item, answers)?)))
            .collect::<Result<Map<_, _>, ApiError>>()
            .map(Json::Object),
        Json::Null | Json::Bool(_) | Json::Number(_) => Ok(value.clone()),
    }
}

/// Replaces every `@{reference.path}`.
fn filled(text: &str, answers: &BTreeMap<String, Json>) -> Result<String, ApiError> {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("@{") {
        let Some((expression, after)) = after.split_once('}') else { break };
        done.push_str(before);
        done.push_str(&looked_up(expression, answers)?);
        rest = after;
    }
    done.push_str(rest);
    Ok(done)
}

fn looked_up(expression: &str, answers: &BTreeMap<String, Json>) -> Result<String, ApiError> {
    let (reference, path) = expression.split_once(['.', '[']).unwrap_or((expression, ""));
    let halted = |message: String| ApiError::bad("PROCESSING_HALTED", message);
    let answer = answers.get(reference).ok_or_else(|| halted(format!("Invalid reference specified. No value for {expression} found. The operation that it refers to failed or comes later.")))?;
    let mut value = answer;
    for part in path.split(['.', '[']).map(|part| part.trim_end_matches(']')).filter(|part| !part.is_empty()) {
        let next = match part.parse::<usize>() {
            Ok(index) => value.get(index),
            Err(_) => value
                .as_object()
                .and_then(|map| map.iter().find(|(name, _)| name.eq_ignore_ascii_case(part)).map(|(_, value)| value)),
        };
        value = next.ok_or_else(|| {
            halted(format!("Invalid reference specified. No value for {expression} found in {reference}."))
        })?;
    }
    Ok(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::filled;

    #[test]
    fn references_reach_into_objects_and_lists() {
        let answers = BTreeMap::from([
            ("lead".to_owned(), json!({ "id": "00Q1", "records": [{ "Id": "00Q2" }] })),
            ("list".to_owned(), json!([{ "id": "003" }])),
        ]);
        assert_eq!(
            filled("/sobjects/Lead/@{lead.id}?x=@{lead.records[0].Id}&y=@{list[0].id}", &answers).unwrap(),
            "/sobjects/Lead/00Q1?x=00Q2&y=003"
        );
        assert_eq!(filled("@{lead.name}", &answers).unwrap_err().code, "PROCESSING_HALTED");
        assert_eq!(filled("@{other.id}", &answers).unwrap_err().code, "PROCESSING_HALTED");
        assert_eq!(filled("no reference @{", &answers).unwrap(), "no reference @{");
    }
}
