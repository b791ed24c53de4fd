//! What is said that states no fact. Every list ends with a phrase that names nobody.

use super::brief::Brief;
use super::guard::spelled_out;

/// What a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Introduce,
    FollowUp,
    Close,
}

impl Purpose {
    /// By the template's word for it; a word that we do not know is read by the mail's place in the sequence.
    pub(super) fn of(word: &str, position: usize, steps: usize) -> Self {
        let word = word.to_lowercase();
        let says = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
        if says(&["intro", "open", "first"]) {
            Self::Introduce
        } else if says(&["close", "closing", "break", "final", "last"]) {
            Self::Close
        } else if says(&["follow", "value", "remind", "nudge", "proof"]) {
            Self::FollowUp
        } else if position == 0 {
            Self::Introduce
        } else if position + 1 == steps {
            Self::Close
        } else {
            Self::FollowUp
        }
    }
}

/// Longest subject, in characters; longer ones are cut off in most mail programs.
const SUBJECT_CHARS: usize = 70;

pub(super) fn subjects(brief: &Brief, purpose: Purpose) -> Vec<String> {
    let (named, plain) = match purpose {
        Purpose::Introduce => {
            (["A suggestion for {}", "One idea for {}"], ["A suggestion for your team", "A short idea"])
        }
        Purpose::FollowUp => {
            (["One more thought for {}", "A next step for {}"], ["One more thought", "A small next step"])
        }
        Purpose::Close => {
            (["A last note for {}", "Shall I leave it here?"], ["A last note from me", "Until another time"])
        }
    };
    let company = brief.company();
    let named = named.iter().filter_map(|text| company.map(|company| text.replace("{}", company)));
    named.chain(plain.map(str::to_owned)).filter(|subject| subject.chars().count() <= SUBJECT_CHARS).collect()
}

pub(super) fn greetings(brief: &Brief) -> Vec<String> {
    let word = match tone(brief) {
        Tone::Formal => "Dear",
        Tone::Plain => "Hello",
        Tone::Close => "Hi",
    };
    brief
        .first_name()
        .map(|name| format!("{word} {name},"))
        .into_iter()
        .chain(["Hello,".into(), "Good day,".into()])
        .collect()
}

pub(super) fn openings(purpose: Purpose) -> Vec<String> {
    owned(match purpose {
        Purpose::Introduce => &["I will be brief.", "I will keep this short.", "Let me come straight to the point."],
        Purpose::FollowUp => &[
            "I wanted to add a thought to my earlier note.",
            "My earlier note may have come at a busy moment, so here is another try.",
            "I am following up with something more concrete.",
        ],
        Purpose::Close => &[
            "I do not want to crowd your inbox, so this is my last note for now.",
            "Perhaps the timing is not right, and that is fine.",
            "I will leave it here unless you would like to go on.",
        ],
    })
}

pub(super) fn bridges(purpose: Purpose) -> Vec<String> {
    owned(match purpose {
        Purpose::Introduce => &[
            "I have one concrete suggestion.",
            "There is something that I would like to show.",
            "I would rather show something than send a brochure.",
        ],
        Purpose::FollowUp => &[
            "I would start small and see whether it helps.",
            "A first look is usually enough to tell whether it is worth more.",
            "It need not take long.",
        ],
        Purpose::Close => &[
            "If this becomes relevant later, a short reply is enough and I will pick it up.",
            "Should priorities change, I am easy to reach.",
            "The door stays open, and a one-line reply is enough.",
        ],
    })
}

/// The template's offer first, in words that the guard lets through.
pub(super) fn offers(brief: &Brief) -> Vec<String> {
    let offer = spelled_out(brief.template.offer.trim().trim_end_matches('.'));
    if offer.is_empty() {
        return vec!["I would be glad to show what I mean.".into()];
    }
    ["What I can offer: {}.", "My offer stands: {}.", "The next step that I would suggest: {}."]
        .map(|text| text.replace("{}", &offer))
        .into()
}

/// What is said where the template's offer cannot be.
pub(super) fn plain_offers() -> Vec<String> {
    owned(&["I would be glad to show what I mean."])
}

pub(super) fn questions(purpose: Purpose) -> Vec<String> {
    owned(match purpose {
        Purpose::Introduce => &[
            "Would a short call in the coming days suit you?",
            "Is that worth a short conversation?",
            "Who would be the best person to talk to about this?",
        ],
        Purpose::FollowUp => &[
            "Shall I send a short outline of how that could look?",
            "Would that be useful to you?",
            "Is this something you are working on at the moment?",
        ],
        Purpose::Close => &[
            "Would you rather I came back to this at a later time?",
            "Is there somebody else I should speak to instead?",
            "May I check in again another time?",
        ],
    })
}

pub(super) fn farewells(brief: &Brief) -> Vec<String> {
    let word = match tone(brief) {
        Tone::Formal => "Yours sincerely",
        Tone::Plain => "Kind regards",
        Tone::Close => "Best wishes",
    };
    brief
        .sender()
        .map(|name| format!("{word}, {name}"))
        .into_iter()
        .chain([word.to_owned(), "Regards".into()])
        .collect()
}

enum Tone {
    Formal,
    Plain,
    Close,
}

fn tone(brief: &Brief) -> Tone {
    let tone = brief.template.tone.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| tone.contains(part));
    if says(&["formal", "reserved", "executive"]) && !says(&["informal"]) {
        Tone::Formal
    } else if says(&["friend", "warm", "casual", "informal"]) {
        Tone::Close
    } else {
        Tone::Plain
    }
}

fn owned(phrases: &[&str]) -> Vec<String> {
    phrases.iter().map(|phrase| (*phrase).to_owned()).collect()
}
