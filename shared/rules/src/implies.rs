//! When one condition can hold only where another does: what makes a later rule dead.
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
