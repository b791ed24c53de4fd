//! Walks over tokens: what comes next, and what has to come next.

use super::lexer::Token;
use super::malformed;
use crate::crm::error::ApiError;

/// Parentheses and subqueries deeper than this are refused rather than left to overflow the stack.
const MAX_DEPTH: usize = 40;

/// A place among the tokens of a query.
pub(super) struct Cursor {
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
    pub(super) depth: usize,
}

impl Cursor {
    pub(super) fn name(&mut self) -> Result<String, ApiError> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            other => Err(malformed(format!("unexpected token: {}", shown(other.as_ref())))),
        }
    }

    /// An alias, unless the next word begins the next clause.
    pub(super) fn free_name(&mut self, ends: &[&str]) -> Option<String> {
        let Some(Token::Word(word)) = self.peek() else { return None };
        if ends.iter().any(|end| end.eq_ignore_ascii_case(word)) {
            return None;
        }
        let word = word.clone();
        self.at += 1;
        Some(word)
    }

    pub(super) fn whole_number(&mut self) -> Result<u64, ApiError> {
        match self.next() {
            Some(Token::Number(number)) if number >= 0.0 && number.fract() == 0.0 && number <= f64::from(u32::MAX) =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "whole, not negative and within 32 bits, as just checked"
                )]
                Ok(number as u64)
            }
            other => Err(malformed(format!("unexpected token: {}", shown(other.as_ref())))),
        }
    }

    pub(super) fn deeper(&mut self) -> Result<(), ApiError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(malformed("the query is nested too deeply")) } else { Ok(()) }
    }

    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(own)) if own.eq_ignore_ascii_case(word))
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let taken = self.is_word(word);
        self.at += usize::from(taken);
        taken
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), ApiError> {
        if self.take_word(word) {
            Ok(())
        } else {
            Err(malformed(format!("unexpected token: {} (expected {word})", shown(self.peek()))))
        }
    }

    pub(super) fn take_symbol(&mut self, symbol: &str) -> bool {
        let taken = matches!(self.peek(), Some(Token::Symbol(own)) if *own == symbol);
        self.at += usize::from(taken);
        taken
    }

    pub(super) fn is_symbol_after(&self, symbol: &str) -> bool {
        matches!(self.tokens.get(self.at + 1), Some(Token::Symbol(own)) if *own == symbol)
    }

    pub(super) fn expect_symbol(&mut self, symbol: &str) -> Result<(), ApiError> {
        if self.take_symbol(symbol) {
            Ok(())
        } else {
            Err(malformed(format!("unexpected token: {} (expected '{symbol}')", shown(self.peek()))))
        }
    }
}

/// A token as error messages quote it.
pub(super) fn shown(token: Option<&Token>) -> String {
    match token {
        None => "<EOF>".into(),
        Some(Token::Word(text) | Token::Text(text) | Token::Date(text) | Token::DateTime(text)) => format!("'{text}'"),
        Some(Token::Number(number)) => format!("'{number}'"),
        Some(Token::Symbol(symbol)) => format!("'{symbol}'"),
    }
}
