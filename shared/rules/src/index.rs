//! Rules as an index, so that finding those that hold costs nearly the same for fifty rules and for five thousand.
//!
//! Each rule becomes rows of single comparisons ([`rows()`](crate::rows())), each row a bit, in the order in which rules
//! are tried. A field and a kind of look-up is an [`Axis`]. It sorts values into classes that no comparison of the rules
//! can tell apart, and knows for each class which rows accept it; rows that do not ask the field accept all. A subject's
//! rows are the bits that all its classes have in common: packet filters call this aggregated bit vectors.
//!
//! Bits stand in blocks of 512, and equal blocks are stored once. A list of 100,000 domains that two rules ask for is
//! one class, and a class that differs from others in one rule costs one block more.

mod axis;
mod build;
mod classes;
mod lines;
mod text_table;

#[cfg(test)]
mod tests;

use crate::fields::FieldValues;
use axis::Axis;
pub(crate) use build::index;
#[cfg(test)]
pub(crate) use build::index_within;

/// Bits of 512 rows; a line of the processor's cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(align(64))]
struct Block([u64; 8]);

const NONE: Block = Block([0; 8]);
const ALL: Block = Block([u64::MAX; 8]);
/// Rows of a block.
const ROWS: usize = 512;

/// More fields and kinds of look-up than this, and the rest is tested without index.
const MAX_AXES: usize = 48;

/// Rows of a rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// The rule's place.
    pub(crate) rule: u32,
    /// Whether the row alone proves that the rule holds. If not, the rule's condition must be asked as well.
    pub(crate) exact: bool,
}

/// The compiled form of a rule set's conditions.
#[derive(Debug)]
pub(crate) struct Index {
    axes: Box<[Axis]>,
    /// For each class of each axis, a block's place in `blocks` for every 512 rows.
    table: Box<[u32]>,
    /// Once each.
    blocks: Box<[Block]>,
    rows: Box<[Row]>,
}

impl Index {
    /// The rows that hold, in order. Allocates nothing.
    pub(crate) fn hits(&self, values: &FieldValues) -> Hits<'_> {
        let mut starts = [0; MAX_AXES];
        for (start, axis) in starts.iter_mut().zip(&self.axes) {
            *start = axis.class(values.slot(axis.field));
        }
        Hits { index: self, starts, next_block: 0, bits: NONE, first_row: 0 }
    }

    /// Bytes that the index holds on to.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.table)
            + size_of_val(&*self.blocks)
            + size_of_val(&*self.rows)
            + self.axes.iter().map(Axis::bytes).sum::<usize>()
    }
}

/// The rows that hold for one subject.
#[derive(Debug)]
pub(crate) struct Hits<'a> {
    index: &'a Index,
    /// For each axis, where the subject's class begins in `table`.
    starts: [u32; MAX_AXES],
    next_block: usize,
    /// What is left of the block before `next_block`, whose first row is `first_row`.
    bits: Block,
    first_row: usize,
}

impl Hits<'_> {
    /// The bits that all of the subject's classes have in common.
    fn load(&self, block: usize) -> Block {
        let mut bits = ALL;
        for start in self.starts.iter().take(self.index.axes.len()) {
            let place = self.index.table.get(*start as usize + block);
            let accepted = place.and_then(|place| self.index.blocks.get(*place as usize)).unwrap_or(&NONE);
            for (bit, accepted) in bits.0.iter_mut().zip(&accepted.0) {
                *bit &= accepted;
            }
        }
        bits
    }
}

impl Iterator for Hits<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            for (nth, word) in self.bits.0.iter_mut().enumerate() {
                if *word != 0 {
                    let row = self.first_row + nth * 64 + word.trailing_zeros() as usize;
                    *word &= *word - 1;
                    // No row: the last block has bits beyond the last row, where no axis says anything of them.
                    return self.index.rows.get(row).copied();
                }
            }
            self.first_row = self.next_block * ROWS;
            if self.first_row >= self.index.rows.len() {
                return None;
            }
            self.bits = self.load(self.next_block);
            self.next_block += 1;
        }
    }
}
