//! How good are dedupe and match? Counted over pairs of articles, and over articles.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use revloops_domain::AccountId;
use revloops_domain::signal::Signal;

use super::{Article, LabelledArticles};
use crate::config::GenerateConfig;
use crate::logic::{about, dedupe};

/// Right, wrong and missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Said, and so.
    pub right: usize,
    /// Said, and not so.
    pub wrong: usize,
    /// So, and not said.
    pub missed: usize,
}

impl Counts {
    fn add(&mut self, said: bool, so: bool) {
        self.right += usize::from(said && so);
        self.wrong += usize::from(said && !so);
        self.missed += usize::from(!said && so);
    }

    /// Of what is said, the part that is so, in percent.
    #[must_use]
    pub fn precision(&self) -> f64 {
        percent(self.right, self.right + self.wrong)
    }

    /// Of what is so, the part that is said, in percent.
    #[must_use]
    pub fn recall(&self) -> f64 {
        percent(self.right, self.right + self.missed)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of articles are far below 2^52")]
fn percent(part: usize, of: usize) -> f64 {
    if of == 0 { 100.0 } else { 100.0 * part as f64 / of as f64 }
}

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// Articles.
    pub articles: usize,
    /// Of them, those that repeat another.
    pub repeats: usize,
    /// Whether each article is about the account that was scanned.
    pub matching: Counts,
    /// Whether two articles of one account tell of the same event: over all pairs.
    pub dedupe: Counts,
    /// Articles by how they were made: of repeats, those found or not; of namesakes, those let through as `wrong`.
    pub by_kind: BTreeMap<&'static str, Counts>,
}

/// Runs match and dedupe over the set as the loop runs them: match first, then dedupe of what is left, account by account.
#[must_use]
pub fn measure(config: &GenerateConfig, set: &LabelledArticles) -> Measured {
    let mut measured = Measured {
        articles: set.articles.len(),
        repeats: 0,
        matching: Counts::default(),
        dedupe: Counts::default(),
        by_kind: BTreeMap::new(),
    };
    let mut scans: BTreeMap<&AccountId, Vec<&Article>> = BTreeMap::new();
    for article in &set.articles {
        scans.entry(&article.scanned).or_default().push(article);
    }
    for (id, articles) in scans {
        let Some(account) = set.accounts.iter().find(|account| account.id == *id) else { continue };
        let mut ours: Vec<&Signal> = Vec::new();
        for article in &articles {
            let said = about::about(&config.matching, &article.signal, account, &set.accounts).is_ok();
            measured.matching.add(said, article.ours);
            if !article.ours {
                measured.by_kind.entry(article.made_as).or_default().add(said, false);
            }
            if said {
                ours.push(&article.signal);
            }
        }
        let (_, repeats) = dedupe::distinct(&config.dedupe, &[], &ours, Timestamp::UNIX_EPOCH);
        let cluster = |id: &str| repeats.iter().find(|one| one.id == id).map_or(id.to_owned(), |one| one.of.clone());
        for (nth, one) in articles.iter().enumerate() {
            let is_repeat = articles.iter().take(nth).any(|other| other.event == one.event);
            measured.repeats += usize::from(is_repeat);
            let mut found = false;
            for other in articles.iter().take(nth) {
                let both =
                    ours.iter().any(|of| of.id == one.signal.id) && ours.iter().any(|of| of.id == other.signal.id);
                let said = both && cluster(&one.signal.id) == cluster(&other.signal.id);
                let so = one.event == other.event;
                found |= said && so;
                measured.dedupe.add(said, so);
                if said && !so {
                    measured.by_kind.entry(one.made_as).or_default().wrong += 1;
                }
            }
            if is_repeat {
                measured.by_kind.entry(one.made_as).or_default().add(found, true);
            }
        }
    }
    measured
}
