//! Who gets a subject. Pure: live draws, batches and dry runs all call this.

use jiff::{SignedDuration, Timestamp};

use super::state::Held;
use super::turns::{Candidate, LEAD, next, parts};
use super::{Draw, Drawn, PickBy, PoolMember, PoolState, TeamCap, Ticket, TicketKind};

/// How long the CRM may take to show a lead as its owner's.
const SETTLES_IN: SignedDuration = SignedDuration::from_mins(5);

impl PoolState {
    /// Who gets the subject, counted in. Where nobody can, nothing is counted.
    ///
    /// Whether the subject has a ticket already is for the caller to know.
    pub fn draw(&mut self, draw: &Draw) -> Drawn {
        self.go_to_windows(draw);
        let mut left_out = Vec::new();
        let mut open = Vec::new();
        for (place, member) in draw.eligible.iter().enumerate() {
            match self.full(member, &draw.team_caps) {
                Some(why) => left_out.push((member.login.clone(), why)),
                None => open.push(place),
            }
        }
        let held = self.holder(draw, &open);
        let kind = if held.is_some() { TicketKind::Sticky } else { TicketKind::Turn };
        let picked = match draw.by {
            PickBy::Turns => self.in_turns(draw, &open, held),
            PickBy::LeastLoaded => held.or_else(|| self.least_loaded(draw, &open)),
        };
        let Some(member) = picked.and_then(|place| draw.eligible.get(place)) else {
            return Drawn::Nobody(left_out);
        };
        self.count(member, draw);
        let (pool, login) = (draw.pool.clone(), member.login.clone());
        Drawn::Ticket(Ticket { pool, login, number: self.drawn, kind, left_out })
    }

    fn go_to_windows(&mut self, draw: &Draw) {
        for member in &draw.eligible {
            if let Some(cap) = &member.cap {
                self.windows.entry(member.login.clone()).or_default().go_to(&cap.window);
            }
        }
        for cap in &draw.team_caps {
            self.teams.entry(cap.team.clone()).or_default().go_to(&cap.window);
        }
    }

    /// Why `member` can take no more in this window.
    fn full(&self, member: &PoolMember, team_caps: &[TeamCap]) -> Option<String> {
        if let Some(cap) = &member.cap {
            let had = self.windows.get(&member.login).map_or(0, |window| window.count);
            if had >= u64::from(cap.most) {
                return Some(format!("has {had} of {} leads on {}", cap.most, cap.window));
            }
        }
        let cap = team_of(member, team_caps)?;
        let had = self.teams.get(&cap.team).map_or(0, |window| window.count);
        let full = had >= u64::from(cap.most);
        full.then(|| format!("team {} has {had} of {} leads on {}", cap.team, cap.most, cap.window))
    }

    /// The place of who holds the draw's key, where they can take it.
    fn holder(&self, draw: &Draw, open: &[usize]) -> Option<usize> {
        let held = self.held.get(&draw.sticky.as_ref()?.key).filter(|held| held.until > draw.at)?;
        open.iter().copied().find(|place| draw.eligible.get(*place).is_some_and(|member| member.login == held.login))
    }

    /// Shares the credit of one lead out, and lets who gets the ticket pay for it: the holder, or who is next.
    fn in_turns(&mut self, draw: &Draw, open: &[usize], held: Option<usize>) -> Option<usize> {
        let there: Vec<(usize, &PoolMember)> =
            open.iter().filter_map(|place| Some((*place, draw.eligible.get(*place)?))).collect();
        let weights: Vec<u32> = there.iter().map(|(_, member)| member.weight).collect();
        let parts = parts(&weights);
        let mut candidates = Vec::with_capacity(there.len());
        for ((_, member), part) in there.iter().zip(&parts) {
            let credit = self.credits.entry(member.login.clone()).or_default();
            *credit += part;
            candidates.push(Candidate { credit: *credit, part: *part });
        }
        let picked = held.or_else(|| open.get(next(&candidates)?).copied())?;
        let member = draw.eligible.get(picked)?;
        let left_over = LEAD - parts.iter().sum::<i64>();
        *self.credits.entry(member.login.clone()).or_default() += left_over - LEAD;
        Some(picked)
    }

    /// Who has the fewest open leads for their weight, with what was given in the last minutes and with this one; of
    /// equals the first. Turns play no part in it, so nobody earns or pays.
    fn least_loaded(&mut self, draw: &Draw, open: &[usize]) -> Option<usize> {
        let since = draw.at.saturating_sub(SETTLES_IN).unwrap_or(Timestamp::MIN);
        let lately = |login: &str| -> u64 {
            let minutes = self.lately.range(since..);
            minutes.filter_map(|(_, counts)| counts.get(login)).sum()
        };
        let load = |place: usize| {
            let member = draw.eligible.get(place)?;
            let open_leads = member.load.unwrap_or(0) + lately(&member.login) + 1;
            Some((u128::from(open_leads), u128::from(member.weight.max(1))))
        };
        let mut best: Option<(usize, (u128, u128))> = None;
        for place in open {
            let Some(load) = load(*place) else { continue };
            if best.is_none_or(|(_, least)| load.0 * least.1 < least.0 * load.1) {
                best = Some((*place, load));
            }
        }
        best.map(|(place, _)| place)
    }

    /// Counts the ticket that `member` gets.
    fn count(&mut self, member: &PoolMember, draw: &Draw) {
        self.drawn += 1;
        *self.counts.entry(member.login.clone()).or_default() += 1;
        if member.cap.is_some() {
            self.windows.entry(member.login.clone()).or_default().count += 1;
        }
        if let Some(cap) = team_of(member, &draw.team_caps) {
            self.teams.entry(cap.team.clone()).or_default().count += 1;
        }
        if let Some(sticky) = &draw.sticky {
            self.held.insert(sticky.key.clone(), Held { login: member.login.clone(), until: sticky.until });
        }
        let kept = draw.at.saturating_sub(SETTLES_IN).unwrap_or(Timestamp::MIN);
        self.lately.retain(|minute, _| *minute >= kept);
        if draw.by == PickBy::LeastLoaded {
            let of_minute = self.lately.entry(minute_of(draw.at)).or_default();
            *of_minute.entry(member.login.clone()).or_default() += 1;
        }
    }
}

fn team_of<'a>(member: &PoolMember, team_caps: &'a [TeamCap]) -> Option<&'a TeamCap> {
    let team = member.team.as_ref()?;
    team_caps.iter().find(|cap| cap.team == *team)
}

/// The last moment of the minute of `at`: a ticket is remembered for its minutes and never forgotten early.
fn minute_of(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(60) + 59).unwrap_or(at)
}
