//! What stands where: the parser's tree, reduced to what edits need.

use std::ops::Range;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::{Map, Value};

use super::{Dialect, EditError};

/// A value and its place in the text, in bytes.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Object(Vec<Member>),
    Array(Vec<Node>),
    Other(Value),
}

/// A key with its value.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) key: String,
    /// Where the key begins.
    pub(super) start: usize,
    pub(super) value: Node,
}

impl Node {
    pub(super) fn members(&self) -> Option<&[Member]> {
        match &self.content {
            Content::Object(members) => Some(members),
            Content::Array(_) | Content::Other(_) => None,
        }
    }

    /// Of a key that stands twice, the last counts.
    pub(super) fn to_json(&self) -> Value {
        match &self.content {
            Content::Object(members) => {
                let members = members.iter().map(|member| (member.key.clone(), member.value.to_json()));
                Value::Object(Map::from_iter(members))
            }
            Content::Array(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Content::Other(value) => value.clone(),
        }
    }

    fn of(value: &ast::Value<'_>) -> Self {
        let range = value.range();
        let content = match value {
            ast::Value::Object(object) => Content::Object(object.properties.iter().map(Member::of).collect()),
            ast::Value::Array(array) => Content::Array(array.elements.iter().map(Self::of).collect()),
            ast::Value::StringLit(text) => Content::Other(Value::String(text.value.to_string())),
            // A number too large for us is compared by its text.
            ast::Value::NumberLit(number) => Content::Other(
                serde_json::from_str(number.value).unwrap_or_else(|_| Value::String(number.value.into())),
            ),
            ast::Value::BooleanLit(boolean) => Content::Other(Value::Bool(boolean.value)),
            ast::Value::NullKeyword(_) => Content::Other(Value::Null),
        };
        Self { span: range.start..range.end, content }
    }
}

impl Member {
    fn of(property: &ast::ObjectProp<'_>) -> Self {
        Self { key: property.name.as_str().to_owned(), start: property.range().start, value: Node::of(&property.value) }
    }

    pub(super) fn end(&self) -> usize {
        self.value.span.end
    }
}

/// Parses a text that is not blank.
pub(super) fn parse(body: &str, dialect: Dialect) -> Result<Node, EditError> {
    let loose = dialect == Dialect::Jsonc;
    let options = ParseOptions {
        allow_comments: loose,
        allow_trailing_commas: loose,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(body, &CollectOptions::default(), &options).map_err(|error| EditError::NotJson {
        line: error.line_display(),
        column: error.column_display(),
        what: error.kind().to_string().to_lowercase(),
    })?;
    let value = parsed.value.ok_or_else(|| EditError::NotAnObject("the file".to_owned()))?;
    Ok(Node::of(&value))
}
