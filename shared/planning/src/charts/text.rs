//! How much room a text takes, for labels that must not overlap. No font is at hand: widths are those of
//! DejaVu Sans, which is wider than other common fonts.

/// The text's width at this font size.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|letter| size * of_letter(letter)).sum()
}

fn of_letter(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | '\'' | ' ' | '\u{a0}' | '|' => 0.34,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 1.0,
        '<' | '>' | '+' | '−' | '=' | '~' => 0.84,
        'A'..='Z' => 0.74,
        // Hangul, and from the Chinese radicals on: about as wide as they are high.
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'.. => 1.0,
        _ => 0.63,
    }
}

/// The text as far as it fits, with `…` where some is left out.
pub(crate) fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut left = room - size;
    let mut fits = String::new();
    for letter in text.chars() {
        left -= size * of_letter(letter);
        if left < 0.0 {
            break;
        }
        fits.push(letter);
    }
    format!("{}…", fits.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_and_says_so() {
        assert_eq!(fitted("Iberia", 12.0, 100.0), "Iberia");
        let cut = fitted("Account executives of the north", 12.0, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0) <= 100.0, "{cut}");
        assert_eq!(fitted("much too long", 12.0, 0.0), "…");
    }
}
