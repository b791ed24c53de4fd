//! Drafted sequences: seen by who sees the reader, and answered by whose they are.

use revloops_domain::sequence::DraftedSequence;
use revloops_domain::sequence_state::{KeptSequence, SequenceState};
use serde_json::{Value, json};

use crate::stage::{ADMIN, MANAGER, REP, Stage, noon};

const LEAD: &str = "00Q000000000001EAA";

/// A draft to the lead, whom the rep owns.
fn drafted(stage: &Stage, id: &str) {
    let drafted: DraftedSequence = serde_json::from_value(json!({
        "id": id, "run_id": "r", "correlation_id": "c", "config": {"key": "k", "version_id": "v", "sha256": "s"}, "template": "t",
        "prompt_version": "1", "recipient": {"person_id": LEAD}, "brief": [], "drafted_at": noon(),
        "steps": [{"id": "first", "day": 0, "channel": "email", "subject": "Hello", "lines": [{"text": "Good day."}], "disclosure": "We know you from your form."}],
    }))
    .unwrap();
    let state = SequenceState::new(&drafted);
    stage
        .memory
        .with(|memory| memory.sequences.kept.insert(id.to_owned(), KeptSequence { drafted, state, version: 1 }));
}

async fn content(stage: &Stage) -> Value {
    stage.done(REP, "show_sequence", json!({"sequence": "seq-1"})).await["content"].clone()
}

#[tokio::test]
async fn a_sequence_is_shown_to_who_sees_its_reader_and_reads_as_missing_to_others() {
    let stage = Stage::set().await;
    drafted(&stage, "seq-1");
    for (tool, arguments) in [
        ("show_sequence", json!({"sequence": "seq-1"})),
        ("approve_sequence", json!({"sequence": "seq-1", "content": "x"})),
        ("edit_sequence", json!({"sequence": "seq-1", "content": "x", "step": "first", "subject": "Hi"})),
        ("reject_sequence", json!({"sequence": "seq-1", "content": "x", "reason": "r"})),
        ("stop_sequence", json!({"sequence": "seq-1", "reason": "r"})),
    ] {
        let why = stage.refused(ADMIN, tool, arguments).await;
        assert!(why.contains("no sequence"), "{tool}: {why}");
    }
    assert_eq!(stage.done(REP, "list_sequences", json!({})).await["sequences"], json!([]));
    stage.shows(LEAD);
    let listed = stage.done(REP, "list_sequences", json!({"status": "drafted"})).await;
    assert_eq!(listed["sequences"][0]["id"], "seq-1");
    let why = stage.refused(REP, "list_sequences", json!({"at_most": 101})).await;
    assert!(why.contains("1 to 100"), "{why}");
}

#[tokio::test]
async fn an_edit_and_a_rejection_are_bound_to_what_was_shown_and_are_the_owners() {
    let stage = Stage::set().await;
    drafted(&stage, "seq-1");
    stage.shows(LEAD);
    let shown = content(&stage).await;
    let edit =
        |content: &Value| json!({"sequence": "seq-1", "content": content, "step": "first", "subject": "Good day"});
    let why = stage.refused(MANAGER, "edit_sequence", edit(&shown)).await;
    assert!(why.contains("owns"), "{why}");
    let why =
        stage.refused(REP, "edit_sequence", json!({"sequence": "seq-1", "content": shown, "step": "first"})).await;
    assert!(why.contains("say what to change"), "{why}");
    let edited = stage.done(REP, "edit_sequence", edit(&shown)).await;
    assert!(edited["diff"].as_str().unwrap().contains("Good day"), "{edited}");
    let reject = |content: &Value| json!({"sequence": "seq-1", "content": content, "reason": "wrong person"});
    stage.refused(REP, "reject_sequence", reject(&shown)).await;
    stage.refused(REP, "approve_sequence", json!({"sequence": "seq-1", "content": shown})).await;
    let now = content(&stage).await;
    assert_ne!(now, shown, "an edit makes another hash");
    assert_eq!(stage.done(REP, "reject_sequence", reject(&now)).await["before"], false);
    assert_eq!(stage.done(REP, "reject_sequence", reject(&now)).await["before"], true, "twice is once");
}

#[tokio::test]
async fn an_approved_sequence_runs_until_it_is_stopped() {
    let stage = Stage::set().await;
    drafted(&stage, "seq-1");
    stage.shows(LEAD);
    let content = content(&stage).await;
    let approve = json!({"sequence": "seq-1", "content": content});
    assert_eq!(stage.done(REP, "approve_sequence", approve.clone()).await["sequence"]["status"], "approved");
    assert_eq!(stage.done(REP, "approve_sequence", approve).await["before"], true, "twice is once");
    let stop = json!({"sequence": "seq-1", "reason": "they called"});
    assert_eq!(stage.done(REP, "stop_sequence", stop.clone()).await["before"], false);
    assert_eq!(stage.done(REP, "stop_sequence", stop).await["before"], true);
}
