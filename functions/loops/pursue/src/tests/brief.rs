//! Brief and sequence travel on to the deal.

use jiff::Timestamp;

use revloops_domain::sequence::{DraftedSequence, Line, Recipient, SequenceStep};
use revloops_domain::sequence_state::{KeptSequence, SequenceState};
use revloops_domain::{ConfigStamp, CorrelationId, Fact, FactKind, RunId, SalesforceId};
use revloops_loopkit::ports::Sequences as _;

use super::world::{Story, story};
use crate::outputs::hand_over;
use crate::prior::Prior;

fn drafted(id: &str, text: &str) -> DraftedSequence {
    let drafted_at: Timestamp = "2026-12-01T09:00:00Z".parse().unwrap();
    let fact = Fact {
        id: "F1".into(),
        kind: FactKind::Signal,
        text: "Northwind has raised 40 million euros.".into(),
        value: None,
        source: "news.example".into(),
        link: Some("https://news.example/northwind".into()),
        as_of: "2026-11-20".parse().unwrap(),
        expires: "2027-02-18".parse().unwrap(),
    };
    let step = SequenceStep {
        id: "first".into(),
        day: 0,
        channel: "email".into(),
        subject: "Your new round".into(),
        lines: vec![Line { text: text.to_owned(), cites: vec!["F1".into()] }],
        disclosure: None,
    };
    DraftedSequence {
        id: id.into(),
        run_id: RunId("r".into()),
        correlation_id: CorrelationId("c".into()),
        config: ConfigStamp { key: "k".into(), version_id: "v".into(), sha256: "s".into() },
        template: "signal".into(),
        prompt_version: "p".into(),
        recipient: Recipient {
            person_id: SalesforceId::parse("003xx0000000001").unwrap(),
            account_id: None,
            email: None,
            domain: None,
            country_code: None,
            state_code: None,
        },
        owner_id: None,
        brief: vec![fact],
        steps: vec![step],
        signal: None,
        drafted_at,
    }
}

async fn written_to(story: &Story) {
    story.world.keep(&drafted("seq-1", "We saw your round.")).await.unwrap();
}

fn prior(id: &str, text: &str) -> Prior {
    let drafted = drafted(id, text);
    Prior::of(&KeptSequence { state: SequenceState::new(&drafted), drafted, version: 1 })
}

#[tokio::test]
async fn brief_and_mails_are_on_the_deal_with_their_sources_and_the_first_task_says_so() {
    let story = story("standard", "DE");
    written_to(&story).await;
    story.told("m1").await.unwrap();
    let brief = story.of_deal("RevLoops_Brief__c");
    for part in [
        "Research brief of 2026-12-01",
        "[F1] Northwind has raised 40 million euros. (news.example, as of 2026-11-20, to be used until 2027-02-18, https://news.example/northwind)",
        "Sequence seq-1 by the template signal: drafted",
        "Step 1 · day 0 · waiting",
        "Subject: Your new round",
        "We saw your round.",
    ] {
        assert!(brief.contains(part), "{part}\n{brief}");
    }
    let says_so = "on the deal, in the field RevLoops Brief";
    assert!(story.of_task("first-call", "Description").contains(says_so));
    assert!(!story.of_task("offer", "Description").contains(says_so));
    let record = story.world.with(|memory| {
        let decided = memory.decided();
        let run = decided.into_iter().find(|record| record.key.trigger == "saved-m1").unwrap();
        serde_json::to_string(&run.facts).unwrap()
    });
    assert!(record.contains("seq-1"), "the run's record has what it handed over");
}

#[tokio::test]
async fn a_brief_that_comes_later_is_put_on_the_deal_and_what_a_person_wrote_there_stays() {
    let story = story("standard", "DE");
    story.told("m1").await.unwrap();
    assert_eq!(story.of_deal("RevLoops_Brief__c"), "");
    written_to(&story).await;
    assert_eq!(story.told("m2").await.unwrap().reply["status"], "replanned");
    assert!(story.of_deal("RevLoops_Brief__c").contains("seq-1"));
    story.deal("RevLoops_Brief__c", "My own notes");
    story.told("m3").await.unwrap();
    assert_eq!(story.of_deal("RevLoops_Brief__c"), "My own notes");
}

#[test]
fn what_finds_no_room_is_named_and_nothing_is_cut_in_the_middle() {
    let text = hand_over(&[prior("seq-1", "short"), prior("seq-2", &"long ".repeat(9000)), prior("seq-3", "short")]);
    assert!(text.chars().count() < 32_000);
    assert!(text.contains("Sequence seq-1") && text.contains("Sequence seq-3"));
    assert!(text.ends_with("No room for: seq-2"), "{}", &text[text.len() - 80..]);
}
