//! A labelled set of articles: each with the account that it is about, if it is, and the event that it tells of.
//!
//! The truth is in how an article was made and never in what the loop says: first there is a company and what happened there,
//! then one or more articles tell of it, in four languages and many ways of writing an amount. Among them are other companies
//! of nearly the same name, and two events of one kind at one company within days. It is made by a seed, so that a figure can
//! be checked by anybody, and a seed that was never looked at while the loop was written tells how good it is.

mod articles;
mod happened;
mod measure;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use revloops_domain::signal::{Signal, SignalSource};
use revloops_domain::{Account, AccountId, MailDomain};
use revloops_matching::labelled::rng::Rng;

use happened::Happened;
pub use measure::{Counts, Measured, measure};

/// An article with its truth.
#[derive(Debug, Clone)]
pub struct Article {
    /// What was done: `first`, `reworded`, `translated`, `syndicated`, `same page`, `second event`, `namesake …`.
    pub made_as: &'static str,
    /// The account whose scan found it.
    pub scanned: AccountId,
    /// Whether it is about that account.
    pub ours: bool,
    /// The event that it tells of.
    pub event: usize,
    /// What the scan made of it.
    pub signal: Signal,
}

/// Accounts of a made-up CRM, and the articles that scans of them found.
#[derive(Debug, Clone)]
pub struct LabelledArticles {
    /// The accounts.
    pub accounts: Vec<Account>,
    /// The articles.
    pub articles: Vec<Article>,
}

/// Of a hundred articles, those that repeat another.
const REPEATS_PERCENT: usize = 30;
/// And those that are about somebody else.
const NAMESAKES_PERCENT: usize = 12;

const STEMS: &[&str] = &[
    "Velorix",
    "Nordhaven",
    "Brightwater",
    "Castellan",
    "Meridiem",
    "Auroral",
    "Tessaly",
    "Quintor",
    "Halvorsen",
    "Ostrava",
    "Lumenfeld",
    "Carrick",
    "Delphine",
    "Estuary",
    "Falkner",
    "Gravelle",
    "Hollins",
    "Isarau",
    "Jorvik",
    "Kestrano",
    "Larkspur",
    "Montclar",
    "Novalis",
    "Orrinsen",
    "Pallister",
    "Ravenna",
    "Solvang",
    "Trelawney",
    "Umbriel",
    "Wexcombe",
];
const TRADES: &[&str] = &["Robotics", "Logistik", "Systems", "Analytics", "Foods", "Energi", "Biotech", "Payments"];
const FORMS: &[(&str, &str, &str)] = &[
    ("GmbH", "DE", "Leipzig"),
    ("A/S", "DK", "Aarhus"),
    ("Ltd", "GB", "Bristol"),
    ("Inc.", "US", "Denver"),
    ("SAS", "FR", "Lyon"),
    ("S.L.", "ES", "Valencia"),
    ("AB", "SE", "Malmö"),
    ("B.V.", "NL", "Utrecht"),
];
const SITES: &[&str] = &[
    "tradewire.example",
    "morgenblatt.example",
    "the-ledger.example",
    "lecourrier.example",
    "eldiario-b2b.example",
    "startup-gazette.example",
    "regionalpresse.example",
    "deal-notes.example",
];

struct World {
    rng: Rng,
    accounts: Vec<Account>,
    articles: Vec<Article>,
    events: usize,
}

impl LabelledArticles {
    /// The set of `seed`: so many articles.
    #[must_use]
    pub fn new(seed: u64, articles: usize) -> Self {
        let mut world = World { rng: Rng::new(seed), accounts: Vec::new(), articles: Vec::new(), events: 0 };
        while world.articles.len() < articles {
            world.company(articles);
        }
        world.articles.truncate(articles);
        Self { accounts: world.accounts, articles: world.articles }
    }
}

impl World {
    /// One company: what happened there, who told of it, and who is called alike.
    fn company(&mut self, until: usize) {
        let nth = self.accounts.len();
        let stem = STEMS.get(nth % STEMS.len()).copied().unwrap_or_default();
        let trade = TRADES.get(nth / STEMS.len() % TRADES.len()).copied().unwrap_or_default();
        let Some(&(form, country, city)) = self.rng.pick(FORMS) else { return };
        let Some(account) = account(nth, &format!("{stem} {trade} {form}"), &format!("{stem}-{trade}"), country, city)
        else {
            return;
        };
        self.accounts.push(account.clone());
        for _ in 0..=self.rng.below(3) {
            let happened = Happened::new(&mut self.rng);
            let on = self.day();
            let event = self.event();
            self.article(&account, "first", event, &happened, on, None);
            // Each first article brings its share of repeats and namesakes.
            while self.repeats() * 100 < self.articles.len() * REPEATS_PERCENT && self.articles.len() < until {
                let later = on.saturating_add(i64::try_from(self.rng.below(5)).unwrap_or(0).days());
                let made = ["reworded", "translated", "syndicated", "same page", "rounded"];
                let made_as = self.rng.pick(&made).copied().unwrap_or("reworded");
                self.article(&account, made_as, event, &happened, later, Some(made_as));
                if self.rng.chance(60) {
                    break;
                }
            }
            if self.rng.chance(25) {
                // Another event of the same kind, days later, often told in the same words.
                let other = happened.another(&mut self.rng);
                let later = on.saturating_add(i64::try_from(1 + self.rng.below(9)).unwrap_or(1).days());
                let event = self.event();
                self.article(&account, "second event", event, &other, later, None);
            }
            let namesakes = self.articles.iter().filter(|one| !one.ours).count();
            if namesakes * 100 < self.articles.len() * NAMESAKES_PERCENT {
                self.namesake(&account, &happened, on);
            }
        }
    }

    fn repeats(&self) -> usize {
        self.articles.iter().filter(|one| one.ours && !matches!(one.made_as, "first" | "second event")).count()
    }

    fn event(&mut self) -> usize {
        self.events += 1;
        self.events
    }

    fn day(&mut self) -> Date {
        date(2026, 9, 1).saturating_add(i64::try_from(self.rng.below(70)).unwrap_or(0).days())
    }

    fn article(
        &mut self,
        account: &Account,
        made_as: &'static str,
        event: usize,
        happened: &Happened,
        on: Date,
        repeat: Option<&str>,
    ) {
        let Some(first) = self.articles.iter().rev().find(|one| one.event == event).cloned().map(|one| one.signal)
        else {
            let signal = self.signal(account, happened, on, self.rng.clone().below(articles::LANGUAGES));
            self.push(made_as, account, true, event, signal);
            return;
        };
        let mut signal = match repeat {
            Some("syndicated") => Signal { on, ..first.clone() },
            Some("translated") => {
                let language = 1 + self.rng.below(articles::LANGUAGES - 1);
                self.signal(account, happened, on, language)
            }
            Some("rounded") => {
                let rounded = happened.rounded();
                self.signal(account, &rounded, on, 0)
            }
            Some(_) | None => {
                let language = self.rng.below(articles::LANGUAGES);
                self.signal(account, happened, on, language)
            }
        };
        if repeat == Some("same page") {
            signal.sources.clone_from(&first.sources);
            for source in &mut signal.sources {
                source.url.push_str("?utm_source=newsletter");
            }
        } else {
            signal.sources = self.sources(&signal.headline, on);
        }
        self.push(made_as, account, true, event, signal);
    }

    /// Somebody else: with a domain of their own, in another country, or in another trade.
    fn namesake(&mut self, account: &Account, happened: &Happened, on: Date) {
        let stem = account.name.split(' ').next().unwrap_or_default().to_owned();
        let happened = if self.rng.chance(50) { happened.clone() } else { Happened::new(&mut self.rng) };
        let mut language = 0;
        if self.rng.chance(30) {
            language = self.rng.below(articles::LANGUAGES);
        }
        let mut signal = self.signal(account, &happened, on, language);
        let elsewhere = FORMS.iter().find(|(_, country, _)| account.country_code.as_deref() != Some(country));
        let made_as = match self.rng.below(3) {
            0 => {
                signal.domain = Some(format!("{}-holding.example", stem.to_lowercase()));
                (signal.country_code, signal.city) = (None, None);
                "namesake with a domain"
            }
            1 => {
                signal.domain = None;
                signal.country_code = elsewhere.map(|(_, country, _)| (*country).to_owned());
                signal.city = elsewhere.map(|(_, _, city)| (*city).to_owned());
                "namesake abroad"
            }
            _ => {
                let own = account.name.split(' ').nth(1).unwrap_or_default().to_owned();
                let other = TRADES.iter().find(|trade| **trade != own && self.rng.clone().chance(60)).copied();
                signal.company = format!("{stem} {}", other.unwrap_or("Plumbing"));
                (signal.domain, signal.country_code, signal.city) = (None, None, None);
                "namesake in another trade"
            }
        };
        let event = self.event();
        self.push(made_as, account, false, event, signal);
    }

    fn signal(&mut self, account: &Account, happened: &Happened, on: Date, language: usize) -> Signal {
        let short = account.name.rsplit_once(' ').map_or(account.name.as_str(), |(name, _)| name);
        let spelled = if self.rng.chance(70) { short.to_owned() } else { account.name.clone() };
        let (headline, quote) = articles::write(&mut self.rng, happened, &spelled, language);
        let told = self.rng.below(100);
        Signal {
            id: String::new(),
            domain: (told < 60).then(|| account.domain.as_ref().map(ToString::to_string)).flatten(),
            country_code: (40..85).contains(&told).then(|| account.country_code.clone()).flatten(),
            city: (50..75).contains(&told).then(|| account.city.clone()).flatten(),
            company: spelled,
            kind: happened.kind(),
            negative: false,
            on,
            sources: self.sources(&headline, on),
            people: happened.people(),
            headline,
            quote,
        }
    }

    fn sources(&mut self, title: &str, on: Date) -> Vec<SignalSource> {
        let (site, page) = (self.rng.word(SITES), self.rng.digits(9));
        vec![SignalSource { url: format!("https://{site}/{page}"), title: title.to_owned(), published: Some(on) }]
    }

    fn push(&mut self, made_as: &'static str, account: &Account, ours: bool, event: usize, mut signal: Signal) {
        signal.id = format!("sig-{:04}", self.articles.len());
        self.articles.push(Article { made_as, scanned: account.id.clone(), ours, event, signal });
    }
}

fn account(nth: usize, name: &str, domain: &str, country: &str, city: &str) -> Option<Account> {
    Some(Account {
        id: AccountId::parse(&format!("001xx{nth:010}")).ok()?,
        name: name.to_owned(),
        domain: MailDomain::parse(&format!("{}.example", domain.to_lowercase())),
        country_code: Some(country.to_owned()),
        state_code: None,
        postal_code: None,
        city: Some(city.to_owned()),
        phone: None,
        industry: None,
        employees: Some(300),
        kind: None,
        owner_id: None,
        parent_id: None,
        created_at: None,
        modified_at: None,
    })
}
