//! The request for a territory: our task, the territories and the lead as data, and the tool's shape.

use serde_json::{Map, Value, json};

use revloops_loopkit::ports::{ModelRequest, Tool};
use revloops_scenario::agent;

use crate::config::{Agent, RouteConfig};
use crate::inputs::RouteInput;

/// Longest text from outside that is sent, in characters.
const TEXT_CHARS: usize = 1000;

/// The request. Texts from outside are in `data` alone; nothing in it names the person.
pub(super) fn request(told: &Agent, config: &RouteConfig, input: &RouteInput) -> ModelRequest {
    ModelRequest {
        system: told.system.trim().to_owned(),
        task: told.task.trim().to_owned(),
        data: json!({ "lead": lead(input), "territories": agent::as_data(&config.territories) }),
        tool: Tool {
            name: agent::TOOL.to_owned(),
            description: "Hands in the one territory that the lead belongs to, how sure that is, and what it rests on."
                .to_owned(),
            input_schema: agent::answer_schema(&config.territories),
        },
        max_tokens: told.max_tokens,
        web_searches: 0,
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
