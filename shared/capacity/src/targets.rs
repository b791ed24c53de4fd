//! What is to be booked, by month, rolled up.
//!
//! A target of a whole segment is the segment's, and targets of its territories break it down; where the segment has none in
//! a month, its territories' targets together are. So it is down the tree: a territory's own target holds for all that lies
//! in it, and without one those in it add up. A year's target follows its segment's seasonality and is spread to the cent.

use revloops_domain::Cents;
use revloops_scenario::{Scenario, Target};

use crate::parts::spread;
use crate::results::add;
use crate::seats::weights;

/// Targets by month of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets {
    /// All segments together.
    pub total: Vec<Cents>,
    /// By segment, in the scenario's order.
    pub segments: Vec<Vec<Cents>>,
    /// By territory with all that lies in it, in the scenario's order.
    pub territories: Vec<Vec<Cents>>,
}

/// What one segment's rows say, by month; `None` in months of which nothing is said.
type Said = Vec<Option<Cents>>;

impl Targets {
    /// The scenario's targets.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let months = usize::from(scenario.months);
        let ids: Vec<&str> = scenario.territories.iter().map(|territory| territory.id.as_str()).collect();
        let above: Vec<Option<usize>> = scenario
            .territories
            .iter()
            .map(|territory| {
                let parent = scenario.territories.parent(territory)?;
                ids.iter().position(|id| *id == parent.id)
            })
            .collect();
        let mut all = Self {
            total: vec![Cents::ZERO; months],
            segments: Vec::new(),
            territories: vec![vec![Cents::ZERO; months]; ids.len()],
        };
        for segment in &scenario.segments {
            let rows = || scenario.targets.iter().filter(|target| target.segment == segment.id);
            let whole = said(scenario, rows().filter(|target| target.territory.is_none()));
            let own: Vec<Said> = ids
                .iter()
                .map(|id| said(scenario, rows().filter(|target| target.territory.as_deref() == Some(*id))))
                .collect();
            let rolled: Vec<Vec<Cents>> = (0..ids.len()).map(|at| rolled(at, &own, &above, months, 0)).collect();
            let mut together = vec![Cents::ZERO; months];
            for (at, territory) in rolled.iter().enumerate() {
                if above.get(at).copied().flatten().is_none() {
                    add(&mut together, territory);
                }
            }
            for (sum, territory) in all.territories.iter_mut().zip(&rolled) {
                add(sum, territory);
            }
            let segment: Vec<Cents> =
                whole.iter().zip(together).map(|(whole, together)| whole.unwrap_or(together)).collect();
            add(&mut all.total, &segment);
            all.segments.push(segment);
        }
        all
    }
}

fn said<'a>(scenario: &Scenario, rows: impl Iterator<Item = &'a Target>) -> Said {
    let mut months: Said = vec![None; usize::from(scenario.months)];
    for row in rows {
        let from = row.starts.since(scenario.starts);
        for (at, amount) in (from..).zip(spread(row.a_year, weights(scenario, &row.segment), row.starts)) {
            if let Some(month) = usize::try_from(at).ok().and_then(|at| months.get_mut(at)) {
                *month = Some(month.unwrap_or_default() + amount);
            }
        }
    }
    months
}

/// A territory's own target, or in months without one, those of the territories in it.
fn rolled(at: usize, own: &[Said], above: &[Option<usize>], months: usize, depth: usize) -> Vec<Cents> {
    let mut below = vec![Cents::ZERO; months];
    if depth < above.len() {
        for (child, _) in above.iter().enumerate().filter(|(_, parent)| **parent == Some(at)) {
            add(&mut below, &rolled(child, own, above, months, depth + 1));
        }
    }
    let own = own.get(at).into_iter().flatten();
    own.zip(below).map(|(own, below)| own.unwrap_or(below)).collect()
}
