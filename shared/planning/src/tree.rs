//! Territories and managers in the order of their trees.

use revloops_capacity::{Branch, Series};

use crate::words;

/// The branches in the order of their tree, each with its depth: what lies below comes right after.
pub(crate) fn tree(branches: &[Branch]) -> Vec<(usize, &Branch)> {
    let mut ordered = Vec::with_capacity(branches.len());
    let mut open: Vec<(usize, &Branch)> =
        branches.iter().rev().filter(|branch| branch.above.is_none()).map(|root| (0, root)).collect();
    while let Some((depth, branch)) = open.pop() {
        ordered.push((depth, branch));
        let below = branches.iter().rev().filter(|one| one.above.as_ref() == Some(&branch.id));
        open.extend(below.map(|one| (depth + 1, one)));
    }
    ordered
}

/// Full-time people expected in the last month of the plan's year, the first being 0.
pub(crate) fn people_at_end(series: &Series, year: usize) -> String {
    words::people(series.fte.chunks(12).nth(year).and_then(|months| months.last()).copied().unwrap_or_default())
}
