//! Engage's levers: the checked type. Raw shapes and their checks are in [`raw`] and [`check`].

pub mod check;
pub mod raw;
pub(crate) mod slots;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use revloops_config::{LeverFile, Levers, Problems, Sources};
use revloops_outreach::Policy;
use revloops_outreach::policy::RawPolicy;
use revloops_rules::Condition;

use crate::logic::brief::{Fact, FactLevers};

/// Engage's checked config.
#[derive(Debug, Clone)]
pub struct EngageConfig {
    /// What the AI is told.
    pub prompt: Prompt,
    /// Who writes.
    pub sender: Sender,
    /// How long texts may be.
    pub limits: Limits,
    /// How facts are made.
    pub facts: FactLevers,
    /// What the first mail must say, with `{sources}` and `{sender_company}`.
    pub disclosure: String,
    /// Sources in words, for the disclosure and the preview.
    pub source_names: BTreeMap<String, String>,
    /// Whom we do not write to.
    pub suppression: Suppression,
    /// What no mail says.
    pub forbidden_words: Vec<String>,
    /// Words that may have a capital letter without being a name, in lower case.
    pub plain_words: BTreeSet<String>,
    /// Of what words a draft is made.
    pub wording: Wording,
    /// Who may approve a sequence.
    pub approval: ApprovalLevers,
    /// How the task looks.
    pub task: TaskLevers,
    /// Whom we may write to, when, and how often.
    pub policy: Policy,
    /// Templates in the order in which they are tried; the last for leads, and for signals, fits everybody.
    pub templates: Vec<Template>,
    /// When outcomes carry a proposal.
    pub feedback: FeedbackLevers,
}

/// What the AI is told: ours alone.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// Version; stands in every record and preview.
    pub version: String,
    /// Who it is and what rules it keeps.
    pub system: String,
    /// The task.
    pub task: String,
    /// At most so many tokens in the answer.
    pub max_tokens: u32,
}

/// Who writes.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Our company.
    pub company: String,
    /// Who signs where a queue owns the lead.
    pub team: String,
}

/// How long texts may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Characters of a subject.
    pub subject_chars: usize,
    /// Characters of a sentence.
    pub sentence_chars: usize,
    /// Sentences of a step.
    pub sentences_per_step: usize,
}

/// Whom we do not write to.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// Domains, and everything below them.
    pub domains: BTreeSet<String>,
    /// ISO country codes.
    pub countries: BTreeSet<String>,
}

/// Of what words a draft is made, in lower case.
#[derive(Debug, Clone)]
pub struct Wording {
    /// What may be said about us, word for word.
    pub about_us: Vec<String>,
    /// Verbs of phrases.
    pub verbs: BTreeSet<String>,
    /// All other words of phrases.
    pub phrase_words: BTreeSet<String>,
    /// Small words that may stand beside a fact's own words.
    pub claim_words: BTreeSet<String>,
}

impl Wording {
    /// All words of phrases.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.verbs.iter().chain(&self.phrase_words).map(String::as_str)
    }
}

/// Who may approve a sequence.
#[derive(Debug, Clone)]
pub struct ApprovalLevers {
    /// Who may, unless a template says otherwise.
    pub mode: ApprovalMode,
    /// By template's id.
    pub by_template: BTreeMap<String, ApprovalMode>,
    /// Usernames of the CRM who may approve for an owner, in lower case.
    pub delegates: BTreeSet<String>,
}

impl ApprovalLevers {
    /// Who may approve a sequence of this template.
    #[must_use]
    pub fn mode(&self, template: &str) -> ApprovalMode {
        self.by_template.get(template).copied().unwrap_or(self.mode)
    }

    /// Whether somebody who is not the owner may approve a sequence of this template.
    #[must_use]
    pub fn is_delegate(&self, template: &str, login: &str) -> bool {
        match self.mode(template) {
            ApprovalMode::Owner => false,
            ApprovalMode::OwnerOrDelegate => self.delegates.contains(&login.to_lowercase()),
        }
    }
}

/// Who may approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalMode {
    /// The record's owner alone.
    Owner,
    /// The record's owner, or a named delegate.
    OwnerOrDelegate,
}

/// How the task looks.
#[derive(Debug, Clone)]
pub struct TaskLevers {
    /// Its subject, with `{company}`.
    pub subject: String,
    /// Bands whose tasks have high priority.
    pub high_priority_bands: BTreeSet<String>,
    /// Subject where a person must write, with `{company}`.
    pub by_hand_subject: String,
    /// Subject where a person must be found, with `{company}`.
    pub find_person_subject: String,
    /// Score from which a signal's task has high priority.
    pub high_priority_signal_score: u8,
}

/// What a template is written for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WrittenFor {
    /// A lead that has its owner.
    #[default]
    Lead,
    /// A signal at an account.
    Signal,
}

impl WrittenFor {
    /// The name in config.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Signal => "signal",
        }
    }
}

/// One sequence's template.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its id.
    pub id: String,
    /// What it is written for.
    pub written_for: WrittenFor,
    /// Whom it fits.
    pub when: Condition,
    /// Tone, for the AI.
    pub tone: String,
    /// What we offer: without numbers.
    pub offer: String,
    /// Steps in the order of their days; at least three.
    pub steps: Vec<Step>,
}

/// One step of a template.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its id.
    pub id: String,
    /// Day, counted from the first mail.
    pub day: u16,
    /// By which channel.
    pub channel: Channel,
    /// What it is for.
    pub purpose: Purpose,
    /// At most so many words.
    pub max_words: usize,
    /// Subject where no draft holds.
    pub fallback_subject: String,
    /// Text where no draft holds, a paragraph each.
    pub fallback_text: Vec<String>,
}

/// By which channel a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A mail.
    Email,
}

impl Channel {
    /// The name in config and requests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
        }
    }
}

/// What a step is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The first mail.
    Introduce,
    /// One more thought.
    FollowUp,
    /// The last mail.
    Close,
}

/// When outcomes carry a proposal.
#[derive(Debug, Clone)]
pub struct FeedbackLevers {
    /// Days after the draft at which its outcome counts.
    pub ripe_days: u16,
    /// Edited or unedited steps needed for one step of a template.
    pub min_steps: usize,
    /// How much shorter reps must make a step, in percent of its words, before a shorter one is proposed.
    pub min_shortened_percent: u8,
}

impl Suppression {
    /// Whether a domain, or one above it, is suppressed.
    #[must_use]
    pub fn domain(&self, domain: &str) -> bool {
        let dots = domain.match_indices('.').filter_map(|(at, _)| domain.get(at + 1..));
        std::iter::once(domain).chain(dots).any(|domain| self.domains.contains(domain))
    }
}

impl EngageConfig {
    /// The disclosure with the sources of what we know and may use `today`.
    #[must_use]
    pub fn disclosure(&self, brief: &[Fact], today: Date) -> String {
        let mut sources: Vec<&str> = Vec::new();
        for fact in brief.iter().filter(|fact| fact.expires >= today) {
            let name = self.source_name(&fact.source);
            if !sources.contains(&name) {
                sources.push(name);
            }
        }
        if sources.is_empty() {
            sources.push(self.source_name("crm"));
        }
        self.disclosure.replace("{sources}", &sources.join(" and ")).replace("{sender_company}", &self.sender.company)
    }

    /// A source in words.
    #[must_use]
    pub fn source_name<'a>(&'a self, source: &'a str) -> &'a str {
        self.source_names.get(source).map_or(source, String::as_str)
    }
}

impl Levers for EngageConfig {
    const LOOP: &'static str = "engage";
    const FILES: &'static [LeverFile] = &[
        LeverFile { name: "levers.yaml", schema: || schemars::schema_for!(raw::RawLevers) },
        LeverFile { name: "policy.yaml", schema: || schemars::schema_for!(RawPolicy) },
        LeverFile { name: "templates.yaml", schema: || schemars::schema_for!(raw::RawTemplates) },
    ];

    fn check(sources: &Sources, problems: &mut Problems) -> Option<Self> {
        let before = problems.len();
        // All files are read before one is given up, so that the problems of all are found.
        let policy = sources.get("policy.yaml").and_then(|document| Policy::read(document, problems));
        let levers = sources.get("levers.yaml").and_then(|document| check::levers(document, policy, problems));
        let limits = levers.as_ref().map(|levers| levers.limits);
        let templates = sources.get("templates.yaml").and_then(|document| check::templates(document, limits, problems));
        let mut config = levers?;
        config.templates = templates?;
        if let Some(document) = sources.get("levers.yaml") {
            check::approval_names_templates(document, &config, problems);
        }
        (problems.len() == before).then_some(config)
    }
}
