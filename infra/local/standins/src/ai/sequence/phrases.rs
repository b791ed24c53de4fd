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

pub(super) fn subjects(brief: &Brief, purpose: Purpose) -> Vec<String> {
    let named = brief.company();
    let with = |text: &str| named.map(|company| text.replace("{}", company));
    let (company, plain): (Vec<Option<String>>, &[&str]) = match purpose {
        Purpose::Introduce => (
            vec![with("A thought on how {} handles new enquiries"), with("{} and the first hour of a lead")],
            &["A thought on how you handle new enquiries", "A short idea for your team"],
        ),
        Purpose::FollowUp => (
            vec![with("One more idea for {}"), with("A next step for {}")],
            &["One more idea for your team", "A small next step"],
        ),
        Purpose::Close => {
            (vec![with("Shall I leave it here for {}?")], &["Shall I leave it here?", "A last note from me"])
        }
    };
    company.into_iter().flatten().chain(plain.iter().map(|text| (*text).to_owned())).collect()
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
        Purpose::Introduce => &[
            "I will be brief.",
            "I looked into your company before writing, so this is not a mass mail.",
            "Let me come straight to the point.",
        ],
        Purpose::FollowUp => &[
            "I wanted to add one thought to my earlier note.",
            "My earlier note may have come at a busy moment, so here is one more idea.",
            "I am following up with something more concrete.",
        ],
        Purpose::Close => &[
            "I do not want to crowd your inbox, so this is my last note for now.",
            "Perhaps the timing is not right, and that is fine.",
            "I will leave it here unless you would like to continue.",
        ],
    })
}

pub(super) fn bridges(purpose: Purpose) -> Vec<String> {
    owned(match purpose {
        Purpose::Introduce => &[
            "What usually helps is to decide early who owns a new enquiry, and to write down why.",
            "We help teams answer new enquiries quickly and see why each one went where it did.",
            "Our work is to make sure that no enquiry waits without an owner.",
        ],
        Purpose::FollowUp => &[
            "A good first move is to follow a handful of recent enquiries from arrival to first reply.",
            "It often takes one clear rule to stop enquiries from falling between teams.",
            "I would start small, with one rule that everybody can read.",
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
    let own = if offer.is_empty() { None } else { Some(format!("What I can offer: {offer}.")) };
    own.into_iter()
        .chain(["What I can offer: a short look at it together.".into(), "I am happy to show it.".into()])
        .collect()
}

pub(super) fn questions(purpose: Purpose) -> Vec<String> {
    owned(match purpose {
        Purpose::Introduce => &[
            "Would a short call in the coming days suit you?",
            "Is that worth a short conversation?",
            "Who on the team would be the best person to talk to about this?",
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
