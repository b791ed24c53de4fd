//! Engage's config files as operators write them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_rules::RawCondition;

use super::{ApprovalMode, Channel, Purpose, WrittenFor};

/// `levers.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLevers {
    /// What the AI is told.
    pub prompt: RawPrompt,
    /// Who writes.
    pub sender: RawSender,
    /// How long texts may be.
    pub limits: RawLimits,
    /// How the research brief is made.
    pub facts: RawFacts,
    /// What the first mail must say; `{sources}` and `{sender_company}` are filled in.
    pub disclosure: String,
    /// Sources in words: `crm` (what a lead told us), `crm_account` (our records of an account), `people_data_labs`.
    pub source_names: BTreeMap<String, String>,
    /// Whom we do not write to.
    pub suppression: RawSuppression,
    /// What no mail says, without regard to case.
    #[serde(default)]
    pub forbidden_words: Vec<String>,
    /// Words that may have a capital letter without being a name: beginnings of sentences, days.
    pub plain_words: Vec<String>,
    /// Of what words a draft is made.
    pub wording: RawWording,
    /// Who may approve a sequence.
    pub approval: RawApproval,
    /// How the task looks.
    pub task: RawTask,
    /// When outcomes carry a proposal.
    pub feedback: RawFeedback,
}

/// What the AI is told: ours alone, never text from outside.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPrompt {
    /// Version; change it with every change of the texts.
    pub version: String,
    /// Who the AI is and what rules it keeps.
    pub system: String,
    /// The task.
    pub task: String,
    /// At most so many tokens in the answer.
    #[schemars(range(min = 200, max = 16000))]
    pub max_tokens: u32,
}

/// Who writes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSender {
    /// Our company.
    pub company: String,
    /// Who signs where a queue owns the lead.
    pub team: String,
}

/// How long texts may be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLimits {
    /// Characters of a subject.
    #[schemars(range(min = 10, max = 150))]
    pub subject_chars: usize,
    /// Characters of a sentence.
    #[schemars(range(min = 40, max = 500))]
    pub sentence_chars: usize,
    /// Sentences of a step.
    #[schemars(range(min = 1, max = 20))]
    pub sentences_per_step: usize,
}

/// How the research brief is made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFacts {
    /// Days for which a fact may be used.
    #[schemars(range(min = 1, max = 3650))]
    pub default_keep_days: u16,
    /// The same for single kinds: `company_size: 180`.
    #[serde(default)]
    pub keep_days: BTreeMap<String, u16>,
    /// How much of the lead's message is handed to the AI, in characters.
    #[schemars(range(min = 0, max = 2000))]
    pub message_chars: usize,
    /// How much of a company's summary is handed to the AI, in characters.
    #[schemars(range(min = 0, max = 1000))]
    pub summary_chars: usize,
    /// Country codes in words.
    #[serde(default)]
    pub country_names: BTreeMap<String, String>,
}

/// Whom we do not write to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSuppression {
    /// Domains, and everything below them.
    #[serde(default)]
    pub domains: Vec<String>,
    /// ISO country codes.
    #[serde(default)]
    pub countries: Vec<String>,
}

/// Of what words a draft is made; a word that is nowhere here is refused.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawWording {
    /// What may be said about us, word for word.
    #[serde(default)]
    pub about_us: Vec<String>,
    /// Verbs of phrases, in their plain form.
    pub verbs: Vec<String>,
    /// All other words of phrases.
    pub phrase_words: Vec<String>,
    /// Small words that may stand beside a fact's own words in a claim.
    pub claim_words: Vec<String>,
}

/// Who may approve a sequence.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawApproval {
    /// Who may, unless a template says otherwise.
    pub mode: ApprovalMode,
    /// By template's id.
    #[serde(default)]
    pub by_template: BTreeMap<String, ApprovalMode>,
    /// Usernames of the CRM who may approve for an owner.
    #[serde(default)]
    pub delegates: Vec<String>,
}

/// How the task looks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTask {
    /// Its subject; `{company}` is filled in.
    pub subject: String,
    /// Bands whose tasks have high priority.
    #[serde(default)]
    pub high_priority_bands: Vec<String>,
    /// Subject of the task where neither a draft nor the template's text can be used; `{company}` is filled in.
    pub by_hand_subject: String,
    /// Subject of the task where a signal's account has nobody to write to; `{company}` is filled in.
    pub find_person_subject: String,
    /// Score from which a signal's task has high priority.
    #[schemars(range(min = 0, max = 100))]
    pub high_priority_signal_score: u8,
}

/// When outcomes carry a proposal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFeedback {
    /// Days after the draft at which its outcome counts: earlier, the bad ones would be known and the good ones not.
    #[serde(default = "ripe_days")]
    #[schemars(range(max = 365))]
    pub ripe_days: u16,
    /// Sent steps needed for one step of a template.
    #[schemars(range(min = 1))]
    pub min_steps: usize,
    /// How much shorter reps must make a step, in percent of its words, before a shorter one is proposed.
    #[schemars(range(min = 5, max = 95))]
    pub min_shortened_percent: u8,
}

/// As it is in versions from before outcomes were joined.
const fn ripe_days() -> u16 {
    14
}

/// `templates.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTemplates {
    /// In the order in which they are tried; the last for leads, and the last for signals, fits everybody
    /// (`when: {always: true}`).
    pub templates: Vec<RawTemplate>,
}

/// One sequence's template.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTemplate {
    /// Its id.
    pub id: String,
    /// What it is written for: `lead`, or `signal`.
    #[serde(default, rename = "for")]
    pub written_for: WrittenFor,
    /// Whom it fits.
    pub when: RawCondition,
    /// Tone, for the AI.
    pub tone: String,
    /// What we offer, without numbers: nothing could cite them.
    pub offer: String,
    /// Steps in the order of their days; at least three.
    pub steps: Vec<RawStep>,
}

/// One step.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawStep {
    /// Its id.
    pub id: String,
    /// Day, counted from the first mail, which is day 0.
    #[schemars(range(min = 0, max = 90))]
    pub day: u16,
    /// By which channel.
    pub channel: Channel,
    /// What it is for.
    pub purpose: Purpose,
    /// At most so many words.
    #[schemars(range(min = 20, max = 300))]
    pub max_words: usize,
    /// What is used where no draft holds.
    pub fallback: RawFallback,
}

/// A text that states nothing: words of ours, and slots.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFallback {
    /// Subject.
    pub subject: String,
    /// Paragraphs. Slots: `{greeting}`, `{company}`, `{sender}`, `{sender_company}`, `{offer}`; in the first
    /// mail for a signal, `{signal}`.
    pub text: Vec<String>,
}
