//! How close everybody's tickets stay to their share, held against a second way of counting it.
//!
//! With the same members: always less than a lead apart, whatever the weights. With hours, lunches, leave and caps: nearly
//! always, and never far. Against somebody who decides at every draw who is there, no rule could hold it.

use proptest::prelude::*;

use super::*;

/// Numbers that depend on nothing but their seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }
}

/// What has been given, by window and member or team; and shares counted a second time, in leads.
#[derive(Default)]
struct Shares {
    ideal: BTreeMap<String, f64>,
    given: BTreeMap<(String, String), u32>,
}

impl Shares {
    fn given(&mut self, window: &str, to: &str) -> &mut u32 {
        self.given.entry((window.to_owned(), to.to_owned())).or_default()
    }

    fn give(&mut self, draw: &Draw, to: &str) {
        let team_cap = |member: &PoolMember| draw.team_caps.iter().find(|cap| member.team.as_ref() == Some(&cap.team));
        let mut open = Vec::new();
        for member in &draw.eligible {
            let own = member.cap.as_ref().is_none_or(|cap| *self.given(&cap.window, &member.login) < cap.most);
            let team = team_cap(member).is_none_or(|cap| *self.given(&cap.window, &cap.team) < cap.most);
            if own && team {
                open.push(member);
            }
        }
        let all: u32 = open.iter().map(|member| member.weight).sum();
        for member in &open {
            *self.ideal.entry(member.login.clone()).or_default() += f64::from(member.weight) / f64::from(all);
        }
        let member = open.iter().find(|member| member.login == to).expect("who gets it was below every cap");
        if let Some(cap) = &member.cap {
            *self.given(&cap.window, to) += 1;
        }
        if let Some(cap) = team_cap(member) {
            *self.given(&cap.window, &cap.team) += 1;
        }
    }
}

/// How far the members of a draw were from their shares after it.
#[derive(Default)]
struct Found {
    furthest: f64,
    looked: usize,
    beyond_one: usize,
}

/// A pool with its second books.
#[derive(Default)]
struct Pool {
    state: PoolState,
    shares: Shares,
    found: Found,
}

impl Pool {
    fn draw(&mut self, draw: &Draw) -> Option<String> {
        let Drawn::Ticket(ticket) = self.state.draw(draw) else { return None };
        self.shares.give(draw, &ticket.login);
        for member in &draw.eligible {
            let standing = self.state.share(&member.login);
            let ideal = self.shares.ideal.get(&member.login).copied().unwrap_or(0.0);
            assert!((standing.ideal() - ideal).abs() < 1e-4, "the books differ: {standing:?} and {ideal}");
            #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
            let apart = (ideal - standing.count as f64).abs();
            self.found.furthest = self.found.furthest.max(apart);
            self.found.looked += 1;
            self.found.beyond_one += usize::from(apart > 1.000_001);
        }
        Some(ticket.login)
    }
}

fn team_of(weights: &[u32]) -> Vec<PoolMember> {
    weights.iter().enumerate().map(|(at, weight)| PoolMember::new(format!("m{at}"), *weight)).collect()
}

/// How one person works: seconds of the day, and when they are on leave.
struct Person {
    from: i64,
    lunch: i64,
    leave: i64,
    member: PoolMember,
    cap: Option<u32>,
}

/// People of a pool in three parts of the world who work eight hours, have lunch, go on leave and have caps; leads come at
/// random all day long.
struct History {
    dice: Dice,
    people: Vec<Person>,
    team_cap: Option<u32>,
    leads_a_day: u64,
    second: i64,
}

const DAY: i64 = 86_400;

impl History {
    fn new(seed: u64, people: u64, caps: bool) -> Self {
        let mut dice = Dice(seed);
        let leads_a_day = [15, 40, 150][dice.roll(3) as usize];
        let people = (0..people)
            .map(|at| Person {
                from: [7, 8, 9, 13, 15][dice.roll(5) as usize] * 3_600,
                lunch: (3 + dice.roll(3) as i64) * 3_600,
                leave: 0,
                member: PoolMember {
                    team: Some(if at % 2 == 0 { "emea" } else { "amer" }.to_owned()),
                    ..PoolMember::new(format!("m{at}"), 1 + dice.roll(5) as u32)
                },
                cap: (caps && dice.one_in(2)).then(|| 1 + dice.roll(leads_a_day / 4) as u32),
            })
            .collect();
        let team_cap = (caps && dice.one_in(2)).then(|| 2 + dice.roll(leads_a_day / 2) as u32);
        Self { dice, people, team_cap, leads_a_day, second: 0 }
    }

    /// The next lead, with who is there.
    fn next(&mut self) -> Draw {
        let before = self.second / DAY;
        self.second += self.dice.roll(2 * DAY as u64 / self.leads_a_day) as i64;
        let (day, second) = (self.second / DAY, self.second % DAY);
        for _ in before..day {
            for person in &mut self.people {
                if person.leave > 0 {
                    person.leave -= 1;
                } else if self.dice.one_in(20) {
                    person.leave = 1 + self.dice.roll(10) as i64;
                }
            }
        }
        let window = format!("{day:05}");
        let there = |person: &&Person| {
            let worked = second - person.from;
            person.leave == 0 && (0..8 * 3_600).contains(&worked) && !(0..1_800).contains(&(worked - person.lunch))
        };
        let member = |person: &Person| PoolMember {
            cap: person.cap.map(|most| Cap { most, window: window.clone() }),
            ..person.member.clone()
        };
        let eligible: Vec<PoolMember> = self.people.iter().filter(there).map(member).collect();
        let team_cap = |most| TeamCap { team: "emea".to_owned(), most, window: window.clone() };
        Draw { team_caps: self.team_cap.map(team_cap).into_iter().collect(), ..question(&eligible) }
    }

    /// The same with everybody there and no caps.
    fn all_back(&self) -> Draw {
        question(&self.people.iter().map(|person| person.member.clone()).collect::<Vec<_>>())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn the_same_members_are_never_a_whole_lead_from_their_shares(weights in prop::collection::vec(1_u32..=100, 1..16)) {
        let mut pool = Pool::default();
        let draw = question(&team_of(&weights));
        for _ in 0..400 {
            pool.draw(&draw).unwrap();
        }
        prop_assert!(pool.found.furthest < 1.0, "{}", pool.found.furthest);
    }
}

#[test]
fn with_hours_lunches_and_leave_nearly_all_are_within_one_lead_and_none_is_far() {
    let (mut looked, mut beyond_one, mut furthest, mut at_the_end) = (0, 0, 0.0_f64, 0);
    for seed in 0..2_000 {
        let mut history = History::new(seed, 2 + seed % 11, false);
        let mut pool = Pool::default();
        for _ in 0..700 {
            pool.draw(&history.next());
        }
        looked += pool.found.looked;
        beyond_one += pool.found.beyond_one;
        furthest = furthest.max(pool.found.furthest);
        at_the_end += usize::from(pool.state.credits.values().any(|credit| credit.abs() > 1_000_000_000));
    }
    assert!(beyond_one * 1_000 < looked, "{beyond_one} of {looked}");
    assert!(furthest < 1.5, "{furthest}");
    assert!(at_the_end <= 20, "{at_the_end}");
}

#[test]
fn once_all_are_back_all_are_within_one_lead_and_stay_so() {
    for seed in 0..500 {
        let people = 2 + seed % 11;
        let mut history = History::new(seed, people, false);
        let mut pool = Pool::default();
        for _ in 0..200 {
            pool.draw(&history.next());
        }
        let back = history.all_back();
        for _ in 0..people {
            pool.draw(&back);
        }
        pool.found = Found::default();
        for _ in 0..200 {
            pool.draw(&back);
        }
        assert!(pool.found.furthest < 1.0, "{seed}: {}", pool.found.furthest);
    }
}

#[test]
fn caps_are_never_exceeded_and_shares_are_kept_within_them() {
    let (mut looked, mut beyond_one, mut furthest, mut nobody) = (0, 0, 0.0_f64, 0);
    for seed in 0..1_000 {
        let mut history = History::new(seed, 2 + seed % 11, true);
        let mut pool = Pool::default();
        let mut given: BTreeMap<(String, String), u32> = BTreeMap::new();
        for _ in 0..700 {
            let draw = history.next();
            let Some(login) = pool.draw(&draw) else {
                nobody += usize::from(!draw.eligible.is_empty());
                continue;
            };
            let member = draw.eligible.iter().find(|member| member.login == login).unwrap();
            if let Some(cap) = &member.cap {
                let count = given.entry((cap.window.clone(), login)).or_default();
                *count += 1;
                assert!(*count <= cap.most, "{seed}: {member:?}");
            }
            if let Some(cap) = draw.team_caps.iter().find(|cap| member.team.as_ref() == Some(&cap.team)) {
                let count = given.entry((cap.window.clone(), format!("team {}", cap.team))).or_default();
                *count += 1;
                assert!(*count <= cap.most, "{seed}: {member:?}");
            }
        }
        looked += pool.found.looked;
        beyond_one += pool.found.beyond_one;
        furthest = furthest.max(pool.found.furthest);
    }
    assert!(nobody > 1_000, "the caps hardly held: {nobody}");
    assert!(beyond_one * 500 < looked, "{beyond_one} of {looked}");
    assert!(furthest < 1.5, "{furthest}");
}

#[test]
fn whoever_decides_at_every_draw_who_is_there_can_drive_members_apart() {
    // Eight members; each time two come who stand alike: one gets ahead, the other falls behind.
    let all = team_of(&[1; 8]);
    let mut pool = Pool::default();
    for _ in 0..2_000 {
        let mut sorted = all.clone();
        sorted.sort_by_key(|member| pool.state.share(&member.login).owed);
        let closest = sorted.windows(2).min_by_key(|pair| {
            let owed = |at: usize| pool.state.share(&pair[at].login).owed;
            owed(1) - owed(0)
        });
        let draw = question(closest.unwrap());
        pool.draw(&draw).unwrap();
    }
    assert!(pool.found.furthest > 1.5, "the limit that turns.rs tells of: {}", pool.found.furthest);
}
