//! The queries of `infra/bi/queries` as views of Athena: each file is one, under its own name.
//!
//! A view is a table of Glue whose text is the engine's own description of it, in base64: the query, the database, and the columns with their
//! types.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde_json::json;

use super::{capitalized, comment, quoted};

/// A view, as `marts.json` and `views.json` describe it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct View {
    name: String,
    description: String,
    columns: Vec<ViewColumn>,
    /// Its query; read from the file of its name.
    #[serde(skip)]
    sql: String,
}

#[derive(Debug, Clone, Deserialize)]
struct ViewColumn {
    name: String,
    kind: String,
    unit: Option<String>,
    description: String,
}

/// Every query that has a file, in the order of their names.
///
/// # Errors
/// If a query is not described.
pub(crate) fn all(bi: &Path) -> anyhow::Result<Vec<View>> {
    let mut described = Vec::new();
    for file in ["marts.json", "views.json"] {
        let path = bi.join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let views: Vec<View> = serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        described.extend(views);
    }
    let mut files = fs::read_dir(bi.join("queries"))?.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    let view = |file: &fs::DirEntry| {
        let path = file.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let Some(view) = described.iter().find(|view| view.name == name) else {
            bail!("{} is described neither in marts.json nor in views.json", path.display());
        };
        Ok(View { sql: fs::read_to_string(&path)?.trim_end().to_owned(), ..view.clone() })
    };
    files.iter().map(view).collect()
}

/// The view's resource. Names of tables in its query are those of the view's own database.
pub(super) fn written(text: &mut String, view: &View) -> anyhow::Result<()> {
    let View { name, description, columns, sql } = view;
    let typed = columns.iter().map(|column| Ok(json!({"name": column.name, "type": types(&column.kind)?.0})));
    let described = json!({
        "originalSql": sql, "catalog": "awsdatacatalog", "schema": "${LakeDatabase}",
        "columns": typed.collect::<anyhow::Result<Vec<_>>>()?,
    });
    let logical: String = name.split('_').map(capitalized).collect();
    writeln!(text, "  View{logical}:\n    Type: AWS::Glue::Table\n    Properties:")?;
    writeln!(text, "      CatalogId: !Ref AWS::AccountId\n      DatabaseName: !Ref LakeDatabase\n      TableInput:")?;
    writeln!(text, "        Name: {name}\n        Description: {}", quoted(description))?;
    writeln!(
        text,
        "        TableType: VIRTUAL_VIEW\n        Parameters: {{ presto_view: \"true\", comment: Presto View }}"
    )?;
    writeln!(text, "        ViewExpandedText: /* Presto View */")?;
    writeln!(text, "        ViewOriginalText: !Join\n          - \"\"\n          - - \"/* Presto View: \"")?;
    writeln!(text, "            - Fn::Base64: !Sub {}\n            - \" */\"", quoted(&described.to_string()))?;
    writeln!(text, "        StorageDescriptor:\n          Columns:")?;
    for column in columns {
        let comment = comment(&column.description, column.unit.as_deref());
        let (name, kind) = (&column.name, types(&column.kind)?.1);
        writeln!(text, "            - {{ Name: {name}, Type: {kind}, Comment: {} }}", quoted(&comment))?;
    }
    text.push('\n');
    Ok(())
}

/// A kind's name in the engine, and in Glue.
fn types(kind: &str) -> anyhow::Result<(&'static str, &'static str)> {
    Ok(match kind {
        "text" => ("varchar", "string"),
        "whole" => ("bigint", "bigint"),
        "fraction" => ("double", "double"),
        "flag" => ("boolean", "boolean"),
        "date" => ("date", "date"),
        "timestamp" => ("timestamp(3)", "timestamp"),
        other => bail!("`{other}` is no kind of a column"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_is_a_view_that_says_what_it_is() {
        let views = all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../bi")).unwrap();
        let names: Vec<&str> = views.iter().map(|view| view.name.as_str()).collect();
        assert!(names.contains(&"lineage") && names.contains(&"funnel_daily") && names.len() >= 11, "{names:?}");
        for view in &views {
            let mut text = String::new();
            written(&mut text, view).unwrap();
            // One line of JSON, which CloudFormation fills the database into and encodes.
            let line = text.lines().find_map(|line| line.trim().strip_prefix("- Fn::Base64: !Sub ")).unwrap();
            let told: String = serde_json::from_str(line).unwrap();
            assert_eq!(told.matches("${").count(), 1, "{}: only the database is filled in", view.name);
            let told: serde_json::Value = serde_json::from_str(&told).unwrap();
            assert_eq!(told["originalSql"], view.sql);
            assert_eq!(told["columns"].as_array().map(Vec::len), Some(view.columns.len()));
            assert!(text.contains("TableType: VIRTUAL_VIEW"));
        }
    }

    #[test]
    fn a_kind_that_is_none_is_told() {
        assert!(types("colour").unwrap_err().to_string().contains("colour"));
    }
}
