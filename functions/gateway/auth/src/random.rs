//! Secrets that nobody can guess, and what is kept of them.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::{Failure, Outcome};

/// 256 bits, as 43 characters of base64url.
pub(crate) fn fresh() -> Outcome<String> {
    let mut bytes = [0_u8; 32];
    let drawn = SystemRandom::new().fill(&mut bytes);
    drawn.map_err(|_| Failure::new(ErrorClass::Transient, "no randomness is to be had"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether `text` has the shape of [`fresh`]'s.
pub(crate) fn is_one(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Under what a secret is kept, so that who reads the table has none.
pub(crate) fn kept_as(secret: &str) -> String {
    sha256_hex(secret.as_bytes())
}

/// Whether two texts are the same, in a time that does not tell how far they are.
pub(crate) fn same(one: &str, other: &str) -> bool {
    verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

/// PKCE's challenge of a verifier (S256).
pub(crate) fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()).as_ref())
}
