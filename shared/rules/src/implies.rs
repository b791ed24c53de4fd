//! When one condition can hold only where another does, or nowhere: what makes a rule dead.
//!
//! Sound and not complete: `true` is a proof, `false` says only that the shapes do not show it.

use crate::condition::{Compare, Condition};

/// Whether wherever `narrow` holds, `wide` surely holds as well.
#[must_use]
pub fn implies(narrow: &Condition, wide: &Condition) -> bool {
    if matches!(wide, Condition::Always) || narrow == wide {
        return true;
    }
    if let Condition::Any(cases) = narrow {
        return cases.iter().all(|case| implies(case, wide));
    }
    if let Condition::All(parts) = wide {
        return parts.iter().all(|part| implies(narrow, part));
    }
    let by_wide = match wide {
        Condition::Any(cases) => cases.iter().any(|case| implies(narrow, case)),
        Condition::Always | Condition::All(_) | Condition::Not(_) | Condition::Test(_) => false,
    };
    by_wide
        || match (narrow, wide) {
            (Condition::All(parts), _) => parts.iter().any(|part| implies(part, wide)),
            (Condition::Not(narrow), Condition::Not(wide)) => implies(wide, narrow),
            (Condition::Test(narrow), Condition::Test(wide)) => {
                narrow.field == wide.field && within(&narrow.compare, &wide.compare)
            }
            (Condition::Always | Condition::Any(_) | Condition::Not(_) | Condition::Test(_), _) => false,
        }
}

/// Whether the condition surely holds for nobody: `country is DE and country is FR`.
#[must_use]
pub fn never_holds(condition: &Condition) -> bool {
    match condition {
        Condition::Always | Condition::Test(_) => false,
        Condition::Not(inner) => matches!(**inner, Condition::Always),
        Condition::Any(cases) => cases.iter().all(never_holds),
        Condition::All(parts) => {
            parts.iter().any(never_holds)
                || parts
                    .iter()
                    .enumerate()
                    .any(|(at, part)| parts.get(at + 1..).unwrap_or_default().iter().any(|other| exclude(part, other)))
        }
    }
}

/// Whether two conditions surely never hold together.
fn exclude(a: &Condition, b: &Condition) -> bool {
    match (a, b) {
        (Condition::Test(a), Condition::Test(b)) => a.field == b.field && apart(&a.compare, &b.compare),
        (Condition::Not(inner), other) | (other, Condition::Not(inner)) => implies(other, inner),
        (Condition::Always | Condition::All(_) | Condition::Any(_) | Condition::Test(_), _) => false,
    }
}

/// Whether no value of a field fits both comparisons. Both are of the same field, and so of the same type.
fn apart(a: &Compare, b: &Compare) -> bool {
    match (a, b) {
        (Compare::Absent, Compare::Absent) => false,
        (Compare::Absent, _) | (_, Compare::Absent) => true,
        (Compare::Flag(a), Compare::Flag(b)) => a != b,
        (Compare::OneOf(a), Compare::OneOf(b)) => !a.iter().any(|one| b.binary_search(one).is_ok()),
        (Compare::OneOf(all), Compare::StartsWith(start)) | (Compare::StartsWith(start), Compare::OneOf(all)) => {
            !all.iter().any(|one| one.starts_with(&**start))
        }
        (Compare::OneOf(all), Compare::EndsWith(end)) | (Compare::EndsWith(end), Compare::OneOf(all)) => {
            !all.iter().any(|one| one.ends_with(&**end))
        }
        (Compare::StartsWith(a), Compare::StartsWith(b)) => !a.starts_with(&**b) && !b.starts_with(&**a),
        (Compare::EndsWith(a), Compare::EndsWith(b)) => !a.ends_with(&**b) && !b.ends_with(&**a),
        (Compare::NumberOneOf(a), Compare::NumberOneOf(b)) => !a.iter().any(|one| b.binary_search(one).is_ok()),
        (Compare::NumberOneOf(all), Compare::Within(from, to))
        | (Compare::Within(from, to), Compare::NumberOneOf(all)) => !all.iter().any(|one| (from..=to).contains(&one)),
        (Compare::Within(a, b), Compare::Within(from, to)) => b < from || to < a,
        (
            Compare::Present
            | Compare::Flag(_)
            | Compare::OneOf(_)
            | Compare::StartsWith(_)
            | Compare::EndsWith(_)
            | Compare::NumberOneOf(_)
            | Compare::Within(..),
            _,
        ) => false,
    }
}

fn within(narrow: &Compare, wide: &Compare) -> bool {
    match (narrow, wide) {
        (Compare::Absent, Compare::Absent) => true,
        (Compare::Absent, _) | (_, Compare::Absent) => false,
        (_, Compare::Present) => true,
        (Compare::Flag(a), Compare::Flag(b)) => a == b,
        (Compare::OneOf(a), Compare::OneOf(b)) => a.iter().all(|one| b.binary_search(one).is_ok()),
        (Compare::OneOf(a), Compare::StartsWith(start)) => a.iter().all(|one| one.starts_with(&**start)),
        (Compare::OneOf(a), Compare::EndsWith(end)) => a.iter().all(|one| one.ends_with(&**end)),
        (Compare::StartsWith(a), Compare::StartsWith(b)) => a.starts_with(&**b),
        (Compare::EndsWith(a), Compare::EndsWith(b)) => a.ends_with(&**b),
        (Compare::NumberOneOf(a), Compare::NumberOneOf(b)) => a.iter().all(|one| b.binary_search(one).is_ok()),
        (Compare::NumberOneOf(a), Compare::Within(from, to)) => a.iter().all(|one| (from..=to).contains(&one)),
        (Compare::Within(a, b), Compare::Within(from, to)) => from <= a && b <= to,
        (Compare::Within(a, b), Compare::NumberOneOf(numbers)) => a == b && numbers.binary_search(a).is_ok(),
        (
            Compare::Present
            | Compare::Flag(_)
            | Compare::OneOf(_)
            | Compare::StartsWith(_)
            | Compare::EndsWith(_)
            | Compare::NumberOneOf(_)
            | Compare::Within(..),
            _,
        ) => false,
    }
}
