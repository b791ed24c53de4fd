//! The suite against an authorization server.
//!
//! It reads the metadata, prints an address to log in at, waits on a callback of its own and redeems the code. Who logs
//! in is the caller's: a browser, or a client of HTTP that follows redirects and fills in the forms.

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use crate::report::{Report, read};
use crate::suite::Suite;

/// Who logs in.
#[derive(Debug, Clone)]
pub struct Client<'a> {
    /// A public client that may have codes sent to `http://127.0.0.1:<port>/callback`.
    pub id: &'a str,
    /// The server that the token is for.
    pub resource: &'a str,
    /// Where the suite waits for the code.
    pub port: u16,
}

impl Suite {
    /// Runs all scenarios for authorization servers. `log_in` is called with the address that the suite would have a
    /// person open; it returns when the redirect to the callback has been followed.
    ///
    /// # Errors
    /// When the suite cannot be run, or logging in fails.
    pub async fn run_authorization<F>(
        &self,
        issuer: &str,
        client: &Client<'_>,
        log_in: impl FnOnce(String) -> F,
    ) -> anyhow::Result<Report>
    where
        F: Future<Output = anyhow::Result<()>>,
    {
        let folder = tempfile::tempdir()?;
        let kept = folder.path().to_str().context("the temporary folder's name is no text")?;
        let port = client.port.to_string();
        let mut child = self
            .command(&[
                "authorization",
                "--url",
                issuer,
                "--client-id",
                client.id,
                "--resource",
                client.resource,
                "--port",
                &port,
                "--output-dir",
                kept,
            ])
            .spawn()
            .context("starting the conformance suite")?;
        let stdout = child.stdout.take().context("the suite's output is not at hand")?;
        let mut stdout = BufReader::new(stdout).lines();
        let (mut printed, mut log_in) = (String::new(), Some(log_in));
        while let Some(line) = stdout.next_line().await? {
            printed.push_str(&line);
            printed.push('\n');
            if line.starts_with("http")
                && line.contains("response_type=code")
                && let Some(log_in) = log_in.take()
            {
                log_in(line).await.context("logging in")?;
            }
        }
        let mut errors = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            stderr.read_to_string(&mut errors).await?;
        }
        let status = child.wait().await?;
        let report = Report { scenarios: read(folder.path(), &printed)?, printed };
        anyhow::ensure!(!report.scenarios.is_empty(), "the suite ran nothing ({status}):\n{}{errors}", report.printed);
        Ok(report)
    }
}
