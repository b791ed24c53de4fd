//! `GET /oauth/dashboards`: a person logs in at the CRM and gets into the dashboards, which CloudFront serves to browsers with cookies that
//! are signed by us. Everybody who may come in sees the same sums, so nothing is kept of the person: neither a grant nor the CRM's session.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cookie::{Cookie, SameSite};
use http::{HeaderValue, Request, Response, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use revloops_domain::{ErrorClass, Secret};
use revloops_identity::PublicUrl;
use revloops_identity::sealing::Sealed;
use revloops_loopkit::{Failure, Outcome};

use crate::browser::Browser;
use crate::login::{self, Refused};
use crate::token_requests::{Waits, keep, take};
use crate::{Ports, pages, respond};

/// Where they are, below the deployment's public address.
const PATH: &str = "/bi/";
/// A working day: then the person logs in again.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(9);

/// The secret's shape.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteKeySecret {
    /// A P-256 private key: PKCS#8, PEM.
    pub pkcs8_pem: Secret,
}

/// What lets browsers into the dashboards.
pub struct Dashboards {
    /// CloudFront's id of the public key.
    key_pair_id: String,
    key: EcdsaKeyPair,
}

impl fmt::Debug for Dashboards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dashboards").field("key_pair_id", &self.key_pair_id).finish_non_exhaustive()
    }
}

impl Dashboards {
    /// With the key whose public half CloudFront has under this id.
    ///
    /// # Errors
    /// `ConfigInvalid` where the key is none.
    pub fn new(key_pair_id: String, secret: &SiteKeySecret) -> Outcome<Self> {
        let unusable = || {
            let what = "the site's signing secret is no P-256 private key as PKCS#8 PEM (openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256)";
            Failure::new(ErrorClass::ConfigInvalid, what)
        };
        let lines = secret.pkcs8_pem.reveal().lines().map(str::trim).filter(|line| !line.starts_with("-----"));
        let der = STANDARD.decode(lines.collect::<String>()).map_err(|_| unusable())?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der).map_err(|_| unusable())?;
        Ok(Self { key_pair_id, key })
    }

    /// The cookies with which CloudFront serves [`PATH`] until then: a policy of ours, its signature, by which key, and how it was hashed.
    pub(crate) fn cookies(&self, public: &PublicUrl, until: Timestamp) -> Outcome<[(&'static str, String); 4]> {
        let policy = json!({"Statement": [{
            "Resource": format!("{}*", public.at(PATH)),
            "Condition": {"DateLessThan": {"AWS:EpochTime": until.as_second()}},
        }]});
        let policy = policy.to_string();
        let signature = self.key.sign(&SystemRandom::new(), policy.as_bytes());
        let signature = signature.map_err(|_| Failure::new(ErrorClass::Transient, "no signature could be made"))?;
        Ok([
            ("CloudFront-Policy", cloudfront(policy.as_bytes())),
            ("CloudFront-Signature", cloudfront(signature.as_ref())),
            ("CloudFront-Key-Pair-Id", self.key_pair_id.clone()),
            ("CloudFront-Hash-Algorithm", "SHA256".to_owned()),
        ])
    }
}

/// Base64 with CloudFront's own signs for those that a cookie cannot hold.
fn cloudfront(bytes: &[u8]) -> String {
    STANDARD.encode(bytes).replace('+', "-").replace('=', "_").replace('/', "~")
}

/// Somebody who is at the CRM's login, on their way to the dashboards.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AwaitsDashboards {
    /// The browser that began.
    pub(crate) browser: String,
    /// What the CRM's login needs, sealed for its state.
    pub(crate) pending: Sealed,
}

impl Waits for AwaitsDashboards {
    const KIND: &'static str = "dashboards";
}

/// Sends the browser to the CRM's login.
pub(crate) async fn begin(request: &Request<Vec<u8>>, ports: &Ports) -> Response<Vec<u8>> {
    if ports.dashboards.is_none() {
        return pages::not_found();
    }
    match begun(request, ports).await {
        Ok(response) => response,
        Err(failure) => pages::failed(&failure),
    }
}

async fn begun(request: &Request<Vec<u8>>, ports: &Ports) -> Outcome<Response<Vec<u8>>> {
    let browser = Browser::of_or_fresh(request, &ports.site.public)?;
    let begun = login::begin(ports)?;
    let waiting = AwaitsDashboards { browser: browser.kept_as(), pending: begun.pending };
    keep(ports, &begun.state, &waiting, ports.clock.now()).await?;
    let mut response = respond::redirect(&begun.url);
    browser.set(&mut response, &ports.site.public);
    Ok(response)
}

/// The person comes back; that it is the same browser was looked at. Whoever may come in gets the cookies and goes on.
pub(crate) async fn came_back(ports: &Ports, state: &str, code: Option<&str>) -> Outcome<Response<Vec<u8>>> {
    let refused = |why: &str| Ok(pages::wrong(StatusCode::FORBIDDEN, "You were not let in", why));
    let now = ports.clock.now();
    let Some(dashboards) = &ports.dashboards else { return Ok(pages::not_found()) };
    let Some(waiting) = take::<AwaitsDashboards>(ports, state, now).await? else {
        return refused("the login has ended already, or took too long: begin again");
    };
    let Some(code) = code else { return refused("you did not log in at the CRM") };
    let person = match login::end(ports, &waiting.pending, state, code).await {
        Ok(person) => person,
        Err(Refused::Person(why)) => return refused(why),
        Err(Refused::Failed(failure)) => return Err(failure),
    };
    login::revoke(ports, &person.tokens).await;
    tracing::info!(user = %person.identity.user, role = %person.role, "let into the dashboards");
    let public = &ports.site.public;
    let mut response = respond::redirect(&public.at(PATH));
    for (name, value) in dashboards.cookies(public, now + GOOD_FOR)? {
        let cookie = Cookie::build((name, value)).path(PATH).secure(true).http_only(true).same_site(SameSite::Lax);
        let value = HeaderValue::from_str(&cookie.build().to_string());
        let value = value.map_err(|error| Failure::new(ErrorClass::Bug, "writing a cookie").caused_by(error))?;
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}
