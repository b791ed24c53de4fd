//! Phrases: greeting, thanks, question, offer, good-bye. They are made of the levers' words and state nothing.

use super::sense::{self, Token};
use super::{Checker, Place, Rule, Spot, words};

/// What may be thanked for without a fact.
const THANKED_FOR: &[&str] = &[
    "your",
    "the",
    "this",
    "reading",
    "time",
    "patience",
    "attention",
    "moment",
    "taking",
    "a",
    "to",
    "read",
    "in",
    "advance",
];
/// Words that point to something that we wrote before.
const BEFORE: &[&str] = &["earlier", "previous", "again", "back", "following", "promised", "reminder", "another"];
/// What we may have written before.
const WRITTEN: &[&str] = &["mail", "note", "message", "offer", "lines", "thought", "email"];

impl Checker<'_> {
    pub(super) fn phrase(&self, text: &str, place: Place, spot: &mut Spot<'_>) {
        let bare = self.bare(text);
        let numbers = bare.chars().any(char::is_numeric) || !words::quantities(&bare).is_empty();
        spot.hold(!numbers, Rule::PhraseWithoutNumbers);
        let named = |name: &&str| self.plain.contains(&name.to_lowercase());
        spot.hold(words::names(&bare).iter().all(named), Rule::PhraseWithoutNames);
        let tokens = self.without_our_lines(sense::tokens(&bare));
        let known = |token: &Token| token.word().is_none_or(|word| self.vocabulary.contains(word));
        spot.hold(tokens.iter().all(known), Rule::PhraseOfOurWords);
        let folded = words::folded(&bare);
        let states = self.values().any(|(_, value)| words::contains_run(&folded, &value));
        let states = states || self.states(&tokens, text.trim_end().ends_with('?'));
        spot.hold(!states && thanks(&tokens) && refers(&tokens, place), Rule::PhraseStatesNothing);
    }

    /// Whether something is stated of the reader or of us. The last clause of a question asks.
    pub(super) fn states(&self, tokens: &[Token], question: bool) -> bool {
        let verb = |word: &str| self.config.wording.verbs.contains(word);
        let clauses = sense::clauses(tokens);
        let count = clauses.len();
        clauses.into_iter().enumerate().any(|(index, clause)| {
            if question && index + 1 == count { !sense::only_asks(clause) } else { sense::states(clause, &verb) }
        })
    }

    /// The tokens without the lines that the levers say about us, and without the template's offer: both are our own words.
    fn without_our_lines(&self, mut tokens: Vec<Token>) -> Vec<Token> {
        let about_us = self.config.wording.about_us.iter().map(|line| self.line(line));
        for line in about_us.chain([self.offer.iter().cloned().map(Token::Word).collect()]) {
            let Some(at) = tokens.windows(line.len().max(1)).position(|window| window == line.as_slice()) else {
                continue;
            };
            tokens.splice(at..at + line.len(), [Token::Break]);
        }
        tokens
    }

    fn line(&self, text: &str) -> Vec<Token> {
        let mut line = sense::tokens(&self.bare(text));
        while line.last() == Some(&Token::Break) {
            line.pop();
        }
        line
    }
}

/// Whether thanks are for what needs no fact: `Thank you for your message` says that there was one.
fn thanks(tokens: &[Token]) -> bool {
    let Some(at) = tokens.iter().position(|token| token.word().is_some_and(|word| matches!(word, "thank" | "thanks")))
    else {
        return true;
    };
    let after = tokens.iter().skip(at + 1).take_while(|token| **token != Token::Break);
    let mut after = after.skip_while(|token| token.word() != Some("for")).skip(1);
    after.all(|token| token.word().is_none_or(|word| THANKED_FOR.contains(&word)))
}

/// Whether it points to nothing before the first mail, and later to our own mails alone.
fn refers(tokens: &[Token], place: Place) -> bool {
    tokens.iter().enumerate().all(|(index, token)| {
        let Some(word) = token.word().filter(|word| BEFORE.contains(word)) else { return true };
        if place.first_mail {
            return false;
        }
        let next = tokens.iter().skip(index + 1).find_map(Token::word);
        !matches!(word, "earlier" | "previous" | "promised") || next.is_some_and(|next| WRITTEN.contains(&next))
    })
}
