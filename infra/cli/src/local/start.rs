//! Has the local system running: every part is looked at first and only touched when it is not as it should be.

use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};

use super::{
    build::{STANDINS_PACKAGE, build},
    catch_up::catch_up,
    endpoints::{Ai, Api, Cloud, Crm, Endpoints, Enrichment, Site, aws_environment},
    package::pack,
    ports, process,
    process::Start,
    python::ensure_venv,
    secrets::{self, Secrets},
    stack::{self, cloud_answers},
};
use crate::context::Context;

/// The local cloud's name among our processes.
pub const CLOUD: &str = "cloud";
/// The stand-ins' name among our processes.
pub const STANDINS: &str = "standins";

pub(super) const REGION: &str = "us-east-1";
pub(super) const ACCOUNT_ID: &str = "000000000000";
/// The CRM stand-in's organisation.
pub(super) const ORGANIZATION_ID: &str = "00Dxx0000001gPLEAY";

/// Brings the local system up, or finds it up: environment, binaries, local cloud, stand-ins, stack, secrets, endpoints.
/// What is as it should be is left alone, so a second call takes a second or two.
///
/// # Errors
/// If a part cannot be had; the message says what to do where something can be done.
pub async fn ensure_up(context: &Context) -> anyhow::Result<Endpoints> {
    let _only_one = lock(context)?;
    let fetched = async {
        ensure_venv(context).await?;
        crate::bi::ensure_built(context).await
    };
    let ((), binaries) = futures::future::try_join(fetched, build(context)).await?;
    start(context, &binaries).await
}

/// The same with binaries that [`build`] has just built.
///
/// # Errors
/// As above.
pub(crate) async fn bring_up(context: &Context, binaries: &Path) -> anyhow::Result<Endpoints> {
    let _only_one = lock(context)?;
    ensure_venv(context).await?;
    crate::bi::ensure_built(context).await?;
    start(context, binaries).await
}

async fn start(context: &Context, binaries: &Path) -> anyhow::Result<Endpoints> {
    let packages = pack(context, binaries)?;
    let standins = binaries.join(STANDINS_PACKAGE);
    let secrets = secrets::load_or_make(&context.layout)?;
    let (crashed, ()) =
        futures::future::try_join(start_cloud(context), start_standins(context, &standins, &secrets)).await?;
    let stack = stack::deploy(context, &secrets, &packages).await?;

    let api = stack.outputs.get("ApiUrl").cloned().context("the stack has no output ApiUrl")?;
    let local = |port: u16| format!("http://127.0.0.1:{port}");
    let endpoints = Endpoints {
        cloud: Cloud { url: local(context.ports.cloud), region: REGION.to_owned(), account_id: ACCOUNT_ID.to_owned() },
        crm: Crm {
            url: local(context.ports.crm),
            organization_id: ORGANIZATION_ID.to_owned(),
            client_id: secrets.crm_client_id,
            client_secret: secrets.crm_client_secret,
            password: secrets.crm_password,
        },
        enrichment: Enrichment { url: local(context.ports.enrichment), api_key: secrets.enrichment_api_key },
        ai: Ai { url: local(context.ports.ai), api_key: secrets.ai_api_key },
        api: Api { messages_url: format!("{api}/crm/messages"), url: api },
        site: Site { url: local(context.ports.site) },
        stack,
    };
    endpoints.save(&context.layout.endpoints())?;
    // Config first: a lead that comes before its loops have one would be parked.
    let config = context.layout.root.join("config");
    crate::config::publish(context, &endpoints, &config, &[]).await?;
    point_outbound_messages(&endpoints).await?;
    point_front_door(&endpoints).await?;
    crate::bi::upload(context, &endpoints).await?;
    crate::mcp::publish(context, &endpoints).await?;
    if crashed {
        catch_up(context, &endpoints).await?;
    }
    Ok(endpoints)
}

/// Two of these at once would start everything twice.
fn lock(context: &Context) -> anyhow::Result<File> {
    fs::create_dir_all(&context.layout.state)?;
    let file = File::create(context.layout.state.join("up.lock"))?;
    if file.try_lock().is_err() {
        let step = context.console.step("Another `revloops` is at it: waiting");
        file.lock().context("waiting for the other one")?;
        step.done("it is done");
    }
    Ok(file)
}

/// Returns whether the local cloud had crashed since it last saved what it holds.
async fn start_cloud(context: &Context) -> anyhow::Result<bool> {
    let step = context.console.step("Local cloud");
    let layout = &context.layout;
    let url = format!("http://127.0.0.1:{}", context.ports.cloud);
    let launch = layout.root.join("infra/local/cloud/launch.py");
    let requirements = layout.root.join("infra/local/cloud/requirements.txt");
    let fingerprint = format!("{} {url}", hash_files(&[&launch, &requirements])?);
    if let Some(running) = process::running(layout, CLOUD) {
        if running.fingerprint == fingerprint && cloud_answers(&url).await {
            step.skipped("runs");
            return Ok(false);
        }
        step.detail("stopping the old one");
        stop_cloud(context).await?;
    }
    refuse_taken_port(context.ports.cloud, "the local cloud", "REVLOOPS_CLOUD_PORT")?;

    let state = layout.cloud_state();
    let saved = state.join("saved");
    let crashed = state.is_dir() && !saved.exists();
    fs::create_dir_all(state.join("s3"))?;
    let temporary = layout.state.join("tmp");
    fs::create_dir_all(&temporary)?;
    drop(fs::remove_file(&saved));

    let mut environment: Vec<(String, OsString)> =
        aws_environment(&url, REGION).into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let port = context.ports.cloud.to_string();
    environment.extend(
        [
            ("GATEWAY_PORT", port.as_str()),
            ("BIND_HOST", "127.0.0.1"),
            ("LAMBDA_EXECUTOR", "local"),
            ("MINISTACK_ACCOUNT_ID", ACCOUNT_ID),
            ("MINISTACK_REGION", REGION),
            ("PERSIST_STATE", "1"),
            ("S3_PERSIST", "1"),
            ("IOT_MTLS_ENABLED", "0"),
            ("SFTP_ENABLED", "0"),
            ("PYTHONUNBUFFERED", "1"),
            // Athena's days are UTC's; those of the local engine are the process's.
            ("TZ", "UTC"),
        ]
        .map(|(name, value)| (name.to_owned(), value.into())),
    );
    environment.push(("STATE_DIR".to_owned(), state.clone().into()));
    environment.push(("S3_DATA_DIR".to_owned(), state.join("s3").into()));
    // Unpacked functions are kept here.
    environment.push(("TMPDIR".to_owned(), temporary.into()));
    process::start(
        layout,
        Start { name: CLOUD, program: layout.tool("python"), arguments: vec![launch.into()], environment, fingerprint },
    )?;
    process::wait_ready(layout, CLOUD, Duration::from_secs(60), || cloud_answers(&url)).await?;
    if crashed {
        step.warned(format!("{url}; it was not stopped by `down` last time, so it is as it was at the `down` before"));
    } else {
        step.done(url);
    }
    Ok(crashed)
}

/// Stops the local cloud and notes whether it could save what it held.
pub(crate) async fn stop_cloud(context: &Context) -> anyhow::Result<bool> {
    let ran = process::running(&context.layout, CLOUD).is_some();
    let saved = process::stop(&context.layout, CLOUD, Duration::from_secs(30)).await?;
    if ran && saved {
        fs::write(context.layout.cloud_state().join("saved"), "")?;
    }
    Ok(saved)
}

async fn start_standins(context: &Context, program: &Path, secrets: &Secrets) -> anyhow::Result<()> {
    let step = context.console.step("Stand-ins for CRM, enrichment and AI");
    let layout = &context.layout;
    let ports = context.ports;
    let url = format!("http://127.0.0.1:{}", ports.crm);
    let port = |port: u16| OsString::from(port.to_string());
    // By the environment, not the command line, which every user of the machine can read.
    let environment: Vec<(String, OsString)> = [
        ("REVLOOPS_STANDIN_CRM_PORT", port(ports.crm)),
        ("REVLOOPS_STANDIN_CRM_DATABASE", layout.crm_database().into()),
        ("REVLOOPS_STANDIN_CRM_PACKAGE", layout.root.join("infra/crm").into()),
        ("REVLOOPS_STANDIN_CRM_CLIENT_ID", secrets.crm_client_id.clone().into()),
        ("REVLOOPS_STANDIN_CRM_CLIENT_SECRET", secrets.crm_client_secret.clone().into()),
        ("REVLOOPS_STANDIN_CRM_PASSWORD", secrets.crm_password.clone().into()),
        ("REVLOOPS_STANDIN_ENRICHMENT_PORT", port(ports.enrichment)),
        ("REVLOOPS_STANDIN_ENRICHMENT_API_KEY", secrets.enrichment_api_key.clone().into()),
        ("REVLOOPS_STANDIN_CRM_CALLBACK_URLS", format!("http://127.0.0.1:{}/oauth/callback", ports.site).into()),
        ("REVLOOPS_STANDIN_AI_PORT", port(ports.ai)),
        ("REVLOOPS_STANDIN_SITE_PORT", port(ports.site)),
        ("REVLOOPS_STANDIN_AI_API_KEY", secrets.ai_api_key.clone().into()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let crm_package = hash_tree(&layout.root.join("infra/crm"))?;
    let fingerprint = format!(
        "{} {crm_package} {} {}",
        hash_files(&[program])?,
        hash_text(&format!("{ports:?}")),
        hash_text(&serde_json::to_string(secrets)?)
    );
    if let Some(running) = process::running(layout, STANDINS) {
        if running.fingerprint == fingerprint && answers(&url).await {
            step.skipped("run");
            return Ok(());
        }
        step.detail("stopping the old ones");
        process::stop(layout, STANDINS, Duration::from_secs(10)).await?;
    }
    refuse_taken_port(ports.crm, "the CRM stand-in", "REVLOOPS_CRM_PORT")?;
    refuse_taken_port(ports.enrichment, "the enrichment stand-in", "REVLOOPS_ENRICHMENT_PORT")?;
    refuse_taken_port(ports.ai, "the AI stand-in", "REVLOOPS_AI_PORT")?;
    refuse_taken_port(ports.site, "the front door", "REVLOOPS_SITE_PORT")?;
    process::start(
        layout,
        Start {
            name: STANDINS,
            program: own_copy(&layout.state.join("run"), program)?,
            arguments: Vec::new(),
            environment,
            fingerprint,
        },
    )?;
    process::wait_ready(layout, STANDINS, Duration::from_secs(30), || answers(&url)).await?;
    step.done(url);
    Ok(())
}

/// A copy to run, so that cargo can write the next build while this one runs.
fn own_copy(directory: &Path, program: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(directory)?;
    let copy = directory.join(program.file_name().context("a program has a name")?);
    drop(fs::remove_file(&copy));
    fs::copy(program, &copy)?;
    Ok(copy)
}

/// Whether a stand-in answers at this address.
pub async fn answers(url: &str) -> bool {
    let Ok(client) = reqwest::Client::builder().timeout(Duration::from_secs(2)).no_proxy().build() else {
        return false;
    };
    let answer = client.get(format!("{url}/_standin/health")).send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

/// Tells the CRM where its outbound messages go, as an administrator would in its setup.
async fn point_outbound_messages(endpoints: &Endpoints) -> anyhow::Result<()> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).no_proxy().build()?;
    let answer = client
        .put(format!("{}/_standin/outbound", endpoints.crm.url))
        .json(&serde_json::json!({"endpoint_url": endpoints.api.messages_url}))
        .send()
        .await
        .context("telling the CRM where its outbound messages go")?;
    if !answer.status().is_success() {
        bail!("the CRM stand-in refused the outbound messages' endpoint: {}", answer.status());
    }
    Ok(())
}

/// Tells the front door which API is behind it, as a domain is mapped to one.
async fn point_front_door(endpoints: &Endpoints) -> anyhow::Result<()> {
    let api_host = endpoints.api.url.strip_prefix("http://").context("the API has no address")?;
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).no_proxy().build()?;
    let answer = client
        .put(format!("{}/_standin/front_door", endpoints.site.url))
        .json(&serde_json::json!({
            "cloud_url": endpoints.cloud.url, "api_host": api_host, "site_bucket": endpoints.output("SiteBucket")?,
        }))
        .send()
        .await
        .context("telling the front door where the API is")?;
    answer.error_for_status().context("telling the front door where the API is")?;
    Ok(())
}

fn refuse_taken_port(port: u16, who: &str, variable: &str) -> anyhow::Result<()> {
    if !ports::is_taken(port) {
        return Ok(());
    }
    let holder = ports::holder(port).unwrap_or_else(|| "another user's process".to_owned());
    bail!(
        "port {port} is wanted by {who} but held by {holder}, which `revloops` did not start: stop that, or choose another \
         port with {variable}=…"
    )
}

fn hash_files(paths: &[&Path]) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    for path in paths {
        let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        hash.update(Sha256::digest(bytes));
    }
    Ok(hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// Over every file below a directory, names included: the CRM reads its custom fields from there when it starts.
fn hash_tree(directory: &Path) -> anyhow::Result<String> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).with_context(|| format!("reading {}", directory.display()))? {
            let path = entry?.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    let mut hash = Sha256::new();
    for path in found {
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update(Sha256::digest(fs::read(&path)?));
    }
    Ok(hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

fn hash_text(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
