//! Raw conditions → compiled ones, with every problem at its line.

use revloops_config::{Document, Problems};

use crate::compare::Comparing;
use crate::condition::{Condition, Test};
use crate::fields::FieldTable;
use crate::known::Known;
use crate::raw::RawCondition;

const SHAPES: &str = "write one of `all: […]`, `any: […]`, `not: {…}`, `always: true`, or `field: …` with a comparison";
const COMPARISONS: &str = "is, in, in_list, under, at_least, at_most, between, starts_with, ends_with, present";

/// Compiles the condition at `pointer` of `document`; `None` where it has problems, which are all added.
pub fn compile(
    raw: &RawCondition,
    table: &FieldTable,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) -> Option<Condition> {
    compile_knowing(&Known::default(), raw, table, document, pointer, problems)
}

/// As [`compile`], with the names, lists and trees that config defines elsewhere.
pub fn compile_knowing(
    known: &Known<'_>,
    raw: &RawCondition,
    table: &FieldTable,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) -> Option<Condition> {
    Compiler { table, document, known }.condition(raw, pointer, problems)
}

struct Compiler<'a> {
    table: &'a FieldTable,
    document: &'a Document,
    known: &'a Known<'a>,
}

impl Compiler<'_> {
    fn condition(&self, raw: &RawCondition, pointer: &str, problems: &mut Problems) -> Option<Condition> {
        let shapes: Vec<&str> = [
            ("all", raw.all.is_some()),
            ("any", raw.any.is_some()),
            ("not", raw.not.is_some()),
            ("always", raw.always.is_some()),
            ("field", raw.field.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
        .collect();
        let comparisons = comparisons(raw);
        if let [only] = shapes.as_slice()
            && *only != "field"
            && let Some(stray) = comparisons.first()
        {
            let remedy = format!("take it out, or compare a field inside `{only}`");
            problems.at(self.document, &format!("{pointer}/{stray}"), format!("`{stray}` without a `field`"), remedy);
            return None;
        }
        match (shapes.as_slice(), raw) {
            (["all"], RawCondition { all: Some(inner), .. }) => {
                let inner = self.list(inner, &format!("{pointer}/all"), problems)?;
                Some(flat(inner, true))
            }
            (["any"], RawCondition { any: Some(inner), .. }) => {
                let inner = self.list(inner, &format!("{pointer}/any"), problems)?;
                Some(flat(inner, false))
            }
            (["not"], RawCondition { not: Some(inner), .. }) => {
                match self.condition(inner, &format!("{pointer}/not"), problems)? {
                    Condition::Not(inner) => Some(*inner),
                    other @ (Condition::Always | Condition::All(_) | Condition::Any(_) | Condition::Test(_)) => {
                        Some(Condition::Not(Box::new(other)))
                    }
                }
            }
            (["always"], RawCondition { always: Some(true), .. }) => Some(Condition::Always),
            (["always"], _) => {
                let remedy = "write `always: true`, or take the rule out";
                problems.at(self.document, &format!("{pointer}/always"), "`always: false` can never hold", remedy);
                None
            }
            (["field"], RawCondition { field: Some(field), .. }) => {
                self.test(field, raw, &comparisons, pointer, problems)
            }
            ([], _) => {
                problems.at(self.document, pointer, "this is no condition", SHAPES);
                None
            }
            (several, _) => {
                let what = format!("a condition is one thing, and this is several: {}", several.join(", "));
                problems.at(self.document, pointer, what, "put them as entries under one `all:` or `any:`");
                None
            }
        }
    }

    fn list(&self, inner: &[RawCondition], pointer: &str, problems: &mut Problems) -> Option<Vec<Condition>> {
        if inner.is_empty() {
            problems.at(self.document, pointer, "the list is empty", "add a condition, or write `always: true`");
            return None;
        }
        // Every entry is compiled, so that all problems are found.
        let compiled: Vec<Option<Condition>> = inner
            .iter()
            .enumerate()
            .map(|(at, one)| self.condition(one, &format!("{pointer}/{at}"), problems))
            .collect();
        compiled.into_iter().collect()
    }

    fn test(
        &self,
        name: &str,
        raw: &RawCondition,
        comparisons: &[&'static str],
        pointer: &str,
        problems: &mut Problems,
    ) -> Option<Condition> {
        let field = self.table.find(name);
        if field.is_none() {
            problems.unknown_name(self.document, &format!("{pointer}/field"), "field", name, self.table.names());
        }
        let comparison = match comparisons {
            [only] => *only,
            [] => {
                let what = format!("`{name}` is compared with nothing");
                problems.at(self.document, pointer, what, format!("add one of: {COMPARISONS}"));
                return None;
            }
            several => {
                let what = format!("`{name}` is compared in several ways at once: {}", several.join(", "));
                problems.at(self.document, pointer, what, "one comparison for each field; combine them under `all:`");
                return None;
            }
        };
        let (field, described) = field?;
        let at = format!("{pointer}/{comparison}");
        let comparing = Comparing {
            document: self.document,
            name,
            field,
            holds: described.holds,
            comparison,
            at: &at,
            known: self.known,
        };
        let (compare, words) = comparing.read(raw, problems)?;
        Some(Condition::Test(Test { field, compare, words: format!("{name} {words}").into() }))
    }
}

fn comparisons(raw: &RawCondition) -> Vec<&'static str> {
    [
        ("is", raw.is.is_some()),
        ("in", raw.one_of.is_some()),
        ("in_list", raw.in_list.is_some()),
        ("under", raw.under.is_some()),
        ("at_least", raw.at_least.is_some()),
        ("at_most", raw.at_most.is_some()),
        ("between", raw.between.is_some()),
        ("starts_with", raw.starts_with.is_some()),
        ("ends_with", raw.ends_with.is_some()),
        ("present", raw.present.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, given)| given.then_some(name))
    .collect()
}

/// `all` (or `any`) of `inner`, with those inside of the same kind taken apart; one alone is itself.
fn flat(inner: Vec<Condition>, all: bool) -> Condition {
    let mut parts = Vec::with_capacity(inner.len());
    for one in inner {
        match one {
            Condition::Always if all => {}
            Condition::Always => return Condition::Always,
            Condition::All(nested) if all => parts.extend(nested),
            Condition::Any(nested) if !all => parts.extend(nested),
            other @ (Condition::All(_) | Condition::Any(_) | Condition::Not(_) | Condition::Test(_)) => {
                parts.push(other);
            }
        }
    }
    match (parts.len(), parts.pop()) {
        (0, _) | (_, None) => Condition::Always,
        (1, Some(only)) => only,
        (_, Some(last)) => {
            parts.push(last);
            if all { Condition::All(parts.into()) } else { Condition::Any(parts.into()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::fields::{Field, FieldId};
    use crate::known::{NameTree, NamedList};
    use crate::trace::in_words;

    const TABLE: FieldTable = FieldTable::new(&[
        Field::text("country"),
        Field::number("employees"),
        Field::flag("customer"),
        Field::text("domain"),
    ]);

    fn compiled(text: &str) -> (Option<Condition>, String) {
        let mut problems = Problems::new();
        let document = Document::parse_yaml("rules.yaml", text, &mut problems).unwrap();
        let raw: RawCondition = serde_json::from_value(document.value().clone()).unwrap();
        let condition = compile(&raw, &TABLE, &document, "", &mut problems);
        (condition, problems.to_string())
    }

    #[test]
    fn conditions_read_as_words() {
        for (text, words) in [
            ("{field: country, in: [DE, AT]}", "country is one of DE, AT"),
            ("{field: employees, between: [50, 99]}", "employees is between 50 and 99"),
            ("{field: customer, is: true}", "customer is true"),
            ("{not: {not: {field: domain, ends_with: .edu}}}", "domain ends with .edu"),
            ("{all: [{field: country, is: DE}]}", "country is DE"),
            (
                "{all: [{all: [{field: country, is: DE}, {field: employees, at_least: 5}]}, {not: {field: domain, present: true}}]}",
                "country is DE and employees is at least 5 and not (domain is present)",
            ),
            (
                "{any: [{field: country, is: DE}, {all: [{field: country, is: US}, {field: employees, at_most: 9}]}]}",
                "country is DE or (country is US and employees is at most 9)",
            ),
            ("{any: [{field: country, is: DE}, {always: true}]}", "always"),
        ] {
            let (condition, problems) = compiled(text);
            assert_eq!(problems, "", "{text}");
            assert_eq!(in_words(&condition.unwrap()), words, "{text}");
        }
    }

    #[test]
    fn every_mistake_is_said_at_its_line_with_a_remedy() {
        let text = "\
all:
  - {field: contry, is: DE}
  - {field: country, at_least: 5}
  - {field: employees, is: many}
  - {field: employees, between: [9, 5]}
  - {field: country, in: [DE, 5]}
  - {field: country}
  - {field: country, is: DE, present: true}
  - {field: country, is: DE, any: [{always: true}]}
  - {all: []}
  - {is: DE}
  - {always: false}
  - {field: customer, in: [true]}
  - {any: [{always: true}], is: DE}
";
        let (condition, said) = compiled(text);
        assert!(condition.is_none());
        for wanted in [
            "rules.yaml:2:6 all[0].field: unknown field `contry`; did you mean `country`? allowed: country, employees",
            "3:22 all[1].at_least: `country` holds a text, and `5` is none; texts are compared letter by letter: put it",
            "4:24 all[2].is: `employees` holds whole numbers, and `\"many\"` is none; write a whole number",
            "5:24 all[3].between: no number is between 9 and 5; the lower end first: `[5, 9]`",
            "6:31 all[4].in[1]: `country` holds a text, and `5` is none; a text is meant: put it in quotes",
            "7:5 all[5]: `country` is compared with nothing; add one of: is, in",
            "8:5 all[6]: `country` is compared in several ways at once: is, present; one comparison",
            "9:5 all[7]: a condition is one thing, and this is several: any, field; put them",
            "10:6 all[8].all: the list is empty; add a condition",
            "11:5 all[9]: this is no condition; write one of `all: […]`",
            "12:6 all[10].always: `always: false` can never hold; write",
            "13:23 all[11].in: `customer` holds `true` or `false`, and `in` does not go with that; allowed: is, present",
            "14:29 all[12].is: `is` without a `field`; take it out",
        ] {
            assert!(said.contains(wanted), "wanted {wanted}\nin\n{said}");
        }
        assert_eq!(said.lines().count(), 13, "{said}");
    }

    #[test]
    fn a_name_that_config_does_not_define_is_a_mistake_in_every_place() {
        let mut problems = Problems::new();
        let text = "{any: [{field: country, in: [dach, Nordix]}, {field: country, is: nordics}]}";
        let document = Document::parse_yaml("rules.yaml", text, &mut problems).unwrap();
        let raw: RawCondition = serde_json::from_value(document.value().clone()).unwrap();
        let known = Known { names: vec![(FieldId(0), vec!["DACH", "nordics"])], ..Known::default() };
        assert!(compile_knowing(&known, &raw, &TABLE, &document, "", &mut problems).is_none());
        let said = problems.to_string();
        assert!(said.contains("any[0].in[1]: unknown country `Nordix`; did you mean `nordics`?"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }

    const MORE: FieldTable = FieldTable::new(&[
        Field::domain("domain"),
        Field::date("created"),
        Field::text("territory"),
        Field::text("postal_code"),
    ]);

    fn compiled_knowing(text: &str) -> (Option<Condition>, String) {
        let mut problems = Problems::new();
        let document = Document::parse_yaml("rules.yaml", text, &mut problems).unwrap();
        let raw: RawCondition = serde_json::from_value(document.value().clone()).unwrap();
        let rivals = NamedList::new("rivals", (0..100_000).map(|at| format!("rival-{at}.example")));
        let known = Known {
            lists: vec![Arc::new(rivals), Arc::new(NamedList::new("none", [" "]))],
            trees: vec![(FieldId(2), NameTree::new([("emea", None), ("dach", Some("emea"))]))],
            ..Known::default()
        };
        (compile_knowing(&known, &raw, &MORE, &document, "", &mut problems), problems.to_string())
    }

    #[test]
    fn lists_trees_days_and_spans_read_as_words() {
        for (text, words) in [
            ("{field: domain, in_list: rivals}", "domain is in the list rivals (100,000 entries)"),
            ("{field: territory, under: EMEA}", "territory is EMEA or below it"),
            ("{field: created, is: 2026-11-22}", "created is 2026-11-22"),
            ("{field: created, between: [2026-01-01, 2026-12-31]}", "created is between 2026-01-01 and 2026-12-31"),
            ("{field: created, in: [2026-05-01]}", "created is one of 2026-05-01"),
            (r#"{field: postal_code, between: ["10115", "14199"]}"#, "postal_code is between 10115 and 14199"),
            (r#"{field: postal_code, at_least: "8"}"#, "postal_code is at least 8, as texts are ordered"),
            (r#"{field: postal_code, between: ["141", "14"]}"#, "postal_code is between 141 and 14"),
        ] {
            let (condition, problems) = compiled_knowing(text);
            assert_eq!(problems, "", "{text}");
            assert_eq!(in_words(&condition.unwrap()), words, "{text}");
        }
    }

    #[test]
    fn mistakes_in_lists_trees_days_and_spans_are_said_with_a_remedy() {
        let text = r#"all:
  - {field: domain, in_list: rival}
  - {field: domain, in_list: none}
  - {field: territory, under: emae}
  - {field: domain, under: emea}
  - {field: created, at_least: 22.11.2026}
  - {field: created, between: [2026-12-31, 2026-01-01]}
  - {field: created, starts_with: "2026"}
  - {field: postal_code, between: [10115, "14199"]}
  - {field: postal_code, between: ["9", "1"]}
  - {field: postal_code, between: ["1"]}
"#;
        let (condition, said) = compiled_knowing(text);
        assert!(condition.is_none());
        for wanted in [
            "2:21 all[0].in_list: unknown list `rival`; did you mean `rivals`? allowed: rivals, none",
            "3:21 all[1].in_list: the list `none` is empty, so that this never holds; add an entry",
            "4:24 all[2].under: unknown territory `emae`; did you mean `emea`? allowed: emea, dach",
            "5:21 all[3].under: the values of `domain` form no tree; list the values: `in: […]`",
            "6:22 all[4].at_least: `created` holds days, and `\"22.11.2026\"` is none; write year, month and day",
            "7:22 all[5].between: no day is between 2026-12-31 and 2026-01-01; the lower end first",
            "8:22 all[6].starts_with: `created` holds a date, and `starts_with` does not go with that; allowed: is",
            "9:36 all[7].between[0]: `postal_code` holds a text, and `10115` is none; texts are compared letter by",
            "10:26 all[8].between: no text is between 9 and 1; the lower end first: `[1, 9]`",
            "11:26 all[9].between: `between` has two ends; write `between: [from, to]`",
        ] {
            assert!(said.contains(wanted), "wanted {wanted}\nin\n{said}");
        }
        assert_eq!(said.lines().count(), 10, "{said}");
    }
}
