//! Providers in the levers' order, each behind its cache, until one knows.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use revloops_domain::{CompanyProfile, EnrichmentStatus, ErrorClass, PersonProfile, Provenance, sha256_hex};
use revloops_loopkit::ports::{Budget, Cache, CompanyQuery, Found, PersonQuery, Provider, Reserved, Spend};
use revloops_loopkit::record::Mode;
use revloops_loopkit::{Failure, Outcome};

use crate::config::{Enrichment, ProviderLevers};

/// How one look-up ended, and everybody who was asked on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookUp<T> {
    /// The end.
    pub status: EnrichmentStatus,
    /// The match.
    pub found: Option<T>,
    /// Who was asked, in order.
    pub asked: Vec<Asked>,
}

impl<T> Default for LookUp<T> {
    fn default() -> Self {
        Self { status: EnrichmentStatus::NothingToLookUp, found: None, asked: Vec::new() }
    }
}

/// One provider that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Its name.
    pub provider: String,
    /// What it said.
    pub answer: Answer,
    /// Whether its answer came from our cache.
    pub cached: bool,
    /// What the answer cost, in millionths of a US dollar.
    pub microusd: u64,
}

/// What a provider said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A match that is likely enough.
    Match,
    /// A match that is less likely than the levers ask for.
    TooUnlikely,
    /// Nobody known.
    NoMatch,
    /// It asked for less.
    Throttled,
    /// It did not answer in time, or not as it should.
    Failed,
    /// It was not asked: a match could have cost more than is left of the day's budget.
    OverBudget,
}

/// What is kept in the cache: an answer holds for questions that ask for no less likelihood.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    min_likelihood: u8,
    found: Found<T>,
}

/// The walk's surroundings.
pub(crate) struct Waterfall<'a> {
    pub(crate) providers: &'a [Arc<dyn Provider>],
    pub(crate) cache: &'a dyn Cache,
    pub(crate) spend: &'a dyn Spend,
    pub(crate) levers: &'a Enrichment,
    pub(crate) at: Timestamp,
    pub(crate) mode: Mode,
}

/// What can be looked up: a company or a person.
#[async_trait]
pub(crate) trait Question: Send + Sync {
    type Profile: Serialize + DeserializeOwned + Clone + Send + Sync;

    /// The cache's key without the provider; a mail address only as its hash.
    fn key(&self) -> String;
    async fn ask(
        &self,
        provider: &dyn Provider,
        levers: &ProviderLevers,
        at: Timestamp,
    ) -> Outcome<Found<Self::Profile>>;
    fn price(levers: &ProviderLevers) -> u64;
    fn provenance(profile: &mut Self::Profile) -> &mut Provenance;
}

impl Waterfall<'_> {
    /// The first match that is likely enough. Who is throttled, down or too dear for today is passed by; in the end
    /// that is said.
    pub(crate) async fn walk<Q: Question>(&self, question: Option<Q>) -> LookUp<Q::Profile> {
        let Some(question) = question else {
            return LookUp::default();
        };
        let mut asked = Vec::new();
        for levers in &self.levers.waterfall {
            let (one, found) = self.one(&question, levers).await;
            asked.push(one);
            if found.is_some() {
                return LookUp { status: EnrichmentStatus::Matched, found, asked };
            }
        }
        let any = |answers: &[Answer]| asked.iter().any(|one| answers.contains(&one.answer));
        let status = if any(&[Answer::Throttled, Answer::Failed]) {
            EnrichmentStatus::Unavailable
        } else if any(&[Answer::OverBudget]) {
            EnrichmentStatus::OverBudget
        } else {
            EnrichmentStatus::NotFound
        };
        LookUp { status, found: None, asked }
    }

    async fn one<Q: Question>(&self, question: &Q, levers: &ProviderLevers) -> (Asked, Option<Q::Profile>) {
        let asked = |answer, cached, microusd| Asked { provider: levers.provider.clone(), answer, cached, microusd };
        let key = format!("enrichment/{}/{}", levers.provider, question.key());
        if let Some(found) = self.cached::<Q>(&key, levers.min_likelihood).await {
            return match found {
                Found::Match(mut profile) => {
                    let provenance = Q::provenance(&mut profile);
                    provenance.cached = true;
                    if provenance.likelihood < levers.min_likelihood {
                        (asked(Answer::TooUnlikely, true, 0), None)
                    } else {
                        (asked(Answer::Match, true, 0), Some(profile))
                    }
                }
                Found::NoMatch => (asked(Answer::NoMatch, true, 0), None),
            };
        }
        let Some(provider) = self.providers.iter().find(|one| one.name() == levers.provider) else {
            tracing::error!(provider = levers.provider, "the levers name a provider that this function does not have");
            return (asked(Answer::Failed, false, 0), None);
        };
        let (price, budgets) = (Q::price(levers), self.levers.budgets(levers));
        match self.reserve(price, &budgets).await {
            Ok(Reserved::Yes) => {}
            Ok(Reserved::OverBudget) => return (asked(Answer::OverBudget, false, 0), None),
            Err(failure) => {
                // Nobody can say what is left: not asking is what keeps within the budget.
                tracing::warn!(provider = levers.provider, class = %failure.class(), "budget not known: {failure}");
                return (asked(Answer::Failed, false, 0), None);
            }
        }
        match question.ask(provider.as_ref(), levers, self.at).await {
            Ok(Found::Match(mut profile)) => {
                // Providers bill a match whether it is likely enough for us or not.
                self.keep::<Q>(&key, levers, Found::Match(profile.clone())).await;
                if Q::provenance(&mut profile).likelihood < levers.min_likelihood {
                    (asked(Answer::TooUnlikely, false, price), None)
                } else {
                    (asked(Answer::Match, false, price), Some(profile))
                }
            }
            Ok(Found::NoMatch) => {
                self.give_back(price, &budgets).await;
                self.keep::<Q>(&key, levers, Found::NoMatch).await;
                (asked(Answer::NoMatch, false, 0), None)
            }
            Err(failure) => {
                tracing::warn!(provider = levers.provider, class = %failure.class(), "no data from provider: {failure}");
                // An answer that was lost may have been billed: its reservation stays. A refusal is free.
                if failure.class() != ErrorClass::Transient {
                    self.give_back(price, &budgets).await;
                }
                let throttled = failure.class() == ErrorClass::Throttled;
                (asked(if throttled { Answer::Throttled } else { Answer::Failed }, false, 0), None)
            }
        }
    }

    fn day(&self) -> Date {
        self.at.to_zoned(TimeZone::UTC).date()
    }

    /// Before asking, so that however many ask at once, no budget is overrun. A dry run costs money like any other.
    async fn reserve(&self, price: u64, budgets: &[Budget]) -> Outcome<Reserved> {
        if price == 0 || budgets.is_empty() {
            return Ok(Reserved::Yes);
        }
        self.spend.reserve(self.day(), price, budgets).await
    }

    async fn give_back(&self, price: u64, budgets: &[Budget]) {
        if price == 0 || budgets.is_empty() {
            return;
        }
        if let Err(failure) = self.spend.give_back(self.day(), price, budgets).await {
            tracing::warn!(class = %failure.class(), "a reservation stays counted: {failure}");
        }
    }

    /// A cache that does not answer is a cache that knows nothing.
    async fn cached<Q: Question>(&self, key: &str, min_likelihood: u8) -> Option<Found<Q::Profile>> {
        let value = self.cache.get(key, self.at).await.unwrap_or_else(|failure| {
            not_cached(&failure);
            None
        })?;
        let kept: Kept<Q::Profile> = serde_json::from_value(value).ok()?;
        match kept.found {
            // Asked for more then than now: less likely matches may have been left out.
            Found::NoMatch if kept.min_likelihood > min_likelihood => None,
            found @ (Found::Match(_) | Found::NoMatch) => Some(found),
        }
    }

    async fn keep<Q: Question>(&self, key: &str, levers: &ProviderLevers, found: Found<Q::Profile>) {
        if self.mode == Mode::DryRun {
            return;
        }
        let days = match found {
            Found::Match(_) => self.levers.match_cache_days,
            Found::NoMatch => self.levers.no_match_cache_days,
        };
        let Ok(value) = serde_json::to_value(Kept { min_likelihood: levers.min_likelihood, found }) else {
            return;
        };
        if let Err(failure) = self.cache.put(key, &value, days, self.at).await {
            not_cached(&failure);
        }
    }
}

fn not_cached(failure: &Failure) {
    tracing::warn!(class = %failure.class(), "enrichment cache: {failure}");
}

#[async_trait]
impl Question for CompanyQuery {
    type Profile = CompanyProfile;

    fn key(&self) -> String {
        match &self.domain {
            Some(domain) => format!("company/{domain}"),
            None => {
                let name =
                    format!("{}/{}", self.name.trim().to_lowercase(), self.country_code.as_deref().unwrap_or(""));
                format!("company-name/{}", sha256_hex(name.as_bytes()))
            }
        }
    }

    async fn ask(
        &self,
        provider: &dyn Provider,
        levers: &ProviderLevers,
        at: Timestamp,
    ) -> Outcome<Found<CompanyProfile>> {
        provider.company(self, levers.min_likelihood, levers.timeout, at).await
    }

    fn price(levers: &ProviderLevers) -> u64 {
        levers.company_match_microusd
    }

    fn provenance(profile: &mut CompanyProfile) -> &mut Provenance {
        &mut profile.provenance
    }
}

#[async_trait]
impl Question for PersonQuery {
    type Profile = PersonProfile;

    fn key(&self) -> String {
        format!("person/{}", sha256_hex(self.email.trim().to_lowercase().as_bytes()))
    }

    async fn ask(
        &self,
        provider: &dyn Provider,
        levers: &ProviderLevers,
        at: Timestamp,
    ) -> Outcome<Found<PersonProfile>> {
        provider.person(self, levers.min_likelihood, levers.timeout, at).await
    }

    fn price(levers: &ProviderLevers) -> u64 {
        levers.person_match_microusd
    }

    fn provenance(profile: &mut PersonProfile) -> &mut Provenance {
        &mut profile.provenance
    }
}
