//! Keeping phrases clear of numbers and of facts.

use super::brief::{Brief, Fact, Topic};

/// Words that say how much without a digit.
const QUANTITIES: &[&str] = &[
    "billion",
    "billions",
    "double",
    "doubled",
    "dozen",
    "dozens",
    "eighty",
    "fifty",
    "forty",
    "hundred",
    "hundreds",
    "million",
    "millions",
    "ninety",
    "percent",
    "seventy",
    "sixty",
    "tenfold",
    "thirty",
    "thousand",
    "thousands",
    "triple",
    "tripled",
    "twenty",
];

/// So many words in a row of the recipient's message would be a quotation.
const QUOTATION: usize = 5;

/// The first of `candidates`, from the `turn`th on, that has no number, no fact's value and nothing of the recipient's message;
/// `None` where none is clear.
pub(super) fn first_clear(brief: &Brief, turn: usize, candidates: &[String]) -> Option<String> {
    let mut order = (0..candidates.len()).filter_map(|step| candidates.get((turn + step) % candidates.len()));
    order.find(|text| is_clear(brief, text)).cloned()
}

fn is_clear(brief: &Brief, text: &str) -> bool {
    let said = words(text);
    let numbers = text.chars().any(char::is_numeric) || said.iter().any(|word| QUANTITIES.contains(&word.as_str()));
    !numbers && !brief.facts.iter().any(|fact| tells(fact, &said))
}

/// Whether the words hold the fact's value, or quote it where it is the recipient's message.
fn tells(fact: &Fact, said: &[String]) -> bool {
    if fact.topic() == Topic::Message {
        let message = words(fact.content());
        let run = QUOTATION.min(message.len());
        return run >= 3 && message.windows(run).any(|part| has_run(said, part));
    }
    has_run(said, &words(&fact.value))
}

/// Whether `run` stands in `words`, word by word.
pub(super) fn has_run(words: &[String], run: &[String]) -> bool {
    !run.is_empty() && words.windows(run.len()).any(|part| part == run)
}

/// The words in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// The text with its numbers below twenty in words; larger ones stay, and the guard then leaves the text out.
pub(super) fn spelled_out(text: &str) -> String {
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
    let mut spelled = String::with_capacity(text.len());
    let mut digits = String::new();
    for letter in text.chars().chain(std::iter::once('\n')) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if !digits.is_empty() {
            let word = digits.parse::<usize>().ok().and_then(|number| SMALL.get(number));
            spelled.push_str(word.map_or(digits.as_str(), |word| word));
            digits.clear();
        }
        spelled.push(letter);
    }
    spelled.pop();
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_spelled_out_and_large_ones_stay() {
        assert_eq!(spelled_out("a 15-minute call, 3 ideas"), "a fifteen-minute call, three ideas");
        assert_eq!(spelled_out("save 1500 in 45"), "save 1500 in 45");
    }

    #[test]
    fn values_are_found_as_words_and_not_as_parts_of_words() {
        let it = words("IT");
        assert!(has_run(&words("We do IT, and more"), &it));
        assert!(!has_run(&words("With a little"), &it));
    }
}
