//! The research brief: what may be said about company and person, each with its source and its end, and what may not.
//!
//! Text from outside is data: cut to length, on one line, held against [`fit`], and never a reason for anything.

pub mod fit;
mod history;
mod lead;
mod signal;

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use revloops_domain::{Fact, FactKind};
use revloops_loopkit::ports::AccountHistory;

pub(crate) use signal::{NamedOrNot, named};

use crate::inputs::EngageInput;

/// How facts are made.
#[derive(Debug, Clone)]
pub struct FactLevers {
    /// Days for which a fact may be used, by kind.
    pub keep_days: BTreeMap<FactKind, u16>,
    /// Days for the kinds that have none of their own.
    pub default_keep_days: u16,
    /// How much of a message is handed on, in characters.
    pub message_chars: usize,
    /// How much of a summary is handed on, in characters.
    pub summary_chars: usize,
    /// Country codes in words.
    pub country_names: BTreeMap<String, String>,
}

/// What is known, and what is not to be said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// What may be cited until it runs out.
    pub facts: Vec<Fact>,
    /// What may not be said, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

/// Something that was found and may not be said. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// What it is about.
    pub kind: FactKind,
    /// Why.
    pub why: WhyLeftOut,
    /// The values that were found, each with who says so.
    pub said: Vec<Said>,
}

impl std::fmt::Debug for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LeftOut").field("kind", &self.kind).field("why", &self.why).finish_non_exhaustive()
    }
}

/// A value and who says so. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// A provider's name, `crm`, or the host of an article.
    pub source: String,
    /// The value, on one line.
    pub value: String,
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Said").field("source", &self.source).finish_non_exhaustive()
    }
}

/// Why something may not be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyLeftOut {
    /// Two sources say different things.
    Contradicted,
    /// The source seems to describe another company of that name.
    Namesake,
    /// It does not read like what it should be: an order, an address, markup.
    Unfit,
}

impl WhyLeftOut {
    /// The reason, for the preview.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Contradicted => "the sources contradict each other",
            Self::Namesake => "the source may describe another company of that name",
            Self::Unfit => "it does not read like what it should be",
        }
    }
}

/// The brief about `company`.
pub(crate) fn brief(
    levers: &FactLevers,
    input: &EngageInput,
    company: &str,
    history: Option<&AccountHistory>,
    today: Date,
) -> Brief {
    let told = input.told_at().to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut facts = Facts { levers, told, brief: Brief::default() };
    match input {
        EngageInput::Lead(lead) => {
            lead::about_company(&mut facts, &lead.qualified, company);
            lead::about_person(&mut facts, &lead.qualified, company);
        }
        EngageInput::Signal(step) => {
            signal::signals(&mut facts, step, company);
            signal::about_account(&mut facts, step, company);
        }
    }
    history::ours(&mut facts, history, company, today);
    if let EngageInput::Lead(lead) = input {
        lead::how_they_came(&mut facts, &lead.qualified, company);
    }
    facts.brief
}

/// The source of what is in our own records; `crm` is what a lead told us.
pub(crate) const OUR_RECORDS: &str = "crm_account";

struct Facts<'a> {
    levers: &'a FactLevers,
    told: Date,
    brief: Brief,
}

/// Who says so, and when.
struct Source {
    name: String,
    link: Option<String>,
    /// `None` where the source gives no readable day: then it is as old as can be, and has run out.
    as_of: Option<Date>,
}

impl Facts<'_> {
    fn crm(&self) -> Source {
        Source { name: "crm".to_owned(), link: None, as_of: Some(self.told) }
    }

    /// What the CRM's records of an account and its people say: we wrote that, nobody told us.
    fn records(&self) -> Source {
        Source { name: OUR_RECORDS.to_owned(), link: None, as_of: Some(self.told) }
    }

    fn add(&mut self, kind: FactKind, text: String, value: Option<String>, source: Source) {
        let days = self.levers.keep_days.get(&kind).copied().unwrap_or(self.levers.default_keep_days);
        let as_of = source.as_of.unwrap_or(Date::MIN);
        self.brief.facts.push(Fact {
            id: format!("F{}", self.brief.facts.len() + 1),
            kind,
            text,
            value,
            source: source.name,
            link: source.link,
            as_of,
            expires: as_of.saturating_add(Span::new().days(i64::from(days))),
        });
    }

    fn leave_out(&mut self, kind: FactKind, why: WhyLeftOut, said: &[(&str, &str)]) {
        let said = said.iter().map(|(source, value)| Said {
            source: (*source).to_owned(),
            value: super::words::one_line(value, SAID_CHARS),
        });
        self.brief.left_out.push(LeftOut { kind, why, said: said.collect() });
    }
}

/// Of what is left out, so many characters are kept.
const SAID_CHARS: usize = 120;
