//! The names that a scenario's lists define and others use.

use std::collections::BTreeSet;

use revloops_config::{Document, Problems};

/// Names by list; those of broken entries included, so that one mistake is reported once.
pub(super) struct Names<'a> {
    pub(super) segments: BTreeSet<&'a str>,
    pub(super) managers: BTreeSet<&'a str>,
    pub(super) ramp_curves: BTreeSet<&'a str>,
    pub(super) seasonality: BTreeSet<&'a str>,
    pub(super) profiles: BTreeSet<&'a str>,
    pub(super) territories: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    pub(super) fn of(document: &'a Document) -> Self {
        let ids = |list: &str| document.names_in(list, "id").into_iter().collect();
        Self {
            segments: ids("segments"),
            managers: ids("managers"),
            ramp_curves: ids("ramp_curves"),
            seasonality: ids("seasonality"),
            profiles: ids("profiles"),
            territories: ids("territories"),
        }
    }
}

/// What a seat, productivity or target names.
pub(super) struct Placed<'n> {
    pub(super) profile: Option<&'n str>,
    pub(super) segment: Option<&'n str>,
    pub(super) territory: Option<&'n str>,
    pub(super) manager: Option<&'n str>,
}

impl Names<'_> {
    /// Reports each of the names that no entry has.
    pub(super) fn check(&self, placed: &Placed<'_>, document: &Document, pointer: &str, problems: &mut Problems) {
        for (kind, name, known) in [
            ("profile", placed.profile, &self.profiles),
            ("segment", placed.segment, &self.segments),
            ("territory", placed.territory, &self.territories),
            ("manager", placed.manager, &self.managers),
        ] {
            if let Some(name) = name {
                one_of(known, kind, name, document, &format!("{pointer}/{kind}"), problems);
            }
        }
    }
}

/// Reports a name that is not among those known.
pub(super) fn one_of(
    known: &BTreeSet<&str>,
    kind: &str,
    name: &str,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) {
    if !known.contains(name) {
        problems.unknown_name(document, pointer, kind, name, known.iter().copied());
    }
}
