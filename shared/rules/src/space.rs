//! All leads that there can be, in finitely many kinds, so that what rules do can be proved.
//!
//! For each field, the values that no condition in play can tell apart are one class, and a value that people understand
//! stands for it. A condition is then a union of boxes, sets of classes by field, and whether earlier rules take all
//! that a rule would take is decided exactly, with a lead as witness where they do not. Beyond a limit of work nothing is
//! claimed.
//!
//! - [`Space::region`]: the leads for which a condition holds
//! - [`Space::find`]: a lead in one region and outside of others, or the proof that there is none
//! - [`Book`]: what becomes of each rule of a list
//! - [`Space::nearest`]: the smallest change of a lead that gets it into a region
//!
//! A field can be derived from the others, as a territory is: the first condition that holds names it. Witnesses and
//! changes are then in the other fields, and the derived one follows.

mod axis;
mod bits;
mod cell;
mod domain;
mod fate;
mod find;
mod nearest;
mod region;
mod samples;
mod search;
mod value;

#[cfg(test)]
mod tests;

use axis::Axis;
use bits::Bits;
use cell::Cell;
use value::Value;

use crate::condition::{Compare, Condition};
use crate::fields::{Field, FieldId, FieldTable, FieldType, FieldValues};

pub use domain::Domain;
pub use fate::{Book, Fate};
pub use find::{Found, Witness};
pub use nearest::{Aim, Change, Changed, Nearest};
pub use region::Region;

/// How many boxes may be held against each other in one search.
const WORK: u64 = 20_000_000;

/// A field whose value follows from the others: the name of the first condition that holds, or nothing.
#[derive(Debug, Clone, Copy)]
pub struct Derived<'a> {
    /// The field.
    pub field: FieldId,
    /// Names and conditions, in the order in which they are looked at.
    pub names: &'a [(&'a str, &'a Condition)],
}

/// All leads, as far as some conditions can tell them apart.
#[derive(Debug)]
pub struct Space {
    table: FieldTable,
    axes: Vec<Axis>,
    derived: Option<FieldId>,
    /// Boxes in which no lead is, because the derived field is another there.
    facts: Vec<Cell>,
    /// Where a change starts, by axis.
    start: Vec<usize>,
    /// Whether all classes and all facts are there.
    complete: bool,
    work: u64,
}

/// What a space is made of.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The fields.
    pub table: &'a FieldTable,
    /// What each can hold, in the table's order; a field beyond the list can hold anything.
    pub domains: &'a [Domain],
    /// The field that follows from the others.
    pub derived: Option<Derived<'a>>,
    /// What holds for no lead: an account's kind without an account.
    pub never: &'a [Condition],
}

impl Space {
    /// The space in which `conditions` can be told apart; those of the derived field are in play as well.
    #[must_use]
    pub fn new<'a>(ground: Ground<'a>, conditions: impl IntoIterator<Item = &'a Condition>) -> Self {
        Self::build(ground, conditions, None)
    }

    /// The same around a lead, for [`Space::nearest`].
    #[must_use]
    pub fn around<'a>(
        ground: Ground<'a>,
        conditions: impl IntoIterator<Item = &'a Condition>,
        lead: &FieldValues,
    ) -> Self {
        Self::build(ground, conditions, Some(lead))
    }

    fn build<'a>(
        ground: Ground<'a>,
        conditions: impl IntoIterator<Item = &'a Condition>,
        lead: Option<&FieldValues>,
    ) -> Self {
        let Ground { table, domains, derived, never } = ground;
        let names = derived.map(|derived| derived.names).unwrap_or_default();
        let mut by_field: Vec<Vec<&Compare>> = vec![Vec::new(); table.len()];
        for condition in conditions.into_iter().chain(names.iter().map(|(_, condition)| *condition)).chain(never) {
            compares(condition, &mut by_field);
        }
        let axes = by_field.iter().zip(0_u16..).map(|(compares, id)| {
            let field = FieldId(id);
            let free = Domain::any();
            let domain = domains.get(usize::from(id)).unwrap_or(&free);
            match derived.filter(|derived| derived.field == field) {
                Some(derived) => {
                    let names = Domain::any().only(derived.names.iter().map(|(name, _)| *name)).told_apart();
                    Axis::new(field, FieldType::Text, compares, &names, None)
                }
                None => {
                    let at = lead.map(|lead| Value::of(lead.slot(field)));
                    Axis::new(field, holds(table, field), compares, domain, at)
                }
            }
        });
        let axes: Vec<Axis> = axes.collect();
        let complete = axes.iter().all(|axis| axis.complete);
        let start = axes.iter().map(|axis| {
            let at = lead.map_or(Value::Absent, |lead| Value::of(lead.slot(axis.field)));
            axis.class_of(&at).unwrap_or_default()
        });
        let start = start.collect();
        let derived_field = derived.map(|derived| derived.field);
        let mut space =
            Self { table: *table, axes, derived: derived_field, facts: Vec::new(), start, complete, work: WORK };
        if let Some(derived) = derived {
            space.know(derived);
        }
        for condition in never {
            let region = space.region(condition);
            space.know_not(region);
        }
        space
    }

    /// Notes what follows for the derived field: where a name's condition holds, no later name is the lead's; and a
    /// name is the lead's only where its condition holds.
    fn know(&mut self, derived: Derived<'_>) {
        for (at, (name, condition)) in derived.names.iter().enumerate() {
            let later = derived.names.get(at + 1..).unwrap_or_default().iter().map(|(name, _)| Some(*name));
            let later: Vec<Option<&str>> = later.chain([None]).filter(|later| *later != Some(*name)).collect();
            for (where_to, region) in [(later, self.region(condition)), (vec![Some(*name)], self.outside(condition))] {
                let wrong = region.and_then(|region| self.both(&region, &self.with(derived.field, &where_to)));
                self.know_not(wrong);
            }
        }
    }

    /// Notes that no lead is in the region; one that is too large to note leaves proofs open.
    fn know_not(&mut self, region: Option<Region>) {
        match region {
            Some(region) => self.facts.extend(region.cells),
            None => self.complete = false,
        }
    }

    fn axis(&self, field: FieldId) -> Option<(usize, &Axis)> {
        let at = usize::from(field.0);
        self.axes.get(at).map(|axis| (at, axis))
    }

    fn classes(&self, axis: usize) -> usize {
        self.axes.get(axis).map_or(0, Axis::len)
    }

    /// All classes of the axis but these.
    fn rest(&self, axis: usize, bits: &Bits) -> Bits {
        let mut rest = Bits::none(self.classes(axis));
        (0..self.classes(axis)).filter(|class| !bits.contains(*class)).for_each(|class| rest.insert(class));
        rest
    }
}

fn holds(table: &FieldTable, field: FieldId) -> FieldType {
    table.find(table.name(field)).map_or(FieldType::Text, |(_, Field { holds, .. })| holds)
}

/// All comparisons of a condition, by field.
fn compares<'a>(condition: &'a Condition, by_field: &mut [Vec<&'a Compare>]) {
    match condition {
        Condition::Always => {}
        Condition::All(inner) | Condition::Any(inner) => inner.iter().for_each(|one| compares(one, by_field)),
        Condition::Not(inner) => compares(inner, by_field),
        Condition::Test(test) => {
            if let Some(of_field) = by_field.get_mut(usize::from(test.field.0)) {
                of_field.push(&test.compare);
            }
        }
    }
}
