//! A company made ready to be compared: each field in one form for all ways of writing it.

use crate::company::Company;
use crate::domains;
use crate::name::{Name, city};

/// Digits of a phone number that are compared: what comes before is dialled in many ways.
const PHONE_DIGITS: usize = 8;

#[derive(Debug, Clone, Default)]
pub(crate) struct Prepared {
    pub(crate) name: Name,
    /// Registrable domains, the surest first; no free mail and no shared host.
    pub(crate) domains: Vec<String>,
    pub(crate) country: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) postal: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) phone: Option<String>,
}

impl Prepared {
    pub(crate) fn of(company: &Company) -> Self {
        let country =
            company.country_code.as_deref().map(|code| code.trim().to_lowercase()).filter(|code| !code.is_empty());
        let mut registered: Vec<String> = Vec::new();
        for own in company.domains.iter().filter_map(domains::registrable) {
            if !registered.iter().any(|known| known == own) {
                registered.push(own.to_owned());
            }
        }
        let country = country.or_else(|| registered.iter().find_map(|domain| domains::country(domain)));
        Self {
            name: Name::read(&company.name),
            domains: registered,
            state: company.state_code.as_deref().map(|code| code.trim().to_lowercase()).filter(|code| !code.is_empty()),
            postal: company.postal_code.as_deref().and_then(|code| postal(code, country.as_deref())),
            city: company.city.as_deref().and_then(city),
            phone: company.phone.as_deref().and_then(phone),
            country,
        }
    }

    /// Whether both have the fact and it differs.
    pub(crate) fn differ(one: Option<&String>, other: Option<&String>) -> bool {
        matches!((one, other), (Some(one), Some(other)) if one != other)
    }
}

/// Letters and digits; of American codes the first five digits, for the other four say the street.
fn postal(typed: &str, country: Option<&str>) -> Option<String> {
    let mut code: String = typed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if country == Some("us") && code.len() == 9 {
        code.truncate(5);
    }
    (code.chars().count() >= 3).then_some(code)
}

/// The last digits, without an extension.
fn phone(typed: &str) -> Option<String> {
    let number = typed.split(['x', 'X', ';', ',']).next().unwrap_or_default();
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let kept: String = digits.iter().skip(digits.len().saturating_sub(PHONE_DIGITS)).collect();
    // `000 000 000` and the like are typed where a form insists.
    let real = kept.len() == PHONE_DIGITS && kept.chars().any(|digit| !kept.starts_with(digit));
    real.then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_the_same_however_it_is_dialled() {
        for typed in ["+49 123 4567890", "0049-123-4567890", "0123/4567890", "(0123) 456 78 90 x12"] {
            assert_eq!(phone(typed).as_deref(), Some("34567890"), "{typed}");
        }
        for typed in ["", "112", "0000 000000"] {
            assert_eq!(phone(typed), None, "{typed}");
        }
    }

    #[test]
    fn postal_codes_are_compared_by_what_says_the_place() {
        assert_eq!(postal("94107-1234", Some("us")).as_deref(), Some("94107"));
        assert_eq!(postal("sw1a 1aa", Some("gb")), postal("SW1A1AA", None));
        assert_eq!(postal("-", None), None);
    }
}
