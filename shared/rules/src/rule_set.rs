//! Rules in priority order: the first that holds decides.

use std::collections::BTreeMap;
use std::sync::Arc;

use revloops_config::{Document, Problems};

use crate::condition::Condition;
use crate::fields::FieldValues;
use crate::index::{Index, index};

/// A rule as config gives it; what could not be read of it is `None`, and has been reported.
#[derive(Debug, Clone)]
pub struct Draft<T> {
    /// Its name.
    pub id: String,
    /// Rules are tried from the lowest number to the highest.
    pub priority: u32,
    /// When it holds.
    pub when: Option<Condition>,
    /// What it does.
    pub then: Option<T>,
    /// Whether it can hold and still have to leave the subject to the next rule, because there is nobody to give it to.
    pub falls_through: bool,
    /// JSON pointer of the rule: `/rules/3`.
    pub pointer: String,
}

/// A checked rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule<T> {
    /// Its name.
    pub id: String,
    /// When it holds.
    pub when: Condition,
    /// What it does.
    pub then: T,
}

/// Checked rules: at least one, in priority order; the last holds for everybody.
#[derive(Debug, Clone)]
pub struct RuleSet<T> {
    rules: Box<[Rule<T>]>,
    index: Arc<Index>,
}

/// By the rules; the index follows from them.
impl<T: PartialEq> PartialEq for RuleSet<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules
    }
}

impl<T: Eq> Eq for RuleSet<T> {}

impl<T> RuleSet<T> {
    /// Checks a whole set: ids and priorities once each, and a last rule that holds for everybody. That each rule can fire
    /// is proved elsewhere, with all that the loop knows of its subjects: see [`crate::space`].
    pub fn check(mut drafts: Vec<Draft<T>>, document: &Document, problems: &mut Problems) -> Option<Self> {
        unique(&drafts, document, problems);
        drafts.sort_by_key(|draft| draft.priority);
        let Some(last) = drafts.last() else {
            let remedy = "add at least one rule, the last with `when: {always: true}`";
            problems.at(document, "/rules", "there are no rules", remedy);
            return None;
        };
        let has_last = matches!(last.when, Some(Condition::Always) | None);
        if !has_last {
            let what = format!("the last rule, `{}`, does not hold for everybody", last.id);
            let remedy =
                "add a rule with the highest `priority` and `when: {always: true}`, so that nobody is left over";
            problems.at(document, &format!("{}/when", last.pointer), what, remedy);
        }
        let rules: Option<Vec<Rule<T>>> =
            drafts.into_iter().map(|draft| Some(Rule { id: draft.id, when: draft.when?, then: draft.then? })).collect();
        rules.filter(|_| has_last).map(Self::of)
    }

    /// The set of these rules in the order in which they are tried, which somebody else has checked. It need not have a
    /// last rule that holds for everybody: where none holds, none is found.
    #[must_use]
    pub fn of(rules: Vec<Rule<T>>) -> Self {
        let index = index(rules.iter().map(|rule| &rule.when));
        Self { rules: rules.into(), index: Arc::new(index) }
    }

    /// All rules, in the order in which they are tried.
    #[must_use]
    pub fn rules(&self) -> &[Rule<T>] {
        &self.rules
    }

    /// The first rule that holds. Allocates nothing.
    #[must_use]
    pub fn first_match(&self, values: &FieldValues) -> Option<&Rule<T>> {
        self.matches(values).next().and_then(|at| self.rules.get(at))
    }

    /// The places in [`RuleSet::rules`] of all rules that hold, in the order in which they are tried. Allocates nothing.
    pub fn matches<'a>(&'a self, values: &'a FieldValues) -> impl Iterator<Item = usize> + 'a {
        let mut last = None;
        self.index.hits(values).filter_map(move |row| {
            // Rows of one rule follow one another, and whether the rule holds was settled at the first.
            if last == Some(row.rule) {
                return None;
            }
            last = Some(row.rule);
            let place = row.rule as usize;
            (row.exact || self.rules.get(place).is_some_and(|rule| rule.when.holds(values))).then_some(place)
        })
    }

    /// As [`RuleSet::matches`] without the index, rule by rule: what the index is held against.
    pub fn plain_matches<'a>(&'a self, values: &'a FieldValues) -> impl Iterator<Item = usize> + 'a {
        self.rules.iter().enumerate().filter(|(_, rule)| rule.when.holds(values)).map(|(at, _)| at)
    }

    /// Bytes of the index.
    #[must_use]
    pub fn index_bytes(&self) -> usize {
        self.index.bytes()
    }
}

fn unique<T>(drafts: &[Draft<T>], document: &Document, problems: &mut Problems) {
    let mut ids: BTreeMap<&str, &Draft<T>> = BTreeMap::new();
    let mut priorities: BTreeMap<u32, &Draft<T>> = BTreeMap::new();
    for draft in drafts {
        let first = *ids.entry(&draft.id).or_insert(draft);
        if first.pointer != draft.pointer {
            let what = format!("two rules are called `{}`", draft.id);
            let remedy = format!("rename one: it stands in line {} already", line(document, first, "id"));
            problems.at(document, &format!("{}/id", draft.pointer), what, remedy);
        }
        let first = *priorities.entry(draft.priority).or_insert(draft);
        if first.pointer != draft.pointer {
            let what = format!("priority {} is taken by the rule `{}`", draft.priority, first.id);
            let remedy = format!("say which comes first: change this or line {}", line(document, first, "priority"));
            problems.at(document, &format!("{}/priority", draft.pointer), what, remedy);
        }
    }
}

fn line<T>(document: &Document, draft: &Draft<T>, key: &str) -> usize {
    document.position(&format!("{}/{key}", draft.pointer)).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::compile;
    use crate::fields::{Field, FieldId, FieldTable};
    use crate::raw::RawCondition;

    const TABLE: FieldTable = FieldTable::new(&[Field::text("country"), Field::number("employees")]);

    /// Rules out of `id priority falls_through condition`, one a line.
    fn set(rules: &[(&str, u32, bool, &str)]) -> (Option<RuleSet<()>>, String) {
        let mut problems = Problems::new();
        let mut text = "rules:\n".to_owned();
        for (id, priority, _, when) in rules {
            text.push_str(&format!("  - {{id: {id}, priority: {priority}, when: {when}}}\n"));
        }
        let document = Document::parse_yaml("rules.yaml", &text, &mut problems).unwrap();
        let drafts = rules.iter().enumerate().map(|(at, (id, priority, falls_through, _))| {
            let pointer = format!("/rules/{at}");
            let raw = document.value().pointer(&format!("{pointer}/when")).unwrap().clone();
            let raw: RawCondition = serde_json::from_value(raw).unwrap();
            let when = compile(&raw, &TABLE, &document, &format!("{pointer}/when"), &mut Problems::new());
            let (id, priority, falls_through) = ((*id).to_owned(), *priority, *falls_through);
            Draft { id, priority, when, then: Some(()), falls_through, pointer }
        });
        let checked = RuleSet::check(drafts.collect(), &document, &mut problems);
        (checked, problems.to_string())
    }

    #[test]
    fn the_first_rule_in_priority_order_wins_wherever_it_stands_in_the_file() {
        let (rules, problems) = set(&[
            ("rest", 90, false, "{always: true}"),
            ("large", 10, false, "{field: employees, at_least: 1000}"),
            ("german", 20, false, "{field: country, is: DE}"),
        ]);
        assert_eq!(problems, "");
        let rules = rules.unwrap();
        for (country, employees, wanted) in [("de", 2000, "large"), ("DE ", 10, "german"), ("FR", 10, "rest")] {
            let mut values = FieldValues::new(&TABLE);
            values.text(FieldId(0), Some(country)).number(FieldId(1), Some(employees));
            assert_eq!(rules.first_match(&values).unwrap().id, wanted, "{country} {employees}");
        }
    }

    #[test]
    fn ids_and_priorities_stand_once() {
        let (rules, said) = set(&[("a", 1, false, "{field: country, is: DE}"), ("a", 1, false, "{always: true}")]);
        assert!(
            rules.is_some()
                && said
                    .contains("rules.yaml:3:6 rules[1].id: two rules are called `a`; rename one: it stands in line 2"),
            "{said}"
        );
        assert!(said.contains("priority 1 is taken by the rule `a`; say which comes first"), "{said}");
    }

    #[test]
    fn a_set_without_a_last_rule_for_everybody_is_refused() {
        let (rules, said) = set(&[("a", 1, false, "{field: country, is: DE}")]);
        assert!(
            rules.is_none() && said.contains("the last rule, `a`, does not hold for everybody; add a rule"),
            "{said}"
        );
    }
}
