//! The organisation's country picklist: codes and the names that they show.

use std::collections::BTreeMap;

/// Codes and names, both looked up in any case.
#[derive(Debug)]
pub(crate) struct Countries {
    by_code: BTreeMap<String, String>,
    by_name: BTreeMap<String, String>,
}

impl Countries {
    pub(crate) fn load() -> Self {
        let mut countries = Self { by_code: BTreeMap::new(), by_name: BTreeMap::new() };
        for line in include_str!("countries.txt").lines().filter(|line| !line.starts_with('#')) {
            if let Some((code, name)) = line.split_once('\t') {
                countries.by_code.insert(code.to_owned(), name.to_owned());
                countries.by_name.insert(name.to_lowercase(), code.to_owned());
            }
        }
        countries
    }

    /// The name behind a code.
    pub(crate) fn name(&self, code: &str) -> Option<&str> {
        self.by_code.get(&code.to_ascii_uppercase()).map(String::as_str)
    }

    /// The code behind a name.
    pub(crate) fn code(&self, name: &str) -> Option<&str> {
        self.by_name.get(&name.to_lowercase()).map(String::as_str)
    }
}
