//! Query → one SQL statement, with a plan of how its columns become JSON.
//!
//! Names in the SQL come from the schema, values are always bound: nothing that a client wrote is ever part of the SQL text.

use std::collections::BTreeMap;

use rusqlite::types::Value as Sql;

use super::ast::{Aggregate, FieldSet, Function, Item, Operand, Path, Query};
use super::malformed;
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

#[derive(Clone)]
enum Place<'s> {
    One { alias: String, object: &'s Object },
    Any(Vec<(String, &'s Object)>),
}

pub(super) struct Compiler<'s> {
    pub(super) schema: &'s Schema,
    pub(super) now: i64,
    pub(super) params: Vec<Sql>,
    root: &'s Object,
    root_name: Option<String>,
    alias: String,
    joins: Vec<String>,
    places: BTreeMap<Vec<String>, Place<'s>>,
}

/// Compiles a query over an object; `deleted` lets deleted records in.
pub(super) fn compile<'s>(
    schema: &'s Schema,
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
    Compiler::new(schema, root, query, now, "t").compile(query, deleted, None)
}

impl<'s> Compiler<'s> {
    pub(super) fn new(schema: &'s Schema, root: &'s Object, query: &Query, now: i64, alias: &str) -> Self {
        Self {
            schema,
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
                    let wanted = self.root.fields.iter().filter(|field| match set {
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
        let compiled = Compiler::new(self.schema, child, query, self.now, "t").compile(query, false, Some(field))?;
        Ok(Node::Children { name: relationship.name.unwrap_or_default(), compiled: Box::new(compiled) })
    }

    fn groups(&mut self, query: &Query) -> Result<(Vec<String>, Shape<'s>), ApiError> {
        if let [Item::Aggregate { aggregate: Aggregate { function: Function::Count, path: None }, .. }] =
            query.select.as_slice()
        {
            if !query.group_by.is_empty() {
                return Err(malformed("COUNT() cannot be used with GROUP BY; use COUNT(Id)"));
            }
            return Ok((vec!["COUNT(*)".into()], Shape::Count));
        }
        let (mut columns, mut named, mut unnamed) = (Vec::new(), Vec::new(), 0);
        for item in &query.select {
            let (resolved, alias) = match item {
                Item::Field { path, alias } => {
                    let resolved = self.resolve(path)?;
                    let grouped =
                        query.group_by.iter().map(|group| self.resolve(group)).collect::<Result<Vec<_>, _>>()?;
                    if !grouped.iter().any(|group| group.sql == resolved.sql) {
                        return Err(malformed(format!("Field must be grouped or aggregated: {}", path.join("."))));
                    }
                    let name = resolved.name.clone();
                    (resolved, alias.clone().unwrap_or(name))
                }
                Item::Aggregate { aggregate, alias } => {
                    if aggregate.path.is_none() {
                        return Err(malformed("Grouped query cannot use COUNT(); use COUNT(Id)"));
                    }
                    let name = alias.clone().unwrap_or_else(|| format!("expr{unnamed}"));
                    unnamed += usize::from(alias.is_none());
                    (self.aggregate(aggregate)?, name)
                }
                Item::Children(_) | Item::Fields(_) => {
                    return Err(malformed("a grouped query selects fields and aggregates only"));
                }
            };
            columns.push(resolved.sql);
            named.push((alias, resolved.kind));
        }
        Ok((columns, Shape::Groups(named)))
    }

    /// A field or an aggregate.
    pub(super) fn operand(&mut self, operand: &Operand) -> Result<Resolved<'s>, ApiError> {
        match operand {
            Operand::Field(path) => self.resolve(path),
            Operand::Aggregate(aggregate) => self.aggregate(aggregate),
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate) -> Result<Resolved<'s>, ApiError> {
        let Some(path) = &aggregate.path else {
            return Ok(Resolved { sql: "COUNT(*)".into(), kind: Kind::Int, name: "COUNT".into(), field: None });
        };
        let inner = self.resolve(path)?;
        let numeric = inner.kind == Kind::Int || inner.kind.is_fraction();
        let (sql, kind) = match aggregate.function {
            Function::Count => (format!("COUNT({})", inner.sql), Kind::Int),
            Function::CountDistinct => (format!("COUNT(DISTINCT {})", inner.sql), Kind::Int),
            Function::Sum if numeric => (format!("SUM({})", inner.sql), Kind::Double),
            Function::Avg if numeric => (format!("AVG({})", inner.sql), Kind::Double),
            Function::Min => (format!("MIN({})", inner.sql), inner.kind),
            Function::Max => (format!("MAX({})", inner.sql), inner.kind),
            Function::Sum | Function::Avg => {
                return Err(malformed(format!("field {} does not support aggregate operator", inner.name)));
            }
        };
        Ok(Resolved { sql, kind, name: inner.name, field: None })
    }

    /// A path's value, joining what it passes through.
    pub(super) fn resolve(&mut self, path: &Path) -> Result<Resolved<'s>, ApiError> {
        let path = self.own_path(path).to_vec();
        let Some((last, parents)) = path.split_last() else { return Err(malformed("empty path")) };
        match self.reach(parents)? {
            Place::One { alias, object } => {
                let field = object.field(last).ok_or_else(|| no_column(last, &object.name))?;
                Ok(Resolved {
                    sql: format!(r#"{alias}."{}""#, field.name),
                    kind: field.kind,
                    name: field.name.clone(),
                    field: Some(field),
                })
            }
            Place::Any(targets) => any_of(&targets, last),
        }
    }

    /// SQL of the id behind the step from `before` to its parent `step`, whether it may be of several types, and the step's own name.
    fn reference(&mut self, before: &[String], step: &str) -> Result<(String, bool, String), ApiError> {
        let (alias, _, field) = self.step(before, step)?;
        Ok((
            format!(r#"{alias}."{}""#, field.name),
            field.is_polymorphic(),
            field.relationship.clone().unwrap_or_default(),
        ))
    }

    fn step(&mut self, before: &[String], step: &str) -> Result<(String, &'s Object, &'s Field), ApiError> {
        let found = match self.reach(before)? {
            Place::One { alias, object } => object.relationship(step).map(|field| (alias, object, field)),
            Place::Any(targets) => targets
                .into_iter()
                .find_map(|(alias, object)| object.relationship(step).map(|field| (alias, object, field))),
        };
        found.ok_or_else(|| {
            let message = format!("Didn't understand relationship '{step}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.");
            ApiError::bad("INVALID_FIELD", message)
        })
    }

    fn reach(&mut self, parents: &[String]) -> Result<Place<'s>, ApiError> {
        let Some((step, before)) = parents.split_last() else {
            return Ok(Place::One { alias: self.alias.clone(), object: self.root });
        };
        let key: Vec<String> = parents.iter().map(|step| step.to_ascii_lowercase()).collect();
        if let Some(place) = self.places.get(&key) {
            return Ok(place.clone());
        }
        let (alias, _, field) = self.step(before, step)?;
        let mut targets = Vec::new();
        for target in &field.reference_to {
            let object = self.schema.object(target).ok_or_else(|| no_column(step, target))?;
            let own = format!("{}j{}", self.alias, self.joins.len());
            self.joins.push(format!(r#" LEFT JOIN "{}" {own} ON {own}."Id" = {alias}."{}""#, object.name, field.name));
            targets.push((own, object));
        }
        let place = match targets.as_slice() {
            [(alias, object)] => Place::One { alias: alias.clone(), object },
            _ => Place::Any(targets),
        };
        self.places.insert(key, place.clone());
        Ok(place)
    }

    /// Without the query's own alias or object name in front.
    fn own_path<'p>(&self, path: &'p [String]) -> &'p [String] {
        match path.split_first() {
            Some((first, rest))
                if !rest.is_empty()
                    && (self.root_name.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(first))
                        || self.root.name.eq_ignore_ascii_case(first)) =>
            {
                rest
            }
            _ => path,
        }
    }

    /// Adds a parameter and gives its place in the SQL.
    pub(super) fn bind(&mut self, value: Sql) -> String {
        self.params.push(value);
        format!("?{}", self.params.len())
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
        let mut inner =
            Compiler::new(self.schema, root, query, self.now, &format!("{}s{}", self.alias, self.params.len()));
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
        let window = inner.window(query)?;
        let sql = format!(
            r#"SELECT {selected} FROM "{}" {alias}{} WHERE {alias}."IsDeleted" = 0 AND {selected} IS NOT NULL{condition}{window}"#,
            root.name,
            inner.joins.concat(),
            alias = inner.alias,
            selected = selected.sql,
        );
        self.params = inner.params;
        Ok(sql)
    }
}

/// A field of a parent that may be of several types.
fn any_of<'s>(targets: &[(String, &'s Object)], name: &str) -> Result<Resolved<'s>, ApiError> {
    if name.eq_ignore_ascii_case("Type") {
        let cases: String = targets
            .iter()
            .map(|(alias, object)| format!(r#" WHEN {alias}."Id" IS NOT NULL THEN '{}'"#, object.name))
            .collect();
        return Ok(Resolved {
            sql: format!("(CASE{cases} END COLLATE NOCASE)"),
            kind: Kind::String,
            name: "Type".into(),
            field: None,
        });
    }
    let found: Vec<(String, &'s Field)> = targets
        .iter()
        .filter_map(|(alias, object)| {
            // A task has no Name of its own; what it is called is its name field.
            let own = object.field(name).or_else(|| {
                object
                    .name_field
                    .as_deref()
                    .filter(|_| name.eq_ignore_ascii_case("Name"))
                    .and_then(|field| object.field(field))
            });
            own.map(|field| (format!(r#"{alias}."{}""#, field.name), field))
        })
        .collect();
    let Some((_, first)) = found.first() else { return Err(no_column(name, "Name")) };
    let values = found.iter().map(|(sql, _)| sql.as_str()).collect::<Vec<_>>().join(", ");
    let collation = if first.kind.is_text() { " COLLATE NOCASE" } else { "" };
    let sql = if found.len() == 1 { values } else { format!("(COALESCE({values}){collation})") };
    Ok(Resolved { sql, kind: first.kind, name: first.name.clone(), field: Some(first) })
}

fn no_column(name: &str, object: &str) -> ApiError {
    let message = format!(
        "No such column '{name}' on entity '{object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."
    );
    ApiError::bad("INVALID_FIELD", message)
}
