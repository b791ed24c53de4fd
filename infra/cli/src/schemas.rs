//! JSON Schemas of the config files, the description of Design's service, and the lake's tables and views in the template: generated from the
//! code and committed, so that editors can help and a deployment needs no code.

use std::path::PathBuf;

use anyhow::Context as _;
use revloops_config::Problem;
use revloops_planning::service;
use revloops_scenario::source;

use crate::context::Context;

/// Each schema's file and content.
fn generated(context: &Context) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let folder = context.layout.root.join("config/schemas");
    let mut files = Vec::new();
    let mut add = |name: String, schema: &schemars::Schema| -> anyhow::Result<()> {
        let text = format!("{}\n", serde_json::to_string_pretty(schema)?);
        files.push((folder.join(format!("{name}.schema.json")), text));
        Ok(())
    };
    add("scenario".to_owned(), &source::as_written())?;
    add("scenario.named_accounts".to_owned(), &source::accounts_as_written())?;
    add("active_scenario".to_owned(), &source::active_schema())?;
    add("mcp_servers".to_owned(), &revloops_registry::servers::schema())?;
    add("changes".to_owned(), &schemars::schema_for!(revloops_changes::Policy))?;
    for entry in revloops_catalogue::all() {
        let cases = ("cases.yaml", (entry.case_schema)());
        for (name, schema) in entry.files.iter().map(|file| (file.name, (file.schema)())).chain([cases]) {
            let stem = name.trim_end_matches(".yaml");
            add(format!("{}.{stem}", entry.card.name), &schema)?;
        }
    }
    let described = format!("{}\n", serde_json::to_string_pretty(&service::describe())?);
    files.push((folder.join(service::SCHEMA_FILE), described));
    let template = context.layout.template();
    let written = std::fs::read_to_string(&template).with_context(|| format!("reading {}", template.display()))?;
    let views = crate::bi::views::all(&context.layout.root.join("infra/bi"))?;
    files.push((template, crate::bi::with_tables(&written, &revloops_catalogue::datasets(), &views)?));
    Ok(files)
}

/// Writes what differs; returns the names of the files written.
///
/// # Errors
/// If a file cannot be written.
pub(crate) fn write(context: &Context) -> anyhow::Result<Vec<String>> {
    let mut written = Vec::new();
    for (path, text) in generated(context)? {
        if std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
            continue;
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        written.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
    }
    Ok(written)
}

/// A problem for each schema that is not as the code would write it now.
///
/// # Errors
/// If a schema cannot be written as JSON.
pub(crate) fn stale(context: &Context) -> anyhow::Result<Vec<Problem>> {
    let stale = generated(context)?
        .into_iter()
        .filter(|(path, text)| !std::fs::read_to_string(path).is_ok_and(|there| there == *text));
    Ok(stale
        .map(|(path, _)| Problem {
            file: path
                .strip_prefix(context.layout.root.join("config"))
                .or_else(|_| path.strip_prefix(&context.layout.root))
                .unwrap_or(&path)
                .display()
                .to_string(),
            line: 0,
            column: 0,
            path: String::new(),
            what: "is not what the code says now".to_owned(),
            remedy: "write it anew: cargo revloops config schemas".to_owned(),
        })
        .collect())
}
