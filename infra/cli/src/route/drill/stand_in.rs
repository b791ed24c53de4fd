//! A CRM stand-in of the drill's own: its own process, ports and database, stopped and deleted at the end.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use revloops_crm::Salesforce;
use tokio::process::{Child, Command};

use super::super::target::crm;
use crate::context::Context;
use crate::crm_api::CrmApi;
use crate::demo::seed;
use crate::local::{Crm, answers};

const KEY: &str = "drill";

/// The running stand-in.
pub(super) struct StandIn {
    /// For what people do.
    pub(super) people: CrmApi,
    /// For what the system does.
    pub(super) system: Salesforce,
    /// Where files of the drill go.
    pub(super) folder: PathBuf,
    child: Child,
}

impl StandIn {
    pub(super) async fn start(context: &Context) -> anyhow::Result<Self> {
        let step = context.console.step("A CRM of the drill's own");
        let folder = context.layout.state.join("drill");
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir_all(&folder)?;
        let program = std::env::current_exe()?.with_file_name("revloops-standins");
        if !program.is_file() {
            bail!("{} is not built: `cargo build --bin revloops-standins`", program.display());
        }
        // None of the usual ones: a system may be running beside.
        let [port, enrichment, ai, site] = [free_port()?, free_port()?, free_port()?, free_port()?];
        let child = Command::new(&program)
            .env("REVLOOPS_STANDIN_CRM_PORT", port.to_string())
            .env("REVLOOPS_STANDIN_ENRICHMENT_PORT", enrichment.to_string())
            .env("REVLOOPS_STANDIN_AI_PORT", ai.to_string())
            .env("REVLOOPS_STANDIN_SITE_PORT", site.to_string())
            .env("REVLOOPS_STANDIN_CRM_DATABASE", folder.join("crm.sqlite"))
            .env("REVLOOPS_STANDIN_CRM_PACKAGE", context.layout.root.join("infra/crm"))
            .env("REVLOOPS_STANDIN_CRM_CLIENT_ID", KEY)
            .env("REVLOOPS_STANDIN_CRM_CLIENT_SECRET", KEY)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.join("standin.log"))?)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let url = format!("http://127.0.0.1:{port}");
        let began = Instant::now();
        while !answers(&url).await {
            if began.elapsed() > Duration::from_secs(20) {
                bail!("the stand-in does not answer; see {}", folder.join("standin.log").display());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let settings = Crm {
            url: url.clone(),
            organization_id: String::new(),
            client_id: KEY.to_owned(),
            client_secret: KEY.to_owned(),
            password: String::new(),
        };
        let people = CrmApi::log_in_to(&settings).await?;
        seed::organisation(&people).await?;
        step.done(url);
        Ok(Self { people, system: crm(&settings)?, folder, child })
    }

    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("stopping the drill's stand-in")?;
        drop(std::fs::remove_dir_all(&self.folder));
        Ok(())
    }
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
