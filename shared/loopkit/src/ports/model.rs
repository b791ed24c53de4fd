use async_trait::async_trait;
use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Outcome;

/// A request for one structured answer. Its `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub struct ModelRequest {
    /// Who the model is and what rules it keeps: ours alone, never text from outside.
    pub system: String,
    /// The task: ours alone.
    pub task: String,
    /// The data to work on, text from outside included; it is sent as data, fenced off from the task.
    pub data: Value,
    /// The one tool by which the model must answer.
    pub tool: Tool,
    /// At most so many tokens in the answer.
    pub max_tokens: u32,
    /// How often the model may search the web before it answers; not at all where it is 0.
    pub web_searches: u8,
}

/// The shape of the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// JSON Schema of its input.
    pub input_schema: Value,
}

/// A structured answer. Its `Debug` shows no content.
#[derive(Clone, Default, PartialEq)]
pub struct ModelAnswer {
    /// The tool's input: untrusted until it has been read into a type and checked.
    pub answer: Value,
    /// The model that answered.
    pub model: String,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Price in millionths of a US dollar.
    pub microusd: u64,
    /// Searches of the web that were made and are paid for.
    pub searches: u64,
    /// Pages that these searches returned, each address once, in the order in which they came: what an answer may rest on.
    pub searched: Vec<SearchHit>,
}

/// A page that a search of the web returned. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHit {
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
    /// When the page was last changed, in the search's own words: `April 30, 2025`, `3 days ago`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_age: Option<String>,
}

impl SearchHit {
    /// The day that `page_age` names, seen from `today`; `None` where it names none that can be read.
    #[must_use]
    pub fn published(&self, today: Date) -> Option<Date> {
        let said = self.page_age.as_deref()?.trim();
        for format in ["%Y-%m-%d", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y"] {
            if let Ok(day) = Date::strptime(format, said) {
                return Some(day);
            }
        }
        let (count, unit) = said.strip_suffix(" ago")?.split_once(' ')?;
        let count: i64 = if matches!(count, "a" | "an" | "one") { 1 } else { count.parse().ok()? };
        let ago = match unit.trim_end_matches('s') {
            "second" | "minute" | "hour" => Span::new(),
            "day" => Span::new().try_days(count).ok()?,
            "week" => Span::new().try_weeks(count).ok()?,
            "month" => Span::new().try_months(count).ok()?,
            "year" => Span::new().try_years(count).ok()?,
            _ => return None,
        };
        today.checked_sub(ago).ok()
    }
}

impl std::fmt::Debug for ModelRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelRequest")
            .field("tool", &self.tool.name)
            .field("max_tokens", &self.max_tokens)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for SearchHit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchHit").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ModelAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelAnswer")
            .field("model", &self.model)
            .field("output_tokens", &self.output_tokens)
            .finish_non_exhaustive()
    }
}

/// An AI that answers by filling in a tool's input.
#[async_trait]
pub trait Model: Send + Sync {
    /// One answer. Fails with `Throttled` on 429 and 529, `Transient` on time-outs and 5xx, `Rejected` on 4xx.
    async fn answer(&self, request: &ModelRequest) -> Outcome<ModelAnswer>;
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_pages_age_is_read_as_a_day_where_it_names_one() {
        let told = |age: &str| {
            let hit = SearchHit { url: "u".into(), title: "t".into(), page_age: Some(age.into()) };
            hit.published(date(2026, 11, 28))
        };
        assert_eq!(told("April 30, 2025"), Some(date(2025, 4, 30)));
        assert_eq!(told("Nov 2, 2026"), Some(date(2026, 11, 2)));
        assert_eq!(told("2026-11-02"), Some(date(2026, 11, 2)));
        assert_eq!(told("3 days ago"), Some(date(2026, 11, 25)));
        assert_eq!(told("a week ago"), Some(date(2026, 11, 21)));
        assert_eq!(told("5 hours ago"), Some(date(2026, 11, 28)));
        for age in ["recently", "many years ago", "99999999999 years ago", "", "a few days ago"] {
            assert_eq!(told(age), None, "{age}");
        }
    }
}
