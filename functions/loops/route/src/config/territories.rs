//! `territories.yaml`: where leads live, and who owns what in each.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Problems, Sources};
use revloops_rules::{Condition, RawCondition, check_countries, compile, implies, never_holds};

use super::{id, login, once};
use crate::logic::fields::TERRITORY_FIELDS;

/// The file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTerritories {
    /// Roles that a territory can fill: `account_executive`, …
    roles: Vec<String>,
    /// Territories in the order in which they are looked at: the first that holds is the lead's.
    #[expect(
        dead_code,
        reason = "for the schema; the entries are read one by one, so that a broken one hides no other"
    )]
    territories: Vec<RawTerritory>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawTerritory {
    /// What rules and reports call it.
    id: String,
    /// What people call it.
    name: String,
    /// Which leads are in it.
    when: RawCondition,
    /// Role → username. A role without an owner is left out.
    #[serde(default)]
    owners: BTreeMap<String, String>,
}

/// A checked territory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Territory {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) when: Condition,
    /// Lower-case username by role.
    pub(crate) owners: BTreeMap<String, String>,
}

pub(crate) fn check(sources: &Sources, problems: &mut Problems) -> Option<Vec<Territory>> {
    let document = sources.get("territories.yaml")?;
    let file = document.read::<RawTerritories>(problems);
    let roles = file.as_ref().map(|file| file.roles.as_slice());
    let mut territories: Vec<Option<Territory>> = Vec::new();
    let mut earlier: Vec<(String, Condition)> = Vec::new();
    let raw = document.items::<RawTerritory>("territories");
    once(
        "territory",
        raw.iter().map(|(at, one)| (one.id.as_str(), format!("/territories/{at}/id"))),
        document,
        problems,
    );
    for (at, raw) in raw {
        let pointer = format!("/territories/{at}");
        id(&raw.id, document, &format!("{pointer}/id"), problems);
        check_countries("country", &raw.when, document, &format!("{pointer}/when"), problems);
        let when = compile(&raw.when, &TERRITORY_FIELDS, document, &format!("{pointer}/when"), problems);
        if let Some(when) = &when {
            if never_holds(when) {
                let what = format!("no lead can be in `{}`: its conditions contradict each other", raw.id);
                problems.at(document, &format!("{pointer}/when"), what, "mend them, or use `any:`");
            }
            if let Some((taker, _)) = earlier.iter().find(|(_, earlier)| implies(when, earlier)) {
                let what = format!("no lead can be in `{}`: `{taker}` stands before it and takes them all", raw.id);
                problems.at(document, &pointer, what, format!("put it before `{taker}`, or narrow that one"));
            }
            earlier.push((raw.id.clone(), when.clone()));
        }
        let mut owners = BTreeMap::new();
        for (role, username) in &raw.owners {
            let at = format!("{pointer}/owners/{role}");
            if let Some(roles) = roles
                && !roles.contains(role)
            {
                problems.unknown_name(document, &at, "role", role, roles.iter().map(String::as_str));
            }
            if let Some(username) = login(username, document, &at, problems) {
                owners.insert(role.clone(), username);
            }
        }
        territories.push(when.map(|when| Territory { id: raw.id, name: raw.name, when, owners }));
    }
    file?;
    territories.into_iter().collect()
}
