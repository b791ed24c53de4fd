//! `revloops deploy`: the same template on AWS, in the account whose credentials are in the environment.
//!
//! Without `--execute` nothing is changed: the commands are shown, and with `--changeset` AWS is asked what it would do.

use std::{ffi::OsString, process::ExitCode, process::Stdio};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::{
    aws::Aws,
    bi,
    console::Tone,
    context::Context,
    local::{FUNCTIONS, ensure_tools},
};

/// What to deploy where.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The stage; the stack is named after it: revloops-<stage>.
    #[arg(long, default_value = "prod")]
    stage: String,
    /// The S3 bucket, in the same region, that the packages are uploaded to.
    #[arg(long)]
    artifacts: String,
    /// The CRM's My Domain address.
    #[arg(long)]
    crm_url: String,
    /// The CRM organisation whose messages are accepted.
    #[arg(long)]
    organization_id: String,
    /// The functions' processor: arm64 or x86_64.
    #[arg(long, default_value = "arm64", value_parser = ["arm64", "x86_64"])]
    architecture: String,
    /// Further template parameters, as Name=Value.
    #[arg(long = "parameter", value_parser = parameter)]
    parameters: Vec<String>,
    /// Have AWS work out what would change, without changing it.
    #[arg(long, conflicts_with = "execute")]
    changeset: bool,
    /// Do it.
    #[arg(long)]
    execute: bool,
}

fn parameter(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((name, _)) if !name.is_empty() => Ok(text.to_owned()),
        _ => Err("expected Name=Value".to_owned()),
    }
}

/// Shows or does the deployment.
///
/// # Errors
/// If the build, the upload or the deployment fails.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let stack = format!("revloops-{}", args.stage);
    let packaged = context.layout.root.join("target/lambda/packaged.yaml");
    let build = build_command(&args.architecture);
    let deploy = deploy_command(&args, &stack, &packaged.to_string_lossy());
    let template = context.layout.template();

    if !args.execute && !args.changeset {
        let console = &context.console;
        console.say(console.tone(Tone::Strong, "This would be done (--changeset asks AWS, --execute does it):"));
        console.say(format!("  {}", build.join(" ")));
        console
            .say(format!("  (each binary becomes {})", context.layout.lambda("<package>").join("bootstrap").display()));
        console.say(format!(
            "  aws cloudformation package --template-file {} --s3-bucket {} --output-template-file {}",
            template.display(),
            args.artifacts,
            packaged.display()
        ));
        console.say(format!("  aws {}", deploy.join(" ")));
        console.say("  then give the secrets their values: outputs CrmSecret {client_id, client_secret}, EnrichmentSecret, HunterSecret and AiSecret {api_key}:");
        console.say("  aws secretsmanager put-secret-value --secret-id <output> --secret-string file://<file>");
        console.json(&json!({"stack": stack, "build": build, "deploy": deploy, "executed": false}))?;
        return Ok(ExitCode::SUCCESS);
    }

    ensure_tools(context).await?;
    build_for_aws(context, &build).await?;
    let aws = Aws::own_account(&context.layout);
    let step = context.console.step("Upload");
    aws.package(&template, &args.artifacts, &packaged).await?;
    step.done(&args.artifacts);
    let step = context.console.step(if args.execute { "Deploy" } else { "Changeset" });
    let said = aws.text(deploy).await?;
    step.done(&stack);
    if args.execute {
        say_what_is_left(context, &aws, &stack).await?;
    } else {
        say_changes(context, &aws, &stack, &said).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A deployed stack works once its secrets have values; which ones they are, only the stack knows.
async fn say_what_is_left(context: &Context, aws: &Aws, stack: &str) -> anyhow::Result<()> {
    let outputs =
        aws.json(["cloudformation", "describe-stacks", "--stack-name", stack, "--query", "Stacks[0].Outputs"]).await?;
    let value = |name: &str| {
        let found = outputs
            .as_array()
            .into_iter()
            .flatten()
            .find(|output| output.get("OutputKey").and_then(Value::as_str) == Some(name));
        found.and_then(|output| output.get("OutputValue")?.as_str()).unwrap_or("?").to_owned()
    };
    bi::upload_to_aws(context, aws, &value("SiteBucket")).await?;
    let console = &context.console;
    console.say(
        console
            .tone(Tone::Strong, "Where it is new, give the secrets their values (a file each, with the keys named):"),
    );
    for (secret, keys) in [
        ("CrmSecret", "client_id, client_secret"),
        ("EnrichmentSecret", "api_key"),
        ("HunterSecret", "api_key"),
        ("AiSecret", "api_key"),
        ("SiteSigningSecret", "pkcs8_pem, the private half of the parameter SitePublicKey"),
    ] {
        // There are dashboards where there is a host for them.
        if secret == "SiteSigningSecret" && value("SiteHost") == "?" {
            continue;
        }
        let id = value(secret);
        console.say(format!(
            "  {keys}: aws secretsmanager put-secret-value --secret-id {id} --secret-string file://<file>"
        ));
    }
    if value("SiteHost") == "?" {
        console.say("Nothing serves the dashboards yet: parameters PublicUrl, SiteCertificate and SitePublicKey (openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256) let CloudFront do it.");
    } else {
        console.say(format!(
            "The host of PublicUrl has to point to {}; people begin at <PublicUrl>/oauth/dashboards",
            value("SiteHost")
        ));
    }
    console.say(format!("The outbound messages' endpoint in the CRM: {}/crm/messages", value("ApiUrl")));
    console.json(&json!({"stack": stack, "outputs": outputs, "executed": true}))
}

/// What AWS would change, resource by resource. `said` names the changeset.
async fn say_changes(context: &Context, aws: &Aws, stack: &str, said: &str) -> anyhow::Result<()> {
    let Some(changeset) = said.split_whitespace().find(|word| word.contains(":changeSet/")) else {
        context.console.say("Nothing would change.");
        return context.console.json(&json!({"stack": stack, "changes": [], "executed": false}));
    };
    let answer = aws.json(["cloudformation", "describe-change-set", "--change-set-name", changeset]).await?;
    let changes: Vec<&Value> = answer
        .get("Changes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|change| change.get("ResourceChange"))
        .collect();
    let text = |change: &Value, name: &str| change.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    context.console.table(
        &["change", "resource", "type", "replaced"],
        changes.iter().map(|change| {
            ["Action", "LogicalResourceId", "ResourceType", "Replacement"].map(|name| text(change, name)).into()
        }),
    );
    context.console.say(format!(
        "Nothing was changed. To do exactly this: aws cloudformation execute-change-set --change-set-name {changeset}"
    ));
    context.console.json(&json!({"stack": stack, "changeset": changeset, "changes": changes, "executed": false}))
}

fn build_command(architecture: &str) -> Vec<String> {
    let mut command: Vec<String> =
        ["cargo", "lambda", "build", "--release", "--output-format", "binary"].map(str::to_owned).to_vec();
    command.push(if architecture == "arm64" { "--arm64" } else { "--x86-64" }.to_owned());
    for function in FUNCTIONS {
        command.extend(["--package".to_owned(), function.package.to_owned()]);
    }
    command
}

fn deploy_command(args: &Args, stack: &str, packaged: &str) -> Vec<String> {
    let mut command: Vec<String> =
        ["cloudformation", "deploy", "--stack-name", stack, "--template-file", packaged, "--capabilities"]
            .map(str::to_owned)
            .to_vec();
    command.extend(["CAPABILITY_IAM".to_owned(), "CAPABILITY_AUTO_EXPAND".to_owned()]);
    command.push("--no-fail-on-empty-changeset".to_owned());
    // The template is larger than CloudFormation takes in a call.
    command.extend(["--s3-bucket".to_owned(), args.artifacts.clone()]);
    if !args.execute {
        command.push("--no-execute-changeset".to_owned());
    }
    command.push("--parameter-overrides".to_owned());
    command.extend([
        format!("Stage={}", args.stage),
        format!("Architecture={}", args.architecture),
        format!("OrganizationId={}", args.organization_id),
        format!("CrmUrl={}", args.crm_url),
    ]);
    command.extend(args.parameters.iter().cloned());
    command
}

/// By cargo-lambda, which brings the linker for Lambda's system; its output directory is where the template looks.
async fn build_for_aws(context: &Context, command: &[String]) -> anyhow::Result<()> {
    let step = context.console.step("Build for AWS");
    let mut words = command.iter();
    let program = words.next().context("a command has a program")?;
    let output = Command::new(program)
        .args(words.map(OsString::from))
        .current_dir(&context.layout.root)
        .stdin(Stdio::null())
        .output()
        .await
        .context("starting cargo")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if said.contains("no such command") {
            bail!("cargo-lambda builds for AWS and is not installed: pip install cargo-lambda");
        }
        bail!("the build failed\n{said}");
    }
    for function in FUNCTIONS {
        let bootstrap = context.layout.lambda(function.package).join("bootstrap");
        if !bootstrap.is_file() {
            bail!("cargo lambda left no {}", bootstrap.display());
        }
    }
    step.done(format!("{} functions", FUNCTIONS.len()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(execute: bool) -> Args {
        Args {
            stage: "test".to_owned(),
            artifacts: "bucket".to_owned(),
            crm_url: "https://x.my.salesforce.com".to_owned(),
            organization_id: "00D000000000001".to_owned(),
            architecture: "arm64".to_owned(),
            parameters: vec!["AiModel=m".to_owned()],
            changeset: !execute,
            execute,
        }
    }

    #[test]
    fn a_changeset_is_not_executed_unless_told_to() {
        let flag = "--no-execute-changeset".to_owned();
        assert!(deploy_command(&args(false), "s", "p").contains(&flag));
        assert!(!deploy_command(&args(true), "s", "p").contains(&flag));
    }

    #[test]
    fn a_parameter_needs_a_name_and_a_value() {
        assert!(parameter("AiModel=x").is_ok());
        assert!(parameter("AiModel").is_err());
        assert!(parameter("=x").is_err());
    }
}
