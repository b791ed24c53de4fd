//! The request for an account's territory: our task, the territories and the account as data, and the tool's shape.

use serde_json::{Map, Value, json};

use revloops_domain::{Account, MailDomain, sha256_hex};
use revloops_loopkit::ports::{ModelRequest, Tool};
use revloops_scenario::{Scenario, agent};

use crate::config::Agent;
use crate::logic::place::Unclear;

/// Longest text from outside that is sent, in characters.
const TEXT_CHARS: usize = 200;

/// The request. Texts from outside are in `data` alone.
pub(super) fn request(
    told: &Agent,
    scenario: &Scenario,
    account: &Account,
    above: Option<&Account>,
    unclear: &Unclear,
) -> ModelRequest {
    ModelRequest {
        system: told.system.trim().to_owned(),
        task: told.task.trim().to_owned(),
        data: json!({
            "account": facts(account, above, unclear),
            "territories": agent::as_data(&scenario.territories),
        }),
        tool: Tool {
            name: agent::TOOL.to_owned(),
            description:
                "Hands in the one territory that the account belongs to, how sure that is, and what it rests on."
                    .to_owned(),
            input_schema: agent::answer_schema(&scenario.territories),
        },
        max_tokens: told.max_tokens,
        web_searches: told.web_searches,
    }
}

/// Under which an answer is kept: another address, territory or text is another question.
pub(super) fn kept_under(told: &Agent, request: &ModelRequest) -> String {
    let content = json!([told.version, request.system, request.task, request.data]);
    format!("deploy/territory/{}", sha256_hex(content.to_string().as_bytes()))
}

/// What may tell where the account belongs; what is not known is left out.
fn facts(account: &Account, above: Option<&Account>, unclear: &Unclear) -> Value {
    let mut facts = Map::new();
    let mut tell = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            facts.insert(name.to_owned(), json!(value.chars().take(TEXT_CHARS).collect::<String>()));
        }
    };
    let domain = |account: &Account| account.domain.as_ref().map(MailDomain::as_str).map(str::to_owned);
    tell("company", Some(&account.name));
    tell("domain", domain(account).as_deref());
    tell("country_code", account.country_code.as_deref().filter(|_| !matches!(unclear, Unclear::NoCountryCode(_))));
    if let Unclear::NoCountryCode(text) = unclear {
        tell("country_as_typed", Some(text));
    }
    tell("state_code", account.state_code.as_deref());
    tell("postal_code", account.postal_code.as_deref());
    tell("city", account.city.as_deref());
    tell("industry", account.industry.as_deref());
    tell("unclear_because", Some(&unclear.in_words()));
    if let Some(above) = above {
        tell("headquarters_company", Some(&above.name));
        tell("headquarters_domain", domain(above).as_deref());
        tell("headquarters_country_code", above.country_code.as_deref());
        tell("headquarters_region", above.state_code.as_deref());
        tell("headquarters_city", above.city.as_deref());
    }
    Value::Object(facts)
}
