//! `query` and `queryAll`: the first page, and the pages after it from a cursor.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value as Json, json};

use super::Context;
use super::call::{Call, Reply};
use crate::crm::error::ApiError;
use crate::crm::ids;
use crate::crm::soql;

const PAGE: usize = 2000;
/// Cursors that are kept; the oldest one goes first, as in a real organisation.
const KEPT: usize = 20;

/// Results that have pages left.
#[derive(Default)]
pub(crate) struct Cursors {
    kept: Mutex<(u64, VecDeque<Cursor>)>,
}

struct Cursor {
    id: String,
    user_id: String,
    page: usize,
    records: Vec<Json>,
}

pub(super) fn first(context: &Context<'_>, call: &Call, deleted: bool) -> Result<Reply, ApiError> {
    let text = call.query.get("q").ok_or_else(|| soql::malformed("A query string has to be specified"))?;
    let page = page_size(call)?;
    let answer = soql::run(context.conn, context.schema, context.viewer, text, context.now, deleted, &context.version)?;
    if answer.records.len() <= page {
        return Ok(Reply::ok(json!({ "totalSize": answer.total, "done": true, "records": answer.records })));
    }
    let mut kept = context.cursors.kept.lock().unwrap_or_else(PoisonError::into_inner);
    let (count, cursors) = &mut *kept;
    *count += 1;
    let cursor =
        Cursor { id: ids::numbered("01g", *count), user_id: context.user_id.to_owned(), page, records: answer.records };
    let reply = cursor.from(0, &context.version);
    cursors.push_back(cursor);
    while cursors.len() > KEPT {
        cursors.pop_front();
    }
    Ok(Reply::ok(reply))
}

pub(super) fn next(context: &Context<'_>, cursor: &str) -> Result<Reply, ApiError> {
    let gone = || ApiError::bad("INVALID_QUERY_LOCATOR", "invalid query locator");
    let (id, start) = cursor.rsplit_once('-').ok_or_else(gone)?;
    let start: usize = start.parse().map_err(|_| gone())?;
    let kept = context.cursors.kept.lock().unwrap_or_else(PoisonError::into_inner);
    let found = kept
        .1
        .iter()
        .find(|cursor| cursor.id == id && cursor.user_id == context.user_id && start < cursor.records.len());
    found.map(|cursor| Reply::ok(cursor.from(start, &context.version))).ok_or_else(gone)
}

impl Cursor {
    fn from(&self, start: usize, version: &str) -> Json {
        let end = (start + self.page).min(self.records.len());
        let mut reply = json!({ "totalSize": self.records.len(), "done": end == self.records.len() });
        if let Some(reply) = reply.as_object_mut() {
            if end < self.records.len() {
                reply.insert(
                    "nextRecordsUrl".into(),
                    format!("/services/data/{version}/query/{}-{end}", self.id).into(),
                );
            }
            reply.insert("records".into(), self.records.get(start..end).unwrap_or_default().into());
        }
        reply
    }
}

fn page_size(call: &Call) -> Result<usize, ApiError> {
    let Some(options) = call.header("sforce-query-options") else { return Ok(PAGE) };
    let size =
        options.split([';', ',']).find_map(|option| option.trim().strip_prefix("batchSize=")).map(str::parse::<usize>);
    match size {
        None => Ok(PAGE),
        // The vendor takes what lies outside as the nearest allowed size.
        Some(Ok(size)) => Ok(size.clamp(200, PAGE)),
        Some(Err(_)) => Err(ApiError::bad("INVALID_QUERY_OPTIONS", "batchSize has to be a number")),
    }
}
