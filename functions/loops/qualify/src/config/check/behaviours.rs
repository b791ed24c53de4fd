//! Behaviours: raw → checked, with what can never count said.

use std::collections::BTreeSet;

use revloops_config::{Document, Problems};

use super::super::raw::{RawBehaviour, RawKind};
use super::super::{BehaviourFactor, Group, Kind, fold};
use super::REASON_CHARS;

pub(super) fn check(groups: &[Group], document: &Document, problems: &mut Problems) -> Vec<BehaviourFactor> {
    super::unique(document, "behaviours", "id", problems);
    not_a_factors_id(document, problems);
    let mut checked: Vec<BehaviourFactor> = Vec::new();
    for (index, one) in document.items::<RawBehaviour>("behaviours") {
        let at = format!("/behaviours/{index}");
        let group = groups.iter().position(|group| group.id == one.group);
        if group.is_none() {
            let valid = groups.iter().map(|group| group.id.as_str());
            problems.unknown_name(document, &format!("{at}/group"), "group", &one.group, valid);
        }
        let length = one.reason.trim().chars().count();
        if length == 0 || length > REASON_CHARS {
            let what = format!("a reason of {length} characters");
            problems.at(document, &format!("{at}/reason"), what, format!("1 to {REASON_CHARS}"));
        }
        if one.points == 0 {
            let remedy = "give points, or take the behaviour out";
            problems.at(document, &format!("{at}/points"), format!("`{}` gives no points", one.id), remedy);
        }
        let Some(kind) = kind(&one.kind, document, &format!("{at}/kind"), problems) else { continue };
        if let Some(before) = checked.iter().find(|before| covers(&before.kind, &kind)) {
            let what = format!("`{}` never counts: `{}` before it takes everything that it would", one.id, before.id);
            problems.at(document, &format!("{at}/kind"), what, "put the narrower one first, or take one out");
        }
        checked.push(BehaviourFactor {
            id: one.id,
            group: group.unwrap_or(0),
            kind,
            points: one.points,
            half_life_days: one.half_life_days.max(1),
            count_at_most: one.count_at_most,
            reason: one.reason.trim().to_owned(),
        });
    }
    checked
}

/// Contributions are named by their id: a factor and a behaviour cannot share one.
fn not_a_factors_id(document: &Document, problems: &mut Problems) {
    let ids = |list: &str| -> Vec<(usize, String)> {
        let items = document.value().get(list).and_then(serde_json::Value::as_array).into_iter().flatten();
        let id = |item: &serde_json::Value| item.get("id").and_then(serde_json::Value::as_str).map(str::to_owned);
        items.enumerate().filter_map(|(at, item)| Some((at, id(item)?))).collect()
    };
    let factors: BTreeSet<String> = ids("factors").into_iter().map(|(_, id)| id).collect();
    for (index, id) in ids("behaviours") {
        if factors.contains(&id) {
            let what = format!("`{id}` is the id of a factor");
            problems.at(document, &format!("/behaviours/{index}/id"), what, "each must be unique: rename one");
        }
    }
}

fn kind(raw: &RawKind, document: &Document, at: &str, problems: &mut Problems) -> Option<Kind> {
    let words = |key: &str, words: Option<&Vec<String>>, problems: &mut Problems| -> Option<BTreeSet<String>> {
        let words = words?;
        if words.is_empty() || words.iter().any(|word| word.trim().is_empty()) {
            let remedy = format!("name at least one, or leave `{key}` out for any");
            problems.at(document, &format!("{at}/{key}"), "an empty list or word", remedy);
        }
        Some(words.iter().map(|word| fold(word)).collect())
    };
    let types = words("campaign_type", raw.campaign_type.as_ref(), problems);
    let statuses = words("status", raw.status.as_ref(), problems);
    let activity = words("activity", raw.activity.as_ref(), problems);
    let of_campaign = types.is_some() || statuses.is_some() || raw.responded.is_some();
    match (activity, of_campaign) {
        (None, true) => Some(Kind::Campaign { types, statuses, responded: raw.responded }),
        (Some(subtypes), false) => Some(Kind::Activity(subtypes)),
        (Some(_), true) => {
            let remedy = "an activity belongs to no campaign: keep `activity` alone, or leave it out";
            problems.at(document, at, "`activity` together with what a campaign has", remedy);
            None
        }
        (None, false) => {
            let remedy = "name `campaign_type`, `status` or `responded` of a campaign, or an `activity`";
            problems.at(document, at, "a kind that says nothing", remedy);
            None
        }
    }
}

/// Whether everything that `later` fits, `earlier` fits too.
fn covers(earlier: &Kind, later: &Kind) -> bool {
    let within = |wide: Option<&BTreeSet<String>>, narrow: Option<&BTreeSet<String>>| match (wide, narrow) {
        (None, _) => true,
        (Some(wide), Some(narrow)) => narrow.is_subset(wide),
        (Some(_), None) => false,
    };
    match (earlier, later) {
        (
            Kind::Campaign { types, statuses, responded },
            Kind::Campaign { types: later_types, statuses: later_statuses, responded: later_responded },
        ) => {
            within(types.as_ref(), later_types.as_ref())
                && within(statuses.as_ref(), later_statuses.as_ref())
                && (responded.is_none() || responded == later_responded)
        }
        (Kind::Activity(wide), Kind::Activity(narrow)) => narrow.is_subset(wide),
        (Kind::Campaign { .. }, Kind::Activity(_)) | (Kind::Activity(_), Kind::Campaign { .. }) => false,
    }
}
