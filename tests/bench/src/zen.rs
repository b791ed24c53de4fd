//! The rules in GoRules' `zen-engine`, compiled beforehand, in two forms.

use serde_json::{Value, json};
use zen_engine::model::GraphContent;
use zen_engine::{Decision, Variable};
use zen_expression::expression::Standard;
use zen_expression::vm::VM;
use zen_expression::{Expression, compile_expression};

use crate::market::Lead;
use crate::ours::Verdict;
use crate::rules::{Asks, Config, Rule, listed};

const COLUMNS: [&str; 8] = ["country", "state", "industry", "employees", "segment", "domain", "score", "territory"];

/// A lead as both forms read it.
pub fn context(lead: &Lead) -> Variable {
    json!({
        "country": lead.country, "state": lead.state, "industry": lead.industry, "employees": lead.employees,
        "segment": lead.segment, "domain": &*lead.domain, "score": lead.score,
    })
    .into()
}

/// Two decision tables, one after the other; `compile` builds zen's bytecode and its index of equalities.
pub fn tables(config: &Config) -> Decision {
    let node = |id: &str, rules: &[Rule]| {
        let columns: Vec<&str> = COLUMNS
            .into_iter()
            .filter(|field| rules.iter().any(|rule| rule.tests.iter().any(|test| test.field == *field)))
            .collect();
        let inputs: Vec<Value> =
            columns.iter().map(|field| json!({"id": field, "name": field, "field": field})).collect();
        let rows: Vec<Value> = rules
            .iter()
            .map(|rule| {
                let mut row = serde_json::Map::new();
                row.insert("_id".into(), json!(rule.id));
                for field in &columns {
                    let test = rule.tests.iter().find(|test| test.field == *field);
                    row.insert((*field).into(), json!(test.map(|test| cell(&test.asks)).unwrap_or_default()));
                }
                row.insert("out".into(), json!(format!("\"{}\"", rule.id)));
                Value::Object(row)
            })
            .collect();
        json!({
            "id": id, "name": id, "type": "decisionTableNode",
            "content": {
                "hitPolicy": "first", "passThrough": true, "inputField": null, "outputPath": null, "executionMode": "single",
                "inputs": inputs, "outputs": [{"id": "out", "name": id, "field": id}], "rules": rows,
            },
        })
    };
    let edge =
        |from: &str, to: &str| json!({"id": format!("{from}-{to}"), "sourceId": from, "targetId": to, "type": "edge"});
    let graph = json!({
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "content": {}},
            node("territory", &config.territories),
            node("rule", &config.rules),
            {"id": "out", "name": "out", "type": "outputNode", "content": {}},
        ],
        "edges": [edge("in", "territory"), edge("territory", "rule"), edge("rule", "out")],
    });
    let mut graph: GraphContent = serde_json::from_value(graph).expect("a decision model");
    graph.compile();
    Decision::from(graph)
}

/// The verdict of the tables.
pub async fn decide(decision: &Decision, context: Variable) -> Verdict {
    let answer = decision.evaluate(context).await.expect("an answer");
    let place = |field: &str| place(answer.result.dot(field).and_then(|id| id.as_str().map(str::to_owned)).as_deref());
    Verdict { rule: place("rule"), territory: place("territory") }
}

/// One compiled expression a rule, tried in order.
pub struct Expressions {
    territories: Vec<Expression<Standard>>,
    rules: Vec<Expression<Standard>>,
    names: Vec<Variable>,
    vm: VM,
}

impl Expressions {
    pub fn new(config: &Config) -> Self {
        let compiled = |rules: &[Rule]| {
            rules.iter().map(|rule| compile_expression(&expression(rule)).expect("an expression")).collect()
        };
        Self {
            territories: compiled(&config.territories),
            rules: compiled(&config.rules),
            names: config.territories.iter().map(|one| json!(one.id).into()).collect(),
            vm: VM::new(),
        }
    }

    pub fn decide(&mut self, context: &Variable) -> Verdict {
        let vm = &mut self.vm;
        let mut first = |rules: &[Expression<Standard>]| {
            let holds = |rule: &Expression<Standard>, vm: &mut VM| {
                rule.evaluate_with(context.clone(), vm).ok().and_then(|held| held.as_bool()).unwrap_or(false)
            };
            rules.iter().position(|rule| holds(rule, vm)).unwrap_or(0)
        };
        let territory = first(&self.territories);
        context.dot_insert("territory", self.names[territory].clone());
        Verdict { rule: first(&self.rules), territory }
    }
}

/// `rule-0017` → 17.
fn place(id: Option<&str>) -> usize {
    id.and_then(|id| id.rsplit_once('-')).and_then(|(_, number)| number.parse().ok()).expect("an id with its place")
}

fn quoted(values: impl Iterator<Item = String>) -> String {
    values.map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(",")
}

/// A cell of a decision table.
fn cell(asks: &Asks) -> String {
    match asks {
        Asks::OneOf(values) => quoted(values.iter().cloned()),
        Asks::AtLeast(from) => format!(">= {from}"),
        Asks::Between(from, to) => format!("[{from}..{to}]"),
        Asks::Listed => quoted(listed()),
    }
}

fn expression(rule: &Rule) -> String {
    let test = |field: &str, asks: &Asks| match asks {
        Asks::OneOf(values) => match values.as_slice() {
            [only] => format!("{field} == \"{only}\""),
            _ => format!("{field} in [{}]", quoted(values.iter().cloned())),
        },
        Asks::AtLeast(from) => format!("{field} != null and {field} >= {from}"),
        Asks::Between(from, to) => format!("{field} != null and {field} >= {from} and {field} <= {to}"),
        Asks::Listed => format!("{field} in [{}]", quoted(listed())),
    };
    // What is cheap to ask first.
    let mut tests: Vec<_> = rule.tests.iter().collect();
    tests.sort_by_key(|test| test.asks == Asks::Listed);
    let tests: Vec<String> = tests.into_iter().map(|one| test(one.field, &one.asks)).collect();
    if tests.is_empty() { "true".to_owned() } else { tests.join(" and ") }
}
