//! A plan in words, for whoever approves it. The only place where a plan becomes text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::logic::drift::changes;
use crate::logic::plan::{By, Hold, Place, Plan, Step};

/// The plan in words; of each kind, the first `at_most` records are named.
#[must_use]
pub fn words(plan: &Plan, at_most: usize) -> String {
    let mut text = Text { text: String::new(), at_most };
    let short = |hash: &str| hash.get(..12).unwrap_or(hash).to_owned();
    text.line(&format!("plan {}   scenario {} ({})", short(&plan.hash()), plan.scenario, short(&plan.scenario_sha256)));
    for why in &plan.blocked {
        text.line(&format!("nothing can be planned: {why}"));
    }
    if plan.is_empty() && plan.blocked.is_empty() {
        text.line("the CRM is as the scenario wants it: nothing to do");
    }
    text.group("territories", &rows(plan, territory));
    text.group("users", &rows(plan, user));
    accounts(plan, &mut text);
    text.group(
        "held",
        &plan
            .held
            .iter()
            .map(|held| {
                let (what, why) = (format!("{}  {}", held.account, held.name), hold(&held.why));
                Row {
                    sign: '=',
                    what,
                    how: format!("stays in {} ({why}), else {}", held.at.name, to(held.to.as_ref())),
                }
            })
            .collect::<Vec<_>>(),
    );
    let title = format!("over the cap of {}, for the next plan", plan.cap.most.unwrap_or_default());
    text.group(
        &title,
        &plan
            .waiting
            .iter()
            .map(|waiting| {
                let what = format!("{}  {}", waiting.account, waiting.name);
                Row { sign: '=', what, how: format!("stays in {}, then {}", waiting.at.name, to(waiting.to.as_ref())) }
            })
            .collect::<Vec<_>>(),
    );
    text.group(
        "for a person to place",
        &plan
            .pending
            .iter()
            .map(|pending| {
                let meanwhile = pending.at.as_ref().map_or("no territory", |place| place.name.as_str());
                let what = format!("{}  {}", pending.account, pending.name);
                let evidence = pending
                    .proposed
                    .as_ref()
                    .map(|proposed| format!(" (\"{}\")", proposed.evidence))
                    .unwrap_or_default();
                Row { sign: '?', what, how: format!("{}{evidence}; meanwhile {meanwhile}", pending.why) }
            })
            .collect::<Vec<_>>(),
    );
    text.group(
        "not in the scenario, and kept",
        &plan
            .kept
            .iter()
            .map(|kept| Row { sign: '=', what: kept.territory.name.clone(), how: kept.why.clone() })
            .collect::<Vec<_>>(),
    );
    text.group(
        "people who cannot come",
        &plan
            .absent
            .iter()
            .map(|absent| Row {
                sign: '!',
                what: absent.login.clone(),
                how: format!("{}, wanted in {}", absent.why, absent.territory.name),
            })
            .collect::<Vec<_>>(),
    );
    text.group(
        "none of ours, left alone",
        &plan
            .unmanaged
            .iter()
            .map(|place| Row { sign: '·', what: place.name.clone(), how: place.id.clone() })
            .collect::<Vec<_>>(),
    );
    closing(plan, &mut text);
    text.text
}

/// One record: what becomes of it, which it is, and how.
struct Row {
    sign: char,
    what: String,
    how: String,
}

struct Text {
    text: String,
    at_most: usize,
}

impl Text {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn group(&mut self, title: &str, rows: &[Row]) {
        if rows.is_empty() {
            return;
        }
        self.line(&format!("\n{title}: {}", rows.len()));
        let shown = rows.get(..self.at_most.min(rows.len())).unwrap_or_default();
        let width = shown.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
        for row in shown {
            self.line(&format!("  {} {:width$}  {}", row.sign, row.what, row.how));
        }
        if rows.len() > shown.len() {
            self.line(&format!("  … and {} more", rows.len() - shown.len()));
        }
    }
}

fn rows(plan: &Plan, of: impl Fn(&Step) -> Option<Row>) -> Vec<Row> {
    plan.steps.iter().filter_map(of).collect()
}

fn territory(step: &Step) -> Option<Row> {
    let row = |sign, what: &str, how| Some(Row { sign, what: what.to_owned(), how });
    match step {
        Step::ChangeTerritory(change) if change.before.revloops_id.is_none() => {
            let also =
                changes(&change.before, &crate::logic::plan::Described { revloops_id: None, ..change.after.clone() });
            let also = if also.is_empty() { String::new() } else { format!("; {also}") };
            row('~', &change.after.name, format!("taken over{also}"))
        }
        Step::ChangeTerritory(change) => row('~', &change.after.name, changes(&change.before, &change.after)),
        Step::CreateTerritory(new) => row('+', &new.is.name, inside(new.parent.as_ref())),
        Step::MoveTerritory(moved) => row(
            '>',
            &moved.territory.name,
            format!("{}, until now {}", inside(moved.to.as_ref()), inside(moved.from.as_ref())),
        ),
        Step::RetireTerritory(retired) => row('-', &retired.was.name, "not in the scenario".to_owned()),
        Step::UserOut(_) | Step::UserIn(_) | Step::AccountIn(_) | Step::AccountOut(_) => None,
    }
}

fn user(step: &Step) -> Option<Row> {
    let (sign, step) = match step {
        Step::UserOut(step) => ('-', step),
        Step::UserIn(step) => ('+', step),
        Step::ChangeTerritory(_)
        | Step::CreateTerritory(_)
        | Step::MoveTerritory(_)
        | Step::AccountIn(_)
        | Step::AccountOut(_)
        | Step::RetireTerritory(_) => return None,
    };
    let who = step.login.clone().unwrap_or_else(|| step.user.to_string());
    let role = step.role.as_deref().map(|role| format!(" as {role}")).unwrap_or_default();
    let other = if step.other_role { ", another role" } else { "" };
    Some(Row { sign, what: who, how: format!("{}{role}{other}", step.territory.name) })
}

/// Accounts by where they come from and go to, the most first; then each one.
fn accounts(plan: &Plan, text: &mut Text) {
    let mut flows: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut rows = Vec::new();
    for step in &plan.steps {
        let (from, to, step) = match step {
            Step::AccountIn(step) => match &step.other {
                Some(from) => (from.name.clone(), step.territory.name.clone(), step),
                None => ("none".to_owned(), step.territory.name.clone(), step),
            },
            Step::AccountOut(step) if step.other.is_none() => (step.territory.name.clone(), "none".to_owned(), step),
            Step::AccountOut(_)
            | Step::ChangeTerritory(_)
            | Step::CreateTerritory(_)
            | Step::MoveTerritory(_)
            | Step::UserIn(_)
            | Step::UserOut(_)
            | Step::RetireTerritory(_) => continue,
        };
        let how = format!("{from} → {to}, {}", by(&step.by));
        *flows.entry((from, to)).or_default() += 1;
        rows.push(Row { sign: '>', what: format!("{}  {}", step.account, step.name), how });
    }
    let mut flows: Vec<((String, String), usize)> = flows.into_iter().collect();
    flows.sort_by(|(one, count), (other, more)| more.cmp(count).then_with(|| one.cmp(other)));
    let flows: Vec<Row> = flows
        .into_iter()
        .map(|((from, to), count)| Row { sign: '>', what: format!("{from} → {to}"), how: count.to_string() })
        .collect();
    text.group("ways of accounts", &flows);
    text.group("accounts", &rows);
}

fn closing(plan: &Plan, text: &mut Text) {
    let counts = &plan.counts;
    let mut line = format!("\nchanges: {}", plan.steps.len());
    let kinds = [
        (
            "territories",
            vec![
                (counts.territories_created, "created"),
                (counts.territories_changed, "changed"),
                (counts.territories_moved, "moved"),
                (counts.territories_retired, "retired"),
            ],
        ),
        ("users", vec![(counts.users_in, "in"), (counts.users_out, "out")]),
        ("accounts", vec![(counts.accounts_in, "in"), (counts.accounts_out, "out")]),
    ];
    let said: Vec<String> = kinds
        .into_iter()
        .filter_map(|(kind, parts)| {
            let said: Vec<String> =
                parts.iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{count} {how}")).collect();
            (!said.is_empty()).then(|| format!("{kind} {}", said.join(", ")))
        })
        .collect();
    if !said.is_empty() {
        let _infallible = write!(line, " ({})", said.join("; "));
    }
    text.line(&line);
    let most = plan.cap.most.map_or_else(|| "no cap".to_owned(), |most| format!("at most {most}"));
    text.line(&format!(
        "accounts that move: {} of {} that have a territory ({most})",
        counts.accounts_moved, plan.cap.placed
    ));
    for (count, what) in [
        (counts.unplaced, "accounts that no territory is for"),
        (plan.left_alone, "accounts left to territories that are none of ours"),
    ] {
        if count > 0 {
            text.line(&format!("{what}: {count}"));
        }
    }
}

fn inside(place: Option<&Place>) -> String {
    place.map_or_else(|| "at the top".to_owned(), |place| format!("in {}", place.name))
}

fn to(place: Option<&Place>) -> String {
    place.map_or_else(|| "to no territory".to_owned(), |place| format!("to {}", place.name))
}

/// What holds an account, in words.
#[must_use]
pub fn hold(why: &Hold) -> String {
    match why {
        Hold::Named => "named in the scenario".to_owned(),
        Hold::Customer { kind } => kind.clone(),
        Hold::OpenOpportunities { count: 1 } => "1 open opportunity".to_owned(),
        Hold::OpenOpportunities { count } => format!("{count} open opportunities"),
        Hold::MovedRecently { at } => format!("moved on {}", at.strftime("%Y-%m-%d")),
    }
}

/// What places an account, in words.
#[must_use]
pub fn by(by: &By) -> String {
    match by {
        By::Name => "named in the scenario".to_owned(),
        By::Person { who } => format!("said by {who}"),
        By::Rule => "by its territory's condition".to_owned(),
        By::Agent { confidence, evidence } => format!("an agent is {confidence} % sure (\"{evidence}\")"),
        By::Nothing => "no territory is for it".to_owned(),
    }
}
