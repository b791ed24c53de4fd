//! The request for a territory: our task, the territories and the lead as data, and the tool's shape.

use serde_json::{Map, Value, json};

use revloops_loopkit::ports::{ModelRequest, Tool};
use revloops_rules::in_words;

use crate::config::{Agent, RouteConfig};
use crate::inputs::RouteInput;
use crate::logic::agent::NONE;

/// Longest text from outside that is sent, in characters.
const TEXT_CHARS: usize = 1000;

/// The request. Texts from outside are in `data` alone; nothing in it names the person.
pub(super) fn request(agent: &Agent, config: &RouteConfig, input: &RouteInput) -> ModelRequest {
    ModelRequest {
        system: agent.system.trim().to_owned(),
        task: agent.task.trim().to_owned(),
        data: json!({ "lead": lead(input), "territories": territories(config) }),
        tool: Tool {
            name: "propose_territory".to_owned(),
            description: "Hands in the one territory that the lead belongs to, how sure that is, and what it rests on."
                .to_owned(),
            input_schema: schema(config),
        },
        max_tokens: agent.max_tokens,
    }
}

/// What may tell where the lead belongs; what is not known is left out.
fn lead(input: &RouteInput) -> Value {
    let profile = &input.profile;
    let mut lead = Map::new();
    let mut tell = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            lead.insert(name.to_owned(), json!(value.chars().take(TEXT_CHARS).collect::<String>()));
        }
    };
    tell("company", Some(&profile.company));
    tell("domain", profile.domain.as_ref().map(revloops_domain::MailDomain::as_str));
    tell("country_code", profile.country_code.as_deref());
    tell("state_code", profile.state_code.as_deref());
    tell("postal_code", profile.postal_code.as_deref());
    tell("industry", profile.industry.as_deref());
    tell("title", profile.title.as_deref());
    tell("message", profile.message.as_deref());
    if let Some(headquarters) = &input.headquarters {
        tell("headquarters_country_code", headquarters.country_code.as_deref());
        tell("headquarters_region", headquarters.region.as_deref());
        tell("headquarters_city", headquarters.locality.as_deref());
    }
    Value::Object(lead)
}

fn territories(config: &RouteConfig) -> Vec<Value> {
    let told = config.territories.iter().filter_map(|territory| {
        let when = territory.when.as_ref()?;
        Some(json!({
            "id": territory.id,
            "name": territory.name,
            "about": territory.about,
            "holds_where": in_words(when),
        }))
    });
    told.collect()
}

/// Every object closed and no keyword but the plain ones, so that the tool may be strict.
fn schema(config: &RouteConfig) -> Value {
    let held = config.territories.iter().filter(|territory| territory.when.is_some());
    let ids: Vec<&str> = held.map(|territory| territory.id.as_str()).chain([NONE]).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["territory", "confidence", "evidence"],
        "properties": {
            "territory": {
                "type": "string",
                "enum": ids,
                "description": "Id of the territory, or `none` where the data does not tell."
            },
            "confidence": { "type": "integer", "description": "How sure you are, from 0 to 100." },
            "evidence": {
                "type": "string",
                "description": "The words of the data that it rests on, and why; one or two short sentences."
            }
        }
    })
}
