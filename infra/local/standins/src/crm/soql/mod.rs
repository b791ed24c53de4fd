//! SOQL: text → [`ast`] → SQL with bound parameters → records as JSON.

pub(crate) mod ast;
mod compile;
mod condition;
mod cursor;
mod dates;
mod grouping;
mod lexer;
mod parser;
mod paths;
mod run;

pub(crate) use run::run;

use super::error::ApiError;

/// A query that is no SOQL.
pub(crate) fn malformed(message: impl Into<String>) -> ApiError {
    ApiError::bad("MALFORMED_QUERY", message)
}
