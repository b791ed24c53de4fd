//! What is kept encrypted: AES-256-GCM, under keys of a secret of its own.
//!
//! The secret is `{"keys": [{"id", "key"}]}`, `key` being 32 bytes in base64. The last key seals, all open; rotation is
//! adding one at the end, and the older can go when the last grant of their time has ended.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use revloops_domain::Secret;

/// Why something cannot be sealed or opened. It shows nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The secret holds none.
    #[error("the sealing secret holds no key")]
    NoKey,
    /// Not 32 bytes.
    #[error("sealing key `{0}` is not 32 bytes in base64: make one anew")]
    NotAKey(String),
    /// Two of one name.
    #[error("two sealing keys have the id `{0}`: give each its own")]
    Twice(String),
    /// Its key was taken out of the secret.
    #[error("sealed under key `{0}`, which the secret does not hold")]
    UnknownKey(String),
    /// Changed, or in the place of another.
    #[error("what is sealed does not open: it was changed, or is of something else")]
    Changed,
    /// The crypto library refused.
    #[error("nothing could be sealed")]
    NotSealed,
}

/// A key as the secret has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealingEntry {
    /// Its id, beside each text that it sealed.
    pub id: String,
    /// 32 bytes in base64.
    pub key: Secret,
}

impl SealingEntry {
    /// For writing the secret: the one place that shows the key.
    #[must_use]
    pub fn revealed(&self) -> Value {
        json!({"id": self.id, "key": self.key.reveal()})
    }
}

/// The secret's shape.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealingSecret {
    /// In the order in which they were added.
    pub keys: Vec<SealingEntry>,
}

/// Makes a key called `id`.
///
/// # Errors
/// [`SealError::NotSealed`] where no randomness is to be had.
pub fn generate(id: &str) -> Result<SealingEntry, SealError> {
    let mut bytes = [0_u8; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SealError::NotSealed)?;
    Ok(SealingEntry { id: id.to_owned(), key: Secret::new(STANDARD.encode(bytes)) })
}

/// What was sealed, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    key: String,
    text: String,
}

/// Seals and opens.
pub struct Sealer {
    keys: Vec<(String, RandomizedNonceKey)>,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(id, _)| id)).finish()
    }
}

impl Sealer {
    /// Reads the secret.
    ///
    /// # Errors
    /// Where it holds no key, one that is none, or two of one id.
    pub fn new(secret: &SealingSecret) -> Result<Self, SealError> {
        let mut keys: Vec<(String, RandomizedNonceKey)> = Vec::with_capacity(secret.keys.len());
        for entry in &secret.keys {
            if keys.iter().any(|(id, _)| *id == entry.id) {
                return Err(SealError::Twice(entry.id.clone()));
            }
            let not_a_key = || SealError::NotAKey(entry.id.clone());
            let bytes = STANDARD.decode(entry.key.reveal()).map_err(|_| not_a_key())?;
            let key = RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| not_a_key())?;
            keys.push((entry.id.clone(), key));
        }
        if keys.is_empty() { Err(SealError::NoKey) } else { Ok(Self { keys }) }
    }

    /// Seals `bytes`, so that they open for `belongs_to` alone.
    ///
    /// # Errors
    /// [`SealError::NotSealed`].
    pub fn seal(&self, belongs_to: &str, bytes: &[u8]) -> Result<Sealed, SealError> {
        let (id, key) = self.keys.last().ok_or(SealError::NoKey)?;
        let mut text = bytes.to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(belongs_to.as_bytes()), &mut text)
            .map_err(|_| SealError::NotSealed)?;
        let kept = [nonce.as_ref().as_slice(), &text].concat();
        Ok(Sealed { key: id.clone(), text: STANDARD.encode(kept) })
    }

    /// Opens what was sealed for `belongs_to`.
    ///
    /// # Errors
    /// Where it was changed, was sealed for something else, or its key is gone.
    pub fn open(&self, belongs_to: &str, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
        let key = self.keys.iter().find(|(id, _)| *id == sealed.key).map(|(_, key)| key);
        let key = key.ok_or_else(|| SealError::UnknownKey(sealed.key.clone()))?;
        let kept = STANDARD.decode(&sealed.text).map_err(|_| SealError::Changed)?;
        let (nonce, text) = kept.split_at_checked(NONCE_LEN).ok_or(SealError::Changed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Changed)?;
        let mut text = text.to_vec();
        let opened = key.open_in_place(nonce, Aad::from(belongs_to.as_bytes()), &mut text);
        Ok(opened.map_err(|_| SealError::Changed)?.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(entries: &[&SealingEntry]) -> Sealer {
        Sealer::new(&SealingSecret { keys: entries.iter().copied().cloned().collect() }).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_for_what_it_belongs_to_alone() {
        let sealer = sealer(&[&generate("1").unwrap()]);
        let sealed = sealer.seal("grant-a", b"00D!session").unwrap();
        assert_eq!(sealer.open("grant-a", &sealed).unwrap(), b"00D!session");
        // Guard: the associated data. A row copied over another's opens for nobody.
        assert_eq!(sealer.open("grant-b", &sealed).unwrap_err(), SealError::Changed);
        assert_ne!(sealer.seal("grant-a", b"00D!session").unwrap(), sealed, "a nonce of its own each time");
    }

    #[test]
    fn a_changed_text_does_not_open() {
        let sealer = sealer(&[&generate("1").unwrap()]);
        let sealed = sealer.seal("g", b"00D!session").unwrap();
        let mut bytes = STANDARD.decode(&sealed.text).unwrap();
        for at in [0, NONCE_LEN, bytes.len() - 1] {
            bytes[at] ^= 1;
            let changed = Sealed { text: STANDARD.encode(&bytes), ..sealed.clone() };
            assert_eq!(sealer.open("g", &changed).unwrap_err(), SealError::Changed);
            bytes[at] ^= 1;
        }
        for text in ["", "AAAA", "no base64"] {
            assert_eq!(
                sealer.open("g", &Sealed { text: text.to_owned(), ..sealed.clone() }).unwrap_err(),
                SealError::Changed
            );
        }
    }

    #[test]
    fn the_last_key_seals_and_the_older_ones_open_until_they_are_taken_out() {
        let (old, new) = (generate("1").unwrap(), generate("2").unwrap());
        let sealed = sealer(&[&old]).seal("g", b"x").unwrap();
        let both = sealer(&[&old, &new]);
        assert_eq!(both.open("g", &sealed).unwrap(), b"x");
        assert_eq!(both.seal("g", b"x").unwrap().key, "2");
        assert_eq!(sealer(&[&new]).open("g", &sealed).unwrap_err(), SealError::UnknownKey("1".to_owned()));
    }

    #[test]
    fn a_secret_without_a_usable_key_is_told_and_not_shown() {
        let none = Sealer::new(&SealingSecret { keys: Vec::new() });
        assert_eq!(none.unwrap_err(), SealError::NoKey);
        let short = SealingEntry { id: "1".to_owned(), key: Secret::new(STANDARD.encode([7; 16])) };
        assert_eq!(Sealer::new(&SealingSecret { keys: vec![short] }).unwrap_err(), SealError::NotAKey("1".to_owned()));
        let made = generate("1").unwrap();
        assert!(!format!("{made:?}").contains(made.key.reveal()));
        let read: SealingSecret = serde_json::from_value(json!({"keys": [made.revealed()]})).unwrap();
        assert!(Sealer::new(&read).is_ok());
    }
}
