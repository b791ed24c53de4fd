//! ISO 3166 codes and the country names that the provider uses, in lower case.
//!
//! Source of the names: <https://docs.peopledatalabs.com/docs/country-and-region>; the further names on a line are read, never sent.

const COUNTRIES: &str = include_str!("countries.txt");

fn lines() -> impl Iterator<Item = (&'static str, std::str::Split<'static, char>)> {
    COUNTRIES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t').map(|(code, names)| (code, names.split('\t'))))
}

/// The ISO code of a country in the provider's words, in any case.
pub(crate) fn code(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    lines().find(|(_, names)| names.clone().any(|known| known == name)).map(|(code, _)| code)
}

/// The provider's word for the country with an ISO code, in any case.
pub(crate) fn name(code: &str) -> Option<&'static str> {
    lines().find(|(known, _)| known.eq_ignore_ascii_case(code)).and_then(|(_, mut names)| names.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_by_their_other_forms() {
        assert_eq!(code("United States"), Some("US"));
        assert_eq!(code("czech republic"), Some("CZ"));
        assert_eq!(code(" norway "), Some("NO"));
        assert_eq!(code("atlantis"), None);
    }

    #[test]
    fn every_code_has_two_letters_and_a_name_that_leads_back_to_it() {
        assert!(lines().count() > 190);
        for (iso, _) in lines() {
            assert!(iso.len() == 2 && iso.bytes().all(|letter| letter.is_ascii_uppercase()), "{iso}");
            assert_eq!(code(name(iso).unwrap()), Some(iso));
        }
    }
}
