//! Country codes in conditions: one that no country has would never hold, and nobody would notice.

use serde_json::Value;

use revloops_config::{Document, Problems};
use revloops_domain::{is_country_code, meant_country_code};
use revloops_rules::RawCondition;

/// Reports every value that `country` is compared with and that is no country.
pub(crate) fn check(raw: &RawCondition, document: &Document, pointer: &str, problems: &mut Problems) {
    for (list, key) in [(&raw.all, "all"), (&raw.any, "any")] {
        for (at, inner) in list.iter().flatten().enumerate() {
            check(inner, document, &format!("{pointer}/{key}/{at}"), problems);
        }
    }
    if let Some(inner) = &raw.not {
        check(inner, document, &format!("{pointer}/not"), problems);
    }
    if raw.field.as_deref() != Some("country") {
        return;
    }
    let one = raw.is.iter().map(|value| (value, format!("{pointer}/is")));
    let listed = raw.one_of.iter().flatten().enumerate();
    for (value, at) in one.chain(listed.map(|(nth, value)| (value, format!("{pointer}/in/{nth}")))) {
        if let Value::String(code) = value
            && !is_country_code(code.trim())
        {
            let remedy = match meant_country_code(code.trim()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "write its ISO 3166-1 code of two letters, like GB".to_owned(),
            };
            problems.at(document, &at, format!("no country has the code `{code}`"), remedy);
        }
    }
}
