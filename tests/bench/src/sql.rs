//! The rules as one SQL `CASE` (and one more for the territory), for `duckdb_case.py`.

use crate::rules::{Asks, Config, Rule};

/// A query over the table `accounts` and the list `listed`: id, rule and territory of every account.
pub fn query(config: &Config) -> String {
    format!(
        "WITH known AS (SELECT accounts.*, listed.domain IS NOT NULL AS is_listed FROM accounts LEFT JOIN listed USING (domain)),\n\
         placed AS (SELECT *, {} AS territory FROM known)\n\
         SELECT id, {} AS rule, territory FROM placed",
        case(&config.territories),
        case(&config.rules)
    )
}

fn case(rules: &[Rule]) -> String {
    let mut text = "CASE".to_owned();
    for rule in rules {
        let tests: Vec<String> = rule.tests.iter().map(|test| condition(test.field, &test.asks)).collect();
        if tests.is_empty() {
            text.push_str(&format!("\n ELSE '{}'", rule.id));
        } else {
            text.push_str(&format!("\n WHEN {} THEN '{}'", tests.join(" AND "), rule.id));
        }
    }
    text + "\nEND"
}

fn condition(field: &str, asks: &Asks) -> String {
    match asks {
        Asks::OneOf(values) => {
            format!("{field} IN ({})", values.iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(","))
        }
        Asks::AtLeast(from) => format!("{field} >= {from}"),
        Asks::Between(from, to) => format!("{field} BETWEEN {from} AND {to}"),
        Asks::Listed => "is_listed".to_owned(),
    }
}
