//! Route's rules: their order is their priority, and the file is kept in the same order.

use revloops_config::Edit;
use serde_json::{Map, Value};

use super::generic::{keys, one_of};
use super::{ChangeError, Files, Spot, id};

pub(super) const FILE: &str = "rules.yaml";

/// Between two rules, where nothing says otherwise.
const STEP: u64 = 10;

pub(super) fn move_to(
    files: &mut Files<'_>,
    rule: &str,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<(), ChangeError> {
    one_of(before, after)?;
    let mut order = order(files)?;
    let from = position(&order, rule)?;
    if [before, after].contains(&Some(rule)) {
        return Err(ChangeError::Refused(format!("rule `{rule}` cannot go beside itself; name another rule")));
    }
    let moved = order.remove(from);
    let at = place(&order, before, after)?;
    let edits = spaced(&order, at, &moved.0);
    // A rule that is last and goes last again keeps its number.
    let same = from == at;
    if same {
        return Ok(());
    }
    let beside = beside(before, after);
    let (priority, mut edits) = edits;
    edits.push(priority_of(rule, priority));
    edits.push(Edit::Move { path: keys(&["rules"]).with("id", rule), to: beside });
    files.edit(FILE, &edits)
}

pub(super) fn add(
    files: &mut Files<'_>,
    rule: &Map<String, Value>,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<(), ChangeError> {
    one_of(before, after)?;
    let Some(name) = rule.get("id").and_then(Value::as_str) else {
        return Err(ChangeError::Refused(
            "the rule has no `id`; give it one, in small letters with hyphens".to_owned(),
        ));
    };
    let order = order(files)?;
    if order.iter().any(|(there, _)| there == name) {
        return Err(ChangeError::Refused(format!(
            "there is a rule `{name}` already; give it another id, or use `edit_rule`"
        )));
    }
    let at = place(&order, before, after)?;
    let (priority, mut edits) = spaced(&order, at, name);
    let mut written = Map::new();
    for key in ["id", "description"] {
        written.extend(rule.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    written.insert("priority".to_owned(), Value::from(priority));
    let rest = rule.iter().filter(|(key, _)| !["id", "description", "priority"].contains(&key.as_str()));
    written.extend(rest.map(|(key, value)| (key.clone(), value.clone())));
    edits.push(Edit::Insert { list: keys(&["rules"]), value: Value::Object(written), to: beside(before, after) });
    files.edit(FILE, &edits)
}

fn beside(before: Option<&str>, after: Option<&str>) -> Spot {
    match (before, after) {
        (Some(before), _) => Spot::Before(id(before)),
        (None, Some(after)) => Spot::After(id(after)),
        (None, None) => Spot::Last,
    }
}

/// Rules with their priorities, in the order in which they are tried.
fn order(files: &Files<'_>) -> Result<Vec<(String, u64)>, ChangeError> {
    let value = files.value(FILE)?;
    let rules = value.get("rules").and_then(Value::as_array).into_iter().flatten();
    let mut order: Vec<(String, u64)> = rules
        .filter_map(|rule| Some((rule.get("id")?.as_str()?.to_owned(), rule.get("priority")?.as_u64()?)))
        .collect();
    order.sort_by_key(|(_, priority)| *priority);
    Ok(order)
}

fn position(order: &[(String, u64)], rule: &str) -> Result<usize, ChangeError> {
    order.iter().position(|(there, _)| there == rule).ok_or_else(|| {
        let known: Vec<&str> = order.iter().map(|(there, _)| there.as_str()).collect();
        ChangeError::unknown("rule", rule, &known)
    })
}

fn place(order: &[(String, u64)], before: Option<&str>, after: Option<&str>) -> Result<usize, ChangeError> {
    match (before, after) {
        (Some(before), _) => position(order, before),
        (None, Some(after)) => position(order, after).map(|at| at + 1),
        (None, None) => Ok(order.len()),
    }
}

/// A priority for what goes to `at`, and the edits of those behind that have to make room. Most often there is room.
fn spaced(order: &[(String, u64)], at: usize, name: &str) -> (u64, Vec<Edit>) {
    let priority = |nth: usize| order.get(nth).map(|(_, priority)| *priority);
    let low = at.checked_sub(1).and_then(priority);
    let high = priority(at);
    let wanted = match (low, high) {
        (Some(low), Some(high)) if high - low > 1 => low + (high - low) / 2,
        (Some(low), Some(_)) => low + 1,
        (Some(low), None) => low + STEP,
        (None, Some(high)) if high > 0 => high / 2,
        (None, Some(_) | None) => 0,
    };
    let mut edits = Vec::new();
    let mut taken = wanted;
    for (there, priority) in order.iter().skip(at) {
        if there == name || *priority > taken {
            break;
        }
        taken += 1;
        edits.push(priority_of(there, taken));
    }
    (wanted, edits)
}

fn priority_of(rule: &str, priority: u64) -> Edit {
    Edit::Set { path: keys(&["rules"]).with("id", rule).key("priority"), value: Value::from(priority) }
}
