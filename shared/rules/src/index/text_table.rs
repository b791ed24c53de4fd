//! Texts → classes: a hash table whose look-up allocates nothing, and mostly compares one number.

/// Every text with its class.
#[derive(Debug)]
pub(super) struct TextTable {
    /// A power of two, at most three quarters of them taken.
    slots: Box<[Slot]>,
    /// The long texts, one after the other.
    texts: Box<[u8]>,
    /// Lengths of the shortest and the longest text.
    lengths: (usize, usize),
}

/// Free where the key is 0.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    key: u64,
    /// Where a long text begins.
    from: u32,
    class: u32,
}

/// Texts up to here are their own key.
const SHORT: usize = 7;

impl TextTable {
    /// The table of these texts, each given once and none empty.
    pub(super) fn new<'a>(classes: impl ExactSizeIterator<Item = (&'a str, u32)>) -> Self {
        let size = (classes.len() * 4 / 3 + 1).next_power_of_two();
        let mut slots = vec![Slot::default(); size];
        let mut texts = Vec::new();
        let mut lengths = (usize::MAX, 0);
        for (text, class) in classes {
            let text = text.as_bytes();
            let key = key(text);
            let from = u32::try_from(texts.len()).unwrap_or(u32::MAX);
            if text.len() > SHORT {
                texts.extend_from_slice(text);
            }
            lengths = (lengths.0.min(text.len()), lengths.1.max(text.len()));
            let mut at = place(key) & (size - 1);
            while slots.get(at).is_some_and(|slot| slot.key != 0) {
                at = (at + 1) & (size - 1);
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = Slot { key, from, class };
            }
        }
        Self { slots: slots.into(), texts: texts.into(), lengths }
    }

    /// The class of a text.
    pub(super) fn get(&self, text: &str) -> Option<u32> {
        let text = text.as_bytes();
        if text.len() < self.lengths.0 || text.len() > self.lengths.1 {
            return None;
        }
        let key = key(text);
        let mut at = place(key);
        loop {
            let slot = self.slots.get(at & (self.slots.len() - 1))?;
            if slot.key == key && (text.len() <= SHORT || self.stands(text, slot.from as usize)) {
                return Some(slot.class);
            }
            if slot.key == 0 {
                return None;
            }
            at += 1;
        }
    }

    fn stands(&self, text: &[u8], from: usize) -> bool {
        self.texts.get(from..from + text.len()) == Some(text)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.slots) + self.texts.len()
    }
}

/// What a slot knows a text by, never 0: of a short text its bytes and its length, of a long one a hash and its length.
fn key(text: &[u8]) -> u64 {
    let low = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(_), Some(last)) => {
            let (whole, _) = text.as_chunks::<8>();
            let hash = whole.iter().fold(0x2545_F491_4F6C_DD1D, |hash, word| mixed(hash ^ u64::from_le_bytes(*word)));
            // Without the highest byte, where the length stands.
            mixed(hash ^ u64::from_le_bytes(*last)) >> 8
        }
        _ => match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
            (Some(start), Some(end)) => {
                let (start, end) = (u64::from(u32::from_le_bytes(*start)), u64::from(u32::from_le_bytes(*end)));
                start | end << (8 * (text.len() - 4))
            }
            _ => text.iter().rev().fold(0, |bytes, byte| bytes << 8 | u64::from(*byte)),
        },
    };
    low | (text.len().min(255) as u64) << 56
}

/// Where the search for a key begins.
fn place(key: u64) -> usize {
    mixed(key) as usize
}

/// The table's texts are config's, so that nobody from outside can choose texts that collide.
fn mixed(word: u64) -> u64 {
    // The upper half of a wide product depends on all bits of both factors.
    let product = u128::from(word) * 0x9E37_79B9_7F4A_7C15;
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_its_class_and_no_other_has_one() {
        let texts: Vec<String> = (0..20_000).map(|at| format!("{}{at}.example", "x".repeat(at % 9))).collect();
        let (known, unknown) = texts.split_at(10_000);
        let table = TextTable::new(known.iter().enumerate().map(|(at, text)| (text.as_str(), at as u32)));
        for (at, text) in known.iter().enumerate() {
            assert_eq!(table.get(text), Some(at as u32), "{text}");
        }
        assert!(unknown.iter().all(|text| table.get(text).is_none()));
    }

    #[test]
    fn texts_of_every_length_are_told_apart() {
        let texts: Vec<String> = (1..300).flat_map(|length| ["a", "b"].map(|letter| letter.repeat(length))).collect();
        let table = TextTable::new(texts.iter().enumerate().map(|(at, text)| (text.as_str(), at as u32)));
        assert!(texts.iter().enumerate().all(|(at, text)| table.get(text) == Some(at as u32)));
        assert_eq!(table.get("ab"), None);
        assert_eq!(TextTable::new([].into_iter()).get("a"), None);
    }
}
