//! `plays.yaml`: raw → checked plays, with every problem at its line.

use revloops_config::names::{id, once};
use revloops_config::{Document, Problems};
use revloops_rules::{Condition, check_countries, compile};

use super::raw::{RawMilestone, RawOwner, RawPlay, RawPlays};
use super::{Due, Milestone, OwnerRole, Play};
use crate::logic::fields::TABLE;

/// Room for a company's name in a task's subject of 255.
const TITLE_CHARS: usize = 160;

/// A task's text has room for 32,000, and says where the brief is besides.
const TEXT_CHARS: usize = 8000;

/// The slot of a title.
pub(crate) const COMPANY: &str = "{company}";

/// Checks `plays.yaml`; `stages` are those of the levers.
pub(super) fn plays(document: &Document, stages: &[String], problems: &mut Problems) -> Option<Vec<Play>> {
    let raw: Option<RawPlays> = document.read(problems);
    let items: Vec<(usize, RawPlay)> = document.items("plays");
    let pointers = items.iter().map(|(at, one)| (one.id.as_str(), format!("/plays/{at}/id")));
    once("play", pointers, document, problems);
    let mut plays: Vec<Play> = Vec::new();
    for (at, one) in &items {
        let pointer = format!("/plays/{at}");
        if let Some(earlier) = plays.iter().find(|earlier| earlier.when == Condition::Always) {
            let what = format!("play `{}` is never reached: `{}` fits every deal", one.id, earlier.id);
            problems.at(document, &pointer, what, "take it out, or move it before that one");
        }
        plays.extend(play(one, stages, document, &pointer, problems));
    }
    if items.is_empty() && raw.is_some() {
        problems.at(document, "/plays", "there are no plays", "add one with `when: {always: true}`");
    }
    raw.map(|_| plays)
}

fn play(raw: &RawPlay, stages: &[String], document: &Document, at: &str, problems: &mut Problems) -> Option<Play> {
    id(&raw.id, document, &format!("{at}/id"), problems);
    if raw.version.trim().is_empty() || raw.version.len() > 40 {
        problems.at(document, &format!("{at}/version"), "no version, or a long one", "up to 40 letters: `2026-11-a`");
    }
    for field in ["country", "lead_country"] {
        check_countries(field, &raw.when, document, &format!("{at}/when"), problems);
    }
    let when = compile(&raw.when, &TABLE, document, &format!("{at}/when"), problems);
    let pointers = raw.milestones.iter().enumerate();
    let pointers = pointers.map(|(nth, one)| (one.id.as_str(), format!("{at}/milestones/{nth}/id")));
    once("milestone", pointers, document, problems);
    let milestones: Vec<Option<Milestone>> = raw
        .milestones
        .iter()
        .enumerate()
        .map(|(nth, one)| milestone(one, stages, document, &format!("{at}/milestones/{nth}"), problems))
        .collect();
    let milestones: Option<Vec<Milestone>> = milestones.into_iter().collect();
    Some(Play {
        id: raw.id.clone(),
        version: raw.version.trim().to_owned(),
        description: raw.description.trim().to_owned(),
        when: when?,
        milestones: milestones?,
    })
}

fn milestone(
    raw: &RawMilestone,
    stages: &[String],
    document: &Document,
    at: &str,
    problems: &mut Problems,
) -> Option<Milestone> {
    id(&raw.id, document, &format!("{at}/id"), problems);
    for (name, text, most) in [("title", &raw.title, TITLE_CHARS), ("text", &raw.text, TEXT_CHARS)] {
        let pointer = format!("{at}/{name}");
        if text.trim().is_empty() {
            problems.at(document, &pointer, "an empty text", "write it out");
        } else if text.chars().count() > most {
            problems.at(document, &pointer, "the text is too long", format!("at most {most} characters"));
        }
    }
    if raw.title.replace(COMPANY, "").contains(['{', '}']) {
        problems.at(document, &format!("{at}/title"), "a slot that is not known", "only `{company}` is filled in");
    }
    if let Some(stage) = &raw.until_stage
        && !stages.iter().any(|one| one.eq_ignore_ascii_case(stage))
    {
        let known = stages.iter().map(String::as_str);
        problems.unknown_name(document, &format!("{at}/until_stage"), "stage", stage, known);
    }
    let due = match (raw.due.business_days_after_start, raw.due.business_days_before_close) {
        (Some(days), None) => Some(Due::AfterStart(days)),
        (None, Some(days)) => Some(Due::BeforeClose(days)),
        (None, None) | (Some(_), Some(_)) => {
            let remedy = "either `{business_days_after_start: 2}` or `{business_days_before_close: 10}`";
            problems.at(document, &format!("{at}/due"), "a milestone is due by one count of days", remedy);
            None
        }
    };
    let owner = match &raw.owner {
        None => Some(OwnerRole::Deal),
        Some(owner) => owner_role(owner, document, &format!("{at}/owner"), problems),
    };
    Some(Milestone {
        id: raw.id.clone(),
        title: raw.title.trim().to_owned(),
        text: raw.text.trim().to_owned(),
        due: due?,
        owner: owner?,
        until_stage: raw.until_stage.clone(),
        high_priority: raw.high_priority,
    })
}

fn owner_role(raw: &RawOwner, document: &Document, at: &str, problems: &mut Problems) -> Option<OwnerRole> {
    let role = raw.role.as_deref().map(str::trim).filter(|role| !role.is_empty());
    match (raw.kind.as_str(), role) {
        ("deal_owner", None) => Some(OwnerRole::Deal),
        ("account_owner", None) => Some(OwnerRole::Account),
        ("territory_role", Some(role)) => Some(OwnerRole::Territory(role.to_owned())),
        ("territory_role", None) => {
            let remedy = "add it as the CRM writes it: `{type: territory_role, role: Sales Engineer}`";
            problems.at(document, at, "no role", remedy);
            None
        }
        ("deal_owner" | "account_owner", Some(_)) => {
            problems.at(document, &format!("{at}/role"), "a role goes with `territory_role` alone", "take it out");
            None
        }
        (other, _) => {
            let known = ["deal_owner", "account_owner", "territory_role"];
            problems.unknown_name(document, &format!("{at}/type"), "type", other, known);
            None
        }
    }
}
