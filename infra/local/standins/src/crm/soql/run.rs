//! Runs a query and shapes its rows as the API does.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row};
use serde_json::{Map, Value as Json, json};

use super::compile::{Compiled, Node, Shape, compile};
use super::parser::parse;
use crate::crm::access::Viewer;
use crate::crm::error::ApiError;
use crate::crm::schema::Schema;
use crate::crm::store::values::{as_text, to_json};

/// All that a query found.
pub(crate) struct Answer {
    pub(crate) total: usize,
    pub(crate) records: Vec<Json>,
}

/// Runs `text` and finds what `viewer` may read; `deleted` lets deleted records in, `version` goes into the records' URLs.
///
/// # Errors
/// `MALFORMED_QUERY`, `INVALID_TYPE`, `INVALID_FIELD`, `INVALID_QUERY_FILTER_OPERATOR`.
pub(crate) fn run(
    conn: &Connection,
    schema: &Schema,
    viewer: &Viewer,
    text: &str,
    now: i64,
    deleted: bool,
    version: &str,
) -> Result<Answer, ApiError> {
    let query = parse(text)?;
    let compiled = compile(schema, viewer, &query, now, deleted)?;
    let runner = Runner { conn, schema, version };
    let records = runner.rows(&compiled, None)?;
    match (&compiled.shape, records.as_slice()) {
        (Shape::Count, [count]) => Ok(Answer {
            total: count.as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or_default(),
            records: Vec::new(),
        }),
        _ => Ok(Answer { total: records.len(), records }),
    }
}

struct Runner<'a> {
    conn: &'a Connection,
    schema: &'a Schema,
    version: &'a str,
}

impl Runner<'_> {
    fn rows(&self, compiled: &Compiled<'_>, parent: Option<&str>) -> Result<Vec<Json>, ApiError> {
        let mut statement = self.conn.prepare_cached(&compiled.sql)?;
        for (place, value) in compiled.params.iter().enumerate() {
            statement.raw_bind_parameter(place + 1, value)?;
        }
        if let Some(parent) = parent {
            statement.raw_bind_parameter(1, parent)?;
        }
        let mut rows = statement.raw_query();
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            records.push(self.record(row, &compiled.shape)?);
        }
        Ok(records)
    }

    fn record(&self, row: &Row<'_>, shape: &Shape<'_>) -> Result<Json, ApiError> {
        match shape {
            Shape::Count => Ok(Json::from(row.get::<_, i64>(0)?)),
            Shape::Groups(columns) => {
                let mut record = Map::new();
                record.insert("attributes".into(), json!({ "type": "AggregateResult" }));
                for (place, (name, kind)) in columns.iter().enumerate() {
                    record.insert(name.clone(), to_json(*kind, &row.get::<_, Sql>(place)?));
                }
                Ok(Json::Object(record))
            }
            Shape::Records { object, nodes } => {
                let id: String = row.get(0)?;
                let mut record = Map::new();
                record.insert("attributes".into(), json!({ "type": object.name, "url": self.url(&object.name, &id) }));
                self.fill(&mut record, row, nodes, &id)?;
                Ok(Json::Object(record))
            }
        }
    }

    fn fill(
        &self,
        record: &mut Map<String, Json>,
        row: &Row<'_>,
        nodes: &[Node<'_>],
        id: &str,
    ) -> Result<(), ApiError> {
        for node in nodes {
            match node {
                Node::Value { name, column, kind } => {
                    record.insert(name.clone(), to_json(*kind, &row.get::<_, Sql>(*column)?));
                }
                Node::Parent { name, id: id_column, polymorphic, nodes } => {
                    let value: Sql = row.get(*id_column)?;
                    let parent = match as_text(&value) {
                        None => Json::Null,
                        Some(parent_id) => {
                            let object = self
                                .schema
                                .object_of_id(parent_id)
                                .map(|object| object.name.as_str())
                                .unwrap_or_default();
                            let kind = if *polymorphic { "Name" } else { object };
                            let mut parent = Map::new();
                            parent.insert(
                                "attributes".into(),
                                json!({ "type": kind, "url": self.url(object, parent_id) }),
                            );
                            self.fill(&mut parent, row, nodes, parent_id)?;
                            Json::Object(parent)
                        }
                    };
                    record.insert(name.clone(), parent);
                }
                Node::Children { name, compiled } => {
                    let children = self.rows(compiled, Some(id))?;
                    let children = if children.is_empty() {
                        Json::Null
                    } else {
                        json!({ "totalSize": children.len(), "done": true, "records": children })
                    };
                    record.insert(name.clone(), children);
                }
            }
        }
        Ok(())
    }

    fn url(&self, object: &str, id: &str) -> String {
        format!("/services/data/{}/sobjects/{object}/{id}", self.version)
    }
}
