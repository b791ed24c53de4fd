//! Conditions → SQL, with the language's own idea of null: a comparison with a missing value is false, and `!=` is true for it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::types::Value as Sql;

use super::ast::{Condition, Literal, Operand, Operator};
use super::compile::{Compiler, Resolved};
use super::{dates, malformed};
use crate::crm::error::ApiError;
use crate::crm::ids;
use crate::crm::schema::Kind;
use crate::crm::store::values::parse_datetime;

impl<'s> Compiler<'s> {
    pub(super) fn condition(&mut self, condition: &Condition) -> Result<String, ApiError> {
        match condition {
            Condition::And(parts) => self.joined(parts, " AND "),
            Condition::Or(parts) => self.joined(parts, " OR "),
            // Every comparison below is true or false, never unknown, so this is too.
            Condition::Not(inner) => Ok(format!("(NOT {})", self.condition(inner)?)),
            Condition::Compare { operand, operator, value } => {
                let resolved = self.filterable(operand)?;
                self.compare(&resolved, *operator, value)
            }
            Condition::Like { operand, pattern } => {
                let resolved = self.filterable(operand)?;
                if !resolved.kind.is_text() {
                    return Err(ApiError::bad(
                        "INVALID_QUERY_FILTER_OPERATOR",
                        format!("invalid operator on {} field", resolved.kind.name()),
                    ));
                }
                let pattern = self.bind(Sql::Text(like_pattern(pattern)));
                Ok(format!(r"({0} IS NOT NULL AND {0} LIKE {pattern} ESCAPE '\')", resolved.sql))
            }
            Condition::InList { operand, negated, values } => {
                let resolved = self.filterable(operand)?;
                self.in_list(&resolved, *negated, values)
            }
            Condition::InQuery { operand, negated, query } => {
                let resolved = self.filterable(operand)?;
                if !resolved.kind.is_id() {
                    return Err(malformed(format!(
                        "semi join sub-selects are only allowed for id fields, not {}",
                        resolved.name
                    )));
                }
                let inner = self.semi_join(query)?;
                let sql = &resolved.sql;
                Ok(if *negated {
                    format!("({sql} IS NULL OR {sql} NOT IN ({inner}))")
                } else {
                    format!("({sql} IS NOT NULL AND {sql} IN ({inner}))")
                })
            }
        }
    }

    fn joined(&mut self, parts: &[Condition], word: &str) -> Result<String, ApiError> {
        let parts = parts.iter().map(|part| self.condition(part)).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("({})", parts.join(word)))
    }

    fn filterable(&mut self, operand: &Operand) -> Result<Resolved<'s>, ApiError> {
        let resolved = self.operand(operand)?;
        if resolved.field.is_some_and(|field| field.kind == Kind::TextArea && field.length > 255) {
            return Err(ApiError::bad(
                "INVALID_FIELD",
                format!("field '{}' can not be filtered in a query call", resolved.name),
            ));
        }
        Ok(resolved)
    }

    fn in_list(&mut self, resolved: &Resolved<'_>, negated: bool, values: &[Literal]) -> Result<String, ApiError> {
        if matches!(resolved.kind, Kind::Date | Kind::DateTime) {
            let parts = values
                .iter()
                .map(|value| self.compare(resolved, Operator::Equal, value))
                .collect::<Result<Vec<_>, _>>()?;
            let any = format!("({})", parts.join(" OR "));
            return Ok(if negated { format!("(NOT {any})") } else { any });
        }
        let (mut places, mut with_null) = (Vec::new(), false);
        for value in values {
            let value = self.plain(resolved, value)?;
            if value == Sql::Null {
                with_null = true;
            } else {
                places.push(self.bind(value));
            }
        }
        let (sql, list) = (&resolved.sql, places.join(", "));
        Ok(match (negated, with_null) {
            (false, false) => format!("({sql} IS NOT NULL AND {sql} IN ({list}))"),
            (false, true) => format!("({sql} IS NULL OR {sql} IN ({list}))"),
            (true, false) => format!("({sql} IS NULL OR {sql} NOT IN ({list}))"),
            (true, true) => format!("({sql} IS NOT NULL AND {sql} NOT IN ({list}))"),
        })
    }

    fn compare(&mut self, resolved: &Resolved<'_>, operator: Operator, literal: &Literal) -> Result<String, ApiError> {
        if let Literal::Relative { name, count } = literal {
            return self.compare_days(resolved, operator, name, *count);
        }
        let value = self.plain(resolved, literal)?;
        let sql = &resolved.sql;
        if value == Sql::Null {
            return match operator {
                Operator::Equal => Ok(format!("({sql} IS NULL)")),
                Operator::NotEqual => Ok(format!("({sql} IS NOT NULL)")),
                Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                    Err(ApiError::bad("INVALID_QUERY_FILTER_OPERATOR", "null can be compared with = and != only"))
                }
            };
        }
        let place = self.bind(value);
        Ok(match operator {
            Operator::Equal => format!("({sql} IS NOT NULL AND {sql} = {place})"),
            Operator::NotEqual => format!("({sql} IS NULL OR {sql} <> {place})"),
            Operator::Less => format!("({sql} IS NOT NULL AND {sql} < {place})"),
            Operator::LessOrEqual => format!("({sql} IS NOT NULL AND {sql} <= {place})"),
            Operator::Greater => format!("({sql} IS NOT NULL AND {sql} > {place})"),
            Operator::GreaterOrEqual => format!("({sql} IS NOT NULL AND {sql} >= {place})"),
        })
    }

    fn compare_days(
        &mut self,
        resolved: &Resolved<'_>,
        operator: Operator,
        name: &str,
        count: Option<i32>,
    ) -> Result<String, ApiError> {
        let (first, end) =
            dates::range(name, count, self.now).ok_or_else(|| malformed(format!("{name}: out of range")))?;
        if !matches!(resolved.kind, Kind::Date | Kind::DateTime) {
            return Err(wrong_literal(resolved));
        }
        let as_value = |day: Date| {
            if resolved.kind == Kind::Date {
                return Ok(Sql::Text(day.to_string()));
            }
            day.to_zoned(TimeZone::UTC)
                .map(|at| Sql::Integer(at.timestamp().as_millisecond()))
                .map_err(|_| malformed(format!("{name}: out of range")))
        };
        let (first, end) = (as_value(first)?, as_value(end)?);
        let sql = &resolved.sql;
        // A parameter that the SQL does not name could not be bound, so each is added where it is used.
        Ok(match operator {
            Operator::Equal => {
                let (first, end) = (self.bind(first), self.bind(end));
                format!("({sql} IS NOT NULL AND {sql} >= {first} AND {sql} < {end})")
            }
            Operator::NotEqual => {
                let (first, end) = (self.bind(first), self.bind(end));
                format!("({sql} IS NULL OR {sql} < {first} OR {sql} >= {end})")
            }
            Operator::Less => format!("({sql} IS NOT NULL AND {sql} < {})", self.bind(first)),
            Operator::LessOrEqual => format!("({sql} IS NOT NULL AND {sql} < {})", self.bind(end)),
            Operator::Greater => format!("({sql} IS NOT NULL AND {sql} >= {})", self.bind(end)),
            Operator::GreaterOrEqual => format!("({sql} IS NOT NULL AND {sql} >= {})", self.bind(first)),
        })
    }

    /// A literal as the field stores it.
    #[expect(clippy::unused_self, reason = "reads as one of the compiler's steps")]
    fn plain(&self, resolved: &Resolved<'_>, literal: &Literal) -> Result<Sql, ApiError> {
        let kind = resolved.kind;
        match literal {
            Literal::Null => Ok(Sql::Null),
            Literal::Text(text) if text.is_empty() && (kind.is_text() || kind.is_id()) => Ok(Sql::Null),
            Literal::Text(text) if kind.is_id() => ids::normalise(text)
                .map(Sql::Text)
                .ok_or_else(|| ApiError::bad("INVALID_QUERY_FILTER_OPERATOR", format!("invalid ID field: {text}"))),
            Literal::Text(text) if kind.is_text() => Ok(Sql::Text(text.replace("\\_", "_").replace("\\%", "%"))),
            Literal::Boolean(on) if kind == Kind::Boolean => Ok(Sql::Integer(i64::from(*on))),
            Literal::Number(number) if kind == Kind::Int || kind.is_fraction() => Ok(Sql::Real(*number)),
            Literal::Date(text) if kind == Kind::Date => text
                .parse::<Date>()
                .map(|day| Sql::Text(day.to_string()))
                .map_err(|_| malformed(format!("invalid date: {text}"))),
            Literal::DateTime(text) if kind == Kind::DateTime => {
                parse_datetime(text).map(Sql::Integer).ok_or_else(|| malformed(format!("invalid dateTime: {text}")))
            }
            Literal::Text(_)
            | Literal::Boolean(_)
            | Literal::Number(_)
            | Literal::Date(_)
            | Literal::DateTime(_)
            | Literal::Relative { .. } => Err(wrong_literal(resolved)),
        }
    }
}

fn wrong_literal(resolved: &Resolved<'_>) -> ApiError {
    let quotes = if resolved.kind.is_text() || resolved.kind.is_id() {
        "should be enclosed in quotes"
    } else {
        "should not be enclosed in quotes"
    };
    let kind = if resolved.kind == Kind::DateTime {
        "dateTime"
    } else if resolved.kind.is_text() {
        "string"
    } else {
        resolved.kind.name()
    };
    ApiError::bad(
        "INVALID_FIELD",
        format!("value of filter criterion for field '{}' must be of type {kind} and {quotes}", resolved.name),
    )
}

/// The language's pattern with every backslash that escapes nothing doubled for SQL.
fn like_pattern(pattern: &str) -> String {
    let mut escaped = String::with_capacity(pattern.len());
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        escaped.push(letter);
        if letter == '\\' && !letters.peek().is_some_and(|next| matches!(next, '_' | '%')) {
            escaped.push('\\');
        } else if letter == '\\' {
            escaped.extend(letters.next());
        }
    }
    escaped
}
