//! Entries with the comments that are theirs, and what stands between them.

use serde_json::Value;

use super::places::unsuitable;
use super::tree::{line_end, line_start};
use super::written::Written;
use super::{Cut, EditError, Path};
use crate::yaml_text::in_one_line;

/// One entry as it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// Its dash or key.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether its value stands in one piece.
    pub(super) flow: bool,
}

/// The entries of a list or mapping, each with its own comments.
#[derive(Debug)]
pub(super) struct Parts {
    parts: Vec<Part>,
    /// From where to where each reaches.
    chunks: Vec<(usize, usize)>,
    flow: bool,
    list: bool,
    column: usize,
}

impl Parts {
    pub(super) fn new(text: &str, parts: Vec<Part>, flow: bool, list: bool) -> Self {
        let column = parts.first().map_or(0, |first| first.start - line_start(text, first.start));
        let mut chunks: Vec<(usize, usize)> = Vec::new();
        for part in &parts {
            if flow {
                chunks.push((part.start, part.end));
                continue;
            }
            let free = chunks.last().map(|(_, end)| *end);
            let begins = leading(text, part.start, free, column);
            let ends = trailing(text, line_end(text, part.end.saturating_sub(1).max(part.start)), column);
            chunks.push((begins, ends));
        }
        Self { parts, chunks, flow, list, column }
    }

    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// Where the last one ends.
    pub(super) fn end(&self) -> usize {
        self.chunks.last().map_or(0, |(_, end)| *end)
    }

    fn chunk(&self, nth: usize) -> (usize, usize) {
        self.chunks.get(nth).copied().unwrap_or_default()
    }

    /// What stands between an entry and the next.
    fn gap<'t>(&self, text: &'t str, nth: usize) -> &'t str {
        text.get(self.chunk(nth).1..self.chunk(nth + 1).0).unwrap_or_default()
    }
}

/// Where an entry's own comments begin: lines of comment directly above it. `free` is where the entry before ends.
fn leading(text: &str, start: usize, free: Option<usize>, column: usize) -> usize {
    let line = line_start(text, start);
    if start - line != column || !text.get(line..start).is_some_and(|before| before.trim().is_empty()) {
        // It shares its line with what is above it: `- id: a`.
        return start;
    }
    let mut begins = line;
    while begins > free.unwrap_or(0) {
        let above = line_start(text, begins - 1);
        let is_comment = text.get(above..begins).is_some_and(|line| line.trim_start().starts_with('#'));
        if !is_comment {
            break;
        }
        begins = above;
    }
    // Comment up to the top of the file is the file's own.
    if begins == 0 && free.is_none() { line } else { begins.max(free.unwrap_or(0)) }
}

/// Where an entry ends with the deeper comments directly below it.
fn trailing(text: &str, end: usize, column: usize) -> usize {
    let mut ends = end;
    while ends < text.len() {
        let next = line_end(text, ends);
        let line = text.get(ends..next).unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        if !line.trim_start().starts_with('#') || indent <= column {
            break;
        }
        ends = next;
    }
    ends
}

pub(super) fn removed(text: &str, parts: &Parts, nth: usize, path: &Path) -> Result<Vec<Cut>, EditError> {
    let last = parts.len().saturating_sub(1);
    let (begins, ends) = parts.chunk(nth);
    if parts.flow {
        let (from, to) =
            if nth < last { (begins, parts.chunk(nth + 1).0) } else { (parts.chunk(last.saturating_sub(1)).1, ends) };
        if text.get(from..to).is_some_and(|piece| piece.contains('#') && piece.contains('\n')) {
            return Err(unsuitable(path, "there are comments inside these brackets", "change the text of the file"));
        }
        return Ok(vec![Cut { from, to, with: String::new() }]);
    }
    if nth == 0 && line_start(text, begins) != begins && !parts.list {
        return Ok(first_key_removed(text, parts));
    }
    let blank = |gap: &str| gap.trim().is_empty();
    let (before, after) =
        (if nth > 0 { parts.gap(text, nth - 1) } else { "" }, if nth < last { parts.gap(text, nth) } else { "" });
    let take_after = nth < last && blank(after) && (nth == 0 || !blank(before) || after.len() <= before.len());
    let take_before = !take_after && nth > 0 && blank(before);
    let from = if take_before { begins - before.len() } else { begins };
    let to = if take_after { ends + after.len() } else { ends };
    Ok(vec![Cut { from, to, with: String::new() }])
}

/// The first key of an entry of a list stands behind the dash: the next one takes its place there.
fn first_key_removed(text: &str, parts: &Parts) -> Vec<Cut> {
    let (begins, next) = (parts.chunk(0).0, parts.chunk(1));
    let second = parts.parts.get(1).map_or(next.0, |part| part.start);
    let comments = text.get(next.0..line_start(text, second)).unwrap_or_default();
    if comments.trim().is_empty() {
        return vec![Cut { from: begins, to: second, with: String::new() }];
    }
    // Its comments are above it: they go between the dash and the key.
    let dash = text.get(..begins).map_or(begins, |before| before.trim_end_matches(' ').len());
    vec![Cut { from: dash, to: next.0, with: "\n".to_owned() }]
}

pub(super) fn inserted(text: &str, parts: &Parts, nth: usize, item: &Value) -> Vec<Cut> {
    let last = parts.len() - 1;
    if parts.flow {
        let line = in_one_line(item);
        return vec![if nth <= last {
            let at = parts.chunk(nth).0;
            Cut { from: at, to: at, with: format!("{line}, ") }
        } else {
            let at = parts.chunk(last).1;
            Cut { from: at, to: at, with: format!(", {line}") }
        }];
    }
    let beside = parts.parts.get(nth.min(last)).is_some_and(|part| part.flow);
    let lines = Written::item(item, parts.column, beside);
    // As far apart as its neighbours are.
    let near = nth.min(last).saturating_sub(1);
    let gap = if last == 0 { "" } else { parts.gap(text, near.min(last - 1)) };
    let gap = if gap.trim().is_empty() { gap } else { "\n" };
    vec![if nth <= last {
        let at = parts.chunk(nth).0;
        // A list in the line of another's dash has its first entry in the middle of a line.
        let (lines, indent) = if line_start(text, at) == at {
            (lines.as_str(), String::new())
        } else {
            (lines.trim_start(), " ".repeat(parts.column))
        };
        Cut { from: at, to: at, with: format!("{lines}{gap}{indent}") }
    } else {
        let at = parts.chunk(last).1;
        let newline = if text.get(..at).is_some_and(|before| before.ends_with('\n')) { "" } else { "\n" };
        Cut { from: at, to: at, with: format!("{newline}{gap}{lines}") }
    }]
}

pub(super) fn moved(text: &str, parts: &Parts, from: usize, to: usize, path: &Path) -> Result<Vec<Cut>, EditError> {
    let (first, last) = (from.min(to), from.max(to));
    let mut order: Vec<usize> = (first..=last).collect();
    if from < to {
        order.rotate_left(1)
    } else {
        order.rotate_right(1)
    }
    let (begins, ends) = (parts.chunk(first).0, parts.chunk(last).1);
    if !parts.flow && line_start(text, begins) != begins {
        return Err(unsuitable(path, "the list begins in the line of another's dash", "change the text of the file"));
    }
    let mut with = String::with_capacity(ends - begins);
    for (place, nth) in order.into_iter().enumerate() {
        let (start, end) = parts.chunk(nth);
        let piece = text.get(start..end).unwrap_or_default();
        with.push_str(piece);
        if !parts.flow && !piece.ends_with('\n') {
            with.push('\n');
        }
        if first + place < last {
            with.push_str(parts.gap(text, first + place));
        }
    }
    if !parts.flow && !text.get(begins..ends).is_some_and(|was| was.ends_with('\n')) && with.ends_with('\n') {
        with.pop();
    }
    Ok(vec![Cut { from: begins, to: ends, with }])
}
