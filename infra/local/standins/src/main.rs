//! `revloops-standins`: serves the stand-ins until it is told to stop.

use std::io::IsTerminal as _;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use revloops_standins::{ai, crm, enrichment, front_door};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Local stand-ins for the outside services: they speak the vendors' protocols and say that they are stand-ins.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Address that all of them listen on.
    #[arg(long, env = "REVLOOPS_STANDIN_HOST", default_value = "127.0.0.1")]
    host: IpAddr,
    /// The CRM's port.
    #[arg(long, env = "REVLOOPS_STANDIN_CRM_PORT", default_value_t = 4571)]
    crm_port: u16,
    /// URL under which clients reach the CRM; its address where absent.
    #[arg(long, env = "REVLOOPS_STANDIN_CRM_PUBLIC_URL")]
    crm_public_url: Option<String>,
    /// The CRM's SQLite file.
    #[arg(long, env = "REVLOOPS_STANDIN_CRM_DATABASE", default_value = ".revloops/crm.sqlite")]
    crm_database: PathBuf,
    /// The SFDX package that the CRM reads its custom fields and outbound messages from.
    #[arg(long, env = "REVLOOPS_STANDIN_CRM_PACKAGE", default_value = "infra/crm")]
    crm_package: PathBuf,
    /// Consumer key of the app that the functions log in as.
    #[arg(long, env = "REVLOOPS_STANDIN_CRM_CLIENT_ID", default_value = "revloops-local")]
    crm_client_id: String,
    /// Its secret.
    #[arg(
        long,
        env = "REVLOOPS_STANDIN_CRM_CLIENT_SECRET",
        default_value = "revloops-local-secret",
        hide_env_values = true
    )]
    crm_client_secret: String,
    /// Where its users may be sent back to after a login, exactly as written, separated by commas; anywhere where it is absent.
    #[arg(long, env = "REVLOOPS_STANDIN_CRM_CALLBACK_URLS", value_delimiter = ',')]
    crm_callback_urls: Vec<String>,
    /// Whether its refresh tokens rotate: each is good for one refresh, which brings the next.
    #[arg(long, env = "REVLOOPS_STANDIN_CRM_ROTATE_REFRESH_TOKENS", default_value_t = false)]
    crm_rotate_refresh_tokens: bool,
    /// Password of the administrator and the integration user, and of every user who was given none of their own.
    #[arg(long, env = "REVLOOPS_STANDIN_CRM_PASSWORD", default_value = "revloops-local", hide_env_values = true)]
    crm_password: String,
    /// Where outbound messages go; they wait where it is absent and none was set before.
    #[arg(long, env = "REVLOOPS_STANDIN_CRM_OUTBOUND_URL")]
    crm_outbound_url: Option<String>,
    /// Pause before an outbound message's second attempt, in milliseconds; it doubles up to two hours.
    #[arg(long, env = "REVLOOPS_STANDIN_CRM_OUTBOUND_BASE_DELAY_MS", default_value_t = 1000)]
    crm_outbound_base_delay_ms: u64,
    /// Envelopes that are on their way at one time.
    #[arg(long, env = "REVLOOPS_STANDIN_CRM_OUTBOUND_IN_FLIGHT", default_value_t = 4)]
    crm_outbound_in_flight: usize,
    /// How long a first outbound message waits for others to share its envelope, in milliseconds.
    #[arg(long, env = "REVLOOPS_STANDIN_CRM_OUTBOUND_WINDOW_MS", default_value_t = 50)]
    crm_outbound_window_ms: u64,
    /// The enrichment provider's port.
    #[arg(long, env = "REVLOOPS_STANDIN_ENRICHMENT_PORT", default_value_t = 4572)]
    enrichment_port: u16,
    /// The key that it takes.
    #[arg(long, env = "REVLOOPS_STANDIN_ENRICHMENT_API_KEY", default_value = "revloops-local", hide_env_values = true)]
    enrichment_api_key: String,
    /// Requests that each of its endpoints takes in a minute.
    #[arg(long, env = "REVLOOPS_STANDIN_ENRICHMENT_PER_MINUTE", default_value_t = 100_000)]
    enrichment_per_minute: u32,
    /// The AI's port.
    #[arg(long, env = "REVLOOPS_STANDIN_AI_PORT", default_value_t = 4573)]
    ai_port: u16,
    /// The key that it takes.
    #[arg(long, env = "REVLOOPS_STANDIN_AI_API_KEY", default_value = "revloops-local", hide_env_values = true)]
    ai_api_key: String,
    /// The port of the deployment's public name.
    #[arg(long, env = "REVLOOPS_STANDIN_SITE_PORT", default_value_t = 4575)]
    site_port: u16,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let arguments = Arguments::parse();

    let crm = crm::serve(
        listener(arguments.host, arguments.crm_port).await?,
        crm::Options {
            database: arguments.crm_database,
            package_dir: arguments.crm_package,
            public_url: arguments.crm_public_url,
            clients: vec![crm::Client {
                id: arguments.crm_client_id,
                secret: arguments.crm_client_secret,
                run_as: crm::INTEGRATION.to_owned(),
                callback_urls: arguments.crm_callback_urls,
                rotates_refresh_tokens: arguments.crm_rotate_refresh_tokens,
            }],
            password: arguments.crm_password,
            delivery: crm::Delivery {
                endpoint_url: arguments.crm_outbound_url,
                base_delay: Duration::from_millis(arguments.crm_outbound_base_delay_ms),
                in_flight: arguments.crm_outbound_in_flight,
                window: Duration::from_millis(arguments.crm_outbound_window_ms),
                ..crm::Delivery::default()
            },
        },
    )
    .await
    .context("starting the CRM stand-in")?;
    tracing::info!(url = crm.url(), "the CRM stand-in is ready");
    let enrichment = enrichment::serve(
        listener(arguments.host, arguments.enrichment_port).await?,
        enrichment::Options { api_key: arguments.enrichment_api_key, per_minute: arguments.enrichment_per_minute },
    )
    .context("starting the enrichment stand-in")?;
    tracing::info!(url = enrichment.url(), "the enrichment stand-in is ready");
    let ai =
        ai::serve(listener(arguments.host, arguments.ai_port).await?, ai::Options { api_key: arguments.ai_api_key })
            .context("starting the AI stand-in")?;
    tracing::info!(url = ai.url(), "the AI stand-in is ready");

    let site =
        front_door::serve(listener(arguments.host, arguments.site_port).await?).context("opening the front door")?;
    tracing::info!(url = site.url(), "the front door is open");

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    site.stop().await;
    ai.stop().await;
    enrichment.stop().await;
    crm.stop().await;
    Ok(())
}

async fn listener(host: IpAddr, port: u16) -> anyhow::Result<TcpListener> {
    let address = SocketAddr::from((host, port));
    TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))
}
