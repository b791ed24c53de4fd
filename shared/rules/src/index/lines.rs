//! Comparisons on an ordered line, of numbers or of texts: the line is cut where one of them begins or ends to hold.

use super::axis::Steps;
use super::classes::{Classes, Tests};
use crate::condition::Compare;

/// From where up to, and without, where on a line; without an end, to the line's.
type Stretch<B> = (B, Option<B>);

type Bytes = Box<[u8]>;

/// A comparison, by its place, and a stretch on which it holds.
type Span<B> = (usize, B, Option<B>);

/// Where on a line each comparison holds.
pub(super) fn spans<B>(tests: &Tests<'_>, of: impl Fn(&Compare) -> Vec<Stretch<B>>) -> Vec<Span<B>> {
    let tests = tests.compares.iter().enumerate();
    tests.flat_map(|(test, compare)| of(compare).into_iter().map(move |(from, to)| (test, from, to))).collect()
}

/// Prefixes and spans, in the order of bytes.
pub(super) fn text_span(compare: &Compare) -> Vec<Stretch<Bytes>> {
    match compare {
        Compare::StartsWith(start) => vec![(start.as_bytes().into(), after(start.bytes()))],
        Compare::TextWithin { from, to } => {
            vec![(from.as_bytes().into(), to.as_ref().and_then(|to| after(to.bytes())))]
        }
        Compare::Present
        | Compare::Absent
        | Compare::Flag(_)
        | Compare::OneOf(_)
        | Compare::EndsWith(_)
        | Compare::InList { .. }
        | Compare::NumberOneOf(_)
        | Compare::Within(..) => Vec::new(),
    }
}

/// Endings, read backwards.
pub(super) fn ending_span(compare: &Compare) -> Vec<Stretch<Bytes>> {
    match compare {
        Compare::EndsWith(end) => vec![(end.bytes().rev().collect(), after(end.bytes().rev()))],
        Compare::Present
        | Compare::Absent
        | Compare::Flag(_)
        | Compare::OneOf(_)
        | Compare::StartsWith(_)
        | Compare::InList { .. }
        | Compare::TextWithin { .. }
        | Compare::NumberOneOf(_)
        | Compare::Within(..) => Vec::new(),
    }
}

/// Numbers and days.
pub(super) fn number_spans(compare: &Compare) -> Vec<Stretch<i64>> {
    match compare {
        Compare::Within(from, to) => vec![(*from, to.checked_add(1))],
        Compare::NumberOneOf(numbers) => numbers.iter().map(|one| (*one, one.checked_add(1))).collect(),
        Compare::Present
        | Compare::Absent
        | Compare::Flag(_)
        | Compare::OneOf(_)
        | Compare::StartsWith(_)
        | Compare::EndsWith(_)
        | Compare::InList { .. }
        | Compare::TextWithin { .. } => Vec::new(),
    }
}

/// The first bytes in order that neither are these nor begin with them; `None` where there are none.
fn after(start: impl Iterator<Item = u8>) -> Option<Bytes> {
    let mut bytes: Vec<u8> = start.collect();
    while let Some(last) = bytes.pop() {
        if let Some(next) = last.checked_add(1) {
            bytes.push(next);
            return Some(bytes.into());
        }
    }
    None
}

/// The line in steps; at each step some comparisons begin to hold and others end.
pub(super) fn steps<B: Ord + Clone>(spans: &[Span<B>], first: B, classes: &mut Classes<'_, '_>) -> Steps<B> {
    // Ends before beginnings, so that a comparison of two numbers side by side goes on.
    let mut turns: Vec<(&B, bool, usize)> = Vec::new();
    for (test, from, to) in spans {
        if to.as_ref().is_none_or(|to| from < to) {
            turns.push((from, true, *test));
            turns.extend(to.as_ref().map(|to| (to, false, *test)));
        }
    }
    turns.sort_unstable();
    let (mut bounds, mut found) = (Vec::new(), Vec::new());
    for group in turns.chunk_by(|(one, ..), (other, ..)| one == other) {
        let Some((bound, ..)) = group.first() else { continue };
        // Before the line's first value there is nothing.
        if **bound != first || !found.is_empty() {
            found.push(classes.class());
            bounds.push((*bound).clone());
        }
        group.iter().for_each(|(_, on, test)| classes.turn(*test, *on));
    }
    found.push(classes.class());
    Steps { bounds: bounds.into(), classes: found.into() }
}
