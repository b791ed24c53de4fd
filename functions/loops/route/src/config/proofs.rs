//! What can be proved of rules and territories before anybody works by them, each finding with a lead that shows it.
//!
//! What no lead can ever reach is an error, and so is what can never find anybody. What is odd and may be meant is a
//! warning: leads that a rule lets go though it asks for their territory, and what nothing names.
//!
//! Only config that is read from text is proved: what comes out of a bundle was proved before.

mod nobody;
mod people;
mod plan;
mod reached;
#[cfg(test)]
mod tests;
mod unused;

use std::collections::BTreeMap;

use revloops_config::{Problems, Sources};

use super::names::Names;
use super::pools::Pool;
use super::rules::ReadRules;
use super::team::Team;
use super::territories::{ReadTerritories, TERRITORIES};
pub use people::check_owners;
use plan::Plan;

/// The files, read and not yet proved. What is broken has been reported; the rest is proved all the same.
pub(crate) struct Drafted<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) names: &'a Names<'a>,
    pub(crate) rules: Option<&'a ReadRules>,
    pub(crate) territories: Option<&'a ReadTerritories>,
    pub(crate) pools: Option<&'a BTreeMap<String, Pool>>,
    pub(crate) team: Option<&'a Team>,
}

/// Adds everything that can be proved.
pub(crate) fn check(drafted: &Drafted<'_>, problems: &mut Problems) {
    let (Some(rules), Some(document)) = (drafted.rules, drafted.sources.get("rules.yaml")) else { return };
    if !document.is_text() {
        return;
    }
    let unsound = ReadTerritories::unknown();
    let territories = drafted.territories.unwrap_or(&unsound);
    Plan::with(rules, territories, &drafted.names.bands, |plan| {
        let document = drafted.sources.get(TERRITORIES);
        document.into_iter().for_each(|document| reached::territories(plan, document, problems));
        reached::rules(plan, drafted, problems);
    });
    unused::check(drafted, problems);
}
