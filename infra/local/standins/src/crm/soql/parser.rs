//! Tokens → [`Query`], by recursive descent.

use super::ast::{Aggregate, Condition, FieldSet, Function, Item, Literal, Operand, Operator, Order, Path, Query};
use super::cursor::{Cursor, shown};
use super::lexer::{Token, tokens};
use super::malformed;
use crate::crm::error::ApiError;

pub(super) fn parse(text: &str) -> Result<Query, ApiError> {
    let mut parser = Cursor { tokens: tokens(text)?, at: 0, depth: 0 };
    let query = parser.query()?;
    match parser.peek() {
        None => Ok(query),
        Some(token) => Err(malformed(format!("unexpected token: {}", shown(Some(token))))),
    }
}

impl Cursor {
    fn query(&mut self) -> Result<Query, ApiError> {
        self.deeper()?;
        self.expect_word("SELECT")?;
        let mut select = vec![self.item()?];
        while self.take_symbol(",") {
            select.push(self.item()?);
        }
        self.expect_word("FROM")?;
        let from = self.name()?;
        self.take_word("AS");
        let alias =
            self.free_name(&["WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "HAVING", "WITH", "FOR", "ALL", "USING"]);
        if self.take_word("USING") {
            self.expect_word("SCOPE")?;
            self.name()?;
        }
        let condition = if self.take_word("WHERE") { Some(self.condition()?) } else { None };
        if self.take_word("WITH") {
            // SECURITY_ENFORCED, USER_MODE, SYSTEM_MODE: the stand-in's users may all read everything.
            self.name()?;
        }
        let mut group_by = Vec::new();
        if self.take_word("GROUP") {
            self.expect_word("BY")?;
            group_by.push(self.path()?);
            while self.take_symbol(",") {
                group_by.push(self.path()?);
            }
        }
        let having = if self.take_word("HAVING") { Some(self.condition()?) } else { None };
        let mut order_by = Vec::new();
        if self.take_word("ORDER") {
            self.expect_word("BY")?;
            order_by.push(self.order()?);
            while self.take_symbol(",") {
                order_by.push(self.order()?);
            }
        }
        let limit = if self.take_word("LIMIT") { Some(self.whole_number()?) } else { None };
        let offset = if self.take_word("OFFSET") { Some(self.whole_number()?) } else { None };
        let mut all_rows = false;
        if self.take_word("ALL") {
            self.expect_word("ROWS")?;
            all_rows = true;
        }
        while self.take_word("FOR") {
            self.name()?;
        }
        self.depth -= 1;
        Ok(Query { select, from, alias, condition, group_by, having, order_by, limit, offset, all_rows })
    }

    fn item(&mut self) -> Result<Item, ApiError> {
        if self.take_symbol("(") {
            let query = self.query()?;
            self.expect_symbol(")")?;
            return Ok(Item::Children(Box::new(query)));
        }
        if self.is_word("FIELDS") && self.is_symbol_after("(") {
            self.at += 2;
            let set = match self.name()?.to_ascii_uppercase().as_str() {
                "ALL" => FieldSet::All,
                "STANDARD" => FieldSet::Standard,
                "CUSTOM" => FieldSet::Custom,
                other => return Err(malformed(format!("unexpected token: '{other}' in FIELDS()"))),
            };
            self.expect_symbol(")")?;
            return Ok(Item::Fields(set));
        }
        let item = match self.operand()? {
            Operand::Field(path) => Item::Field { path, alias: self.free_name(&["FROM"]) },
            Operand::Aggregate(aggregate) => Item::Aggregate { aggregate, alias: self.free_name(&["FROM"]) },
        };
        Ok(item)
    }

    fn operand(&mut self) -> Result<Operand, ApiError> {
        if !self.is_symbol_after("(") {
            return Ok(Operand::Field(self.path()?));
        }
        let name = self.name()?;
        let function = match name.to_ascii_uppercase().as_str() {
            "COUNT" => Function::Count,
            "COUNT_DISTINCT" => Function::CountDistinct,
            "SUM" => Function::Sum,
            "AVG" => Function::Avg,
            "MIN" => Function::Min,
            "MAX" => Function::Max,
            // Both only change how a value is shown.
            "TOLABEL" | "FORMAT" => {
                self.expect_symbol("(")?;
                let path = self.path()?;
                self.expect_symbol(")")?;
                return Ok(Operand::Field(path));
            }
            _ => return Err(malformed(format!("the stand-in does not know the function {name}"))),
        };
        self.expect_symbol("(")?;
        let path = if self.take_symbol(")") {
            None
        } else {
            let path = self.path()?;
            self.expect_symbol(")")?;
            Some(path)
        };
        if path.is_none() && function != Function::Count {
            return Err(malformed(format!("{name} needs a field")));
        }
        Ok(Operand::Aggregate(Aggregate { function, path }))
    }

    fn order(&mut self) -> Result<Order, ApiError> {
        let operand = self.operand()?;
        let descending = self.take_word("DESC");
        if !descending {
            self.take_word("ASC");
        }
        let mut nulls_last = false;
        if self.take_word("NULLS") {
            nulls_last = self.take_word("LAST");
            if !nulls_last {
                self.expect_word("FIRST")?;
            }
        }
        Ok(Order { operand, descending, nulls_last })
    }

    /// One level of a condition: AND and OR may not be mixed without parentheses.
    fn condition(&mut self) -> Result<Condition, ApiError> {
        self.deeper()?;
        let mut parts = vec![self.simple_condition()?];
        let condition = if self.is_word("AND") {
            while self.take_word("AND") {
                parts.push(self.simple_condition()?);
            }
            Condition::And(parts)
        } else if self.is_word("OR") {
            while self.take_word("OR") {
                parts.push(self.simple_condition()?);
            }
            Condition::Or(parts)
        } else {
            parts.remove(0)
        };
        if self.is_word("AND") || self.is_word("OR") {
            return Err(malformed(format!(
                "unexpected token: {}: AND and OR need parentheses when mixed",
                shown(self.peek())
            )));
        }
        self.depth -= 1;
        Ok(condition)
    }

    fn simple_condition(&mut self) -> Result<Condition, ApiError> {
        if self.take_word("NOT") {
            self.deeper()?;
            let inner = self.simple_condition()?;
            self.depth -= 1;
            return Ok(Condition::Not(Box::new(inner)));
        }
        if self.take_symbol("(") {
            let inner = self.condition()?;
            self.expect_symbol(")")?;
            return Ok(inner);
        }
        let operand = self.operand()?;
        if self.take_word("LIKE") {
            return match self.next() {
                Some(Token::Text(pattern)) => Ok(Condition::Like { operand, pattern }),
                other => Err(malformed(format!("unexpected token: {} after LIKE", shown(other.as_ref())))),
            };
        }
        if self.take_word("IN") {
            return self.membership(operand, false);
        }
        if self.take_word("NOT") {
            self.expect_word("IN")?;
            return self.membership(operand, true);
        }
        let operator = match self.next() {
            Some(Token::Symbol("=")) => Operator::Equal,
            Some(Token::Symbol("!=" | "<>")) => Operator::NotEqual,
            Some(Token::Symbol("<")) => Operator::Less,
            Some(Token::Symbol("<=")) => Operator::LessOrEqual,
            Some(Token::Symbol(">")) => Operator::Greater,
            Some(Token::Symbol(">=")) => Operator::GreaterOrEqual,
            other => return Err(malformed(format!("unexpected token: {}", shown(other.as_ref())))),
        };
        Ok(Condition::Compare { operand, operator, value: self.literal()? })
    }

    fn membership(&mut self, operand: Operand, negated: bool) -> Result<Condition, ApiError> {
        self.expect_symbol("(")?;
        if self.is_word("SELECT") {
            let query = Box::new(self.query()?);
            self.expect_symbol(")")?;
            return Ok(Condition::InQuery { operand, negated, query });
        }
        let mut values = vec![self.literal()?];
        while self.take_symbol(",") {
            values.push(self.literal()?);
        }
        self.expect_symbol(")")?;
        Ok(Condition::InList { operand, negated, values })
    }

    fn literal(&mut self) -> Result<Literal, ApiError> {
        match self.next() {
            Some(Token::Text(text)) => Ok(Literal::Text(text)),
            Some(Token::Number(number)) => Ok(Literal::Number(number)),
            Some(Token::Date(text)) => Ok(Literal::Date(text)),
            Some(Token::DateTime(text)) => Ok(Literal::DateTime(text)),
            Some(Token::Word(word)) => {
                let name = word.to_ascii_uppercase();
                match name.as_str() {
                    "TRUE" => return Ok(Literal::Boolean(true)),
                    "FALSE" => return Ok(Literal::Boolean(false)),
                    "NULL" => return Ok(Literal::Null),
                    _ => {}
                }
                let count = if self.take_symbol(":") {
                    let count = i32::try_from(self.whole_number()?)
                        .map_err(|_| malformed(format!("{name}: the number is too large")))?;
                    Some(count)
                } else {
                    None
                };
                if super::dates::is_known(&name, count.is_some()) {
                    return Ok(Literal::Relative { name, count });
                }
                Err(malformed(format!("unexpected token: '{word}'")))
            }
            other => Err(malformed(format!("unexpected token: {}", shown(other.as_ref())))),
        }
    }

    fn path(&mut self) -> Result<Path, ApiError> {
        let name = self.name()?;
        let path: Path = name.split('.').map(str::to_owned).collect();
        // Five steps up are what the language allows.
        if path.iter().any(String::is_empty) || path.len() > 6 {
            return Err(malformed(format!("unexpected token: '{name}'")));
        }
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::crm::soql::ast::{Condition, Item, Literal, Operand, Operator};

    #[test]
    fn keywords_are_read_in_any_case_and_all_clauses_in_order() {
        let query = parse("select Id, Owner.Name o from Lead l where Company like 'A%' group by Status having count(Id) > 1 order by Name desc nulls last, Id limit 5 offset 10 all rows").unwrap();
        assert_eq!((query.from.as_str(), query.alias.as_deref()), ("Lead", Some("l")));
        assert_eq!((query.limit, query.offset, query.all_rows), (Some(5), Some(10), true));
        assert_eq!(
            query.order_by.iter().map(|order| (order.descending, order.nulls_last)).collect::<Vec<_>>(),
            [(true, true), (false, false)]
        );
        assert!(query.having.is_some());
        assert!(matches!(&query.select[1], Item::Field { path, .. } if path == &["Owner", "Name"]));
    }

    #[test]
    fn quotes_and_backslashes_are_read_from_text() {
        let query = parse(r"SELECT Id FROM Lead WHERE Company = 'O\'Hara \\ S\u00f8n'");
        assert!(query.is_err(), "\\u is no escape of the language");
        let query = parse(r"SELECT Id FROM Lead WHERE Company = 'O\'Hara \\ Søn\n'").unwrap();
        let Some(Condition::Compare { value, operator, operand }) = query.condition else { panic!() };
        assert_eq!((operator, value), (Operator::Equal, Literal::Text("O'Hara \\ Søn\n".into())));
        assert_eq!(operand, Operand::Field(vec!["Company".into()]));
    }

    #[test]
    fn not_binds_to_the_next_condition_only() {
        let query = parse("SELECT Id FROM Lead WHERE NOT Company = 'a' AND Status = 'b'").unwrap();
        let Some(Condition::And(parts)) = query.condition else { panic!() };
        assert!(matches!(parts[0], Condition::Not(_)) && matches!(parts[1], Condition::Compare { .. }));
    }

    #[test]
    fn what_is_no_query_is_refused() {
        for wrong in [
            "",
            "SELECT",
            "SELECT FROM Lead",
            "SELECT Id",
            "SELECT Id FROM Lead WHERE",
            "SELECT Id FROM Lead WHERE Name",
            "SELECT Id FROM Lead WHERE Name = 'x",
            "SELECT Id FROM Lead WHERE Name = x",
            "SELECT Id FROM Lead WHERE a = 1 AND b = 2 OR c = 3",
            "SELECT Id FROM Lead WHERE Id IN ()",
            "SELECT Id FROM Lead LIMIT -1",
            "SELECT Id FROM Lead LIMIT 1 extra words",
            "SELECT Id FROM Lead; DROP TABLE Lead",
            "SELECT Id, FROM Lead",
            "SELECT * FROM Lead",
            "SELECT Id FROM Lead WHERE CreatedDate = LAST_N_DAYS",
            "SELECT Id FROM Lead WHERE CreatedDate = TODAY:3",
        ] {
            assert_eq!(parse(wrong).unwrap_err().code, "MALFORMED_QUERY", "{wrong}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_overflow() {
        let deep = format!("SELECT Id FROM Lead WHERE {}Name = 'x'{}", "(".repeat(10_000), ")".repeat(10_000));
        assert_eq!(parse(&deep).unwrap_err().code, "MALFORMED_QUERY");
        let nots = format!("SELECT Id FROM Lead WHERE {} Name = 'x'", "NOT ".repeat(10_000));
        assert_eq!(parse(&nots).unwrap_err().code, "MALFORMED_QUERY");
    }
}
