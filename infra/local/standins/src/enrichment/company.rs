//! Which company is meant, and how likely it is.

use super::library::{Company, library};

/// What `GET /v5/company/enrich` may be asked by, as far as the stand-in looks.
#[derive(Debug, Default)]
pub(super) struct Asked<'a> {
    /// Website or domain.
    pub(super) website: Option<&'a str>,
    /// Name.
    pub(super) name: Option<&'a str>,
    /// Country, in the provider's words or as a code.
    pub(super) country: Option<&'a str>,
}

/// The likeliest company with its likelihood, 1 to 10.
///
/// A website decides by itself (8), and a name that agrees (10) or disagrees (6) makes it more or less likely. By name alone the
/// same spelling counts 6, the same name without its legal form 4; the country adds 2 or takes 3.
pub(super) fn find(asked: &Asked<'_>) -> Option<(&'static Company, u8)> {
    if let Some(site) = asked.website {
        return by_domain(&host_of(site)).map(|company| (company, by_website(company, asked)));
    }
    let name = asked.name?;
    let mut best: Option<(&'static Company, u8)> = None;
    for company in library() {
        let likelihood = by_name(company, name, asked.country);
        if likelihood > best.map_or(0, |(_, so_far)| so_far) {
            best = Some((company, likelihood));
        }
    }
    best
}

/// The company with this domain, or one under it.
pub(super) fn by_domain(host: &str) -> Option<&'static Company> {
    library().iter().find(|company| {
        let rest = host.strip_suffix(company.domain.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

fn by_website(company: &Company, asked: &Asked<'_>) -> u8 {
    match asked.name {
        None => 8,
        Some(name) if core(name) == core(&company.name) => 10,
        Some(_) => 6,
    }
}

fn by_name(company: &Company, name: &str, country: Option<&str>) -> u8 {
    let likelihood: u8 = if name.trim().to_lowercase() == company.name.to_lowercase() {
        6
    } else if !core(name).is_empty() && core(name) == core(&company.name) {
        4
    } else {
        return 0;
    };
    match country.map(str::trim) {
        None => likelihood,
        Some(asked)
            if asked.eq_ignore_ascii_case(&company.country) || asked.eq_ignore_ascii_case(&company.country_code) =>
        {
            likelihood + 2
        }
        Some(_) => likelihood.saturating_sub(3),
    }
}

fn host_of(site: &str) -> String {
    let site = site.trim().to_lowercase();
    let rest = site.split_once("://").map_or(site.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

/// The words of a name without its legal form, accents' letters kept: `Northwind & Søn A/S` is `northwind søn`.
fn core(name: &str) -> String {
    const LEGAL_FORMS: &[&str] = &[
        "ab",
        "ag",
        "aps",
        "as",
        "asa",
        "bv",
        "co",
        "company",
        "corp",
        "corporation",
        "gmbh",
        "inc",
        "kg",
        "kk",
        "limited",
        "llc",
        "ltd",
        "ltda",
        "nv",
        "oy",
        "oyj",
        "plc",
        "pty",
        "pvt",
        "sa",
        "sarl",
        "sas",
        "se",
        "sl",
        "spa",
        "sro",
        "srl",
        "zoo",
    ];
    let flat: String = name.to_lowercase().chars().filter(|letter| !matches!(letter, '.' | '/')).collect();
    let words = flat.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| !LEGAL_FORMS.contains(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likelihood(website: Option<&str>, name: Option<&str>, country: Option<&str>) -> Option<(&'static str, u8)> {
        find(&Asked { website, name, country }).map(|(company, likelihood)| (company.domain.as_str(), likelihood))
    }

    #[test]
    fn a_website_decides_and_the_name_makes_it_more_or_less_likely() {
        let domain = "northwind.example";
        assert_eq!(likelihood(Some("https://www.Northwind.example/about"), None, None), Some((domain, 8)));
        assert_eq!(likelihood(Some(domain), Some("Northwind & Søn A/S"), None), Some((domain, 10)));
        assert_eq!(likelihood(Some(domain), Some("Someone else"), None), Some((domain, 6)));
        assert_eq!(likelihood(Some("dk.northwind.example"), None, None), Some((domain, 8)));
        assert_eq!(likelihood(Some("evilnorthwind.example"), None, None), None);
    }

    #[test]
    fn a_name_alone_is_less_likely_and_the_country_tells() {
        let domain = "isarcloud.example";
        assert_eq!(likelihood(None, Some("isarcloud"), None), Some((domain, 6)));
        assert_eq!(likelihood(None, Some("Isarcloud GmbH"), None), Some((domain, 4)));
        assert_eq!(likelihood(None, Some("Isarcloud GmbH"), Some("germany")), Some((domain, 6)));
        assert_eq!(likelihood(None, Some("Isarcloud GmbH"), Some("brazil")), Some((domain, 1)));
        assert_eq!(likelihood(None, Some("GmbH"), None), None);
    }
}
