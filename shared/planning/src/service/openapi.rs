//! The service's OpenAPI description, from the types that are read and written.
//!
//! Put together here: OpenAPI 3.1's schemas are JSON Schema 2020-12, which `schemars` writes for every type of ours already.
//! `utoipa` would want a second derive on each type of the engine, and `aide` a router of its own.

use revloops_capacity::{Difference, Simulated};
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    ComputeAnswer, ComputeRequest, DiffRequest, MAX_BODY_BYTES, MAX_SEAT_TRIALS, MAX_SEATS, Operation, Refusal,
    SimulateRequest,
};

/// Where the description is kept, under `config/schemas`.
pub const SCHEMA_FILE: &str = "design.openapi.json";

/// Where schemas are in the description.
const SCHEMAS: &str = "#/components/schemas/";

/// The description. The same code gives the same bytes.
#[must_use]
pub fn describe() -> Value {
    let settings = || {
        SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
    };
    let mut read = settings().for_deserialize().into_generator();
    let mut written = settings().for_serialize().into_generator();
    let paths = json!({
        Operation::Compute.path(): {"post": operation(
            "compute",
            "Capacity of a plan, month by month",
            "Capacity, street quota, target and cost, rolled up by segment, profile, territory and manager. Amounts are whole cents.",
            read.subschema_for::<ComputeRequest>().to_value(),
            written.subschema_for::<ComputeAnswer>().to_value(),
            &json!({"scenario": "fy27-baseline", "by": ["segment"], "with": ["hires_needed"]}),
        )},
        Operation::Simulate.path(): {"post": operation(
            "simulate",
            "How sure that is",
            "P10, P50 and P90 of bookings, the chance of reaching the target, and where the spread comes from. The same seed gives the same answer.",
            read.subschema_for::<SimulateRequest>().to_value(),
            written.subschema_for::<Simulated>().to_value(),
            &json!({"scenario": "fy27-baseline", "trials": 10_000, "seed": 1}),
        )},
        Operation::Diff.path(): {"post": operation(
            "diff",
            "Why two plans differ",
            "The changes that turn one plan into the other, each with its part; the parts add up to the difference to the cent.",
            read.subschema_for::<DiffRequest>().to_value(),
            written.subschema_for::<Difference>().to_value(),
            &json!({"from": "fy27-baseline", "to": "fy27-iberia"}),
        )},
        Operation::Describe.path(): {"get": {
            "operationId": "describe",
            "summary": "This description",
            "responses": {"200": {
                "description": "An OpenAPI 3.1 document",
                "content": {"application/json": {"schema": {"type": "object"}}}
            }}
        }}
    });
    let refusal = written.subschema_for::<Refusal>().to_value();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "RevLoops Design",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Compute with a revenue plan: capacity, simulation, difference.",
            "description": format!(
                "On AWS, requests are signed by IAM (`execute-api:Invoke`): plans say what people are paid. The local cloud does not \
                 look at signatures. A body has at most {MAX_BODY_BYTES} bytes, a plan at most {MAX_SEATS} seats, and trials times \
                 seats are at most {MAX_SEAT_TRIALS}."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
        },
        "servers": [{
            "url": "{api}",
            "description": "The output `ApiUrl` of the stack",
            "variables": {"api": {"default": "https://api.example", "description": "The API's address"}}
        }],
        "security": [{"aws_sigv4": []}],
        "paths": paths,
        "components": {
            "schemas": schemas(read, written),
            "responses": {"Refused": {
                "description": "Why there is no answer: every problem, with its place in the body and what would be right",
                "content": {"application/problem+json": {"schema": refusal}}
            }},
            "securitySchemes": {"aws_sigv4": {
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
                "description": "AWS Signature Version 4, for the service `execute-api`",
                "x-amazon-apigateway-authtype": "awsSigv4"
            }}
        }
    })
}

fn operation(id: &str, summary: &str, description: &str, body: Value, answer: Value, example: &Value) -> Value {
    let refused = json!({"$ref": "#/components/responses/Refused"});
    json!({
        "operationId": id,
        "summary": summary,
        "description": description,
        "requestBody": {"required": true, "content": {"application/json": {"schema": body, "example": example}}},
        "responses": {
            "200": {"description": "The answer", "content": {"application/json": {"schema": answer}}},
            "400": refused, "404": refused, "413": refused, "415": refused, "422": refused, "503": refused
        }
    })
}

/// The schemas of all types, by name, and that of a scenario's content.
fn schemas(mut read: SchemaGenerator, mut written: SchemaGenerator) -> Value {
    let mut schemas: Map<String, Value> = read.take_definitions(true);
    schemas.extend(written.take_definitions(true));
    let mut scenario = revloops_scenario::source::in_whole().to_value();
    at_home(&mut scenario);
    if let Some(Value::Object(parts)) = scenario.as_object_mut().and_then(|schema| schema.remove("$defs")) {
        schemas.extend(parts.into_iter().map(|(name, part)| (format!("Scenario.{name}"), part)));
    }
    if let Some(schema) = scenario.as_object_mut() {
        schema.remove("$schema");
    }
    if let Some(given) = schemas.get_mut("GivenPlan").and_then(|given| given.pointer_mut("/anyOf/1")) {
        *given = json!({"$ref": format!("{SCHEMAS}Scenario")});
    }
    schemas.insert("Scenario".to_owned(), scenario);
    schemas.sort_keys();
    Value::Object(schemas)
}

/// References into a schema's own definitions → references into the description's.
fn at_home(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            if let Some(Value::String(to)) = keys.get_mut("$ref")
                && let Some(name) = to.strip_prefix("#/$defs/")
            {
                *to = format!("{SCHEMAS}Scenario.{name}");
            }
            keys.values_mut().for_each(at_home);
        }
        Value::Array(items) => items.iter_mut().for_each(at_home),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
