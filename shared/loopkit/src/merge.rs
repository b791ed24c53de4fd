//! What to do with one record of a plan, given what it has now: pure.
//!
//! Applying: the record must still have what it had when the plan was made. Undoing is a three-way merge, field by field:
//! *base* is what a field had before, *ours* what we wrote, *theirs* what it has now. Only where theirs is still
//! ours does it go back to base; whatever a person has changed since stays.

use serde_json::{Map, Value};

use crate::ports::{Ended, Intended, PlannedChange, RecordResult};

/// What a record needs.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Nothing is to be written; this is its result.
    End(RecordResult),
    /// This is to be written.
    Write {
        /// What the record has and gets, to be noted before.
        intended: Intended,
        /// Fields that stay as a person has them.
        left: Vec<String>,
    },
}

/// The result of a record without further words.
#[must_use]
pub fn ended(id: &str, ended: Ended) -> RecordResult {
    RecordResult { id: id.to_owned(), ended, made: None, left: Vec::new(), why: None }
}

/// What a planned change needs. `noted` is what an earlier attempt was about to write: by it, a record that has the
/// planned owner already is known as ours.
#[must_use]
pub fn to_apply(change: &PlannedChange, now: Option<&Map<String, Value>>, noted: Option<&Intended>) -> Step {
    let id = &change.id;
    let Some(now) = now else { return Step::End(ended(id, Ended::Gone)) };
    let reached = |field: &String| change.set.get(field).is_some_and(|wanted| same(value(now, field), wanted));
    if change.expect.keys().all(reached) {
        return Step::End(ended(id, if noted.is_some() { Ended::Written } else { Ended::Already }));
    }
    let moved: Vec<String> = change
        .expect
        .iter()
        .filter(|(field, had)| !same(value(now, field), had))
        .map(|(field, _)| field.clone())
        .collect();
    if !moved.is_empty() {
        return Step::End(RecordResult { left: moved, ..ended(id, Ended::Changed) });
    }
    let before = change.set.keys().map(|field| (field.clone(), value(now, field).clone())).collect();
    Step::Write { intended: Intended { id: id.clone(), before, set: change.set.clone() }, left: Vec::new() }
}

/// What taking a write back needs. `noted` is what an earlier attempt of undoing was about to write.
#[must_use]
pub fn to_undo(done: &Intended, now: Option<&Map<String, Value>>, noted: Option<&Intended>) -> Step {
    let id = &done.id;
    let Some(now) = now else { return Step::End(ended(id, Ended::Gone)) };
    let (mut before, mut set, mut left) = (Map::new(), Map::new(), Vec::new());
    for (field, ours) in &done.set {
        let (base, theirs) = (value(&done.before, field), value(now, field));
        if same(base, ours) || same(theirs, base) {
            continue;
        }
        if same(theirs, ours) {
            before.insert(field.clone(), theirs.clone());
            set.insert(field.clone(), base.clone());
        } else {
            left.push(field.clone());
        }
    }
    if !set.is_empty() {
        return Step::Write { intended: Intended { id: id.clone(), before, set }, left };
    }
    let how = match (noted, left.is_empty()) {
        (Some(_), _) => Ended::Written,
        (None, true) => Ended::Already,
        (None, false) => Ended::Changed,
    };
    Step::End(RecordResult { left, ..ended(id, how) })
}

fn value<'a>(record: &'a Map<String, Value>, field: &str) -> &'a Value {
    record.get(field).unwrap_or(&Value::Null)
}

/// Whether two values are the same to the CRM: it keeps no empty texts and no spaces at the end.
#[must_use]
pub fn same(one: &Value, other: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.trim_end().replace("\r\n", "\n")),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    };
    one == other || text(one).is_some_and(|one| text(other).is_some_and(|other| one == other))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn change() -> PlannedChange {
        PlannedChange {
            id: "001A".to_owned(),
            expect: map(json!({"OwnerId": "anna"})),
            set: map(json!({"OwnerId": "ben", "Rule": "owners"})),
        }
    }

    fn written() -> Intended {
        Intended {
            id: "001A".to_owned(),
            before: map(json!({"OwnerId": "anna", "Rule": null})),
            set: map(json!({"OwnerId": "ben", "Rule": "owners"})),
        }
    }

    #[test]
    fn a_record_as_it_was_planned_is_written_with_what_it_has_noted_first() {
        let now = map(json!({"OwnerId": "anna", "Rule": "old", "Industry": "Food"}));
        let Step::Write { intended, left } = to_apply(&change(), Some(&now), None) else { panic!() };
        assert_eq!(intended.before, map(json!({"OwnerId": "anna", "Rule": "old"})));
        assert_eq!((intended.set, left), (change().set, vec![]));
    }

    #[test]
    fn a_record_that_a_person_gave_away_since_is_left_alone() {
        let now = map(json!({"OwnerId": "cleo", "Rule": null}));
        let Step::End(result) = to_apply(&change(), Some(&now), None) else { panic!() };
        assert_eq!((result.ended, result.left), (Ended::Changed, vec!["OwnerId".to_owned()]));
    }

    #[test]
    fn after_a_crash_a_record_with_the_planned_owner_counts_as_written_and_otherwise_as_so_already() {
        let now = map(json!({"OwnerId": "ben", "Rule": "owners"}));
        assert_eq!(to_apply(&change(), Some(&now), Some(&written())), Step::End(ended("001A", Ended::Written)));
        assert_eq!(to_apply(&change(), Some(&now), None), Step::End(ended("001A", Ended::Already)));
        assert_eq!(to_apply(&change(), None, None), Step::End(ended("001A", Ended::Gone)));
    }

    #[test]
    fn undo_takes_back_each_field_that_is_still_ours_and_leaves_the_others() {
        let now = map(json!({"OwnerId": "ben", "Rule": "by hand"}));
        let Step::Write { intended, left } = to_undo(&written(), Some(&now), None) else { panic!() };
        assert_eq!((intended.set, left), (map(json!({"OwnerId": "anna"})), vec!["Rule".to_owned()]));
        let now = map(json!({"OwnerId": "cleo", "Rule": "owners"}));
        let Step::Write { intended, left } = to_undo(&written(), Some(&now), None) else { panic!() };
        assert_eq!((intended.set, left), (map(json!({"Rule": null})), vec!["OwnerId".to_owned()]));
    }

    #[test]
    fn undo_twice_changes_nothing_the_second_time() {
        let now = written().before;
        assert_eq!(to_undo(&written(), Some(&now), None), Step::End(ended("001A", Ended::Already)));
        let step = to_undo(&written(), Some(&now), Some(&written()));
        assert_eq!(step, Step::End(ended("001A", Ended::Written)));
        assert_eq!(to_undo(&written(), None, None), Step::End(ended("001A", Ended::Gone)));
    }

    fn fields() -> impl Strategy<Value = Map<String, Value>> {
        let value = prop_oneof![Just(Value::Null), "[ab]".prop_map(Value::from)];
        prop::collection::vec(value, 3)
            .prop_map(|values| ["F", "G", "H"].into_iter().map(String::from).zip(values).collect())
    }

    proptest! {
        /// Whatever a record had, got and has now: after undoing, a field has what a person gave it, or else its base.
        #[test]
        fn no_edit_is_lost_and_nothing_of_ours_stays(before in fields(), set in fields(), theirs in fields()) {
            let done = Intended { id: "x".to_owned(), before: before.clone(), set: set.clone() };
            let mut after = theirs.clone();
            if let Step::Write { intended, .. } = to_undo(&done, Some(&theirs), None) {
                after.extend(intended.set);
            }
            for field in ["F", "G", "H"] {
                let wanted = if theirs[field] == set[field] { &before[field] } else { &theirs[field] };
                prop_assert_eq!(&after[field], wanted);
            }
            // And once more: nothing is left to do.
            let again = to_undo(&done, Some(&after), None);
            let writes = matches!(again, Step::Write { .. });
            prop_assert!(!writes);
        }
    }
}
