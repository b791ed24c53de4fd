//! Paths such as `Owner.Profile.Name`: which column they mean, and the joins on the way there.

use super::ast::Path;
use super::compile::{Compiler, Place, Resolved};
use super::malformed;
use crate::crm::error::ApiError;
use crate::crm::schema::{Field, Kind, Object};

impl<'s> Compiler<'s> {
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
    pub(super) fn reference(&mut self, before: &[String], step: &str) -> Result<(String, bool, String), ApiError> {
        let (_, _, field) = self.step(before, step)?;
        let mut path = before.to_vec();
        path.push(step.to_owned());
        // By the parent's own id, and not by the field that names it: a parent that may not be read is none.
        let id = match self.reach(&path)? {
            Place::One { alias, .. } => format!(r#"{alias}."Id""#),
            Place::Any(targets) => {
                let ids: Vec<String> = targets.iter().map(|(alias, _)| format!(r#"{alias}."Id""#)).collect();
                format!("COALESCE({})", ids.join(", "))
            }
        };
        Ok((id, field.is_polymorphic(), field.relationship.clone().unwrap_or_default()))
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
            let readable = self.readable(object, &own).map(|condition| format!(" AND {condition}")).unwrap_or_default();
            self.joins.push(format!(
                r#" LEFT JOIN "{}" {own} ON {own}."Id" = {alias}."{}"{readable}"#,
                object.name, field.name
            ));
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
    pub(super) fn own_path<'p>(&self, path: &'p [String]) -> &'p [String] {
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
