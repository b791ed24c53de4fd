//! What travels on to the deal: the research brief with its sources, and the mails so far.

use std::fmt::Write as _;

use crate::prior::Prior;

/// The field on the deal has room for 32,000 characters.
const ROOM: usize = 31_000;

/// Brief and sequences in words, the newest first. What finds no room is named by its id.
#[must_use]
pub fn hand_over(prior: &[Prior]) -> String {
    let mut text = String::new();
    let mut left_out: Vec<&str> = Vec::new();
    for one in prior {
        let part = part(one);
        if text.chars().count() + part.chars().count() > ROOM {
            left_out.push(&one.sequence_id);
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&part);
    }
    if !left_out.is_empty() {
        let _infallible = write!(text, "\nNo room for: {}\n", left_out.join(", "));
    }
    text.trim_end().to_owned()
}

fn part(prior: &Prior) -> String {
    let mut text = String::new();
    let day = prior.drafted_at.strftime("%Y-%m-%d");
    let _infallible = writeln!(text, "Research brief of {day}");
    for fact in &prior.brief {
        let link = fact.link.as_ref().map(|link| format!(", {link}")).unwrap_or_default();
        let _infallible = writeln!(
            text,
            "[{}] {} ({}, as of {}, to be used until {}{link})",
            fact.id, fact.text, fact.source, fact.as_of, fact.expires
        );
    }
    if prior.brief.is_empty() {
        text.push_str("Nothing was found out.\n");
    }
    let _infallible =
        writeln!(text, "\nSequence {} by the template {}: {}", prior.sequence_id, prior.template, prior.status);
    for (at, step) in prior.steps.iter().enumerate() {
        let _infallible = write!(
            text,
            "\nStep {} · day {} · {}\nSubject: {}\n{}\n",
            at + 1,
            step.day,
            step.status,
            step.subject,
            step.text.trim_end()
        );
    }
    text
}
