//! Raw conditions → compiled ones, with every problem at its line.

use revloops_config::{Document, Problems};
use serde_json::Value;

use crate::condition::{Compare, Condition, Test};
use crate::fields::{FieldId, FieldTable, FieldType, fold, yes_no};
use crate::raw::RawCondition;

const MAX_LISTED: usize = 12;
const SHAPES: &str = "write one of `all: […]`, `any: […]`, `not: {…}`, `always: true`, or `field: …` with a comparison";
const COMPARISONS: &str = "is, in, at_least, at_most, between, starts_with, ends_with, present";

/// Compiles the condition at `pointer` of `document`; `None` where it has problems, which are all added.
pub fn compile(
    raw: &RawCondition,
    table: &FieldTable,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) -> Option<Condition> {
    compile_knowing(&[], raw, table, document, pointer, problems)
}

/// Fields whose values are names defined elsewhere in config; another name is a mistake.
pub type KnownNames<'a> = [(FieldId, Vec<&'a str>)];

/// As [`compile`], and holds the values of some fields against the names that config defines.
pub fn compile_knowing(
    names: &KnownNames<'_>,
    raw: &RawCondition,
    table: &FieldTable,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) -> Option<Condition> {
    Compiler { table, document, names }.condition(raw, pointer, problems)
}

struct Compiler<'a> {
    table: &'a FieldTable,
    document: &'a Document,
    names: &'a KnownNames<'a>,
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
        let (compare, words) = match described.holds {
            FieldType::Text => self.text(raw, comparison, &at, name, problems),
            FieldType::Number => self.number(raw, comparison, &at, name, problems),
            FieldType::Flag => self.flag(raw, comparison, &at, name, problems),
        }?;
        Some(test(field, compare, format!("{name} {words}")))
    }

    fn text(
        &self,
        raw: &RawCondition,
        comparison: &str,
        at: &str,
        name: &str,
        problems: &mut Problems,
    ) -> Option<(Compare, String)> {
        match raw {
            RawCondition { present: Some(present), .. } => Some(presence(*present)),
            RawCondition { is: Some(value), .. } => {
                let text = self.text_value(value, at, name, problems)?;
                Some((Compare::OneOf([fold(text).into()].into()), format!("is {text}")))
            }
            RawCondition { one_of: Some(values), .. } => {
                let texts = self
                    .values(values, at, problems, |value, at, problems| self.text_value(value, at, name, problems))?;
                let mut folded: Vec<Box<str>> = texts.iter().map(|text| fold(text).into()).collect();
                folded.sort_unstable();
                folded.dedup();
                Some((Compare::OneOf(folded.into()), format!("is one of {}", listed(&texts))))
            }
            RawCondition { starts_with: Some(start), .. } => {
                let start = self.text_value_of(start, at, problems)?;
                Some((Compare::StartsWith(fold(start).into()), format!("starts with {start}")))
            }
            RawCondition { ends_with: Some(end), .. } => {
                let end = self.text_value_of(end, at, problems)?;
                Some((Compare::EndsWith(fold(end).into()), format!("ends with {end}")))
            }
            _ => self.misfit(name, "a text", comparison, "is, in, starts_with, ends_with, present", at, problems),
        }
    }

    fn number(
        &self,
        raw: &RawCondition,
        comparison: &str,
        at: &str,
        name: &str,
        problems: &mut Problems,
    ) -> Option<(Compare, String)> {
        match raw {
            RawCondition { present: Some(present), .. } => Some(presence(*present)),
            RawCondition { is: Some(value), .. } => {
                let number = self.number_value(value, at, name, problems)?;
                Some((Compare::Within(number, number), format!("is {number}")))
            }
            RawCondition { one_of: Some(values), .. } => {
                let mut numbers = self
                    .values(values, at, problems, |value, at, problems| self.number_value(value, at, name, problems))?;
                let words = listed(&numbers);
                numbers.sort_unstable();
                numbers.dedup();
                Some((Compare::NumberOneOf(numbers.into()), format!("is one of {words}")))
            }
            RawCondition { at_least: Some(from), .. } => {
                Some((Compare::Within(*from, i64::MAX), format!("is at least {from}")))
            }
            RawCondition { at_most: Some(to), .. } => {
                Some((Compare::Within(i64::MIN, *to), format!("is at most {to}")))
            }
            RawCondition { between: Some(ends), .. } => match ends.as_slice() {
                [from, to] if from <= to => Some((Compare::Within(*from, *to), format!("is between {from} and {to}"))),
                [from, to] => {
                    let what = format!("no number is between {from} and {to}");
                    problems.at(self.document, at, what, format!("the lower end first: `[{to}, {from}]`"));
                    None
                }
                _ => {
                    problems.at(self.document, at, "`between` has two ends", "write `between: [from, to]`");
                    None
                }
            },
            _ => self.misfit(name, "a number", comparison, "is, in, at_least, at_most, between, present", at, problems),
        }
    }

    fn flag(
        &self,
        raw: &RawCondition,
        comparison: &str,
        at: &str,
        name: &str,
        problems: &mut Problems,
    ) -> Option<(Compare, String)> {
        match raw {
            RawCondition { present: Some(present), .. } => Some(presence(*present)),
            RawCondition { is: Some(Value::Bool(flag)), .. } => {
                Some((Compare::Flag(*flag), format!("is {}", yes_no(*flag))))
            }
            RawCondition { is: Some(_), .. } => {
                let what = format!("`{name}` is `true` or `false`");
                problems.at(self.document, at, what, "write `is: true` or `is: false`");
                None
            }
            _ => self.misfit(name, "`true` or `false`", comparison, "is, present", at, problems),
        }
    }

    fn misfit<T>(
        &self,
        name: &str,
        holds: &str,
        comparison: &str,
        fitting: &str,
        at: &str,
        problems: &mut Problems,
    ) -> Option<T> {
        let what = format!("`{name}` holds {holds}, and `{comparison}` does not go with that");
        problems.at(self.document, at, what, format!("allowed: {fitting}"));
        None
    }

    /// Every value of a list, so that all problems are found.
    fn values<'v, T>(
        &self,
        values: &'v [Value],
        at: &str,
        problems: &mut Problems,
        read: impl Fn(&'v Value, &str, &mut Problems) -> Option<T>,
    ) -> Option<Vec<T>> {
        if values.is_empty() {
            problems.at(self.document, at, "the list is empty", "add a value, or take the condition out");
            return None;
        }
        let read: Vec<Option<T>> =
            values.iter().enumerate().map(|(nth, value)| read(value, &format!("{at}/{nth}"), problems)).collect();
        read.into_iter().collect()
    }

    fn text_value<'v>(&self, value: &'v Value, at: &str, name: &str, problems: &mut Problems) -> Option<&'v str> {
        match value {
            Value::String(text) => {
                let text = self.text_value_of(text, at, problems)?;
                let field = self.table.find(name).map(|(field, _)| field);
                let names = self.names.iter().find(|(known, _)| Some(*known) == field).map(|(_, names)| names);
                if let Some(names) = names
                    && !names.iter().any(|one| fold(one) == fold(text))
                {
                    problems.unknown_name(self.document, at, name, text, names.iter().copied());
                    return None;
                }
                Some(text)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                let what = format!("`{name}` holds a text, and `{value}` is none");
                problems.at(self.document, at, what, "a text is meant: put it in quotes");
                None
            }
        }
    }

    fn text_value_of<'v>(&self, text: &'v str, at: &str, problems: &mut Problems) -> Option<&'v str> {
        let text = text.trim();
        if text.is_empty() {
            problems.at(self.document, at, "the text is empty", "for a field without a value write `present: false`");
            return None;
        }
        Some(text)
    }

    fn number_value(&self, value: &Value, at: &str, name: &str, problems: &mut Problems) -> Option<i64> {
        let number = value.as_i64();
        if number.is_none() {
            let what = format!("`{name}` holds whole numbers, and `{value}` is none");
            problems.at(self.document, at, what, "write a whole number, without quotes");
        }
        number
    }
}

fn comparisons(raw: &RawCondition) -> Vec<&'static str> {
    [
        ("is", raw.is.is_some()),
        ("in", raw.one_of.is_some()),
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

fn presence(present: bool) -> (Compare, String) {
    if present { (Compare::Present, "is present".to_owned()) } else { (Compare::Absent, "is absent".to_owned()) }
}

fn test(field: FieldId, compare: Compare, words: String) -> Condition {
    Condition::Test(Test { field, compare, words: words.into() })
}

fn listed<T: ToString>(values: &[T]) -> String {
    let mut words: Vec<String> = values.iter().take(MAX_LISTED).map(ToString::to_string).collect();
    if values.len() > MAX_LISTED {
        words.push(format!("… ({} in all)", values.len()));
    }
    words.join(", ")
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
    use super::*;
    use crate::fields::Field;
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
            "3:22 all[1].at_least: `country` holds a text, and `at_least` does not go with that; allowed: is, in",
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
}
