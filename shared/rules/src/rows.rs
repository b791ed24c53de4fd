//! A condition as alternatives: rows of single comparisons, one of which must hold in full.
//!
//! This is the disjunctive normal form, with each `not` pushed down to the comparisons. The index and the proofs both
//! start from it.

use crate::condition::{Condition, Test};

/// One comparison of a row, or its opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Literal<'a> {
    /// The comparison.
    pub test: &'a Test,
    /// Whether it must not hold.
    pub negated: bool,
}

/// The rows of `condition`: it holds where all literals of one row do. `always` is one empty row, what never holds has
/// none. `None` where there would be more than `at_most` rows.
#[must_use]
pub fn rows(condition: &Condition, at_most: usize) -> Option<Vec<Vec<Literal<'_>>>> {
    expand(condition, false, at_most)
}

fn expand(condition: &Condition, negated: bool, at_most: usize) -> Option<Vec<Vec<Literal<'_>>>> {
    let rows = match (condition, negated) {
        (Condition::Always, false) => vec![Vec::new()],
        (Condition::Always, true) => Vec::new(),
        (Condition::Test(test), _) => vec![vec![Literal { test, negated }]],
        (Condition::Not(inner), _) => return expand(inner, !negated, at_most),
        (Condition::All(parts), false) | (Condition::Any(parts), true) => return product(parts, negated, at_most),
        (Condition::Any(parts), false) | (Condition::All(parts), true) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(expand(part, negated, at_most)?);
                if all.len() > at_most {
                    return None;
                }
            }
            all
        }
    };
    (rows.len() <= at_most).then_some(rows)
}

/// Every combination of one row of each part.
fn product(parts: &[Condition], negated: bool, at_most: usize) -> Option<Vec<Vec<Literal<'_>>>> {
    let parts: Vec<Option<Vec<Vec<Literal<'_>>>>> = parts.iter().map(|part| expand(part, negated, at_most)).collect();
    // One part that never holds settles it, however large the others are.
    if parts.iter().flatten().any(Vec::is_empty) {
        return Some(Vec::new());
    }
    let mut all = vec![Vec::new()];
    for part in parts {
        let part = part?;
        if all.len().checked_mul(part.len()).is_none_or(|rows| rows > at_most) {
            return None;
        }
        all = combined(&all, &part);
    }
    (all.len() <= at_most).then_some(all)
}

/// Rows that cover `condition`, at most `at_most`, and whether they say all of it: where they do not, the condition holds
/// only where one of the rows does, but not everywhere.
pub(crate) fn necessary_rows(condition: &Condition, at_most: usize) -> (Vec<Vec<Literal<'_>>>, bool) {
    if let Some(rows) = rows(condition, at_most) {
        return (rows, true);
    }
    let mut all = match condition {
        Condition::Any(parts) => {
            parts.iter().flat_map(|part| necessary_rows(part, at_most).0).take(at_most + 1).collect()
        }
        Condition::All(parts) => {
            let mut all = vec![Vec::new()];
            for part in parts {
                let (part, _) = necessary_rows(part, at_most);
                // A part that would make too many is left to the condition itself.
                if all.len() * part.len() <= at_most {
                    all = combined(&all, &part);
                }
            }
            all
        }
        Condition::Always | Condition::Not(_) | Condition::Test(_) => vec![Vec::new()],
    };
    if all.len() > at_most {
        all = vec![Vec::new()];
    }
    (all, false)
}

/// Every row of `heads` with every row of `tails`.
fn combined<'a>(heads: &[Vec<Literal<'a>>], tails: &[Vec<Literal<'a>>]) -> Vec<Vec<Literal<'a>>> {
    heads.iter().flat_map(|head| tails.iter().map(move |tail| [head.as_slice(), tail].concat())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Compare;
    use crate::fields::FieldId;

    fn test(name: &str) -> Condition {
        let field = FieldId(0);
        Condition::Test(Test { field, compare: Compare::StartsWith(name.into()), words: name.into() })
    }

    fn not(inner: Condition) -> Condition {
        Condition::Not(Box::new(inner))
    }

    fn all(parts: &[Condition]) -> Condition {
        Condition::All(parts.into())
    }

    fn any(parts: &[Condition]) -> Condition {
        Condition::Any(parts.into())
    }

    /// `a -b | c`: a row is its literals, a negated one with a dash.
    fn shown(condition: &Condition, at_most: usize) -> Option<String> {
        let literal = |one: &Literal<'_>| format!("{}{}", if one.negated { "-" } else { "" }, one.test.words);
        let row = |row: &Vec<Literal<'_>>| row.iter().map(literal).collect::<Vec<_>>().join(" ");
        rows(condition, at_most).map(|rows| rows.iter().map(row).collect::<Vec<_>>().join(" | "))
    }

    #[test]
    fn not_is_pushed_down_to_the_comparisons() {
        let (a, b, c) = (test("a"), test("b"), test("c"));
        for (condition, wanted) in [
            (any(&[a.clone(), b.clone()]), "a | b"),
            (all(&[a.clone(), b.clone()]), "a b"),
            (not(any(&[a.clone(), b.clone()])), "-a -b"),
            (not(all(&[a.clone(), not(b.clone())])), "-a | b"),
            (all(&[any(&[a.clone(), b.clone()]), any(&[b.clone(), c.clone()])]), "a b | a c | b b | b c"),
        ] {
            assert_eq!(shown(&condition, 9).as_deref(), Some(wanted));
        }
    }

    #[test]
    fn always_is_one_empty_row_and_never_is_none() {
        assert_eq!(rows(&Condition::Always, 1), Some(vec![Vec::new()]));
        assert_eq!(rows(&not(Condition::Always), 0), Some(Vec::new()));
    }

    #[test]
    fn what_would_be_larger_is_left_alone() {
        let either = any(&[test("a"), test("b")]);
        let condition = all(&[either.clone(), either.clone(), either.clone()]);
        assert_eq!(rows(&condition, 7), None);
        assert_eq!(rows(&condition, 8).map(|rows| rows.len()), Some(8));
        let settled = all(&[condition, not(Condition::Always)]);
        assert_eq!(rows(&settled, 1), Some(Vec::new()), "one part that never holds settles it");
    }
}
