//! Who is at a known company: made up from the mail address, the same for the same address.

use sha2::{Digest as _, Sha256};

use super::company::by_domain;
use super::library::Company;

/// A job, as the provider classes it.
pub(super) struct Job {
    pub(super) title: &'static str,
    pub(super) role: &'static str,
    pub(super) sub_role: &'static str,
    pub(super) levels: &'static [&'static str],
}

/// Somebody who does not exist.
pub(super) struct Person {
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) job: &'static Job,
    pub(super) company: &'static Company,
}

const fn job(title: &'static str, role: &'static str, sub_role: &'static str, levels: &'static [&'static str]) -> Job {
    Job { title, role, sub_role, levels }
}

/// The provider's own lists of roles and levels: <https://docs.peopledatalabs.com/docs/title-levels>.
const JOBS: &[Job] = &[
    job("chief executive officer", "operations", "executive", &["cxo"]),
    job("chief revenue officer", "sales", "executive", &["cxo"]),
    job("vp of sales", "sales", "field_sales", &["vp"]),
    job("vp of operations", "operations", "business_operations", &["vp"]),
    job("head of revenue operations", "sales", "revenue_operations", &["director"]),
    job("director of marketing", "marketing", "growth_marketing", &["director"]),
    job("director of supply chain", "operations", "logistics", &["director"]),
    job("it director", "engineering", "information_technology", &["director"]),
    job("sales operations manager", "sales", "sales_operations", &["manager"]),
    job("procurement manager", "operations", "procurement", &["manager"]),
    job("marketing manager", "marketing", "product_marketing", &["manager"]),
    job("senior account executive", "sales", "account_executive", &["senior"]),
    job("business analyst", "finance", "business_analytics", &[]),
    job("sales development representative", "sales", "sales_development", &["entry"]),
];

/// Addresses that belong to nobody in particular.
const SHARED_MAILBOXES: &[&str] = &[
    "admin",
    "billing",
    "contact",
    "hello",
    "hr",
    "info",
    "invoices",
    "jobs",
    "mail",
    "marketing",
    "noreply",
    "office",
    "press",
    "sales",
    "service",
    "support",
    "team",
    "webmaster",
];

/// The person with this address and how likely it is them, 1 to 10: 9 by the address, 10 where the last name agrees with it, 5
/// where it does not. One address in eight is unknown, as at a provider; so are shared mailboxes and other companies.
pub(super) fn find(email: &str, first_name: Option<&str>, last_name: Option<&str>) -> Option<(Person, u8)> {
    let email = email.trim().to_lowercase();
    let (local, domain) = email.split_once('@')?;
    let company = by_domain(domain)?;
    let local = own_part(local)?;
    let dice = number(&email);
    if dice.is_multiple_of(8) {
        return None;
    }
    let mut parts = local.split(['.', '_', '-']).filter(|part| !part.is_empty());
    let (first, last) = (parts.next().unwrap_or_default(), parts.next_back());
    let named = |given: Option<&str>, found: &str| given.map_or_else(|| found.to_owned(), str::to_lowercase);
    let likelihood = match (last, last_name) {
        (Some(found), Some(given)) if plain(found) == plain(given) => 10,
        (Some(_), Some(_)) => 5,
        (None, _) | (_, None) => 9,
    };
    let job = JOBS.get(usize::try_from(dice / 8).unwrap_or(0) % JOBS.len())?;
    let first_name = named(first_name, first);
    let last_name = named(last_name, last.unwrap_or(first));
    Some((Person { first_name, last_name, job, company }, likelihood))
}

/// The person at `company` with this address, and how sure Hunter is of them, 1 to 8; one in nine is unknown to it. An
/// address is the same person there as at the other provider.
pub(super) fn guess(email: &str, company: &'static Company) -> Option<(Person, u8)> {
    let email = email.trim().to_lowercase();
    let local = own_part(email.split_once('@')?.0)?;
    let dice = number(&email);
    let sureness = u8::try_from((dice >> 12) % 9).unwrap_or(0);
    let mut parts = local.split(['.', '_', '-']).filter(|part| !part.is_empty());
    let (first, last) = (parts.next().unwrap_or_default(), parts.next_back());
    let job = JOBS.get(usize::try_from(dice / 8).unwrap_or(0) % JOBS.len())?;
    let person = Person { first_name: first.to_owned(), last_name: last.unwrap_or(first).to_owned(), job, company };
    (sureness > 0).then_some((person, sureness))
}

/// What stands before the `@` and any `+`, unless it is nobody's in particular.
fn own_part(local: &str) -> Option<&str> {
    let local = local.split('+').next().unwrap_or_default();
    (!local.is_empty() && !SHARED_MAILBOXES.contains(&local)).then_some(local)
}

/// Letters alone, as they are written in addresses: `Lindqvist-Åberg` is `lindqvistaberg`.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.to_lowercase().chars() {
        match letter {
            'ä' | 'å' | 'á' | 'à' | 'â' | 'ã' => plain.push('a'),
            'æ' => plain.push_str("ae"),
            'ö' | 'ø' | 'ó' | 'ô' | 'õ' => plain.push('o'),
            'ü' | 'ú' | 'û' => plain.push('u'),
            'é' | 'è' | 'ê' | 'ë' => plain.push('e'),
            'í' | 'î' | 'ï' => plain.push('i'),
            'ç' => plain.push('c'),
            'ñ' => plain.push('n'),
            'ß' => plain.push_str("ss"),
            letter if letter.is_alphanumeric() => plain.push(letter),
            _ => {}
        }
    }
    plain
}

fn number(text: &str) -> u32 {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(4).fold(0, |number, byte| (number << 8) | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_address_is_always_the_same_person() {
        let told =
            || find("ida.holm@northwind.example", None, None).map(|(person, _)| (person.job.title, person.last_name));
        assert!(told().is_some());
        assert_eq!(told(), told());
    }

    #[test]
    fn a_name_that_contradicts_the_address_is_less_likely() {
        let likelihood = |last| find("ida.holm@northwind.example", None, last).map(|(_, likelihood)| likelihood);
        assert_eq!(likelihood(None), Some(9));
        assert_eq!(likelihood(Some("Holm")), Some(10));
        assert_eq!(likelihood(Some("Okafor")), Some(5));
    }

    #[test]
    fn shared_mailboxes_and_strangers_are_nobody() {
        assert!(find("info@northwind.example", None, None).is_none());
        assert!(find("ida.holm@elsewhere.example", None, None).is_none());
        assert!(find("no address", None, None).is_none());
    }

    #[test]
    fn most_addresses_are_known_and_some_are_not() {
        let known = (0..400).filter(|n| find(&format!("a{n}.b@isarcloud.example"), None, None).is_some()).count();
        assert!((320..380).contains(&known), "{known} of 400");
    }
}
