//! `territories.yaml`: where leads live, which territory lies in which, and who owns what in each.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Document, Problems, Sources};
use revloops_rules::{Condition, FieldValues, Known, RawCondition, check_countries, compile_knowing};

use super::names::{cycles, id, login, once};
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

/// A checked territory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Territory {
    /// What rules and reports call it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What lies in it, in words.
    pub about: Option<String>,
    /// Which leads are in it; `None` where only the territories in it have leads.
    pub when: Option<Condition>,
    /// The place of the territory that it lies in.
    parent: Option<usize>,
    /// Lower-case username by role.
    pub owners: BTreeMap<String, String>,
}

/// Checked territories: a tree, or several, without cycles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Territories(Vec<Territory>);

impl Territories {
    /// The first that holds. Allocates nothing.
    #[must_use]
    pub fn find(&self, values: &FieldValues) -> Option<&Territory> {
        self.0.iter().find(|territory| territory.when.as_ref().is_some_and(|when| when.holds(values)))
    }

    /// The territory with this id.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<&Territory> {
        self.0.iter().find(|territory| territory.id == id)
    }

    /// All of them, in the order in which they are looked at.
    pub fn iter(&self) -> impl Iterator<Item = &Territory> {
        self.0.iter()
    }

    /// `territory`, the one that it lies in, and so on up.
    pub fn up<'a>(&'a self, territory: &'a Territory) -> impl Iterator<Item = &'a Territory> {
        std::iter::successors(Some(territory), |one| self.0.get(one.parent?)).take(self.0.len())
    }

    /// Who has `role` in `territory`, or else in the nearest above it: the territory that fills it, and the username.
    #[must_use]
    pub fn holder<'a>(&'a self, territory: &'a Territory, role: &str) -> Option<(&'a Territory, &'a str)> {
        self.up(territory).find_map(|one| Some((one, one.owners.get(role)?.as_str())))
    }
}

/// The file, read and not yet proved.
pub(crate) struct ReadTerritories {
    /// What could be read of each territory, in the file's order.
    pub(crate) territories: Territories,
    /// JSON pointer of each.
    pub(crate) pointers: Vec<String>,
    /// Whether nothing is missing.
    pub(crate) sound: bool,
}

impl ReadTerritories {
    /// Nothing could be read.
    pub(crate) fn unknown() -> Self {
        Self { territories: Territories::default(), pointers: Vec::new(), sound: false }
    }

    /// The territories; `None` where something is wrong with them.
    pub(crate) fn sound(self) -> Option<Territories> {
        self.sound.then_some(self.territories)
    }
}

pub(crate) fn read(sources: &Sources, known: &Known<'_>, problems: &mut Problems) -> Option<ReadTerritories> {
    let document = sources.get("territories.yaml")?;
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
    Some(ReadTerritories { territories: Territories(territories), pointers: places, sound: sound && file.is_some() })
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
