//! Table tests of the decision over a small config.

pub(crate) mod handlers;

use jiff::Timestamp;

use revloops_config::{Document, Levers, Problems, Sources};
use revloops_domain::events::{LeadProfile, RouteStatus};
use revloops_domain::{CorrelationId, LeadId, OwnerId, Score, UserId};
use revloops_loopkit::Verdict;
use revloops_loopkit::ports::{CrmUser, Drawn, Queue, Ticket, TicketKind};

use super::decide;
use super::facts::{Facts, Need};
use super::needs;
use crate::config::RouteConfig;
use crate::inputs::RouteInput;

const LEVERS: &str = "
first_touch: {default_minutes: 480, bands: [{band: A, minutes: 15}, {band: C, minutes: 60}]}
fallback_rule: rest
feedback: {min_sample: 20, max_reassigned_percent: 25}
";
const TERRITORIES: &str = "
roles: [account_executive, specialist]
territories:
  - {id: germany, name: Germany, when: {field: country, is: DE}, owners: {account_executive: Anna@acme.example}}
";
const POOLS: &str = "
pools:
  - id: team
    members:
      - {login: ben@acme.example, weight: 1}
      - {login: cleo@acme.example, weight: 1}
";
const TEAM: &str = "
people:
  - {login: Ben@acme.example, time_zone: Europe/Berlin, away: [{from: 2026-12-24, to: 2026-12-31}]}
  - {login: cleo@acme.example, time_zone: Asia/Tokyo, away: [{from: 2026-12-28, to: 2026-12-28}]}
";
const RULES: &str = "
rules:
  - {id: owners, description: d, priority: 10, when: {field: territory, present: true}, assign: {type: territory_owner, role: account_executive}}
  - {id: turns, description: d, priority: 20, when: {field: band, is: A}, assign: {type: round_robin, pool: team}}
  - {id: chief, description: d, priority: 30, when: {field: band, is: A}, assign: {type: named_owner, owner: dora@acme.example}}
  - {id: rest, description: d, priority: 90, when: {always: true}, assign: {type: queue, queue: Triage}}
";

pub(crate) fn minimal() -> RouteConfig {
    config_of(&[
        ("levers.yaml", LEVERS),
        ("territories.yaml", TERRITORIES),
        ("pools.yaml", POOLS),
        ("rules.yaml", RULES),
        ("team.yaml", TEAM),
    ])
}

/// The config in these files.
pub(crate) fn config_of(files: &[(&str, &str)]) -> RouteConfig {
    let mut problems = Problems::new();
    let mut sources = Sources::new();
    for (name, text) in files.iter().copied() {
        sources.insert(name.to_owned(), Document::parse_yaml(name, text, &mut problems).unwrap());
    }
    let config = RouteConfig::check(&sources, &mut problems);
    problems.into_result(config).unwrap()
}

pub(crate) fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub(crate) fn german_lead() -> RouteInput {
    RouteInput {
        event_id: "e-1".to_owned(),
        correlation_id: CorrelationId("c-1".to_owned()),
        trigger: "created".to_owned(),
        lead_id: LeadId::parse("00Qxx0000000001").unwrap(),
        saved_at: noon(),
        profile: LeadProfile {
            company: "Brauhaus Nord".to_owned(),
            domain: None,
            country_code: Some("DE".to_owned()),
            state_code: None,
            postal_code: None,
            industry: None,
            employees: Some(240),
            lead_source: None,
            first_name: None,
            last_name: "Holm".to_owned(),
            title: None,
            message: None,
        },
        score: Score::clamped(80),
        band: "A".to_owned(),
        account: None,
        headquarters: None,
        passed_over: Vec::new(),
    }
}

fn french_lead() -> RouteInput {
    let mut lead = german_lead();
    lead.profile.country_code = Some("FR".to_owned());
    lead
}

pub(crate) fn user(number: u8, name: &str) -> CrmUser {
    let login = format!("{}@acme.example", name.to_lowercase());
    CrmUser { id: UserId::parse(&format!("005{number:012}")).unwrap(), login, name: name.to_owned(), active: true }
}

fn ticket(login: &str, number: u64) -> Drawn {
    Drawn::Ticket(Ticket {
        pool: "team".to_owned(),
        login: login.to_owned(),
        number,
        kind: TicketKind::Turn,
        left_out: Vec::new(),
    })
}

/// Everybody is there, and the team's ticket is Ben's.
pub(crate) fn facts() -> Facts {
    let mut facts = Facts::default();
    let users = vec![user(1, "Anna"), user(2, "Ben"), user(3, "Cleo"), user(4, "Dora")];
    let logins: Vec<String> = users.iter().map(|user| user.login.clone()).collect();
    facts.know_users(&logins, users);
    let id = OwnerId::parse("00G000000000001").unwrap();
    facts.know_queue("Triage", vec![Queue { id, developer_name: "Triage".to_owned(), name: "Triage desk".to_owned() }]);
    facts.know_draw("team", ticket("ben@acme.example", 7));
    facts
}

fn inactive(mut facts: Facts, login: &str) -> Facts {
    facts.users.get_mut(login).unwrap().as_mut().unwrap().active = false;
    facts
}

/// Rule, owner, rules fallen through.
fn route(lead: &RouteInput, facts: &Facts, at: Timestamp) -> (Option<String>, Option<String>, Vec<String>) {
    let verdict = decide(&minimal(), lead, facts, at).verdict;
    (verdict.rule, verdict.owner.map(|owner| owner.name), verdict.fell_through)
}

fn went(rule: &str, owner: &str, fell_through: &[&str]) -> (Option<String>, Option<String>, Vec<String>) {
    (Some(rule.to_owned()), Some(owner.to_owned()), fell_through.iter().map(|id| (*id).to_owned()).collect())
}

#[test]
fn a_lead_in_a_territory_goes_to_its_owner_whatever_the_case_of_the_username() {
    assert_eq!(route(&german_lead(), &facts(), noon()), went("owners", "Anna", &[]));
}

#[test]
fn a_lead_outside_all_territories_goes_to_the_pool() {
    assert_eq!(route(&french_lead(), &facts(), noon()), went("turns", "Ben", &[]));
}

#[test]
fn an_owner_who_left_lets_the_lead_fall_through_to_the_next_rule() {
    let facts = inactive(facts(), "anna@acme.example");
    assert_eq!(route(&german_lead(), &facts, noon()), went("turns", "Ben", &["owners"]));
}

#[test]
fn a_pool_that_is_away_as_a_whole_falls_through() {
    let christmas = "2026-12-28T12:00:00Z".parse().unwrap();
    assert_eq!(route(&french_lead(), &facts(), christmas), went("chief", "Dora", &["turns"]));
}

#[test]
fn leave_begins_and_ends_in_the_members_own_time_zone() {
    let team = minimal().team;
    for (at, ben, cleo) in [
        ("2026-12-23T22:59:59Z", false, false), // 23:59 in Berlin
        ("2026-12-23T23:00:00Z", true, false),
        ("2026-12-27T15:00:00Z", true, true), // midnight in Tokyo
        ("2026-12-28T15:00:00Z", true, false),
        ("2026-12-31T23:00:00Z", false, false),
    ] {
        let at: Timestamp = at.parse().unwrap();
        let away = |login: &str| team.person(login).work.off(at).is_some();
        assert_eq!([away("ben@acme.example"), away("cleo@acme.example")], [ben, cleo], "{at}");
    }
}

#[test]
fn when_nobody_is_left_but_the_queue_the_queue_gets_it() {
    let mut facts = facts();
    facts.users.values_mut().for_each(|user| *user = None);
    assert_eq!(route(&german_lead(), &facts, noon()), went("rest", "Triage desk", &["owners", "turns", "chief"]));
}

#[test]
fn a_queue_that_the_crm_does_not_know_leaves_the_lead_unresolved() {
    let mut facts = facts();
    facts.users.values_mut().for_each(|user| *user = None);
    facts.queues.insert("Triage".to_owned(), None);
    let decision = decide(&minimal(), &german_lead(), &facts, noon());
    assert_eq!((decision.outcome.as_str(), decision.verdict.status), ("unresolved", RouteStatus::Unresolved));
    assert_eq!(decision.verdict.fell_through, ["owners", "turns", "chief", "rest"]);
}

#[test]
fn reasons_tell_rule_by_rule_what_was_found() {
    let facts = inactive(facts(), "anna@acme.example");
    let mut lead = german_lead();
    lead.band = "C".to_owned();
    let decision = decide(&minimal(), &lead, &facts, noon());
    let told: Vec<(&str, Verdict)> =
        decision.reasons.iter().map(|reason| (reason.what.as_str(), reason.verdict)).collect();
    assert_eq!(
        told,
        [
            ("territory germany", Verdict::Held),
            ("owners", Verdict::FellThrough),
            ("turns", Verdict::Failed),
            ("chief", Verdict::Failed),
            ("rest", Verdict::Held),
        ]
    );
    let because = &decision.reasons[1].because[1];
    assert_eq!(because.condition, "the account executive of Germany can own records");
    assert_eq!((because.found.as_str(), because.holds), ("Anna, not active", false));
    let because = &decision.reasons[2].because[0];
    assert_eq!((because.condition.as_str(), because.found.as_str(), because.holds), ("band is A", "C", false));
}

#[test]
fn who_in_a_pool_was_passed_by_is_told_with_the_reason() {
    let christmas: Timestamp = "2026-12-25T12:00:00Z".parse().unwrap();
    let facts = inactive(facts(), "cleo@acme.example");
    let decision = decide(&minimal(), &french_lead(), &facts, christmas);
    let told: Vec<String> =
        decision.reasons[2].because.iter().map(|one| format!("{}: {}", one.condition, one.found)).collect();
    assert_eq!(
        told,
        [
            "band is A: A",
            "Ben of team can take a lead now: on leave until 2026-12-31",
            "Cleo of team can take a lead now: not active"
        ]
    );
}

#[test]
fn a_lead_outside_all_territories_is_told_which_it_missed() {
    let decision = decide(&minimal(), &french_lead(), &facts(), noon());
    let territory = &decision.reasons[0];
    assert_eq!((territory.what.as_str(), territory.verdict), ("territory", Verdict::Failed));
    assert_eq!(territory.because[0].condition, "Germany: country is DE");
    assert_eq!(decision.reasons.last().unwrap().verdict, Verdict::NotTried);
}

#[test]
fn the_first_touch_is_due_by_the_bands_minutes_or_the_default() {
    for (band, minutes) in [("A", 15), ("C", 60), ("B", 480)] {
        let mut lead = german_lead();
        lead.band = band.to_owned();
        let due = decide(&minimal(), &lead, &facts(), noon()).verdict.first_touch_by;
        assert_eq!(due.duration_since(noon()).as_mins(), minutes, "{band}");
    }
}

#[test]
fn only_what_the_next_rule_needs_is_asked_for() {
    let (config, at) = (minimal(), noon());
    let mut known = Facts::default();
    let need = |known: &Facts| needs(&config, &french_lead(), known, at);
    let team = vec!["ben@acme.example".to_owned(), "cleo@acme.example".to_owned()];
    assert_eq!(need(&known), Some(Need::Users(team.clone())));
    known.know_users(&team, vec![user(2, "Ben"), user(3, "Cleo")]);
    let Some(Need::Draw(draw)) = need(&known) else { panic!("{:?}", need(&known)) };
    assert_eq!((draw.pool.as_str(), draw.eligible.len()), ("team", 2));
    known.know_draw("team", ticket("cleo@acme.example", 1));
    assert_eq!(need(&known), None);
}

#[test]
fn a_ticket_drawn_before_the_pool_was_edited_still_holds() {
    let mut facts = facts();
    facts.know_draw("team", ticket("Emil@acme.example", 3));
    let asked = Need::Users(vec!["emil@acme.example".to_owned()]);
    assert_eq!(needs(&minimal(), &french_lead(), &facts, noon()), Some(asked));
    facts.know_users(&["emil@acme.example".to_owned()], vec![user(5, "Emil")]);
    assert_eq!(route(&french_lead(), &facts, noon()), went("turns", "Emil", &[]));
}

#[test]
fn deciding_without_facts_gives_the_lead_to_nobody_and_says_what_is_missing() {
    let decision = decide(&minimal(), &german_lead(), &Facts::default(), noon());
    assert_eq!(decision.verdict.status, RouteStatus::Unresolved);
    let owners = &decision.reasons[1];
    assert_eq!(owners.verdict, Verdict::FellThrough);
    assert_eq!(owners.because.last().unwrap().condition, "what it needs was looked up");
}
