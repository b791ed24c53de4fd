//! Edits of one entry in a JSON file that somebody else keeps: everything else keeps its bytes.
//!
//! `jsonc-parser` says where each value stands; an edit is a cut in the text, never a rewriting of it, and is read again before it
//! counts: it must say what was meant and nothing else. `infra/mcp/install.py` has the same rules, and the cases beside it hold both.

mod cuts;
mod read;

use serde_json::{Map, Value};
use thiserror::Error;

use cuts::Cuts;
use read::{Member, Node};

/// What a client's reader takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// JSON alone.
    Json,
    /// JSON with comments and trailing commas.
    Jsonc,
}

/// Why a file cannot be edited; it is left as it is then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EditError {
    /// It is not what the client could read either.
    #[error("it is not valid JSON: line {line}, column {column}: {what}; mend that and run this again")]
    NotJson {
        /// 1-based.
        line: usize,
        /// 1-based, in characters.
        column: usize,
        /// The parser's word.
        what: String,
    },
    /// Another kind of value than an object stands where entries belong.
    #[error("{0} is not an object; mend that and run this again")]
    NotAnObject(String),
    /// Which of them the client reads is anybody's guess.
    #[error("the key \"{0}\" stands there twice; remove one and run this again")]
    Twice(String),
    /// A bug of ours, noticed before anything was written.
    #[error("the edit would have changed more than the one entry; this is a bug in RevLoops")]
    Unfaithful,
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The entries under `section`, in the file's order; `None` where there is no such key.
///
/// # Errors
/// If the file is not valid, or the key holds no object.
pub fn entries(text: &str, dialect: Dialect, section: &str) -> Result<Option<Map<String, Value>>, EditError> {
    let body = text.trim_start_matches(BYTE_ORDER_MARK);
    if is_blank(body) {
        return Ok(None);
    }
    let root = read::parse(body, dialect)?;
    let Some(found) = section_of(&root, section)? else { return Ok(None) };
    let mut entries = Map::new();
    for member in members(&found.value, section)? {
        if entries.insert(member.key.clone(), member.value.to_json()).is_some() {
            return Err(EditError::Twice(member.key.clone()));
        }
    }
    Ok(Some(entries))
}

/// The text with `value` as the entry `name` of `section`, both made where they are missing.
///
/// # Errors
/// If the file is not valid, or has no room for it.
pub fn set(text: &str, dialect: Dialect, section: &str, name: &str, value: &Value) -> Result<String, EditError> {
    edited(text, dialect, section, name, Some(value), |body| {
        if is_blank(body) {
            let whole = Value::from_iter([(section, Value::from_iter([(name, value.clone())]))]);
            return Ok(format!("{}\n", cuts::pretty(&whole, "", "  ", "\n")));
        }
        let root = read::parse(body, dialect)?;
        let cuts = Cuts::new(body, &root);
        let Some(found) = section_of(&root, section)? else {
            let inside = Value::from_iter([(name, value.clone())]);
            return Ok(cuts.append(&root, section, &inside));
        };
        match members(&found.value, section)?.iter().find(|member| member.key == name) {
            Some(member) => Ok(cuts.replace(member, value)),
            None => Ok(cuts.append(&found.value, name, value)),
        }
    })
}

/// The text without the entry `name` of `section`; unchanged where there is none.
///
/// # Errors
/// If the file is not valid.
pub fn remove(text: &str, dialect: Dialect, section: &str, name: &str) -> Result<String, EditError> {
    edited(text, dialect, section, name, None, |body| {
        let root = read::parse(body, dialect)?;
        let Some(found) = section_of(&root, section)? else { return Ok(body.to_owned()) };
        let at = members(&found.value, section)?.iter().position(|member| member.key == name);
        Ok(at.map_or_else(|| body.to_owned(), |at| Cuts::new(body, &root).remove(&found.value, at)))
    })
}

/// The text without `section`, if that holds nothing; unchanged otherwise.
///
/// # Errors
/// If the file is not valid.
pub fn remove_empty(text: &str, dialect: Dialect, section: &str) -> Result<String, EditError> {
    let body = text.trim_start_matches(BYTE_ORDER_MARK);
    let root = read::parse(body, dialect)?;
    let all = members(&root, "the file")?;
    let empty = |member: &Member| member.key == section && body.get(member.value.span.clone()) == Some("{}");
    let Some(at) = all.iter().position(empty) else { return Ok(text.to_owned()) };
    let mark = text.get(..text.len().saturating_sub(body.len())).unwrap_or_default();
    Ok(format!("{mark}{}", Cuts::new(body, &root).remove(&root, at)))
}

/// Carries an edit out and looks at what came of it.
fn edited(
    text: &str,
    dialect: Dialect,
    section: &str,
    name: &str,
    value: Option<&Value>,
    edit: impl FnOnce(&str) -> Result<String, EditError>,
) -> Result<String, EditError> {
    let body = text.trim_start_matches(BYTE_ORDER_MARK);
    let mark = text.get(..text.len().saturating_sub(body.len())).unwrap_or_default();
    let after = edit(body)?;
    let mut meant = if is_blank(body) { Value::Object(Map::new()) } else { read::parse(body, dialect)?.to_json() };
    if let (Some(value), Some(root)) = (value, meant.as_object_mut()) {
        let inside = root.entry(section).or_insert_with(|| Value::Object(Map::new()));
        inside.as_object_mut().map(|inside| inside.insert(name.to_owned(), value.clone()));
    } else if let Some(inside) = meant.get_mut(section).and_then(Value::as_object_mut) {
        inside.shift_remove(name);
    }
    match read::parse(&after, dialect) {
        Ok(root) if root.to_json() == meant => Ok(format!("{mark}{after}")),
        Ok(_) | Err(_) => Err(EditError::Unfaithful),
    }
}

fn is_blank(body: &str) -> bool {
    body.trim_matches(BLANKS).is_empty()
}

/// What JSON takes for blank.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

fn section_of<'n>(root: &'n Node, section: &str) -> Result<Option<&'n Member>, EditError> {
    let mut found = members(root, "the file")?.iter().filter(|member| member.key == section);
    let first = found.next();
    if found.next().is_some() { Err(EditError::Twice(section.to_owned())) } else { Ok(first) }
}

fn members<'n>(node: &'n Node, what: &str) -> Result<&'n [Member], EditError> {
    node.members().ok_or_else(|| EditError::NotAnObject(what.to_owned()))
}

#[cfg(test)]
mod tests;
