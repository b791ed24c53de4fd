//! Changes of a YAML text that leave everything else as it is: comments, layout, order, quotes.
//!
//! The text is cut where the parser's own events say that a value begins and ends, and only there. **What comes out is
//! parsed again and held against the value that the change means**: an edit gives exactly that, or it is refused.
//!
//! A comment goes with what it describes: lines of comment directly above an entry, behind it, and below it at a deeper
//! indentation move with it and go with it. A comment with a blank line below it is a heading: it stays where it is.
//!
//! Crates that edit YAML were looked at in November 2026. `yaml-edit` 0.3 (lossless tree, well kept) reads by a parser of its
//! own, so that what it edits need not be what the check reads, and its tests keep a list of inputs whose edits are known to
//! go wrong. `yamlpatch` 0.3 (zizmor) cannot insert before an entry or move one, and brings tree-sitter's C parser and the
//! deprecated `serde_yaml`. Neither says which comment an entry takes along. So the parser that checks is the one that cuts.

mod chunks;
mod places;
mod tree;
mod written;

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use crate::path::{Path, PathError, Place, Step};
use tree::{Kind, Node, tree};

/// One change of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// The value becomes this; a key that is not there yet is added to its mapping.
    Set {
        /// Which value.
        path: Path,
        /// What it becomes.
        value: Value,
    },
    /// The key of a mapping, or the entry of a list, is taken out.
    Remove {
        /// Which one.
        path: Path,
    },
    /// A list gets an entry.
    Insert {
        /// Which list.
        list: Path,
        /// The entry.
        value: Value,
        /// Where it goes.
        to: Spot,
    },
    /// An entry goes elsewhere in its list.
    Move {
        /// Which entry.
        path: Path,
        /// Where it goes.
        to: Spot,
    },
}

/// A place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spot {
    /// In front of all.
    First,
    /// Behind all.
    Last,
    /// In front of this entry.
    Before(Step),
    /// Behind this entry.
    After(Step),
}

/// Why a text was not changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EditError {
    /// The text itself cannot be read.
    #[error("line {line}: not YAML: {what}")]
    NotYaml {
        /// 1-based.
        line: usize,
        /// What the parser says.
        what: String,
    },
    /// It is not there.
    #[error(transparent)]
    NotThere(#[from] PathError),
    /// It is there, and cannot be changed like this.
    #[error("{path}: {what}; {remedy}")]
    Unsuitable {
        /// What was to be changed.
        path: String,
        /// Why it cannot be.
        what: String,
        /// What would be right.
        remedy: String,
    },
    /// The text would have come out as something else: nothing is changed.
    #[error("{path}: the file is written in a way that cannot be changed safely here; change its text by hand")]
    Unfaithful {
        /// What was to be changed.
        path: String,
    },
}

/// The text with one change after the other.
///
/// # Errors
/// For the first change that cannot be made; says what is missing and what there is.
pub fn edited(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut text = text.to_owned();
    for edit in edits {
        text = one(&text, edit)?;
    }
    Ok(text)
}

fn one(text: &str, edit: &Edit) -> Result<String, EditError> {
    let value = parsed(text)?;
    let wanted = places::changed(&value, edit)?;
    let cuts = places::cuts(text, &tree(text)?, &value, edit)?;
    let changed = spliced(text, cuts);
    match parsed(&changed) {
        Ok(came) if came == wanted => Ok(changed),
        Ok(_) | Err(_) => Err(EditError::Unfaithful { path: edit.path().to_string() }),
    }
}

/// What a text means.
///
/// # Errors
/// Where it cannot be read.
pub fn parsed(text: &str) -> Result<Value, EditError> {
    crate::yaml::parse(text, &mut BTreeMap::new()).map_err(|found| {
        let (line, what) = found.into_iter().next().map_or((0, String::new()), |(line, _, what, _)| (line, what));
        EditError::NotYaml { line, what }
    })
}

impl Edit {
    /// What it changes.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Set { path, .. }
            | Self::Remove { path }
            | Self::Move { path, .. }
            | Self::Insert { list: path, .. } => path,
        }
    }
}

/// A piece of text that becomes another.
#[derive(Debug, Clone)]
struct Cut {
    from: usize,
    to: usize,
    with: String,
}

/// The text with each piece replaced; pieces do not overlap.
fn spliced(text: &str, mut cuts: Vec<Cut>) -> String {
    cuts.sort_by_key(|cut| (cut.from, cut.to));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for cut in cuts {
        out.push_str(text.get(at..cut.from).unwrap_or_default());
        out.push_str(&cut.with);
        at = cut.to.max(at);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests;
