//! Queries: what a reading tool lets through, and values as SOQL writes them.

use serde_json::Value;

/// Clauses by which a query does more than read: they lock records, or mark them as looked at.
const CLAUSES: [[&str; 2]; 5] =
    [["FOR", "UPDATE"], ["FOR", "VIEW"], ["FOR", "REFERENCE"], ["UPDATE", "TRACKING"], ["UPDATE", "VIEWSTAT"]];

/// Checks that a query only reads.
///
/// # Errors
/// What is wrong, for the caller.
pub fn only_reads(soql: &str) -> Result<(), String> {
    let words = words(soql);
    if words.first().is_none_or(|word| word != "SELECT") {
        return Err("a query begins with SELECT; to change records use the tools for writing".to_owned());
    }
    for pair in words.windows(2) {
        if let Some([first, second]) = CLAUSES.iter().find(|clause| pair == clause.as_slice()) {
            return Err(format!("`{first} {second}` does more than read, and is not taken here: leave it out"));
        }
    }
    Ok(())
}

/// The words outside of quotes, in capitals.
fn words(soql: &str) -> Vec<String> {
    let mut bare = String::with_capacity(soql.len());
    let (mut quoted, mut escaped) = (false, false);
    for letter in soql.chars() {
        match (quoted, letter) {
            (true, _) if escaped => escaped = false,
            (true, '\\') => escaped = true,
            (true, '\'') => quoted = false,
            (true, _) => {}
            (false, '\'') => {
                quoted = true;
                // A literal parts the words beside it.
                bare.push(' ');
            }
            (false, letter) => bare.push(letter.to_ascii_uppercase()),
        }
    }
    bare.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A text as a literal.
#[must_use]
pub fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for letter in text.chars() {
        match letter {
            '\\' => literal.push_str("\\\\"),
            '\'' => literal.push_str("\\'"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            letter => literal.push(letter),
        }
    }
    literal.push('\'');
    literal
}

/// A value of an external id as a literal; `None` where it can be none.
#[must_use]
pub fn key_literal(kind: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(literal(text)),
        Value::Number(number) if matches!(kind, "double" | "int" | "currency" | "percent") => Some(number.to_string()),
        Value::Number(number) => Some(literal(&number.to_string())),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reading_queries_are_let_through() {
        for fine in [
            "SELECT Id FROM Lead",
            " select Id, (SELECT Id FROM Tasks) from Lead where Company = 'FOR UPDATE'",
            r"SELECT Id FROM Lead WHERE Name = 'it\'s FOR VIEW' LIMIT 1",
            "SELECT Id FROM Lead WHERE FOR__c = 'x' AND Update__c = TRUE",
            "SELECT Name FROM Lead WHERE For__c='' ORDER BY View__c",
        ] {
            assert_eq!(only_reads(fine), Ok(()), "{fine}");
        }
        for wrong in [
            "SELECT Id FROM Lead FOR UPDATE",
            "SELECT Id FROM Lead LIMIT 1 for\n  view",
            "SELECT Id FROM Lead WHERE Name='x'FOR REFERENCE",
            "SELECT Title FROM KnowledgeArticleVersion UPDATE TRACKING",
            "FIND {x} IN ALL FIELDS",
            "DELETE FROM Lead",
            "",
        ] {
            assert!(only_reads(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_literal_ends_where_it_should() {
        assert_eq!(literal(r"O'Hara \ x"), r"'O\'Hara \\ x'");
        assert_eq!(key_literal("string", &Value::from("' OR Name != '")).unwrap(), r"'\' OR Name != \''");
        assert_eq!(key_literal("double", &Value::from(7)).unwrap(), "7");
        assert_eq!(key_literal("string", &Value::Null), None);
    }
}
