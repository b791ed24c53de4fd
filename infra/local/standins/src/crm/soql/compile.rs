//! Query → one SQL statement, with a plan of how its columns become JSON.
//!
//! Names in the SQL come from the schema, values are always bound: nothing that a client wrote is ever part of the SQL text.

use std::collections::BTreeMap;

use rusqlite::types::Value as Sql;

use super::ast::{FieldSet, Item, Path, Query};
use super::malformed;
use crate::crm::access::Viewer;
use crate::crm::error::ApiError;
use crate::crm::schema::{Field, Kind, Object, Schema};

/// A statement and what its columns mean.
#[derive(Debug)]
pub(super) struct Compiled<'s> {
    pub(super) sql: String,
    pub(super) params: Vec<Sql>,
    pub(super) shape: Shape<'s>,
}

#[derive(Debug)]
pub(super) enum Shape<'s> {
    /// `SELECT COUNT()`: one number.
    Count,
    /// Column 0 is the record's id.
    Records { object: &'s Object, nodes: Vec<Node<'s>> },
    /// Name and kind of each column.
    Groups(Vec<(String, Kind)>),
}

/// How a part of a record is made.
#[derive(Debug)]
pub(super) enum Node<'s> {
    Value {
        name: String,
        column: usize,
        kind: Kind,
    },
    /// `id` is the column that holds the parent's id; a null there makes the parent null.
    Parent {
        name: String,
        id: usize,
        polymorphic: bool,
        nodes: Vec<Node<'s>>,
    },
    /// Run once a record, with the record's id as the first parameter.
    Children {
        name: String,
        compiled: Box<Compiled<'s>>,
    },
}

/// Something with a value in the statement.
#[derive(Debug, Clone)]
pub(super) struct Resolved<'s> {
    pub(super) sql: String,
    pub(super) kind: Kind,
    pub(super) name: String,
    /// Absent for an aggregate.
    pub(super) field: Option<&'s Field>,
}

/// Where a path has got to.
#[derive(Clone)]
pub(super) enum Place<'s> {
    One { alias: String, object: &'s Object },
    Any(Vec<(String, &'s Object)>),
}

pub(super) struct Compiler<'s> {
    pub(super) schema: &'s Schema,
    pub(super) viewer: &'s Viewer,
    pub(super) now: i64,
    pub(super) params: Vec<Sql>,
    pub(super) root: &'s Object,
    pub(super) root_name: Option<String>,
    pub(super) alias: String,
    pub(super) joins: Vec<String>,
    pub(super) places: BTreeMap<Vec<String>, Place<'s>>,
}

/// Compiles a query over an object, of which it finds what `viewer` may read; `deleted` lets deleted records in.
pub(super) fn compile<'s>(
    schema: &'s Schema,
    viewer: &'s Viewer,
    query: &Query,
    now: i64,
    deleted: bool,
) -> Result<Compiled<'s>, ApiError> {
    let root = schema.object(&query.from).ok_or_else(|| {
        ApiError::bad(
            "INVALID_TYPE",
            format!("sObject type '{}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.", query.from),
        )
    })?;
    Compiler::new(schema, viewer, root, query, now, "t").compile(query, deleted, None)
}

impl<'s> Compiler<'s> {
    pub(super) fn new(
        schema: &'s Schema,
        viewer: &'s Viewer,
        root: &'s Object,
        query: &Query,
        now: i64,
        alias: &str,
    ) -> Self {
        Self {
            schema,
            viewer,
            now,
            params: Vec::new(),
            root,
            root_name: query.alias.clone(),
            alias: alias.to_owned(),
            joins: Vec::new(),
            places: BTreeMap::new(),
        }
    }

    fn compile(mut self, query: &Query, deleted: bool, parent: Option<&Field>) -> Result<Compiled<'s>, ApiError> {
        // Bound by the caller, once for every parent: always the first parameter of a child's statement.
        let parent = parent.map(|field| {
            let place = self.bind(Sql::Null);
            format!(r#"{}."{}" = {place}"#, self.alias, field.name)
        });
        let grouped =
            !query.group_by.is_empty() || query.select.iter().any(|item| matches!(item, Item::Aggregate { .. }));
        let (columns, shape) = if grouped { self.groups(query)? } else { self.records(query)? };
        let mut wheres = Vec::new();
        if !deleted && !query.all_rows {
            wheres.push(format!(r#"{}."IsDeleted" = 0"#, self.alias));
        }
        wheres.extend(self.readable(self.root, &self.alias.clone()));
        if let Some(condition) = &query.condition {
            wheres.push(self.condition(condition)?);
        }
        let mut ending = String::new();
        if !query.group_by.is_empty() {
            let names = query
                .group_by
                .iter()
                .map(|path| self.resolve(path).map(|resolved| resolved.sql))
                .collect::<Result<Vec<_>, _>>()?;
            ending.push_str(&format!(" GROUP BY {}", names.join(", ")));
        }
        wheres.extend(parent);
        if let Some(having) = &query.having {
            ending.push_str(&format!(" HAVING {}", self.condition(having)?));
        }
        ending.push_str(&self.ordering(query, grouped)?);
        ending.push_str(&self.window(query)?);
        let filter = if wheres.is_empty() { String::new() } else { format!(" WHERE {}", wheres.join(" AND ")) };
        let sql = format!(
            r#"SELECT {} FROM "{}" {}{}{filter}{ending}"#,
            columns.join(", "),
            self.root.name,
            self.alias,
            self.joins.concat()
        );
        Ok(Compiled { sql, params: self.params, shape })
    }

    fn ordering(&mut self, query: &Query, grouped: bool) -> Result<String, ApiError> {
        let mut orders = Vec::new();
        for order in &query.order_by {
            let resolved = self.operand(&order.operand)?;
            let direction = if order.descending { "DESC" } else { "ASC" };
            let nulls = if order.nulls_last { "LAST" } else { "FIRST" };
            orders.push(format!("{} {direction} NULLS {nulls}", resolved.sql));
        }
        if !grouped {
            // Equal rows keep one order from page to page.
            orders.push(format!(r#"{}."Id""#, self.alias));
        }
        Ok(if orders.is_empty() { String::new() } else { format!(" ORDER BY {}", orders.join(", ")) })
    }

    fn window(&mut self, query: &Query) -> Result<String, ApiError> {
        if query.offset.is_some_and(|offset| offset > 2000) {
            return Err(ApiError::bad("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"));
        }
        if query.limit.is_none() && query.offset.is_none() {
            return Ok(String::new());
        }
        let limit = query.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        let limit = self.bind(Sql::Integer(limit));
        let offset = self.bind(Sql::Integer(i64::try_from(query.offset.unwrap_or_default()).unwrap_or_default()));
        Ok(format!(" LIMIT {limit} OFFSET {offset}"))
    }

    fn records(&mut self, query: &Query) -> Result<(Vec<String>, Shape<'s>), ApiError> {
        let mut columns = vec![format!(r#"{}."Id""#, self.alias)];
        let mut nodes = Vec::new();
        for item in &query.select {
            match item {
                Item::Field { path, .. } => self.place(path, &mut columns, &mut nodes)?,
                Item::Fields(set) => {
                    if query.limit.is_none_or(|limit| limit > 200) {
                        return Err(malformed("The SOQL FIELDS function must have a LIMIT of at most 200"));
                    }
                    let wanted = self.root.shown().filter(|field| match set {
                        FieldSet::All => true,
                        FieldSet::Standard => !field.custom,
                        FieldSet::Custom => field.custom,
                    });
                    for field in wanted {
                        self.place(&vec![field.name.clone()], &mut columns, &mut nodes)?;
                    }
                }
                Item::Children(child) => nodes.push(self.children(child)?),
                Item::Aggregate { .. } => return Err(malformed("an aggregate needs a grouped query")),
            }
        }
        Ok((columns, Shape::Records { object: self.root, nodes }))
    }

    fn place(&mut self, path: &Path, columns: &mut Vec<String>, nodes: &mut Vec<Node<'s>>) -> Result<(), ApiError> {
        let path = self.own_path(path).to_vec();
        let resolved = self.resolve(&path)?;
        let mut nodes = nodes;
        let Some((_, parents)) = path.split_last() else { return Err(malformed("empty path")) };
        for depth in 0..parents.len() {
            let (before, step) =
                (path.get(..depth).unwrap_or_default(), path.get(depth).map(String::as_str).unwrap_or_default());
            let (reference, polymorphic, own_name) = self.reference(before, step)?;
            let found = nodes.iter().position(|node| matches!(node, Node::Parent { name, .. } if *name == own_name));
            let at = match found {
                Some(at) => at,
                None => {
                    columns.push(reference);
                    nodes.push(Node::Parent { name: own_name, id: columns.len() - 1, polymorphic, nodes: Vec::new() });
                    nodes.len() - 1
                }
            };
            let Some(Node::Parent { nodes: inner, .. }) = nodes.get_mut(at) else { return Err(malformed("path")) };
            nodes = inner;
        }
        if nodes.iter().any(|node| matches!(node, Node::Value { name, .. } if *name == resolved.name)) {
            return Err(ApiError::bad("INVALID_FIELD", format!("duplicate field selected: {}", path.join("."))));
        }
        columns.push(resolved.sql);
        nodes.push(Node::Value { name: resolved.name, column: columns.len() - 1, kind: resolved.kind });
        Ok(())
    }

    fn children(&mut self, query: &Query) -> Result<Node<'s>, ApiError> {
        if query.select.iter().any(|item| matches!(item, Item::Children(_))) {
            return Err(malformed("the stand-in knows one level of child subqueries"));
        }
        let wanted = query.from.rsplit('.').next().unwrap_or_default();
        let relationship = self
            .schema
            .children_of(self.root)
            .into_iter()
            .find(|child| child.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(wanted)));
        let unknown = || {
            let message = format!(
                "Didn't understand relationship '{wanted}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names."
            );
            ApiError::bad("INVALID_TYPE", message)
        };
        let relationship = relationship.ok_or_else(unknown)?;
        let child = self.schema.object(&relationship.child).ok_or_else(unknown)?;
        let field = child.field(&relationship.field).ok_or_else(unknown)?;
        let compiled =
            Compiler::new(self.schema, self.viewer, child, query, self.now, "t").compile(query, false, Some(field))?;
        Ok(Node::Children { name: relationship.name.unwrap_or_default(), compiled: Box::new(compiled) })
    }

    /// Adds a parameter and gives its place in the SQL.
    pub(super) fn bind(&mut self, value: Sql) -> String {
        self.params.push(value);
        format!("?{}", self.params.len())
    }

    /// What holds for the records that the viewer may read; nothing where they may read all.
    pub(super) fn readable(&mut self, object: &Object, alias: &str) -> Option<String> {
        let viewer = self.viewer;
        viewer.readable(object, alias, &mut |value| self.bind(value))
    }

    /// A subquery of `IN`, which shares this query's parameters.
    pub(super) fn semi_join(&mut self, query: &Query) -> Result<String, ApiError> {
        let [Item::Field { path, .. }] = query.select.as_slice() else {
            return Err(malformed("semi join sub-selects can only have one field"));
        };
        let root = self
            .schema
            .object(&query.from)
            .ok_or_else(|| ApiError::bad("INVALID_TYPE", format!("sObject type '{}' is not supported.", query.from)))?;
        let mut inner = Compiler::new(
            self.schema,
            self.viewer,
            root,
            query,
            self.now,
            &format!("{}s{}", self.alias, self.params.len()),
        );
        inner.params = std::mem::take(&mut self.params);
        let selected = inner.resolve(path)?;
        if !selected.kind.is_id() {
            return Err(malformed(format!(
                "semi join sub-selects can only query id fields, cannot use: '{}'",
                selected.name
            )));
        }
        let condition = match &query.condition {
            Some(condition) => format!(" AND {}", inner.condition(condition)?),
            None => String::new(),
        };
        let visible =
            inner.readable(root, &inner.alias.clone()).map(|condition| format!(" AND {condition}")).unwrap_or_default();
        let window = inner.window(query)?;
        let sql = format!(
            r#"SELECT {selected} FROM "{}" {alias}{} WHERE {alias}."IsDeleted" = 0 AND {selected} IS NOT NULL{visible}{condition}{window}"#,
            root.name,
            inner.joins.concat(),
            alias = inner.alias,
            selected = selected.sql,
        );
        self.params = inner.params;
        Ok(sql)
    }
}
