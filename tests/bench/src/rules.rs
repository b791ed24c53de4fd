//! Rules and territories in a plain form: each is a list of tests that must all hold, and the first rule that holds decides.

use crate::market::{COUNTRIES, INDUSTRIES, LISTED, SEGMENTS, STATES_DE, STATES_US, domain};
use crate::random::{Random, Zipf};

/// The name of the list of domains.
pub const LIST: &str = "named-accounts";

/// What a test asks of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Asks {
    OneOf(Vec<String>),
    AtLeast(i64),
    Between(i64, i64),
    /// In the list of domains.
    Listed,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    pub field: &'static str,
    pub asks: Asks,
}

#[derive(Debug, Clone)]
pub struct Rule {
    pub id: String,
    /// None: it holds for everybody.
    pub tests: Vec<Test>,
    /// Whose lead it is: this person's, or, without one, whoever has the lead's territory.
    pub owner: Option<String>,
}

/// Everything that decides who gets a lead.
#[derive(Debug, Clone)]
pub struct Config {
    pub territories: Vec<Rule>,
    pub rules: Vec<Rule>,
}

/// The domains of the list.
pub fn listed() -> impl Iterator<Item = String> {
    (0..LISTED).map(domain)
}

/// The config with this number of rules, the same for the same seed.
pub fn config(rules: usize, seed: u64) -> Config {
    let territories = territories();
    let mut random = Random::new(seed);
    let mut drawn: Vec<Vec<Test>> = (1..rules).map(|_| tests(&mut random, &territories)).collect();
    // Special before general, as people order them.
    drawn.sort_by_key(|tests| std::cmp::Reverse(tests.len()));
    drawn.push(Vec::new());
    let rules = drawn.into_iter().enumerate().map(|(at, tests)| Rule {
        id: format!("rule-{at:04}"),
        tests,
        owner: (at % 3 != 0).then(|| format!("rep{}@example.com", at % 40)),
    });
    Config { territories, rules: rules.collect() }
}

fn one_of(field: &'static str, values: impl IntoIterator<Item = &'static str>) -> Test {
    Test { field, asks: Asks::OneOf(values.into_iter().map(str::to_owned).collect()) }
}

/// Large countries by state, then countries, then the rest of the world.
fn territories() -> Vec<Rule> {
    let mut all: Vec<Vec<Test>> = Vec::new();
    let by_state = [("US", STATES_US.as_slice(), 2), ("DE", STATES_DE.as_slice(), 2)];
    for (country, states, together) in by_state {
        all.extend(
            states
                .chunks(together)
                .map(|states| vec![one_of("country", [country]), one_of("state", states.iter().copied())]),
        );
    }
    all.extend(COUNTRIES.chunks(1).take(12).map(|one| vec![one_of("country", one.iter().copied())]));
    all.extend(COUNTRIES[12..].chunks(4).map(|few| vec![one_of("country", few.iter().copied())]));
    all.push(Vec::new());
    let territory =
        |(at, tests)| Rule { id: format!("territory-{at:02}"), tests, owner: Some(format!("ae{at}@example.com")) };
    all.into_iter().enumerate().map(territory).collect()
}

/// Two to four tests of different fields.
fn tests(random: &mut Random, territories: &[Rule]) -> Vec<Test> {
    let wanted = 2 + random.below(3);
    let mut tests: Vec<Test> = Vec::new();
    while tests.len() < wanted {
        let test = test(random, territories);
        if tests.iter().all(|other| other.field != test.field) {
            tests.push(test);
        }
    }
    tests
}

fn test(random: &mut Random, territories: &[Rule]) -> Test {
    let some = |random: &mut Random, all: &[&'static str], most: usize| {
        let (zipf, wanted) = (Zipf::new(all.len()), 1 + random.below(most));
        let mut values: Vec<&'static str> = (0..wanted).map(|_| all[zipf.draw(random)]).collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    let number = |random: &mut Random, field, steps: &[i64]| {
        let at = random.below(steps.len());
        let asks = match steps.get(at + 1 + random.below(3)) {
            Some(to) if random.chance(0.6) => Asks::Between(steps[at], to - 1),
            _ => Asks::AtLeast(steps[at]),
        };
        Test { field, asks }
    };
    match random.below(100) {
        0..28 => one_of("country", some(random, &COUNTRIES, 5)),
        28..40 => one_of("state", some(random, &[STATES_US.as_slice(), STATES_DE.as_slice()].concat(), 4)),
        40..58 => one_of("industry", some(random, &INDUSTRIES, 3)),
        58..72 => number(random, "employees", &[10, 50, 100, 200, 250, 500, 1_000, 2_500, 5_000, 10_000]),
        72..80 => one_of("segment", some(random, &SEGMENTS, 1)),
        80..84 => Test { field: "domain", asks: Asks::Listed },
        84..93 => number(random, "score", &[20, 30, 40, 50, 60, 65, 70, 75, 80, 85, 90]),
        _ => {
            let territory = &territories[random.below(territories.len())];
            Test { field: "territory", asks: Asks::OneOf(vec![territory.id.clone()]) }
        }
    }
}
