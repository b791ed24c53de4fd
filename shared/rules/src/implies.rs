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

/// Fields, as one bit for every 64th: it may say of a field that it is in when it is not, never the reverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FieldSet(u64);

impl FieldSet {
    /// The fields that must be asked wherever [`implies`] proves something by this condition as the wider one.
    pub(crate) fn needed(wide: &Condition) -> Self {
        match wide {
            Condition::Test(test) => Self(1 << (test.field.0 % 64)),
            Condition::All(parts) => parts.iter().fold(Self(0), |all, part| Self(all.0 | Self::needed(part).0)),
            Condition::Always | Condition::Any(_) | Condition::Not(_) => Self(0),
        }
    }

    /// All fields that the condition asks.
    pub(crate) fn asked(condition: &Condition) -> Self {
        match condition {
            Condition::Always => Self(0),
            Condition::Test(test) => Self(1 << (test.field.0 % 64)),
            Condition::Not(inner) => Self::asked(inner),
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().fold(Self(0), |all, part| Self(all.0 | Self::asked(part).0))
            }
        }
    }

    pub(crate) fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
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
        (Compare::Absent, Compare::Absent) | (Compare::Present, Compare::Present) => false,
        (Compare::Absent, _) | (_, Compare::Absent) => true,
        (Compare::Flag(a), Compare::Flag(b)) => a != b,
        _ => {
            if let (Some(a), Some(b)) = (Numbers::of(a), Numbers::of(b)) {
                return match (a, b) {
                    (Numbers::Listed(listed), other) | (other, Numbers::Listed(listed)) => {
                        !listed.iter().any(|one| other.has(*one))
                    }
                    (Numbers::Span(a, b), Numbers::Span(from, to)) => b < from || to < a,
                };
            }
            if let (Compare::EndsWith(a), Compare::EndsWith(b)) = (a, b) {
                return !a.ends_with(&**b) && !b.ends_with(&**a);
            }
            match (listed(a), listed(b), span(a), span(b)) {
                (Some(all), _, _, _) => !all.iter().any(|one| b.holds_text(one)),
                (_, Some(all), _, _) => !all.iter().any(|one| a.holds_text(one)),
                (_, _, Some((from_a, to_a)), Some((from_b, to_b))) => !before(from_a, to_b) || !before(from_b, to_a),
                (None, None, _, _) => false,
            }
        }
    }
}

fn within(narrow: &Compare, wide: &Compare) -> bool {
    match (narrow, wide) {
        (Compare::Absent, Compare::Absent) => true,
        (Compare::Absent, _) | (_, Compare::Absent) => false,
        (_, Compare::Present) => true,
        (Compare::Flag(a), Compare::Flag(b)) => a == b,
        (Compare::EndsWith(a), Compare::EndsWith(b)) => a.ends_with(&**b),
        (Compare::InList { list, below: true }, Compare::InList { list: other, below: true }) => {
            list == other || list.entries().iter().all(|one| other.has_domain(one))
        }
        _ => {
            if let (Some(a), Some(b)) = (Numbers::of(narrow), Numbers::of(wide)) {
                return match (a, b) {
                    (Numbers::Listed(listed), other) => listed.iter().all(|one| other.has(*one)),
                    (Numbers::Span(a, b), Numbers::Span(from, to)) => from <= a && b <= to,
                    (Numbers::Span(a, b), Numbers::Listed(listed)) => a == b && listed.binary_search(&a).is_ok(),
                };
            }
            match (listed(narrow), span(narrow), span(wide)) {
                (Some(all), _, _) => all.iter().all(|one| wide.holds_text(one)),
                (None, Some((from, to)), Some((wide_from, wide_to))) => {
                    wide_from <= from && wide_to.is_none_or(|wide_to| to.is_some_and(|to| ends_by(to, wide_to)))
                }
                (None, _, _) => false,
            }
        }
    }
}

/// What a comparison of numbers or days takes.
#[derive(Clone, Copy)]
enum Numbers<'a> {
    Listed(&'a [i64]),
    Span(i64, i64),
}

impl<'a> Numbers<'a> {
    fn of(compare: &'a Compare) -> Option<Self> {
        match compare {
            Compare::NumberOneOf(listed) => Some(Self::Listed(listed)),
            Compare::Within(from, to) => Some(Self::Span(*from, *to)),
            Compare::Present
            | Compare::Absent
            | Compare::Flag(_)
            | Compare::OneOf(_)
            | Compare::StartsWith(_)
            | Compare::EndsWith(_)
            | Compare::InList { .. }
            | Compare::TextWithin { .. } => None,
        }
    }

    fn has(self, number: i64) -> bool {
        match self {
            Self::Listed(listed) => listed.binary_search(&number).is_ok(),
            Self::Span(from, to) => (from..=to).contains(&number),
        }
    }
}

/// The only texts that a comparison takes, where they can be counted.
fn listed(compare: &Compare) -> Option<&[Box<str>]> {
    match compare {
        Compare::OneOf(texts) => Some(texts),
        Compare::InList { list, below: false } => Some(list.entries()),
        Compare::Present
        | Compare::Absent
        | Compare::Flag(_)
        | Compare::StartsWith(_)
        | Compare::EndsWith(_)
        | Compare::InList { below: true, .. }
        | Compare::TextWithin { .. }
        | Compare::NumberOneOf(_)
        | Compare::Within(..) => None,
    }
}

/// The texts of a comparison as a span of their order, from the first up to the last and what begins with it.
fn span(compare: &Compare) -> Option<(&str, Option<&str>)> {
    match compare {
        Compare::StartsWith(start) => Some((start, Some(start))),
        Compare::TextWithin { from, to } => Some((from, to.as_deref())),
        Compare::Present
        | Compare::Absent
        | Compare::Flag(_)
        | Compare::OneOf(_)
        | Compare::EndsWith(_)
        | Compare::InList { .. }
        | Compare::NumberOneOf(_)
        | Compare::Within(..) => None,
    }
}

/// Whether a span that begins at `from` has begun where another ends at `to`.
fn before(from: &str, to: Option<&str>) -> bool {
    to.is_none_or(|to| from <= to || from.starts_with(to))
}

/// Whether what ends at `to` and what begins with it is over where `wide` and what begins with that is.
fn ends_by(to: &str, wide: &str) -> bool {
    // `14` ends after `141`: it has `149` too.
    to.starts_with(wide) || (to < wide && !wide.starts_with(to))
}
