use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;
use crate::keys::{KeyEntry, KeySecret, generate};

const ISSUER: &str = "https://revloops.example.com";
const CRM: &str = "https://revloops.example.com/mcp/crm";
const WORKFLOW: &str = "https://revloops.example.com/mcp/workflow";

fn now() -> Timestamp {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn principal() -> Principal {
    Principal {
        user: SalesforceId::parse("005000000000001").unwrap(),
        username: "ida@acme.example".to_owned(),
        role: Role::Manager,
        client_id: "https://app.example/client.json".to_owned(),
        scopes: BTreeSet::from([Scope::CrmRead, Scope::CrmWrite]),
        grant: "g-1".to_owned(),
    }
}

struct Issuer {
    entry: KeyEntry,
    keys: SigningKeys,
}

impl Issuer {
    fn new() -> Self {
        let entry = generate().unwrap();
        let keys = SigningKeys::new(&KeySecret { keys: vec![entry.clone()] }).unwrap();
        Self { entry, keys }
    }

    fn token(&self) -> String {
        mint(&self.keys, ISSUER, CRM, &principal(), "j-1".to_owned(), now()).unwrap()
    }

    fn verify(&self, token: &str, audience: &str, at: Timestamp) -> Result<Principal, TokenError> {
        verify(token, &self.keys.verifying().unwrap(), ISSUER, audience, at)
    }

    /// Signed with the real key, whatever it says.
    fn signed(&self, header: &Value, claims: &Value) -> String {
        let pair = self.pair();
        let message = format!("{}.{}", part(header), part(claims));
        let signature = pair.sign(&aws_lc_rs::rand::SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    fn pair(&self) -> aws_lc_rs::signature::EcdsaKeyPair {
        let pem = self.entry.pkcs8_pem.reveal();
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
        aws_lc_rs::signature::EcdsaKeyPair::from_pkcs8(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING, &der)
            .unwrap()
    }

    fn header(&self) -> Value {
        json!({"typ": "at+jwt", "alg": "ES256", "kid": self.entry.kid})
    }
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": CRM, "sub": "005000000000001AAA", "username": "ida@acme.example", "role": "manager",
        "scope": "crm.read crm.write", "client_id": "https://app.example/client.json", "grant": "g-1",
        "iat": now().as_second(), "exp": now().as_second() + 600, "jti": "j-1",
    })
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[test]
fn a_token_says_who_it_is_for_ten_minutes() {
    let issuer = Issuer::new();
    let token = issuer.token();
    assert_eq!(issuer.verify(&token, CRM, now()).unwrap(), principal());
    assert_eq!(issuer.verify(&token, CRM, later(599)).unwrap(), principal());
    // The hand-made form of the same is taken, too: what the forgeries below change is what refuses them.
    let by_hand = issuer.signed(&issuer.header(), &claims());
    assert_eq!(issuer.verify(&by_hand, CRM, now()).unwrap(), principal());
}

/// Guard: the look at `exp` against the time that is passed in.
#[test]
fn an_ended_token_is_refused() {
    let issuer = Issuer::new();
    let token = issuer.token();
    assert_eq!(issuer.verify(&token, CRM, later(611)), Err(TokenError::Ended));
    assert_eq!(issuer.verify(&token, CRM, later(-60)), Err(TokenError::Ended), "not begun");
    let mut long = claims();
    long["exp"] = json!(now().as_second() + 86_400);
    let long = issuer.signed(&issuer.header(), &long);
    assert_eq!(issuer.verify(&long, CRM, now()), Err(TokenError::Ended), "longer than any of ours");
}

/// Guard: `aud` is held against this resource, as a whole and alone.
#[test]
fn a_token_of_one_server_is_refused_at_another() {
    let issuer = Issuer::new();
    let token = issuer.token();
    assert!(issuer.verify(&token, CRM, now()).is_ok());
    assert_eq!(issuer.verify(&token, WORKFLOW, now()), Err(TokenError::Audience));
    for wrong in [ISSUER, "https://revloops.example.com/mcp/crm/", "https://revloops.example.com/mcp", ""] {
        assert_eq!(issuer.verify(&token, wrong, now()), Err(TokenError::Audience), "{wrong}");
    }
    let mut several = claims();
    several["aud"] = json!([CRM, WORKFLOW]);
    let several = issuer.signed(&issuer.header(), &several);
    assert_eq!(issuer.verify(&several, CRM, now()), Err(TokenError::Malformed));
}

#[test]
fn a_token_of_another_issuer_is_refused() {
    let issuer = Issuer::new();
    let mut other = claims();
    other["iss"] = json!("https://revloops.example.com.evil.example");
    assert_eq!(issuer.verify(&issuer.signed(&issuer.header(), &other), CRM, now()), Err(TokenError::Issuer));
}

/// Guard: the algorithm is pinned.
#[test]
fn a_token_without_a_signature_is_refused() {
    let issuer = Issuer::new();
    for alg in ["none", "None", "NONE", ""] {
        let header = json!({"typ": "at+jwt", "alg": alg, "kid": issuer.entry.kid});
        for signature in ["", "AAAA"] {
            let token = format!("{}.{}.{signature}", part(&header), part(&claims()));
            assert_eq!(issuer.verify(&token, CRM, now()), Err(TokenError::Malformed), "{alg}");
        }
    }
    let unsigned = format!("{}.{}.", part(&issuer.header()), part(&claims()));
    assert_eq!(issuer.verify(&unsigned, CRM, now()), Err(TokenError::Forged));
}

/// Guard: the algorithm is pinned. A verifier that takes the header's word would use the public key as HMAC's secret.
#[test]
fn a_token_signed_with_the_public_key_as_a_secret_is_refused() {
    let issuer = Issuer::new();
    let public = serde_json::to_string(&issuer.keys.published().keys[0]).unwrap();
    let point = {
        use aws_lc_rs::signature::KeyPair as _;
        issuer.pair().public_key().as_ref().to_vec()
    };
    for secret in [public.as_bytes(), point.as_slice()] {
        let header = json!({"typ": "at+jwt", "alg": "HS256", "kid": issuer.entry.kid});
        let message = format!("{}.{}", part(&header), part(&claims()));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()));
        assert_eq!(issuer.verify(&token, CRM, now()), Err(TokenError::Malformed));
    }
}

/// Guard: the key is looked up by id among ours; a key in the header is no key.
#[test]
fn a_token_that_brings_its_own_key_is_refused() {
    let (issuer, attacker) = (Issuer::new(), Issuer::new());
    let jwk = serde_json::to_value(&attacker.keys.published().keys[0]).unwrap();
    let own = attacker.signed(&attacker.header(), &claims());
    assert_eq!(issuer.verify(&own, CRM, now()), Err(TokenError::UnknownKey));
    let named = attacker.signed(&issuer.header(), &claims());
    assert_eq!(issuer.verify(&named, CRM, now()), Err(TokenError::Forged), "our key's id, another's signature");
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/x")),
        ("x5c", json!(["AAAA"])),
    ] {
        for (signer, kid) in [(&attacker, &attacker.entry.kid), (&issuer, &issuer.entry.kid)] {
            let mut header = json!({"typ": "at+jwt", "alg": "ES256", "kid": kid});
            header[name] = value.clone();
            assert_eq!(
                issuer.verify(&signer.signed(&header, &claims()), CRM, now()),
                Err(TokenError::Malformed),
                "{name}"
            );
        }
    }
    let mut nameless = issuer.header();
    nameless.as_object_mut().unwrap().remove("kid");
    assert_eq!(issuer.verify(&issuer.signed(&nameless, &claims()), CRM, now()), Err(TokenError::UnknownKey));
}

#[test]
fn a_changed_token_is_refused() {
    let issuer = Issuer::new();
    let token = issuer.token();
    let [header, _, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let mut more = claims();
    more["role"] = json!("administrator");
    assert_eq!(issuer.verify(&format!("{header}.{}.{signature}", part(&more)), CRM, now()), Err(TokenError::Forged));
}

/// Guard: `typ`. Another JWT of ours, should there ever be one, is no access token.
#[test]
fn a_token_of_another_type_is_refused() {
    let issuer = Issuer::new();
    for typ in [json!("JWT"), json!("id+jwt"), Value::Null] {
        let header = json!({"typ": typ, "alg": "ES256", "kid": issuer.entry.kid});
        assert_eq!(issuer.verify(&issuer.signed(&header, &claims()), CRM, now()), Err(TokenError::Malformed), "{typ}");
    }
}

#[test]
fn what_is_no_token_at_all_is_refused() {
    let issuer = Issuer::new();
    let mut lacking = claims();
    lacking.as_object_mut().unwrap().remove("grant");
    let mut long = claims();
    long["client_id"] = json!("https://app.example/".to_owned() + &"a".repeat(MAX_BYTES));
    let mut strange = claims();
    strange["scope"] = json!("crm.read crm.everything");
    for token in [
        String::new(),
        "...".to_owned(),
        "a.b.c".to_owned(),
        "00Dx0000000BV7z!AR8AQAxo9UfVkh8AlV0Gomt9Czx9LjHnSSpwBMmbRcgKFmxOtvxjTrKW19ye6PE3Ds1eQz3z8jr3W7_VbWmEu4Q8TVGSTHxs".to_owned(),
        issuer.signed(&issuer.header(), &long),
        issuer.signed(&issuer.header(), &lacking),
        issuer.signed(&issuer.header(), &strange),
    ] {
        assert_eq!(issuer.verify(&token, CRM, now()), Err(TokenError::Malformed), "{token}");
    }
}

#[test]
fn tokens_of_the_old_key_verify_while_a_new_one_signs() {
    let old = Issuer::new();
    let token = old.token();
    let new = KeyEntry { not_before: Some(later(60)), ..generate().unwrap() };
    let both = SigningKeys::new(&KeySecret { keys: vec![old.entry.clone(), new.clone()] }).unwrap();
    let verifying = both.verifying().unwrap();
    assert!(verify(&token, &verifying, ISSUER, CRM, later(61)).is_ok());
    let newer = mint(&both, ISSUER, CRM, &principal(), "j-2".to_owned(), later(61)).unwrap();
    assert_eq!(decode_header(&newer).unwrap().kid.as_deref(), Some(new.kid.as_str()));
    assert!(verify(&newer, &verifying, ISSUER, CRM, later(61)).is_ok());
    assert_eq!(old.verify(&newer, CRM, later(61)), Err(TokenError::UnknownKey));
}

#[test]
fn an_ended_token_still_names_its_grant_for_revocation() {
    let issuer = Issuer::new();
    let keys = issuer.keys.verifying().unwrap();
    let (grant, client) = grant_of(&issuer.token(), &keys, ISSUER).unwrap();
    assert_eq!((grant.as_str(), client.as_str()), ("g-1", "https://app.example/client.json"));
    assert_eq!(grant_of(&Issuer::new().token(), &keys, ISSUER), Err(TokenError::UnknownKey));
    assert_eq!(grant_of(&issuer.token(), &keys, "https://other.example"), Err(TokenError::Issuer));
}
