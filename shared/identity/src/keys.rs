//! The keys that tokens are signed with (ES256), and their public halves.
//!
//! All keys live in one secret, `{"keys": [{"kid", "pkcs8_pem", "not_before"?}]}`, which the authorization server alone
//! may read. **Rotation** is adding a key: it stands in the published set at once, signs from `not_before` on, and the
//! older ones still verify. Give the new one a `not_before` some minutes ahead, so that whoever keeps the set has seen it,
//! and take the old one out when its last token has ended.

use std::fmt;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde::Deserialize;
use serde_json::{Value, json};

use revloops_domain::Secret;

/// The one algorithm that is signed and verified with.
pub const ALGORITHM: Algorithm = Algorithm::ES256;

/// Why keys cannot be used. It names them by id and never shows them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No key may sign now.
    #[error("no signing key is active: the secret must hold one whose `not_before` has come, or has none")]
    NoneActive,
    /// Two of one name.
    #[error("two keys have the id `{0}`: give each its own")]
    Twice(String),
    /// Not what is expected.
    #[error("key `{0}` is no P-256 private key as PKCS#8 PEM: make one anew")]
    NotAKey(String),
    /// A published set that cannot be read.
    #[error("the published key set is not one of P-256 keys with ids")]
    NotASet,
    /// The crypto library refused.
    #[error("no key could be made")]
    NotMade,
}

/// A key as the secret has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEntry {
    /// Its id, in the header of each token that it signs.
    pub kid: String,
    /// The private key: PKCS#8, PEM.
    pub pkcs8_pem: Secret,
    /// It signs from then on; always where this is left out.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
}

impl KeyEntry {
    /// For writing the secret: the one place that shows the key.
    #[must_use]
    pub fn revealed(&self) -> Value {
        match self.not_before {
            Some(from) => json!({"kid": self.kid, "pkcs8_pem": self.pkcs8_pem.reveal(), "not_before": from}),
            None => json!({"kid": self.kid, "pkcs8_pem": self.pkcs8_pem.reveal()}),
        }
    }
}

/// The secret's shape.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySecret {
    /// In the order in which they were added.
    pub keys: Vec<KeyEntry>,
}

/// Makes a key; its id is its thumbprint (RFC 7638).
///
/// # Errors
/// [`KeyError::NotMade`].
pub fn generate() -> Result<KeyEntry, KeyError> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| KeyError::NotMade)?;
    let der = pair.to_pkcs8v1().map_err(|_| KeyError::NotMade)?;
    let encoded = STANDARD.encode(der.as_ref());
    let lines: Vec<&str> = encoded.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
    let key = EncodingKey::from_ec_pem(pem.as_bytes()).map_err(|_| KeyError::NotMade)?;
    let public = Jwk::from_encoding_key(&key, ALGORITHM).map_err(|_| KeyError::NotMade)?;
    let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyError::NotMade)?;
    Ok(KeyEntry { kid, pkcs8_pem: Secret::new(pem), not_before: None })
}

/// A key that signs.
pub struct SigningKey {
    pub(crate) kid: String,
    pub(crate) private: EncodingKey,
    public: Jwk,
    not_before: Option<Timestamp>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// All keys of the authorization server.
#[derive(Debug)]
pub struct SigningKeys {
    keys: Vec<SigningKey>,
}

impl SigningKeys {
    /// Reads the secret.
    ///
    /// # Errors
    /// Where a key is none, or two have the same id.
    pub fn new(secret: &KeySecret) -> Result<Self, KeyError> {
        let mut keys: Vec<SigningKey> = Vec::with_capacity(secret.keys.len());
        for entry in &secret.keys {
            if keys.iter().any(|key| key.kid == entry.kid) {
                return Err(KeyError::Twice(entry.kid.clone()));
            }
            let not_a_key = |_| KeyError::NotAKey(entry.kid.clone());
            let private = EncodingKey::from_ec_pem(entry.pkcs8_pem.reveal().as_bytes()).map_err(not_a_key)?;
            let mut public = Jwk::from_encoding_key(&private, ALGORITHM).map_err(not_a_key)?;
            public.common.key_id = Some(entry.kid.clone());
            public.common.public_key_use = Some(PublicKeyUse::Signature);
            keys.push(SigningKey { kid: entry.kid.clone(), private, public, not_before: entry.not_before });
        }
        Ok(Self { keys })
    }

    /// The newest key that may sign: of those whose time has come the one whose time came last, and of equals the one
    /// that was added last.
    ///
    /// # Errors
    /// [`KeyError::NoneActive`].
    pub fn signing(&self, at: Timestamp) -> Result<&SigningKey, KeyError> {
        let active = self.keys.iter().filter(|key| key.not_before.is_none_or(|from| from <= at));
        active.max_by_key(|key| key.not_before).ok_or(KeyError::NoneActive)
    }

    /// The public halves of all, as they are published (RFC 7517).
    #[must_use]
    pub fn published(&self) -> JwkSet {
        JwkSet { keys: self.keys.iter().map(|key| key.public.clone()).collect() }
    }

    /// What verifies.
    ///
    /// # Errors
    /// [`KeyError::NotASet`], which keys of our own are not.
    pub fn verifying(&self) -> Result<VerifyingKeys, KeyError> {
        VerifyingKeys::of(&self.published())
    }
}

/// Public keys by id.
#[derive(Debug, Clone, Default)]
pub struct VerifyingKeys {
    keys: Vec<(String, DecodingKey)>,
}

impl VerifyingKeys {
    /// Reads a published set.
    ///
    /// # Errors
    /// [`KeyError::NotASet`] where it is none, or holds any key that is not of ours.
    pub fn from_json(published: &[u8]) -> Result<Self, KeyError> {
        let set: JwkSet = serde_json::from_slice(published).map_err(|_| KeyError::NotASet)?;
        Self::of(&set)
    }

    fn of(set: &JwkSet) -> Result<Self, KeyError> {
        let mut keys = Vec::with_capacity(set.keys.len());
        for key in &set.keys {
            let ours =
                matches!(&key.algorithm, AlgorithmParameters::EllipticCurve(of) if of.curve == EllipticCurve::P256);
            let (true, Some(kid)) = (ours, &key.common.key_id) else {
                return Err(KeyError::NotASet);
            };
            keys.push((kid.clone(), DecodingKey::from_jwk(key).map_err(|_| KeyError::NotASet)?));
        }
        if keys.is_empty() { Err(KeyError::NotASet) } else { Ok(Self { keys }) }
    }

    pub(crate) fn find(&self, kid: &str) -> Option<&DecodingKey> {
        self.keys.iter().find(|(id, _)| id == kid).map(|(_, key)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_made_key_is_read_back_from_the_secret_and_never_shown() {
        let made = generate().unwrap();
        let secret: KeySecret = serde_json::from_value(json!({"keys": [made.revealed()]})).unwrap();
        let keys = SigningKeys::new(&secret).unwrap();
        assert_eq!(keys.signing(at("2026-11-28T12:00:00Z")).unwrap().kid, made.kid);
        assert!(!format!("{secret:?} {keys:?}").contains("PRIVATE"));
        assert_ne!(generate().unwrap().kid, made.kid);
    }

    #[test]
    fn what_is_published_has_public_halves_alone() {
        let keys = SigningKeys::new(&KeySecret { keys: vec![generate().unwrap()] }).unwrap();
        let published = serde_json::to_value(keys.published()).unwrap();
        let key = &published["keys"][0];
        assert_eq!(
            (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
            (&json!("EC"), &json!("P-256"), &json!("ES256"), &json!("sig"))
        );
        assert!(key.get("d").is_none() && key["x"].is_string() && key["y"].is_string());
        assert!(VerifyingKeys::from_json(published.to_string().as_bytes()).is_ok());
    }

    #[test]
    fn an_added_key_is_published_at_once_and_signs_when_its_time_has_come() {
        let old = generate().unwrap();
        let new = KeyEntry { not_before: Some(at("2026-11-28T12:00:00Z")), ..generate().unwrap() };
        let (first, second) = (old.kid.clone(), new.kid.clone());
        let keys = SigningKeys::new(&KeySecret { keys: vec![new, old] }).unwrap();
        assert_eq!(keys.published().keys.len(), 2);
        assert_eq!(keys.signing(at("2026-11-28T11:59:59Z")).unwrap().kid, first);
        assert_eq!(keys.signing(at("2026-11-28T12:00:00Z")).unwrap().kid, second);
        let verifying = keys.verifying().unwrap();
        assert!(verifying.find(&first).is_some() && verifying.find(&second).is_some());
    }

    #[test]
    fn keys_that_cannot_sign_are_told_by_their_id() {
        let key = generate().unwrap();
        let twice = SigningKeys::new(&KeySecret { keys: vec![key.clone(), key.clone()] }).unwrap_err();
        assert_eq!(twice, KeyError::Twice(key.kid.clone()));
        let broken = KeyEntry {
            pkcs8_pem: Secret::new("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
            ..key.clone()
        };
        assert_eq!(
            SigningKeys::new(&KeySecret { keys: vec![broken] }).unwrap_err(),
            KeyError::NotAKey(key.kid.clone())
        );
        let later = KeyEntry { not_before: Some(at("2030-01-01T00:00:00Z")), ..key };
        let none = SigningKeys::new(&KeySecret { keys: vec![later] }).unwrap();
        assert_eq!(none.signing(at("2026-11-28T12:00:00Z")).unwrap_err(), KeyError::NoneActive);
    }

    #[test]
    fn a_set_with_keys_of_another_kind_is_refused() {
        for set in [
            json!({"keys": []}),
            json!({"keys": [{"kty": "oct", "kid": "a", "k": "AAAA"}]}),
            json!({"keys": [{"kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"}]}),
            json!("keys"),
        ] {
            assert_eq!(VerifyingKeys::from_json(set.to_string().as_bytes()).unwrap_err(), KeyError::NotASet, "{set}");
        }
    }
}
