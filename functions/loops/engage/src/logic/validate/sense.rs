//! What a sentence does with its words: whom it speaks of, where it supposes or asks, and where it states.
//!
//! This is no grammar of English. It knows few verbs, because a phrase has few: whatever is not among the levers' words has
//! been refused before.

use super::words;

/// Who is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// The recipient or their company.
    Reader,
    /// Who signs.
    Sender,
    /// Our company.
    Us,
}

impl Mark {
    /// A character that no draft may have (`words::has_hidden`).
    const fn sign(self) -> char {
        match self {
            Self::Reader => '\u{e001}',
            Self::Sender => '\u{e002}',
            Self::Us => '\u{e003}',
        }
    }
}

/// The text with the mark in the place of `slot`, wherever that stands as words of its own.
pub(super) fn marked(text: &str, slot: &str, mark: Mark) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    if slot.is_empty() {
        return text.to_owned();
    }
    while let Some(at) = rest.find(slot) {
        let (before, after) = (rest.get(..at).unwrap_or_default(), rest.get(at + slot.len()..).unwrap_or_default());
        let open = before.chars().next_back().or_else(|| out.chars().next_back()).is_none_or(|c| !c.is_alphanumeric());
        let closed = after.chars().next().is_none_or(|c| !c.is_alphanumeric());
        out.push_str(before);
        if open && closed {
            out.extend([' ', mark.sign(), ' ']);
        } else {
            out.push_str(slot);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// One word, name or boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word in lower case.
    Word(String),
    /// A name.
    Name(Mark),
    /// A comma, colon, dash or the like: a new clause begins.
    Break,
}

impl Token {
    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Name(_) | Self::Break => None,
        }
    }

    fn is(&self, list: &[&str]) -> bool {
        self.word().is_some_and(|word| list.contains(&word))
    }

    /// Whether it is the recipient, their company, or something of theirs.
    pub(super) fn is_reader(&self) -> bool {
        *self == Self::Name(Mark::Reader) || self.is(&["you", "your", "yours", "yourself"])
    }
}

/// The tokens of a text whose names are marked.
pub(super) fn tokens(marked: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    let flush = |word: &mut String, tokens: &mut Vec<Token>| {
        tokens.extend(words::folded(word).into_iter().map(Token::Word));
        word.clear();
    };
    for c in marked.chars() {
        let mark = [Mark::Reader, Mark::Sender, Mark::Us].into_iter().find(|mark| mark.sign() == c);
        if let Some(mark) = mark {
            flush(&mut word, &mut tokens);
            tokens.push(Token::Name(mark));
        } else if matches!(c, ',' | ';' | ':' | '.' | '!' | '?' | '–' | '—' | '“' | '”' | '"' | '(' | ')') {
            flush(&mut word, &mut tokens);
            tokens.push(Token::Break);
        } else {
            word.push(if c == '’' { '\'' } else { c });
        }
    }
    flush(&mut word, &mut tokens);
    tokens
}

/// The clauses: between breaks, and after `and`, `but`, `or`, `so`. The second clause of `A and B` is read on its own.
pub(super) fn clauses(tokens: &[Token]) -> Vec<&[Token]> {
    tokens
        .split(|token| *token == Token::Break || token.is(&["and", "but", "or", "so"]))
        .filter(|clause| !clause.is_empty())
        .collect()
}

/// Words by which a sentence supposes, offers or asks instead of stating.
const SUPPOSES: &[&str] = &[
    "can", "could", "may", "might", "must", "need", "shall", "should", "will", "would", "i'd", "i'll", "let", "please",
    "if", "unless", "when", "whenever", "whether", "hope", "perhaps", "maybe", "until",
];
/// Words before a subject by which what is said of it is supposed or asked: `if you are`, `would you`, `something you are`.
const OPENS: &[&str] = &[
    "if",
    "unless",
    "when",
    "whenever",
    "whether",
    "hope",
    "until",
    "would",
    "could",
    "can",
    "may",
    "might",
    "shall",
    "should",
    "will",
    "do",
    "does",
    "is",
    "are",
    "something",
    "anything",
    "somebody",
    "what",
    "whatever",
];
/// Words before somebody who is then no subject: `a reply from you is enough`.
const AT: &[&str] = &["to", "for", "at", "with", "of", "from", "about", "on", "in", "by", "after", "thank", "suit"];
/// Subjects behind which a form speaks of them, and of nobody before.
const SUBJECTS: &[&str] = &["i", "we", "it", "this", "that", "there", "which", "who", "to", "they"];
/// Words behind which something is taken as given, whatever stands before them.
const GIVEN: &[&str] =
    &["that", "because", "since", "as", "now", "while", "where", "why", "how", "given", "knowing", "seeing"];
/// Forms by which something is stated of somebody.
const STATES: &[&str] =
    &["is", "are", "was", "were", "has", "have", "had", "do", "does", "did", "been", "being", "need", "want"];
/// The same, grown together with their subject.
const SHORT: &[&str] = &["you're", "you've", "we're", "we've", "they're"];
/// Verbs of what the writer does in writing; they state nothing but that.
const SPEAKS: &[&str] =
    &["am", "have", "want", "wanted", "do", "hope", "look", "offer", "write", "wish", "promise", "think"];
/// So many words may stand between a subject and its form.
const APART: usize = 4;

/// Whether a clause states something of its reader or of us, without supposing or asking. `verbs` are the levers' verbs.
pub(super) fn states(clause: &[Token], verbs: &dyn Fn(&str) -> bool) -> bool {
    let mentions = clause.iter().any(Token::is_reader);
    let mut supposed = false;
    let mut reader = false;
    let mut before: Option<&Token> = None;
    for token in clause {
        supposed |= token.is(SUPPOSES);
        let before_is = |list: &[&str]| before.is_some_and(|token| token.is(list));
        let by_us = before_is(&["we"]) || before == Some(&Token::Name(Mark::Us));
        let verb = token.word().is_some_and(verbs);
        let stating = token.is(STATES);
        let writers = before_is(&["i"]) && token.is(SPEAKS);
        if !supposed && !writers && !before_is(&["to"]) {
            let of_reader = reader && (stating || (verb && before.is_some_and(Token::is_reader)));
            let of_several = mentions && token.is(&["are", "were", "has", "had"]);
            let of_us = by_us && (stating || verb);
            let to_reader = before_is(&["i"]) && mentions && verb;
            if of_reader || of_several || of_us || to_reader {
                return true;
            }
        }
        reader |= token.is_reader();
        before = Some(token);
    }
    clause.iter().any(|token| token.is(SHORT)) || subject_states(clause)
}

/// Whether the reader is the subject of a form that states, and nothing before the subject supposes or asks.
fn subject_states(clause: &[Token]) -> bool {
    let mut subject: Option<(usize, bool)> = None;
    for (index, token) in clause.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| clause.get(index));
        if token.is_reader() && !before.is_some_and(|token| token.is(AT)) {
            subject = Some((index, before.is_some_and(|token| token.is(OPENS))));
        } else if token.is(SUBJECTS) || token.is(SUPPOSES) {
            subject = None;
        } else if token.is(STATES)
            && let Some((at, opened)) = subject
            && index - at <= APART
        {
            if !opened {
                return true;
            }
            subject = None;
        }
    }
    false
}

/// Words with which a question that can be answered by yes or no begins.
const ASKS: &[&str] =
    &["is", "are", "do", "does", "would", "could", "can", "may", "might", "shall", "should", "will", "am"];
const MODALS: &[&str] = &["would", "could", "can", "may", "might", "shall", "should", "will"];
/// Words by which a question takes something as given.
const PRESUPPOSES: &[&str] = &[
    "still", "already", "anymore", "again", "longer", "since", "because", "why", "stop", "stopped", "now", "did",
    "was", "were",
];

/// Whether the last clause of a question asks without taking anything of its reader as given.
pub(super) fn only_asks(clause: &[Token]) -> bool {
    let begins = clause.iter().find(|token| !token.is(&["hello", "hi"])).is_some_and(|first| first.is(ASKS));
    let modal = clause.iter().take(6).any(|token| token.is(MODALS));
    let reader = clause.iter().any(Token::is_reader);
    // `May I check in again?` asks; `Are you still short of people?` tells.
    let presupposes = reader && clause.iter().any(|token| token.is(PRESUPPOSES));
    let given = clause.windows(2).any(|pair| matches!(pair, [one, two] if one.is(GIVEN) && two.is_reader()));
    let embedded = given && clause.iter().skip(1).any(|token| token.is(STATES));
    let told = !begins && reader && clause.iter().any(|token| token.is(STATES));
    (begins || modal) && !presupposes && !embedded && !told && !subject_states(clause)
}
