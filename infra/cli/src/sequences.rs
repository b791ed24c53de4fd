//! `revloops sequences` and `revloops suppressions`: a person at the desk.
//!
//! On the local system whoever types the command says who they are (`--as`); the desk asks the CRM whether they may.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use revloops_domain::SalesforceId;
use revloops_domain::sequence_state::{KeptSequence, PolicyRule};
use revloops_domain::suppression::SuppressionKind;
use revloops_outreach::{Ask, Reply, Request, words};

use crate::aws::Aws;
use crate::config::person;
use crate::context::Context;
use crate::local::Endpoints;

/// What to do with sequences.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The newest sequences, and where they are.
    List {
        /// So many.
        #[arg(long, default_value_t = 25)]
        at_most: usize,
    },
    /// One sequence: its mails, what they cite, what was edited, what the policy said.
    Show {
        /// Its id.
        sequence: String,
    },
    /// Approve exactly what was shown.
    Approve {
        /// Its id.
        sequence: String,
        /// The hash that `show` prints, or its beginning of at least twelve characters.
        content: String,
        /// Who answers: a username of the CRM.
        #[arg(long = "as")]
        caller: Option<String>,
    },
    /// Turn it down.
    Reject {
        /// Its id.
        sequence: String,
        /// The hash that `show` prints.
        content: String,
        /// Why: rejections are counted by template.
        #[arg(long)]
        why: String,
        /// Who answers: a username of the CRM.
        #[arg(long = "as")]
        caller: Option<String>,
    },
    /// Change the words of one mail; the hash is another then.
    Edit {
        /// Its id.
        sequence: String,
        /// The hash that `show` prints.
        content: String,
        /// The mail's step.
        step: String,
        /// Another subject.
        #[arg(long)]
        subject: Option<String>,
        /// A file with the mail's lines, or `-` for standard input.
        #[arg(long)]
        text: Option<String>,
        /// Who edits: a username of the CRM.
        #[arg(long = "as")]
        caller: Option<String>,
    },
    /// End a sequence that runs; tasks that are still to be done are taken back.
    Stop {
        /// Its id.
        sequence: String,
        /// Why.
        #[arg(long)]
        why: String,
        /// Who stops it: a username of the CRM.
        #[arg(long = "as")]
        caller: Option<String>,
    },
}

/// What to do with the list of suppressions.
#[derive(Debug, clap::Args)]
pub struct SuppressionArgs {
    #[command(subcommand)]
    command: SuppressionCommand,
}

#[derive(Debug, clap::Subcommand)]
enum SuppressionCommand {
    /// Who must not be written to.
    List,
    /// Put somebody on the list, and stop what runs to them.
    Add {
        /// `person`, `address`, `domain` or `account`.
        #[arg(value_parser = kind)]
        kind: SuppressionKind,
        /// An id of the CRM, a mail address or a domain.
        value: String,
        /// Why.
        #[arg(long)]
        why: String,
        /// Who adds it: a username of the CRM.
        #[arg(long = "as")]
        caller: Option<String>,
    },
    /// Take somebody off the list; what was stopped stays stopped.
    Remove {
        /// `person`, `address`, `domain` or `account`.
        #[arg(value_parser = kind)]
        kind: SuppressionKind,
        /// An id of the CRM, a mail address or a domain.
        value: String,
        /// Who removes it: a username of the CRM.
        #[arg(long = "as")]
        caller: Option<String>,
    },
    /// Whether somebody may be written to, with every rule of the policy.
    Why {
        /// A lead or contact.
        person: String,
    },
}

fn kind(text: &str) -> Result<SuppressionKind, String> {
    let known = SuppressionKind::ALL.into_iter().find(|kind| kind.name() == text);
    known.ok_or_else(|| format!("one of {}", SuppressionKind::ALL.map(SuppressionKind::name).join(", ")))
}

/// Carries it out.
///
/// # Errors
/// If the desk cannot be asked.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let (caller, ask) = match args.command {
        Command::List { at_most } => (None, Ask::List { at_most }),
        Command::Show { sequence } => (None, Ask::Show { sequence }),
        Command::Approve { sequence, content, caller } => {
            let content = whole(context, &sequence, content).await?;
            (caller, Ask::Approve { sequence, content })
        }
        Command::Reject { sequence, content, why, caller } => {
            let content = whole(context, &sequence, content).await?;
            (caller, Ask::Reject { sequence, content, reason: why })
        }
        Command::Edit { sequence, content, step, subject, text, caller } => {
            let text = text.map(|from| read(&from)).transpose()?;
            if subject.is_none() && text.is_none() {
                bail!("say what to change: --subject, --text, or both");
            }
            let content = whole(context, &sequence, content).await?;
            (caller, Ask::Edit { sequence, content, step, subject, text })
        }
        Command::Stop { sequence, why, caller } => (caller, Ask::Stop { sequence, reason: why }),
    };
    let reply = desk(context, caller, ask).await?;
    say(context, &reply)
}

/// Carries it out.
///
/// # Errors
/// If the desk cannot be asked.
pub async fn run_suppressions(context: &Context, args: SuppressionArgs) -> anyhow::Result<ExitCode> {
    let (caller, ask) = match args.command {
        SuppressionCommand::List => (None, Ask::Suppressions),
        SuppressionCommand::Add { kind, value, why, caller } => (caller, Ask::Suppress { kind, value, reason: why }),
        SuppressionCommand::Remove { kind, value, caller } => (caller, Ask::Unsuppress { kind, value }),
        SuppressionCommand::Why { person } => {
            let person = SalesforceId::parse(&person).with_context(|| format!("{person} is no id of the CRM"))?;
            (None, Ask::Why { person })
        }
    };
    let reply = desk(context, caller, ask).await?;
    say(context, &reply)
}

/// Asks the desk's function.
///
/// # Errors
/// If it cannot be invoked, or answers what cannot be read.
pub async fn desk(context: &Context, caller: Option<String>, ask: Ask) -> anyhow::Result<Reply> {
    let endpoints = Endpoints::load(context)?;
    let aws = Aws::local(&context.layout, &endpoints);
    let request = Request { caller: caller.unwrap_or_else(person), ask };
    let reply = aws.invoke(endpoints.output("SequenceDeskFunction")?, &serde_json::to_value(&request)?).await?;
    serde_json::from_value(reply).context("reading the desk's answer")
}

/// The whole hash of which a person typed the beginning. What is not the beginning of the present one goes as it is, and is
/// refused by the desk.
async fn whole(context: &Context, sequence: &str, typed: String) -> anyhow::Result<String> {
    if typed.len() < 12 {
        bail!("at least twelve characters of the hash, so that it names what was shown");
    }
    Ok(match desk(context, None, Ask::Show { sequence: sequence.to_owned() }).await? {
        Reply::Shown { content, .. } if content.starts_with(&typed) => content,
        Reply::Sequences { .. }
        | Reply::Shown { .. }
        | Reply::Done { .. }
        | Reply::Refused { .. }
        | Reply::Suppressions { .. }
        | Reply::Suppressed { .. }
        | Reply::Unsuppressed { .. }
        | Reply::Why { .. } => typed,
    })
}

fn read(from: &str) -> anyhow::Result<String> {
    if from == "-" {
        return std::io::read_to_string(std::io::stdin()).context("reading standard input");
    }
    std::fs::read_to_string(from).with_context(|| format!("reading {from}"))
}

/// Says what the desk answered.
fn say(context: &Context, reply: &Reply) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let mut code = ExitCode::SUCCESS;
    match reply {
        Reply::Sequences { sequences } if sequences.is_empty() => console.say("No sequence was drafted yet."),
        Reply::Sequences { sequences } => console.table(
            &["sequence", "to", "template", "drafted", "status", "mails", "next"],
            sequences.iter().map(|one| {
                let status = match (&one.stopped, &one.answered_by) {
                    (Some(why), _) => format!("{}: {why}", one.status.name()),
                    (None, Some(by)) => format!("{} by {by}", one.status.name()),
                    (None, None) => one.status.name().to_owned(),
                };
                vec![
                    one.id.clone(),
                    one.person_id.to_string(),
                    one.template.clone(),
                    one.drafted_at.strftime("%Y-%m-%d %H:%M").to_string(),
                    status,
                    format!("{} of {}", one.landed, one.mails),
                    one.next_at.map_or_else(|| "–".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string()),
                ]
            }),
        ),
        Reply::Shown { sequence, content } => show(context, sequence, content),
        Reply::Done { sequence, before, diff } => {
            if let Some(diff) = diff {
                console.say(diff);
            }
            let already = if *before { ", as before" } else { "" };
            console.say(format!("{} is {}{already}.", sequence.id, sequence.status.name()));
            if diff.is_some() {
                console.say(format!("Its hash is {} now.", sequence.content));
            }
        }
        Reply::Refused { refusal, why, trace } => {
            code = ExitCode::FAILURE;
            let name = serde_json::to_value(refusal)?;
            console.say(format!("Refused ({}): {why}", name.as_str().unwrap_or("refused")));
            rules(context, trace);
        }
        Reply::Suppressions { suppressions } if suppressions.is_empty() => console.say("Nobody is on the list."),
        Reply::Suppressions { suppressions } => console.table(
            &["for", "since", "by", "why"],
            suppressions.iter().map(|one| {
                let since = one.at.strftime("%Y-%m-%d %H:%M").to_string();
                vec![one.key.to_string(), since, one.by.clone(), one.reason.clone()]
            }),
        ),
        Reply::Suppressed { new, stopped } => {
            console.say(if *new { "On the list." } else { "On the list already." });
            for id in stopped {
                console.say(format!("{id} is stopped."));
            }
        }
        Reply::Unsuppressed { there } => {
            console.say(if *there { "Off the list. What was stopped stays stopped." } else { "Was not on the list." });
        }
        Reply::Why { may, suppressions, trace } => {
            console.say(if *may { "May be written to." } else { "Must not be written to." });
            for one in suppressions {
                console.say(format!("{}: {} ({}, {})", one.key, one.reason, one.by, one.at));
            }
            rules(context, trace);
        }
    }
    console.json(reply)?;
    Ok(code)
}

fn rules(context: &Context, trace: &[PolicyRule]) {
    if !trace.is_empty() {
        let row = |rule: &PolicyRule| {
            vec![rule.rule.clone(), if rule.passes { "passes" } else { "does not" }.to_owned(), rule.because.clone()]
        };
        context.console.table(&["rule", "", "because"], trace.iter().map(row));
    }
}

fn show(context: &Context, kept: &KeptSequence, content: &str) {
    let console = &context.console;
    let (drafted, state) = (&kept.drafted, &kept.state);
    console.say(format!(
        "{} to {}, template {}, prompt {}: {}",
        drafted.id,
        drafted.recipient.person_id,
        drafted.template,
        drafted.prompt_version,
        state.status.name()
    ));
    for (mail, step) in state.mails.iter().zip(&state.steps) {
        let due = step.landed_at.or(step.due_at).map_or_else(String::new, |at| format!(", {at}"));
        console.say(format!("\n— {} (day {}): {}{due}", mail.id, mail.day, step.status.name()));
        console.say(format!("Subject: {}", mail.subject));
        for line in &mail.lines {
            let cites = if line.cites.is_empty() { String::new() } else { format!(" [{}]", line.cites.join(", ")) };
            console.say(format!("{}{cites}", line.text));
        }
        if let Some(disclosure) = &mail.disclosure {
            console.say(disclosure);
        }
        rules(context, &step.trace);
    }
    for fact in &drafted.brief {
        console.say(format!("\n[{}] {} ({}, {}, until {})", fact.id, fact.text, fact.source, fact.as_of, fact.expires));
    }
    for edit in &state.edits {
        console
            .say(format!("\n{} changed {} words of {} at {}:\n{}", edit.by, edit.words, edit.step, edit.at, edit.diff));
    }
    let (changed, of) = words::edited(&drafted.steps, &state.mails);
    console.say(format!("\n{changed} of {of} words were changed since the draft. Hash: {content}"));
}
