//! Texts for fields that hold only so much.

/// At most `chars` characters of `text`, with `…` as the last where something was cut off.
#[must_use]
pub fn at_most(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    text.chars().take(chars.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_is_marked_and_counted() {
        assert_eq!(at_most("Zürich", 6), "Zürich");
        assert_eq!(at_most("Zürich", 5), "Züri…");
    }
}
