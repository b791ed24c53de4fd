//! Company names as they are compared: words without case, accents, punctuation, legal forms and joining words.

mod fold;
mod legal;
mod lists;
mod places;

use std::collections::BTreeSet;

pub(crate) use fold::same_word;
pub(crate) use lists::{says_little, says_nothing};
pub(crate) use places::city;

/// Whether both texts are one name, but for case, accents, punctuation, legal form and joining words.
#[must_use]
pub fn same_name(one: &str, other: &str) -> bool {
    let (one, other) = (Name::read(one), Name::read(other));
    one.squashed.iter().any(|squashed| other.squashed.contains(squashed))
}

/// One word of a name, in both ways in which its umlauts may be written: `muller` and `mueller`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Word {
    /// Marks taken off.
    pub(crate) plain: String,
    /// Marks written out; empty where that is the same.
    pub(crate) long: String,
    /// The place that it stands for, alone or with its neighbour: `new york`.
    pub(crate) place: Option<String>,
}

/// A name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Name {
    /// The words that make the name, in their order; shortened words in full.
    pub(crate) words: Vec<Word>,
    /// The words run together, in each way of writing umlauts; never empty texts.
    pub(crate) squashed: Vec<String>,
    /// Initials of names of three words or more, with and without the legal form.
    pub(crate) initials: Vec<String>,
    /// Numbers in it: `2`, or `ii` at its end.
    pub(crate) numbers: BTreeSet<String>,
    /// Places in it: country codes, cities, points of the compass.
    pub(crate) places: BTreeSet<String>,
}

impl Name {
    /// Takes `name` apart.
    pub(crate) fn read(name: &str) -> Self {
        let mut words = fold::words(name);
        words.retain(|word| !lists::JOINING.contains(&word.plain.as_str()));
        let formal = legal::strip(&mut words);
        if words.len() > 1 && words.first().is_some_and(|first| first.plain == "the") {
            words.remove(0);
        }
        let initials = initials(&words, &formal);
        for word in &mut words {
            if let Some(full) = lists::in_full(&word.plain) {
                *word = Word { plain: full.to_owned(), ..Word::default() };
            }
        }
        places::mark(&mut words);
        let numbers = numbers(&words);
        let places = words.iter().filter_map(|word| word.place.clone()).collect();
        Self { squashed: squash(&words), initials, numbers, places, words }
    }

    /// Whether it is a single word, which may be the initials of another name.
    pub(crate) fn single(&self) -> Option<&str> {
        match (self.words.as_slice(), self.squashed.first()) {
            ([only], Some(_)) => Some(&only.plain),
            // `I B M`
            (words, Some(squashed)) if words.iter().all(|word| word.plain.chars().count() == 1) => Some(squashed),
            _ => None,
        }
    }

    /// Whether the name has this town in it, as one word or several.
    pub(crate) fn has_town(&self, town: &str) -> bool {
        self.places.contains(town)
            || (1..=3).any(|count| {
                self.words
                    .windows(count)
                    .any(|run| run.iter().map(|word| word.plain.as_str()).collect::<String>() == town)
            })
    }

    /// The words that are no place.
    pub(crate) fn without_places(&self) -> Vec<String> {
        let words: Vec<Word> = self.words.iter().filter(|word| word.place.is_none()).cloned().collect();
        squash(&words)
    }
}

fn squash(words: &[Word]) -> Vec<String> {
    let plain: String = words.iter().map(|word| word.plain.as_str()).collect();
    let long: String =
        words.iter().map(|word| if word.long.is_empty() { word.plain.as_str() } else { word.long.as_str() }).collect();
    let mut forms = vec![plain];
    if forms.first() != Some(&long) {
        forms.push(long);
    }
    forms.retain(|form| !form.is_empty());
    forms
}

fn initials(words: &[Word], formal: &[String]) -> Vec<String> {
    if words.len() < 2 {
        return Vec::new();
    }
    let short: String = words.iter().filter_map(|word| word.plain.chars().next()).collect();
    // `Nordic Freight Company` is `NFC` to its people, `GmbH` is never a letter.
    let with_form: String = short
        .chars()
        .chain(formal.iter().filter(|word| word.chars().count() > 5).filter_map(|word| word.chars().next()))
        .collect();
    let mut all = vec![short];
    if all.first() != Some(&with_form) {
        all.push(with_form);
    }
    all.retain(|initials| initials.chars().count() >= 3);
    all
}

/// Digits anywhere, a Roman number at the end alone: elsewhere `Vi` and `Ix` are parts of names.
fn numbers(words: &[Word]) -> BTreeSet<String> {
    let roman = words.len().checked_sub(1).filter(|last| *last > 0);
    words
        .iter()
        .enumerate()
        .filter(|(at, word)| {
            word.plain.chars().all(|c| c.is_ascii_digit())
                || (Some(*at) == roman && lists::ROMAN.contains(&word.plain.as_str()))
        })
        .map(|(_, word)| word.plain.trim_start_matches('0').to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(name: &str) -> Vec<String> {
        Name::read(name).squashed
    }

    #[test]
    fn one_company_s_names_have_a_form_in_common() {
        for (one, other) in [
            ("Northwind Traders GmbH & Co. KG", "northwind traders"),
            ("Müller Logistik AG", "Mueller Logistik"),
            ("Müller Logistik AG", "MULLER LOGISTIK"),
            ("Sørensen A/S", "Sorensen AS"),
            ("Łódź Foods Sp. z o.o.", "Lodz Foods SP Z O O"),
            ("L'Oréal S.A.", "LOreal"),
            ("Weiß & Söhne", "Weiss und Soehne"),
            ("Société Générale", "Societe Generale SA"),
            ("Coca-Cola Company", "Coca Cola Co."),
            ("The Boring Company", "Boring"),
            ("Acme Int'l Technologies, Inc.", "Acme International Technology"),
            ("Smith Bros. L.L.C.", "Smith Brothers"),
            ("I.B.M. Corp", "IBM"),
            ("Petrobras S/A", "Petrobras"),
            ("PT Telkom Tbk", "Telkom"),
            ("Acme Pty Ltd", "Acme Proprietary Limited"),
            ("Acme S. de R.L. de C.V.", "Acme"),
        ] {
            let (one_forms, other_forms) = (forms(one), forms(other));
            assert!(
                one_forms.iter().any(|form| other_forms.contains(form)),
                "{one} {one_forms:?}, {other} {other_forms:?}"
            );
        }
    }

    #[test]
    fn what_tells_companies_apart_stays() {
        for (one, other) in [
            ("Acme 1", "Acme 2"),
            ("Acme Capital", "Acme Plumbing"),
            ("Meyer AG", "Mayer AG"),
            ("AB", "AG"),
            ("Company Inc", "Limited Ltd"),
        ] {
            assert!(!forms(one).iter().any(|form| forms(other).contains(form)), "{one}, {other}");
        }
    }

    #[test]
    fn a_name_of_nothing_but_a_legal_form_keeps_it() {
        assert_eq!(forms("SE"), ["se"]);
        assert_eq!(forms("  ... "), Vec::<String>::new());
    }

    #[test]
    fn initials_are_made_of_the_words_that_people_use() {
        assert_eq!(Name::read("International Business Machines Corp.").initials, ["ibm"]);
        assert_eq!(Name::read("Badische Anilin- und Soda-Fabrik").initials, ["basf"]);
        assert!(Name::read("Nordic Freight Company").initials.contains(&"nfc".to_owned()));
        assert_eq!(Name::read("IBM").single(), Some("ibm"));
        assert_eq!(Name::read("I B M").single(), Some("ibm"));
    }

    #[test]
    fn numbers_and_places_are_seen() {
        let name = Name::read("Acme Germany 02");
        assert_eq!((name.numbers.len(), name.places.iter().next().map(String::as_str)), (1, Some("de")));
        assert!(name.numbers.contains("2"));
        assert!(Name::read("Nordfonds III").numbers.contains("iii"));
        assert!(Name::read("Vi Interactive").numbers.is_empty());
    }
}
