//! Texts of every kind: each beginning, a filling that no condition knows, each ending.

use std::collections::BTreeSet;

use crate::condition::Compare;
use crate::fields::fold;

use super::super::domain::Domain;

/// A filling that reads well, where the conditions allow it.
const FILLING: &str = "example";
/// Sorts before whatever people write.
const LOWEST: [&str; 2] = ["!", "\u{1}"];
/// How many texts may be made.
const MOST: usize = 300_000;

#[derive(Default)]
struct Parts {
    whole: Vec<String>,
    beginnings: BTreeSet<String>,
    endings: BTreeSet<String>,
    /// Whether some condition asks for the order of texts.
    ordered: bool,
}

/// The texts, and whether they are all that are needed.
pub(super) fn texts(compares: &[&Compare], domain: &Domain) -> (Vec<String>, bool) {
    if domain.texts_only {
        return (domain.texts.clone(), true);
    }
    let mut parts = Parts::default();
    parts.beginnings.insert(String::new());
    parts.endings.insert(String::new());
    for compare in compares {
        parts.take(compare, compares);
    }
    let mut beginnings: Vec<String> = parts.beginnings.iter().cloned().collect();
    if parts.ordered {
        beginnings.extend(parts.beginnings.iter().flat_map(|text| beside(text)));
    }
    let fillings = fillings(&parts);
    let complete = beginnings.len() * parts.endings.len() * fillings.len() <= MOST;
    let mut texts = domain.texts.clone();
    texts.append(&mut parts.whole);
    texts.extend(beginnings.iter().filter(|text| !text.is_empty()).cloned());
    if complete {
        for beginning in &beginnings {
            for ending in &parts.endings {
                texts.extend(fillings.iter().map(|filling| format!("{beginning}{filling}{ending}")));
            }
        }
    }
    texts.extend(parts.endings.into_iter().filter(|text| !text.is_empty()));
    (texts, complete)
}

impl Parts {
    fn take(&mut self, compare: &Compare, all: &[&Compare]) {
        match compare {
            Compare::Present | Compare::Absent | Compare::Flag(_) | Compare::NumberOneOf(_) | Compare::Within(..) => {}
            Compare::OneOf(values) => self.whole.extend(values.iter().map(ToString::to_string)),
            Compare::StartsWith(start) => {
                self.beginnings.insert(start.to_string());
            }
            Compare::EndsWith(end) => {
                self.endings.insert(end.to_string());
            }
            Compare::TextWithin { from, to } => {
                self.ordered = true;
                self.beginnings.extend([Some(from), to.as_ref()].into_iter().flatten().map(ToString::to_string));
            }
            Compare::InList { list, below } => {
                self.whole.extend(list.entries().iter().map(ToString::to_string));
                if *below {
                    self.below(list.entries(), all);
                }
            }
        }
    }

    /// What is below an entry, once for all entries below which every condition says the same.
    fn below(&mut self, entries: &[Box<str>], all: &[&Compare]) {
        let by_ending: Vec<&&Compare> = all
            .iter()
            .filter(|one| matches!(one, Compare::EndsWith(_) | Compare::InList { below: true, .. }))
            .collect();
        let mut seen = BTreeSet::new();
        for entry in entries {
            let below = format!(".{entry}");
            let marks: Vec<bool> = by_ending.iter().map(|one| one.holds_text(&below)).collect();
            if seen.insert(marks) {
                self.endings.insert(below);
            }
        }
    }
}

/// What stands between beginning and ending, so that the text is none of those that conditions name.
fn fillings(parts: &Parts) -> Vec<String> {
    let named = || parts.whole.iter().chain(&parts.beginnings).chain(&parts.endings);
    let used: BTreeSet<char> = named().flat_map(|text| text.chars()).collect();
    let letters = ('a'..='z').chain('0'..='9').chain('\u{3b1}'..='\u{3c9}').chain('\u{4e00}'..='\u{9fff}');
    let unused = letters.into_iter().find(|letter| !used.contains(letter)).unwrap_or('\u{fffd}');
    let mut fillings = vec![FILLING.to_owned(), unused.to_string()];
    if parts.ordered {
        // Just after the beginning in the order of texts, and still unlike any other.
        fillings.extend(LOWEST.iter().flat_map(|low| [(*low).to_owned(), format!("{low}{unused}")]));
    }
    fillings
}

/// The texts just before and just after all that begin with `text`, as a number where it is one.
fn beside(text: &str) -> Vec<String> {
    let mut beside = Vec::new();
    let width = text.len();
    if let Ok(number) = text.parse::<u64>()
        && text.chars().all(|c| c.is_ascii_digit())
    {
        let near = [number.checked_add(1), number.checked_sub(1)].into_iter().flatten();
        beside.extend(near.map(|number| format!("{number:0width$}")).filter(|near| near.len() == width));
    }
    let mut letters: Vec<char> = text.chars().collect();
    while let Some(last) = letters.pop() {
        let next = (last..=char::MAX).skip(1).find(|next| fold(&next.to_string()) == next.to_string());
        if let Some(next) = next {
            letters.push(next);
            beside.push(letters.iter().collect());
            break;
        }
    }
    beside
}
