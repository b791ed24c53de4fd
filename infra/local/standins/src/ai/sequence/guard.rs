//! Keeping phrases clear of numbers and of facts.

use super::brief::Brief;

/// The first of `candidates`, from the `turn`th on, that has no digit and no fact's value; `None` where none is clear.
pub(super) fn first_clear(brief: &Brief, turn: usize, candidates: &[String]) -> Option<String> {
    let order = (0..candidates.len()).filter_map(|step| candidates.get((turn + step) % candidates.len()));
    order.clone().find(|text| is_clear(brief, text)).cloned()
}

fn is_clear(brief: &Brief, text: &str) -> bool {
    let text = text.to_lowercase();
    let values = brief.facts.iter().map(|fact| fact.value.trim().to_lowercase()).filter(|value| !value.is_empty());
    !text.chars().any(char::is_numeric) && values.into_iter().all(|value| !text.contains(&value))
}

/// The text with its numbers below a hundred in words; larger ones stay, and the guard then leaves the text out.
pub(super) fn spelled_out(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    let mut digits = String::new();
    for letter in text.chars().chain(std::iter::once('\n')) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if !digits.is_empty() {
            spelled.push_str(&digits.parse().ok().and_then(in_words).unwrap_or_else(|| digits.clone()));
            digits.clear();
        }
        spelled.push(letter);
    }
    spelled.pop();
    spelled
}

fn in_words(number: usize) -> Option<String> {
    const SMALL: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    if let Some(word) = SMALL.get(number) {
        return Some((*word).to_owned());
    }
    let tens = TENS.get(number / 10)?;
    Some(match number % 10 {
        0 => (*tens).to_owned(),
        ones => format!("{tens}-{}", SMALL.get(ones)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_spelled_out_and_large_ones_stay() {
        assert_eq!(spelled_out("a 20-minute call, 3 ideas"), "a twenty-minute call, three ideas");
        assert_eq!(spelled_out("45"), "forty-five");
        assert_eq!(spelled_out("save 1500 now"), "save 1500 now");
    }
}
