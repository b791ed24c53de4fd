//! A lead that shows it, or the proof that there is none.

use std::fmt;

use super::Space;
use super::cell::Cell;
use super::region::Region;
use super::search::Searched;
use super::value::Value;
use crate::fields::{FieldId, FieldValues};

/// What [`Space::find`] came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Such a lead.
    Lead(Witness),
    /// There is none: proved.
    Nothing {
        /// The places of those regions outside which there is nothing left; without any one of them there would be.
        because: Vec<usize>,
    },
    /// Nothing is claimed: the work would be too much.
    Undecided,
}

/// A lead that shows something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its values, the derived field included.
    pub values: FieldValues,
    /// The fields that matter, by name, as people read them.
    pub shown: Vec<(&'static str, String)>,
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<String> = self.shown.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        write!(f, "{{{}}}", fields.join(", "))
    }
}

impl Space {
    /// A lead that is in `inside` and in none of `outside`.
    #[must_use]
    pub fn find(&self, inside: &Region, outside: &[&Region]) -> Found {
        match self.search(&inside.cells, outside) {
            Searched::Cell(cell) => Found::Lead(self.witness(&cell)),
            Searched::Undecided => Found::Undecided,
            Searched::Nothing { .. } if !self.complete => Found::Undecided,
            Searched::Nothing { because } => Found::Nothing { because: self.needed(inside, outside, because) },
        }
    }

    /// Leaves out what is not needed for the proof.
    fn needed(&self, inside: &Region, outside: &[&Region], mut because: Vec<usize>) -> Vec<usize> {
        let mut at = 0;
        while at < because.len() {
            let mut fewer = because.clone();
            fewer.remove(at);
            let others: Vec<&Region> = fewer.iter().filter_map(|of| outside.get(*of).copied()).collect();
            match self.search(&inside.cells, &others) {
                Searched::Nothing { .. } => because = fewer,
                Searched::Cell(_) | Searched::Undecided => at += 1,
            }
        }
        because
    }

    /// One lead of the box. Of a field that does not matter it has no value, where it can be without.
    fn witness(&self, cell: &Cell) -> Witness {
        let mut values = FieldValues::new(&self.table);
        let mut shown = Vec::new();
        for (at, axis) in self.axes.iter().enumerate() {
            let limit = cell.limit(at);
            let class = match limit {
                Some(limit) => {
                    let absent = axis.class_of(&Value::Absent);
                    limit.ones().find(|class| Some(*class) != absent).or(absent)
                }
                None => axis.class_of(&Value::Absent).or(Some(0)),
            };
            let value = class.map_or(&Value::Absent, |class| axis.sample(class));
            value.set(&mut values, axis.field);
            if Some(axis.field) != self.derived && (limit.is_some() || *value != Value::Absent) {
                shown.push(self.said(axis.field, &values));
            }
        }
        Witness { values, shown }
    }

    fn said(&self, field: FieldId, values: &FieldValues) -> (&'static str, String) {
        (self.table.name(field), values.shown(field).into_owned())
    }
}
