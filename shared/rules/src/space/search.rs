//! Looking for a lead that is in one region and in none of others: found, or proved that there is none.
//!
//! Depth first over boxes. What an obstacle takes of a box along one field is cut off at once; an obstacle that takes
//! less is split on, the one with the fewest fields first. All parts together are the whole, so that finding nothing is
//! a proof.

use super::Space;
use super::bits::Bits;
use super::cell::{Cell, Standing};
use super::region::Region;

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Searched {
    /// A box, all of whose leads will do.
    Cell(Cell),
    /// There is no such lead; these of the obstacles show it, by place.
    Nothing { because: Vec<usize> },
    /// The work would be too much.
    Undecided,
}

/// The work that a search may do is spent.
struct Spent;

/// One box of an obstacle; the facts of the space belong to none.
#[derive(Clone, Copy)]
struct Obstacle<'a> {
    of: Option<usize>,
    cell: &'a Cell,
}

struct Search {
    work: u64,
    used: Vec<bool>,
}

impl Space {
    /// A box of leads within `inside` and outside every one of `outside`.
    pub(crate) fn search(&self, inside: &[Cell], outside: &[&Region]) -> Searched {
        let mut search = Search { work: self.work, used: vec![false; outside.len()] };
        let facts = self.facts.iter().map(|cell| Obstacle { of: None, cell });
        let others = outside.iter().enumerate();
        let others =
            others.flat_map(|(of, region)| region.cells.iter().map(move |cell| Obstacle { of: Some(of), cell }));
        let obstacles: Vec<Obstacle<'_>> = facts.chain(others).collect();
        for cell in inside {
            match search.free_of(self, cell.clone(), &obstacles) {
                Err(Spent) => return Searched::Undecided,
                Ok(Some(cell)) => return Searched::Cell(cell),
                Ok(None) => {}
            }
        }
        let because = search.used.iter().enumerate().filter(|(_, used)| **used).map(|(at, _)| at).collect();
        Searched::Nothing { because }
    }
}

impl Search {
    fn free_of(&mut self, space: &Space, mut cell: Cell, among: &[Obstacle<'_>]) -> Result<Option<Cell>, Spent> {
        let mut left = among.to_vec();
        let obstacle = loop {
            self.spend(left.len())?;
            let mut split: Option<(Obstacle<'_>, usize)> = None;
            let mut cut = false;
            let mut over: Option<Obstacle<'_>> = None;
            left.retain(|obstacle| match cell.against(obstacle.cell) {
                Standing::Apart => false,
                Standing::Whole => {
                    over.get_or_insert(*obstacle);
                    false
                }
                Standing::Part(1) => {
                    self.note(*obstacle);
                    cut_off(space, &mut cell, obstacle.cell);
                    cut = true;
                    false
                }
                Standing::Part(axes) => {
                    if split.is_none_or(|(_, fewest)| axes < fewest) {
                        split = Some((*obstacle, axes));
                    }
                    true
                }
            });
            match (over, cut, split) {
                (Some(obstacle), _, _) => {
                    self.note(obstacle);
                    return Ok(None);
                }
                (None, true, _) => {}
                (None, false, None) => return Ok(Some(cell)),
                (None, false, Some((obstacle, _))) => break obstacle,
            }
        };
        if let Some(found) = self.dive(space, cell.clone(), &left)? {
            return Ok(Some(found));
        }
        self.note(obstacle);
        for axis in cell.cut_by(obstacle.cell) {
            let part = without(space, cell.clone(), axis, obstacle.cell);
            if let Some(found) = self.free_of(space, part, &left)? {
                return Ok(Some(found));
            }
            cell = along(cell, axis, obstacle.cell);
        }
        Ok(None)
    }

    /// A quick try: out of one obstacle after the other, each time by the value for which the fewest conditions ask.
    /// That it fails says nothing.
    fn dive(&mut self, space: &Space, mut cell: Cell, among: &[Obstacle<'_>]) -> Result<Option<Cell>, Spent> {
        self.spend(among.len())?;
        for obstacle in among {
            match cell.against(obstacle.cell) {
                // It stays apart from all that the cell will be: the cell only gets smaller.
                Standing::Apart => continue,
                Standing::Whole => return Ok(None),
                Standing::Part(_) => {}
            }
            let ways = cell.cut_by(obstacle.cell).into_iter().filter_map(|at| {
                let part = without(space, cell.clone(), at, obstacle.cell);
                let axis = space.axes.get(at)?;
                let (asked, class) = axis.quietest(part.limit(at)?)?;
                Some((asked, at, Bits::one(axis.len(), class)))
            });
            let Some((_, at, bits)) = ways.min_by_key(|(asked, ..)| *asked) else { return Ok(None) };
            cell = cell.limited(at, bits);
        }
        Ok(Some(cell))
    }

    fn note(&mut self, obstacle: Obstacle<'_>) {
        if let Some(used) = obstacle.of.and_then(|of| self.used.get_mut(of)) {
            *used = true;
        }
    }

    fn spend(&mut self, obstacles: usize) -> Result<(), Spent> {
        let cost = 1 + u64::try_from(obstacles).unwrap_or(u64::MAX);
        self.work = self.work.checked_sub(cost).ok_or(Spent)?;
        Ok(())
    }
}

/// Leaves of `cell` what is beyond an obstacle that cuts it on one axis alone.
fn cut_off(space: &Space, cell: &mut Cell, obstacle: &Cell) {
    for axis in cell.cut_by(obstacle) {
        *cell = without(space, cell.clone(), axis, obstacle);
    }
}

/// The part of `cell` beyond the obstacle's limit on `axis`. It is not empty where the obstacle takes but a part.
fn without(space: &Space, cell: Cell, axis: usize, obstacle: &Cell) -> Cell {
    let Some(limit) = obstacle.limit(axis) else { return cell };
    let rest = match cell.limit(axis) {
        Some(own) => own.minus(limit),
        None => space.rest(axis, limit),
    };
    cell.limited(axis, rest)
}

/// The part of `cell` within the obstacle's limit on `axis`.
fn along(cell: Cell, axis: usize, obstacle: &Cell) -> Cell {
    let Some(limit) = obstacle.limit(axis) else { return cell };
    let both = cell.limit(axis).map_or_else(|| limit.clone(), |own| own.and(limit));
    cell.limited(axis, both)
}
