//! One comparison as config writes it → compiled, by what the field holds.

use std::fmt::Display;
use std::sync::Arc;

use revloops_config::{Document, Problems};
use serde_json::Value;

use crate::condition::Compare;
use crate::days;
use crate::fields::{FieldId, FieldType, fold, yes_no};
use crate::known::Known;
use crate::raw::RawCondition;

/// How many values of a list are said in words.
const MAX_LISTED: usize = 12;

/// Where a comparison stands, and of what.
pub(crate) struct Comparing<'a> {
    pub(crate) document: &'a Document,
    /// The field's name.
    pub(crate) name: &'a str,
    pub(crate) field: FieldId,
    pub(crate) holds: FieldType,
    /// The one comparison that is given: `is`, `in`, …
    pub(crate) comparison: &'a str,
    /// JSON pointer of the comparison's value.
    pub(crate) at: &'a str,
    /// What config defines elsewhere.
    pub(crate) known: &'a Known<'a>,
}

impl Comparing<'_> {
    /// The comparison, and its words: `is one of DE, AT`.
    pub(crate) fn read(&self, raw: &RawCondition, problems: &mut Problems) -> Option<(Compare, String)> {
        match (raw.present, self.holds) {
            (Some(true), _) => Some((Compare::Present, "is present".to_owned())),
            (Some(false), _) => Some((Compare::Absent, "is absent".to_owned())),
            (None, FieldType::Text | FieldType::Domain) => self.text(raw, problems),
            (None, FieldType::Number) => self.number(raw, problems),
            (None, FieldType::Date) => self.date(raw, problems),
            (None, FieldType::Flag) => self.flag(raw, problems),
        }
    }

    fn text(&self, raw: &RawCondition, problems: &mut Problems) -> Option<(Compare, String)> {
        match raw {
            RawCondition { is: Some(value), .. } => {
                let text = self.text_value(value, self.at, problems)?;
                Some((Compare::OneOf([fold(text).into()].into()), format!("is {text}")))
            }
            RawCondition { one_of: Some(values), .. } => {
                let texts =
                    self.values(values, problems, |value, at, problems| self.text_value(value, at, problems))?;
                let mut folded: Vec<Box<str>> = texts.iter().map(|text| fold(text).into()).collect();
                folded.sort_unstable();
                folded.dedup();
                Some((Compare::OneOf(folded.into()), format!("is one of {}", listed(&texts))))
            }
            RawCondition { starts_with: Some(start), .. } => {
                let start = self.filled(start, self.at, problems)?;
                Some((Compare::StartsWith(fold(start).into()), format!("starts with {start}")))
            }
            RawCondition { ends_with: Some(end), .. } => {
                let end = self.filled(end, self.at, problems)?;
                Some((Compare::EndsWith(fold(end).into()), format!("ends with {end}")))
            }
            RawCondition { in_list: Some(name), .. } => self.in_list(name, problems),
            RawCondition { under: Some(top), .. } => self.under(top, problems),
            RawCondition { at_least: Some(from), .. } => {
                let from = self.end(from, self.at, problems)?;
                Some((
                    Compare::TextWithin { from: fold(from).into(), to: None },
                    format!("is at least {from}, as texts are ordered"),
                ))
            }
            RawCondition { at_most: Some(to), .. } => {
                let to = self.end(to, self.at, problems)?;
                let compare = Compare::TextWithin { from: "".into(), to: Some(fold(to).into()) };
                Some((compare, format!("is at most {to}, as texts are ordered")))
            }
            RawCondition { between: Some(ends), .. } => {
                let (from, to) = self.ends(ends, problems, |value, at, problems| self.end(value, at, problems))?;
                let (low, high) = (fold(from), fold(to));
                // `14199` to `14` is a span too: all from 14199 up to 14 and what begins with 14.
                if low > high && !low.starts_with(&high) {
                    return self.wrong_order("text", from, to, problems);
                }
                let compare = Compare::TextWithin { from: low.into(), to: Some(high.into()) };
                Some((compare, format!("is between {from} and {to}")))
            }
            _ => self.misfit(
                "a text",
                "is, in, in_list, under, starts_with, ends_with, at_least, at_most, between, present",
                problems,
            ),
        }
    }

    fn in_list(&self, name: &str, problems: &mut Problems) -> Option<(Compare, String)> {
        let Some(list) = self.known.list(name.trim()) else {
            let lists = self.known.lists.iter().map(|list| list.name());
            problems.unknown_name(self.document, self.at, "list", name, lists);
            return None;
        };
        if list.is_empty() {
            let what = format!("the list `{name}` is empty, so that this never holds");
            problems.at(self.document, self.at, what, "add an entry to the list, or take the condition out");
            return None;
        }
        let below = self.holds == FieldType::Domain;
        let words = format!("is in the list {name} ({} entries)", thousands(list.len()));
        Some((Compare::InList { list: Arc::clone(list), below }, words))
    }

    fn under(&self, top: &str, problems: &mut Problems) -> Option<(Compare, String)> {
        let Some(tree) = self.known.tree(self.field) else {
            let what = format!("the values of `{}` form no tree", self.name);
            problems.at(self.document, self.at, what, "list the values: `in: […]`");
            return None;
        };
        let top = self.filled(top, self.at, problems)?;
        if !tree.names().any(|name| fold(name) == fold(top)) {
            problems.unknown_name(self.document, self.at, self.name, top, tree.names());
            return None;
        }
        let names: Vec<Box<str>> = tree.at_or_below(top).into_iter().collect();
        Some((Compare::OneOf(names.into()), format!("is {top} or below it")))
    }

    fn number(&self, raw: &RawCondition, problems: &mut Problems) -> Option<(Compare, String)> {
        let read = |value: &Value, at: &str, problems: &mut Problems| self.number_value(value, at, problems);
        self.ordered(raw, "number", read, ToString::to_string, problems)
            .unwrap_or_else(|| self.misfit("a number", "is, in, at_least, at_most, between, present", problems))
    }

    fn date(&self, raw: &RawCondition, problems: &mut Problems) -> Option<(Compare, String)> {
        let read = |value: &Value, at: &str, problems: &mut Problems| self.date_value(value, at, problems);
        self.ordered(raw, "day", read, |days| days::shown(*days), problems)
            .unwrap_or_else(|| self.misfit("a date", "is, in, at_least, at_most, between, present", problems))
    }

    /// Comparisons of numbers and days; `None` where none of them is given.
    fn ordered(
        &self,
        raw: &RawCondition,
        kind: &str,
        read: impl Fn(&Value, &str, &mut Problems) -> Option<i64>,
        shown: impl Fn(&i64) -> String,
        problems: &mut Problems,
    ) -> Option<Option<(Compare, String)>> {
        Some(match raw {
            RawCondition { is: Some(value), .. } => {
                read(value, self.at, problems).map(|one| (Compare::Within(one, one), format!("is {}", shown(&one))))
            }
            RawCondition { one_of: Some(values), .. } => self.values(values, problems, &read).map(|mut all| {
                let words = listed(&all.iter().map(&shown).collect::<Vec<_>>());
                all.sort_unstable();
                all.dedup();
                (Compare::NumberOneOf(all.into()), format!("is one of {words}"))
            }),
            RawCondition { at_least: Some(from), .. } => read(from, self.at, problems)
                .map(|from| (Compare::Within(from, i64::MAX), format!("is at least {}", shown(&from)))),
            RawCondition { at_most: Some(to), .. } => read(to, self.at, problems)
                .map(|to| (Compare::Within(i64::MIN, to), format!("is at most {}", shown(&to)))),
            RawCondition { between: Some(ends), .. } => match self.ends(ends, problems, &read) {
                Some((from, to)) if from > to => self.wrong_order(kind, &shown(&from), &shown(&to), problems),
                ends => ends.map(|(from, to)| {
                    (Compare::Within(from, to), format!("is between {} and {}", shown(&from), shown(&to)))
                }),
            },
            _ => return None,
        })
    }

    /// Both ends of `between`.
    fn ends<'v, T>(
        &self,
        ends: &'v [Value],
        problems: &mut Problems,
        read: impl Fn(&'v Value, &str, &mut Problems) -> Option<T>,
    ) -> Option<(T, T)> {
        let [from, to] = ends else {
            problems.at(self.document, self.at, "`between` has two ends", "write `between: [from, to]`");
            return None;
        };
        let from = read(from, &format!("{}/0", self.at), problems);
        let to = read(to, &format!("{}/1", self.at), problems);
        from.zip(to)
    }

    fn wrong_order<T>(&self, kind: &str, from: &str, to: &str, problems: &mut Problems) -> Option<T> {
        let what = format!("no {kind} is between {from} and {to}");
        problems.at(self.document, self.at, what, format!("the lower end first: `[{to}, {from}]`"));
        None
    }

    fn flag(&self, raw: &RawCondition, problems: &mut Problems) -> Option<(Compare, String)> {
        match &raw.is {
            Some(Value::Bool(flag)) => Some((Compare::Flag(*flag), format!("is {}", yes_no(*flag)))),
            Some(_) => {
                let what = format!("`{}` is `true` or `false`", self.name);
                problems.at(self.document, self.at, what, "write `is: true` or `is: false`");
                None
            }
            None => self.misfit("`true` or `false`", "is, present", problems),
        }
    }

    fn misfit<T>(&self, holds: &str, fitting: &str, problems: &mut Problems) -> Option<T> {
        let what = format!("`{}` holds {holds}, and `{}` does not go with that", self.name, self.comparison);
        problems.at(self.document, self.at, what, format!("allowed: {fitting}"));
        None
    }

    /// Every value of a list, so that all problems are found.
    fn values<'v, T>(
        &self,
        values: &'v [Value],
        problems: &mut Problems,
        read: impl Fn(&'v Value, &str, &mut Problems) -> Option<T>,
    ) -> Option<Vec<T>> {
        if values.is_empty() {
            let remedy = "add a value, or take the condition out";
            problems.at(self.document, self.at, "the list is empty", remedy);
            return None;
        }
        let read: Vec<Option<T>> = values
            .iter()
            .enumerate()
            .map(|(nth, value)| read(value, &format!("{}/{nth}", self.at), problems))
            .collect();
        read.into_iter().collect()
    }

    fn text_value<'v>(&self, value: &'v Value, at: &str, problems: &mut Problems) -> Option<&'v str> {
        let Some(text) = value.as_str() else {
            let what = format!("`{}` holds a text, and `{value}` is none", self.name);
            problems.at(self.document, at, what, "a text is meant: put it in quotes");
            return None;
        };
        let text = self.filled(text, at, problems)?;
        if let Some(names) = self.known.names_of(self.field)
            && !names.iter().any(|name| fold(name) == fold(text))
        {
            problems.unknown_name(self.document, at, self.name, text, names.iter().copied());
            return None;
        }
        Some(text)
    }

    /// One end of a span of texts: any text, as it need not be the name of anything.
    fn end<'v>(&self, value: &'v Value, at: &str, problems: &mut Problems) -> Option<&'v str> {
        let Some(text) = value.as_str() else {
            let what = format!("`{}` holds a text, and `{value}` is none", self.name);
            problems.at(self.document, at, what, "texts are compared letter by letter: put it in quotes");
            return None;
        };
        self.filled(text, at, problems)
    }

    fn filled<'v>(&self, text: &'v str, at: &str, problems: &mut Problems) -> Option<&'v str> {
        let text = text.trim();
        if text.is_empty() {
            let remedy = "for a field without a value write `present: false`";
            problems.at(self.document, at, "the text is empty", remedy);
            return None;
        }
        Some(text)
    }

    fn number_value(&self, value: &Value, at: &str, problems: &mut Problems) -> Option<i64> {
        let number = value.as_i64();
        if number.is_none() {
            let what = format!("`{}` holds whole numbers, and `{value}` is none", self.name);
            problems.at(self.document, at, what, "write a whole number, without quotes");
        }
        number
    }

    fn date_value(&self, value: &Value, at: &str, problems: &mut Problems) -> Option<i64> {
        let day = value.as_str().and_then(days::read);
        if day.is_none() {
            let what = format!("`{}` holds days, and `{value}` is none", self.name);
            problems.at(self.document, at, what, "write year, month and day: `2026-11-22`");
        }
        day
    }
}

/// `100,000`.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn listed<T: Display>(values: &[T]) -> String {
    let mut words: Vec<String> = values.iter().take(MAX_LISTED).map(ToString::to_string).collect();
    if values.len() > MAX_LISTED {
        words.push(format!("… ({} in all)", values.len()));
    }
    words.join(", ")
}
