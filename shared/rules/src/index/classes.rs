//! The classes of one axis while it is built: which rows accept a value for which certain comparisons hold.

use std::collections::HashMap;

use super::{Block, NONE, ROWS};
use crate::condition::Compare;

/// Blocks and table of the index, as far as they are built.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) table: Vec<u32>,
    pub(super) blocks: Vec<Block>,
    /// Only looked up, never walked.
    places: HashMap<Block, u32>,
}

impl Stored {
    fn place(&mut self, block: Block) -> u32 {
        *self.places.entry(block).or_insert_with(|| {
            self.blocks.push(block);
            small(self.blocks.len() - 1)
        })
    }
}

/// The comparisons of one axis, each once, and the rows that have it.
#[derive(Debug, Default)]
pub(super) struct Tests<'a> {
    pub(super) compares: Vec<&'a Compare>,
    /// Per comparison, the rows that ask for it, and whether they ask for its opposite.
    rows: Vec<Vec<(usize, bool)>>,
    places: HashMap<&'a Compare, usize>,
    /// Number of comparisons in rows.
    pub(super) asked: usize,
}

impl<'a> Tests<'a> {
    pub(super) fn add(&mut self, compare: &'a Compare, row: usize, negated: bool) {
        let place = *self.places.entry(compare).or_insert(self.compares.len());
        if place == self.compares.len() {
            self.compares.push(compare);
            self.rows.push(Vec::new());
        }
        if let Some(rows) = self.rows.get_mut(place) {
            rows.push((row, negated));
        }
        self.asked += 1;
    }

    /// The rows that have any of the comparisons.
    pub(super) fn all_rows(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().flatten().map(|(row, _)| *row)
    }
}

/// The state of one axis: comparisons are turned on and off, and each state is a class.
#[derive(Debug)]
pub(super) struct Classes<'a, 'b> {
    tests: &'b Tests<'a>,
    stored: &'b mut Stored,
    holding: Vec<bool>,
    /// Per row, how many of its comparisons are not as it wants them.
    unmet: Vec<u32>,
    bits: Vec<Block>,
    /// Per block, its place, or `None` where it has changed since.
    places: Vec<Option<u32>>,
    known: HashMap<Vec<u32>, u32>,
}

impl<'a, 'b> Classes<'a, 'b> {
    /// No comparison holds yet.
    pub(super) fn new(tests: &'b Tests<'a>, rows: usize, stored: &'b mut Stored) -> Self {
        let blocks = rows.div_ceil(ROWS).max(1);
        let mut classes = Self {
            tests,
            stored,
            holding: vec![false; tests.compares.len()],
            unmet: vec![0; rows],
            bits: vec![NONE; blocks],
            places: vec![None; blocks],
            known: HashMap::new(),
        };
        for (row, negated) in tests.rows.iter().flatten() {
            if !negated && let Some(unmet) = classes.unmet.get_mut(*row) {
                *unmet += 1;
            }
        }
        for row in 0..rows {
            classes.mark(row);
        }
        classes
    }

    /// Says whether a comparison holds from now on.
    pub(super) fn turn(&mut self, test: usize, on: bool) {
        let tests = self.tests;
        if self.holding.get(test).is_none_or(|holding| *holding == on) {
            return;
        }
        if let Some(holding) = self.holding.get_mut(test) {
            *holding = on;
        }
        for (row, negated) in tests.rows.get(test).into_iter().flatten() {
            if let Some(unmet) = self.unmet.get_mut(*row) {
                *unmet = if on == *negated { *unmet + 1 } else { unmet.saturating_sub(1) };
            }
            self.mark(*row);
        }
    }

    /// The class of values for which what is turned on holds.
    pub(super) fn class(&mut self) -> u32 {
        let stored = &mut *self.stored;
        let places = self.places.iter_mut().zip(&self.bits);
        let places: Vec<u32> = places.map(|(place, bits)| *place.get_or_insert_with(|| stored.place(*bits))).collect();
        if let Some(class) = self.known.get(&places) {
            return *class;
        }
        let class = small(stored.table.len());
        stored.table.extend_from_slice(&places);
        self.known.insert(places, class);
        class
    }

    /// The class where just these hold; all are off again afterwards.
    pub(super) fn class_with(&mut self, tests: impl Iterator<Item = usize> + Clone) -> u32 {
        tests.clone().for_each(|test| self.turn(test, true));
        let class = self.class();
        tests.for_each(|test| self.turn(test, false));
        class
    }

    fn mark(&mut self, row: usize) {
        let met = self.unmet.get(row) == Some(&0);
        let (block, word, bit) = (row / ROWS, row % ROWS / 64, 1u64 << (row % 64));
        if let Some(bits) = self.bits.get_mut(block).and_then(|bits| bits.0.get_mut(word)) {
            *bits = if met { *bits | bit } else { *bits & !bit };
        }
        if let Some(place) = self.places.get_mut(block) {
            *place = None;
        }
    }
}

/// Places are 32 bits wide: four thousand million blocks would not fit any machine that this runs on.
pub(super) fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
