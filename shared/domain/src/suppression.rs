//! Who must not be written to: the list that stands above every sequence.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::sequence::Recipient;
use crate::{SalesforceId, sha256_hex};

/// What a suppression holds for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionKind {
    /// One lead or contact.
    Person,
    /// One mail address, whichever records have it.
    Address,
    /// Everybody at a company's domain.
    Domain,
    /// Everybody at an account of the CRM.
    Account,
}

impl SuppressionKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Person, Self::Address, Self::Domain, Self::Account];

    /// The name in commands and tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Address => "address",
            Self::Domain => "domain",
            Self::Account => "account",
        }
    }
}

/// What one suppression holds for: `person/00Q…`, `address/<sha256>`, `domain/acme.com`, `account/001…`.
///
/// An address is kept as its SHA-256: the list can tell whether somebody is on it, and not who is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct SuppressionKey {
    kind: SuppressionKind,
    value: String,
}

/// Text that names nobody who could be suppressed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no {wanted}")]
pub struct SuppressionKeyError {
    given: String,
    wanted: &'static str,
}

impl SuppressionKey {
    /// The key of `value`, as a person types it.
    ///
    /// # Errors
    /// Where `value` cannot be of this kind.
    pub fn of(kind: SuppressionKind, value: &str) -> Result<Self, SuppressionKeyError> {
        let refused = |wanted| SuppressionKeyError { given: value.to_owned(), wanted };
        let lower = value.trim().to_lowercase();
        let value = match kind {
            SuppressionKind::Person => {
                record(value, &["00Q", "003"]).ok_or_else(|| refused("id of a lead or contact"))?
            }
            SuppressionKind::Account => record(value, &["001"]).ok_or_else(|| refused("id of an account"))?,
            SuppressionKind::Address => {
                let whole = lower.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && is_domain(domain));
                if !whole {
                    return Err(refused("mail address"));
                }
                sha256_hex(lower.as_bytes())
            }
            SuppressionKind::Domain if is_domain(&lower) => lower,
            SuppressionKind::Domain => return Err(refused("domain")),
        };
        Ok(Self { kind, value })
    }

    /// All keys that hold for somebody: where one of them is on the list, nothing may land.
    #[must_use]
    pub fn all_of(recipient: &Recipient) -> Vec<Self> {
        let address = recipient.email.as_deref();
        let mut domains: Vec<&str> = recipient.domain.as_deref().into_iter().collect();
        domains.extend(address.and_then(|address| address.rsplit_once('@')).map(|(_, domain)| domain));
        let mut wanted = vec![(SuppressionKind::Person, recipient.person_id.as_str())];
        wanted.extend(recipient.account_id.as_ref().map(|account| (SuppressionKind::Account, account.as_str())));
        wanted.extend(address.map(|address| (SuppressionKind::Address, address)));
        // `mail.acme.com` is suppressed with `acme.com`.
        wanted.extend(domains.into_iter().flat_map(parents).map(|domain| (SuppressionKind::Domain, domain)));
        let mut keys: Vec<Self> = wanted.into_iter().filter_map(|(kind, value)| Self::of(kind, value).ok()).collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// What it holds for.
    #[must_use]
    pub fn kind(&self) -> SuppressionKind {
        self.kind
    }

    /// Id, digest or domain.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// The domain itself and those above it, but for the last label alone.
fn parents(domain: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = domain;
    while rest.contains('.') {
        found.push(rest);
        let Some((_, above)) = rest.split_once('.') else { break };
        rest = above;
    }
    found
}

fn is_domain(text: &str) -> bool {
    text.contains('.')
        && text.len() <= 253
        && text
            .split('.')
            .all(|label| !label.is_empty() && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-'))
}

fn record(text: &str, prefixes: &[&str]) -> Option<String> {
    let id = SalesforceId::parse(text.trim()).ok()?;
    prefixes.contains(&id.key_prefix()).then(|| id.as_str().to_owned())
}

impl std::fmt::Display for SuppressionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind.name(), self.value)
    }
}

impl From<SuppressionKey> for String {
    fn from(key: SuppressionKey) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for SuppressionKey {
    type Error = SuppressionKeyError;

    fn try_from(text: String) -> Result<Self, SuppressionKeyError> {
        let unknown = || SuppressionKeyError { given: text.clone(), wanted: "kind/value of a suppression" };
        let (kind, value) = text.split_once('/').ok_or_else(unknown)?;
        let kind = SuppressionKind::ALL.into_iter().find(|known| known.name() == kind).ok_or_else(unknown)?;
        match kind {
            // Kept as a digest already.
            SuppressionKind::Address => Ok(Self { kind, value: value.to_owned() }),
            SuppressionKind::Person | SuppressionKind::Domain | SuppressionKind::Account => Self::of(kind, value),
        }
    }
}

/// How somebody came onto the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionSource {
    /// A person of ours put them there.
    Person,
    /// The CRM's record says that they opted out.
    Crm,
}

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suppression {
    /// For whom.
    pub key: SuppressionKey,
    /// Where from.
    pub source: SuppressionSource,
    /// Who put it there: a username, or the program's name.
    pub by: String,
    /// Why, in a few words.
    pub reason: String,
    /// Since when.
    #[schemars(with = "String")]
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_suppressed_by_id_address_domain_above_and_account() {
        let recipient = Recipient {
            person_id: SalesforceId::parse("00Q000000000001EAA").unwrap(),
            account_id: None,
            email: Some("ada@mail.acme.co.uk".to_owned()),
            domain: Some("acme.co.uk".to_owned()),
            country_code: None,
            state_code: None,
        };
        let keys: Vec<String> = SuppressionKey::all_of(&recipient).iter().map(ToString::to_string).collect();
        assert_eq!(keys.len(), 5, "{keys:?}");
        assert!(keys.contains(&"domain/mail.acme.co.uk".to_owned()));
        assert!(keys.contains(&"domain/acme.co.uk".to_owned()));
        assert!(!keys.iter().any(|key| key.contains("ada")), "an address is kept as its digest: {keys:?}");
        let typed = SuppressionKey::of(SuppressionKind::Address, " Ada@Mail.Acme.CO.UK ").unwrap();
        assert!(keys.contains(&typed.to_string()));
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for (kind, value) in [
            (SuppressionKind::Person, "0015g00000Xyz12AAB"),
            (SuppressionKind::Account, "acme"),
            (SuppressionKind::Address, "acme.com"),
            (SuppressionKind::Domain, "ada@acme.com"),
            (SuppressionKind::Domain, "com"),
        ] {
            assert!(SuppressionKey::of(kind, value).is_err(), "{value}");
        }
    }
}
