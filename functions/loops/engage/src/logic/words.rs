//! Looking at sentences: words, numbers, names, and what has no place in a mail.

use std::collections::BTreeSet;

/// One word as it was written. `'s` at its end is left off.
pub(crate) fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’')))
        .map(|word| {
            let word = word.trim_matches(['\'', '’']);
            word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word)
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// The words in lower case.
pub(crate) fn folded(text: &str) -> Vec<String> {
    words(text).into_iter().map(str::to_lowercase).collect()
}

/// Whether `run` stands in `text`, word by word.
pub(crate) fn contains_run(text: &[String], run: &[String]) -> bool {
    !run.is_empty() && text.windows(run.len()).any(|window| window == run)
}

/// Numbers as they count: `1,200` and `1.200` are 1200, `2.5` stays.
pub(crate) fn numbers(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut number = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() || (matches!(c, ',' | '.' | '’' | '\'') && !number.is_empty()) {
            number.push(c);
        } else if !number.is_empty() {
            found.insert(plain(&number));
            number.clear();
        }
    }
    found
}

fn plain(number: &str) -> String {
    let number = number.trim_end_matches([',', '.', '\'', '’']);
    let mut parts = number.split([',', '.', '\'', '’']);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |sum, part| if part.len() == 3 { sum + part } else { sum + "." + part })
}

/// Whether the text has a digit or numeral that is not one of 0 to 9: `½`, `Ⅳ`, `４`.
pub(crate) fn has_odd_numerals(text: &str) -> bool {
    text.chars().any(|c| c.is_numeric() && !c.is_ascii_digit())
}

/// Words that say how much without a digit.
const QUANTITIES: &[&str] = &[
    "billion",
    "billions",
    "double",
    "doubled",
    "dozen",
    "dozens",
    "eight",
    "eighteen",
    "eighty",
    "eleven",
    "fifteen",
    "fifty",
    "five",
    "forty",
    "four",
    "fourteen",
    "half",
    "halved",
    "hundred",
    "hundreds",
    "majority",
    "million",
    "millions",
    "nine",
    "nineteen",
    "ninety",
    "percent",
    "quarter",
    "seven",
    "seventeen",
    "seventy",
    "six",
    "sixteen",
    "sixty",
    "ten",
    "tenfold",
    "thirteen",
    "thirty",
    "thousand",
    "thousands",
    "three",
    "triple",
    "tripled",
    "twelve",
    "twenty",
    "twice",
    "two",
];

/// Words of quantity in the text.
pub(crate) fn quantities(text: &str) -> BTreeSet<String> {
    let parts = text.to_lowercase();
    parts.split(|c: char| !c.is_alphanumeric()).filter(|word| QUANTITIES.contains(word)).map(str::to_owned).collect()
}

/// Words that begin with a capital letter.
pub(crate) fn names(text: &str) -> Vec<&str> {
    words(text).into_iter().filter(|word| word.chars().next().is_some_and(char::is_uppercase)).collect()
}

/// Whether the text has a web or mail address, or what looks like one. `allowed` are domains that a name may contain:
/// `Booking.com` is a company.
pub(crate) fn has_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    if lower.contains("://") || lower.contains("www.") || lower.contains('@') {
        return true;
    }
    // `acme.example/x` is an address, `end.Next` is a missing blank: both are refused.
    lower.split_whitespace().any(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.split('/').any(|part| {
            part.rsplit_once('.').is_some_and(|(before, after)| {
                before.ends_with(char::is_alphanumeric) && after.len() >= 2 && after.chars().all(char::is_alphabetic)
            })
        })
    })
}

/// Whether something of a template was left: `{{company}}`, `[Name]`, `<br>`.
pub(crate) fn has_leftover(text: &str) -> bool {
    text.contains(['{', '}', '[', ']', '<', '>', '|', '\\'])
}

/// Whether the text has line breaks, control characters, or characters that cannot be seen or turn the direction.
pub(crate) fn has_hidden(text: &str) -> bool {
    text.chars().any(hidden)
}

fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{e000}'..='\u{f8ff}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Text from outside as one line of at most `chars` characters, without what cannot be seen.
pub(crate) fn one_line(text: &str, chars: usize) -> String {
    let visible: String = text.chars().map(|c| if hidden(c) { ' ' } else { c }).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= chars {
        return line;
    }
    let mut cut: String = line.chars().take(chars.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_same_however_they_are_written() {
        let of = |text| numbers(text).into_iter().collect::<Vec<_>>();
        assert_eq!(of("1,200 people, founded in 1999."), ["1200", "1999"]);
        assert_eq!(of("1.200"), ["1200"]);
        assert_eq!(of("2.5 and 10"), ["10", "2.5"]);
        assert!(of("none").is_empty());
    }

    #[test]
    fn addresses_are_seen_in_every_dress() {
        for text in
            ["see https://x.example", "mail me@x.example", "go to evil.com now", "www.x", "(evil.com)", "evil.com/path"]
        {
            assert!(has_address(text), "{text}");
        }
        for text in ["We sell. You buy.", "e.g. this", "at 5.30 pm", "and so on..."] {
            assert!(!has_address(text), "{text}");
        }
    }

    #[test]
    fn hidden_characters_and_leftovers_are_seen() {
        assert!(has_hidden("a\u{202e}b") && has_hidden("a\nb") && !has_hidden("größer – ok"));
        assert!(has_leftover("Hello {{name}}") && has_leftover("Hello [Name]") && !has_leftover("Hello Ida, (again)"));
    }

    #[test]
    fn a_run_of_words_is_found_as_words() {
        let text = folded("Northwind's head of sales, Ida");
        assert!(contains_run(&text, &folded("Head of Sales")));
        assert!(!contains_run(&text, &folded("ahead of sales")));
    }

    #[test]
    fn outside_text_becomes_one_short_line() {
        assert_eq!(one_line("a\n\nb\u{200b} c", 10), "a b c");
        assert_eq!(one_line("abcdef", 4), "abc…");
    }
}
