//! Territories and rules that no lead can ever reach.

use revloops_config::{Document, Problems};
use revloops_rules::{Book, Fate, Space};

use super::Drafted;
use super::nobody;
use super::plan::{Plan, said};

/// Reports territories that no lead can be in.
pub(super) fn territories(plan: &Plan<'_>, document: &Document, problems: &mut Problems) {
    for (at, (territory, _, pointer)) in plan.territories.iter().enumerate() {
        let id = &territory.id;
        let earlier: Vec<usize> = (0..at).collect();
        match plan.atlas.fate(at, &earlier) {
            Fate::Reached(_) | Fate::Undecided => {}
            Fate::Contradiction => {
                let what = format!("no lead can be in `{id}`: its conditions contradict each other");
                problems.at(document, &format!("{pointer}/when"), what, "mend them, or use `any:`");
            }
            Fate::Taken { by, example, taker } => {
                let entry = |place: &usize| plan.territories.get(*place).map(|(one, _, at)| (one.id.as_str(), *at));
                let by_whom = said(by.iter().filter_map(entry), document);
                let what = match by.as_slice() {
                    [_] => format!(
                        "no lead can be in `{id}`: {by_whom} stands before it and takes them all, for example {example}"
                    ),
                    _ => {
                        let taker = entry(&taker).map_or("?", |(id, _)| id);
                        format!(
                            "no lead can be in `{id}`: {by_whom} stand before it and together take them all, for example {example} is in `{taker}`"
                        )
                    }
                };
                problems.at(document, pointer, what, "put it before them, or narrow them");
            }
        }
    }
}

/// Reports rules that can never fire, and hands those that can on to what is proved of them.
pub(super) fn rules(plan: &Plan<'_>, drafted: &Drafted<'_>, problems: &mut Problems) {
    let Some(document) = drafted.sources.get("rules.yaml") else { return };
    for (at, rule) in plan.rules.iter().enumerate() {
        let keepers = plan.keepers(at);
        let draft = rule.draft;
        match plan.book.fate(at, &keepers) {
            Fate::Reached(_) => nobody::rule(plan, at, &keepers, drafted, document, problems),
            Fate::Undecided => {
                let what = format!("whether the rule `{}` can ever fire was too much work to find out", draft.id);
                problems.warn_at(document, &draft.pointer, what, "fewer alternatives in its conditions would help");
            }
            Fate::Contradiction => {
                let what = if contradicts_itself(plan, at) {
                    format!("the rule `{}` can never fire: its conditions contradict each other", draft.id)
                } else {
                    format!(
                        "the rule `{}` can never fire: no lead for which the rest holds is in such a territory or has \
                         such an account",
                        draft.id
                    )
                };
                let remedy = "mend them, use `any:` where one of them is enough, or take the rule out";
                problems.at(document, &format!("{}/when", draft.pointer), what, remedy);
            }
            Fate::Taken { by, example, taker } => {
                let by_whom = plan.named(&by, document);
                let (what, remedy) = match by.as_slice() {
                    [only] => {
                        let taker = plan.rules.get(*only).map_or("?", |rule| &rule.draft.id);
                        (
                            format!(
                                "the rule `{}` can never fire: {by_whom} comes first and takes all that it would take, \
                                 for example {example}",
                                draft.id
                            ),
                            format!("give it a lower `priority` than `{taker}`, narrow that one, or take this out"),
                        )
                    }
                    _ => {
                        let taker = plan.rules.get(taker).map_or("?", |rule| &rule.draft.id);
                        (
                            format!(
                                "the rule `{}` can never fire: {by_whom} come first and together take all that it \
                                 would take, for example {example} goes to `{taker}`",
                                draft.id
                            ),
                            "give it a lower `priority` than one of them, narrow one, or take this out".to_owned(),
                        )
                    }
                };
                problems.at(document, &draft.pointer, what, remedy);
            }
        }
    }
}

/// Whether it is the rule's own conditions that contradict each other, and not what is known of territories.
fn contradicts_itself(plan: &Plan<'_>, at: usize) -> bool {
    let Some(rule) = plan.rules.get(at) else { return false };
    let space = Space::new(plan.leads.ground_alone(), [rule.when]);
    matches!(Book::new(&space, [rule.when]).fate(0, &[]), Fate::Contradiction)
}
