//! The companies that the stand-in knows.

use std::sync::LazyLock;

use serde::Deserialize;

/// A company that nobody has founded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// Name as people write it.
    pub name: String,
    /// Website and mail domain, under `.example`.
    pub domain: String,
    /// ISO country code of the headquarters.
    pub country_code: String,
    /// The country in the provider's words.
    pub country: String,
    /// Region or state.
    pub region: String,
    /// City.
    pub locality: String,
    /// Industry, of the provider's list.
    pub industry: String,
    /// Employees; absent where only the band is known.
    #[serde(default)]
    pub employees: Option<u32>,
    /// Band of employees, such as `201-500`.
    pub size: String,
    /// Year in which it was founded.
    #[serde(default)]
    pub founded: Option<u16>,
    /// What it does, in a sentence.
    pub summary: String,
    /// Fields of work and technologies.
    pub tags: Vec<String>,
}

static LIBRARY: LazyLock<Vec<Company>> = LazyLock::new(|| {
    // The file is part of the program; the tests read it whole, so that an unreadable one never gets this far.
    serde_json::from_str(include_str!("companies.json")).unwrap_or_default()
});

/// All companies, in the order of the file.
#[must_use]
pub fn library() -> &'static [Company] {
    &LIBRARY
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_library_is_readable_varied_and_nobodys() {
        let companies: Vec<Company> = serde_json::from_str(include_str!("companies.json")).unwrap();
        assert!(companies.len() >= 60);
        let distinct = |of: fn(&Company) -> &str| companies.iter().map(of).collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(|company| &company.domain), companies.len());
        assert_eq!(distinct(|company| &company.name), companies.len());
        assert!(distinct(|company| &company.country_code) >= 20);
        assert!(distinct(|company| &company.industry) >= 20);
        for company in &companies {
            assert!(company.domain.ends_with(".example"), "{}", company.domain);
        }
    }

    #[test]
    fn the_count_of_employees_is_within_its_band() {
        for company in library() {
            let Some(employees) = company.employees else { continue };
            let (from, to) = company.size.split_once('-').unwrap_or((company.size.trim_end_matches('+'), "4000000"));
            let band = from.parse::<u32>().unwrap()..=to.parse::<u32>().unwrap();
            assert!(band.contains(&employees), "{}: {employees} is not {}", company.name, company.size);
        }
    }
}
