//! The signed envelope: DSSE with Ed25519.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use revloops_domain::Secret;

/// What a payload is; the signature covers it, so that a signature of something else is none of a registry.
pub const PAYLOAD_TYPE: &str = "application/vnd.revloops.mcp-registry.v1+json";

/// A signed payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// [`PAYLOAD_TYPE`].
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// The document's exact bytes, in base64.
    pub payload: String,
    /// One a key: several while keys are rotated.
    pub signatures: Vec<Signature>,
}

/// One key's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// [`PublicKey::id`]; a hint alone, which decides nothing.
    pub keyid: String,
    /// 64 bytes in base64.
    pub sig: String,
}

/// Why an envelope or a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    /// It is not an envelope at all.
    #[error("it is not a signed registry: {0}")]
    Malformed(String),
    /// No signature of it verifies.
    #[error("it is not signed by the key {0}: it was changed on its way, or comes from somebody else")]
    NotSigned(String),
    /// A key is no key.
    #[error("{0}")]
    Key(&'static str),
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// From 32 bytes in base64.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn parse(text: &str) -> Result<Self, EnvelopeError> {
        let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(Self).ok_or(EnvelopeError::Key("a public key is 32 bytes in base64 (44 characters)"))
    }

    /// As base64.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Its short name: the first 16 hex digits of its SHA-256.
    #[must_use]
    pub fn id(&self) -> String {
        let hash = digest(&SHA256, &self.0);
        hash.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The keys that sign, the current one first.
#[derive(Debug)]
pub struct SigningKeys(Vec<Ed25519KeyPair>);

/// The keys as a secret keeps them: `{"private_keys": ["<PKCS#8, as PEM or as base64 of DER>", …]}`, the current one first.
#[derive(Debug, Clone, Deserialize)]
pub struct KeySecret {
    /// What `openssl genpkey -algorithm ed25519` writes; the former one beside the new one while a key is rotated.
    pub private_keys: Vec<Secret>,
}

impl SigningKeys {
    /// From what the secret keeps.
    ///
    /// # Errors
    /// If there is none, or one is no Ed25519 key in PKCS#8. Nothing of the key is in the error.
    pub fn from_secret(secret: &KeySecret) -> Result<Self, EnvelopeError> {
        let unusable = EnvelopeError::Key("a signing key must be Ed25519 in PKCS#8, as PEM or as base64 of DER");
        let mut keys = Vec::new();
        for text in &secret.private_keys {
            let body: String = text.reveal().lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
            let der = STANDARD.decode(body).map_err(|_withheld| unusable.clone())?;
            keys.push(Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map_err(|_withheld| unusable.clone())?);
        }
        if keys.is_empty() { Err(EnvelopeError::Key("the secret holds no signing key")) } else { Ok(Self(keys)) }
    }

    /// A new key as the secret keeps it: base64 of PKCS#8.
    ///
    /// # Errors
    /// If the machine gives no randomness.
    pub fn generate() -> Result<String, EnvelopeError> {
        let failed = |_unspecified| EnvelopeError::Key("no key could be made: the machine gives no randomness");
        let pair = Ed25519KeyPair::generate().map_err(failed)?;
        Ok(STANDARD.encode(pair.to_pkcs8v1().map_err(failed)?))
    }

    /// The public keys, the current one first.
    #[must_use]
    pub fn public_keys(&self) -> Vec<PublicKey> {
        let keys = self.0.iter().filter_map(|pair| <[u8; 32]>::try_from(pair.public_key().as_ref()).ok());
        keys.map(PublicKey).collect()
    }

    /// Signs these bytes with every key.
    #[must_use]
    pub fn sign(&self, payload: &[u8]) -> Envelope {
        let signed = signed_bytes(PAYLOAD_TYPE, payload);
        let signatures = self
            .0
            .iter()
            .zip(self.public_keys())
            .map(|(pair, public)| Signature { keyid: public.id(), sig: STANDARD.encode(pair.sign(&signed)) });
        Envelope {
            payload_type: PAYLOAD_TYPE.to_owned(),
            payload: STANDARD.encode(payload),
            signatures: signatures.collect(),
        }
    }
}

impl Envelope {
    /// Reads one, without verifying it.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let envelope: Self =
            serde_json::from_slice(bytes).map_err(|error| EnvelopeError::Malformed(error.to_string()))?;
        if envelope.payload_type == PAYLOAD_TYPE {
            return Ok(envelope);
        }
        let other: String = envelope.payload_type.chars().take(80).collect();
        Err(EnvelopeError::Malformed(format!("its payload is `{other}`, not {PAYLOAD_TYPE}")))
    }

    /// The payload's bytes, unverified.
    ///
    /// # Errors
    /// If they are no base64.
    pub fn payload_unverified(&self) -> Result<Vec<u8>, EnvelopeError> {
        STANDARD.decode(&self.payload).map_err(|_| EnvelopeError::Malformed("its payload is not base64".to_owned()))
    }

    /// The payload's bytes, if `key` signed them.
    ///
    /// # Errors
    /// If no signature is that key's.
    pub fn verified(&self, key: &PublicKey) -> Result<Vec<u8>, EnvelopeError> {
        let payload = self.payload_unverified()?;
        let signed = signed_bytes(&self.payload_type, &payload);
        let verifier = UnparsedPublicKey::new(&ED25519, key.0);
        let good = self.signatures.iter().any(|signature| {
            STANDARD.decode(&signature.sig).is_ok_and(|bytes| verifier.verify(&signed, &bytes).is_ok())
        });
        if good { Ok(payload) } else { Err(EnvelopeError::NotSigned(key.id())) }
    }
}

/// DSSE's pre-authentication encoding: lengths before contents, so that type and payload cannot be shifted against each other.
fn signed_bytes(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> SigningKeys {
        let private_keys = vec![Secret::new(SigningKeys::generate().unwrap())];
        SigningKeys::from_secret(&KeySecret { private_keys }).unwrap()
    }

    #[test]
    fn a_signed_payload_comes_back_to_the_byte() {
        let keys = keys();
        let envelope = keys.sign(b"{\"a\": 1}");
        let bytes = serde_json::to_vec(&envelope).unwrap();
        let read = Envelope::parse(&bytes).unwrap();
        assert_eq!(read.verified(&keys.public_keys()[0]).unwrap(), b"{\"a\": 1}");
    }

    #[test]
    fn what_was_changed_is_refused_and_so_is_another_s_key() {
        let keys = keys();
        let key = keys.public_keys().remove(0);
        let mut envelope = keys.sign(b"{\"a\": 1}");
        let refused = Err(EnvelopeError::NotSigned(key.id()));
        assert_eq!(self::keys().sign(b"{\"a\": 1}").verified(&key), refused);
        envelope.payload = STANDARD.encode(b"{\"a\": 2}");
        assert_eq!(envelope.verified(&key), refused);
    }

    #[test]
    fn a_signature_of_another_type_of_payload_is_none_of_a_registry() {
        let keys = keys();
        let key = keys.public_keys().remove(0);
        let mut envelope = keys.sign(b"{}");
        envelope.payload_type = "text/plain".to_owned();
        assert!(envelope.verified(&key).is_err());
        assert!(Envelope::parse(&serde_json::to_vec(&envelope).unwrap()).is_err());
    }

    #[test]
    fn while_keys_are_rotated_readers_of_either_key_are_served() {
        let private_keys = vec![SigningKeys::generate().unwrap(), SigningKeys::generate().unwrap()];
        let secret = KeySecret { private_keys: private_keys.into_iter().map(Secret::new).collect() };
        let keys = SigningKeys::from_secret(&secret).unwrap();
        let envelope = keys.sign(b"{}");
        assert_eq!(keys.public_keys().iter().filter(|key| envelope.verified(key).is_ok()).count(), 2);
    }

    #[test]
    fn a_key_as_openssl_writes_it_is_read() {
        // openssl genpkey -algorithm ed25519; openssl pkey -pubout
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
        let keys = SigningKeys::from_secret(&KeySecret { private_keys: vec![Secret::new(pem)] }).unwrap();
        // RFC 8032, section 7.1, TEST 1.
        assert_eq!(keys.public_keys()[0].to_base64(), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    }

    #[test]
    fn an_unusable_key_is_not_shown() {
        let secret = KeySecret { private_keys: vec![Secret::new("c2VjcmV0")] };
        let error = SigningKeys::from_secret(&secret).unwrap_err().to_string();
        assert!(!error.contains("c2Vj"), "{error}");
    }
}
