//! Tokens of a sentence in any of the languages that news come in: words in one form, numbers with what stands around them.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A word as it was written.
    Word(String),
    /// Digits with the marks between them, as they were written.
    Number(String),
    /// `$`, `€`, `%`, …
    Sign(char),
    /// What ends a sentence.
    Stop,
}

/// Marks that stand within a number.
fn is_mark(c: char) -> bool {
    matches!(c, '.' | ',' | '\'' | '’')
}

/// Blanks that group digits: a common one, two that do not break the line.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}')
}

/// The tokens of `text`, in their order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.nfkc().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = letters.get(at) {
        let next = |step: usize| letters.get(at + step).copied();
        if c.is_ascii_digit() {
            let (number, length) = number(&letters, at);
            tokens.push(Token::Number(number));
            at += length;
        } else if is_cjk(c) {
            // Written without blanks: a sign each, of which only those of magnitude and currency matter.
            tokens.push(Token::Word(c.to_string()));
            at += 1;
        } else if c.is_alphabetic() {
            let word: String = letters
                .iter()
                .skip(at)
                .take_while(|c| {
                    (c.is_alphabetic() || is_combining_mark(**c) || matches!(c, '\'' | '’')) && !is_cjk(**c)
                })
                .collect();
            at += word.chars().count();
            let word = word.trim_end_matches(['\'', '’']);
            let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
            tokens.push(Token::Word(word.to_owned()));
        } else {
            match c {
                '$' | '€' | '£' | '¥' | '₹' | '%' => tokens.push(Token::Sign(c)),
                '.' | '!' | '?' | ':' | '\n' if next(1).is_none_or(char::is_whitespace) => tokens.push(Token::Stop),
                '。' => tokens.push(Token::Stop),
                _ => {}
            }
            at += 1;
        }
    }
    tokens
}

/// Japanese and Chinese signs.
fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}')
}

/// A number from `at` on, and how many characters it takes: marks count where a digit follows, a blank where exactly three do
/// and no more than three stand before it.
fn number(letters: &[char], at: usize) -> (String, usize) {
    let digit = |place: usize| letters.get(place).is_some_and(char::is_ascii_digit);
    let (mut number, mut place, mut group) = (String::new(), at, 0);
    while let Some(&c) = letters.get(place) {
        if c.is_ascii_digit() {
            number.push(c);
            group += 1;
        } else if is_mark(c) && digit(place + 1) {
            number.push(if c == '’' { '\'' } else { c });
            group = 0;
        } else if is_blank(c)
            && group <= 3
            && !number.contains([',', '.'])
            && (1..=3).all(|step| digit(place + step))
            && !digit(place + 4)
        {
            number.push('\'');
            group = 0;
        } else {
            break;
        }
        place += 1;
    }
    (number, place - at)
}

/// The word in lower case without marks: `Série` is `serie`.
pub(crate) fn fold(word: &str) -> String {
    let mut folded = String::new();
    for c in word.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'ø' => folded.push('o'),
            'æ' => folded.push_str("ae"),
            'ł' => folded.push('l'),
            _ => folded.push(c),
        }
    }
    folded
}

/// A folded word without its ending, so that `expands`, `expanded` and `expanding` meet. Short words stay.
pub(crate) fn stem(folded: &str) -> String {
    for ending in ["ungen", "ing", "ung", "ed", "es", "en", "er", "s", "e", "n"] {
        if let Some(stem) = folded.strip_suffix(ending)
            && stem.chars().count() >= 4
        {
            return stem.to_owned();
        }
    }
    folded.to_owned()
}
