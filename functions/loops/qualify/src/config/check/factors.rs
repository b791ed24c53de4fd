//! Factors: raw → choices with compiled conditions, tried from first to last.

use std::collections::BTreeMap;

use serde_json::Value;

use revloops_config::{Document, Problems};
use revloops_rules::{Condition, FieldType, RawCondition};

use super::super::raw::{RawFactor, RawFactorBand, RawFactorValue};
use super::super::{Choice, Factor, Group, fold};
use super::{Names, REASON_CHARS};
use crate::logic::fields::{PRIVATE, TABLE};

const SHAPES: &str = "a factor is a `field` with `bands` or `values`, or a `when` with `points` and `reason`";

/// Where one factor stands.
struct Place<'a> {
    document: &'a Document,
    names: &'a Names<'a>,
    pointer: String,
}

impl Place<'_> {
    fn at(&self, problems: &mut Problems, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        problems.at(self.document, &format!("{}/{key}", self.pointer), what, remedy);
    }

    fn compile(&self, raw: &RawCondition, key: &str, problems: &mut Problems) -> Option<Condition> {
        self.names.compile(raw, self.document, &format!("{}/{key}", self.pointer), problems)
    }
}

pub(super) fn check(groups: &[Group], document: &Document, names: &Names<'_>, problems: &mut Problems) -> Vec<Factor> {
    super::unique(document, "factors", "id", problems);
    let mut factors = Vec::new();
    for (index, one) in document.items::<RawFactor>("factors") {
        let one = &one;
        let place = Place { document, names, pointer: format!("/factors/{index}") };
        let group = groups.iter().position(|group| group.id == one.group);
        if group.is_none() {
            let valid = groups.iter().map(|group| group.id.as_str());
            problems.unknown_name(document, &format!("{}/group", place.pointer), "group", &one.group, valid);
        }
        let choices = choices(one, &place, problems);
        reasons(one, &choices, &place, problems);
        let field = one.field.as_deref().and_then(|name| TABLE.find(name)).map(|(id, _)| id);
        factors.push(Factor { id: one.id.clone(), group: group.unwrap_or(0), field, choices });
    }
    factors
}

fn choices(raw: &RawFactor, place: &Place<'_>, problems: &mut Problems) -> Vec<Choice> {
    let mut choices = match (&raw.field, &raw.bands, &raw.values, &raw.when) {
        (Some(field), Some(bands), None, None) => by_band(field, bands, place, problems),
        (Some(field), None, Some(values), None) => by_value(field, values, place, problems),
        (None, None, None, Some(when)) => by_condition(raw, when, place, problems),
        _ => {
            place.at(problems, "id", format!("factor `{}` has no clear shape", raw.id), SHAPES);
            Vec::new()
        }
    };
    if raw.when.is_none() {
        for (key, stray) in [("points", raw.points.is_some()), ("reason", raw.reason.is_some())] {
            if stray {
                place.at(problems, key, format!("`{key}` goes with `when` alone"), SHAPES);
            }
        }
    }
    if let Some(nothing) = &raw.nothing {
        match &raw.field {
            Some(field) => {
                let absent =
                    RawCondition { field: Some(field.clone()), present: Some(false), ..RawCondition::default() };
                if let Some(when) = place.compile(&absent, "field", problems) {
                    choices.push(choice("nothing", when, nothing.points, &nothing.reason));
                }
            }
            None => place.at(problems, "nothing", "`nothing` goes with a `field`", SHAPES),
        }
    }
    if let Some(other) = &raw.other {
        choices.push(choice("other", Condition::Always, other.points, &other.reason));
    }
    choices
}

fn choice(path: impl Into<String>, when: Condition, points: i32, reason: &str) -> Choice {
    Choice { path: path.into(), when, points, reason: reason.trim().to_owned() }
}

/// Bands rise in the file, and are tried from the highest down.
fn by_band(field: &str, bands: &[RawFactorBand], place: &Place<'_>, problems: &mut Problems) -> Vec<Choice> {
    match TABLE.find(field) {
        None => {
            let pointer = format!("{}/field", place.pointer);
            problems.unknown_name(place.document, &pointer, "field", field, TABLE.names());
            return Vec::new();
        }
        Some((_, found)) if found.holds != FieldType::Number => {
            place.at(problems, "bands", format!("`{field}` is no number"), "use `values` for a text");
            return Vec::new();
        }
        Some(_) => {}
    }
    let mut choices = Vec::new();
    let mut below: Option<i64> = None;
    for (index, band) in bands.iter().enumerate() {
        let key = format!("bands/{index}");
        if let Some(below) = below
            && band.at_least <= below
        {
            let what = format!("this band begins at {}, the one before it at {below}", band.at_least);
            place.at(problems, &format!("{key}/at_least"), what, "write bands from the lowest up");
        }
        below = Some(band.at_least);
        let raw = RawCondition {
            field: Some(field.to_owned()),
            at_least: Some(band.at_least.into()),
            ..RawCondition::default()
        };
        if let Some(when) = place.compile(&raw, &key, problems) {
            choices.push(choice(format!("bands[{index}]"), when, band.points, &band.reason));
        }
    }
    choices.reverse();
    choices
}

fn by_value(field: &str, values: &[RawFactorValue], place: &Place<'_>, problems: &mut Problems) -> Vec<Choice> {
    if TABLE.find(field).is_none() {
        let pointer = format!("{}/field", place.pointer);
        problems.unknown_name(place.document, &pointer, "field", field, TABLE.names());
        return Vec::new();
    }
    let mut choices = Vec::new();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for (index, value) in values.iter().enumerate() {
        let key = format!("values/{index}");
        for (nth, one) in value.one_of.iter().enumerate() {
            let text = one.as_str().map_or_else(|| one.to_string(), fold);
            if let Some(first) = taken.insert(text.clone(), index) {
                let what = format!("`{text}` stands in values[{first}] already");
                place.at(problems, &format!("{key}/in/{nth}"), what, "the first counts: take one out");
            }
        }
        let one_of: Vec<Value> = value.one_of.clone();
        let raw = RawCondition { field: Some(field.to_owned()), one_of: Some(one_of), ..RawCondition::default() };
        if let Some(when) = place.compile(&raw, &key, problems) {
            choices.push(choice(format!("values[{index}]"), when, value.points, &value.reason));
        }
    }
    choices
}

fn by_condition(raw: &RawFactor, when: &RawCondition, place: &Place<'_>, problems: &mut Problems) -> Vec<Choice> {
    let (Some(points), Some(reason)) = (raw.points, &raw.reason) else {
        place.at(problems, "when", "`when` without `points` and `reason`", SHAPES);
        return Vec::new();
    };
    place.compile(when, "when", problems).map(|when| vec![choice("when", when, points, reason)]).unwrap_or_default()
}

/// Reasons are shown to reps and published: short, with `{value}` as the only slot, and never with a private value.
fn reasons(raw: &RawFactor, choices: &[Choice], place: &Place<'_>, problems: &mut Problems) {
    for choice in choices {
        let key = choice.path.replace('[', "/").replace(']', "");
        let length = choice.reason.chars().count();
        if length == 0 || length > REASON_CHARS {
            let what = format!("a reason of {length} characters");
            place.at(problems, &key, what, format!("1 to {REASON_CHARS}"));
        }
        if choice.reason.replace("{value}", "").contains(['{', '}']) {
            place.at(problems, &key, "an unknown slot in the reason", "`{value}` is the only one");
        }
        if choice.reason.contains("{value}") {
            match &raw.field {
                None => place.at(problems, &key, "`{value}` without a `field`", "say it in words"),
                Some(field) if PRIVATE.contains(&field.as_str()) => {
                    let what = format!("`{field}` is a person's, and reasons are published");
                    place.at(problems, &key, what, "say it without `{value}`");
                }
                Some(_) => {}
            }
        }
    }
}
