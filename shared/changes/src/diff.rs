//! What a change does to the files, as a unified diff.

use std::collections::{BTreeMap, BTreeSet};

use similar::TextDiff;

/// Lines around a change.
const CONTEXT: usize = 3;

/// Longer ones are cut: a record that is read by people and kept in a table.
const MOST_BYTES: usize = 60_000;

/// The difference of two sets of files, in the order of their names; empty where they are the same. `folder` stands before
/// each name.
#[must_use]
pub fn unified(folder: &str, from: &BTreeMap<String, String>, to: &BTreeMap<String, String>) -> String {
    let names: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    let mut told = String::new();
    for name in names {
        let side = |files: &BTreeMap<String, String>, mark: &str| {
            if files.contains_key(name) { format!("{mark}/{folder}/{name}") } else { "/dev/null".to_owned() }
        };
        let text = |files: &BTreeMap<String, String>| files.get(name).cloned().unwrap_or_default();
        let (before, after) = (text(from), text(to));
        if before != after || from.contains_key(name) != to.contains_key(name) {
            let diff = TextDiff::from_lines(&before, &after);
            let mut unified = diff.unified_diff();
            unified.context_radius(CONTEXT).header(&side(from, "a"), &side(to, "b"));
            told.push_str(&unified.to_string());
        }
    }
    if told.len() > MOST_BYTES {
        let end = (0..=MOST_BYTES).rev().find(|at| told.is_char_boundary(*at)).unwrap_or(0);
        let left = told.get(end..).unwrap_or_default().lines().count();
        told.truncate(end);
        told.push_str(&format!("\n… {left} more lines\n"));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told_with_the_file_it_is_in() {
        let files = |text: &str| {
            BTreeMap::from([("a.yaml".to_owned(), text.to_owned()), ("b.yaml".to_owned(), "x: 1\n".to_owned())])
        };
        assert_eq!(unified("loops/route", &files("one: 1\n"), &files("one: 1\n")), "");
        assert_eq!(
            unified("loops/route", &files("one: 1 # a\ntwo: 2\n"), &files("one: 3 # a\ntwo: 2\n")),
            "--- a/loops/route/a.yaml\n+++ b/loops/route/a.yaml\n@@ -1,2 +1,2 @@\n-one: 1 # a\n+one: 3 # a\n two: 2\n"
        );
    }

    #[test]
    fn a_huge_difference_is_cut_and_says_so() {
        let huge = BTreeMap::from([("a.yaml".to_owned(), "é: 1\n".repeat(50_000))]);
        let told = unified("f", &BTreeMap::new(), &huge);
        assert!(told.len() < MOST_BYTES + 100 && told.ends_with("more lines\n"));
    }
}
