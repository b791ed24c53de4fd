//! A warehouse's answer → rows of a mart.

use revloops_domain::ErrorClass;
use revloops_lake::{Column, Row, Value};
use revloops_loopkit::ports::Answered;
use revloops_loopkit::{Failure, Outcome};

/// The answer's rows with the mart's columns in the mart's order.
///
/// # Errors
/// `Bug` where a column is missing or a cell is not of its kind; the message names both.
pub(crate) fn rows(columns: &[Column], answered: &Answered) -> Outcome<Vec<Row>> {
    let bug = |problem: String| Failure::new(ErrorClass::Bug, problem);
    let place = |column: &Column| {
        let found = answered.columns.iter().position(|name| name.eq_ignore_ascii_case(&column.name));
        found.ok_or_else(|| bug(format!("the query gives no column {}", column.name)))
    };
    let places = columns.iter().map(place).collect::<Outcome<Vec<_>>>()?;
    if let Some(name) =
        answered.columns.iter().find(|name| columns.iter().all(|column| !name.eq_ignore_ascii_case(&column.name)))
    {
        return Err(bug(format!("the query gives a column {name} that the mart does not have")));
    }
    let cell = |column: &Column, text: Option<&String>| match text {
        None => Ok(Value::Null),
        Some(text) => Value::parse(column.kind, text).ok_or_else(|| {
            bug(format!("the query gives {text:?} in {}, which is not {}", column.name, column.kind.words()))
        }),
    };
    let row = |cells: &Vec<Option<String>>| {
        let cells =
            columns.iter().zip(&places).map(|(column, place)| cell(column, cells.get(*place).and_then(Option::as_ref)));
        Ok(Row::new(cells.collect::<Outcome<_>>()?))
    };
    answered.rows.iter().map(row).collect()
}
