//! Every change that is told is put to the whole decision again, as a lead that has it.

use std::path::Path;

use revloops_config::Problems;
use revloops_config::levers::read_sources;
use revloops_domain::{MailDomain, OwnerId, Score};
use revloops_loopkit::ports::{CrmUser, Queue};

use super::*;
use crate::logic::tests::{german_lead, noon};
use crate::logic::{decide, needs};
use revloops_config::Levers as _;
use revloops_domain::UserId;

fn shipped() -> RouteConfig {
    let mut problems = Problems::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../config");
    let sources = read_sources::<RouteConfig>(&root, &mut problems);
    RouteConfig::check(&sources, &mut problems).unwrap()
}

/// Everybody whom config names is there but Rob Gone, who has left; all queues are there.
fn everybody(config: &RouteConfig) -> Facts {
    let mut facts = Facts::default();
    let logins: Vec<String> = config.logins().into_iter().map(str::to_owned).collect();
    let users = logins.iter().enumerate().map(|(at, login)| CrmUser {
        id: UserId::parse(&format!("005{at:012}")).unwrap(),
        login: login.clone(),
        name: name_of(login),
        active: !login.starts_with("rob.gone"),
    });
    facts.know_users(&logins, users.collect());
    for (at, queue) in config.queues().into_iter().enumerate() {
        let id = OwnerId::parse(&format!("00G{at:012}")).unwrap();
        facts.know_queue(queue, vec![Queue { id, developer_name: queue.to_owned(), name: queue.replace('_', " ") }]);
    }
    facts
}

/// `helen.brandt@…` is Helen Brandt.
fn name_of(login: &str) -> String {
    let words = login.split('@').next().unwrap().split('.').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The facts of a run about the lead: what it draws is drawn.
fn recorded(config: &RouteConfig, input: &RouteInput) -> Facts {
    let mut facts = everybody(config);
    let mut assumed = assume::Assumed::default();
    while let Some(need) = needs(config, input, &facts, noon()) {
        assume::answer(need, &Wish::Rule(String::new()), &mut facts, &mut assumed);
    }
    facts
}

/// The lead as it would be.
fn with(input: &RouteInput, changes: &[FieldChange]) -> RouteInput {
    let mut changed = input.clone();
    for FieldChange { field, from: _, to } in changes {
        let text = (to != "nothing").then(|| to.clone());
        let profile = &mut changed.profile;
        match field.as_str() {
            "country" => profile.country_code = text,
            "state" => profile.state_code = text,
            "postal_code" => profile.postal_code = text,
            "industry" => profile.industry = text,
            "employees" => profile.employees = text.map(|text| text.parse().unwrap()),
            "lead_source" => profile.lead_source = text,
            "domain" => profile.domain = text.map(|text| MailDomain::parse(&text).unwrap()),
            "company" => profile.company = text.unwrap(),
            "title" => profile.title = text,
            "score" => changed.score = Score::clamped(text.unwrap().parse().unwrap()),
            "band" => changed.band = text.unwrap(),
            other => panic!("{other} is not the lead's to change"),
        }
    }
    changed
}

fn asked(config: &RouteConfig, input: &RouteInput, wish: &str) -> (Facts, WhyNot) {
    let facts = recorded(config, input);
    let wish = Wish::read(wish, config, &facts).unwrap();
    let why_not = why_not(config, input, &facts, noon(), &wish);
    (facts, why_not)
}

#[test]
fn the_smallest_change_is_told_in_words() {
    let config = shipped();
    let (_, told) = asked(&config, &german_lead(), "helen brandt");
    let words = words::in_words(&told).join("\n");
    assert!(words.starts_with("It went to Maria Keller, by `hot-in-territory`. For helen.brandt@"), "{words}");
    let wanted = "  with employees 5,000 instead of 240, `strategic-accounts` gives it to Helen Brandt\n";
    assert!(words.contains(wanted), "{words}");
    assert!(words.contains("  with country ES instead of DE, `hot-in-territory` gives it to Helen Brandt"), "{words}");

    let (_, told) = asked(&config, &german_lead(), "hot-in-territory");
    assert_eq!(told.answer, Answer::There);

    let (_, told) = asked(&config, &german_lead(), "Partner_Desk");
    let words = words::in_words(&told).join("\n");
    let wanted = "with lead source Partner Referral instead of nothing, `partner-leads` gives it to Partner Desk";
    assert!(words.contains(wanted), "{words}");
}

#[test]
fn every_change_leads_there_when_the_lead_has_it_and_nothing_smaller_was_overlooked() {
    let config = shipped();
    let mut leads = vec![german_lead()];
    for (country, state, employees, band) in [
        ("US", None, Some(20), "B"),
        ("BR", None, Some(800), "A"),
        ("KE", None, None, "D"),
        ("US", Some("CA"), Some(9000), "C"),
    ] {
        let mut lead = german_lead();
        lead.profile.country_code = Some(country.to_owned());
        lead.profile.state_code = state.map(str::to_owned);
        lead.profile.employees = employees;
        lead.band = band.to_owned();
        leads.push(lead);
    }
    let rules: Vec<String> = config.rules.rules().iter().map(|rule| rule.id.clone()).collect();
    let wishes = rules.into_iter().chain(config.logins().into_iter().map(str::to_owned));
    let (mut asked_for, mut ways_told) = (0, 0);
    for wish in wishes.collect::<Vec<_>>() {
        for lead in &leads {
            let (facts, told) = asked(&config, lead, &wish);
            asked_for += 1;
            match &told.answer {
                Answer::There => {}
                Answer::Change { ways, smallest } => {
                    assert!(smallest & !ways.is_empty(), "{told:?}");
                    for way in ways {
                        let changed = with(lead, &way.changes);
                        let mut facts = facts.clone();
                        let mut assumed = assume::Assumed::default();
                        while let Some(need) = needs(&config, &changed, &facts, noon()) {
                            assume::answer(need, &told.wish, &mut facts, &mut assumed);
                        }
                        let verdict = decide(&config, &changed, &facts, noon()).verdict;
                        let there = match &told.wish {
                            Wish::Rule(id) => verdict.rule.as_ref() == Some(id),
                            Wish::Owner(login) => {
                                verdict.owner.is_some_and(|owner| owner.login.eq_ignore_ascii_case(login))
                            }
                        };
                        assert!(there, "{wish}: {way:?}");
                        ways_told += 1;
                    }
                }
                Answer::Never { because } => assert!(!because.is_empty(), "{wish} {told:?}"),
                Answer::MoreFieldsThan(_) | Answer::Undecided => panic!("{wish}: {told:?}"),
            }
        }
    }
    assert!(asked_for > 100 && ways_told > 100, "{asked_for} {ways_told}");
}

#[test]
fn somebody_who_gets_no_leads_at_all_is_told_with_the_reason() {
    let config = shipped();
    let (_, told) = asked(&config, &german_lead(), "rob.gone@northfield.example");
    let Answer::Never { because } = &told.answer else { panic!("{told:?}") };
    assert!(because.iter().any(|why| why.contains("Rob Gone, not active")), "{because:?}");
}

#[test]
fn who_is_meant_is_said_or_asked() {
    let config = shipped();
    let facts = everybody(&config);
    assert_eq!(Wish::read("inbound", &config, &facts), Ok(Wish::Rule("inbound".to_owned())));
    assert_eq!(Wish::read("Helen", &config, &facts), Ok(Wish::Owner("helen.brandt@northfield.example".to_owned())));
    assert_eq!(Wish::read("partner_desk", &config, &facts), Ok(Wish::Owner("Partner_Desk".to_owned())));
    assert!(Wish::read("inbond", &config, &facts).unwrap_err().contains("did you mean `inbound`?"));
    assert!(Wish::read("er", &config, &facts).unwrap_err().contains("fits several"));
}
