//! One comparison as config writes it → compiled, by what the field holds.

use revloops_config::{Document, Problems};
use serde_json::Value;

use crate::condition::Compare;
use crate::fields::{FieldType, fold, yes_no};
use crate::raw::RawCondition;

/// How many values of a list are said in words.
const MAX_LISTED: usize = 12;

/// Where a comparison stands, and of what.
pub(crate) struct Comparing<'a> {
    pub(crate) document: &'a Document,
    /// The field's name.
    pub(crate) name: &'a str,
    pub(crate) holds: FieldType,
    /// The one comparison that is given: `is`, `in`, …
    pub(crate) comparison: &'a str,
    /// JSON pointer of the comparison's value.
    pub(crate) at: &'a str,
    /// The only texts that the field can hold, where config defines them.
    pub(crate) names: Option<&'a [&'a str]>,
}

impl Comparing<'_> {
    /// The comparison, and its words: `is one of DE, AT`.
    pub(crate) fn read(&self, raw: &RawCondition, problems: &mut Problems) -> Option<(Compare, String)> {
        match (raw.present, self.holds) {
            (Some(true), _) => Some((Compare::Present, "is present".to_owned())),
            (Some(false), _) => Some((Compare::Absent, "is absent".to_owned())),
            (None, FieldType::Text) => self.text(raw, problems),
            (None, FieldType::Number) => self.number(raw, problems),
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
            _ => self.misfit("a text", "is, in, starts_with, ends_with, present", problems),
        }
    }

    fn number(&self, raw: &RawCondition, problems: &mut Problems) -> Option<(Compare, String)> {
        match raw {
            RawCondition { is: Some(value), .. } => {
                let number = self.number_value(value, self.at, problems)?;
                Some((Compare::Within(number, number), format!("is {number}")))
            }
            RawCondition { one_of: Some(values), .. } => {
                let mut numbers =
                    self.values(values, problems, |value, at, problems| self.number_value(value, at, problems))?;
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
                    problems.at(self.document, self.at, what, format!("the lower end first: `[{to}, {from}]`"));
                    None
                }
                _ => {
                    let remedy = "write `between: [from, to]`";
                    problems.at(self.document, self.at, "`between` has two ends", remedy);
                    None
                }
            },
            _ => self.misfit("a number", "is, in, at_least, at_most, between, present", problems),
        }
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
        if let Some(names) = self.names
            && !names.iter().any(|name| fold(name) == fold(text))
        {
            problems.unknown_name(self.document, at, self.name, text, names.iter().copied());
            return None;
        }
        Some(text)
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
}

fn listed<T: ToString>(values: &[T]) -> String {
    let mut words: Vec<String> = values.iter().take(MAX_LISTED).map(ToString::to_string).collect();
    if values.len() > MAX_LISTED {
        words.push(format!("… ({} in all)", values.len()));
    }
    words.join(", ")
}
