//! A second count of what a pool's members had coming to them: from the tickets alone, in another way than the pool's own
//! books.

use std::collections::BTreeMap;

use revloops_loopkit::ports::{Draw, PoolMember, Ticket};

/// What a recount of tickets found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Audit {
    /// Tickets and share of each, in leads.
    pub members: BTreeMap<String, (u32, f64)>,
    /// The furthest that somebody who was there was from their share, in leads.
    pub furthest: f64,
    /// How often somebody who was there was looked at.
    pub looked: u64,
    /// How often they were more than a lead from their share.
    pub beyond_one: u64,
    /// Tickets beyond a cap.
    pub over_cap: Vec<String>,
}

/// Recounts `tickets` with the questions that they answered. Who was there and below their caps earned by weight.
#[must_use]
pub fn audit(tickets: &[(Ticket, Draw)]) -> Audit {
    let mut ordered: Vec<&(Ticket, Draw)> = tickets.iter().collect();
    ordered.sort_by_key(|(ticket, _)| ticket.number);
    let mut found = Audit::default();
    let mut given: BTreeMap<(String, String), u32> = BTreeMap::new();
    for (ticket, draw) in ordered {
        let caps = |member: &PoolMember| -> Vec<((String, String), u32)> {
            let own = member.cap.iter().map(|cap| ((member.login.clone(), cap.window.clone()), cap.most));
            let of_team = draw.team_caps.iter().filter(|cap| member.team.as_ref() == Some(&cap.team));
            own.chain(of_team.map(|cap| ((format!("team {}", cap.team), cap.window.clone()), cap.most))).collect()
        };
        let has_room =
            |member: &&PoolMember| caps(member).iter().all(|(cap, most)| given.get(cap).copied().unwrap_or(0) < *most);
        let open: Vec<&PoolMember> = draw.eligible.iter().filter(has_room).collect();
        let weights: u32 = open.iter().map(|member| member.weight).sum();
        for member in &open {
            let share = f64::from(member.weight) / f64::from(weights);
            found.members.entry(member.login.clone()).or_default().1 += share;
        }
        found.members.entry(ticket.login.clone()).or_default().0 += 1;
        let Some(picked) = open.iter().find(|member| member.login == ticket.login) else {
            found.over_cap.push(format!("ticket {} to {}", ticket.number, ticket.login));
            continue;
        };
        for (cap, _) in caps(picked) {
            *given.entry(cap).or_default() += 1;
        }
        for member in &open {
            let (count, share) = found.members.get(&member.login).copied().unwrap_or_default();
            let apart = (share - f64::from(count)).abs();
            found.furthest = found.furthest.max(apart);
            found.looked += 1;
            found.beyond_one += u64::from(apart > 1.000_001);
        }
    }
    found
}
