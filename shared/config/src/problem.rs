//! A problem in a config file, said so that the operator can mend it at once.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use crate::Document;

/// One thing that is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The file, relative to the config root where it is known.
    pub file: String,
    /// 1-based line; 0 where the problem is the file itself, or config was not read from text.
    pub line: usize,
    /// 1-based column.
    pub column: usize,
    /// Where in the file: `factors[3].points`.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// What is allowed, and the nearest valid name where there is one.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if !self.path.is_empty() {
            write!(f, " {}", self.path)?;
        }
        write!(f, ": {}", self.what)?;
        if !self.remedy.is_empty() {
            write!(f, "; {}", self.remedy)?;
        }
        Ok(())
    }
}

/// All that is wrong with a config, collected; checking never stops at the first.
///
/// Warnings are apart: what is odd and may be meant stops nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Error)]
pub struct Problems {
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Problems {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem at a JSON pointer (`/factors/3/points`) of `document`.
    pub fn at(&mut self, document: &Document, pointer: &str, what: impl Into<String>, remedy: impl Into<String>) {
        self.push(problem(document, pointer, what.into(), remedy.into()));
    }

    /// Adds a warning at a JSON pointer of `document`.
    pub fn warn_at(&mut self, document: &Document, pointer: &str, what: impl Into<String>, remedy: impl Into<String>) {
        let warning = problem(document, pointer, what.into(), remedy.into());
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Adds "unknown `kind` `given`" with the valid names and the nearest of them.
    pub fn unknown_name<'a>(
        &mut self,
        document: &Document,
        pointer: &str,
        kind: &str,
        given: &str,
        valid: impl IntoIterator<Item = &'a str>,
    ) {
        let valid: Vec<&str> = valid.into_iter().collect();
        self.at(document, pointer, format!("unknown {kind} `{given}`"), allowed(given, &valid));
    }

    /// Adds a problem.
    pub fn push(&mut self, problem: Problem) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Whether nothing is wrong; warnings aside.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.problems.len()
    }

    /// The problems in the order of file and line.
    #[must_use]
    pub fn sorted(&self) -> Vec<Problem> {
        let mut sorted = self.problems.clone();
        sorted.sort();
        sorted
    }

    /// The warnings in the order of file and line.
    #[must_use]
    pub fn warnings(&self) -> Vec<Problem> {
        let mut sorted = self.warnings.clone();
        sorted.sort();
        sorted
    }

    /// Takes over the problems and warnings of `other`.
    pub fn extend(&mut self, other: Self) {
        for problem in other.problems {
            self.push(problem);
        }
        self.warnings.extend(other.warnings);
    }

    /// `value` where nothing is wrong, else the problems.
    ///
    /// # Errors
    /// The problems, where there are any or `value` is `None`.
    pub fn into_result<T>(self, value: Option<T>) -> Result<T, Self> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            Some(_) | None => Err(self),
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.sorted().iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

fn problem(document: &Document, pointer: &str, what: String, remedy: String) -> Problem {
    let Some((place, below)) = document.place(pointer) else {
        let file = document.file().to_owned();
        return Problem { file, line: 0, column: 0, path: readable_path(pointer), what, remedy };
    };
    let path = match &place.pointer {
        Some(own) => readable_path(&format!("{own}{below}")),
        None => readable_path(pointer),
    };
    Problem { file: place.file.to_string(), line: place.line, column: place.column, path, what, remedy }
}

/// "allowed: a, b, c; did you mean `b`?"
#[must_use]
pub fn allowed(given: &str, valid: &[&str]) -> String {
    let listed = match valid {
        [] => return "none is defined".to_owned(),
        [head @ .., _] if head.len() >= 12 => {
            format!("{}, … ({} in all)", head.get(..12).unwrap_or(head).join(", "), valid.len())
        }
        all => all.join(", "),
    };
    match nearest(given, valid.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? allowed: {listed}"),
        None => format!("allowed: {listed}"),
    }
}

/// The valid name nearest to what was given, if any is near enough to be meant.
#[must_use]
pub fn nearest<'a>(given: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    valid
        .into_iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(&given, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| y.cmp(x)))
        .map(|(_, name)| name)
}

/// `/factors/3/points` as people write it: `factors[3].points`.
pub(crate) fn readable_path(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) {
            path.push('[');
            path.push_str(&part);
            path.push(']');
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&part);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        assert_eq!(nearest("employes", ["employees", "industry"]), Some("employees"));
        assert_eq!(nearest("zzz", ["employees", "industry"]), None);
    }

    #[test]
    fn pointers_read_as_people_write_paths() {
        assert_eq!(readable_path("/factors/3/points"), "factors[3].points");
        assert_eq!(readable_path(""), "");
    }
}
