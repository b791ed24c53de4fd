//! What the AI is asked for one account.

use jiff::civil::Date;
use serde_json::{Value, json};

use revloops_domain::signal::SignalKind;
use revloops_loopkit::ports::{ModelRequest, Target, Tool};
use revloops_signals::TargetLevers;

/// The request for one scan. The account's name is from outside: it is in `data` alone.
#[must_use]
pub fn request(levers: &TargetLevers, target: &Target, today: Date) -> ModelRequest {
    let agent = &levers.agent;
    ModelRequest {
        system: agent.system.trim().to_owned(),
        task: agent.task.trim().to_owned(),
        data: json!({
            "company": { "name": target.name, "domain": target.domain, "country": target.country },
            "today": today,
            "not_before": today.saturating_sub(jiff::Span::new().days(levers.evidence.window_days)),
        }),
        tool: Tool {
            name: "report_signals".to_owned(),
            description: "Hands in what was found; an empty list where nothing was.".to_owned(),
            input_schema: schema(),
        },
        max_tokens: agent.max_tokens,
        web_searches: agent.web_searches,
    }
}

/// Every object closed and no keyword but the plain ones, so that the tool may be strict.
fn schema() -> Value {
    let kinds: Vec<&str> = SignalKind::ALL.iter().map(|kind| kind.name()).collect();
    let text = |description: &str| json!({ "type": "string", "description": description });
    let maybe = |description: &str| json!({ "type": ["string", "null"], "description": description });
    let closed = |properties: Value| {
        let required: Vec<String> = properties.as_object().into_iter().flat_map(|all| all.keys().cloned()).collect();
        json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
    };
    let person = closed(json!({
        "name": text("Name."),
        "title": maybe("Job title."),
        "email": maybe("Mail address, where the article gives one."),
        "linkedin": maybe("Profile's address, where the article gives one."),
    }));
    let signal = closed(json!({
        "company": text("The company as the article names it."),
        "domain": maybe("Its domain, where the article tells it."),
        "country": maybe("Two-letter code of its country, where the article tells it."),
        "kind": { "type": "string", "enum": kinds },
        "negative": { "type": "boolean", "description": "Layoffs, a technology dropped, a partnership ended." },
        "on": text("The day on which it happened, as YYYY-MM-DD."),
        "headline": text("What happened, in one line."),
        "quote": text("The article's own words for it."),
        "sources": { "type": "array", "items": text("An article's address, as the search returned it.") },
        "people": { "type": "array", "items": person },
    }));
    closed(json!({ "signals": { "type": "array", "items": signal } }))
}
