//! What config defines elsewhere and conditions may name: names, lists, trees.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::fields::{FieldId, fold};

/// Everything that conditions of one file may refer to.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    /// Fields whose values are names defined elsewhere in config; another name is a mistake.
    pub names: Vec<(FieldId, Vec<&'a str>)>,
    /// The lists that `in_list` may name.
    pub lists: Vec<Arc<NamedList>>,
    /// Fields whose names form a tree, for `under`.
    pub trees: Vec<(FieldId, NameTree<'a>)>,
}

impl<'a> Known<'a> {
    pub(crate) fn names_of(&self, field: FieldId) -> Option<&[&'a str]> {
        self.names.iter().find(|(known, _)| *known == field).map(|(_, names)| names.as_slice())
    }

    pub(crate) fn list(&self, name: &str) -> Option<&Arc<NamedList>> {
        self.lists.iter().find(|list| list.name == name)
    }

    pub(crate) fn tree(&self, field: FieldId) -> Option<&NameTree<'a>> {
        self.trees.iter().find(|(known, _)| *known == field).map(|(_, tree)| tree)
    }
}

/// A list with a name of its own, which many rules share: competitors' domains, partners, postal codes.
#[derive(Clone, PartialEq, Eq)]
pub struct NamedList {
    name: String,
    /// Folded, sorted, once each.
    entries: Box<[Box<str>]>,
}

impl NamedList {
    /// The list of these entries; blank ones are left out, and regard is had neither to case nor to order.
    #[must_use]
    pub fn new<E: AsRef<str>>(name: &str, entries: impl IntoIterator<Item = E>) -> Self {
        let folded = entries.into_iter().map(|entry| fold(entry.as_ref()).into_boxed_str());
        let mut entries: Vec<Box<str>> = folded.filter(|entry| !entry.is_empty()).collect();
        entries.sort_unstable();
        entries.dedup();
        Self { name: name.to_owned(), entries: entries.into() }
    }

    /// What conditions call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries, folded and sorted.
    pub(crate) fn entries(&self) -> &[Box<str>] {
        &self.entries
    }

    /// Whether the folded text is an entry.
    pub(crate) fn has(&self, folded: &str) -> bool {
        self.entries.binary_search_by(|entry| (**entry).cmp(folded)).is_ok()
    }

    /// Whether the folded domain is an entry or below one: `mail.acme.com` is below `acme.com`.
    pub(crate) fn has_domain(&self, folded: &str) -> bool {
        domain_and_above(folded).any(|domain| self.has(domain))
    }
}

/// By name and size: enough to tell lists apart, and cheap. Equality asks every entry.
impl Hash for NamedList {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.entries.len().hash(state);
    }
}

/// 100,000 entries are of no use in a message.
impl fmt::Debug for NamedList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NamedList({}, {} entries)", self.name, self.entries.len())
    }
}

/// `mail.acme.com`, `acme.com`, `com`.
pub(crate) fn domain_and_above(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |domain| domain.split_once('.').map(|(_, above)| above))
}

/// Names with a parent each, such as territories.
#[derive(Debug, Clone, Default)]
pub struct NameTree<'a>(Vec<(&'a str, Option<&'a str>)>);

impl<'a> NameTree<'a> {
    /// The tree of these names, each with its parent.
    #[must_use]
    pub fn new(names: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> Self {
        Self(names.into_iter().collect())
    }

    /// All names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// `top` and all that is below it, folded. Ends on cyclic parents too, which are somebody else's to report.
    pub(crate) fn at_or_below(&self, top: &str) -> BTreeSet<Box<str>> {
        let mut found: BTreeSet<Box<str>> = [fold(top).into()].into();
        loop {
            let before = found.len();
            for (name, parent) in &self.0 {
                if parent.is_some_and(|parent| found.contains(fold(parent).as_str())) {
                    found.insert(fold(name).into());
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_its_entries_in_any_case_and_domains_below_them() {
        let list = NamedList::new("competitors", ["Acme.com", "acme.com ", "", "münchen.DE"]);
        assert_eq!(list.len(), 2);
        assert!(list.has("acme.com") && list.has("münchen.de") && !list.has("mail.acme.com"));
        assert!(list.has_domain("mail.acme.com") && list.has_domain("acme.com"));
        assert!(!list.has_domain("notacme.com") && !list.has_domain("com") && !list.has_domain("acme.com.evil.io"));
    }

    #[test]
    fn a_tree_s_part_is_its_top_and_all_below_and_a_cycle_ends() {
        let tree = NameTree::new([
            ("emea", None),
            ("berlin", Some("DACH")),
            ("dach", Some("emea")),
            ("us", None),
            ("a", Some("b")),
            ("b", Some("a")),
        ]);
        let below = |top: &str| tree.at_or_below(top).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(below("EMEA"), "berlin dach emea");
        assert_eq!(below("berlin"), "berlin");
        assert_eq!(below("a"), "a b");
    }
}
