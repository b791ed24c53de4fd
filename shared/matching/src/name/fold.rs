//! Text → words in lower case without marks.

use unicode_normalization::UnicodeNormalization as _;

use super::Word;

/// The words of `text`. Dots within initials join (`I.B.M.`), all other punctuation parts, apostrophes vanish (`Int'l`).
pub(super) fn words(text: &str) -> Vec<Word> {
    // Composed, so that an umlaut is one letter however it was typed; compatibility forms are made plain (`Ａｃｍｅ`).
    let text: String = parted(text).nfkc().flat_map(char::to_lowercase).collect();
    let mut words = Vec::new();
    let parts = text.split(|c: char| !(c.is_alphanumeric() || is_joined(c) || c == '.'));
    for part in parts {
        let part: String = part.chars().filter(|c| !is_joined(*c)).collect();
        let pieces: Vec<&str> = part.split('.').filter(|piece| !piece.is_empty()).collect();
        if pieces.iter().all(|piece| piece.chars().count() == 1) {
            push(&pieces.concat(), &mut words);
        } else {
            for piece in pieces {
                push(piece, &mut words);
            }
        }
    }
    words
}

/// `VelorixMediaGmbH` with its words apart: people run names together, and then a legal form would not be seen. What is short
/// stays (`GmbH`, `SysCo`), but for initials with dots (`VelorixS.A.`).
fn parted(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut parted = String::with_capacity(text.len());
    let mut before = ' ';
    for (at, letter) in letters.iter().enumerate() {
        if before.is_lowercase() && letter.is_uppercase() {
            let word = letters.iter().skip(at).take_while(|next| next.is_alphabetic()).count();
            let dotted = word == 1 && letters.get(at + 1) == Some(&'.');
            if word >= 3 || dotted {
                parted.push(' ');
            }
        }
        parted.push(*letter);
        before = *letter;
    }
    parted
}

/// Apostrophes, and marks that stand alone.
fn is_joined(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´' | 'ʼ') || unicode_normalization::char::is_combining_mark(c)
}

fn push(piece: &str, words: &mut Vec<Word>) {
    let (mut plain, mut long) = (String::new(), String::new());
    for letter in piece.chars() {
        let (short, written_out) = match letter {
            'ä' => ("a", "ae"),
            'ö' | 'ø' => ("o", "oe"),
            'ü' => ("u", "ue"),
            'å' => ("a", "aa"),
            'ß' => ("ss", "ss"),
            'æ' => ("ae", "ae"),
            'œ' => ("oe", "oe"),
            'þ' => ("th", "th"),
            'ł' => ("l", "l"),
            'đ' | 'ð' => ("d", "d"),
            'ħ' => ("h", "h"),
            'ı' => ("i", "i"),
            other => {
                let base = std::iter::once(other).nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c));
                let base: String = base.collect();
                plain.push_str(&base);
                long.push_str(&base);
                continue;
            }
        };
        plain.push_str(short);
        long.push_str(written_out);
    }
    if plain.is_empty() {
        return;
    }
    if long == plain {
        long.clear();
    }
    words.push(Word { plain, long, place: None });
}

/// Whether two words are the same, however their umlauts are written.
pub(crate) fn same_word(one: &Word, other: &Word) -> bool {
    let same = |a: &str, b: &str| !a.is_empty() && a == b;
    one.plain == other.plain
        || same(&one.long, &other.plain)
        || same(&one.plain, &other.long)
        || same(&one.long, &other.long)
}
