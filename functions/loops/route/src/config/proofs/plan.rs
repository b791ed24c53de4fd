//! Rules and territories side by side, ready to be proved.

use revloops_config::Document;
use revloops_rules::{Book, Condition, Draft, Region, Space};

use crate::config::Handler;
use crate::config::rules::ReadRules;
use crate::config::territories::{ReadTerritories, Territory};
use crate::logic::fields::LeadField;
use crate::logic::leads::{Leads, has};

/// A rule that could be read far enough to be proved.
pub(super) struct Planned<'a> {
    pub(super) draft: &'a Draft<Handler>,
    pub(super) when: &'a Condition,
}

/// What is proved.
pub(super) struct Plan<'a> {
    pub(super) leads: &'a Leads<'a>,
    pub(super) space: &'a Space,
    /// In the order in which they are tried.
    pub(super) rules: Vec<Planned<'a>>,
    pub(super) book: Book<'a>,
    /// Those with a condition, in the order in which they are looked at, with their pointers.
    pub(super) territories: Vec<(&'a Territory, &'a Condition, &'a str)>,
    pub(super) atlas: Book<'a>,
    /// All of them; `None` where one is broken, so that nothing is known of where a lead is.
    pub(super) known: Option<&'a ReadTerritories>,
    /// Leads that belong to an account.
    pub(super) with_account: Option<Region>,
}

impl Plan<'_> {
    /// Makes the plan, and proves.
    pub(super) fn with(
        rules: &ReadRules,
        territories: &ReadTerritories,
        bands: &[&str],
        prove: impl FnOnce(&Plan<'_>),
    ) {
        let mut planned: Vec<Planned<'_>> =
            rules.drafts.iter().filter_map(|draft| Some(Planned { draft, when: draft.when.as_ref()? })).collect();
        planned.sort_by_key(|rule| rule.draft.priority);
        let leads = Leads::new(bands.iter().copied(), &territories.territories);
        let ground = if territories.sound { leads.ground() } else { leads.ground_alone() };
        let placed: Vec<(&Territory, &Condition, &str)> = territories
            .territories
            .iter()
            .zip(&territories.pointers)
            .filter_map(|(one, pointer)| Some((one, one.when.as_ref()?, pointer.as_str())))
            .collect();
        let has_account = has(LeadField::Account);
        let conditions =
            planned.iter().map(|rule| rule.when).chain(placed.iter().map(|(_, when, _)| *when)).chain(&has_account);
        let space = Space::new(ground, conditions);
        let book = Book::new(&space, planned.iter().map(|rule| rule.when));
        let atlas = Book::new(&space, placed.iter().map(|(_, when, _)| *when));
        let with_account = has_account.as_ref().and_then(|condition| space.region(condition));
        prove(&Plan {
            leads: &leads,
            space: &space,
            rules: planned,
            book,
            territories: placed,
            atlas,
            known: territories.sound.then_some(territories),
            with_account,
        });
    }

    /// The rules before `at` that keep what they take.
    pub(super) fn keepers(&self, at: usize) -> Vec<usize> {
        let earlier = self.rules.iter().enumerate().take(at);
        earlier.filter(|(_, rule)| !rule.draft.falls_through).map(|(place, _)| place).collect()
    }

    /// `` `a` in line 3 and `b` in line 9 ``
    pub(super) fn named(&self, places: &[usize], document: &Document) -> String {
        let rules = places.iter().filter_map(|place| self.rules.get(*place));
        said(rules.map(|rule| (rule.draft.id.as_str(), rule.draft.pointer.as_str())), document)
    }
}

/// Names with their lines, as one reads them.
pub(super) fn said<'a>(named: impl Iterator<Item = (&'a str, &'a str)>, document: &Document) -> String {
    let lines = named.map(|(id, pointer)| {
        let line = document.position(&format!("{pointer}/id")).0;
        format!("`{id}` in line {line}")
    });
    let lines: Vec<String> = lines.collect();
    match lines.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}
