//! A plan read as drift: what differs from the active scenario, named as what somebody has done to it.

use crate::logic::plan::{Described, Plan, Step};

/// What each difference is, in words: one a line, in the plan's order.
///
/// Whether a person did it by hand or a plan was never carried out, the CRM does not tell: both are differences from the
/// scenario.
#[must_use]
pub fn differences(plan: &Plan) -> Vec<String> {
    plan.steps.iter().filter_map(difference).collect()
}

fn difference(step: &Step) -> Option<String> {
    Some(match step {
        Step::ChangeTerritory(change) if change.before.revloops_id.is_none() => {
            format!("territory {} is there and has not our id", change.after.name)
        }
        Step::ChangeTerritory(change) => {
            format!("territory {} was changed: {}", change.after.name, changes(&change.before, &change.after))
        }
        Step::CreateTerritory(new) => format!("territory {} is gone", new.is.name),
        Step::MoveTerritory(moved) => {
            let from = moved.from.as_ref().map_or("the top", |place| place.name.as_str());
            let to = moved.to.as_ref().map_or("the top", |place| place.name.as_str());
            format!("territory {} was moved to {from}, it belongs to {to}", moved.territory.name)
        }
        Step::UserOut(step) if step.other_role => format!(
            "{} has another role in {}: {}",
            who(step.login.as_deref(), step.user.as_str()),
            step.territory.name,
            step.role.as_deref().unwrap_or("none")
        ),
        Step::UserOut(step) => {
            format!("{} was added to {}", who(step.login.as_deref(), step.user.as_str()), step.territory.name)
        }
        // Said already where the other role was.
        Step::UserIn(step) if step.other_role => return None,
        Step::UserIn(step) => {
            format!("{} is missing in {}", who(step.login.as_deref(), step.user.as_str()), step.territory.name)
        }
        // Said where it is instead.
        Step::AccountIn(step) if step.other.is_some() => return None,
        Step::AccountIn(step) => {
            format!("account {} {} is missing in {}", step.account, step.name, step.territory.name)
        }
        Step::AccountOut(step) => match &step.other {
            Some(to) => format!(
                "account {} {} is in {}, it belongs to {}",
                step.account, step.name, step.territory.name, to.name
            ),
            None => format!("account {} {} is in {} and belongs nowhere", step.account, step.name, step.territory.name),
        },
        Step::RetireTerritory(retired) => format!("territory {} is not in the scenario", retired.was.name),
    })
}

fn who<'a>(login: Option<&'a str>, id: &'a str) -> &'a str {
    login.unwrap_or(id)
}

/// What was changed, field by field.
pub(crate) fn changes(now: &Described, wanted: &Described) -> String {
    let told = |what: &str, now: Option<&str>, wanted: Option<&str>| {
        (now != wanted)
            .then(|| format!("{what} is `{}` and not `{}`", now.unwrap_or_default(), wanted.unwrap_or_default()))
    };
    let all = [
        told("its name", Some(&now.name), Some(&wanted.name)),
        told("its developer name", Some(&now.developer_name), Some(&wanted.developer_name)),
        told("our id", now.revloops_id.as_deref(), wanted.revloops_id.as_deref()),
        told("its description", now.about.as_deref(), wanted.about.as_deref()),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
