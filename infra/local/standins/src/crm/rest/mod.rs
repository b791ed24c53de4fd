//! `/services/data`: which resource a request is for.

mod batch;
pub(crate) mod call;
mod collections;
mod composite;
mod describe;
mod limits;
mod query;
mod records;
mod tree;
pub(crate) mod versions;

use std::sync::Arc;

use rusqlite::Connection;

use self::call::{Call, Reply};
use super::access::Viewer;
use super::error::ApiError;
use super::schema::{Object, Schema};
use super::store::write::Scope;

pub(crate) use limits::DAILY_CALLS;
pub(crate) use query::Cursors;

/// What a request is served with.
pub(crate) struct Context<'a> {
    pub(crate) conn: &'a Connection,
    pub(crate) schema: &'a Schema,
    pub(crate) cursors: &'a Arc<Cursors>,
    pub(crate) viewer: &'a Viewer,
    pub(crate) user_id: &'a str,
    /// Milliseconds since the epoch.
    pub(crate) now: i64,
    /// As in the path: `v68.0`.
    pub(crate) version: String,
    pub(crate) used_calls: u64,
}

/// Whether serving the request may change records.
pub(crate) fn may_write(call: &Call) -> bool {
    let retrieves = matches!(
        call.path.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
        [_, _, _, "composite", "sobjects", _]
    ) && call.method == "POST";
    !matches!(call.method.as_str(), "GET" | "HEAD") && !retrieves
}

/// Serves one request; a refusal is a reply too.
pub(crate) fn serve(context: &Context<'_>, call: &Call) -> Reply {
    dispatch(context, call).unwrap_or_else(Reply::from)
}

fn dispatch(context: &Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let resource = match path.as_slice() {
        ["services", "data"] => return Ok(Reply::ok(versions::list())),
        ["services", "data", _version, resource @ ..] => resource,
        _ => return Err(ApiError::not_found()),
    };
    match (call.method.as_str(), resource) {
        ("GET", []) => Ok(Reply::ok(versions::resources(&context.version))),
        ("GET", ["limits"]) => Ok(Reply::ok(limits::all(context.used_calls))),
        ("GET", ["query"]) => query::first(context, call, false),
        ("GET", ["queryAll"]) => query::first(context, call, true),
        ("GET", ["query" | "queryAll", cursor]) => query::next(context, cursor),

        ("GET", ["sobjects"]) => Ok(Reply::ok(describe::global(context))),
        ("GET", ["sobjects", object]) => Ok(Reply::ok(describe::basic(context, context.object(object)?))),
        ("POST", ["sobjects", object]) => records::create(context, call, context.object(object)?),
        ("GET", ["sobjects", object, "describe"]) => Ok(Reply::ok(describe::full(context, context.object(object)?))),
        ("POST" | "PUT", ["sobjects", "User", id, "password"]) => records::set_password(context, call, id),
        ("GET", ["sobjects", object, id]) => records::read(context, call, context.object(object)?, id),
        ("PATCH", ["sobjects", object, id]) => records::update(context, call, context.object(object)?, id),
        ("DELETE", ["sobjects", object, id]) => records::delete(context, call, context.object(object)?, id),
        ("GET", ["sobjects", object, key, value]) => {
            records::read_by_key(context, call, context.object(object)?, key, value)
        }
        ("PATCH" | "POST", ["sobjects", object, key, value]) => {
            records::upsert(context, call, context.object(object)?, key, value)
        }
        ("DELETE", ["sobjects", object, key, value]) => {
            records::delete_by_key(context, call, context.object(object)?, key, value)
        }

        ("POST", ["composite"]) => composite::run(context, call),
        ("POST", ["composite", "batch"]) => batch::run(context, call),
        ("POST", ["composite", "tree", object]) => tree::create(context, call, context.object(object)?),
        ("POST", ["composite", "sobjects"]) => collections::create(context, call),
        ("PATCH", ["composite", "sobjects"]) => collections::update(context, call),
        ("DELETE", ["composite", "sobjects"]) => collections::delete(context, call),
        ("PATCH", ["composite", "sobjects", object, key]) => {
            collections::upsert(context, call, context.object(object)?, key)
        }
        ("GET" | "POST", ["composite", "sobjects", object]) => {
            collections::retrieve(context, call, context.object(object)?)
        }

        (_, ["sobjects" | "query" | "queryAll" | "limits" | "composite", ..] | []) => {
            Err(ApiError::new(405, "METHOD_NOT_ALLOWED", format!("HTTP Method '{}' not allowed here", call.method)))
        }
        _ => Err(ApiError::not_found()),
    }
}

impl<'a> Context<'a> {
    fn object(&self, name: &str) -> Result<&'a Object, ApiError> {
        self.schema.object(name).ok_or_else(ApiError::not_found)
    }

    fn scope(&self, call: &Call) -> Scope<'a> {
        Scope {
            conn: self.conn,
            schema: self.schema,
            viewer: self.viewer,
            user_id: self.user_id,
            now: self.now,
            auto_assign: !call.header("sforce-auto-assign").is_some_and(|value| value.eq_ignore_ascii_case("false")),
            unmodified_since: call.header("if-unmodified-since").and_then(http_date),
            system: false,
        }
    }
}

/// An HTTP date in milliseconds since the epoch.
fn http_date(text: &str) -> Option<i64> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok().map(|at| at.as_millisecond())
}
