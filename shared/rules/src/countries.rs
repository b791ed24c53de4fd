//! Country codes in conditions: one that no country has would never hold, and nobody would notice.

use serde_json::Value;

use revloops_config::{Document, Problems};
use revloops_domain::{is_country_code, meant_country_code};

use crate::raw::RawCondition;

/// Reports every value that `field` is compared with, anywhere in the condition at `pointer`, and that is no country's
/// ISO 3166-1 code.
pub fn check_countries(field: &str, raw: &RawCondition, document: &Document, pointer: &str, problems: &mut Problems) {
    for (list, key) in [(&raw.all, "all"), (&raw.any, "any")] {
        for (at, inner) in list.iter().flatten().enumerate() {
            check_countries(field, inner, document, &format!("{pointer}/{key}/{at}"), problems);
        }
    }
    if let Some(inner) = &raw.not {
        check_countries(field, inner, document, &format!("{pointer}/not"), problems);
    }
    if raw.field.as_deref() != Some(field) {
        return;
    }
    let one = raw.is.iter().map(|value| (value, format!("{pointer}/is")));
    let listed = raw.one_of.iter().flatten().enumerate();
    for (value, at) in one.chain(listed.map(|(nth, value)| (value, format!("{pointer}/in/{nth}")))) {
        if let Value::String(code) = value {
            check_country(code, document, &at, problems);
        }
    }
}

/// Reports `code` at `pointer` where no country has it.
pub fn check_country(code: &str, document: &Document, pointer: &str, problems: &mut Problems) {
    if !is_country_code(code.trim()) {
        let remedy = match meant_country_code(code.trim()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "write its ISO 3166-1 code of two letters, like GB".to_owned(),
        };
        problems.at(document, pointer, format!("no country has the code `{code}`"), remedy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_no_country_has_is_found_wherever_it_stands() {
        let mut problems = Problems::new();
        let text =
            "{any: [{field: country, in: [DE, UK]}, {not: {field: country, is: Atlantis}}, {field: state, is: ZZ}]}";
        let document = Document::parse_yaml("rules.yaml", text, &mut problems).unwrap();
        let raw: RawCondition = serde_json::from_value(document.value().clone()).unwrap();
        check_countries("country", &raw, &document, "", &mut problems);
        let said = problems.to_string();
        assert!(said.contains("any[0].in[1]: no country has the code `UK`; did you mean `GB`?"), "{said}");
        assert!(said.contains("any[1].not.is: no country has the code `Atlantis`"), "{said}");
        assert_eq!(said.lines().count(), 2, "{said}");
    }
}
