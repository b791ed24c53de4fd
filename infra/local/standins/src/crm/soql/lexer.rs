//! Splits a query into tokens.

use super::malformed;
use crate::crm::error::ApiError;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name, keyword or date literal's name; dots included, as in `Owner.Name`.
    Word(String),
    Text(String),
    Number(f64),
    Date(String),
    DateTime(String),
    Symbol(&'static str),
}

const SYMBOLS: [&str; 12] = ["<=", ">=", "!=", "<>", "=", "<", ">", "(", ")", ",", ":", "*"];

pub(super) fn tokens(query: &str) -> Result<Vec<Token>, ApiError> {
    let mut tokens = Vec::new();
    let mut rest = query.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = if first == '\'' {
            text(rest)?
        } else if first.is_ascii_digit()
            || (matches!(first, '-' | '+' | '.')
                && rest.chars().nth(1).is_some_and(|next| next.is_ascii_digit() || next == '.'))
        {
            number_or_date(rest)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end = rest
                .find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_' || letter == '.'))
                .unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            (Token::Word(word.to_owned()), after)
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            (Token::Symbol(symbol), rest.get(symbol.len()..).unwrap_or_default())
        } else {
            return Err(malformed(format!(
                "line 1:{} no viable alternative at character '{first}'",
                query.len() - rest.len()
            )));
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn text(rest: &str) -> Result<(Token, &str), ApiError> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1);
    while let Some((place, letter)) = letters.next() {
        match letter {
            '\'' => return Ok((Token::Text(text), rest.get(place + 1..).unwrap_or_default())),
            '\\' => match letters.next() {
                Some((_, 'n' | 'N')) => text.push('\n'),
                Some((_, 'r' | 'R')) => text.push('\r'),
                Some((_, 't' | 'T')) => text.push('\t'),
                Some((_, 'b' | 'B')) => text.push('\u{8}'),
                Some((_, 'f' | 'F')) => text.push('\u{c}'),
                Some((_, quoted @ ('\'' | '"' | '\\'))) => text.push(quoted),
                // Kept for LIKE, where these two stand for themselves.
                Some((_, wildcard @ ('_' | '%'))) => {
                    text.push('\\');
                    text.push(wildcard);
                }
                _ => return Err(malformed("Illegal string literal")),
            },
            other => text.push(other),
        }
    }
    Err(malformed("line 1: unterminated string literal"))
}

fn number_or_date(rest: &str) -> Result<(Token, &str), ApiError> {
    let end = rest
        .find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '+' | '.' | ':')))
        .unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let bytes = word.as_bytes();
    let is_date = bytes.len() >= 10 && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    if is_date {
        let token = if bytes.len() == 10 { Token::Date(word.to_owned()) } else { Token::DateTime(word.to_owned()) };
        return Ok((token, after));
    }
    // A currency's code may stand before a number in SOQL; that form is refused here like any other unknown word.
    word.parse()
        .map(|number| (Token::Number(number), after))
        .map_err(|_| malformed(format!("unexpected token: '{word}'")))
}
