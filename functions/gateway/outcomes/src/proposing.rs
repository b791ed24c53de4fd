//! What outcomes of the active version propose becomes a proposal as anybody's, or is told as refused.

use jiff::Timestamp;
use revloops_catalogue::OnHistory;
use revloops_changes::outcomes::Refused;
use revloops_changes::{Actor, ChangeError, Evidence, FeedbackNote, Operation, Proposal, ProposalState, Proposed};
use revloops_config::ValuePath;
use revloops_loopkit::{Feedback, LeverEdit, Outcome, Proposal as Wanted};
use serde_json::Value;

use crate::joining::{Joined, OfLoop};
use crate::{NAME, World};

/// Asks the loop's feedback about the active version's outcomes, and makes a proposal of what it says.
///
/// # Errors
/// When a store does not answer, or this machine may not propose.
pub async fn propose(world: &World<'_>, of: &OfLoop<'_>, joined: &Joined, at: Timestamp) -> Outcome<FeedbackNote> {
    let ours = joined.known.iter().filter(|outcome| outcome.config.sha256 == of.active.sha256);
    let facts: Vec<Value> = ours.flat_map(|outcome| outcome.facts.iter().cloned()).collect();
    let learned = (of.entry.outcomes.feedback)(of.bundle, &facts)?;
    let mut note = FeedbackNote {
        version: of.active.sha256.clone(),
        said: learned.feedback,
        proposal: None,
        refused: Vec::new(),
        unread: u64::try_from(learned.unread).unwrap_or(u64::MAX),
        at,
    };
    if let Feedback::Proposal(wanted) = note.said.clone() {
        let made = made(world, of, &wanted, at).await?;
        note.proposal = made.proposal;
        note.refused = made.refused;
    }
    let name = of.entry.card.name;
    if note.keep(world.outcomes, name, at).await? {
        for refused in &note.refused {
            tracing::warn!(
                r#loop = name,
                config_version = of.active.short(),
                "feedback cannot be proposed: {}",
                refused.why
            );
        }
        tracing::info!(
            r#loop = name,
            config_version = of.active.short(),
            proposal = note.proposal,
            "feedback: {}",
            note.in_words().join("; ")
        );
    }
    Ok(note)
}

#[derive(Default)]
struct Made {
    proposal: Option<String>,
    refused: Vec<Refused>,
}

async fn made(world: &World<'_>, of: &OfLoop<'_>, wanted: &Wanted, at: Timestamp) -> Outcome<Made> {
    let by = Actor::machine(NAME);
    let evidence =
        Evidence { lines: wanted.evidence.clone(), sample: u64::try_from(wanted.sample).unwrap_or(u64::MAX) };
    let name = of.entry.card.name;
    let mut mine = world.desk.list(at).await?;
    mine.retain(|proposal| proposal.loop_name == name && proposal.proposed_by == by);
    // One that is about a version which is not active any more can never be applied.
    let (waits, over): (Vec<Proposal>, Vec<Proposal>) = mine.into_iter().partition(|one| one.state.waits());
    let (waits, stale): (Vec<Proposal>, Vec<Proposal>) = waits.into_iter().partition(|one| one.base == *of.active);
    for one in &stale {
        world.desk.withdraw(&one.id, &by, "the version that it changes is not active any more", at).await?;
    }
    if let Some(waits) = waits.first() {
        return Ok(Made { proposal: Some(whole(world, waits, &evidence, at).await?.id), ..Made::default() });
    }
    let mut made = Made::default();
    let (mut operations, mut edits) = (Vec::new(), Vec::new());
    let files = world.desk.checks.files(name);
    for edit in &wanted.edits {
        match operation(name, edit, &files) {
            Ok(operation) => {
                operations.push(operation);
                edits.push(edit.clone());
            }
            Err(why) => made.refused.push(Refused { edits: vec![edit.clone()], why }),
        }
    }
    if operations.is_empty() {
        return Ok(made);
    }
    if let Some(answered) = over.iter().find(|one| is_answered(one, of, &operations, evidence.sample)) {
        made.proposal = Some(answered.id.clone());
        return Ok(made);
    }
    let why = format!(
        "{} outcomes of version {} say so: {}",
        wanted.sample,
        of.active.short(),
        wanted.evidence.first().map_or("see the evidence", String::as_str)
    );
    match world.desk.propose(Proposed { operations, why }, &by, at).await {
        Ok(proposal) if proposal.base != *of.active => {
            // The pointer moved meanwhile: these outcomes say nothing of the version that is active now.
            world
                .desk
                .withdraw(&proposal.id, &by, "the version that it was made for is not active any more", at)
                .await?;
        }
        Ok(proposal) => made.proposal = Some(whole(world, &proposal, &evidence, at).await?.id),
        Err(error) if is_about_the_edits(&error) => made.refused.push(Refused { edits, why: error.to_string() }),
        Err(error) => return Err(error.into()),
    }
    Ok(made)
}

/// With evidence and simulation; a tick that died before may have left it without.
async fn whole(world: &World<'_>, proposal: &Proposal, evidence: &Evidence, at: Timestamp) -> Outcome<Proposal> {
    world.desk.note_evidence(&proposal.id, evidence, at).await?;
    Ok(world.desk.simulate(&proposal.id, &OnHistory { past: world.past, at }, at).await?)
}

/// Whether people have answered this already: a no to the same edits of the same version holds for good, and to the same levers
/// until there are twice as many outcomes.
fn is_answered(over: &Proposal, of: &OfLoop<'_>, operations: &[Operation], sample: u64) -> bool {
    let said_no = match over.state {
        ProposalState::Rejected | ProposalState::RolledBack => true,
        ProposalState::Open
        | ProposalState::Approved
        | ProposalState::Applied
        | ProposalState::Withdrawn
        | ProposalState::Stale => false,
    };
    let before = over.evidence.as_ref().map_or(0, |evidence| evidence.sample);
    let same_levers = operations.iter().all(|one| over.operations.iter().any(|other| lever(one) == lever(other)));
    said_no
        && over.base == *of.active
        && (over.operations == operations || (same_levers && sample < before.saturating_mul(2)))
}

/// The lever that an operation of ours moves.
fn lever(operation: &Operation) -> Option<(&str, &ValuePath)> {
    if let Operation::SetLever { file, path, .. } | Operation::AddEntry { file, list: path, .. } = operation {
        Some((file, path))
    } else {
        None
    }
}

/// An edit as an operation of the desk. A list that gains an entry gains that alone, so that the rest stays as it is written.
fn operation(loop_name: &str, edit: &LeverEdit, files: &[&str]) -> Result<Operation, String> {
    if !files.contains(&edit.file.as_str()) {
        return Err(format!(
            "{} is none of {loop_name}'s own files, so no proposal of {loop_name} can change it: {} has to become {} where that \
             file comes from (territories are the active scenario's: change it there, and promote the scenario)",
            edit.file, edit.path, edit.to
        ));
    }
    let path: ValuePath = edit.path.parse().map_err(|error| format!("{} names no place: {error}", edit.path))?;
    let (loop_name, file) = (loop_name.to_owned(), edit.file.clone());
    if let (Value::Array(from), Value::Array(to)) = (&edit.from, &edit.to)
        && let Some((last, rest)) = to.split_last()
        && rest == from.as_slice()
    {
        return Ok(Operation::AddEntry { loop_name, file, list: path, value: last.clone(), before: None, after: None });
    }
    Ok(Operation::SetLever { loop_name, file, path, value: edit.to.clone() })
}

/// Whether what the desk refuses is in the edits, and not on the way.
fn is_about_the_edits(error: &ChangeError) -> bool {
    match error {
        ChangeError::Unknown { .. }
        | ChangeError::Refused(_)
        | ChangeError::Edit { .. }
        | ChangeError::Problems { .. } => true,
        ChangeError::NotAllowed { .. }
        | ChangeError::OtherHash { .. }
        | ChangeError::WrongState { .. }
        | ChangeError::Overtaken { .. }
        | ChangeError::Store(_)
        | ChangeError::Failure(_) => false,
    }
}
