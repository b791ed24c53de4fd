//! Which API versions there are, and what each offers.

use serde_json::{Value as Json, json};

use crate::crm::error::ApiError;

const FIRST: u32 = 31;
const LAST: u32 = 68;

/// Checks the version in a path.
///
/// # Errors
/// 410 for a retired version, 404 for what is no version of this release.
pub(crate) fn check(version: &str) -> Result<(), ApiError> {
    let number = version
        .strip_prefix('v')
        .and_then(|rest| rest.strip_suffix(".0"))
        .and_then(|number| number.parse::<u32>().ok())
        .ok_or_else(ApiError::not_found)?;
    match number {
        FIRST..=LAST => Ok(()),
        1..FIRST => {
            Err(ApiError::new(410, "GONE", "This API version is no longer supported. Use a later API version."))
        }
        _ => Err(ApiError::not_found()),
    }
}

pub(super) fn list() -> Json {
    (FIRST..=LAST).map(|number| json!({ "label": label(number), "url": format!("/services/data/v{number}.0"), "version": format!("{number}.0") })).collect()
}

pub(super) fn resources(version: &str) -> Json {
    let url = |name: &str| format!("/services/data/{version}/{name}");
    json!({ "sobjects": url("sobjects"), "query": url("query"), "queryAll": url("queryAll"), "limits": url("limits"), "composite": url("composite") })
}

/// Three releases a year; Winter is named after the year that it reaches into.
fn label(number: u32) -> String {
    match number % 3 {
        2 => format!("Winter '{:02}", 27 - (LAST - number) / 3),
        1 => format!("Summer '{:02}", 26 - (LAST - 1 - number) / 3),
        _ => format!("Spring '{:02}", 26 - (LAST - 2 - number) / 3),
    }
}

#[cfg(test)]
mod tests {
    use super::{check, label};

    #[test]
    fn releases_have_the_names_that_the_vendor_gave_them() {
        for (number, name) in [
            (68, "Winter '27"),
            (67, "Summer '26"),
            (66, "Spring '26"),
            (60, "Spring '24"),
            (59, "Winter '24"),
            (31, "Summer '14"),
        ] {
            assert_eq!(label(number), name);
        }
    }

    #[test]
    fn retired_and_unknown_versions_are_refused_differently() {
        assert!(check("v68.0").is_ok());
        assert_eq!(check("v20.0").unwrap_err().status, 410);
        for unknown in ["v69.0", "68.0", "vX", "v68.5"] {
            assert_eq!(check(unknown).unwrap_err().status, 404, "{unknown}");
        }
    }
}
