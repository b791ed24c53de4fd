//! People's sessions in the CRM, kept encrypted beside their grants.
//!
//! One document a grant holds the tokens, sealed for that grant, and who is refreshing them. **One caller refreshes at a
//! time**: it claims the document by a conditional write, with a lease, asks the CRM, and writes what it got under the
//! version that its claim made. The others read again until they see a token other than the one that was refused. Under
//! rotation each refresh token works once, and a second caller with the same one would lock the person out.
//!
//! A caller that died leaves a lease that runs out. A grant that was revoked meanwhile has no document any more, so what a
//! late refresh brings is not kept but revoked.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use revloops_domain::{ErrorClass, Secret};
use revloops_loopkit::ports::{Clock, CrmLogin, CrmTokens, Documents, Stored};
use revloops_loopkit::{Failure, Outcome};

use crate::crm_session::{CrmSession, CrmSessions};
use crate::sealing::{SealError, Sealed, Sealer};

const KIND: &str = "crm_session";

/// A refresh takes a second or two, and its HTTP client gives up after ten.
const LEASE: SignedDuration = SignedDuration::from_secs(15);

/// How long another's refresh is waited for between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(150);

/// After so many looks the caller is told to come back: some 5 seconds.
const LOOKS: usize = 34;

#[derive(Serialize, Deserialize)]
struct Kept {
    tokens: Sealed,
    ends: Timestamp,
    /// Until when somebody is refreshing them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refreshing_until: Option<Timestamp>,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Plain {
    instance_url: String,
    access_token: String,
    refresh_token: Option<String>,
}

/// [`CrmSessions`] over documents.
pub struct SealedSessions {
    /// Where they are kept.
    pub documents: Arc<dyn Documents>,
    /// What seals them.
    pub sealer: Arc<Sealer>,
    /// What refreshes and revokes them.
    pub login: Arc<dyn CrmLogin>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

fn gone() -> Failure {
    Failure::new(ErrorClass::Rejected, "the grant was revoked or has ended: log in again")
}

fn broken(error: SealError) -> Failure {
    Failure::new(ErrorClass::Bug, "a kept session").caused_by(error)
}

fn value(kept: &Kept) -> Outcome<Value> {
    serde_json::to_value(kept).map_err(|error| Failure::unreadable(ErrorClass::Bug, "keeping a session", &error))
}

impl SealedSessions {
    /// Keeps the session of a new grant until `ends`.
    ///
    /// # Errors
    /// `Bug` where the grant has one already; as the documents' otherwise.
    pub async fn keep(&self, grant: &str, tokens: &CrmTokens, ends: Timestamp) -> Outcome<()> {
        let kept = Kept { tokens: self.sealed(grant, tokens)?, ends, refreshing_until: None };
        if self.documents.create(KIND, grant, &value(&kept)?, Some(ends)).await? {
            Ok(())
        } else {
            Err(Failure::new(ErrorClass::Bug, "the grant has a session in the CRM already"))
        }
    }

    /// Keeps the session for longer.
    ///
    /// # Errors
    /// `Rejected` where there is none any more.
    pub async fn extend(&self, grant: &str, ends: Timestamp) -> Outcome<()> {
        for _ in 0..LOOKS {
            let (stored, kept) = self.read(grant).await?;
            let kept = Kept { ends, ..kept };
            if self.documents.replace(KIND, grant, &value(&kept)?, Some(ends), stored.version).await? {
                return Ok(());
            }
        }
        Err(Failure::new(ErrorClass::Busy, "the session in the CRM is being changed"))
    }

    /// Forgets the session and ends it in the CRM. Where the CRM cannot be reached, it is forgotten all the same.
    ///
    /// # Errors
    /// As the documents'.
    pub async fn forget(&self, grant: &str) -> Outcome<()> {
        let Some(taken) = self.documents.take(KIND, grant, self.clock.now()).await? else { return Ok(()) };
        let tokens = Kept::deserialize(&taken)
            .map_err(|error| Failure::unreadable(ErrorClass::Bug, "reading a kept session", &error))
            .and_then(|kept| self.opened(grant, &kept));
        match tokens {
            Ok(tokens) => self.revoke(grant, &tokens).await,
            Err(failure) => tracing::warn!(grant, "a forgotten session is not revoked in the CRM: {failure}"),
        }
        Ok(())
    }

    /// The tokens behind a grant.
    ///
    /// # Errors
    /// As [`CrmSessions::session`].
    pub async fn tokens(&self, grant: &str) -> Outcome<CrmTokens> {
        let (_, kept) = self.read(grant).await?;
        self.opened(grant, &kept)
    }

    /// New tokens in the place of `stale`.
    ///
    /// # Errors
    /// As [`CrmSessions::renewed`]; `Busy` where another's refresh takes very long.
    pub async fn renewed_tokens(&self, grant: &str, stale: &Secret) -> Outcome<CrmTokens> {
        for _ in 0..LOOKS {
            let now = self.clock.now();
            let (stored, kept) = self.read(grant).await?;
            let tokens = self.opened(grant, &kept)?;
            if tokens.access_token != *stale {
                return Ok(tokens);
            }
            if kept.refreshing_until.is_some_and(|until| until > now) {
                tokio::time::sleep(LOOK_AGAIN).await;
                continue;
            }
            let claimed = Kept { refreshing_until: Some(now + LEASE), ..kept };
            let ends = Some(claimed.ends);
            if self.documents.replace(KIND, grant, &value(&claimed)?, ends, stored.version).await? {
                return self.refresh(grant, claimed, stored.version + 1, &tokens).await;
            }
        }
        Err(Failure::new(ErrorClass::Busy, "the session in the CRM is being refreshed: ask again"))
    }

    /// Refreshes under the claim that made `version`.
    async fn refresh(&self, grant: &str, claimed: Kept, version: u64, tokens: &CrmTokens) -> Outcome<CrmTokens> {
        let fresh = match self.login.refresh(tokens).await {
            Ok(fresh) => fresh,
            Err(failure) => {
                if failure.class() == ErrorClass::Rejected {
                    // Gone from now on, unless somebody took over and got through: under rotation the CRM refuses us then.
                    let now = self.clock.now();
                    if !self.documents.replace(KIND, grant, &value(&claimed)?, Some(now), version).await? {
                        return self.tokens(grant).await;
                    }
                    tracing::warn!(grant, "the CRM ended a session: {failure}");
                    return Err(gone());
                }
                let released = Kept { refreshing_until: None, ..claimed };
                let ends = Some(released.ends);
                self.documents.replace(KIND, grant, &value(&released)?, ends, version).await?;
                return Err(failure);
            }
        };
        let kept = Kept { tokens: self.sealed(grant, &fresh)?, refreshing_until: None, ends: claimed.ends };
        if self.documents.replace(KIND, grant, &value(&kept)?, Some(kept.ends), version).await? {
            return Ok(fresh);
        }
        // Our lease ran out and somebody else took over, or the grant was revoked.
        match self.tokens(grant).await {
            Ok(theirs) => Ok(theirs),
            Err(failure) => {
                self.revoke(grant, &fresh).await;
                Err(failure)
            }
        }
    }

    async fn revoke(&self, grant: &str, tokens: &CrmTokens) {
        if let Err(failure) = self.login.revoke(tokens).await {
            tracing::warn!(grant, "a session is forgotten but not revoked in the CRM: {failure}");
        }
    }

    async fn read(&self, grant: &str) -> Outcome<(Stored, Kept)> {
        let stored = self.documents.read(KIND, grant, self.clock.now()).await?.ok_or_else(gone)?;
        let kept = Kept::deserialize(&stored.value)
            .map_err(|error| Failure::unreadable(ErrorClass::Bug, "reading a kept session", &error))?;
        Ok((stored, kept))
    }

    fn sealed(&self, grant: &str, tokens: &CrmTokens) -> Outcome<Sealed> {
        let plain = Plain {
            instance_url: tokens.instance_url.clone(),
            access_token: tokens.access_token.reveal().to_owned(),
            refresh_token: tokens.refresh_token.as_ref().map(|token| token.reveal().to_owned()),
        };
        let bytes = serde_json::to_vec(&plain)
            .map_err(|error| Failure::unreadable(ErrorClass::Bug, "sealing a session", &error))?;
        self.sealer.seal(grant, &bytes).map_err(broken)
    }

    fn opened(&self, grant: &str, kept: &Kept) -> Outcome<CrmTokens> {
        let bytes = self.sealer.open(grant, &kept.tokens).map_err(|error| match error {
            // A key that was taken out of the secret ends the sessions of its time, as meant.
            SealError::UnknownKey(_) => gone(),
            SealError::NoKey
            | SealError::NotAKey(_)
            | SealError::Twice(_)
            | SealError::Changed
            | SealError::NotSealed => broken(error),
        })?;
        let plain: Plain = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::unreadable(ErrorClass::Bug, "reading a sealed session", &error))?;
        Ok(CrmTokens {
            instance_url: plain.instance_url,
            access_token: Secret::new(plain.access_token),
            refresh_token: plain.refresh_token.map(Secret::new),
        })
    }
}

fn session(tokens: CrmTokens) -> CrmSession {
    CrmSession { instance_url: tokens.instance_url, access_token: tokens.access_token }
}

#[async_trait]
impl CrmSessions for SealedSessions {
    async fn session(&self, grant: &str) -> Outcome<CrmSession> {
        self.tokens(grant).await.map(session)
    }

    async fn renewed(&self, grant: &str, stale: &Secret) -> Outcome<CrmSession> {
        self.renewed_tokens(grant, stale).await.map(session)
    }
}

#[cfg(test)]
mod tests;
