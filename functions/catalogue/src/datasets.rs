//! The lake's datasets, those of the loops included: every fact of a loop's `metrics.rs` is a column of `<loop>_facts`, with its
//! doc comment as description. Kinds and names follow from the metrics' JSON Schema, so no column is written down twice.
//!
//! | in the metrics | in the lake |
//! |---|---|
//! | text, an enum, an id | text |
//! | a whole number; a number; yes or no | the same |
//! | a struct `provenance` with `verified` | a column `provenance_verified` |
//! | a list of texts | one text, with commas |
//! | a list of structs `factors` | rows of a dataset of their own, `<loop>_factors` |

use revloops_lake::{Column, Dataset, Guard, Kind};
use serde_json::{Map, Value};

use crate::all;

/// Every dataset of the lake.
#[must_use]
pub fn datasets() -> Vec<Dataset> {
    let of_loops = all().into_iter().flat_map(|entry| {
        let schema = (entry.metric_schema)();
        datasets_of(entry.card.name, &schema.to_value())
    });
    revloops_lake::datasets().into_iter().chain(of_loops).collect()
}

/// The rows that one metric of a run becomes: the dataset's name, the place among the metric's rows, and the members that are
/// columns of the loop's own. A fact that the loop no longer reports is left out.
#[must_use]
pub fn fact_rows(loop_name: &str, datasets: &[Dataset], metric: &Value) -> Vec<(String, Map<String, Value>)> {
    let Value::Object(metric) = metric else { return Vec::new() };
    let named = |name: &str| datasets.iter().find(|dataset| dataset.name == format!("{loop_name}_{name}"));
    let mut rows = Vec::new();
    if let Some(dataset) = named(FACTS) {
        rows.push((dataset.name.clone(), members(dataset, metric)));
    }
    for (name, value) in metric {
        let (Some(dataset), Value::Array(items)) = (named(name), value) else { continue };
        let items = items.iter().filter_map(Value::as_object);
        rows.extend(items.map(|item| (dataset.name.clone(), members(dataset, item))));
    }
    rows
}

const FACTS: &str = "facts";

fn members(dataset: &Dataset, metric: &Map<String, Value>) -> Map<String, Value> {
    let mut flat = Map::new();
    flatten("", metric, &mut flat);
    flat.retain(|name, _| dataset.column(name).is_some());
    flat
}

fn flatten(prefix: &str, members: &Map<String, Value>, flat: &mut Map<String, Value>) {
    for (name, value) in members {
        let name = format!("{prefix}{name}");
        match value {
            Value::Object(inner) => flatten(&format!("{name}_"), inner, flat),
            Value::Array(items) => {
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                if texts.len() == items.len() {
                    flat.insert(name, Value::from(texts.join(",")));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                flat.insert(name, value.clone());
            }
        }
    }
}

fn datasets_of(loop_name: &str, schema: &Value) -> Vec<Dataset> {
    let what = format!("What {loop_name} reports of its runs, as its metrics say");
    let mut found = Found { schema, columns: Vec::new(), lists: Vec::new() };
    found.add("", schema);
    let facts = based(&format!("{loop_name}_{FACTS}"), &what, found.columns);
    let lists = found.lists.into_iter().map(|(name, description, item)| {
        let mut found = Found { schema, columns: Vec::new(), lists: Vec::new() };
        found.add("", item);
        based(&format!("{loop_name}_{name}"), &format!("{description}: one row each"), found.columns)
    });
    std::iter::once(facts).chain(lists).collect()
}

fn based(name: &str, description: &str, columns: Vec<Column>) -> Dataset {
    let mut dataset = Dataset::new(name, description)
        .texts(&[("run_id", "The run; decisions has it, too")])
        .measure("position", "place", "Its place among the run's rows, from 0")
        .texts(&[("record_id", "The CRM's record that was decided about; none where it is no record")])
        .column_of("decided_at", Kind::Time, "When it was decided")
        .keyed(&["run_id", "position"])
        .by_day("decided_at")
        .seen_by(Guard::Record("record_id".to_owned()));
    dataset.columns.extend(columns);
    dataset
}

/// What a schema's properties become.
struct Found<'a> {
    schema: &'a Value,
    columns: Vec<Column>,
    lists: Vec<(String, String, &'a Value)>,
}

/// What a property is.
enum Shape<'a> {
    Cell(Kind),
    Struct(&'a Value),
    Rows(&'a Value),
}

impl<'a> Found<'a> {
    fn add(&mut self, prefix: &str, of: &'a Value) {
        for (name, property) in of.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let description = words(property).unwrap_or_default();
            match self.shape(property) {
                Some(Shape::Cell(kind)) => {
                    let name = format!("{prefix}{name}");
                    let unit = if is_money(property) { Some("cents") } else { unit(&name) };
                    let description = description.trim_end_matches('.').to_owned();
                    self.columns.push(Column { unit, kind, description, name });
                }
                Some(Shape::Struct(inner)) => self.add(&format!("{prefix}{name}_"), inner),
                Some(Shape::Rows(item)) => {
                    self.lists.push((name.clone(), description.trim_end_matches('.').to_owned(), item));
                }
                None => {}
            }
        }
    }

    fn shape(&self, property: &'a Value) -> Option<Shape<'a>> {
        if let Some(reference) = property.get("$ref").and_then(Value::as_str) {
            return self.shape(self.schema.pointer(reference.strip_prefix('#')?)?);
        }
        // What may be null, and an enum whose choices have descriptions.
        for any in ["anyOf", "oneOf"] {
            if let Some(choices) = property.get(any).and_then(Value::as_array) {
                return choices.iter().find_map(|choice| self.shape(choice));
            }
        }
        let types = match property.get("type") {
            Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(one)) => vec![one.as_str()],
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
        };
        match types.into_iter().find(|one| *one != "null")? {
            "string" => Some(Shape::Cell(Kind::Text)),
            "integer" => Some(Shape::Cell(Kind::Whole)),
            "number" => Some(Shape::Cell(Kind::Number)),
            "boolean" => Some(Shape::Cell(Kind::Truth)),
            "object" => Some(Shape::Struct(property)),
            "array" => match self.shape(property.get("items")?)? {
                Shape::Cell(_) => Some(Shape::Cell(Kind::Text)),
                Shape::Struct(item) => Some(Shape::Rows(item)),
                Shape::Rows(_) => None,
            },
            _ => None,
        }
    }
}

fn words(property: &Value) -> Option<String> {
    property
        .get("description")
        .and_then(Value::as_str)
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn is_money(property: &Value) -> bool {
    let names =
        |schema: &Value| schema.get("$ref").and_then(Value::as_str).is_some_and(|name| name.ends_with("/Cents"));
    names(property) || property.get("anyOf").and_then(Value::as_array).is_some_and(|choices| choices.iter().any(names))
}

/// The unit that a column's name ends with, or begins with.
fn unit(name: &str) -> Option<&'static str> {
    ["microusd", "ms", "minutes", "hours", "tokens", "points"]
        .into_iter()
        .find(|unit| name.strip_suffix(unit).is_some_and(|rest| rest.ends_with('_')))
        .or_else(|| name.starts_with("days_").then_some("days"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    fn dataset(name: &str) -> Dataset {
        datasets().into_iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no dataset {name}"))
    }

    #[test]
    fn every_fact_of_every_loop_is_a_column_with_its_doc_comment() {
        for entry in all() {
            let name = entry.card.name;
            let source =
                std::fs::read_to_string(format!("{}/../loops/{name}/src/metrics.rs", env!("CARGO_MANIFEST_DIR")));
            let source = source.unwrap();
            let of_loop: Vec<Dataset> =
                datasets().into_iter().filter(|one| one.name.starts_with(&format!("{name}_"))).collect();
            let columns: Vec<&Column> = of_loop.iter().flat_map(|one| &one.columns).collect();
            let (mut comment, mut inside, mut facts) = (String::new(), false, 0);
            for line in source.lines() {
                if line.starts_with("pub struct") {
                    inside = true;
                } else if line == "}" {
                    inside = false;
                } else if let Some(words) = line.strip_prefix("    /// ").filter(|_| inside) {
                    comment = format!("{comment} {words}");
                } else if let Some((fact, _)) =
                    line.strip_prefix("    pub ").filter(|_| inside).and_then(|field| field.split_once(':'))
                {
                    facts += 1;
                    let says = std::mem::take(&mut comment);
                    let says = says.trim().trim_end_matches('.');
                    let named = |one: &Column| one.name == fact || one.name.ends_with(&format!("_{fact}"));
                    let mine = columns.iter().any(|one| named(one) && one.description == says);
                    let nested = columns.iter().any(|one| one.name.starts_with(&format!("{fact}_")))
                        || of_loop.iter().any(|one| one.name == format!("{name}_{fact}"))
                        // Flattened into its struct.
                        || (name == "deploy" && fact == "counts" && columns.iter().any(|one| one.name == "accounts_in"));
                    assert!(mine || nested, "{name}: {fact}: {says}");
                }
            }
            assert!(facts > 5, "{name} has {facts} facts");
        }
    }

    #[test]
    fn names_are_fit_for_sql_and_everything_has_a_description() {
        let mut names = BTreeSet::new();
        for dataset in datasets() {
            assert!(names.insert(dataset.name.clone()), "{} is there twice", dataset.name);
            assert!(!dataset.description.is_empty());
            let mut columns = BTreeSet::new();
            for column in &dataset.columns {
                let fit = column.name.starts_with(|c: char| c.is_ascii_lowercase())
                    && column.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
                assert!(fit, "{}.{}", dataset.name, column.name);
                assert!(columns.insert(&column.name), "{}.{} is there twice", dataset.name, column.name);
                assert!(!column.description.is_empty(), "{}.{} says nothing", dataset.name, column.name);
            }
            for column in dataset.key.iter().chain(&dataset.day) {
                assert!(columns.contains(column), "{} has no {column}", dataset.name);
            }
        }
    }

    #[test]
    fn kinds_and_units_follow_from_the_metrics() {
        let qualify = dataset("qualify_facts");
        let is = |name: &str| qualify.column(name).map(|column| (column.kind, column.unit));
        assert_eq!(is("score"), Some((Kind::Whole, None)));
        assert_eq!(is("status"), Some((Kind::Text, None)));
        assert_eq!(is("cached"), Some((Kind::Truth, None)));
        assert_eq!(is("data_microusd"), Some((Kind::Whole, Some("microusd"))));
        assert_eq!(is("disqualified_because"), Some((Kind::Text, None)));
        assert_eq!(is("provenance_verified"), Some((Kind::Whole, None)));
        assert_eq!(dataset("design_facts").column("gap").unwrap().unit, Some("cents"));
        assert_eq!(dataset("pursue_facts").column("won").unwrap().kind, Kind::Truth);
        assert_eq!(dataset("qualify_factors").column("points").unwrap().kind, Kind::Whole);
    }

    #[test]
    fn a_metric_becomes_a_row_of_facts_and_rows_of_its_lists() {
        let metric = json!({
            "score": 80, "disqualified_because": ["free_mail", "too_small"], "provenance": {"verified": 2, "conflict": 1},
            "factors": [{"factor": "size", "choice": null, "points": 5}, {"factor": "title", "choice": "vp", "points": 9}],
            "gone_since": 1,
        });
        let rows = fact_rows("qualify", &datasets(), &metric);
        let (name, facts) = &rows[0];
        assert_eq!(name, "qualify_facts");
        let wanted = json!({"score": 80, "disqualified_because": "free_mail,too_small", "provenance_verified": 2, "provenance_conflict": 1});
        assert_eq!(Value::Object(facts.clone()), wanted);
        let factors: Vec<_> =
            rows[1..].iter().map(|(name, row)| (name.as_str(), row["factor"].as_str().unwrap())).collect();
        assert_eq!(factors, [("qualify_factors", "size"), ("qualify_factors", "title")]);
    }
}
