//! Identifiers as types of their own, so that a lead's id cannot stand where an owner's is meant.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{kind} `{given}` is not valid: {why}")]
pub struct IdError {
    /// Which identifier was wanted.
    pub kind: &'static str,
    /// What was given, cut to 40 characters.
    pub given: String,
    /// What is wrong with it.
    pub why: &'static str,
}

const SUFFIX_ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// A Salesforce record id in its 18-character form.
///
/// The last three characters encode which of the first fifteen are upper case (five bits each, least significant
/// first), so that case-insensitive systems can tell ids apart. A 15-character id is completed; an 18-character one
/// whose suffix does not fit is refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct SalesforceId(String);

impl SalesforceId {
    /// Checks `text` and completes it to 18 characters.
    ///
    /// # Errors
    /// When `text` is not 15 or 18 ASCII letters and digits, or its suffix does not fit.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let wrong = |why| IdError { kind: "Salesforce id", given: text.chars().take(40).collect(), why };
        if !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(wrong("only letters and digits are allowed"));
        }
        let (Some(head), tail) = (text.get(..15), text.get(15..).unwrap_or_default()) else {
            return Err(wrong("it must have 15 or 18 characters"));
        };
        let suffix = case_suffix(head);
        match tail.len() {
            0 => Ok(Self(format!("{head}{suffix}"))),
            3 if tail.eq_ignore_ascii_case(&suffix) => Ok(Self(format!("{head}{suffix}"))),
            3 => Err(wrong("its three-character suffix does not fit the first fifteen")),
            _ => Err(wrong("it must have 15 or 18 characters")),
        }
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The three-character key prefix that tells the object: `00Q` is a Lead.
    #[must_use]
    pub fn key_prefix(&self) -> &str {
        self.0.get(..3).unwrap_or_default()
    }
}

fn case_suffix(head: &str) -> String {
    head.as_bytes()
        .chunks(5)
        .map(|chunk| {
            let bits = chunk
                .iter()
                .enumerate()
                .fold(0usize, |bits, (at, byte)| bits | (usize::from(byte.is_ascii_uppercase()) << at));
            char::from(*SUFFIX_ALPHABET.get(bits).unwrap_or(&b'A'))
        })
        .collect()
}

impl TryFrom<String> for SalesforceId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<SalesforceId> for String {
    fn from(id: SalesforceId) -> Self {
        id.0
    }
}

impl fmt::Display for SalesforceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! salesforce_ids {
    ($($(#[$doc:meta])* $name:ident, $kind:literal, [$($prefix:literal),+];)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(SalesforceId);

        impl $name {
            /// Checks `text`, its key prefix included.
            ///
            /// # Errors
            /// When `text` is no Salesforce id, or the id of another object.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let id = SalesforceId::parse(text)?;
                if [$($prefix),+].contains(&id.key_prefix()) {
                    Ok(Self(id))
                } else {
                    Err(IdError {
                        kind: $kind,
                        given: text.chars().take(40).collect(),
                        why: concat!("its key prefix must be one of:", $(" ", $prefix),+),
                    })
                }
            }

            /// The 18 characters.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    )+};
}

salesforce_ids! {
    /// A Lead's id.
    LeadId, "lead id", ["00Q"];
    /// An Account's id.
    AccountId, "account id", ["001"];
    /// An Opportunity's id.
    OpportunityId, "opportunity id", ["006"];
    /// A User's id.
    UserId, "user id", ["005"];
    /// A Task's id.
    TaskId, "task id", ["00T"];
    /// The id of what may own a record: a User or a Queue (a Group).
    OwnerId, "owner id", ["005", "00G"];
    /// An organisation's id.
    OrganizationId, "organisation id", ["00D"];
}

impl From<UserId> for OwnerId {
    fn from(user: UserId) -> Self {
        Self(user.0)
    }
}

impl OwnerId {
    /// Whether the owner is a queue rather than a person.
    #[must_use]
    pub fn is_queue(&self) -> bool {
        self.0.key_prefix() == "00G"
    }
}

macro_rules! plain_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

plain_ids! {
    /// One run of one loop.
    RunId;
    /// One for a whole chain: every record of a lead's way carries the same.
    CorrelationId;
}

impl CorrelationId {
    /// The same for everything about one subject and trigger, so that all of a lead's way is found by one id: 32 hex
    /// digits.
    #[must_use]
    pub fn of(subject: &str, trigger: &str) -> Self {
        Self(crate::sha256_hex(format!("{subject}/{trigger}").as_bytes()).chars().take(32).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_characters_are_completed_to_eighteen() {
        assert_eq!(SalesforceId::parse("00Dxx0000001gPL").unwrap().as_str(), "00Dxx0000001gPLEAY");
    }

    #[test]
    fn a_suffix_that_does_not_fit_is_refused() {
        assert!(SalesforceId::parse("00Dxx0000001gPLAAA").is_err());
    }

    #[test]
    fn an_id_of_another_object_is_refused_by_name() {
        let error = LeadId::parse("00Dxx0000001gPLEAY").unwrap_err();
        assert!(error.to_string().contains("00Q"), "{error}");
    }

    #[test]
    fn cut_odd_and_foreign_texts_are_refused() {
        for text in ["", "00Q", "00Qxx00000000é1AAA", "00Qxx0000000001EA", "00Qxx0000000001 EAA"] {
            assert!(SalesforceId::parse(text).is_err(), "{text}");
        }
    }
}
