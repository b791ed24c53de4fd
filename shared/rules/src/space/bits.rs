//! A set of classes of one field.

/// Which of a field's classes are in; all sets of one field have the same length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bits(Box<[u64]>);

const WORD: usize = 64;

impl Bits {
    pub(crate) fn none(classes: usize) -> Self {
        Self(vec![0; classes.div_ceil(WORD)].into())
    }

    pub(crate) fn one(classes: usize, class: usize) -> Self {
        let mut bits = Self::none(classes);
        bits.insert(class);
        bits
    }

    pub(crate) fn insert(&mut self, class: usize) {
        if let Some(word) = self.0.get_mut(class / WORD) {
            *word |= 1 << (class % WORD);
        }
    }

    pub(crate) fn contains(&self, class: usize) -> bool {
        self.0.get(class / WORD).is_some_and(|word| word & (1 << (class % WORD)) != 0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(crate) fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    pub(crate) fn or(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a | b).collect())
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & !b).collect())
    }

    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    pub(crate) fn within(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0)
    }

    /// The classes that are in, from the first.
    pub(crate) fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.0.len() * WORD).filter(|class| self.contains(*class))
    }
}
