//! Records on the wire: one table a kind of record, by which it is read from the REST API's JSON and from an outbound
//! message's XML alike.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde_json::{Map, Value};
use thiserror::Error;

/// Why a record is none that we can work on. Names the field and never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FieldProblem {
    /// A field that the CRM requires is missing or empty.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A field's value is not of its kind.
    #[error("{field} is not {expected}")]
    Wrong {
        /// API name.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

/// How a field gets into the domain's record.
pub enum Put<R> {
    /// As it is.
    Text(fn(&mut R, String)),
    /// If it is what the words say.
    Checked(fn(&mut R, &str) -> Option<()>, &'static str),
}

/// A record of the domain that the CRM tells of.
pub trait OnTheWire: Sized + 'static {
    /// API names of the fields that the CRM requires.
    const REQUIRED: &'static [&'static str];
    /// All others, in the order of API names.
    const OPTIONAL: &'static [(&'static str, Put<Self>)];

    /// The record with its required fields alone.
    ///
    /// # Errors
    /// When one is missing or not of its kind.
    fn required(take: impl FnMut(&'static str) -> Result<String, FieldProblem>) -> Result<Self, FieldProblem>;
}

/// A record on the wire: API name → text, of the fields in the table alone. What is empty is not there.
///
/// Its `Debug` shows which fields there are, and no value.
#[derive(Clone, PartialEq, Eq)]
pub struct Wire<R>(BTreeMap<&'static str, String>, PhantomData<R>);

impl<R> Default for Wire<R> {
    fn default() -> Self {
        Self(BTreeMap::new(), PhantomData)
    }
}

impl<R: OnTheWire> Wire<R> {
    /// API names of all fields that make a record.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        R::REQUIRED.iter().copied().chain(R::OPTIONAL.iter().map(|(name, _)| *name))
    }

    /// Takes a field, if it is in the table and not blank.
    pub fn put(&mut self, name: &str, text: impl Into<String>) {
        let text = text.into();
        if let Some(known) = Self::names().find(|known| *known == name)
            && !text.trim().is_empty()
        {
            self.0.insert(known, text);
        }
    }

    /// Reads the REST API's JSON; fields that are not in the table are left out.
    ///
    /// # Errors
    /// When a field of the table is an object or a list.
    pub fn from_json(record: &Map<String, Value>) -> Result<Self, FieldProblem> {
        let mut wire = Self::default();
        for name in Self::names() {
            match record.get(name) {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) => wire.put(name, text.as_str()),
                Some(Value::Number(number)) => wire.put(name, number.to_string()),
                Some(Value::Bool(yes)) => wire.put(name, yes.to_string()),
                Some(Value::Array(_) | Value::Object(_)) => {
                    return Err(FieldProblem::Wrong { field: name, expected: "a single value" });
                }
            }
        }
        Ok(wire)
    }

    /// The domain's record.
    ///
    /// # Errors
    /// When a required field is missing, or a field is not of its kind.
    pub fn read(self) -> Result<R, FieldProblem> {
        let Self(mut texts, _) = self;
        let mut record = R::required(|name| texts.remove(name).ok_or(FieldProblem::Missing(name)))?;
        for (name, put) in R::OPTIONAL {
            let Some(text) = texts.remove(name) else { continue };
            match put {
                Put::Text(put) => put(&mut record, text),
                Put::Checked(put, expected) => {
                    put(&mut record, text.trim()).ok_or(FieldProblem::Wrong { field: name, expected })?;
                }
            }
        }
        Ok(record)
    }
}

impl<R> fmt::Debug for Wire<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Outbound messages write `…Z`, the REST API `…+0000`.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok()
}

/// What was read, if it could be.
pub(crate) fn put<T>(place: &mut Option<T>, read: Option<T>) -> Option<()> {
    *place = Some(read?);
    Some(())
}

/// Two letters, in any case.
pub(crate) fn country(text: &str) -> Option<String> {
    let two_letters = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    two_letters.then(|| text.to_ascii_uppercase())
}

/// XML writes an integer plainly, JSON sometimes with a fraction of nought. The CRM lets a person type a negative
/// number of employees, which says nothing, so it is as good as none.
pub(crate) fn put_employees(place: &mut Option<u32>, text: &str) -> Option<()> {
    let whole = text
        .split_once('.')
        .map_or(Some(text), |(whole, fraction)| fraction.bytes().all(|digit| digit == b'0').then_some(whole))?;
    *place = u32::try_from(whole.parse::<i64>().ok()?).ok();
    Some(())
}
