//! Questions that operators ask again and again.

use revloops_mcp::Prompt;

/// All of them.
#[must_use]
pub fn all() -> Vec<Prompt> {
    vec![
        Prompt {
            name: "why_did_this_happen",
            title: "Why did this happen?",
            description: "What the loops decided about one record, and why",
            arguments: &[("record", "Id of a lead, contact, account or opportunity", true)],
            text: "Use `timeline` for the record {record}. Tell in a few sentences what happened to it and why, in the order of time: which rule or \
                   factor decided each step, by which version of the config, and what is still open. Quote the reasons; guess none.",
        },
        Prompt {
            name: "review_my_drafts",
            title: "Review my drafts",
            description: "Go through drafted sequences that wait for an answer",
            arguments: &[],
            text: "Use `list_sequences` with status `drafted`. For each, show its mails with what they cite (`show_sequence`), say what you would change \
                   and why, and ask me before you approve, edit or reject any of them.",
        },
        Prompt {
            name: "compare_plans",
            title: "What would this plan change?",
            description: "A scenario held against the active one, and what promoting it takes",
            arguments: &[("scenario", "Id of the scenario, as `list_scenarios` tells it", true)],
            text: "Use `compare_scenarios` to {scenario}. Tell what can be booked and what is to be, by year; the three largest causes of the difference, and how \
                   territories and their people change. Say what you would ask whoever made it. Propose it by `promote_scenario` only if I say so, with \
                   my reason.",
        },
        Prompt {
            name: "review_territory_plan",
            title: "Review the plan of territories",
            description: "The plan that waits for an answer, and accounts that wait for a place",
            arguments: &[],
            text: "Use `show_territory_plan` and `list_pending_accounts`. Say how many records of what kind change, what is held back and why, and what looks odd. For \
                   each account that waits, say where you would put it and why. Approve, reject or place nothing before I say so; an approval is of the \
                   whole hash that you showed me.",
        },
        Prompt {
            name: "what_is_stuck",
            title: "What is stuck?",
            description: "Work that could not go on, by reason",
            arguments: &[],
            text: "Use `list_parked`. Group what waits by step and reason, say what each reason means for a revenue team, which will be tried again by \
                   itself and when, and which needs a person. Propose what to re-drive, and ask me before you do it.",
        },
    ]
}
