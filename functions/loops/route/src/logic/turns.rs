//! From a pool to the one whose turn it is, or who has least to do.

use jiff::{SignedDuration, Timestamp};

use revloops_domain::UserId;
use revloops_loopkit::ports::{Cap, CrmUser, Draw, PickBy, PoolMember, Sticky, TeamCap, TicketKind};

use crate::config::{Member, Pool, StickyBy};
use crate::logic::facts::Need;
use crate::logic::fit::{Unfit, in_words};
use crate::logic::handlers::{Resolved, Resolving, owned_by};

impl<'a, 'c> Resolving<'a, 'c> {
    /// The holder of the ticket that the subject draws from the pool. Who cannot take anything is left out **before** the
    /// draw, so that nobody is counted a ticket that goes to somebody else.
    pub(crate) fn next_in(&mut self, id: &'c str, by: PickBy) -> Resolved<'c> {
        let Some(pool) = self.config.pools.get(id) else {
            return self.nobody("the pool is known", "none of this name");
        };
        let facts = self.facts;
        let unknown = pool.members.iter().map(|member| &member.login).filter(|login| !facts.users.contains_key(*login));
        let unknown: Vec<String> = unknown.cloned().collect();
        if !unknown.is_empty() {
            return Resolved::Needs(Need::Users(unknown));
        }
        let there = self.there(id, pool);
        if there.is_empty() {
            return Resolved::Nobody;
        }
        if by == PickBy::LeastLoaded {
            let unknown: Vec<UserId> =
                there.iter().map(|(_, user)| &user.id).filter(|id| !facts.loads.contains_key(*id)).cloned().collect();
            if !unknown.is_empty() {
                return Resolved::Needs(Need::Loads(unknown));
            }
        }
        if let Some(left_out) = facts.full.get(id) {
            self.tell_left_out(id, left_out);
            return Resolved::Nobody;
        }
        let Some(ticket) = facts.tickets.get(id) else {
            return Resolved::Needs(Need::Draw(Box::new(self.question(id, pool, by, &there))));
        };
        self.tell_left_out(id, &ticket.left_out);
        // The same lead draws the same ticket at every attempt, even where the config has changed in between.
        let login = ticket.login.to_lowercase();
        let Some(known) = facts.users.get(&login) else {
            return Resolved::Needs(Need::Users(vec![login]));
        };
        let condition = || {
            let had_it = if ticket.kind == TicketKind::Sticky { ", who had the one before," } else { "" };
            format!("the holder of ticket {} of {id}{had_it} can own records", ticket.number)
        };
        match self.fit(&login, known.as_ref()) {
            Ok(user) => {
                self.tell(true, || (condition(), user.name.clone()));
                owned_by(user, Some(ticket.clone()))
            }
            Err(unfit) => {
                let name = known.as_ref().map_or(login.as_str(), |user| user.name.as_str());
                self.tell(false, || (condition(), format!("{name}, {}", in_words(&unfit))));
                Resolved::Nobody
            }
        }
    }

    /// The members who can take something now, in the pool's order; why the others cannot is told.
    fn there(&mut self, id: &str, pool: &'c Pool) -> Vec<(&'c Member, &'a CrmUser)> {
        let facts = self.facts;
        let mut there = Vec::with_capacity(pool.members.len());
        for member in &pool.members {
            let known = facts.users.get(&member.login).and_then(Option::as_ref);
            let work = &self.config.team.person(&member.login).work;
            let left_out = match self.fit(&member.login, known) {
                Ok(user) if !pool.only_in_working_hours || work.is_open(self.at) => {
                    there.push((member, user));
                    continue;
                }
                Ok(_) => Unfit::NotAtWork(self.explain.then(|| work.next_open(self.at)).flatten()),
                Err(unfit) => unfit,
            };
            let name = known.map_or(member.login.as_str(), |user| user.name.as_str());
            self.tell(false, || (format!("{name} of {id} can take a lead now"), in_words(&left_out)));
        }
        there
    }

    /// Who was there and has had enough, and how much.
    fn tell_left_out(&mut self, id: &str, left_out: &[(String, String)]) {
        for (login, why) in left_out {
            let known = self.facts.users.get(login).and_then(Option::as_ref);
            let name = known.map_or(login.as_str(), |user| user.name.as_str());
            self.tell(false, || (format!("{name} of {id} can take a lead now"), why.clone()));
        }
    }

    fn question(&self, id: &str, pool: &Pool, by: PickBy, there: &[(&Member, &CrmUser)]) -> Draw {
        let team = &self.config.team;
        let mut team_caps: Vec<TeamCap> = Vec::new();
        let mut eligible = Vec::with_capacity(there.len());
        for (member, user) in there {
            let person = team.person(&member.login);
            let day = person.work.local_date(self.at);
            if let Some(name) = &person.team
                && let Some(cap) = team.caps.get(name)
                && !team_caps.iter().any(|known| known.team == *name)
            {
                team_caps.push(TeamCap { team: name.clone(), most: cap.most, window: cap.window(self.at) });
            }
            eligible.push(PoolMember {
                login: member.login.clone(),
                weight: pool.weight(member, person, self.at),
                cap: member.per_day.map(|most| Cap { most, window: day.to_string() }),
                team: person.team.clone(),
                load: (by == PickBy::LeastLoaded).then(|| self.facts.loads.get(&user.id).copied().unwrap_or(0)),
            });
        }
        Draw {
            pool: id.to_owned(),
            subject: self.subject.subject.to_owned(),
            by,
            eligible,
            team_caps,
            sticky: self.sticky(pool),
            at: self.at,
        }
    }

    /// What belongs together with this subject, where the pool lets it stick to whoever had it before.
    fn sticky(&self, pool: &Pool) -> Option<Sticky> {
        let (key, days) = match pool.sticky? {
            StickyBy::Account { days } => (format!("account/{}", self.subject.account?.id), days),
            StickyBy::Domain { days } => (format!("domain/{}", self.subject.domain?.to_lowercase()), days),
        };
        let until = self.at.saturating_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX);
        Some(Sticky { key, until })
    }
}
