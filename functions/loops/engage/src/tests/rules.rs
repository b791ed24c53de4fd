//! Table tests of what a draft must keep to.

use serde_json::{Value, json};

use super::{broken, broken_for, claim, draft, good, ida, phrase};
use crate::logic::draft::Rule;

#[test]
fn a_draft_whose_claims_are_borne_out_holds() {
    assert_eq!(broken(&good()), []);
    for sentence in [
        claim("As VP Sales at Northwind, you may be the right person for this.", &["F6"]),
        claim("I saw that Northwind has 420 employees, so I would start small.", &["F2"]),
        claim("Since your field is Technology, I would keep this practical.", &["F1"]),
        claim("I saw that Northwind's team sits in Hamburg, Germany.", &["F3"]),
        claim("Northwind was founded in 1999, so I will keep this practical.", &["F4"]),
        claim("This line stayed with me: “Northwind makes planning boards for shipyards.”", &["F5"]),
        phrase("We make software for planning territories, quotas and sales capacity."),
        phrase("If you have a moment, would Tuesday suit you?"),
        phrase("Kind regards, Dana Fox"),
    ] {
        assert_eq!(broken(&draft(vec![sentence.clone()])), [], "{sentence}");
    }
}

#[test]
fn claims_that_are_not_borne_out_are_refused() {
    for (sentence, rule) in [
        (claim("Northwind has 420 employees.", &[]), Rule::ClaimCites),
        (claim("Northwind has 420 employees.", &["F99"]), Rule::FactExists),
        (claim("Northwind has 520 employees.", &["F2"]), Rule::NumbersAreCited),
        (claim("Northwind has 4.20 employees.", &["F2"]), Rule::NumbersAreCited),
        (claim("Northwind has ４２０ employees.", &["F2"]), Rule::NumbersAreCited),
        (claim("Northwind has hundreds of employees.", &["F2"]), Rule::NumbersAreCited),
        (claim("Northwind doubled its 420 employees.", &["F2"]), Rule::NumbersAreCited),
        (claim("Northwind, with 420 employees, was bought by Contoso.", &["F2"]), Rule::NamesAreCited),
        (claim("Contoso has 420 employees.", &["F2"]), Rule::NamesAreCited),
        (claim("Northwind has 420 employees in Hamburg.", &["F2"]), Rule::NamesAreCited),
        (claim("Northwind has been in technology for long.", &["F4"]), Rule::ValuesAreCited),
        (claim("Northwind has chosen Northfield.", &["F2"]), Rule::NotAboutUs),
    ] {
        let found = broken(&draft(vec![sentence.clone()]));
        assert!(found.contains(&rule), "{sentence}: {found:?}");
    }
}

#[test]
fn phrases_that_state_something_are_refused() {
    for (text, rule) in [
        ("We have 3 ideas.", Rule::PhraseWithoutNumbers),
        ("It saves half a million.", Rule::PhraseWithoutNumbers),
        ("It takes ½ hour.", Rule::PhraseWithoutNumbers),
        ("We work with Contoso, too.", Rule::PhraseWithoutNames),
        ("We know technology.", Rule::PhraseStatesNothing),
        ("You are short of staff.", Rule::PhraseStatesNothing),
        ("You’re short of staff.", Rule::PhraseStatesNothing),
        ("Your pipeline is drying up.", Rule::PhraseStatesNothing),
    ] {
        let found = broken(&draft(vec![phrase(text)]));
        assert!(found.contains(&rule), "{text}: {found:?}");
    }
}

#[test]
fn what_no_mail_may_have_is_refused_in_every_place() {
    let long = "very ".repeat(80);
    for (text, rule) in [
        ("", Rule::NotEmpty),
        ("Hello {{first_name}},", Rule::NoLeftovers),
        ("Hello [Name],", Rule::NoLeftovers),
        ("Look at https://evil.example/x", Rule::NoAddresses),
        ("Look at evil.example", Rule::NoAddresses),
        ("Write to me@northfield.example", Rule::NoAddresses),
        ("Hello\nagain", Rule::NoHiddenCharacters),
        ("Hello\u{202e}again", Rule::NoHiddenCharacters),
        ("We give you a discount.", Rule::NoForbiddenWords),
        (long.as_str(), Rule::Length),
    ] {
        let found = broken(&draft(vec![phrase(text)]));
        assert!(found.contains(&rule), "{text}: {found:?}");
        let mut with_subject = good();
        with_subject["steps"][1]["subject"] = json!(text);
        let found = broken(&with_subject);
        assert!(found.contains(&rule), "subject {text}: {found:?}");
    }
}

#[test]
fn subjects_state_nothing() {
    for subject in ["420 employees", "Technology", "News of Contoso"] {
        let mut with_subject = good();
        with_subject["steps"][0]["subject"] = json!(subject);
        assert!(!broken(&with_subject).is_empty(), "{subject}");
    }
}

#[test]
fn answers_of_another_shape_or_with_other_steps_are_refused() {
    let mut renamed = good();
    renamed["steps"][1]["id"] = json!("introduce");
    let mut extra = good();
    extra["steps"][0]["note"] = json!("approved");
    let mut unknown_kind = good();
    unknown_kind["steps"][0]["sentences"][0]["kind"] = json!("fact");
    for (answer, rule) in [
        (Value::Null, Rule::Shape),
        (json!({ "steps": "none" }), Rule::Shape),
        (extra, Rule::Shape),
        (unknown_kind, Rule::Shape),
        (json!({ "steps": [] }), Rule::Steps),
        (renamed, Rule::Steps),
    ] {
        assert_eq!(broken(&answer), [rule], "{answer}");
    }
}

#[test]
fn too_many_words_or_sentences_are_refused() {
    let many: Vec<Value> = (0..13).map(|_| phrase("Would that help?")).collect();
    assert_eq!(broken(&draft(many)), [Rule::Length]);
    let wordy: Vec<Value> = (0..6).map(|_| phrase(&"so ".repeat(30))).collect();
    assert_eq!(broken(&draft(wordy)), [Rule::Length]);
}

#[test]
fn a_fact_holds_until_its_last_day() {
    let mut input = ida();
    // company_size is kept for 270 days.
    for (as_of, rules) in
        [("2026-02-25", vec![]), ("2026-02-24", vec![Rule::FactIsCurrent]), ("soon", vec![Rule::FactIsCurrent])]
    {
        input.qualified.company.as_mut().unwrap().provenance.as_of = as_of.into();
        assert_eq!(broken_for(&input, &draft(vec![claim("Northwind has 420 employees.", &["F2"])])), rules, "{as_of}");
    }
}

#[test]
fn names_of_the_addressed_may_hold_what_would_else_be_a_claim() {
    let mut input = ida();
    input.qualified.profile.company = "7 Seas.com Technology".into();
    let answer = draft(vec![phrase("Hello Ida, what would help 7 Seas.com Technology most?")]);
    assert_eq!(broken_for(&input, &answer), []);
}
