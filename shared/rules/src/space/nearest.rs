//! The smallest change of a lead that gets it where somebody wants it.
//!
//! Fewest fields first: every smaller set of fields is tried before, and that it cannot do is proved. Then the nearest
//! numbers. A change counts only once the caller has seen it land.

use super::Space;
use super::bits::Bits;
use super::cell::Cell;
use super::region::Region;
use super::search::Searched;
use super::value::Value;
use crate::fields::{FieldId, FieldValues};

/// How many ways of filling one set of fields are shown to the caller before the set is given up.
const TRIES: usize = 200;
/// How far other values than numbers are from each other; numbers up to some fifty times as large are nearer.
const ANOTHER: f64 = 4.0;
/// It is easier to find a value than to lose one.
const A_FIRST: f64 = 5.0;
const NONE: f64 = 6.0;

/// A place to get to: in one region and in none of others.
#[derive(Debug, Clone)]
pub struct Aim<'r> {
    /// Where the lead must be.
    pub inside: &'r Region,
    /// Where it must not be.
    pub outside: Vec<&'r Region>,
}

/// One field of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The field.
    pub field: FieldId,
    /// Its name.
    pub name: &'static str,
    /// The lead's value: `240`, or `nothing`.
    pub from: String,
    /// The value that it would take.
    pub to: String,
}

/// A change of some fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What changes; never nothing.
    pub changed: Vec<Changed>,
    /// The lead with the change.
    pub values: FieldValues,
}

/// What [`Space::nearest`] came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nearest {
    /// The lead is there already.
    There,
    /// These changes lead there, the nearest first, all with the same number of fields.
    Changes {
        /// The changes; at least one.
        changes: Vec<Change>,
        /// Whether it is proved that no change of fewer fields leads there.
        smallest: bool,
    },
    /// No change of these fields leads there: proved.
    Nothing,
    /// More fields than that would have to change.
    Beyond(usize),
    /// Nothing is claimed: the work would be too much.
    Undecided,
}

impl Space {
    /// The smallest changes of `changeable` fields, at most `at_most` at once, that get `lead` to one of `aims`, each
    /// confirmed by `lands`. The space must be made [`Space::around`] the lead.
    #[must_use]
    pub fn nearest(
        &self,
        lead: &FieldValues,
        changeable: &[FieldId],
        aims: &[Aim<'_>],
        at_most: usize,
        lands: &dyn Fn(&FieldValues) -> bool,
    ) -> Nearest {
        if lands(lead) {
            return Nearest::There;
        }
        let axes: Vec<usize> = changeable
            .iter()
            .filter(|field| Some(**field) != self.derived)
            .filter_map(|field| self.axis(*field))
            .filter_map(|(at, axis)| (axis.len() > 1).then_some(at))
            .collect();
        let mut sure = self.complete;
        match self.reach(&self.fixed_but(&axes), aims) {
            Searched::Nothing { .. } if sure => return Nearest::Nothing,
            Searched::Nothing { .. } | Searched::Undecided => return Nearest::Undecided,
            Searched::Cell(_) => {}
        }
        for size in 1..=at_most.min(axes.len()) {
            let mut changes: Vec<(f64, Change)> = Vec::new();
            for some in choices(&axes, size) {
                let cell = self.fixed_but(&some);
                match self.reach(&cell, aims) {
                    Searched::Nothing { .. } => {}
                    Searched::Undecided => sure = false,
                    Searched::Cell(_) => match self.best(lead, some, &cell, aims, lands) {
                        Some(change) => changes.push(change),
                        // The caller knows of something that is in the way and that no aim tells.
                        None => sure = false,
                    },
                }
            }
            if !changes.is_empty() {
                changes.sort_by(|(a, _), (b, _)| a.total_cmp(b));
                let changes = changes.into_iter().map(|(_, change)| change).collect();
                return Nearest::Changes { changes, smallest: sure };
            }
        }
        if at_most < axes.len() { Nearest::Beyond(at_most) } else { Nearest::Undecided }
    }

    /// All leads that are like this one but in these fields, and in the derived one.
    fn fixed_but(&self, free: &[usize]) -> Cell {
        let mut cell = Cell::everything();
        for (at, (axis, start)) in self.axes.iter().zip(&self.start).enumerate() {
            if axis.len() > 1 && !free.contains(&at) && Some(axis.field) != self.derived {
                cell = cell.limited(at, Bits::one(axis.len(), *start));
            }
        }
        cell
    }

    /// Whether one of the aims can be reached within `cell`.
    fn reach(&self, cell: &Cell, aims: &[Aim<'_>]) -> Searched {
        let mut undecided = false;
        for aim in aims {
            let cells: Vec<Cell> = aim.inside.cells.iter().filter_map(|inside| inside.and(cell)).collect();
            if cells.is_empty() {
                continue;
            }
            match self.search(&cells, &aim.outside) {
                found @ Searched::Cell(_) => return found,
                Searched::Undecided => undecided = true,
                Searched::Nothing { .. } => {}
            }
        }
        if undecided { Searched::Undecided } else { Searched::Nothing { because: Vec::new() } }
    }

    /// The nearest change of just these fields that lands.
    fn best(
        &self,
        lead: &FieldValues,
        mut axes: Vec<usize>,
        cell: &Cell,
        aims: &[Aim<'_>],
        lands: &dyn Fn(&FieldValues) -> bool,
    ) -> Option<(f64, Change)> {
        // Numbers first: that they are as near as can be is worth more than a nicer text.
        axes.sort_by_key(|axis| self.from(lead, *axis).number().is_none());
        let mut trial = Trial { space: self, lead, aims, lands, tries: TRIES };
        let (cost, values) = trial.fill(cell, &axes, 0.0, lead.clone())?;
        axes.sort_unstable();
        let changed = axes.iter().filter_map(|axis| self.axes.get(*axis)).map(|axis| Changed {
            field: axis.field,
            name: self.table.name(axis.field),
            from: lead.shown(axis.field).into_owned(),
            to: values.shown(axis.field).into_owned(),
        });
        let changed: Vec<Changed> = changed.collect();
        Some((cost, Change { changed, values }))
    }

    fn from(&self, lead: &FieldValues, axis: usize) -> Value {
        self.axes.get(axis).map_or(Value::Absent, |axis| Value::of(lead.slot(axis.field)))
    }
}

struct Trial<'a> {
    space: &'a Space,
    lead: &'a FieldValues,
    aims: &'a [Aim<'a>],
    lands: &'a dyn Fn(&FieldValues) -> bool,
    tries: usize,
}

impl Trial<'_> {
    /// Fills the remaining fields, the nearest value first, within what can still lead there.
    fn fill(&mut self, cell: &Cell, axes: &[usize], cost: f64, values: FieldValues) -> Option<(f64, FieldValues)> {
        let Searched::Cell(found) = self.space.reach(cell, self.aims) else { return None };
        let Some((at, rest)) = axes.split_first() else {
            self.tries = self.tries.checked_sub(1)?;
            let values = self.with_derived(values, &found);
            return (self.lands)(&values).then_some((cost, values));
        };
        let axis = self.space.axes.get(*at)?;
        let from = self.space.from(self.lead, *at);
        let start = self.space.start.get(*at);
        let mut ways: Vec<(f64, usize, Value)> = (0..axis.len())
            .filter(|class| Some(class) != start)
            .map(|class| {
                let to = axis.nearest(class, &from, ratio);
                (distance(&from, &to), class, to)
            })
            .collect();
        ways.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        for (far, class, to) in ways {
            let mut filled = values.clone();
            to.set(&mut filled, axis.field);
            let part = cell.clone().limited(*at, Bits::one(axis.len(), class));
            if let Some(best) = self.fill(&part, rest, cost + far, filled) {
                return Some(best);
            }
            if self.tries == 0 {
                return None;
            }
        }
        None
    }

    fn with_derived(&self, mut values: FieldValues, found: &Cell) -> FieldValues {
        if let Some((at, axis)) = self.space.derived.and_then(|field| self.space.axis(field)) {
            let class = found.limit(at).and_then(|limit| limit.ones().next());
            class.map_or(&Value::Absent, |class| axis.sample(class)).set(&mut values, axis.field);
        }
        values
    }
}

/// How far `to` is from `from`.
fn distance(from: &Value, to: &Value) -> f64 {
    match (from.number(), to.number()) {
        (Some(from), Some(to)) => ratio(from, to),
        _ if *to == Value::Absent => NONE,
        _ if *from == Value::Absent => A_FIRST,
        _ => ANOTHER,
    }
}

/// 240 employees are as far from 24 as from 2,400, and of two that are far, the nearer is nearer.
fn ratio(from: i64, to: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "only compared, and exact far beyond any number of employees")]
    let size = |number: i64| (number.unsigned_abs() as f64) + 1.0;
    let apart = (size(from) / size(to)).ln().abs();
    if (from < 0) == (to < 0) { apart } else { size(from).ln() + size(to).ln() }
}

/// All choices of `size` among `axes`.
fn choices(axes: &[usize], size: usize) -> Vec<Vec<usize>> {
    let Some(smaller) = size.checked_sub(1) else { return vec![Vec::new()] };
    let mut all = Vec::new();
    for (at, axis) in axes.iter().enumerate() {
        for mut rest in choices(axes.get(at + 1..).unwrap_or_default(), smaller) {
            rest.insert(0, *axis);
            all.push(rest);
        }
    }
    all
}
