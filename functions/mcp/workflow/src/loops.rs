//! The loops that there are.

use revloops_config::{LeverFile, Levers as _};
use revloops_loopkit::{Card, Loop};

/// A loop, as an operator sees it.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Name, triggers, events, levers.
    pub card: Card,
    /// The files of its config, without `cases.yaml`.
    pub files: &'static [LeverFile],
}

/// All loops, in the order in which they chain.
#[must_use]
pub fn all() -> [Entry; 7] {
    [
        entry::<revloops_design::Design>(),
        entry::<revloops_deploy::Deploy>(),
        entry::<revloops_generate::Generate>(),
        entry::<revloops_qualify::Qualify>(),
        entry::<revloops_route::Route>(),
        entry::<revloops_engage::Engage>(),
        entry::<revloops_pursue::Pursue>(),
    ]
}

/// The loop of this name; otherwise what the names are.
///
/// # Errors
/// The sentence for a person who named another.
pub fn named(name: &str) -> Result<Entry, String> {
    let entries = all();
    entries.into_iter().find(|entry| entry.card.name == name).ok_or_else(|| {
        let names: Vec<&str> = entries.iter().map(|entry| entry.card.name).collect();
        format!("there is no loop `{name}`; the loops are: {}", names.join(", "))
    })
}

const fn entry<L: Loop>() -> Entry {
    Entry { card: L::CARD, files: L::Config::FILES }
}
