//! Conditions as unions of boxes.

use super::Space;
use super::bits::Bits;
use super::cell::Cell;
use super::value::Value;
use crate::condition::{Condition, Test};
use crate::fields::{FieldId, Slot};

/// How many boxes a condition may have; beyond it, nothing is claimed about it.
const MOST_CELLS: usize = 20_000;
/// Up to how many boxes are held against each other, to keep their number small.
const TIDY: usize = 200;

/// A set of leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    pub(crate) cells: Vec<Cell>,
}

impl Region {
    /// Whether no lead is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    fn nothing() -> Self {
        Self { cells: Vec::new() }
    }

    fn everything() -> Self {
        Self { cells: vec![Cell::everything()] }
    }
}

impl Space {
    /// The leads for which `condition` holds; `None` where that is too many boxes to work with.
    #[must_use]
    pub fn region(&self, condition: &Condition) -> Option<Region> {
        self.of(condition, true)
    }

    /// The leads for which `condition` does not hold.
    #[must_use]
    pub fn outside(&self, condition: &Condition) -> Option<Region> {
        self.of(condition, false)
    }

    /// All leads whose `field` is one of these texts; `None` among them stands for no value.
    #[must_use]
    pub fn with(&self, field: FieldId, texts: &[Option<&str>]) -> Region {
        let Some((at, axis)) = self.axis(field) else { return Region::nothing() };
        let mut bits = Bits::none(axis.len());
        for text in texts {
            let class = match text {
                Some(text) => axis.class_of_text(text),
                None => axis.class_of(&Value::Absent),
            };
            class.into_iter().for_each(|class| bits.insert(class));
        }
        self.limited(at, bits)
    }

    /// The leads that are in both; `None` where that is too many boxes.
    #[must_use]
    pub fn both(&self, a: &Region, b: &Region) -> Option<Region> {
        let mut cells = Vec::new();
        for one in &a.cells {
            for other in &b.cells {
                if let Some(cell) = one.and(other) {
                    self.add(&mut cells, cell);
                }
                if cells.len() > MOST_CELLS {
                    return None;
                }
            }
        }
        Some(Region { cells })
    }

    /// The leads that are in either.
    #[must_use]
    pub fn either(&self, a: &Region, b: &Region) -> Region {
        let mut cells = a.cells.clone();
        b.cells.iter().for_each(|cell| self.add(&mut cells, cell.clone()));
        Region { cells }
    }

    fn of(&self, condition: &Condition, wanted: bool) -> Option<Region> {
        match (condition, wanted) {
            (Condition::Always, true) => Some(Region::everything()),
            (Condition::Always, false) => Some(Region::nothing()),
            (Condition::Test(test), _) => Some(self.of_test(test, wanted)),
            (Condition::Not(inner), _) => self.of(inner, !wanted),
            (Condition::All(parts), true) | (Condition::Any(parts), false) => {
                let mut region = Region::everything();
                for part in parts {
                    region = self.both(&region, &self.of(part, wanted)?)?;
                }
                Some(region)
            }
            (Condition::Any(parts), true) | (Condition::All(parts), false) => {
                let mut cells = Vec::new();
                for part in parts {
                    for cell in self.of(part, wanted)?.cells {
                        self.add(&mut cells, cell);
                    }
                    if cells.len() > MOST_CELLS {
                        return None;
                    }
                }
                Some(Region { cells })
            }
        }
    }

    fn of_test(&self, test: &Test, wanted: bool) -> Region {
        // A field outside the table has no value, and there is no axis for it: it is as if it were absent.
        let Some((at, axis)) = self.axis(test.field) else {
            let holds = test.compare.holds(Slot::Absent);
            return if holds == wanted { Region::everything() } else { Region::nothing() };
        };
        let bits = axis.bits(&test.compare);
        self.limited(at, if wanted { bits } else { self.rest(at, &bits) })
    }

    /// All leads whose class on the axis is one of these.
    pub(crate) fn limited(&self, axis: usize, bits: Bits) -> Region {
        if bits.is_empty() {
            Region::nothing()
        } else if bits.len() == self.classes(axis) {
            Region::everything()
        } else {
            Region { cells: vec![Cell::everything().limited(axis, bits)] }
        }
    }

    /// Adds a box, and joins it with what is there where both are one.
    fn add(&self, cells: &mut Vec<Cell>, mut cell: Cell) {
        if cells.len() > TIDY {
            cells.push(cell);
            return;
        }
        loop {
            if cells.iter().any(|other| cell.within(other)) {
                return;
            }
            cells.retain(|other| !other.within(&cell));
            let joined = cells.iter().enumerate().find_map(|(at, other)| {
                let joined = other.joined(&cell, |axis| self.classes(axis))?;
                Some((at, joined))
            });
            match joined {
                Some((at, joined)) => {
                    cells.swap_remove(at);
                    cell = joined;
                }
                None => {
                    cells.push(cell);
                    return;
                }
            }
        }
    }
}
