//! Territories as a scenario's file writes them → checked ones, with every problem at its line.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use revloops_config::names::{cycles, id, login, once};
use revloops_config::{Document, Problems};
use revloops_rules::{Known, RawCondition, check_countries, compile_knowing};

use super::{Territories, Territory};
use crate::fields::TERRITORY_FIELDS;
use crate::lists::RawList;

/// The part of the file that says them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawTerritories {
    /// Roles that a territory can fill: `account_executive`, …
    roles: Vec<String>,
    /// Lists of values that conditions name.
    #[serde(default)]
    #[expect(dead_code, reason = "for the schema; read by themselves")]
    lists: Vec<RawList>,
    /// Territories in the order in which they are looked at: the first that holds is the lead's.
    #[expect(
        dead_code,
        reason = "for the schema; the entries are read one by one, so that a broken one hides no other"
    )]
    territories: Vec<RawTerritory>,
}

/// A territory.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTerritory {
    /// What rules and reports call it.
    id: String,
    /// What people call it.
    name: String,
    /// What lies in it, in words: for people, and for the AI agent that places leads.
    #[serde(default)]
    about: Option<String>,
    /// The territory that it lies in. A role that it does not fill is looked for there.
    #[serde(default)]
    parent: Option<String>,
    /// Which leads are in it. Left out where only the territories in it have leads.
    #[serde(default)]
    when: Option<RawCondition>,
    /// Role → username. A role without an owner is left out.
    #[serde(default)]
    owners: BTreeMap<String, String>,
}

impl RawTerritory {
    /// Usernames are the same in any case.
    pub(crate) fn lower_usernames(&mut self) {
        self.owners.values_mut().for_each(|username| *username = username.to_lowercase());
    }
}

/// Territories, read and not yet proved.
#[derive(Debug)]
pub struct ReadTerritories {
    /// What could be read of each territory, in the file's order.
    pub territories: Territories,
    /// JSON pointer of each.
    pub pointers: Vec<String>,
    /// Whether nothing is missing.
    pub sound: bool,
}

impl ReadTerritories {
    /// Nothing could be read.
    #[must_use]
    pub fn unknown() -> Self {
        Self { territories: Territories::default(), pointers: Vec::new(), sound: false }
    }

    /// The territories; `None` where something is wrong with them.
    #[must_use]
    pub fn sound(self) -> Option<Territories> {
        self.sound.then_some(self.territories)
    }
}

/// Reads `roles` and `territories` of a document that has nothing but them and `lists`.
pub fn read(document: &Document, known: &Known<'_>, problems: &mut Problems) -> ReadTerritories {
    let file = document.read::<RawTerritories>(problems);
    let roles = file.as_ref().map(|file| file.roles.as_slice());
    let raw = document.items::<RawTerritory>("territories");
    let pointers = raw.iter().map(|(at, one)| (one.id.as_str(), format!("/territories/{at}/id")));
    once("territory", pointers, document, problems);
    let mut sound = parents(&raw, document, problems);
    let mut territories = Vec::new();
    let mut places = Vec::new();
    for (at, one) in &raw {
        let pointer = format!("/territories/{at}");
        sound &= id(&one.id, document, &format!("{pointer}/id"), problems);
        let when = match &one.when {
            Some(when) => {
                check_countries("country", when, document, &format!("{pointer}/when"), problems);
                let when =
                    compile_knowing(known, when, &TERRITORY_FIELDS, document, &format!("{pointer}/when"), problems);
                sound &= when.is_some();
                when
            }
            None => {
                if !raw.iter().any(|(_, other)| other.parent.as_ref() == Some(&one.id)) {
                    let what = format!("no lead can be in `{}`: it has no `when`, and no territory lies in it", one.id);
                    problems.at(document, &pointer, what, "add `when: …`, or take the territory out");
                }
                None
            }
        };
        places.push(pointer.clone());
        territories.push(Territory {
            id: one.id.clone(),
            name: one.name.clone(),
            about: one.about.clone(),
            when,
            parent: one.parent.as_ref().and_then(|parent| raw.iter().position(|(_, other)| other.id == *parent)),
            owners: owners(&one.owners, roles, document, &format!("{pointer}/owners"), problems),
        });
    }
    ReadTerritories { territories: Territories(territories), pointers: places, sound: sound && file.is_some() }
}

/// Whether every parent exists and no territory lies within itself.
fn parents(raw: &[(usize, RawTerritory)], document: &Document, problems: &mut Problems) -> bool {
    let defined = document.names_in("territories", "id");
    let mut sound = true;
    for (at, one) in raw {
        if let Some(parent) = &one.parent
            && !defined.contains(&parent.as_str())
        {
            let at = format!("/territories/{at}/parent");
            problems.unknown_name(document, &at, "territory", parent, defined.iter().copied());
            sound = false;
        }
    }
    let edges: Vec<(&str, Vec<&str>)> =
        raw.iter().map(|(_, one)| (one.id.as_str(), one.parent.iter().map(String::as_str).collect())).collect();
    let at = |nth: usize| raw.get(nth).map(|(at, _)| format!("/territories/{at}/parent")).unwrap_or_default();
    sound & !cycles("territory", &edges, document, at, problems)
}

fn owners(
    raw: &BTreeMap<String, String>,
    roles: Option<&[String]>,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for (role, username) in raw {
        let at = format!("{pointer}/{role}");
        if let Some(roles) = roles
            && !roles.contains(role)
        {
            problems.unknown_name(document, &at, "role", role, roles.iter().map(String::as_str));
        }
        if let Some(username) = login(username, document, &at, problems) {
            owners.insert(role.clone(), username);
        }
    }
    owners
}
