//! Planted defects, all found, each with a lead that shows it when it is put to the rules themselves.

mod at_once;
mod owners;
mod planted;
mod warned;

use revloops_config::{Document, Levers, Problem, Problems, Sources};
use revloops_rules::{FieldType, FieldValues};

use crate::config::rules::ReadRules;
use crate::config::territories::ReadTerritories;
use crate::config::tests::shipped_texts;
use crate::config::{Names, RouteConfig, known, rules, territories};
use crate::logic::fields::{LeadField, RULE_FIELDS};

/// A config that is changed before it is checked.
struct Changed {
    files: Vec<(&'static str, String)>,
}

impl Changed {
    fn shipped() -> Self {
        Self { files: shipped_texts().into_iter().filter(|(name, _)| *name != "cases.yaml").collect() }
    }

    fn replaced(mut self, file: &str, from: &str, to: &str) -> Self {
        let (_, text) = self.files.iter_mut().find(|(name, _)| *name == file).unwrap();
        assert!(text.contains(from), "{file} has no `{from}`");
        *text = text.replacen(from, to, 1);
        self
    }

    /// Adds an entry at the end of the file's last list.
    fn with(mut self, file: &str, entry: &str) -> Self {
        let (_, text) = self.files.iter_mut().find(|(name, _)| *name == file).unwrap();
        text.push_str(&format!("\n  - {entry}\n"));
        self
    }

    fn with_rule(self, id: &str, priority: u32, when: &str, assign: &str) -> Self {
        let rule =
            format!("{{id: {id}, description: planted, priority: {priority}, when: {when}, assign: {{{assign}}}}}");
        self.with("rules.yaml", &rule)
    }

    fn checked(&self) -> Checked {
        let mut problems = Problems::new();
        let mut sources = Sources::new();
        for (name, text) in &self.files {
            if let Some(document) = Document::parse_yaml(name, text, &mut problems) {
                sources.insert((*name).to_owned(), document);
            }
        }
        let config = RouteConfig::check(&sources, &mut problems);
        assert!(config.is_some() || !problems.is_empty(), "no config, and nothing is said");
        Checked { sources, problems }
    }
}

struct Checked {
    sources: Sources,
    problems: Problems,
}

impl Checked {
    /// What is said of `path`, errors and warnings; anything else that is said is a false alarm.
    fn of(&self, path: &str) -> Vec<Problem> {
        let all = self.problems.sorted().into_iter().chain(self.problems.warnings());
        all.filter(|problem| problem.path.starts_with(path)).collect()
    }

    /// Rules and territories as they were read, for putting a lead to them.
    fn put(&self, check: impl FnOnce(&ReadRules, &ReadTerritories)) {
        let mut problems = Problems::new();
        let names = Names::of(&self.sources);
        let known = known(&self.sources, &names, &mut problems);
        let rules = rules::read(&self.sources, &names, &known, &mut problems).unwrap();
        let territories = territories::read(&self.sources, &known, &mut problems).unwrap();
        check(&rules, &territories);
    }
}

/// The lead that a message shows, as its reader would make it: read from the message's own words, with its territory.
fn lead_in(message: &str, territories: &ReadTerritories) -> FieldValues {
    let shown = message.split_once("for example {").unwrap_or_else(|| panic!("no lead in: {message}")).1;
    let shown = shown.split_once('}').unwrap().0;
    let mut lead = FieldValues::new(&RULE_FIELDS);
    for part in shown.split(", ").filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once(": ").unwrap();
        let (field, described) = RULE_FIELDS.find(name).unwrap();
        assert_ne!(field, LeadField::Territory.into(), "a lead is shown by what it has, and not by where that puts it");
        match described.holds {
            _ if value == "nothing" => lead.text(field, None),
            FieldType::Text | FieldType::Domain => lead.text(field, Some(value)),
            FieldType::Number => lead.number(field, Some(value.parse().unwrap())),
            FieldType::Date => lead.date(field, Some(value.parse().unwrap())),
            FieldType::Flag => lead.flag(field, Some(value.parse().unwrap())),
        };
    }
    let territory = territories.territories.find(&lead).map(|one| one.id.clone());
    lead.text(LeadField::Territory, territory.as_deref());
    lead
}

/// The ids of the rules that hold for the lead, in the order in which they are tried.
fn holding(rules: &ReadRules, lead: &FieldValues) -> Vec<(String, bool)> {
    let mut drafts: Vec<_> = rules.drafts.iter().collect();
    drafts.sort_by_key(|draft| draft.priority);
    let holds = drafts.into_iter().filter(|draft| draft.when.as_ref().is_some_and(|when| when.holds(lead)));
    holds.map(|draft| (draft.id.clone(), draft.falls_through)).collect()
}

#[test]
fn nothing_is_said_of_the_shipped_config() {
    let checked = Changed::shipped().checked();
    assert!(checked.problems.is_empty() && checked.problems.warnings().is_empty(), "{:?}", checked.problems);
}
