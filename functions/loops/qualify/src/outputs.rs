//! Qualify's verdict as effects: fields on the lead, then the event; and the reply for Route.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use revloops_domain::crm_datetime;
use revloops_domain::events::{Contribution, Qualified, QualifyStatus, names};
use revloops_domain::text::at_most;
use revloops_loopkit::the_loop::RunFacts;
use revloops_loopkit::{Action, Effect, EffectKey, Marker, Outputs};

use crate::config::QualifyConfig;
use crate::inputs::{QualifyFacts, QualifyInput};
use crate::logic::{QualifyVerdict, ScoredFactor, account, provenance};

pub(crate) const MARKER: &str = "RevLoops_Qualified_At__c";
const SCORE_REASONS_CHARS: usize = 8_000;
const REASONS_CHARS: usize = 4_000;
const PROVENANCE_CHARS: usize = 8_000;
const ACCOUNT_MATCH_CHARS: usize = 1_000;
const DISQUALIFIED_REASON_CHARS: usize = 255;
const DOMAIN_CHARS: usize = 255;

pub(crate) fn outputs(
    config: &QualifyConfig,
    input: &QualifyInput,
    facts: &QualifyFacts,
    verdict: &QualifyVerdict,
    run: &RunFacts,
) -> Outputs {
    let reply = reply(facts, input, verdict, run);
    let name = match verdict.status {
        QualifyStatus::Qualified => names::LEAD_QUALIFIED,
        QualifyStatus::Disqualified => names::LEAD_DISQUALIFIED,
    };
    let emit = EffectKey::new(&run.key, "emit");
    let effects = vec![
        Effect {
            key: EffectKey::new(&run.key, "score"),
            action: Action::UpdateRecord {
                object: "Lead".to_owned(),
                id: input.lead.id.to_string(),
                fields: fields(config, verdict, run),
                marker: Marker { field: MARKER.to_owned(), value: json!(crm_datetime(run.at)) },
            },
        },
        Effect {
            key: emit.clone(),
            action: Action::Emit { name: name.to_owned(), detail: detail(&reply, &emit, run) },
        },
    ];
    Outputs { effects, reply: serde_json::to_value(&reply).unwrap_or_default() }
}

fn reply(facts: &QualifyFacts, input: &QualifyInput, verdict: &QualifyVerdict, run: &RunFacts) -> Qualified {
    Qualified {
        status: verdict.status,
        run_id: run.run_id.clone(),
        lead_id: input.lead.id.clone(),
        score: verdict.score,
        band: verdict.band.clone(),
        disqualified_because: verdict.disqualified.iter().map(|one| one.reason.clone()).collect(),
        contributions: verdict
            .contributions
            .iter()
            .map(|one| Contribution { factor: one.factor.clone(), points: one.points, reason: one.reason.clone() })
            .collect(),
        enrichment: verdict.enrichment,
        profile: verdict.profile.clone(),
        provenance: verdict.provenance.iter().map(|one| one.provenance.clone()).collect(),
        account: verdict.account.matched.clone(),
        company: facts.company.found.clone(),
        person: facts.person.found.clone(),
    }
}

/// The reply without the person: no names, title, postal code or message on the bus.
fn detail(reply: &Qualified, key: &EffectKey, run: &RunFacts) -> Value {
    let mut detail = Map::new();
    detail.insert("event_id".to_owned(), json!(key));
    detail.insert("correlation_id".to_owned(), json!(run.correlation_id));
    if let Ok(Value::Object(reply)) = serde_json::to_value(reply) {
        detail.extend(reply);
    }
    detail.remove("person");
    if let Some(Value::Object(profile)) = detail.get_mut("profile") {
        for private in ["first_name", "last_name", "title", "message", "postal_code"] {
            profile.remove(private);
        }
    }
    if let Some(Value::Object(account)) = detail.get_mut("account").and_then(|matched| matched.get_mut("account")) {
        for private in ["phone", "postal_code"] {
            account.remove(private);
        }
    }
    Value::Object(detail)
}

fn fields(config: &QualifyConfig, verdict: &QualifyVerdict, run: &RunFacts) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    set("RevLoops_Score__c", json!(verdict.score));
    set("RevLoops_Band__c", json!(verdict.band));
    set("RevLoops_Score_Reasons__c", json!(at_most(&score_in_words(verdict), SCORE_REASONS_CHARS)));
    set("RevLoops_Reasons_For__c", text_or_nothing(&speaks_for(verdict), REASONS_CHARS));
    set("RevLoops_Reasons_Against__c", text_or_nothing(&speaks_against(verdict), REASONS_CHARS));
    set("RevLoops_Provenance__c", text_or_nothing(&provenance::in_words(&verdict.provenance), PROVENANCE_CHARS));
    set("RevLoops_Enrichment__c", json!(verdict.enrichment.name()));
    if let Some(domain) = &verdict.profile.domain {
        set("RevLoops_Domain__c", json!(at_most(domain.as_str(), DOMAIN_CHARS)));
    }
    let account = verdict.account.matched.as_ref();
    set("RevLoops_Account__c", account.map_or(Value::Null, |matched| json!(matched.account.id)));
    let in_words = account.map(account::in_words).unwrap_or_default();
    set("RevLoops_Account_Match__c", text_or_nothing(&in_words, ACCOUNT_MATCH_CHARS));
    if let Some(industry) = &verdict.fill.industry {
        set("Industry", json!(industry));
    }
    if let Some(employees) = verdict.fill.employees {
        set("NumberOfEmployees", json!(employees));
    }
    if !verdict.disqualified.is_empty() {
        let because: Vec<&str> = verdict.disqualified.iter().map(|one| one.reason.as_str()).collect();
        set("Status", json!(config.disqualified_status));
        set("RevLoops_Disqualified_Reason__c", json!(at_most(&because.join("; "), DISQUALIFIED_REASON_CHARS)));
    }
    set("RevLoops_Correlation_Id__c", json!(run.correlation_id));
    set(MARKER, json!(crm_datetime(run.at)));
    fields
}

/// The score in words for a rep: what counts for the lead, what counts against it, and what gave nothing.
fn score_in_words(verdict: &QualifyVerdict) -> String {
    let mut text = format!("Score {}, band {}", verdict.score, verdict.band);
    let mut list = |title: &str, lines: Vec<&ScoredFactor>| {
        if !lines.is_empty() {
            let _infallible = write!(text, "\n{title}");
            for one in lines {
                let points = if one.points == 0 { String::new() } else { format!("{:+}  ", one.points) };
                let _infallible = write!(text, "\n  {points}{}", one.reason);
            }
        }
    };
    let with = |sign: i32| verdict.contributions.iter().filter(move |one| one.points.signum() == sign).collect();
    list("For:", with(1));
    list("Against:", with(-1));
    list("No points:", with(0));
    text
}

/// What speaks for the lead, the most points first.
fn speaks_for(verdict: &QualifyVerdict) -> String {
    weighed(verdict.contributions.iter().filter(|one| one.points > 0)).join("\n")
}

/// What speaks against the lead: what it is turned away for, then what cost points, the most first.
fn speaks_against(verdict: &QualifyVerdict) -> String {
    let mut lines: Vec<String> =
        verdict.disqualified.iter().map(|one| format!("Turned away: {}", one.reason)).collect();
    lines.extend(weighed(verdict.contributions.iter().filter(|one| one.points < 0)));
    lines.join("\n")
}

/// One line each, the heaviest first, of equals in the levers' order.
fn weighed<'a>(scored: impl Iterator<Item = &'a ScoredFactor>) -> Vec<String> {
    let mut scored: Vec<&ScoredFactor> = scored.collect();
    scored.sort_by_key(|one| std::cmp::Reverse(one.points.unsigned_abs()));
    scored.into_iter().map(|one| format!("{:+}  {}", one.points, one.reason)).collect()
}

/// Nothing empties the field: what an earlier run wrote there does not hold any more.
fn text_or_nothing(text: &str, chars: usize) -> Value {
    if text.is_empty() { Value::Null } else { json!(at_most(text, chars)) }
}
