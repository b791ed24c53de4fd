//! AWS through its own command line: for deploying and looking, where a second's start does not matter. Functions never use this.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, bail};
use serde_json::Value;
use tokio::process::Command;

use crate::{context::Layout, local::Endpoints};

/// Calls the AWS CLI, on the local cloud or on the person's own account.
#[derive(Debug, Clone)]
pub struct Aws {
    program: PathBuf,
    environment: Vec<(&'static str, String)>,
    endpoint: Option<String>,
    directory: PathBuf,
}

impl Aws {
    /// On the local cloud.
    pub fn local(layout: &Layout, endpoints: &Endpoints) -> Self {
        Self::with_environment(layout, endpoints.aws_environment())
    }

    /// On the account of whoever runs this, by the credentials in their environment.
    pub fn own_account(layout: &Layout) -> Self {
        Self::with_environment(layout, vec![("AWS_PAGER", String::new())])
    }

    pub(crate) fn with_environment(layout: &Layout, environment: Vec<(&'static str, String)>) -> Self {
        // Said on the command line too: for SQS the CLI does not look into the environment.
        let endpoint = environment.iter().find(|(name, _)| *name == "AWS_ENDPOINT_URL").map(|(_, url)| url.clone());
        Self { program: layout.tool("aws"), environment, endpoint, directory: layout.root.join("infra") }
    }

    /// Runs a command and reads its answer; `Null` where it has none.
    ///
    /// # Errors
    /// If it fails; its own words are in the error.
    pub async fn json<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> anyhow::Result<Value> {
        let text = self.text(arguments).await?;
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).context("reading the answer of aws")
    }

    /// Runs a command and returns what it prints.
    ///
    /// # Errors
    /// If it fails; its own words are in the error.
    pub async fn text<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> anyhow::Result<String> {
        let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
        let output = Command::new(&self.program)
            .args(&arguments)
            .args(["--output", "json"])
            .args(self.endpoint.iter().flat_map(|url| ["--endpoint-url", url.as_str()]))
            .envs(self.environment.iter().map(|(name, value)| (*name, value.as_str())))
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .with_context(|| format!("running {}", self.program.display()))?;
        if !output.status.success() {
            // Only the service and the action: values may be secrets.
            let action: Vec<_> = arguments.iter().take(2).map(|argument| argument.to_string_lossy()).collect();
            bail!("aws {}: {}", action.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Invokes a function and reads what it replies.
    ///
    /// # Errors
    /// If it cannot be invoked, or fails; its own words are in the error.
    pub async fn invoke(&self, function: &str, payload: &Value) -> anyhow::Result<Value> {
        let answer = tempfile::NamedTempFile::new()?;
        let arguments = ["lambda", "invoke", "--cli-read-timeout", "0", "--function-name", function, "--payload"];
        let rest = [payload.to_string(), answer.path().to_string_lossy().into_owned()];
        let said = self.json(arguments.map(str::to_owned).into_iter().chain(rest)).await?;
        let text = std::fs::read_to_string(answer.path())?;
        if let Some(error) = said.get("FunctionError").and_then(Value::as_str) {
            bail!("{function} failed ({error}): {text}");
        }
        serde_json::from_str(&text).with_context(|| format!("reading what {function} replied"))
    }

    /// Uploads what the template points at and writes the template that points at the uploads.
    ///
    /// # Errors
    /// If the upload fails.
    pub async fn package(&self, template: &Path, bucket: &str, packaged: &Path) -> anyhow::Result<()> {
        self.text([
            "cloudformation".into(),
            "package".into(),
            "--template-file".into(),
            template.as_os_str().to_owned(),
            "--s3-bucket".into(),
            OsString::from(bucket),
            "--output-template-file".into(),
            packaged.as_os_str().to_owned(),
        ])
        .await?;
        Ok(())
    }
}
