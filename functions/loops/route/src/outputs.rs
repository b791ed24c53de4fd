//! The decision as effects: the owner on the lead, then the event.

use serde_json::{Map, Value, json};

use revloops_domain::crm_datetime;
use revloops_domain::events::{RouteStatus, Routed, names};
use revloops_loopkit::explain::reasons_in_words;
use revloops_loopkit::the_loop::RunFacts;
use revloops_loopkit::{Action, Decision, Effect, EffectKey, Marker, Outputs, Reason, Verdict};

use crate::inputs::RouteInput;
use crate::logic::RouteVerdict;

/// The field by which a lead shows that this run's owner is in: only this run sets this time.
pub(crate) const ROUTED_AT: &str = "RevLoops_Routed_At__c";
/// Length of `RevLoops_Route_Reason__c` in characters.
const REASON_LENGTH: usize = 8000;

/// A lead with an owner is changed in the CRM once and announced; one without is announced only, and stays as it is.
pub(crate) fn outputs(input: &RouteInput, decision: &Decision<RouteVerdict>, run: &RunFacts) -> Outputs {
    let verdict = &decision.verdict;
    let routed = Routed {
        status: verdict.status,
        run_id: run.run_id.clone(),
        lead_id: input.lead_id.clone(),
        owner: verdict.owner.clone(),
        rule: verdict.rule.clone(),
        territory: verdict.territory.clone(),
    };
    let reply = serde_json::to_value(&routed).unwrap_or_default();
    let mut effects = Vec::new();
    if let Some(owner) = &verdict.owner {
        let at = json!(crm_datetime(run.at));
        let fields = Map::from_iter([
            ("OwnerId".to_owned(), json!(owner.id)),
            ("RevLoops_Rule__c".to_owned(), json!(verdict.rule)),
            ("RevLoops_Route_Reason__c".to_owned(), json!(in_words(decision))),
            (ROUTED_AT.to_owned(), at.clone()),
            ("RevLoops_First_Touch_By__c".to_owned(), json!(crm_datetime(verdict.first_touch_by))),
            // Whose time for the first touch runs, and since when: where a person changes the owner, it shows.
            ("RevLoops_Touch_Owner__c".to_owned(), json!(owner.id)),
            ("RevLoops_Touch_Since__c".to_owned(), at.clone()),
            ("RevLoops_Correlation_Id__c".to_owned(), json!(run.correlation_id)),
        ]);
        effects.push(Effect {
            key: EffectKey::new(&run.key, "owner"),
            action: Action::UpdateRecord {
                object: "Lead".to_owned(),
                id: input.lead_id.to_string(),
                fields,
                marker: Marker { field: ROUTED_AT.to_owned(), value: at },
            },
        });
    }
    let name = match verdict.status {
        RouteStatus::Routed => names::LEAD_ROUTED,
        RouteStatus::Pending => names::ROUTE_PENDING,
        RouteStatus::Unresolved => names::ROUTE_UNRESOLVED,
    };
    let key = EffectKey::new(&run.key, "event");
    let mut detail = reply.clone();
    if let Value::Object(fields) = &mut detail {
        fields.insert("event_id".to_owned(), json!(key.as_str()));
        fields.insert("correlation_id".to_owned(), json!(run.correlation_id));
    }
    effects.push(Effect { key, action: Action::Emit { name: name.to_owned(), detail } });
    Outputs { effects, reply }
}

/// Why this owner, short enough for a field that reps read: what decided, and what would have come before.
fn in_words(decision: &Decision<RouteVerdict>) -> String {
    let verdict = &decision.verdict;
    let owner = verdict.owner.as_ref().map_or("nobody", |owner| owner.name.as_str());
    let by = verdict.by.as_deref().unwrap_or("no rule");
    let told: Vec<Reason> = decision
        .reasons
        .iter()
        .filter(|reason| matches!(reason.verdict, Verdict::Held | Verdict::FellThrough))
        .cloned()
        .collect();
    let text = format!(
        "{owner} ({by}). First touch by {}.\n{}",
        verdict.first_touch_by.strftime("%Y-%m-%d %H:%M UTC"),
        reasons_in_words(&told)
    );
    text.chars().take(REASON_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::decide;
    use crate::logic::facts::AgentAnswer;
    use crate::logic::tests::handlers::config;
    use crate::logic::tests::{facts, german_lead, minimal, noon};
    use revloops_loopkit::{LoopInput, RunKey};

    fn run(input: &RouteInput) -> RunFacts {
        RunFacts {
            run_id: revloops_domain::RunId("r-1".to_owned()),
            key: RunKey { subject: input.subject(), loop_name: "route".to_owned(), trigger: "created".to_owned() },
            correlation_id: input.correlation_id.clone(),
            config: revloops_domain::ConfigStamp {
                key: "route".to_owned(),
                version_id: "v1".to_owned(),
                sha256: String::new(),
            },
            at: noon(),
        }
    }

    #[test]
    fn a_routed_lead_gets_its_owner_with_the_time_as_marker_and_then_the_event() {
        let input = german_lead();
        let decision = decide(&minimal(), &input, &facts(), noon());
        let outputs = outputs(&input, &decision, &run(&input));
        let [owner, event] = outputs.effects.as_slice() else { panic!("{:?}", outputs.effects) };
        assert_eq!(owner.key.as_str(), "lead/00Qxx0000000001EAA/created/route/owner");
        let Action::UpdateRecord { object, id, fields, marker } = &owner.action else { panic!("{owner:?}") };
        assert_eq!((object.as_str(), id.as_str()), ("Lead", "00Qxx0000000001EAA"));
        assert_eq!(marker.value, json!("2026-11-23T12:00:00.000+0000"));
        assert_eq!(fields[&marker.field], marker.value);
        assert_eq!(fields["OwnerId"], json!("005000000000001AAA"));
        assert_eq!(fields["RevLoops_Rule__c"], json!("owners"));
        assert_eq!(fields["RevLoops_First_Touch_By__c"], json!("2026-11-23T12:15:00.000+0000"));
        assert_eq!(
            fields["RevLoops_Route_Reason__c"],
            json!(
                "Anna (account executive of Germany). First touch by 2026-11-23 12:15 UTC.\n  \
                 ✓ territory germany\n      yes country is DE (found: DE)\n  ✓ owners\n      yes territory is present (found: germany)\n      \
                 yes the account executive of Germany can own records (found: Anna)"
            )
        );
        let Action::Emit { name, detail } = &event.action else { panic!("{event:?}") };
        assert_eq!(name, "lead.routed");
        assert_eq!(detail["event_id"], json!("lead/00Qxx0000000001EAA/created/route/event"));
        assert_eq!(detail["rule"], outputs.reply["rule"]);
        assert_eq!(outputs.reply["status"], json!("routed"));
    }

    #[test]
    fn a_lead_for_nobody_keeps_its_owner_and_is_announced() {
        let input = german_lead();
        let mut facts = facts();
        facts.users.values_mut().for_each(|user| *user = None);
        facts.queues.values_mut().for_each(|queue| *queue = None);
        let decision = decide(&minimal(), &input, &facts, noon());
        let outputs = outputs(&input, &decision, &run(&input));
        let [event] = outputs.effects.as_slice() else { panic!("{:?}", outputs.effects) };
        assert!(matches!(&event.action, Action::Emit { name, .. } if name == "route.unresolved"), "{event:?}");
        assert_eq!(outputs.reply["status"], json!("unresolved"));
    }

    #[test]
    fn a_pending_lead_waits_in_its_queue_and_says_what_was_proposed() {
        let config = config("{type: ai_territory, role: account_executive, min_confidence: 80, pending_queue: Triage}");
        let mut input = german_lead();
        input.profile.country_code = None;
        let mut facts = facts();
        let answer = json!({"territory": "germany", "confidence": 60, "evidence": "only the company's name"});
        facts.know_agent(AgentAnswer::Said { answer, model: "the-model".to_owned() });
        let decision = decide(&config, &input, &facts, noon());
        let outputs = outputs(&input, &decision, &run(&input));
        let [owner, event] = outputs.effects.as_slice() else { panic!("{:?}", outputs.effects) };
        let Action::UpdateRecord { fields, .. } = &owner.action else { panic!("{owner:?}") };
        assert_eq!(fields["OwnerId"], json!("00G000000000001EAA"));
        let reason = fields["RevLoops_Route_Reason__c"].as_str().unwrap();
        assert!(
            reason.starts_with("Triage desk (an agent proposes Germany and is 60 % sure; 80 % are needed)."),
            "{reason}"
        );
        assert!(reason.contains("(found: Germany, 60 %: only the company's name)"), "{reason}");
        assert!(matches!(&event.action, Action::Emit { name, .. } if name == "route.pending"), "{event:?}");
        assert_eq!(outputs.reply["status"], json!("pending"));
    }
}
