//! Which of the signals that the AI reports count. What it says is a claim; what the search returned is what it rests on.
//!
//! A signal counts where it names the account's company and not a namesake's, one of the seven kinds, a day within the window, the
//! article's words, and enough articles that the search itself has returned. Everything else is dropped, and says why.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use revloops_domain::signal::{NamedPerson, Signal, SignalKind, SignalSource};
use revloops_domain::{MailDomain, sha256_hex};
use revloops_loopkit::ports::{SearchHit, Target};
use revloops_matching::same_name;

use crate::levers::Evidence;

/// Articles are published before what they announce is over, and dates of pages are vague: so many days are let pass.
const SLACK_DAYS: i64 = 3;

/// Lengths at which texts from outside are cut, in characters.
const NAME_CHARS: usize = 120;
const HEADLINE_CHARS: usize = 200;
const QUOTE_CHARS: usize = 500;

/// Most people of one signal.
const MOST_PEOPLE: usize = 5;

/// What a scan brought: kept in its record, so that its signals can be found again from it. Its `Debug` shows no content.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scanned {
    /// The tool's input, as it came.
    pub answer: Value,
    /// Pages that the search returned.
    pub searched: Vec<SearchHit>,
}

impl std::fmt::Debug for Scanned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scanned").field("pages", &self.searched.len()).finish_non_exhaustive()
    }
}

/// The signals of one scan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Those that count.
    pub signals: Vec<Signal>,
    /// Those that do not.
    pub dropped: Vec<Dropped>,
}

/// A signal that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// Its place in the answer, from 0.
    pub at: usize,
    /// Why.
    pub why: String,
}

/// What the AI says of one signal.
#[derive(Deserialize)]
struct Said {
    company: String,
    #[serde(default)]
    domain: Option<String>,
    #[serde(default)]
    country: Option<String>,
    kind: String,
    #[serde(default)]
    negative: bool,
    on: String,
    headline: String,
    quote: String,
    #[serde(default)]
    sources: Vec<String>,
    #[serde(default)]
    people: Vec<SaidPerson>,
}

#[derive(Deserialize)]
struct SaidPerson {
    name: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    linkedin: Option<String>,
}

/// Reads the answer of a scan of `target`, made on `today`.
#[must_use]
pub fn read(evidence: &Evidence, target: &Target, scanned: &Scanned, today: Date) -> Found {
    let mut found = Found::default();
    let said = scanned.answer.get("signals").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (at, one) in said.iter().enumerate() {
        let read = serde_json::from_value::<Said>(one.clone())
            .map_err(|_| "it lacks a company, kind, day, headline or quote".to_owned());
        match read.and_then(|said| signal(evidence, target, &scanned.searched, said, today)) {
            Ok(signal) if found.signals.iter().any(|other| other.id == signal.id) => {
                found.dropped.push(Dropped { at, why: "it was reported before in the same answer".to_owned() });
            }
            Ok(_) if found.signals.len() == evidence.most_signals => {
                found
                    .dropped
                    .push(Dropped { at, why: format!("more than {} signals in one answer", evidence.most_signals) });
            }
            Ok(signal) => found.signals.push(signal),
            Err(why) => found.dropped.push(Dropped { at, why }),
        }
    }
    found
}

fn signal(
    evidence: &Evidence,
    target: &Target,
    searched: &[SearchHit],
    said: Said,
    today: Date,
) -> Result<Signal, String> {
    let company = line(&said.company, NAME_CHARS).ok_or("it names no company")?;
    let domain = said.domain.as_deref().and_then(MailDomain::of_website);
    fits(target, &company, domain.as_ref(), said.country.as_deref())?;
    let kind =
        SignalKind::ALL.into_iter().find(|kind| kind.name() == said.kind).ok_or("it is of none of the seven kinds")?;
    let on: Date = said.on.trim().parse().map_err(|_| "it has no day")?;
    let age = days(on, today);
    if age < 0 {
        return Err(format!("it lies {} days ahead", -age));
    }
    if age > i64::from(evidence.window_days) {
        return Err(format!("it is {age} days old; {} are let pass", evidence.window_days));
    }
    let headline = line(&said.headline, HEADLINE_CHARS).ok_or("it has no headline")?;
    let quote = line(&said.quote, QUOTE_CHARS).ok_or("it has no quote")?;
    let sources = sources(searched, &said.sources, today);
    if sources.len() < evidence.min_sources {
        return Err(format!(
            "{} of its {} links were returned by the search; {} are needed",
            sources.len(),
            said.sources.len(),
            evidence.min_sources
        ));
    }
    // Old news that is told as new: nothing happens after all articles that tell it were published.
    let newest = sources.iter().filter_map(|source| source.published).max();
    let all_dated = sources.iter().all(|source| source.published.is_some());
    if let Some(newest) = newest.filter(|newest| all_dated && days(*newest, on) > SLACK_DAYS) {
        return Err(format!(
            "its articles were published {} days before it is said to have happened",
            days(newest, on)
        ));
    }
    let people = said.people.into_iter().filter_map(person).take(MOST_PEOPLE).collect();
    let mut links: Vec<&str> = sources.iter().map(|source| source.url.as_str()).collect();
    links.sort_unstable();
    let identity = format!("{}\n{}\n{on}\n{}", company.to_lowercase(), kind.name(), links.join("\n"));
    let id = format!("sig-{}", sha256_hex(identity.as_bytes()).chars().take(24).collect::<String>());
    let domain = domain.map(|domain| domain.as_str().to_owned());
    let country_code = said.country.map(|code| code.trim().to_uppercase()).filter(|code| code.len() == 2);
    Ok(Signal {
        id,
        company,
        domain,
        country_code,
        city: None,
        kind,
        negative: said.negative,
        on,
        headline,
        quote,
        sources,
        people,
    })
}

/// Whether the company that is named is the account's, and no namesake.
fn fits(target: &Target, company: &str, domain: Option<&MailDomain>, country: Option<&str>) -> Result<(), String> {
    if let (Some(said), Some(ours)) = (country.map(str::trim).filter(|code| code.len() == 2), &target.country)
        && !said.eq_ignore_ascii_case(ours)
    {
        return Err("a namesake: it is in another country".to_owned());
    }
    match (domain, &target.domain) {
        (Some(said), Some(ours)) if same_site(said, ours) => Ok(()),
        (Some(_), Some(_)) => Err("a namesake: it has another domain".to_owned()),
        _ if same_name(company, &target.name) => Ok(()),
        _ => Err("a namesake, or another company: name and domain do not say that it is the account's".to_owned()),
    }
}

fn same_site(one: &MailDomain, other: &MailDomain) -> bool {
    let within = |inner: &str, outer: &str| inner == outer || inner.ends_with(&format!(".{outer}"));
    within(one.as_str(), other.as_str()) || within(other.as_str(), one.as_str())
}

/// The articles that are linked to and were returned, each once, with the search's own words for title and day.
fn sources(searched: &[SearchHit], links: &[String], today: Date) -> Vec<SignalSource> {
    let linked = |hit: &&SearchHit| links.iter().any(|link| bare(link) == bare(&hit.url));
    let web = |hit: &&SearchHit| hit.url.starts_with("https://") || hit.url.starts_with("http://");
    let source = |hit: &SearchHit| SignalSource {
        url: hit.url.clone(),
        title: line(&hit.title, HEADLINE_CHARS).unwrap_or_default(),
        published: hit.published(today),
    };
    searched.iter().filter(linked).filter(web).map(source).collect()
}

/// An address without its fragment and a last slash.
fn bare(url: &str) -> &str {
    url.trim().split('#').next().unwrap_or_default().trim_end_matches('/')
}

fn person(said: SaidPerson) -> Option<NamedPerson> {
    let short = |text: Option<String>| text.and_then(|text| line(&text, NAME_CHARS));
    Some(NamedPerson {
        name: line(&said.name, NAME_CHARS)?,
        title: short(said.title),
        email: short(said.email).filter(|address| MailDomain::of_address(address).is_some()),
        linkedin: short(said.linkedin),
    })
}

/// Text from outside on one line, cut to length; `None` where nothing is left.
fn line(text: &str, most: usize) -> Option<String> {
    let words: Vec<&str> = text
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let joined: String = words.join(" ").chars().take(most).collect();
    Some(joined.trim_end().to_owned()).filter(|joined| !joined.is_empty())
}

/// Days from `from` to `to`.
fn days(from: Date, to: Date) -> i64 {
    to.since(from).map_or(0, |span| span.get_days().into())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;
    use revloops_domain::AccountId;
    use serde_json::json;

    use super::*;

    const URL: &str = "https://news.example.org/northwind-raises";

    fn target() -> Target {
        Target {
            account: AccountId::parse("001000000000001").unwrap(),
            name: "Northwind & Soen AS".into(),
            domain: MailDomain::parse("northwind.example"),
            country: Some("DK".into()),
            tier: "a".into(),
            listed: Timestamp::UNIX_EPOCH,
            due: Timestamp::UNIX_EPOCH,
            scans: 0,
            failures: 0,
            scanned: None,
        }
    }

    fn hit(url: &str, page_age: Option<&str>) -> SearchHit {
        SearchHit { url: url.into(), title: "Northwind raises 20 million".into(), page_age: page_age.map(Into::into) }
    }

    fn reported() -> Value {
        json!({
            "company": "Northwind", "domain": "www.northwind.example", "country": "DK", "kind": "funding",
            "on": "2026-11-20", "headline": "Northwind raises 20 million", "quote": "has raised\n20 million", "sources": [URL],
            "people": [{"name": "Ida Holm", "title": "CFO", "email": "ida@northwind.example"}, {"name": " "}],
        })
    }

    fn found(change: impl Fn(&mut Value)) -> Found {
        let mut one = reported();
        change(&mut one);
        let scanned =
            Scanned { answer: json!({"signals": [one]}), searched: vec![hit(URL, Some("November 21, 2026"))] };
        let evidence = Evidence { window_days: 90, min_sources: 1, most_signals: 2 };
        read(&evidence, &target(), &scanned, date(2026, 11, 28))
    }

    fn why(change: impl Fn(&mut Value)) -> String {
        let found = found(change);
        assert!(found.signals.is_empty(), "it counts: {:?}", found.signals);
        found.dropped.into_iter().map(|dropped| dropped.why).collect()
    }

    #[test]
    fn a_signal_with_all_its_evidence_counts_and_carries_the_searchs_own_title_and_day() {
        let found = found(|_| {});
        let [signal] = found.signals.as_slice() else { panic!("{:?}", found.dropped) };
        assert_eq!((signal.kind, signal.on), (SignalKind::Funding, date(2026, 11, 20)));
        assert_eq!(signal.quote, "has raised 20 million");
        assert_eq!(signal.sources[0].published, Some(date(2026, 11, 21)));
        assert_eq!(signal.people.len(), 1, "who has no name is nobody");
        assert!(!format!("{signal:?}").contains("Northwind"));
    }

    #[test]
    fn a_link_that_the_search_did_not_return_is_no_source() {
        assert!(why(|one| one["sources"] = json!(["https://news.example.org/other"])).starts_with("0 of its 1 links"));
        assert!(why(|one| one["sources"] = json!([])).starts_with("0 of its 0 links"));
        assert_eq!(found(|one| one["sources"] = json!([format!("{URL}/#top")])).signals.len(), 1, "the same page");
    }

    #[test]
    fn what_lies_ahead_or_too_far_back_or_after_its_own_article_is_dropped() {
        assert_eq!(why(|one| one["on"] = json!("2026-11-30")), "it lies 2 days ahead");
        assert!(why(|one| one["on"] = json!("2026-08-01")).contains("days old"));
        assert!(why(|one| one["on"] = json!("last week")).contains("no day"));
        let old = Scanned { answer: json!({"signals": [reported()]}), searched: vec![hit(URL, Some("March 1, 2024"))] };
        let evidence = Evidence { window_days: 90, min_sources: 1, most_signals: 2 };
        let found = read(&evidence, &target(), &old, date(2026, 11, 28));
        assert!(found.dropped[0].why.contains("before it is said to have happened"), "{:?}", found.dropped);
    }

    #[test]
    fn namesakes_are_dropped_by_domain_country_or_name() {
        assert!(why(|one| one["domain"] = json!("northwind-airlines.example")).contains("another domain"));
        assert!(why(|one| one["country"] = json!("US")).contains("another country"));
        assert!(why(|one| one["domain"] = Value::Null).contains("namesake"));
        let exact = |one: &mut Value| {
            one["domain"] = Value::Null;
            one["company"] = json!("Northwind Airlines");
        };
        assert_eq!(found(exact).signals.len(), 0, "only like it");
        let same = |one: &mut Value| {
            one["domain"] = Value::Null;
            one["company"] = json!("NORTHWIND & SOEN");
        };
        assert_eq!(found(same).signals.len(), 1);
    }

    #[test]
    fn what_is_missing_is_named() {
        for (field, value) in
            [("quote", json!("  ")), ("headline", json!("\n")), ("company", json!("")), ("kind", json!("weather"))]
        {
            assert!(!why(|one| one[field] = value.clone()).is_empty(), "{field}");
        }
        assert!(why(|one| *one = json!("an article told me to say this")).contains("lacks"));
    }

    #[test]
    fn the_same_signal_twice_in_one_answer_counts_once() {
        let scanned = Scanned { answer: json!({"signals": [reported(), reported()]}), searched: vec![hit(URL, None)] };
        let evidence = Evidence { window_days: 90, min_sources: 1, most_signals: 2 };
        let found = read(&evidence, &target(), &scanned, date(2026, 11, 28));
        assert_eq!((found.signals.len(), found.dropped.len()), (1, 1));
    }
}
