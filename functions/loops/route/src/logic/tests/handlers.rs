//! What each handler does, and what it says where it finds nobody.

use jiff::Timestamp;
use serde_json::{Value, json};

use revloops_domain::events::RouteStatus;
use revloops_domain::{Account, AccountId, MailDomain, MatchedAccount, MatchedBy, OwnerId};
use revloops_loopkit::Verdict;
use revloops_loopkit::ports::{Draw, PickBy, PoolState, Queue};

use super::{config_of, facts, german_lead, noon, user};
use crate::config::RouteConfig;
use crate::inputs::RouteInput;
use crate::logic::facts::{AgentAnswer, Facts, Need};
use crate::logic::walk::{End, SubjectContext, walk};
use crate::logic::{MISSED_TOO_OFTEN, RouteVerdict, decide, fields, needs};

const LEVERS: &str = "
first_touch: {default_minutes: 60, bands: [], on_miss: {reassign: 1, then_queue: Triage}}
fallback_rule: rest
workload: {open_statuses: [Open]}
agent: {version: v1, system: s, task: t, max_tokens: 300}
feedback: {min_sample: 20, max_reassigned_percent: 25}
";
const TERRITORIES: &str = "
roles: [account_executive]
territories:
  - {id: europe, name: Europe, owners: {account_executive: anna@acme.example}}
  - {id: germany, name: Germany, parent: europe, when: {field: country, is: DE}}
";
const POOLS: &str = "
pools:
  - id: team
    only_in_working_hours: true
    sticky: {by: account, days: 30}
    on_return: {type: ramp, days: 4, from_percent: 20}
    members:
      - {login: ben@acme.example, weight: 2, per_day: 7}
      - {login: cleo@acme.example, weight: 1}
      - {login: dora@acme.example, weight: 1}
";
const TEAM: &str = "
hours: [{id: day, week: [{days: [mon, tue, wed, thu, fri], from: '08:00', to: '17:00'}]}]
teams: [{id: crew, per_day: 9, time_zone: Asia/Tokyo}]
people:
  - {login: anna@acme.example, away: [{from: 2026-11-24, to: 2026-11-25}]}
  - {login: ben@acme.example, time_zone: America/New_York, team: crew, away: [{from: 2026-11-16, to: 2026-11-20}]}
  - {login: cleo@acme.example, hours: day, team: crew}
";

pub(crate) fn config(rule: &str) -> RouteConfig {
    let rules = format!(
        "rules:\n  - {{id: one, description: d, priority: 1, when: {{field: score, at_least: 1}}, assign: {rule}}}\n  - \
         {{id: rest, description: d, priority: 9, when: {{always: true}}, assign: {{type: queue, queue: Triage}}}}\n"
    );
    config_of(&[
        ("levers.yaml", LEVERS),
        ("territories.yaml", TERRITORIES),
        ("pools.yaml", POOLS),
        ("team.yaml", TEAM),
        ("rules.yaml", &rules),
    ])
}

fn account(owner: Option<&str>, parent: Option<&str>) -> MatchedAccount {
    let id = |text: &str| OwnerId::parse(text).unwrap();
    MatchedAccount {
        account: Account {
            id: AccountId::parse("001000000000001").unwrap(),
            name: "Brauhaus".to_owned(),
            domain: Some(MailDomain::parse("brauhaus.example").unwrap()),
            country_code: Some("DE".to_owned()),
            state_code: None,
            postal_code: None,
            city: None,
            phone: None,
            industry: None,
            employees: None,
            kind: None,
            owner_id: owner.map(id),
            parent_id: None,
            created_at: None,
            modified_at: None,
        },
        parent_owner_id: parent.map(id),
        matched_by: MatchedBy::Domain,
        confidence: 100,
        evidence: Vec::new(),
    }
}

/// What the first rule says at its end: condition and found.
fn told(verdict: &revloops_loopkit::Decision<RouteVerdict>) -> Vec<(Verdict, String)> {
    let said = verdict.reasons[1].because.iter().skip(1);
    said.map(|one| (verdict.reasons[1].verdict, format!("{}: {}", one.condition, one.found))).collect()
}

fn last_told(config: &RouteConfig, lead: &RouteInput, facts: &Facts, at: Timestamp) -> (String, String) {
    let decision = decide(config, lead, facts, at);
    let last = told(&decision).pop().map_or_else(String::new, |(_, said)| said);
    (decision.verdict.rule.unwrap_or_default(), last)
}

fn owners() -> Facts {
    let mut facts = facts();
    let (ben, cleo) = (user(2, "Ben"), user(3, "Cleo"));
    facts.know_owners(&[ben.id.clone(), cleo.id.clone(), user(9, "Nobody").id], vec![ben, cleo]);
    facts
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_named_owner_on_leave_is_passed_by_and_it_is_said_until_when() {
    let config = config("{type: named_owner, owner: anna@acme.example}");
    let lead = german_lead();
    let monday = last_told(&config, &lead, &facts(), noon());
    assert_eq!(monday, ("one".to_owned(), "the named owner can own records: Anna".to_owned()));
    let tuesday = last_told(&config, &lead, &facts(), at("2026-11-24T12:00:00Z"));
    assert_eq!(tuesday.0, "rest");
    assert_eq!(tuesday.1, "the named owner can own records: Anna, on leave until 2026-11-25");
}

#[test]
fn a_role_that_a_territory_does_not_fill_is_looked_for_above_and_that_is_said() {
    let config = config("{type: territory_owner, role: account_executive}");
    let decision = decide(&config, &german_lead(), &facts(), noon());
    assert_eq!(decision.reasons[0].what, "territory germany (in europe)");
    let said: Vec<String> = told(&decision).into_iter().map(|(_, said)| said).collect();
    assert_eq!(
        said,
        ["the account executive of Germany is named: nobody", "the account executive of Europe can own records: Anna"]
    );
}

#[test]
fn an_account_s_owner_gets_its_leads_and_the_owner_above_stands_in() {
    let (ben, nobody, queue) = ("005000000000002", "005000000000009", "00G000000000001");
    let cleo = "005000000000003";
    for (or_parent, owner, parent, wanted) in [
        (true, Some(ben), None, ("one", "the owner of Brauhaus can own records: Ben")),
        (true, None, Some(cleo), ("one", "the owner of the account above Brauhaus can own records: Cleo")),
        (true, Some(queue), Some(cleo), ("one", "the owner of the account above Brauhaus can own records: Cleo")),
        (true, Some(queue), None, ("rest", "the owner of the account above Brauhaus is known: nobody")),
        (false, Some(queue), Some(cleo), ("rest", "the owner of Brauhaus is a person: a queue")),
        (false, None, Some(cleo), ("rest", "the owner of Brauhaus is known: nobody")),
    ] {
        let config = config(&format!("{{type: account_owner, or_parent: {or_parent}}}"));
        let mut lead = german_lead();
        lead.account = Some(account(owner, parent));
        let (rule, said) = last_told(&config, &lead, &owners(), noon());
        assert_eq!((rule.as_str(), said.as_str()), wanted);
    }
    let config = config("{type: account_owner}");
    let mut lead = german_lead();
    assert_eq!(last_told(&config, &lead, &facts(), noon()).1, "the lead belongs to an account: none");
    lead.account = Some(account(Some(nobody), None));
    let Some(Need::Owners(asked)) = needs(&config, &lead, &facts(), noon()) else { panic!("not asked for") };
    assert_eq!(asked[0].as_str(), OwnerId::parse(nobody).unwrap().as_str());
    let (rule, said) = last_told(&config, &lead, &owners(), noon());
    assert_eq!(rule, "rest");
    assert!(said.ends_with(", not known to the CRM"), "{said}");
}

fn question(config: &RouteConfig, lead: &RouteInput, facts: &Facts, when: &str) -> Draw {
    let mut facts = facts.clone();
    facts.next_subject();
    match needs(config, lead, &facts, at(when)) {
        Some(Need::Draw(draw)) => *draw,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pool_is_asked_with_weights_caps_days_and_what_sticks() {
    let config = config("{type: round_robin, pool: team}");
    let mut lead = german_lead();
    // Monday, 03:30 in New York and 17:30 in Tokyo: Ben is back from leave for the third day.
    let draw = question(&config, &lead, &facts(), "2026-11-23T08:30:00Z");
    assert_eq!((draw.by, draw.subject.as_str(), draw.sticky), (PickBy::Turns, "lead/00Qxx0000000001EAA", None));
    let asked: Vec<(&str, u32)> = draw.eligible.iter().map(|member| (member.login.as_str(), member.weight)).collect();
    // Three days after the leave: 20 % + 80 % × 2/4 of twice a hundred.
    assert_eq!(asked, [("ben@acme.example", 120), ("cleo@acme.example", 100), ("dora@acme.example", 100)]);
    let cap = draw.eligible[0].cap.as_ref().unwrap();
    assert_eq!((cap.most, cap.window.as_str()), (7, "2026-11-23"));
    assert_eq!(draw.team_caps.len(), 1);
    assert_eq!((draw.team_caps[0].most, draw.team_caps[0].window.as_str()), (9, "2026-11-23"));

    // Sunday evening in New York is Monday in Tokyo; Cleo does not work on Sunday.
    lead.account = Some(account(None, None));
    let draw = question(&config, &lead, &facts(), "2026-11-22T22:00:00Z");
    let cap = draw.eligible[0].cap.as_ref().unwrap();
    assert_eq!((cap.window.as_str(), draw.team_caps[0].window.as_str()), ("2026-11-22", "2026-11-23"));
    assert_eq!(draw.eligible.len(), 2);
    let sticky = draw.sticky.unwrap();
    assert_eq!(sticky.key, format!("account/{}", lead.account.unwrap().account.id));
    assert_eq!(sticky.until, at("2026-12-22T22:00:00Z"));
}

#[test]
fn who_is_not_at_work_or_has_had_enough_is_said_with_the_reason() {
    let config = config("{type: round_robin, pool: team}");
    let sunday = at("2026-11-22T22:00:00Z");
    let mut facts = facts();
    facts.users.insert("dora@acme.example".to_owned(), None);
    let mut pool = PoolState::default();
    let mut lead = german_lead();
    for nth in 0..7 {
        lead.trigger = format!("{nth}");
        lead.passed_over = vec![OwnerId::parse("005000000000099").unwrap()];
        facts.next_subject();
        let Some(Need::Draw(draw)) = needs(&config, &lead, &facts, sunday) else { panic!("no draw") };
        facts.know_draw("team", pool.draw(&draw));
        assert_eq!(decide(&config, &lead, &facts, sunday).verdict.owner.unwrap().name, "Ben", "{nth}");
    }
    facts.next_subject();
    lead.trigger = "eighth".to_owned();
    let Some(Need::Draw(draw)) = needs(&config, &lead, &facts, sunday) else { panic!("no draw") };
    facts.know_draw("team", pool.draw(&draw));
    let said: Vec<String> = told(&decide(&config, &lead, &facts, sunday)).into_iter().map(|(_, said)| said).collect();
    assert_eq!(said[0], "Cleo of team can take a lead now: not at work until 2026-11-23 08:00 UTC");
    assert_eq!(said[1], "dora@acme.example of team can take a lead now: not known to the CRM");
    assert!(said[2].starts_with("Ben of team can take a lead now: has 7 of 7"), "{said:?}");
}

#[test]
fn the_least_loaded_is_asked_for_after_the_open_leads_of_all() {
    let config = config("{type: least_loaded, pool: team}");
    let mut facts = facts();
    facts.next_subject();
    let Some(Need::Loads(asked)) = needs(&config, &german_lead(), &facts, noon()) else { panic!("no loads") };
    assert_eq!(asked.len(), 3);
    facts.know_loads(&asked, [(user(3, "Cleo").id, 4)].into());
    let Some(Need::Draw(draw)) = needs(&config, &german_lead(), &facts, noon()) else { panic!("no draw") };
    let loads: Vec<Option<u64>> = draw.eligible.iter().map(|member| member.load).collect();
    assert_eq!((draw.by, loads), (PickBy::LeastLoaded, vec![Some(0), Some(4), Some(0)]));
}

fn agent(answer: Value) -> Facts {
    let mut facts = facts();
    facts.know_agent(AgentAnswer::Said { answer, model: "the-model".to_owned() });
    let id = OwnerId::parse("00G000000000002").unwrap();
    facts.know_queue("Desk", vec![Queue { id, developer_name: "Desk".to_owned(), name: "Desk".to_owned() }]);
    facts
}

#[test]
fn an_agent_s_answer_is_taken_only_in_its_form_from_the_list_and_above_the_floor() {
    let config = config("{type: ai_territory, role: account_executive, min_confidence: 80, pending_queue: Desk}");
    let mut lead = german_lead();
    assert_eq!(last_told(&config, &lead, &facts(), noon()).1, "no territory holds: germany");
    lead.profile.country_code = None;
    let said = |territory: &str, confidence: i64| json!({"territory": territory, "confidence": confidence, "evidence": "writes\nfrom \u{7}Berlin"});
    for (answer, rule, status, found) in [
        (said("germany", 80), "one", RouteStatus::Routed, "can own records: Anna"),
        (said("germany", 79), "one", RouteStatus::Pending, "the CRM has the queue Desk: Desk"),
        (said("none", 100), "rest", RouteStatus::Routed, "the-model places the lead in a territory: no territory"),
        (said("atlantis", 99), "rest", RouteStatus::Routed, "a territory that there is not"),
        (said("germany", 101), "rest", RouteStatus::Routed, "a confidence of 101 percent"),
        (said("germany", -1), "rest", RouteStatus::Routed, "an answer that does not keep to the form"),
        (json!({"territory": "germany"}), "rest", RouteStatus::Routed, "an answer that does not keep to the form"),
    ] {
        let facts = agent(answer.clone());
        let decision = decide(&config, &lead, &facts, noon());
        let last = told(&decision).pop().unwrap().1;
        assert_eq!(decision.verdict.rule.as_deref(), Some(rule), "{answer}");
        assert_eq!(decision.verdict.status, status, "{answer}");
        assert!(last.ends_with(found), "{answer}: {last}");
    }
    let sure = decide(&config, &lead, &agent(said("germany", 80)), noon());
    assert_eq!((sure.outcome.as_str(), sure.confidence), ("routed", 0.8));
    assert_eq!(sure.verdict.territory.as_deref(), Some("germany"));
    assert_eq!(sure.verdict.proposed.as_ref().unwrap().evidence, "writes from Berlin");
    assert_eq!(sure.verdict.by.as_deref(), Some("account executive of Germany, which an agent is 80 % sure of"));
    let unsure = decide(&config, &lead, &agent(said("germany", 79)), noon());
    assert_eq!((unsure.outcome.as_str(), unsure.verdict.territory), ("pending", None));
    assert_eq!(unsure.verdict.by.as_deref(), Some("an agent proposes Germany and is 79 % sure; 80 % are needed"));
}

#[test]
fn who_missed_the_first_touch_is_passed_over_wherever_config_names_them() {
    for (rule, said) in [
        ("{type: named_owner, owner: anna@acme.example}", "Anna, missed the first touch of this lead"),
        ("{type: territory_owner, role: account_executive}", "Anna, missed the first touch of this lead"),
        ("{type: account_owner}", "Ben, missed the first touch of this lead"),
    ] {
        let config = config(rule);
        let mut lead = german_lead();
        lead.account = Some(account(Some("005000000000002"), None));
        lead.passed_over = vec![if rule.contains("account_owner}") && !rule.contains("role") {
            user(2, "Ben").id.into()
        } else {
            user(1, "Anna").id.into()
        }];
        let (fell_to, last) = last_told(&config, &lead, &owners(), noon());
        assert_eq!(fell_to, "rest", "{rule}");
        assert!(last.ends_with(said), "{rule}: {last}");
    }
    let config = config("{type: round_robin, pool: team}");
    let mut lead = german_lead();
    lead.trigger = "touch-missed-1".to_owned();
    lead.passed_over = vec![user(2, "Ben").id.into()];
    let draw = question(&config, &lead, &facts(), "2026-11-23T12:00:00Z");
    assert_eq!(draw.subject, "lead/00Qxx0000000001EAA/touch-missed-1");
    assert!(draw.eligible.iter().all(|member| member.login != "ben@acme.example"), "{draw:?}");
}

#[test]
fn a_lead_whose_first_touch_was_missed_too_often_goes_to_the_queue_and_no_rule_is_tried() {
    let config = config("{type: named_owner, owner: dora@acme.example}");
    let mut lead = german_lead();
    lead.passed_over = vec![user(1, "Anna").id.into(), user(2, "Ben").id.into()];
    let decision = decide(&config, &lead, &facts(), noon());
    assert_eq!(decision.verdict.rule.as_deref(), Some(MISSED_TOO_OFTEN));
    assert_eq!(decision.verdict.owner.unwrap().name, "Triage desk");
    assert_eq!((decision.reasons[1].what.as_str(), decision.reasons[1].verdict), (MISSED_TOO_OFTEN, Verdict::Held));
    assert!(decision.reasons[2..].iter().all(|reason| reason.verdict == Verdict::NotTried));
    // Without the queue nobody waits for it: the rules decide.
    let mut facts = facts();
    facts.queues.insert("Triage".to_owned(), None);
    assert_eq!(decide(&config, &lead, &facts, noon()).verdict.rule.as_deref(), Some("one"));
}

#[test]
fn the_walk_ends_the_same_with_and_without_words() {
    let config = config("{type: account_owner}");
    let matched = account(Some("005000000000002"), None);
    let mut values = fields::room();
    for facts in [owners(), facts(), Facts::default()] {
        let mut ends = Vec::new();
        for explain in [true, false] {
            fields::fill_account(&mut values, &matched.account);
            let subject = SubjectContext::of_account(&matched.account, None, "account/001");
            let walked = walk(&config, &mut values, &subject, &facts, noon(), explain);
            assert!(explain || walked.fell_through.iter().all(|fell| fell.because.is_empty()));
            ends.push(match walked.end {
                End::Owned(owned) => format!("{:?} by {:?}", owned.owner, owned.rule),
                End::Nobody => "nobody".to_owned(),
                End::Needs { rule, need } => format!("{need:?} for {rule:?}"),
            });
        }
        assert_eq!(ends[0], ends[1]);
    }
}
