//! A unified diff of one change.

const CONTEXT: usize = 3;

/// One hunk from the first line that differs to the last, in the format of `diff -u`; empty where nothing differs.
///
/// Our edits stand close together, so one hunk says it all; and it is the same whoever computes it.
pub(super) fn unified(name: &str, before: Option<&str>, after: Option<&str>) -> String {
    if before == after {
        return String::new();
    }
    let (old, new) = (lines(before), lines(after));
    let common = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()).saturating_sub(common);
    let same_end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let from = common.saturating_sub(CONTEXT);
    let end = |all: &[&str]| all.len().saturating_sub(same_end);
    let kept_after = same_end.min(CONTEXT);
    let range = |all: &[&str]| {
        let count = end(all).saturating_sub(from).saturating_add(kept_after);
        let start = if count == 0 { from } else { from.saturating_add(1) };
        if count == 1 { start.to_string() } else { format!("{start},{count}") }
    };
    let mut out = format!("--- {}\n+++ {}\n", side(name, before), side(name, after));
    out.push_str(&format!("@@ -{} +{} @@\n", range(&old), range(&new)));
    let mut put = |mark: char, lines: &[&str], from: usize, to: usize| {
        for line in lines.get(from..to).unwrap_or_default() {
            out.push(mark);
            out.push_str(line);
            if !line.ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    };
    put(' ', &old, from, common);
    put('-', &old, common, end(&old));
    put('+', &new, common, end(&new));
    put(' ', &old, end(&old), end(&old).saturating_add(kept_after));
    out
}

fn lines(text: Option<&str>) -> Vec<&str> {
    text.unwrap_or_default().split_inclusive('\n').collect()
}

fn side<'n>(name: &'n str, text: Option<&str>) -> &'n str {
    if text.is_some() { name } else { "/dev/null" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_one_hunk_with_three_lines_around_it() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let after = "a\nb\nc\nd\nX\nf\ng\nh\n";
        assert_eq!(
            unified("f", Some(before), Some(after)),
            "--- f\n+++ f\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+X\n f\n g\n h\n"
        );
    }

    #[test]
    fn a_new_file_and_a_missing_last_newline_read_as_diff_writes_them() {
        assert_eq!(unified("f", None, Some("a\n")), "--- /dev/null\n+++ f\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(
            unified("f", Some("a"), Some("a\n")),
            "--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"
        );
        assert_eq!(unified("f", Some("a"), Some("a")), "");
    }
}
