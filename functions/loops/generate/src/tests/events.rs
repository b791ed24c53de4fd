//! Which articles tell of the same event.

use jiff::Timestamp;
use jiff::civil::date;

use revloops_domain::signal::{KeptSignal, NamedPerson, Signal, SignalKind, SignalSource};

use crate::config::DedupeLevers;
use crate::logic::dedupe::distinct;

const LEVERS: DedupeLevers = DedupeLevers { window_days: 14, min_likeness_percent: 50 };

fn told(id: &str, kind: SignalKind, day: i8, headline: &str, quote: &str) -> Signal {
    Signal {
        id: id.to_owned(),
        company: "Velorix Robotics".to_owned(),
        domain: None,
        country_code: None,
        city: None,
        kind,
        negative: false,
        on: date(2026, 9, day),
        headline: headline.to_owned(),
        quote: quote.to_owned(),
        sources: vec![SignalSource {
            url: format!("https://news.example/{id}"),
            title: headline.to_owned(),
            published: None,
        }],
        people: Vec::new(),
    }
}

/// How many events the articles come to.
fn events(articles: &[&Signal]) -> usize {
    distinct(&LEVERS, &[], articles, Timestamp::UNIX_EPOCH).0.len()
}

fn round(id: &str, day: i8, headline: &str) -> Signal {
    told(id, SignalKind::Funding, day, headline, headline)
}

#[test]
fn one_round_told_in_four_languages_is_one_event_with_four_articles() {
    let articles = [
        round("a", 1, "Velorix Robotics raises $12.5M led by Kingsmere Ventures"),
        round("b", 1, "Velorix Robotics sammelt 12,5 Mio. Dollar ein"),
        round("c", 2, "Velorix Robotics lève 12,5 millions de dollars"),
        round("d", 3, "Kingsmere Ventures invierte 12.500.000 dólares en Velorix Robotics"),
    ];
    let (all, repeats) = distinct(&LEVERS, &[], &articles.iter().collect::<Vec<_>>(), Timestamp::UNIX_EPOCH);
    assert_eq!((all.len(), repeats.len()), (1, 3));
    assert_eq!(all[0].kept.signal.sources.len(), 4);
}

#[test]
fn two_rounds_in_the_same_words_are_two_events() {
    let (a, b) = (
        round("a", 1, "Velorix Robotics raises $12M in Series A"),
        round("b", 5, "Velorix Robotics raises $40M in Series B"),
    );
    assert_eq!(events(&[&a, &b]), 2);
}

#[test]
fn two_products_two_people_and_two_partners_are_two_events_each() {
    for (kind, one, other) in [
        (SignalKind::ProductLaunch, "Velorix Robotics launches Pulse", "Velorix Robotics launches Relay"),
        (SignalKind::Partnership, "Velorix Robotics teams up with Stellaris", "Velorix Robotics teams up with Portico"),
        (SignalKind::Acquisition, "Velorix Robotics acquires Mirador", "Velorix Robotics acquires Callisto"),
    ] {
        let quote = "Chief executive Anna Berglund said that customers had asked for it.";
        assert_eq!(events(&[&told("a", kind, 1, one, quote), &told("b", kind, 2, other, quote)]), 2, "{one}");
    }
    let somebody = |id: &str, name: &str| Signal {
        people: vec![NamedPerson { name: name.to_owned(), title: None, email: None, linkedin: None }],
        ..told(id, SignalKind::LeadershipMove, 1, &format!("{name} joins as CRO"), "A new chief starts on Monday.")
    };
    assert_eq!(events(&[&somebody("a", "Anna Berglund"), &somebody("b", "Marek Okafor")]), 2);
}

#[test]
fn days_kind_and_sign_keep_events_apart() {
    let near = round("a", 1, "Velorix Robotics raises $12.5M");
    let late = round("b", 20, "Velorix Robotics raises $12.5M");
    let against = Signal { negative: true, ..round("c", 1, "Velorix Robotics raises $12.5M") };
    assert_eq!(events(&[&near, &late, &against]), 3);
}

#[test]
fn the_same_page_is_the_same_event_whatever_it_says_now() {
    let one = round("a", 1, "Velorix Robotics raises money");
    let mut other = round("b", 2, "Update: what the founders plan next");
    other.sources[0].url = "http://www.news.example/a/?utm_source=feed".to_owned();
    assert_eq!(events(&[&one, &other]), 1);
    other.sources[0].url = "https://news.example/a?id=2".to_owned();
    assert_eq!(events(&[&one, &other]), 2);
}

#[test]
fn a_scan_that_finds_the_same_again_changes_nothing() {
    let one = round("a", 1, "Velorix Robotics raises $12.5M");
    let kept = KeptSignal {
        signal: one.clone(),
        also: Vec::new(),
        first_seen: Timestamp::UNIX_EPOCH,
        last_seen: Timestamp::UNIX_EPOCH,
        handed_on: None,
    };
    let (all, repeats) = distinct(&LEVERS, &[kept], &[&one], Timestamp::UNIX_EPOCH);
    assert_eq!((all.len(), repeats.len(), all[0].changed), (1, 1, false));
}
