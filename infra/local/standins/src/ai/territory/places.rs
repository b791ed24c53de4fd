//! Places by the names that people use for them.

/// A place: its ISO country, and its state where the country has some that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) country: &'static str,
    pub(super) state: Option<&'static str>,
}

const fn at(country: &'static str) -> Place {
    Place { country, state: None }
}

const fn us(state: &'static str) -> Place {
    Place { country: "US", state: Some(state) }
}

/// A name in lower case, and every place that it may mean.
type Named = (&'static str, &'static [Place]);

/// Nicknames, regions, cities and countries. A name with several places is as unclear here as it is to people.
const NAMES: &[Named] = &[
    ("bay area", &[us("CA")]),
    ("silicon valley", &[us("CA")]),
    ("socal", &[us("CA")]),
    ("pacific northwest", &[us("WA")]),
    ("new england", &[us("MA")]),
    ("research triangle", &[us("NC")]),
    ("tri-state area", &[us("NY")]),
    ("silicon prairie", &[us("TX")]),
    ("ruhrgebiet", &[at("DE")]),
    ("ruhr area", &[at("DE")]),
    ("ruhr valley", &[at("DE")]),
    ("rhein-main", &[at("DE")]),
    ("bavaria", &[at("DE")]),
    ("bayern", &[at("DE")]),
    ("romandie", &[at("CH")]),
    ("tyrol", &[at("AT")]),
    ("randstad", &[at("NL")]),
    ("wallonia", &[at("BE")]),
    ("flanders", &[at("BE")]),
    ("midlands", &[at("GB")]),
    ("home counties", &[at("GB")]),
    ("silicon fen", &[at("GB")]),
    ("catalonia", &[at("ES")]),
    ("lower silesia", &[at("PL")]),
    ("kansai", &[at("JP")]),
    ("berlin", &[at("DE")]),
    ("munich", &[at("DE")]),
    ("münchen", &[at("DE")]),
    ("hamburg", &[at("DE")]),
    ("cologne", &[at("DE")]),
    ("köln", &[at("DE")]),
    ("essen", &[at("DE")]),
    ("dortmund", &[at("DE")]),
    ("frankfurt", &[at("DE")]),
    ("vienna", &[at("AT")]),
    ("wien", &[at("AT")]),
    ("zurich", &[at("CH")]),
    ("zürich", &[at("CH")]),
    ("geneva", &[at("CH")]),
    ("paris", &[at("FR")]),
    ("lyon", &[at("FR")]),
    ("toulouse", &[at("FR")]),
    ("amsterdam", &[at("NL")]),
    ("rotterdam", &[at("NL")]),
    ("brussels", &[at("BE")]),
    ("antwerp", &[at("BE")]),
    ("copenhagen", &[at("DK")]),
    ("stockholm", &[at("SE")]),
    ("oslo", &[at("NO")]),
    ("helsinki", &[at("FI")]),
    ("london", &[at("GB")]),
    ("manchester", &[at("GB")]),
    ("edinburgh", &[at("GB")]),
    ("dublin", &[at("IE")]),
    ("madrid", &[at("ES")]),
    ("barcelona", &[at("ES")]),
    ("lisbon", &[at("PT")]),
    ("new york", &[us("NY")]),
    ("boston", &[us("MA")]),
    ("chicago", &[us("IL")]),
    ("atlanta", &[us("GA")]),
    ("austin", &[us("TX")]),
    ("houston", &[us("TX")]),
    ("denver", &[us("CO")]),
    ("seattle", &[us("WA")]),
    ("san francisco", &[us("CA")]),
    ("san diego", &[us("CA")]),
    ("los angeles", &[us("CA")]),
    ("são paulo", &[at("BR")]),
    ("sao paulo", &[at("BR")]),
    ("buenos aires", &[at("AR")]),
    ("mexico city", &[at("MX")]),
    ("tokyo", &[at("JP")]),
    ("osaka", &[at("JP")]),
    ("singapore", &[at("SG")]),
    ("sydney", &[at("AU")]),
    ("bangalore", &[at("IN")]),
    ("mumbai", &[at("IN")]),
    ("birmingham", &[at("GB"), us("AL")]),
    ("cambridge", &[at("GB"), us("MA")]),
    ("portland", &[us("OR"), us("ME")]),
    ("georgia", &[us("GA"), at("GE")]),
    ("germany", &[at("DE")]),
    ("deutschland", &[at("DE")]),
    ("austria", &[at("AT")]),
    ("switzerland", &[at("CH")]),
    ("france", &[at("FR")]),
    ("netherlands", &[at("NL")]),
    ("belgium", &[at("BE")]),
    ("denmark", &[at("DK")]),
    ("sweden", &[at("SE")]),
    ("norway", &[at("NO")]),
    ("finland", &[at("FI")]),
    ("ireland", &[at("IE")]),
    ("england", &[at("GB")]),
    ("scotland", &[at("GB")]),
    ("spain", &[at("ES")]),
    ("portugal", &[at("PT")]),
    ("brazil", &[at("BR")]),
    ("japan", &[at("JP")]),
    ("india", &[at("IN")]),
    ("australia", &[at("AU")]),
];

/// The names in `text`, each with the places that it may mean; what lies inside a longer name is not counted again.
pub(super) fn named_in(text: &str) -> Vec<Named> {
    let text = text.to_lowercase();
    let found = NAMES.iter().filter(|(name, _)| has_words(&text, name));
    let found: Vec<Named> = found.copied().collect();
    let inside = |name: &str| found.iter().any(|(longer, _)| longer.len() > name.len() && longer.contains(name));
    found.iter().filter(|(name, _)| !inside(name)).copied().collect()
}

/// Whether `words` stand in `text` as words of their own.
fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, found)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|after| after.chars().next());
        [before, after].into_iter().flatten().all(|letter| !letter.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_words_and_the_longest_counts() {
        let names = |text: &str| named_in(text).iter().map(|(name, _)| *name).collect::<Vec<_>>();
        assert_eq!(names("We sit in the Bay Area."), ["bay area"]);
        assert_eq!(names("New England, not England"), ["new england"]);
        assert_eq!(names("essential parisians"), [""; 0]);
        assert_eq!(names("Zürich/Wien"), ["wien", "zürich"]);
    }
}
