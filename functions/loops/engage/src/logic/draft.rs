//! A draft as the AI gives it, untrusted, and as it is once it has passed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use revloops_domain::sequence::Line;

/// The answer's shape. Anything else is no draft.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WireDraft {
    pub(crate) steps: Vec<WireStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WireStep {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) sentences: Vec<WireSentence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WireSentence {
    pub(crate) text: String,
    pub(crate) kind: SentenceKind,
    #[serde(default)]
    pub(crate) fact_ids: Vec<String>,
}

/// What a sentence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SentenceKind {
    /// It states something, and cites what it rests on.
    Claim,
    /// It states nothing.
    Phrase,
}

/// A checked draft: every claim cites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) steps: Vec<DraftStep>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct DraftStep {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) lines: Vec<Line>,
}

impl std::fmt::Debug for DraftStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DraftStep").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why a draft is refused, and where. Names our own steps and rules alone, never a word of the draft or of the lead, so
/// that it can stand in a task for the AI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The template's step; `None` where it is the whole draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The sentence in it, from 1; `None` where it is the subject or the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence: Option<usize>,
    /// What is broken.
    pub rule: Rule,
}

/// What a draft must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The answer has the shape of a draft.
    Shape,
    /// The steps are the template's, in their order.
    Steps,
    /// Nothing is empty.
    NotEmpty,
    /// Lengths are within the levers.
    Length,
    /// Nothing of a template is left.
    NoLeftovers,
    /// No web or mail addresses.
    NoAddresses,
    /// No line breaks, hidden or turning characters.
    NoHiddenCharacters,
    /// None of the levers' forbidden words.
    NoForbiddenWords,
    /// A claim cites at least one fact.
    ClaimCites,
    /// A cited fact is in the brief.
    FactExists,
    /// A cited fact has not run out.
    FactIsCurrent,
    /// Numbers of a claim stand in the facts that it cites.
    NumbersAreCited,
    /// Names in a claim stand in the facts that it cites.
    NamesAreCited,
    /// A claim states no value of a fact that it does not cite.
    ValuesAreCited,
    /// Claims are about the recipient: the brief has no facts about us.
    NotAboutUs,
    /// The person's own message is not quoted.
    NoQuotedMessage,
    /// Nothing is said in which the sources contradict each other.
    NothingDisputed,
    /// A claim says the facts that it cites.
    ClaimSaysItsFacts,
    /// A claim adds no words to those of its facts but small ones.
    ClaimAddsNothing,
    /// What a claim says beside its facts states nothing.
    ClaimStatesOnlyFacts,
    /// The first mail names the signal in a claim.
    NamesItsSignal,
    /// A phrase has no numbers.
    PhraseWithoutNumbers,
    /// A phrase has no names but those of the addressed.
    PhraseWithoutNames,
    /// A phrase is made of the levers' words.
    PhraseOfOurWords,
    /// A phrase states no fact.
    PhraseStatesNothing,
}

impl Rule {
    /// What the rule asks for, in a sentence.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Shape => "the answer must be steps with id, subject and sentences, each with text, kind and fact_ids",
            Self::Steps => "the steps must be exactly the template's, in its order",
            Self::NotEmpty => "there must be a text",
            Self::Length => "it is too long",
            Self::NoLeftovers => "no brackets, braces or other leftovers of a template",
            Self::NoAddresses => "no web or mail addresses",
            Self::NoHiddenCharacters => "no line breaks or hidden characters",
            Self::NoForbiddenWords => "it says what we never say",
            Self::ClaimCites => "a claim must cite at least one fact",
            Self::FactExists => "it cites a fact that is not in the brief",
            Self::FactIsCurrent => "it cites a fact that has run out",
            Self::NumbersAreCited => "every number must stand in a cited fact",
            Self::NamesAreCited => "every name must stand in a cited fact",
            Self::ValuesAreCited => "it states a fact's value without citing that fact",
            Self::NotAboutUs => "a claim must be about the recipient, not about us",
            Self::NothingDisputed => "it says what the sources contradict each other in",
            Self::ClaimSaysItsFacts => {
                "it cites a fact that it does not say: cite what the sentence says, in the fact's own words"
            }
            Self::ClaimAddsNothing => {
                "beside the fact's own words only the claim words may stand, and nothing that turns the sense"
            }
            Self::ClaimStatesOnlyFacts => "beside its facts it states something about the recipient or us",
            Self::NamesItsSignal => "the first mail must name the signal in a claim that cites it",
            Self::NoQuotedMessage => "the recipient's own message must not be quoted",
            Self::PhraseWithoutNumbers => "a phrase must have no number or quantity",
            Self::PhraseWithoutNames => "a phrase must have no names but the recipient's and ours",
            Self::PhraseOfOurWords => "a phrase must be made of the phrase words alone",
            Self::PhraseStatesNothing => "a phrase states something about the recipient: make it a claim that cites",
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.step, self.sentence) {
            (Some(step), Some(sentence)) => write!(f, "step {step}, sentence {sentence}: ")?,
            (Some(step), None) => write!(f, "step {step}: ")?,
            (None, _) => write!(f, "the draft: ")?,
        }
        f.write_str(self.rule.in_words())
    }
}
