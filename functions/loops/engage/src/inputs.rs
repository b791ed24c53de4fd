//! What Engage works on: a routed lead or a qualified signal, our history with the account, and the AI's drafts.

mod request;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use revloops_domain::events::{ChainStep, LeadSaved, Owner, Qualified, Routed};
use revloops_domain::sequence::Recipient;
use revloops_domain::signal::{SignalStatus, SignalStep};
use revloops_domain::{AccountId, CorrelationId, Cost, ErrorClass, SalesforceId};
use revloops_loopkit::ports::{AccountHistory, CrmReader};
use revloops_loopkit::record::Actor;
use revloops_loopkit::the_loop::LookedUp;
use revloops_loopkit::{Failure, LoopInput, Outcome};
use revloops_outreach::{PolicyFacts, Sources, Verdict};

use crate::Engage;
use crate::config::EngageConfig;
use crate::logic::plan::plan;
use crate::logic::policy;
use crate::logic::validate::Checker;

/// Drafts asked for at most: one, and another with the reasons why the first is refused.
const MAX_DRAFTS: usize = 2;

/// What calls Engage: the demand chain's last step, or the signal chain's. They are told apart by what only one of them
/// has: `signal`, or `previous`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngageTrigger {
    /// A lead has its owner.
    Lead(Box<ChainStep<Routed>>),
    /// A signal is strong enough to write to somebody.
    Signal(Box<SignalStep>),
}

impl<'de> Deserialize<'de> for EngageTrigger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let step = Value::deserialize(deserializer)?;
        let has = |key: &str| step.get(key).is_some();
        match (has("signal"), has("previous")) {
            (true, false) => serde_json::from_value(step).map(Self::Signal).map_err(D::Error::custom),
            (false, true) => serde_json::from_value(step).map(Self::Lead).map_err(D::Error::custom),
            (true, true) => Err(D::Error::custom("a step with both `signal` and `previous` belongs to no chain")),
            (false, false) => {
                Err(D::Error::custom("a step has `previous` (demand) or `signal` (signals); this has none"))
            }
        }
    }
}

/// The checked input. A lead's has the shape that it had before signals, so that old records are read as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EngageInput {
    /// A lead with its owner.
    Lead(Box<RoutedLead>),
    /// A qualified signal.
    Signal(Box<SignalStep>),
}

/// A lead with its owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoutedLead {
    /// What started the chain.
    pub event: LeadSaved,
    /// What Route replied.
    pub routed: Routed,
    /// What Qualify replied.
    pub qualified: Qualified,
}

impl From<RoutedLead> for EngageInput {
    fn from(lead: RoutedLead) -> Self {
        Self::Lead(Box::new(lead))
    }
}

impl From<SignalStep> for EngageInput {
    fn from(step: SignalStep) -> Self {
        Self::Signal(Box::new(step))
    }
}

impl EngageInput {
    /// Who owns the record, and signs.
    #[must_use]
    pub fn owner(&self) -> Option<&Owner> {
        match self {
            Self::Lead(lead) => lead.routed.owner.as_ref(),
            Self::Signal(step) => step.signal.owner.as_ref(),
        }
    }

    /// The lead or contact that is written to; none where a signal's account has nobody.
    #[must_use]
    pub fn person_id(&self) -> Option<SalesforceId> {
        match self {
            Self::Lead(lead) => SalesforceId::parse(lead.event.lead_id.as_str()).ok(),
            Self::Signal(step) => step.signal.person.as_ref().map(|person| person.id.clone()),
        }
    }

    /// The account, where the CRM knows one.
    #[must_use]
    pub fn account_id(&self) -> Option<&AccountId> {
        match self {
            Self::Lead(lead) => lead.qualified.account.as_ref().map(|matched| &matched.account.id),
            Self::Signal(step) => Some(&step.signal.account.id),
        }
    }

    /// Whom it is written to, by what their record and `email` say; none where nobody is known.
    pub(crate) fn recipient(&self, email: Option<&str>) -> Option<Recipient> {
        let own = email.and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
        Some(Recipient {
            person_id: self.person_id()?,
            account_id: self.account_id().cloned(),
            email: email.map(str::to_owned),
            domain: self.domain().or(own).map(str::to_owned),
            country_code: self.country_code().map(str::to_owned),
            state_code: self.state_code().map(str::to_owned),
        })
    }

    /// Names of the company, the CRM's first.
    pub(crate) fn company_names(&self) -> impl Iterator<Item = &str> {
        let (first, second) = match self {
            Self::Lead(lead) => (
                lead.qualified.profile.company.as_str(),
                lead.qualified.company.as_ref().map(|company| company.name.as_str()),
            ),
            Self::Signal(step) => (step.signal.account.name.as_str(), None),
        };
        std::iter::once(first).chain(second)
    }

    /// Company domain.
    pub(crate) fn domain(&self) -> Option<&str> {
        match self {
            Self::Lead(lead) => lead.qualified.profile.domain.as_ref(),
            Self::Signal(step) => step.signal.account.domain.as_ref(),
        }
        .map(|domain| domain.as_str())
    }

    /// ISO country code.
    pub(crate) fn country_code(&self) -> Option<&str> {
        match self {
            Self::Lead(lead) => lead.qualified.profile.country_code.as_deref(),
            Self::Signal(step) => step.signal.account.country_code.as_deref(),
        }
    }

    /// State or province code.
    pub(crate) fn state_code(&self) -> Option<&str> {
        match self {
            Self::Lead(lead) => lead.qualified.profile.state_code.as_deref(),
            Self::Signal(step) => step.signal.account.state_code.as_deref(),
        }
    }

    /// The recipient's first name as the CRM has it.
    pub(crate) fn first_name(&self) -> Option<&str> {
        match self {
            Self::Lead(lead) => lead.qualified.profile.first_name.as_deref(),
            Self::Signal(step) => step.signal.person.as_ref()?.first_name.as_deref(),
        }
    }

    /// When what started the chain was known.
    pub(crate) fn told_at(&self) -> Timestamp {
        match self {
            Self::Lead(lead) => lead.event.occurred_at,
            Self::Signal(step) => step.event.at,
        }
    }
}

impl LoopInput for EngageInput {
    fn subject(&self) -> String {
        match self {
            Self::Lead(lead) => format!("lead/{}", lead.event.lead_id),
            Self::Signal(step) => format!("account/{}", step.event.account_id),
        }
    }

    fn trigger(&self) -> &str {
        match self {
            Self::Lead(lead) => &lead.event.trigger,
            Self::Signal(step) => &step.event.scan,
        }
    }

    fn correlation_id(&self) -> &CorrelationId {
        match self {
            Self::Lead(lead) => &lead.event.correlation_id,
            Self::Signal(step) => &step.event.correlation_id,
        }
    }
}

/// What is looked up.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EngageFacts {
    /// Our history with the account, where the CRM knows the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<AccountHistory>,
    /// The recipient's mail address in lower case, where the CRM has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What the policy is held against before anything is drafted; none where the gates before it are shut, and in records of
    /// before there was a policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyFacts>,
    /// The AI's answers in the order in which they were asked for; empty where nothing was to be drafted.
    pub drafts: Vec<StoredDraft>,
}

impl std::fmt::Debug for EngageFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EngageFacts").field("drafts", &self.drafts).finish_non_exhaustive()
    }
}

/// One answer as it came: untrusted.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredDraft {
    /// The tool's input.
    pub answer: Value,
    /// The model that answered.
    pub model: String,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Price in millionths of a US dollar.
    pub microusd: u64,
}

impl std::fmt::Debug for StoredDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredDraft").field("model", &self.model).finish_non_exhaustive()
    }
}

/// # Errors
/// `Rejected` where the step does not carry what the loops before replied about the same lead or account.
pub(crate) fn checked(trigger: EngageTrigger) -> Outcome<EngageInput> {
    match trigger {
        EngageTrigger::Lead(step) => lead(*step),
        EngageTrigger::Signal(step) => signal(*step),
    }
}

fn lead(step: ChainStep<Routed>) -> Outcome<EngageInput> {
    let lead = &step.event.lead_id;
    let refused = |why: &str| Failure::new(ErrorClass::Rejected, format!("engaging lead {lead}: {why}"));
    let Some(qualified) = step.qualified else {
        return Err(refused("the step carries no reply of Qualify"));
    };
    if &qualified.lead_id != lead || &step.previous.lead_id != lead {
        return Err(refused("the step's replies are about another lead"));
    }
    Ok(RoutedLead { event: step.event, routed: step.previous, qualified }.into())
}

fn signal(step: SignalStep) -> Outcome<EngageInput> {
    let account = &step.event.account_id;
    let refused = |why: &str| Failure::new(ErrorClass::Rejected, format!("engaging account {account}: {why}"));
    if &step.signal.account.id != account {
        return Err(refused("the step's reply is about another account"));
    }
    if step.signal.status != SignalStatus::Qualified {
        return Err(refused("its signals were passed over"));
    }
    if step.signal.signals.is_empty() {
        return Err(refused("the step carries no signal"));
    }
    Ok(step.into())
}

/// Reads our history with the account, asks for a draft, and for one more where the first breaks a rule. Nothing is asked
/// where nothing may be written.
///
/// # Errors
/// Those of the CRM and the AI: they are asked again when the run is tried again.
pub(crate) async fn look_up(
    ports: &Engage,
    config: &EngageConfig,
    input: &EngageInput,
    at: Timestamp,
) -> Outcome<LookedUp<EngageFacts>> {
    let mut facts = EngageFacts::default();
    let mut cost = Cost::default();
    let mut actor = Actor::Code;
    if let Some(account) = input.account_id() {
        facts.history = ports.history.history(account).await?;
    }
    facts.email = email(ports.crm.as_ref(), input).await?;
    let today = at.to_zoned(TimeZone::UTC).date();
    if let Ok(plan) = plan(config, input, facts.history.as_ref(), today).plan {
        if let Some(recipient) = input.recipient(facts.email.as_deref()) {
            let sources = Sources {
                sequences: ports.sequences.as_ref(),
                suppressions: ports.suppressions.as_ref(),
                standings: ports.standings.as_ref(),
            };
            let known = PolicyFacts::gather(&config.policy, policy::subject(&recipient, at), sources, at).await?;
            let judged = policy::held(config, &recipient, &known, at);
            facts.policy = Some(known);
            if matches!(judged.verdict, Verdict::Stop { .. }) {
                return Ok(LookedUp { facts, cost, actor });
            }
        }
        let checker = Checker::new(config, &plan, today);
        let mut faults = Vec::new();
        for _ in 0..MAX_DRAFTS {
            let answer = ports.model.answer(&request::request(config, &plan, &faults, today)).await?;
            cost.ai_microusd += answer.microusd;
            cost.ai_input_tokens += answer.input_tokens;
            cost.ai_output_tokens += answer.output_tokens;
            actor = Actor::Agent(answer.model.clone());
            let checked = checker.check(&answer.answer);
            facts.drafts.push(StoredDraft {
                answer: answer.answer,
                model: answer.model,
                input_tokens: answer.input_tokens,
                output_tokens: answer.output_tokens,
                microusd: answer.microusd,
            });
            match checked {
                Ok(_) => break,
                Err(found) => faults = found,
            }
        }
    }
    Ok(LookedUp { facts, cost, actor })
}

/// The demand chain carries no mail address, the signal chain does.
async fn email(crm: &dyn CrmReader, input: &EngageInput) -> Outcome<Option<String>> {
    let email = match input {
        EngageInput::Lead(lead) => {
            let record = crm.fields("Lead", lead.event.lead_id.as_str(), &["Email"]).await?;
            record.and_then(|record| record.get("Email").and_then(Value::as_str).map(str::to_owned))
        }
        EngageInput::Signal(step) => step.signal.person.as_ref().and_then(|person| person.email.clone()),
    };
    Ok(email.map(|email| email.trim().to_lowercase()).filter(|email| !email.is_empty()))
}
