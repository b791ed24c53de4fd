//! Territories: where accounts and leads live, which lies in which, and who holds what in each.

use std::collections::BTreeMap;

use revloops_rules::{Condition, FieldValues};

pub mod read;

pub use read::ReadTerritories;

/// A checked territory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Territory {
    /// What rules and reports call it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What lies in it, in words.
    pub about: Option<String>,
    /// Who is in it; `None` where only the territories in it have accounts and leads.
    pub when: Option<Condition>,
    /// The place of the territory that it lies in.
    pub(crate) parent: Option<usize>,
    /// Lower-case username by role.
    pub owners: BTreeMap<String, String>,
}

/// Checked territories: a tree, or several, without cycles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Territories(pub(crate) Vec<Territory>);

impl Territories {
    /// A tree of ids and the territories that they lie in, without conditions and owners: for plans that code makes up.
    ///
    /// `None` where an id comes twice, or one lies in a territory that has not come before it: so there are no cycles.
    #[must_use]
    pub fn tree<'a>(ids: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> Option<Self> {
        let mut all = Self::default();
        for (id, within) in ids {
            let parent = match within {
                Some(within) => Some(all.0.iter().position(|one| one.id == within)?),
                None => None,
            };
            if all.named(id).is_some() {
                return None;
            }
            let (id, name) = (id.to_owned(), id.to_owned());
            all.0.push(Territory { id, name, about: None, when: None, parent, owners: BTreeMap::new() });
        }
        Some(all)
    }

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

    /// The territory with this id, the one that it lies in, and so on up; nothing where there is none.
    pub fn above<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a Territory> {
        self.named(id).into_iter().flat_map(|territory| self.up(territory))
    }

    /// The territory that `territory` lies in.
    #[must_use]
    pub fn parent(&self, territory: &Territory) -> Option<&Territory> {
        self.0.get(territory.parent?)
    }

    /// Who has `role` in `territory`, or else in the nearest above it: the territory that fills it, and the username.
    #[must_use]
    pub fn holder<'a>(&'a self, territory: &'a Territory, role: &str) -> Option<(&'a Territory, &'a str)> {
        self.up(territory).find_map(|one| Some((one, one.owners.get(role)?.as_str())))
    }
}
