//! What a person has allowed an app: the grant, its code, its refresh tokens.
//!
//! Codes and refresh tokens work once. What was used is kept, marked, so that a second use is seen: then somebody else has
//! it, too, and the whole grant ends, with everything that came of it and the session in the CRM.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use revloops_domain::{ErrorClass, SalesforceId};
use revloops_identity::{Principal, Role, Scope, tokens};
use revloops_loopkit::ports::{CrmIdentity, CrmTokens, Stored};
use revloops_loopkit::{Failure, Outcome};

use crate::token_requests::Asked;
use crate::{Ports, random};

const GRANT: &str = "grant";
const CODE: &str = "code";
const REFRESH: &str = "refresh";

/// An app has so long to come with its code.
const CODE_LASTS: SignedDuration = SignedDuration::from_secs(60);

/// A used code is remembered for so long.
const CODE_REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// Then the person logs in again, however much the app was used.
const LASTS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What a person has allowed an app, for one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) user: SalesforceId,
    pub(crate) username: String,
    pub(crate) role: Role,
    pub(crate) resource: String,
    pub(crate) scopes: BTreeSet<Scope>,
    pub(crate) refreshes: bool,
    pub(crate) made: Timestamp,
    pub(crate) ends: Timestamp,
}

impl Grant {
    /// Who a token of this grant is of. Staying logged in is between us and the app: no resource needs to see it.
    pub(crate) fn principal(&self, grant: &str, scopes: &BTreeSet<Scope>) -> Principal {
        Principal {
            user: self.user.clone(),
            username: self.username.clone(),
            role: self.role,
            client_id: self.client_id.clone(),
            scopes: scopes.iter().copied().filter(|scope| *scope != Scope::OfflineAccess).collect(),
            grant: grant.to_owned(),
        }
    }
}

/// A code, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) grant: String,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: String,
    pub(crate) resource: String,
    pub(crate) used: bool,
}

/// A refresh token, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refresh {
    pub(crate) grant: String,
    pub(crate) used: bool,
}

fn broken(error: serde_json::Error) -> Failure {
    Failure::unreadable(ErrorClass::Bug, "a kept grant", &error)
}

fn value<T: Serialize>(of: &T) -> Outcome<Value> {
    serde_json::to_value(of).map_err(broken)
}

/// Something that is kept, with its version.
pub(crate) struct Kept<T> {
    pub(crate) what: T,
    version: u64,
}

fn kept<T: for<'de> Deserialize<'de>>(stored: Stored) -> Outcome<Kept<T>> {
    Ok(Kept { what: T::deserialize(&stored.value).map_err(broken)?, version: stored.version })
}

async fn create<T: Serialize>(ports: &Ports, kind: &str, id: &str, of: &T, ends: Timestamp) -> Outcome<()> {
    if ports.documents.create(kind, id, &value(of)?, Some(ends)).await? {
        Ok(())
    } else {
        Err(Failure::new(ErrorClass::Bug, format!("a fresh id of kind {kind} is taken")))
    }
}

/// Makes a grant, and the code by which the app gets it. Until the code is used, it lasts for minutes only.
pub(crate) async fn make(
    ports: &Ports,
    asked: &Asked,
    crm: &CrmTokens,
    identity: &CrmIdentity,
    role: Role,
    now: Timestamp,
) -> Outcome<String> {
    let (id, code) = (random::fresh()?, random::fresh()?);
    let ends = now + tokens::LIFETIME;
    let grant = Grant {
        client_id: asked.client.id.clone(),
        user: identity.user.clone(),
        username: identity.username.clone(),
        role,
        resource: asked.resource.clone(),
        scopes: asked.scopes.clone(),
        refreshes: asked.refreshes(),
        made: now,
        ends,
    };
    ports.sessions.keep(&id, crm, ends).await?;
    create(ports, GRANT, &id, &grant, ends).await?;
    let kept = Code {
        grant: id.clone(),
        client_id: grant.client_id,
        redirect_uri: asked.redirect_uri.clone(),
        challenge: asked.challenge.clone(),
        resource: grant.resource,
        used: false,
    };
    create(ports, CODE, &random::kept_as(&code), &kept, now + CODE_LASTS).await?;
    tracing::info!(grant = id, client_id = kept.client_id, user = identity.user.as_str(), %role, "a grant was made");
    Ok(code)
}

pub(crate) async fn find(ports: &Ports, id: &str, now: Timestamp) -> Outcome<Option<Kept<Grant>>> {
    ports.documents.read(GRANT, id, now).await?.map(kept).transpose()
}

pub(crate) async fn code(ports: &Ports, code: &str, now: Timestamp) -> Outcome<Option<Kept<Code>>> {
    ports.documents.read(CODE, &random::kept_as(code), now).await?.map(kept).transpose()
}

pub(crate) async fn refresh(ports: &Ports, token: &str, now: Timestamp) -> Outcome<Option<Kept<Refresh>>> {
    ports.documents.read(REFRESH, &random::kept_as(token), now).await?.map(kept).transpose()
}

/// Marks the code as used; false where somebody else was first.
pub(crate) async fn use_code(ports: &Ports, code: &str, kept: &Kept<Code>, now: Timestamp) -> Outcome<bool> {
    let used = value(&Code { used: true, ..kept.what.clone() })?;
    let ends = Some(now + CODE_REMEMBERED);
    ports.documents.replace(CODE, &random::kept_as(code), &used, ends, kept.version).await
}

/// Marks the refresh token as used; false where somebody else was first.
pub(crate) async fn use_refresh(ports: &Ports, token: &str, kept: &Kept<Refresh>, ends: Timestamp) -> Outcome<bool> {
    let used = value(&Refresh { used: true, ..kept.what.clone() })?;
    ports.documents.replace(REFRESH, &random::kept_as(token), &used, Some(ends), kept.version).await
}

/// The app has come with its code: the grant lasts for as long as it may. `None` where it was ended meanwhile.
pub(crate) async fn redeemed(ports: &Ports, id: &str, now: Timestamp) -> Outcome<Option<Grant>> {
    let Some(found) = find(ports, id, now).await? else { return Ok(None) };
    let lasts = if found.what.refreshes { LASTS } else { tokens::LIFETIME };
    let grant = Grant { ends: now + lasts, ..found.what };
    if !ports.documents.replace(GRANT, id, &value(&grant)?, Some(grant.ends), found.version).await? {
        return Ok(None);
    }
    ports.sessions.extend(id, grant.ends).await?;
    Ok(Some(grant))
}

/// Notes what the person is now. False where the grant was ended meanwhile.
pub(crate) async fn note(ports: &Ports, id: &str, found: &Kept<Grant>, now_is: &Grant) -> Outcome<bool> {
    if found.what == *now_is {
        return Ok(true);
    }
    ports.documents.replace(GRANT, id, &value(now_is)?, Some(now_is.ends), found.version).await
}

/// A new refresh token for the grant.
pub(crate) async fn fresh_refresh(ports: &Ports, id: &str, grant: &Grant) -> Outcome<String> {
    let token = random::fresh()?;
    let kept = Refresh { grant: id.to_owned(), used: false };
    create(ports, REFRESH, &random::kept_as(&token), &kept, grant.ends).await?;
    Ok(token)
}

/// Ends the grant: no token comes of it any more, and its session in the CRM is over. Done twice, it is done once.
pub(crate) async fn end(ports: &Ports, id: &str, why: &str) -> Outcome<()> {
    tracing::warn!(grant = id, why, "a grant was ended");
    ports.documents.take(GRANT, id, ports.clock.now()).await?;
    ports.sessions.forget(id).await
}
