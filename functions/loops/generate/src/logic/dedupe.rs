//! Distinct signals out of what was found: articles that tell of the same event become one signal with many sources.
//!
//! Two signals are the same event where account, kind and sign are the same, their days are near, nothing contradicts, and
//!
//! ```text
//! likeness = 75 % × anchors + 25 % × words + nearness, or words + nearness where one names nothing
//! anchors  = weight of what both name ÷ weight of what the sparser names     (overlap coefficient)
//! words    = stems that both have ÷ stems that either has                   (Jaccard)
//! weights  : money 4, person 4, round 3, other number 2, name 2;  nearness: same day 10, within three days 5
//! ```
//!
//! reaches the levers' floor; or where an article is the same. Anchors are compared by the sparser side, because a short notice
//! leaves out what a long report tells, and because words are of no use between languages. Different amounts, rounds, people
//! or subjects keep two events apart that are told in the same words.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use revloops_domain::signal::{KeptSignal, Signal, Wording};

use super::wording::{Likeness, Said};
use crate::config::DedupeLevers;

/// Wordings of one signal that are kept to compare later ones with.
const WORDINGS: usize = 8;
/// Sources and people of one signal that are kept.
const SOURCES: usize = 20;

/// A distinct signal, and what became of it.
#[derive(Debug, Clone)]
pub struct Distinct {
    /// The signal.
    pub kept: KeptSignal,
    /// Whether it is new, or has something new: it is to be kept.
    pub changed: bool,
    said: Vec<Said>,
}

/// One that was found to be another wording of a signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// The id under which it was found.
    pub id: String,
    /// The signal that it repeats.
    pub of: String,
    /// How alike they are, in percent; none where an article is the same.
    pub likeness: Option<u32>,
}

/// Distinct signals of one account, by day and id; and those of `found` that repeat another.
#[must_use]
pub fn distinct(
    levers: &DedupeLevers,
    kept: &[KeptSignal],
    found: &[&Signal],
    at: Timestamp,
) -> (Vec<Distinct>, Vec<Repeat>) {
    let mut all: Vec<Distinct> = kept.iter().map(Distinct::known).collect();
    let mut repeats = Vec::new();
    let mut found: Vec<&Signal> = found.to_vec();
    found.sort_by(|one, other| (one.on, &one.id).cmp(&(other.on, &other.id)));
    for signal in found {
        let said = Said::new(&signal.headline, &signal.quote, &signal.company, &signal.people);
        let mut best: Option<(usize, Option<u32>)> = None;
        for (place, one) in all.iter().enumerate() {
            let Some(likeness) = one.likeness(levers, signal, &said) else { continue };
            // `None` is the same article: nothing is liker.
            let rank = |of: Option<u32>| of.unwrap_or(u32::MAX);
            if best.is_none_or(|(_, known)| rank(likeness) > rank(known)) {
                best = Some((place, likeness));
            }
        }
        match best.and_then(|(place, likeness)| Some((all.get_mut(place)?, likeness))) {
            Some((one, likeness)) => {
                repeats.push(Repeat { id: signal.id.clone(), of: one.kept.signal.id.clone(), likeness });
                one.take(signal, said, at);
            }
            None => all.push(Distinct::new(signal, said, at)),
        }
    }
    all.sort_by(|one, other| {
        (one.kept.signal.on, &one.kept.signal.id).cmp(&(other.kept.signal.on, &other.kept.signal.id))
    });
    (all, repeats)
}

impl Distinct {
    fn known(kept: &KeptSignal) -> Self {
        let signal = &kept.signal;
        let others = kept.also.iter().map(|wording| (&wording.headline, &wording.quote));
        let said = std::iter::once((&signal.headline, &signal.quote))
            .chain(others)
            .map(|(headline, quote)| Said::new(headline, quote, &signal.company, &signal.people))
            .collect();
        Self { kept: kept.clone(), changed: false, said }
    }

    fn new(signal: &Signal, said: Said, at: Timestamp) -> Self {
        let kept =
            KeptSignal { signal: signal.clone(), also: Vec::new(), first_seen: at, last_seen: at, handed_on: None };
        Self { kept, changed: true, said: vec![said] }
    }

    /// Whether `signal` is the same event, and how alike they are: `Some(None)` where an article is the same.
    fn likeness(&self, levers: &DedupeLevers, signal: &Signal, said: &Said) -> Option<Option<u32>> {
        let own = &self.kept.signal;
        if own.kind != signal.kind || own.negative != signal.negative {
            return None;
        }
        let days = apart(own.on, signal.on);
        if days > u32::from(levers.window_days) {
            return None;
        }
        if own.sources.iter().any(|one| signal.sources.iter().any(|other| page(&one.url) == page(&other.url))) {
            return Some(None);
        }
        let mut best = 0;
        for known in &self.said {
            match known.likeness(said, signal.kind, days) {
                Likeness::Percent(percent) => best = best.max(percent),
                Likeness::Contradiction(_) => return None,
            }
        }
        (best >= u32::from(levers.min_likeness_percent)).then_some(Some(best))
    }

    /// Takes another wording in.
    fn take(&mut self, signal: &Signal, said: Said, at: Timestamp) {
        let own = &mut self.kept.signal;
        let known = own.sources.len();
        for source in &signal.sources {
            if own.sources.len() < SOURCES && !own.sources.iter().any(|one| page(&one.url) == page(&source.url)) {
                own.sources.push(source.clone());
            }
        }
        let mut news = own.sources.len() > known;
        for person in &signal.people {
            if own.people.len() < SOURCES && !own.people.iter().any(|one| one.name == person.name) {
                own.people.push(person.clone());
                news = true;
            }
        }
        let wording = Wording { headline: signal.headline.clone(), quote: signal.quote.clone() };
        let same = (&own.headline, &own.quote) == (&wording.headline, &wording.quote);
        if !same && !self.kept.also.contains(&wording) && self.kept.also.len() < WORDINGS {
            self.kept.also.push(wording);
            self.said.push(said);
            news = true;
        }
        if news {
            self.kept.last_seen = at;
            self.changed = true;
        }
    }
}

fn apart(one: Date, other: Date) -> u32 {
    one.since(other).map_or(u32::MAX, |span| span.get_days().unsigned_abs())
}

/// The article's address without what differs from link to link: scheme, `www.`, query, fragment, the last slash.
fn page(url: &str) -> String {
    let Ok(read) = url::Url::parse(url.trim()) else { return url.trim().to_owned() };
    let host = read.host_str().unwrap_or_default().trim_start_matches("www.").to_lowercase();
    // A query that names the article stays; one that says where the reader came from goes.
    let query: BTreeMap<String, String> = read
        .query_pairs()
        .filter(|(name, _)| !name.starts_with("utm_") && !matches!(name.as_ref(), "ref" | "fbclid" | "gclid" | "cmp"))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    format!("{host}{}?{query:?}", read.path().trim_end_matches('/'))
}
