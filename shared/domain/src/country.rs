//! Countries by their ISO 3166-1 alpha-2 code, as the CRM and the data providers hand them to us.

/// All officially assigned codes, sorted.
#[rustfmt::skip]
const CODES: [&str; 249] = [
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB",
    "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY",
    "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX",
    "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK",
    "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS",
    "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR",
    "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA",
    "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK",
    "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE",
    "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM",
    "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG",
    "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF",
    "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY",
    "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW",
];

/// User-assigned codes that are in general use: Kosovo.
const IN_USE: [&str; 1] = ["XK"];

/// Whether `code` is a country's code, in either case.
#[must_use]
pub fn is_country_code(code: &str) -> bool {
    let code = code.to_ascii_uppercase();
    CODES.binary_search(&code.as_str()).is_ok() || IN_USE.contains(&code.as_str())
}

/// The right code for one that people write often and that is none: `UK` is `GB`.
#[must_use]
pub fn meant_country_code(code: &str) -> Option<&'static str> {
    match code.to_ascii_uppercase().as_str() {
        "UK" | "ENG" | "GBR" => Some("GB"),
        "EL" => Some("GR"),
        "USA" | "U.S." => Some("US"),
        "GER" | "DEU" => Some("DE"),
        "UAE" => Some("AE"),
        "JAP" | "JPN" => Some("JP"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_found_in_either_case() {
        assert!(CODES.is_sorted());
        for code in ["DE", "no", "ZW", "AD", "XK"] {
            assert!(is_country_code(code), "{code}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused_and_the_usual_mistakes_are_understood() {
        for (code, meant) in [("UK", Some("GB")), ("usa", Some("US")), ("Germany", None), ("EU", None), ("", None)] {
            assert!(!is_country_code(code), "{code}");
            assert_eq!(meant_country_code(code), meant, "{code}");
        }
    }
}
