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
            Searched::Cell(cell) => Found::Lead(self.witness(&cell, inside, outside)),
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

    /// One lead of the box, with as few values as will do.
    fn witness(&self, cell: &Cell, inside: &Region, outside: &[&Region]) -> Witness {
        let classes = self.axes.iter().enumerate().map(|(at, axis)| {
            let absent = axis.class_of(&Value::Absent);
            match cell.limit(at) {
                Some(limit) => limit.ones().find(|class| Some(*class) != absent).or(absent).unwrap_or_default(),
                None => absent.unwrap_or_default(),
            }
        });
        let mut lead: Vec<usize> = classes.collect();
        self.leave_out(&mut lead, inside, outside);
        let home = inside.cells.iter().find(|cell| cell.has(&lead));
        let mut values = FieldValues::new(&self.table);
        let mut shown = Vec::new();
        for ((at, axis), class) in self.axes.iter().enumerate().zip(&lead) {
            let value = axis.sample(*class);
            value.set(&mut values, axis.field);
            // That a value is missing is told where it has to be missing.
            let asked = home.is_some_and(|home| home.limit(at).is_some());
            if Some(axis.field) != self.derived && (asked || *value != Value::Absent) {
                shown.push(self.said(axis.field, &values));
            }
        }
        Witness { values, shown }
    }

    /// Takes away each value without which the lead is still in `inside` and in none of `outside`.
    fn leave_out(&self, lead: &mut Vec<usize>, inside: &Region, outside: &[&Region]) {
        let derived = self.derived.and_then(|field| self.axis(field));
        let nowhere = derived.and_then(|(at, axis)| Some((at, axis.class_of(&Value::Absent)?)));
        for (at, axis) in self.axes.iter().enumerate() {
            let Some(absent) = axis.class_of(&Value::Absent) else { continue };
            if derived.is_some_and(|(derived, _)| derived == at) {
                continue;
            }
            let mut without = lead.clone();
            put(&mut without, at, absent);
            if *lead != without && self.fits(&without, inside, outside) {
                *lead = without;
                continue;
            }
            // Without this value, it may be in no territory any more, and still do.
            if let Some((derived, nowhere)) = nowhere {
                put(&mut without, derived, nowhere);
                if *lead != without && self.fits(&without, inside, outside) {
                    *lead = without;
                }
            }
        }
    }

    fn fits(&self, lead: &[usize], inside: &Region, outside: &[&Region]) -> bool {
        inside.cells.iter().any(|cell| cell.has(lead))
            && !self.facts.iter().any(|cell| cell.has(lead))
            && !outside.iter().any(|region| region.cells.iter().any(|cell| cell.has(lead)))
    }

    fn said(&self, field: FieldId, values: &FieldValues) -> (&'static str, String) {
        (self.table.name(field), values.shown(field).into_owned())
    }
}

fn put(lead: &mut [usize], axis: usize, class: usize) {
    if let Some(place) = lead.get_mut(axis) {
        *place = class;
    }
}
