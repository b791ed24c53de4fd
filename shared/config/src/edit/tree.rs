//! Where each part of a YAML text stands, in bytes.

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::EditError;
use crate::path::Place;

/// A value with its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Of a block list: its first dash. Of a block mapping: its first key. Of `|` and `>`: the indicator.
    pub(super) start: usize,
    /// After its last character that means something.
    pub(super) end: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Nothing is written: `key:`.
    Empty,
    Scalar(ScalarStyle),
    List {
        flow: bool,
        items: Vec<Item>,
    },
    Map {
        flow: bool,
        entries: Vec<Entry>,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The dash; in a flow list, the value.
    pub(super) start: usize,
    pub(super) value: Node,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) start: usize,
    /// After the colon.
    pub(super) after: usize,
    pub(super) value: Node,
}

impl Node {
    pub(super) fn is_flow(&self) -> bool {
        match &self.kind {
            Kind::List { flow, .. } | Kind::Map { flow, .. } => *flow,
            Kind::Empty | Kind::Scalar(_) => true,
        }
    }

    pub(super) fn child(&self, place: &Place) -> Option<&Self> {
        match (&self.kind, place) {
            (Kind::List { items, .. }, Place::At(nth)) => items.get(*nth).map(|item| &item.value),
            (Kind::Map { entries, .. }, Place::Key(key)) => {
                entries.iter().find(|entry| entry.key == *key).map(|entry| &entry.value)
            }
            (Kind::Empty | Kind::Scalar(_) | Kind::List { .. } | Kind::Map { .. }, _) => None,
        }
    }
}

enum Open {
    List { flow: bool, items: Vec<Item> },
    Map { flow: bool, entries: Vec<Entry>, key: Option<(String, usize, usize)> },
}

/// The tree of a text that [`crate::Document::parse_yaml`] takes.
pub(super) fn tree(text: &str) -> Result<Node, EditError> {
    let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let byte = |index: usize| bytes.get(index).copied().unwrap_or(text.len());
    let mut open: Vec<(usize, Open)> = Vec::new();
    let mut root = None;
    for item in Parser::new_from_str(text) {
        let (event, span) =
            item.map_err(|error| EditError::NotYaml { line: error.marker().line(), what: error.info().to_owned() })?;
        let (start, end) = (byte(span.start.index()), byte(span.end.index()));
        let node = match event {
            Event::SequenceStart(..) => {
                let flow = text.get(start..).is_some_and(|rest| rest.starts_with('['));
                let start = if flow { start } else { first_dash(text, start) };
                open.push((start, Open::List { flow, items: Vec::new() }));
                continue;
            }
            Event::MappingStart(..) => {
                let flow = text.get(start..).is_some_and(|rest| rest.starts_with('{'));
                open.push((start, Open::Map { flow, entries: Vec::new(), key: None }));
                continue;
            }
            Event::Scalar(scalar, style, ..) => {
                if let Some((_, Open::Map { key: key @ None, .. })) = open.last_mut() {
                    let end = scalar_end(text, start, end, style);
                    let colon = text.get(end..).and_then(|rest| rest.find(':')).map_or(end, |at| end + at + 1);
                    *key = Some((scalar.into_owned(), start, colon));
                    continue;
                }
                let after = open.last().and_then(|(_, open)| after(text, open, start));
                scalar_node(text, start, end, style, after)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some((start, closed)) = open.pop() else { continue };
                closed_node(start, end, closed)
            }
            Event::Alias(_)
            | Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => continue,
        };
        match open.last_mut() {
            Some((first, Open::List { flow, items })) => {
                let start = if *flow { node.start } else { dash(text, *first, node.start) };
                items.push(Item { start, value: node });
            }
            Some((_, Open::Map { entries, key, .. })) => {
                if let Some((key, start, after)) = key.take() {
                    // A key without a value ends with its colon.
                    let value =
                        if matches!(node.kind, Kind::Empty) { Node { start: after, end: after, ..node } } else { node };
                    entries.push(Entry { key, start, after, value });
                }
            }
            None => root = Some(node),
        }
    }
    root.ok_or(EditError::NotYaml { line: 1, what: "there is nothing in it".to_owned() })
}

fn closed_node(start: usize, end: usize, closed: Open) -> Node {
    match closed {
        Open::List { flow, items } => {
            let last = items.last().map_or(end, |item| item.value.end.max(item.start + 1));
            Node { start, end: if flow { end } else { last }, kind: Kind::List { flow, items } }
        }
        Open::Map { flow, entries, .. } => {
            let last = entries.last().map_or(end, |entry| entry.value.end);
            Node { start, end: if flow { end } else { last }, kind: Kind::Map { flow, entries } }
        }
    }
}

/// Where a value may begin: after the colon or the dash.
fn after(text: &str, open: &Open, start: usize) -> Option<usize> {
    match open {
        Open::Map { key: Some((_, _, after)), .. } => Some(*after),
        Open::List { flow: false, .. } => {
            // Of `|` in a list: the line above the content, or one further up, has the dash.
            let before = text.get(..start)?;
            before.rfind(['|', '>']).map(|at| line_start(text, at)).and_then(|line| {
                let dash = text.get(line..)?.find("- ")?;
                Some(line + dash + 1)
            })
        }
        Open::Map { .. } | Open::List { .. } => None,
    }
}

fn scalar_node(text: &str, start: usize, end: usize, style: ScalarStyle, after: Option<usize>) -> Node {
    match style {
        ScalarStyle::Plain if start == end => Node { start, end, kind: Kind::Empty },
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let from = after.unwrap_or(start);
            let begins = text.get(from..).and_then(|rest| rest.find(['|', '>'])).map_or(start, |at| from + at);
            let header = text.get(begins..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            let keeps = header.split('#').next().is_some_and(|header| header.contains('+'));
            let content = text.get(start..end).unwrap_or_default();
            let kept =
                if keeps { content.rfind('\n').map_or(content.len(), |at| at + 1) } else { content.trim_end().len() };
            // Without content, the indicator's own line is all of it.
            let end = if kept == 0 {
                begins + header.split(" #").next().unwrap_or(header).trim_end().len()
            } else {
                start + kept
            };
            Node { start: begins, end, kind: Kind::Scalar(style) }
        }
        ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            Node { start, end: scalar_end(text, start, end, style), kind: Kind::Scalar(style) }
        }
    }
}

/// The parser's span of a quoted text can go on to what follows it: the closing quote is looked for.
fn scalar_end(text: &str, start: usize, end: usize, style: ScalarStyle) -> usize {
    let body = text.get(start..).unwrap_or_default();
    let mut chars = body.char_indices().skip(1).peekable();
    match style {
        ScalarStyle::DoubleQuoted => {
            while let Some((at, c)) = chars.next() {
                match c {
                    '\\' => drop(chars.next()),
                    '"' => return start + at + 1,
                    _ => {}
                }
            }
            end
        }
        ScalarStyle::SingleQuoted => {
            while let Some((at, c)) = chars.next() {
                if c == '\'' && chars.next_if(|(_, next)| *next == '\'').is_none() {
                    return start + at + 1;
                }
            }
            end
        }
        ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => end,
    }
}

/// A block list's first dash: a list that is not indented is told to begin behind it.
fn first_dash(text: &str, start: usize) -> usize {
    let is_dash = text.get(start..).is_some_and(|rest| rest.starts_with("- ") || rest.starts_with("-\n"));
    if is_dash {
        return start;
    }
    let mut line = line_start(text, start);
    loop {
        let before = text.get(line..start.max(line)).unwrap_or_default();
        let indent = before.len() - before.trim_start_matches(' ').len();
        if before.trim_start_matches(' ').starts_with('-') {
            return line + indent;
        }
        if line == 0 {
            return start;
        }
        line = line_start(text, line - 1);
    }
}

/// The dash of an entry of a block list whose first dash is at `first`.
fn dash(text: &str, first: usize, value: usize) -> usize {
    let column = first - line_start(text, first);
    let mut line = line_start(text, value.min(text.len()));
    loop {
        let at = line + column;
        let is_dash = text.get(at..).is_some_and(|rest| rest.starts_with('-'))
            && text.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n', '\r', '\t']));
        let indents = text
            .get(line..at)
            .is_some_and(|before| before.bytes().all(|b| b == b' ') || line == line_start(text, first));
        if is_dash && indents && at <= value {
            return at;
        }
        if line <= line_start(text, first) {
            return first;
        }
        line = line_start(text, line - 1);
    }
}

/// The beginning of the line in which `at` stands. `at` may be inside a character.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)
}

/// After the end of the line in which `at` stands, its newline included. `at` may be inside a character.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |newline| at + newline + 1)
}
