//! Where a text is cut for an entry to come or go, in the style that it has.

use std::ops::Range;

use serde::Serialize as _;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::read::{Member, Node};
use super::{BLANKS, is_blank};

/// A text, and how it is written.
pub(super) struct Cuts<'t> {
    text: &'t str,
    root: Range<usize>,
    /// One step of indentation.
    unit: String,
    newline: &'static str,
}

impl<'t> Cuts<'t> {
    pub(super) fn new(text: &'t str, root: &Node) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let first = root.members().and_then(|members| members.first());
        let unit = first
            .filter(|first| slice(text, root.span.start..first.start).contains('\n'))
            .map(|first| line_indent(text, first.start))
            .filter(|indent| !indent.is_empty());
        Self { text, root: root.span.clone(), unit: unit.unwrap_or("  ").to_owned(), newline }
    }

    /// The text with one more member at the end of `object`.
    pub(super) fn append(&self, object: &Node, key: &str, value: &Value) -> String {
        let base = line_indent(self.text, object.span.start);
        let (open, close) = (object.span.start.saturating_add(1), object.span.end.saturating_sub(1));
        let child = format!("{base}{}", self.unit);
        let line = |indent: &str| format!("{}{indent}{}", self.newline, self.member(key, value, indent, false));
        let back = format!("{}{base}", self.newline);
        let members = object.members().unwrap_or_default();
        let (Some(first), Some(last)) = (members.first(), members.last()) else {
            let inside = slice(self.text, open..close);
            if !is_blank(inside) {
                // Comments: the member comes after them.
                let at = open.saturating_add(inside.trim_end_matches(BLANKS).len());
                let rest = if slice(self.text, at..close).contains('\n') { "" } else { back.as_str() };
                return self.cut([(at..if rest.is_empty() { at } else { close }, format!("{}{rest}", line(&child)))]);
            }
            let on_one_line = object.span != self.root && !self.text.trim_matches(BLANKS).contains('\n');
            let inside =
                if on_one_line { self.member(key, value, "", true) } else { format!("{}{back}", line(&child)) };
            return self.cut([(open..close, inside)]);
        };
        let tail = slice(self.text, last.end()..close);
        let at = last.end().saturating_add(tail.trim_end_matches(BLANKS).len());
        let trailing = comma_in(tail).is_some();
        let comma = if trailing { "" } else { "," };
        let trailing = if trailing { "," } else { "" };
        let on_lines = slice(self.text, open..first.start).contains('\n') || tail.contains('\n');
        if !on_lines {
            let more = format!(" {}{trailing}", self.member(key, value, "", true));
            return self.cut([(last.end()..last.end(), comma.to_owned()), (at..at, more)]);
        }
        let own_line = is_blank(slice(self.text, line_start(self.text, last.start)..last.start));
        let indent = if own_line { line_indent(self.text, last.start).to_owned() } else { child };
        let rest = if slice(self.text, at..close).contains('\n') { "" } else { back.as_str() };
        let more = format!("{}{trailing}{rest}", line(&indent));
        self.cut([(last.end()..last.end(), comma.to_owned()), (at..if rest.is_empty() { at } else { close }, more)])
    }

    /// The text with another value of `member`.
    pub(super) fn replace(&self, member: &Member, value: &Value) -> String {
        let on_one_line = !slice(self.text, member.value.span.clone()).contains('\n');
        let written = match on_one_line {
            true => inline(value),
            false => pretty(value, line_indent(self.text, member.start), &self.unit, self.newline),
        };
        self.cut([(member.value.span.clone(), written)])
    }

    /// The text without the member at `at` of `object`. Comments stay: who knows what they are about.
    pub(super) fn remove(&self, object: &Node, at: usize) -> String {
        let members = object.members().unwrap_or_default();
        let Some(member) = members.get(at) else { return self.text.to_owned() };
        let close = object.span.end.saturating_sub(1);
        let before = at.checked_sub(1).and_then(|before| members.get(before));
        let after = members.get(at.saturating_add(1)).map_or(close, |next| next.start);
        let comma = comma_in(slice(self.text, member.end()..after)).map(|at| member.end().saturating_add(at));
        if members.len() == 1 {
            let open = object.span.start.saturating_add(1);
            let past = comma.map_or(member.end(), |comma| comma.saturating_add(1));
            let beside = [open..member.start, member.end()..comma.unwrap_or(past), past..close];
            if beside.into_iter().all(|beside| is_blank(slice(self.text, beside))) {
                return self.cut([(object.span.clone(), "{}".to_owned())]);
            }
        }
        let mut cuts: Vec<(Range<usize>, String)> = Vec::new();
        // The last one's comma is the one before it.
        if comma.is_none()
            && let Some(before) = before
            && let Some(offset) = comma_in(slice(self.text, before.end()..member.start))
        {
            let comma = before.end().saturating_add(offset);
            cuts.push((comma..comma.saturating_add(1), String::new()));
        }
        let mut end = member.end();
        let mut apart = None;
        match comma {
            Some(comma) if is_blank(slice(self.text, end..comma)) => end = comma.saturating_add(1),
            Some(comma) => apart = Some((comma..comma.saturating_add(1), String::new())),
            None => {}
        }
        let start = line_start(self.text, member.start);
        let own_line = start > object.span.start && is_blank(slice(self.text, start..member.start));
        let rest = slice(self.text, end..self.text.len());
        let blank = rest.len().saturating_sub(rest.trim_start_matches([' ', '\t']).len());
        let past = end.saturating_add(blank);
        let newline =
            ["\r\n", "\n"].into_iter().find(|newline| slice(self.text, past..self.text.len()).starts_with(newline));
        cuts.push(match newline {
            Some(newline) if own_line => (start..past.saturating_add(newline.len()), String::new()),
            Some(_) | None if comma.is_some() => (member.start..past, String::new()),
            Some(_) | None => {
                let kept = slice(self.text, 0..member.start).trim_end_matches([' ', '\t']).len();
                (if before.is_some() { kept } else { member.start }..end, String::new())
            }
        });
        cuts.extend(apart);
        self.cut(cuts)
    }

    fn member(&self, key: &str, value: &Value, indent: &str, on_one_line: bool) -> String {
        let key = Value::from(key);
        match on_one_line {
            true => format!("{key}: {}", inline(value)),
            false => format!("{key}: {}", pretty(value, indent, &self.unit, self.newline)),
        }
    }

    /// The cuts in the order of the text.
    fn cut(&self, cuts: impl IntoIterator<Item = (Range<usize>, String)>) -> String {
        let (mut out, mut from) = (String::with_capacity(self.text.len().saturating_add(256)), 0);
        for (range, with) in cuts {
            out.push_str(slice(self.text, from..range.start));
            out.push_str(&with);
            from = range.end;
        }
        out.push_str(slice(self.text, from..self.text.len()));
        out
    }
}

/// Parts of a text by places that the parser gave.
fn slice(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

fn line_start(text: &str, at: usize) -> usize {
    slice(text, 0..at).rfind('\n').map_or(0, |newline| newline.saturating_add(1))
}

/// The blanks that the line of `at` begins with.
fn line_indent(text: &str, at: usize) -> &str {
    let line = slice(text, line_start(text, at)..text.len());
    line.get(..line.len().saturating_sub(line.trim_start_matches([' ', '\t']).len())).unwrap_or_default()
}

/// Where the comma is in what stands between two members; one in a comment is none.
fn comma_in(between: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = between.get(at..)?;
        let past = |end: &str| rest.find(end).map(|found| found.saturating_add(end.len()));
        if rest.starts_with(',') {
            return Some(at);
        }
        at = at.saturating_add(if rest.starts_with("//") {
            past("\n")?
        } else if rest.starts_with("/*") {
            past("*/")?
        } else {
            rest.chars().next()?.len_utf8()
        });
    }
}

/// `{"type": "http", "url": "…"}`.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members =
                members.iter().map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), inline(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// Over several lines; all but the first begin with `indent`.
pub(super) fn pretty(value: &Value, indent: &str, unit: &str, newline: &str) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(unit.as_bytes()));
    // Writing to memory does not fail, and what is JSON is UTF-8.
    let written = value.serialize(&mut serializer).ok().and_then(|()| String::from_utf8(bytes).ok());
    written.unwrap_or_default().replace('\n', &format!("{newline}{indent}"))
}
