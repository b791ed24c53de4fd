//! Boxes of leads: for some fields, the classes that are allowed.

use super::bits::Bits;

/// A box: a lead is in it where each limited field's class is allowed. Never empty; an axis that is not limited is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    /// By axis; no limit is empty, and none allows everything.
    limits: Vec<(usize, Bits)>,
}

/// How an obstacle stands to a cell.
pub(crate) enum Standing {
    /// They have no lead in common.
    Apart,
    /// The obstacle takes the whole cell.
    Whole,
    /// It takes the part of the cell that lies within it on so many axes.
    Part(usize),
}

impl Cell {
    /// All leads.
    pub(crate) fn everything() -> Self {
        Self { limits: Vec::new() }
    }

    pub(crate) fn limit(&self, axis: usize) -> Option<&Bits> {
        let at = self.limits.binary_search_by_key(&axis, |(axis, _)| *axis).ok()?;
        self.limits.get(at).map(|(_, bits)| bits)
    }

    /// Whether the lead with these classes is in it.
    pub(crate) fn has(&self, lead: &[usize]) -> bool {
        self.limits.iter().all(|(axis, bits)| lead.get(*axis).is_some_and(|class| bits.contains(*class)))
    }

    /// The same with another limit on `axis`, which is neither empty nor everything.
    pub(crate) fn limited(mut self, axis: usize, bits: Bits) -> Self {
        match self.limits.binary_search_by_key(&axis, |(axis, _)| *axis) {
            Ok(at) => {
                if let Some(limit) = self.limits.get_mut(at) {
                    limit.1 = bits;
                }
            }
            Err(at) => self.limits.insert(at, (axis, bits)),
        }
        self
    }

    /// The same with `axis` free.
    pub(crate) fn free(mut self, axis: usize) -> Self {
        self.limits.retain(|(limited, _)| *limited != axis);
        self
    }

    /// What both have in common.
    pub(crate) fn and(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        for (axis, bits) in &other.limits {
            let bits = match self.limit(*axis) {
                Some(own) => own.and(bits),
                None => bits.clone(),
            };
            if bits.is_empty() {
                return None;
            }
            both = both.limited(*axis, bits);
        }
        Some(both)
    }

    pub(crate) fn within(&self, other: &Self) -> bool {
        other.limits.iter().all(|(axis, bits)| self.limit(*axis).is_some_and(|own| own.within(bits)))
    }

    pub(crate) fn against(&self, obstacle: &Self) -> Standing {
        let mut part = 0;
        for (axis, bits) in &obstacle.limits {
            match self.limit(*axis) {
                Some(own) if !own.meets(bits) => return Standing::Apart,
                Some(own) if own.within(bits) => {}
                Some(_) | None => part += 1,
            }
        }
        if part == 0 { Standing::Whole } else { Standing::Part(part) }
    }

    /// The axes on which the obstacle takes a part of the cell.
    pub(crate) fn cut_by(&self, obstacle: &Self) -> Vec<usize> {
        let cut = obstacle.limits.iter().filter(|(axis, bits)| self.limit(*axis).is_none_or(|own| !own.within(bits)));
        cut.map(|(axis, _)| *axis).collect()
    }

    /// Both as one cell, where that is one: they differ on one axis alone. `None` under an axis: it is free then.
    pub(crate) fn joined(&self, other: &Self, classes: impl Fn(usize) -> usize) -> Option<Self> {
        if self.limits.len() != other.limits.len() {
            return None;
        }
        let mut differing = None;
        for ((axis, a), (other_axis, b)) in self.limits.iter().zip(&other.limits) {
            if axis != other_axis {
                return None;
            }
            if a != b && differing.replace((*axis, a.or(b))).is_some() {
                return None;
            }
        }
        let (axis, bits) = differing?;
        let all = bits.len() == classes(axis);
        Some(if all { self.clone().free(axis) } else { self.clone().limited(axis, bits) })
    }
}
