//! What the scenario wants of the CRM's territories.

use std::collections::BTreeMap;

use jiff::civil::Date;

use revloops_scenario::Scenario;

use crate::config::People;

/// Longest description that the CRM takes, in characters.
const ABOUT_CHARS: usize = 1000;

/// A territory as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Our id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What the CRM calls it.
    pub developer_name: String,
    /// The territory that it lies in, by our id.
    pub parent: Option<String>,
    /// What lies in it, in words.
    pub about: Option<String>,
    /// Who is in it: role, as the CRM writes it, by lower-case username.
    pub people: BTreeMap<String, Option<String>>,
}

/// All territories of the scenario, those that others lie in first.
///
/// In a territory are those who hold a role there and, where the levers say so, those whose seat is there on `day`.
/// Somebody who holds several roles in one territory has the one that the scenario lists first.
#[must_use]
pub fn goal(scenario: &Scenario, people: &People, day: Date) -> Vec<Wanted> {
    let territories = &scenario.territories;
    let mut wanted: Vec<(usize, Wanted)> = territories
        .iter()
        .map(|territory| {
            let mut inside = BTreeMap::new();
            if people.roster {
                let here = scenario.roster.iter().filter(|seat| seat.territory == territory.id);
                let now = here.filter(|seat| seat.starts <= day && seat.ends.is_none_or(|ends| day <= ends));
                inside.extend(now.filter_map(|seat| Some((seat.person.as_ref()?.to_lowercase(), None))));
            }
            // Backwards, so that the role that is listed first is the one that stays.
            for role in scenario.roles.iter().rev() {
                if let Some(login) = territory.owners.get(role) {
                    inside.insert(login.clone(), Some(people.role(role)));
                }
            }
            let wanted = Wanted {
                id: territory.id.clone(),
                name: territory.name.clone(),
                developer_name: developer_name(&territory.id),
                parent: territories.parent(territory).map(|parent| parent.id.clone()),
                about: territory.about.as_ref().map(|about| about.chars().take(ABOUT_CHARS).collect()),
                people: inside,
            };
            (territories.up(territory).count(), wanted)
        })
        .collect();
    wanted.sort_by_key(|(depth, _)| *depth);
    wanted.into_iter().map(|(_, wanted)| wanted).collect()
}

/// Our id as the CRM takes developer names: letters, digits and single underscores, a letter first, none at the end.
#[must_use]
pub fn developer_name(id: &str) -> String {
    let mut name = String::new();
    for letter in id.chars() {
        match letter {
            _ if letter.is_ascii_alphanumeric() => name.push(letter),
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    let name = name.trim_matches('_');
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) { name.to_owned() } else { format!("T_{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_becomes_a_name_that_the_crm_takes() {
        for (id, name) in [("us-west", "us_west"), ("dach", "dach"), ("1st--region-", "T_1st_region"), ("-", "T_")] {
            assert_eq!(developer_name(id), name);
        }
    }
}
