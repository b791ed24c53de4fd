//! Aggregates and grouped queries.

use super::ast::{Aggregate, Function, Item, Operand, Query};
use super::compile::{Compiler, Resolved, Shape};
use super::malformed;
use crate::crm::error::ApiError;
use crate::crm::schema::Kind;

impl<'s> Compiler<'s> {
    pub(super) fn groups(&mut self, query: &Query) -> Result<(Vec<String>, Shape<'s>), ApiError> {
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
}
