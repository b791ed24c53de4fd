//! A loop's card: what everybody wants to know of it, in one place.

use serde::Serialize;

/// What a loop is, for people and for the tools that list loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Card {
    /// `qualify` for one; the name of its config folder, too.
    pub name: &'static str,
    /// Version of the logic; stands in every record.
    pub version: &'static str,
    /// The chain that it belongs to.
    pub chain: &'static str,
    /// What it decides, as a question.
    pub decides: &'static str,
    /// What triggers it.
    pub triggers: &'static [&'static str],
    /// Events that it emits.
    pub emits: &'static [&'static str],
    /// Levers that its owner may move.
    pub levers: &'static [&'static str],
    /// Facts that it reports.
    pub metrics: &'static [&'static str],
    /// What closes it: which outcomes lead to which proposals.
    pub feedback: &'static str,
    /// What trials of its config are judged by: the names that a trial's guards may have, each with what is bad about it.
    pub guards: &'static [(&'static str, &'static str)],
}
