//! A CRM stand-in of a test's own: in this process, on a free port, with an empty organisation in a temporary folder.

use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use revloops_crm::{Credentials, CrmSettings, Salesforce};
use revloops_domain::Secret;
use revloops_standins::{crm, host::Running};
use revloops_tests::tools;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Consumer key of the app that may log in.
pub(crate) const CLIENT_ID: &str = "e2e-client";
/// Its secret.
pub(crate) const CLIENT_SECRET: &str = "e2e-client-secret";
/// Password of the users that exist from the start.
pub(crate) const PASSWORD: &str = "e2e-password";

/// A running stand-in; it ends, and its data goes, when it is dropped.
pub(crate) struct CrmStandIn {
    running: Running,
    _folder: TempDir,
}

impl CrmStandIn {
    /// Starts one with a new organisation.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let options = crm::Options {
            database: folder.path().join("crm.sqlite"),
            package_dir: tools::project_root().join("infra/crm"),
            public_url: None,
            clients: vec![crm::Client {
                id: CLIENT_ID.into(),
                secret: CLIENT_SECRET.into(),
                run_as: crm::INTEGRATION.into(),
                callback_urls: Vec::new(),
                rotates_refresh_tokens: false,
            }],
            password: PASSWORD.into(),
            delivery: crm::Delivery::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let running = crm::serve(listener, options).await.context("starting the CRM stand-in")?;
        Ok(Self { running, _folder: folder })
    }

    /// Its address as a URL.
    pub(crate) fn url(&self) -> String {
        self.running.url()
    }

    /// The real client, logged in to it, which keeps nothing that it has looked up.
    pub(crate) fn client(&self) -> anyhow::Result<Salesforce> {
        Ok(Salesforce::new(&CrmSettings {
            url: self.url(),
            credentials: Credentials { client_id: Secret::new(CLIENT_ID), client_secret: Secret::new(CLIENT_SECRET) },
            request_timeout: Duration::from_secs(10),
            directory_ttl: Duration::ZERO,
        })?)
    }
}

/// Runs a program to its end without holding up the stand-in, which answers it from this same process.
pub(crate) async fn run(mut command: Command) -> anyhow::Result<String> {
    tokio::task::spawn_blocking(move || tools::run(&mut command)).await?
}
