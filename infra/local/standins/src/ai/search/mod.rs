//! The web as this stand-in knows it: a library of articles that nobody has written, and how they are searched.
//!
//! Some articles are true, some stale, some contradict each other, some tell of one event in other words, some are about a
//! namesake, some bear bad news, some want to give the reader orders. Ages are days before the day of the request, so that the
//! library never grows old. More can be planted, and the model can be told to make mistakes.

mod report;

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::now_ms;

pub(super) use report::report;

/// Pages that one search returns at most.
const PAGES: usize = 10;

/// An article.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Article {
    /// Its address.
    pub(super) url: String,
    /// Its title.
    pub(super) title: String,
    /// Days before the day of the request.
    #[serde(default)]
    pub(super) published_days_ago: i64,
    /// Names by which it is found.
    pub(super) about: Vec<String>,
    /// What it says.
    pub(super) text: String,
    /// What a reader takes from it; nothing where it tells of no event.
    #[serde(default)]
    pub(super) says: Option<Says>,
}

/// An event, as an article tells it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Says {
    pub(super) company: String,
    #[serde(default)]
    pub(super) domain: Option<String>,
    #[serde(default)]
    pub(super) country: Option<String>,
    pub(super) kind: String,
    #[serde(default)]
    pub(super) negative: bool,
    #[serde(default)]
    pub(super) days_ago: i64,
    pub(super) headline: String,
    pub(super) quote: String,
    #[serde(default)]
    pub(super) people: Vec<Value>,
}

/// How the model and the search are to behave, as `PUT /_standin/search` takes it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Behaviour {
    /// Mistakes that the model makes.
    #[serde(default)]
    pub(super) mistakes: BTreeSet<Mistake>,
    /// Whether a turn that searches is paused once.
    #[serde(default)]
    pub(super) pauses: bool,
    /// The error code that each search ends with, in place of pages.
    #[serde(default)]
    pub(super) error_code: Option<String>,
}

/// A mistake of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mistake {
    /// Its first signal has no link.
    NoLink,
    /// Its first signal links to a page that no search returned.
    InventedLink,
    /// It reports namesakes.
    Namesake,
    /// It reports what is older than it was asked for.
    Stale,
}

/// What the stand-in's search knows.
#[derive(Debug, Default)]
pub(super) struct Web {
    planted: Mutex<Vec<Article>>,
    behaviour: Mutex<Behaviour>,
}

static LIBRARY: LazyLock<Vec<Article>> = LazyLock::new(|| {
    // The file is part of the program; the tests read it whole, so that an unreadable one never gets this far.
    serde_json::from_str(include_str!("articles.json")).unwrap_or_default()
});

impl Web {
    /// Adds an article, in the place of one at the same address.
    pub(super) fn plant(&self, article: Article) {
        let mut planted = self.planted.lock().unwrap_or_else(PoisonError::into_inner);
        planted.retain(|other| other.url != article.url);
        planted.push(article);
    }

    /// Takes away what was planted.
    pub(super) fn clear(&self) {
        self.planted.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What was planted.
    pub(super) fn planted(&self) -> Vec<Article> {
        self.planted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap_or_else(PoisonError::into_inner) = behaviour;
    }

    pub(super) fn behaviour(&self) -> Behaviour {
        self.behaviour.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Pages for a company's name: those that share its first telling word, planted ones first, then newer ones.
    pub(super) fn find(&self, name: &str) -> Vec<Article> {
        let Some(wanted) = words(name).into_iter().next() else { return Vec::new() };
        let about = |article: &Article| article.about.iter().any(|name| words(name).contains(&wanted));
        let mut known: Vec<Article> = LIBRARY.iter().filter(|article| about(article)).cloned().collect();
        known.sort_by_key(|article| article.published_days_ago);
        let planted = self.planted().into_iter().filter(about);
        planted.chain(known).take(PAGES).collect()
    }
}

/// Words in lower case, letters and digits alone.
fn words(name: &str) -> Vec<String> {
    let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.chars().count() > 2);
    words.map(str::to_lowercase).filter(|word| word != "the").collect()
}

/// The day of the request: what it says itself, so that a test's clock is followed; else the stand-in's own.
pub(super) fn today(data: &Value) -> Date {
    let said = data.get("today").and_then(Value::as_str).and_then(|day| day.parse().ok());
    let now = || Timestamp::from_millisecond(now_ms()).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    said.unwrap_or_else(now)
}

fn before(today: Date, days: i64) -> Date {
    Span::new().try_days(days).ok().and_then(|span| today.checked_sub(span).ok()).unwrap_or(today)
}

/// What only the vendor can read again of a page.
pub(super) fn encrypted(url: &str) -> String {
    super::message::id("enc", url.as_bytes())
}

/// The `web_search_tool_result`'s pages.
pub(super) fn pages(found: &[Article], today: Date) -> Value {
    let page = |article: &Article| {
        json!({
            "type": "web_search_result",
            "url": article.url,
            "title": article.title,
            "encrypted_content": encrypted(&article.url),
            "page_age": before(today, article.published_days_ago).strftime("%B %-d, %Y").to_string(),
        })
    };
    Value::Array(found.iter().map(page).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_library_is_readable_varied_and_nobodys() {
        let articles: Vec<Article> = serde_json::from_str(include_str!("articles.json")).unwrap();
        assert!(articles.len() >= 40, "{}", articles.len());
        let urls: BTreeSet<&str> = articles.iter().map(|article| article.url.as_str()).collect();
        assert_eq!(urls.len(), articles.len(), "each address once");
        assert!(urls.iter().all(|url| url.split('/').nth(2).unwrap().ends_with(".example")), "nobody's hosts");
        let kinds: BTreeSet<&str> =
            articles.iter().filter_map(|article| Some(article.says.as_ref()?.kind.as_str())).collect();
        assert_eq!(kinds.len(), 7, "{kinds:?}");
        assert!(articles.iter().any(|article| article.says.as_ref().is_some_and(|says| says.negative)));
        assert!(articles.iter().any(|article| article.published_days_ago > 365), "a stale one");
    }

    #[test]
    fn a_search_finds_the_company_its_namesakes_and_what_was_planted_first() {
        let web = Web::default();
        let article = Article {
            url: "https://planted.example/1".into(),
            title: "t".into(),
            published_days_ago: 0,
            about: vec!["Northwind & Soen AS".into()],
            text: "t".into(),
            says: None,
        };
        web.plant(article.clone());
        web.plant(article);
        let found = web.find("Northwind & Soen AS");
        assert_eq!(found[0].url, "https://planted.example/1");
        assert_eq!(found.iter().filter(|one| one.url.contains("planted")).count(), 1);
        assert!(found.iter().any(|one| one.url.contains("airlines")), "namesakes are found as well");
        assert!(web.find("Nobody Knows Inc").is_empty());
    }
}
