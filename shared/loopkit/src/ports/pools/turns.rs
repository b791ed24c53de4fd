//! Turns with weights: who is next, so that everybody's tickets stay close to their share.
//!
//! The books are kept in billionths of a lead, and exactly. At each draw one lead's worth of **credit** is shared out among
//! those who are there, by their weights; who gets the ticket pays one lead. A member's credit is what their share comes to
//! so far, minus the tickets that they have. Nobody earns while they are away, so who returns goes on where they stopped
//! and is not flooded; an edited pool keeps its books, and a new member begins level.
//!
//! Of those who are owed something, the one is next whose next whole lead is due first: Tijdeman's rule for the chairman
//! assignment problem, known from schedulers as "earliest eligible virtual deadline first". While the same members are
//! there, it keeps every credit between minus one and plus one lead at every moment, whatever the weights
//! (R. Tijdeman, *The chairman assignment problem*, Discrete Mathematics 32, 1980).
//!
//! While members come and go, **no** rule can promise that: whoever decides who comes can drive pairs of `n` members
//! `(n - 1) / 4` leads apart (Ajtai, Aspnes, Naor and others, *Fairness in scheduling*, J. of Algorithms 29, 1998, on the
//! carpool problem). With the ways in which people really come and go it nearly holds: over 2,000 histories with hours,
//! lunches and leave, 999 of 1,000 looks at a member found less than a lead, and the furthest was 1.4; with caps 998, and
//! 1.5; once all are back, all are within one lead again (`tests/fairness.rs`). Where somebody is about to be a whole lead
//! short, the greatest credit goes first: of the rules tried, this strayed least.
//!
//! Caps are as leave: who is at theirs neither gets nor earns, so the next day makes nothing up. A ticket that goes to
//! the holder of a key is paid for like any other; a pool in which most go to holders is as uneven as its keys, until the
//! turns in between have made up for it.

/// One lead's worth of credit.
pub(super) const LEAD: i64 = 1_000_000_000;

/// Each one's part of one lead's worth of credit, by weight and rounded down; what is left over is for who gets the ticket.
pub(super) fn parts(weights: &[u32]) -> Vec<i64> {
    let weight = |weight: &u32| i64::from((*weight).max(1));
    let all: i64 = weights.iter().map(weight).sum();
    weights.iter().map(|one| scaled(LEAD, weight(one), all)).collect()
}

/// Whether `a.0 / a.1 < b.0 / b.1`.
fn before(a: (i64, i64), b: (i64, i64)) -> bool {
    i128::from(a.0) * i128::from(b.1) < i128::from(b.0) * i128::from(a.1)
}

/// `amount * weight / among`, rounded down.
fn scaled(amount: i64, weight: i64, among: i64) -> i64 {
    i64::try_from(i128::from(amount) * i128::from(weight) / i128::from(among.max(1))).unwrap_or(0)
}

/// One who can get the ticket: their credit with this draw's part, and that part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) credit: i64,
    pub(super) part: i64,
}

/// The place of who is next; of equals the first. `None` for nobody.
pub(super) fn next(candidates: &[Candidate]) -> Option<usize> {
    let count = i64::try_from(candidates.len()).unwrap_or(i64::MAX);
    let (richest, most) = candidates.iter().enumerate().rev().max_by_key(|(_, one)| one.credit)?;
    if most.credit > LEAD - LEAD / (2 * count) {
        return Some(richest);
    }
    // With less than this, a ticket now could cost a whole lead more than is owed.
    let owed = LEAD / (2 * count - 2).max(1);
    let mut best: Option<(usize, &Candidate)> = None;
    for (at, one) in candidates.iter().enumerate().filter(|(_, one)| one.credit >= owed) {
        // Draws until a whole lead is owed; of who earns nothing any more it never is.
        let due = |one: &Candidate| (LEAD - one.credit, one.part);
        let sooner = |than: &Candidate| one.part > 0 && (than.part == 0 || before(due(one), due(than)));
        if best.is_none_or(|(_, than)| sooner(than)) {
            best = Some((at, one));
        }
    }
    Some(best.map_or(richest, |(at, _)| at))
}
