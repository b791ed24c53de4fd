//! Rows: typed values in the order of a dataset's columns.

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use crate::{Column, Dataset, Kind};

/// What a cell holds.
#[derive(Debug, Clone)]
pub enum Value {
    /// Nothing.
    Null,
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number with a fraction; never NaN.
    Number(f64),
    /// Yes or no.
    Truth(bool),
    /// Microseconds since 1970, UTC.
    Time(i64),
    /// Days since 1970, UTC.
    Day(i32),
}

impl Value {
    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Text(_) => 1,
            Self::Whole(_) => 2,
            Self::Number(_) => 3,
            Self::Truth(_) => 4,
            Self::Time(_) => 5,
            Self::Day(_) => 6,
        }
    }
}

/// A total order, so that the winner of two rows is the same wherever it is looked for.
impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(one), Self::Text(two)) => one.cmp(two),
            (Self::Whole(one), Self::Whole(two)) | (Self::Time(one), Self::Time(two)) => one.cmp(two),
            (Self::Number(one), Self::Number(two)) => one.total_cmp(two),
            (Self::Truth(one), Self::Truth(two)) => one.cmp(two),
            (Self::Day(one), Self::Day(two)) => one.cmp(two),
            (one, two) => one.rank().cmp(&two.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

/// A row of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub(crate) values: Vec<Value>,
}

/// Why something is no row of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The dataset.
    pub dataset: String,
    /// What is wrong, with the column's name, and what would be right.
    pub problem: String,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no row of {}: {}", self.dataset, self.problem)
    }
}

impl std::error::Error for BadRow {}

impl Value {
    /// Reads a cell that a warehouse wrote as text.
    #[must_use]
    pub fn parse(kind: Kind, text: &str) -> Option<Self> {
        Some(match kind {
            Kind::Text => Self::Text(text.to_owned()),
            Kind::Whole => Self::Whole(text.parse().ok()?),
            Kind::Number => Self::Number(text.parse::<f64>().ok().filter(|number| number.is_finite())? + 0.0),
            Kind::Truth => Self::Truth(text.parse().ok()?),
            Kind::Day => return read(kind, &Json::from(text.get(..10)?)),
            Kind::Time => return read(kind, &Json::from(format!("{}Z", text.get(..19)?.replacen(' ', "T", 1)))),
        })
    }
}

impl Row {
    /// A row of these values, which are in the columns' order and of their kinds.
    #[must_use]
    pub fn new(values: Vec<Value>) -> Self {
        Self { values }
    }

    /// Reads a row from an object with a member a column; a member that is missing is null.
    ///
    /// # Errors
    /// Where a member is no column, does not hold what its column holds, or the key or the day is not whole.
    pub fn of(dataset: &Dataset, members: &Map<String, Json>) -> Result<Self, BadRow> {
        let bad = |problem| BadRow { dataset: dataset.name.clone(), problem };
        if let Some(name) = members.keys().find(|name| dataset.column(name).is_none()) {
            return Err(bad(format!("there is no column {name}")));
        }
        let value = |column: &Column| match members.get(&column.name) {
            None | Some(Json::Null) => Ok(Value::Null),
            Some(json) => read(column.kind, json)
                .ok_or_else(|| bad(format!("{} holds {json}, and not {}", column.name, column.kind.words()))),
        };
        let values = dataset.columns.iter().map(value).collect::<Result<Vec<_>, _>>()?;
        let row = Self { values };
        if let Some(name) = dataset.needed().find(|name| matches!(row.get(dataset, name), Value::Null)) {
            return Err(bad(format!("{name} is missing")));
        }
        Ok(row)
    }

    /// The values, in the columns' order.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The value of a column; null where the dataset has no such column.
    #[must_use]
    pub fn get(&self, dataset: &Dataset, column: &str) -> &Value {
        let place = dataset.columns.iter().position(|one| one.name == column);
        place.and_then(|place| self.values.get(place)).unwrap_or(&Value::Null)
    }

    /// The row as an object, without what is null.
    #[must_use]
    pub fn members(&self, dataset: &Dataset) -> Map<String, Json> {
        let members = dataset.columns.iter().zip(&self.values);
        members.filter_map(|(column, value)| Some((column.name.clone(), write(value)?))).collect()
    }

    /// What makes it the same row.
    pub(crate) fn key(&self, dataset: &Dataset) -> Vec<Value> {
        dataset.key.iter().map(|name| self.get(dataset, name).clone()).collect()
    }

    /// The day that it lies in; none where the dataset has no days.
    pub(crate) fn day(&self, dataset: &Dataset) -> Option<Date> {
        match self.get(dataset, dataset.day.as_deref()?) {
            Value::Day(days) => date(*days),
            Value::Time(micros) => {
                Some(Timestamp::from_microsecond(*micros).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date())
            }
            Value::Null | Value::Text(_) | Value::Whole(_) | Value::Number(_) | Value::Truth(_) => None,
        }
    }

    /// What the newer of two rows is known by.
    pub(crate) fn newness(&self, dataset: &Dataset) -> (Value, Value, &[Value]) {
        (self.get(dataset, ROW_VERSION).clone(), self.get(dataset, SEEN_AT).clone(), &self.values)
    }
}

/// The column that grows with each state of a row.
pub(crate) const ROW_VERSION: &str = "row_version";
/// The column of when that state reached the ledger.
pub(crate) const SEEN_AT: &str = "seen_at";

fn epoch() -> Date {
    Date::constant(1970, 1, 1)
}

fn date(days: i32) -> Option<Date> {
    epoch().checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

fn read(kind: Kind, json: &Json) -> Option<Value> {
    Some(match kind {
        Kind::Text => Value::Text(json.as_str()?.to_owned()),
        Kind::Whole => Value::Whole(json.as_i64()?),
        // Zero has one form, so that equal rows have equal bytes.
        Kind::Number => Value::Number(json.as_f64().filter(|number| number.is_finite())? + 0.0),
        Kind::Truth => Value::Truth(json.as_bool()?),
        Kind::Time => Value::Time(json.as_str()?.parse::<Timestamp>().ok()?.as_microsecond()),
        Kind::Day => Value::Day(epoch().until(json.as_str()?.parse::<Date>().ok()?).ok()?.get_days()),
    })
}

fn write(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Null => return None,
        Value::Text(text) => text.clone().into(),
        Value::Whole(whole) => (*whole).into(),
        Value::Number(number) => (*number).into(),
        Value::Truth(truth) => (*truth).into(),
        Value::Time(micros) => Timestamp::from_microsecond(*micros).ok()?.to_string().into(),
        Value::Day(days) => date(*days)?.to_string().into(),
    })
}
