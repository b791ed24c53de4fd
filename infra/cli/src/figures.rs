//! `revloops figures`: each function binary's size and its time from start to ready, how long calls of MCP tools take, and how long a
//! one-line change takes to build. The figures in ARCHITECTURE.md come from here.

mod tools;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use revloops_aws::BucketObjects;
use revloops_lake::LAKE;
use revloops_loopkit::ports::Objects as _;
use serde::Serialize;
use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::time::timeout;

use crate::aws::Aws;
use crate::burst::measure::{Spread, answer_times};
use crate::context::Context;
use crate::crm_api::CrmApi;
use crate::demo::seed;
use crate::local::{Endpoints, FUNCTIONS, ensure_up};

/// What to measure.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The binaries of the release profile, as they are deployed to AWS, instead of the development profile's.
    #[arg(long)]
    release: bool,
    /// Starts of each binary; the median counts.
    #[arg(long, default_value_t = 15)]
    starts: usize,
    /// Also save so many leads, one after the other and each in a message of its own, and measure our answer to the message.
    #[arg(long, default_value_t = 0)]
    messages: usize,
    /// Also call tools of the MCP servers, so often each, and measure the answers.
    #[arg(long, default_value_t = 0)]
    tool_calls: usize,
    /// Before the tools are called, put the files of this folder into the system's lake, as `tests/bench/lake.py --out` makes them: for a
    /// system of its own (`REVLOOPS_DIR`), for they stay there.
    #[arg(long, requires = "tool_calls")]
    lake: Option<PathBuf>,
    /// Also change one line of a loop's logic, and measure how long the build of its function takes; the line is put back.
    #[arg(long)]
    rebuild: bool,
}

/// One function's figures.
#[derive(Debug, Serialize)]
struct Figures {
    function: &'static str,
    bytes: u64,
    /// Median, from the process's start to its first request for work, secrets and settings read.
    ready_ms: f64,
    /// The slowest.
    ready_max_ms: f64,
}

/// Measures.
///
/// # Errors
/// If something does not build or start.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let endpoints = ensure_up(context).await?;
    let profile = if args.release { "release" } else { "debug" };
    if args.release {
        let step = context.console.step("Release build");
        let functions = FUNCTIONS.iter().flat_map(|function| ["--bin", function.package]);
        build(context, &["--release"].into_iter().chain(functions).collect::<Vec<_>>()).await?;
        step.done("");
    }
    let mut all: Vec<Figures> = Vec::new();
    for function in FUNCTIONS {
        // A program that serves two functions is one.
        if all.iter().any(|one| one.function == function.package) {
            continue;
        }
        let step = context.console.step(function.package);
        let binary =
            stripped(context, &context.layout.root.join("target").join(profile).join(function.package)).await?;
        let bytes = std::fs::metadata(&binary)?.len();
        let environment = environment(context, &endpoints, &format!("{}Function", function.logical_id)).await?;
        let mut took = Vec::new();
        for _ in 0..args.starts.max(1) {
            took.push(start_to_ready(&binary, &environment).await?.as_secs_f64() * 1000.0);
        }
        took.sort_by(f64::total_cmp);
        let (median, max) = (took.get(took.len() / 2).copied().unwrap_or(0.0), took.last().copied().unwrap_or(0.0));
        step.done(format!("{median:.0} ms"));
        all.push(Figures { function: function.package, bytes, ready_ms: median, ready_max_ms: max });
    }
    let rows = all.iter().map(|one| {
        vec![
            one.function.to_owned(),
            format!("{:.1} MB", one.bytes as f64 / 1e6),
            format!("{:.0}", one.ready_ms),
            format!("{:.0}", one.ready_max_ms),
        ]
    });
    context.console.table(&["function", "size, stripped", "start to ready, ms", "slowest"], rows);
    let answers = if args.messages > 0 { Some(answers(context, &endpoints, args.messages).await?) } else { None };
    if let Some(spread) = &answers {
        let ms = |value: Option<f64>| value.map_or("–".to_owned(), |ms| format!("{ms:.0} ms"));
        context.console.say(format!(
            "our answer to a message of one lead, {} of them: p50 {}, p95 {}, slowest {}",
            args.messages,
            ms(spread.p50),
            ms(spread.p95),
            ms(spread.max)
        ));
    }
    if let Some(folder) = &args.lake {
        put_lake(context, &endpoints, folder).await?;
    }
    let tools =
        if args.tool_calls > 0 { tools::calls(context, &endpoints, args.tool_calls).await? } else { Vec::new() };
    if !tools.is_empty() {
        let headers = ["request", "p50", "p95", "slowest", "of a plain answer"];
        context.console.figures(&headers, tools.iter().map(tools::Measured::row));
    }
    let rebuild = if args.rebuild { Some(rebuild(context).await?.as_secs_f64()) } else { None };
    if let Some(seconds) = rebuild {
        context
            .console
            .say(format!("one line changed in a loop's logic: its function is built again in {seconds:.1} s"));
    }
    context.console.json(&serde_json::json!({
        "profile": profile,
        "functions": all,
        "answers_ms": answers,
        "tool_calls_ms": tools,
        "rebuild_seconds": rebuild,
    }))?;
    Ok(ExitCode::SUCCESS)
}

/// Puts a folder's `<dataset>/day=…/*.parquet` where the lake has them.
async fn put_lake(context: &Context, endpoints: &Endpoints, folder: &Path) -> anyhow::Result<()> {
    let step = context.console.step("Lake");
    let clients = endpoints.clients().await;
    let bucket = BucketObjects::new(clients.bucket(endpoints.output("LakeBucket")?)?);
    let (mut files, mut open) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "parquet") {
                files.push(path);
            }
        }
    }
    for (at, file) in files.iter().enumerate() {
        step.detail(format!("{at} of {} files", files.len()));
        let below = file.strip_prefix(folder)?.parent().context("a dataset's folder")?.to_string_lossy().into_owned();
        let key = format!("{LAKE}/{below}/rows.parquet");
        bucket.put(&key, std::fs::read(file)?, "application/vnd.apache.parquet").await?;
    }
    step.done(format!("{} files", files.len()));
    Ok(())
}

async fn build(context: &Context, arguments: &[&str]) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .arg("build")
        .args(arguments)
        .current_dir(&context.layout.root)
        .stdin(Stdio::null())
        .output()
        .await?;
    if !output.status.success() {
        bail!("cargo build {}\n{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// A copy without symbols: what would be uploaded.
async fn stripped(context: &Context, binary: &Path) -> anyhow::Result<PathBuf> {
    let folder = context.layout.state.join("figures");
    std::fs::create_dir_all(&folder)?;
    let copy = folder.join(binary.file_name().context("a binary has a name")?);
    std::fs::copy(binary, &copy).with_context(|| format!("copying {}", binary.display()))?;
    // Where there is no `strip`, the size is that of the unstripped binary.
    drop(Command::new("strip").arg(&copy).status().await);
    Ok(copy)
}

/// The environment that the function has where it is deployed.
async fn environment(
    context: &Context,
    endpoints: &Endpoints,
    output: &str,
) -> anyhow::Result<BTreeMap<String, String>> {
    let aws = Aws::local(&context.layout, endpoints);
    let said = aws.json(["lambda", "get-function-configuration", "--function-name", endpoints.output(output)?]).await?;
    let variables = said.pointer("/Environment/Variables").and_then(Value::as_object).into_iter().flatten();
    let mut environment: BTreeMap<String, String> = variables
        .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    environment.extend(endpoints.aws_environment().into_iter().map(|(name, value)| (name.to_owned(), value)));
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "figures"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ] {
        environment.insert(name.to_owned(), value.to_owned());
    }
    Ok(environment)
}

/// Starts the binary against a runtime API of our own, which only notes when it is asked for work.
async fn start_to_ready(binary: &Path, environment: &BTreeMap<String, String>) -> anyhow::Result<Duration> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let began = Instant::now();
    let mut child = Command::new(binary)
        .env_clear()
        .envs(environment)
        .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("starting {}", binary.display()))?;
    let asked = timeout(Duration::from_secs(20), async {
        let (mut stream, _) = listener.accept().await?;
        let mut first = [0_u8; 64];
        stream.read(&mut first).await
    })
    .await;
    let took = began.elapsed();
    child.kill().await?;
    match asked {
        Ok(Ok(bytes)) if bytes > 0 => Ok(took),
        _ => bail!("{} asked for no work within 20 s", binary.display()),
    }
}

/// Saves leads one after the other, each when the one before is through, and tells how long our API took to answer the CRM.
async fn answers(context: &Context, endpoints: &Endpoints, count: usize) -> anyhow::Result<Spread> {
    let step = context.console.step("Messages");
    let crm = CrmApi::log_in(endpoints).await?;
    seed::organisation(&crm).await?;
    let since = jiff::Timestamp::now().as_millisecond();
    for at in 0..count {
        step.detail(format!("{at} of {count}"));
        let lead = serde_json::json!({"LastName": format!("Answer{at}"), "Company": "Answers", "Email": format!("a{at}@answers.example")});
        crm.create_all("Lead", &[lead]).await?;
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    let spread = Spread::of(answer_times(endpoints, since).await?);
    step.done(count);
    Ok(spread)
}

/// Adds one line to a loop's logic, builds its function, and puts the file back.
async fn rebuild(context: &Context) -> anyhow::Result<Duration> {
    let step = context.console.step("Rebuild after a one-line change");
    let file = context.layout.root.join("functions/loops/route/src/logic.rs");
    let before = std::fs::read_to_string(&file)?;
    build(context, &["--bin", "revloops-route"]).await?;
    std::fs::write(&file, format!("{before}\n#[allow(dead_code)]\nconst CHANGED: u8 = 1;\n"))?;
    let began = Instant::now();
    let built = build(context, &["--bin", "revloops-route"]).await;
    let took = began.elapsed();
    std::fs::write(&file, before)?;
    built?;
    step.done("");
    Ok(took)
}
