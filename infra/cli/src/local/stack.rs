//! The template, deployed to the local cloud the way it is deployed to AWS.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use revloops_registry::SigningKeys;
use sha2::{Digest as _, Sha256};

use super::{
    endpoints::{Stack, aws_environment, write_private},
    package::Package,
    secrets::Secrets,
    start::{ORGANIZATION_ID, REGION},
};
use crate::{
    aws::Aws,
    context::{Context, Ports},
};

const STACK: &str = "revloops";
const ARTIFACTS: &str = "revloops-artifacts";
/// The stack's tag that says what was deployed. In the cloud itself, so that it cannot outlive what it describes.
const TAG: &str = "revloops-fingerprint";

/// Deploys what differs from what runs.
pub(super) async fn deploy(context: &Context, secrets: &Secrets, packages: &[Package]) -> anyhow::Result<Stack> {
    let step = context.console.step("Deploy");
    let url = format!("http://127.0.0.1:{}", context.ports.cloud);
    let aws = Aws::with_environment(&context.layout, aws_environment(&url, REGION));
    let parameters = parameters(context.ports, registry_key(secrets)?);
    let fingerprint = fingerprint(context, &parameters, secrets, packages)?;

    let there = describe(&aws).await;
    if let Some(found) = &there
        && found.fingerprint.as_deref() == Some(&fingerprint)
        && found.status.ends_with("_COMPLETE")
        && !found.status.contains("ROLLBACK")
    {
        step.skipped("unchanged");
        return Ok(Stack { name: STACK.to_owned(), outputs: found.outputs.clone() });
    }
    let first = there.is_none();
    if there.is_some_and(|found| found.status.starts_with("ROLLBACK") || found.status.ends_with("_FAILED")) {
        step.detail("removing what failed before");
        aws.text(["cloudformation", "delete-stack", "--stack-name", STACK]).await?;
        aws.text(["cloudformation", "wait", "stack-delete-complete", "--stack-name", STACK]).await?;
    }

    step.detail("packaging");
    if first {
        // There is no harm in making a bucket that is there.
        drop(aws.text(["s3api", "create-bucket", "--bucket", ARTIFACTS]).await);
    }
    let packaged = context.layout.state.join("packaged.yaml");
    let template = with_packages(context, packages)?;
    aws.package(&template, ARTIFACTS, &packaged).await?;

    step.detail("deploying");
    let mut arguments: Vec<OsString> = [
        "cloudformation",
        "deploy",
        "--stack-name",
        STACK,
        "--capabilities",
        "CAPABILITY_IAM",
        "CAPABILITY_AUTO_EXPAND",
        "--no-fail-on-empty-changeset",
        // Larger than CloudFormation takes in a call.
        "--s3-bucket",
        ARTIFACTS,
        "--template-file",
    ]
    .map(OsString::from)
    .to_vec();
    arguments.push(packaged.clone().into_os_string());
    arguments.extend(["--tags".into(), format!("{TAG}={fingerprint}").into(), "--parameter-overrides".into()]);
    arguments.extend(parameters.iter().map(|(name, value)| OsString::from(format!("{name}={value}"))));
    if let Err(error) = aws.text(arguments).await {
        return Err(error.context(failures(&aws).await));
    }
    let found = describe(&aws).await.context("the stack is not there after its deployment")?;

    forget_old_artifacts(&aws, &packaged).await?;

    step.detail("secrets");
    put_secrets(context, &aws, &found.outputs, secrets).await?;
    step.done(format!("{} ({})", STACK, found.status));
    Ok(Stack { name: STACK.to_owned(), outputs: found.outputs })
}

/// The template with the packages in the place of the directories that it names; nothing else is different.
fn with_packages(context: &Context, packages: &[Package]) -> anyhow::Result<PathBuf> {
    let written = std::fs::read_to_string(context.layout.template())?;
    let mut text = written.clone();
    for package in packages {
        let named = format!("CodeUri: ../target/lambda/{}/", package.function.package);
        if !written.contains(&named) {
            bail!("the template does not say `{named}`");
        }
        text = text.replace(&named, &format!("CodeUri: {}", package.zip.display()));
    }
    let chains = context.layout.root.join("infra/chains");
    text = text.replace("DefinitionUri: chains/", &format!("DefinitionUri: {}/", chains.display()));
    let template = context.layout.state.join("template.yaml");
    std::fs::write(&template, text)?;
    Ok(template)
}

/// The functions hold their code themselves: an upload is of no use once it is deployed, and each is many megabytes.
async fn forget_old_artifacts(aws: &Aws, packaged: &Path) -> anyhow::Result<()> {
    let deployed = std::fs::read_to_string(packaged)?;
    let answer = aws.json(["s3api", "list-objects-v2", "--bucket", ARTIFACTS]).await?;
    let keys = answer.get("Contents").and_then(|objects| objects.as_array()).into_iter().flatten();
    let old: Vec<serde_json::Value> = keys
        .filter_map(|object| object.get("Key")?.as_str())
        .filter(|key| !deployed.contains(key))
        .map(|key| serde_json::json!({"Key": key}))
        .collect();
    if !old.is_empty() {
        let delete = serde_json::json!({"Objects": old, "Quiet": true}).to_string();
        aws.text(["s3api", "delete-objects", "--bucket", ARTIFACTS, "--delete", &delete]).await?;
    }
    Ok(())
}

/// The public half of what the registry of MCP servers is signed with.
fn registry_key(secrets: &Secrets) -> anyhow::Result<String> {
    let keys = secrets.keys.as_ref().context("the local keys are missing")?;
    let keys = SigningKeys::from_secret(&serde_json::from_value(keys.registry_signing.clone())?)?;
    Ok(keys.public_keys().first().context("the registry has no key")?.to_base64())
}

/// The template's parameters for one machine: the stand-ins' addresses, and times short enough to watch.
fn parameters(ports: Ports, registry_key: String) -> BTreeMap<&'static str, String> {
    let architecture = if std::env::consts::ARCH == "aarch64" { "arm64" } else { "x86_64" };
    BTreeMap::from([
        ("Stage", "local".to_owned()),
        ("Architecture", architecture.to_owned()),
        ("OrganizationId", ORGANIZATION_ID.to_owned()),
        ("CrmUrl", format!("http://127.0.0.1:{}", ports.crm)),
        ("EnrichmentUrl", format!("http://127.0.0.1:{}", ports.enrichment)),
        // One stand-in is both providers.
        ("HunterUrl", format!("http://127.0.0.1:{}", ports.enrichment)),
        ("AiUrl", format!("http://127.0.0.1:{}", ports.ai)),
        ("McpRegistryKey", registry_key),
        // Nothing here depends on the internet: clients register themselves.
        ("ClientDocuments", "off".to_owned()),
        ("PublicUrl", format!("http://127.0.0.1:{}", ports.site)),
        // The local cloud has no archives in its CloudFormation.
        ("ArchiveDays", "0".to_owned()),
        ("LogRetentionDays", "1".to_owned()),
        // One process plays the whole cloud: more at once only waits inside of it.
        ("StarterConcurrency", "10".to_owned()),
        ("StarterBatchSize", "2".to_owned()),
        ("ConfigTtlSeconds", "2".to_owned()),
        ("StepTimeoutSeconds", "20".to_owned()),
        ("LeaseSeconds", "25".to_owned()),
        ("BusyRetrySeconds", "3".to_owned()),
        ("BusyRetryAttempts", "10".to_owned()),
        ("PlanningStepSeconds", "120".to_owned()),
        ("PlanningLeaseSeconds", "130".to_owned()),
        ("PlanningBusyRetrySeconds", "5".to_owned()),
        ("PlanningBusyRetryAttempts", "30".to_owned()),
        ("RetrySeconds", "1".to_owned()),
        ("LedgerMinutes", "2".to_owned()),
        ("LedgerSeconds", "2".to_owned()),
        // Whoever looks has them published: a schedule that runs beside tests would only be in their way.
        ("MartsMinutes", "1440".to_owned()),
        ("RetryMaxSeconds", "5".to_owned()),
        ("ChainTimeoutSeconds", "100".to_owned()),
        ("StarterTimeoutSeconds", "110".to_owned()),
        ("DemandVisibilitySeconds", "120".to_owned()),
    ])
}

fn fingerprint(
    context: &Context,
    parameters: &BTreeMap<&'static str, String>,
    secrets: &Secrets,
    packages: &[Package],
) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    let mut add = |part: &[u8]| hash.update(Sha256::digest(part));
    add(&std::fs::read(context.layout.template())?);
    for chain in files(&context.layout.root.join("infra/chains"))? {
        add(&std::fs::read(chain)?);
    }
    add(serde_json::to_string(parameters)?.as_bytes());
    add(serde_json::to_string(secrets)?.as_bytes());
    for package in packages {
        add(package.hash.as_bytes());
    }
    Ok(hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

fn files(directory: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let mut found = std::fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    found.sort();
    Ok(found)
}

struct Found {
    status: String,
    fingerprint: Option<String>,
    outputs: BTreeMap<String, String>,
}

/// The stack as the cloud knows it; `None` if it does not.
async fn describe(aws: &Aws) -> Option<Found> {
    let answer = aws.json(["cloudformation", "describe-stacks", "--stack-name", STACK]).await.ok()?;
    let stack = answer.get("Stacks")?.get(0)?;
    let pairs = |list: &str, name: &str, value: &str| -> BTreeMap<String, String> {
        let items = stack.get(list).and_then(|items| items.as_array());
        items
            .into_iter()
            .flatten()
            .filter_map(|item| Some((item.get(name)?.as_str()?.to_owned(), item.get(value)?.as_str()?.to_owned())))
            .collect()
    };
    Some(Found {
        status: stack.get("StackStatus")?.as_str()?.to_owned(),
        fingerprint: pairs("Tags", "Key", "Value").remove(TAG),
        outputs: pairs("Outputs", "OutputKey", "OutputValue"),
    })
}

/// What CloudFormation says went wrong, resource by resource.
async fn failures(aws: &Aws) -> String {
    let events = aws
        .json(["cloudformation", "describe-stack-events", "--stack-name", STACK, "--max-items", "200"])
        .await
        .unwrap_or_default();
    let lines: Vec<String> = events
        .get("StackEvents")
        .and_then(|events| events.as_array())
        .into_iter()
        .flatten()
        .filter(|event| event.get("ResourceStatus").and_then(|s| s.as_str()).is_some_and(|s| s.ends_with("_FAILED")))
        .filter_map(|event| {
            let resource = event.get("LogicalResourceId")?.as_str()?;
            let reason = event.get("ResourceStatusReason")?.as_str()?;
            Some(format!("  {resource}: {reason}"))
        })
        .take(10)
        .collect();
    if lines.is_empty() {
        "the template was refused".to_owned()
    } else {
        format!("the deployment failed:\n{}", lines.join("\n"))
    }
}

async fn put_secrets(
    context: &Context,
    aws: &Aws,
    outputs: &BTreeMap<String, String>,
    secrets: &Secrets,
) -> anyhow::Result<()> {
    let app = serde_json::json!({"client_id": secrets.crm_client_id, "client_secret": secrets.crm_client_secret});
    let keys = secrets.keys.clone().context("the local keys are missing")?;
    let values = [
        ("CrmSecret", app.clone()),
        // One app of the stand-in serves both; in an org, people's logins have an app of their own.
        ("CrmLoginSecret", app),
        ("SigningSecret", keys.token_signing),
        ("SealingSecret", keys.sealing),
        ("RegistryKeysSecret", keys.registry_signing),
        ("EnrichmentSecret", serde_json::json!({"api_key": secrets.enrichment_api_key})),
        ("HunterSecret", serde_json::json!({"api_key": secrets.enrichment_api_key})),
        ("AiSecret", serde_json::json!({"api_key": secrets.ai_api_key})),
    ];
    let puts = values.iter().map(async |(output, value)| {
        let id = outputs.get(*output).with_context(|| format!("the stack has no output {output}"))?;
        put_secret(context, aws, id, value).await
    });
    futures::future::try_join_all(puts).await.map(drop)
}

/// Gives a secret its value, through a file: a command line can be read by every user of the machine.
pub(crate) async fn put_secret(
    context: &Context,
    aws: &Aws,
    id: &str,
    value: &serde_json::Value,
) -> anyhow::Result<()> {
    let name: String = id.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let file = context.layout.state.join(format!("{name}.secret"));
    write_private(&file, value.to_string().as_bytes())?;
    let put = aws
        .text([
            OsString::from("secretsmanager"),
            "put-secret-value".into(),
            "--secret-id".into(),
            id.into(),
            "--secret-string".into(),
            format!("file://{}", file.display()).into(),
        ])
        .await;
    std::fs::remove_file(&file)?;
    put.map(drop)
}

/// Asks until the local cloud answers as itself.
pub(super) async fn cloud_answers(url: &str) -> bool {
    let Ok(client) = reqwest::Client::builder().timeout(Duration::from_secs(2)).no_proxy().build() else {
        return false;
    };
    let answer = client.get(format!("{url}/_ministack/health")).send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(name: &str) -> u64 {
        parameters(Ports { cloud: 1, crm: 2, enrichment: 3, ai: 4, site: 5 }, String::new())[name].parse().unwrap()
    }

    #[test]
    fn the_local_times_fit_into_each_other() {
        assert!(number("StepTimeoutSeconds") < number("LeaseSeconds"));
        assert!(number("LeaseSeconds") < number("BusyRetrySeconds") * number("BusyRetryAttempts"));
        assert!(number("PlanningStepSeconds") < number("PlanningLeaseSeconds"));
        assert!(
            number("PlanningLeaseSeconds") < number("PlanningBusyRetrySeconds") * number("PlanningBusyRetryAttempts")
        );
        assert!(number("StepTimeoutSeconds") * 3 < number("ChainTimeoutSeconds"));
        assert!(number("ChainTimeoutSeconds") < number("StarterTimeoutSeconds"));
        assert!(number("StarterTimeoutSeconds") <= number("DemandVisibilitySeconds"));
    }
}
