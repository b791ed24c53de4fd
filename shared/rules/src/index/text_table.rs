//! Texts → classes: a hash table whose look-up allocates nothing and mostly compares one text.

/// Every text with its class.
#[derive(Debug)]
pub(super) struct TextTable {
    /// A power of two, at most three quarters of them taken.
    slots: Box<[Slot]>,
    /// All texts, one after the other.
    texts: Box<[u8]>,
    /// Lengths of the shortest and the longest text.
    lengths: (usize, usize),
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// The upper half of the text's hash, never 0; 0 in a free slot.
    tag: u32,
    from: u32,
    length: u32,
    class: u32,
}

impl TextTable {
    /// The table of these texts, each given once.
    pub(super) fn new<'a>(classes: impl ExactSizeIterator<Item = (&'a str, u32)>) -> Self {
        let size = (classes.len() * 4 / 3 + 1).next_power_of_two();
        let mut slots = vec![Slot::default(); size];
        let mut texts = Vec::new();
        let mut lengths = (usize::MAX, 0);
        for (text, class) in classes {
            let (place, tag) = place_and_tag(text.as_bytes());
            let from = u32::try_from(texts.len()).unwrap_or(u32::MAX);
            let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
            texts.extend_from_slice(text.as_bytes());
            lengths = (lengths.0.min(text.len()), lengths.1.max(text.len()));
            let mut at = place & (size - 1);
            while slots.get(at).is_some_and(|slot| slot.tag != 0) {
                at = (at + 1) & (size - 1);
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = Slot { tag, from, length, class };
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
        let (place, tag) = place_and_tag(text);
        let mut at = place & (self.slots.len() - 1);
        loop {
            let slot = self.slots.get(at)?;
            if slot.tag == tag && slot.length as usize == text.len() {
                let from = slot.from as usize;
                if self.texts.get(from..from + text.len()) == Some(text) {
                    return Some(slot.class);
                }
            }
            if slot.tag == 0 {
                return None;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.slots) + self.texts.len()
    }
}

/// Where a text's search begins, and what its slot is known by.
///
/// The table's texts are config's, so that nobody from outside can choose texts that collide.
fn place_and_tag(text: &[u8]) -> (usize, u32) {
    let mixed = |hash: u64, word: u64| {
        // The upper half of a wide product depends on all bits of both factors.
        let product = u128::from(hash ^ word) * 0x9E37_79B9_7F4A_7C15;
        (product as u64) ^ ((product >> 64) as u64)
    };
    let first = text.len() as u64 ^ 0x2545_F491_4F6C_DD1D;
    let hash = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(_), Some(last)) => {
            let (whole, _) = text.as_chunks::<8>();
            let hash = whole.iter().fold(first, |hash, word| mixed(hash, u64::from_le_bytes(*word)));
            mixed(hash, u64::from_le_bytes(*last))
        }
        _ => match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
            (Some(start), Some(end)) => {
                let (start, end) = (u32::from_le_bytes(*start), u32::from_le_bytes(*end));
                mixed(first, u64::from(start) << 32 | u64::from(end))
            }
            _ => mixed(first, text.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))),
        },
    };
    (hash as usize, (hash >> 32) as u32 | 1)
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
        let texts: Vec<String> = (0..40).flat_map(|length| ["a", "b"].map(|letter| letter.repeat(length))).collect();
        let texts = &texts[1..];
        let table = TextTable::new(texts.iter().enumerate().map(|(at, text)| (text.as_str(), at as u32)));
        assert!(texts.iter().enumerate().all(|(at, text)| table.get(text) == Some(at as u32)));
        assert_eq!(table.get("ab"), None);
        assert_eq!(TextTable::new([].into_iter()).get("a"), None);
    }
}
