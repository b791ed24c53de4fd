//! A local system of its own, a config folder of its own, and ways to look at both.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use revloops_cli::console::Console;
use revloops_cli::context::{Context, Ports};
use revloops_cli::crm_api::CrmApi;
use revloops_cli::demo::seed;
use revloops_cli::down;
use revloops_cli::local::{Endpoints, ensure_up};
use revloops_tests::tools::project_root;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

use crate::config::copy;

/// These tests change what is active: one at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

const PORTS: Ports = Ports { cloud: 5566, crm: 5571, enrichment: 5572, ai: 5573, site: 5575 };

/// The scenario of these tests: the baseline with a territory more, and another name for one.
pub(super) const SCENARIO: &str = "\
based_on: fy27-baseline
name: End to end
territories:
  - id: poland
    parent: emea
    name: Poland
    about: Poland
    when: {field: country, in: [PL]}
    owners: {account_executive: tom.becker@northfield.example}
  - {id: dach, name: DACH & Liechtenstein}
";

/// Where accounts of these countries belong, as a person would say.
pub(super) const PLACES: [(&str, Option<&str>, &str); 10] = [
    ("DE", None, "dach"),
    ("FR", None, "france-benelux"),
    ("SE", None, "nordics"),
    ("GB", None, "uk-ireland"),
    ("ES", None, "iberia"),
    ("PL", None, "poland"),
    ("BR", None, "latin-america"),
    ("US", Some("CA"), "us-west"),
    ("US", Some("NY"), "us-east"),
    ("JP", None, "apac"),
];

/// The running system, and a config folder that these tests may change.
pub(super) struct Own {
    pub(super) context: Context,
    pub(super) endpoints: Endpoints,
    pub(super) crm: CrmApi,
    pub(super) folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Own {
    /// A new system without anything of an earlier run.
    pub(super) async fn new() -> anyhow::Result<Self> {
        let turn = ONE_AT_A_TIME.lock().await;
        let project = Context::from_environment(Console::new(false))?;
        let state = project.layout.root.join(".revloops/test-planning");
        let layout = revloops_cli::context::Layout { root: project.layout.root.clone(), state };
        let context = Context { console: Console::new(false).without_results(), layout, ports: PORTS };
        down::run(&context, down::Args { purge: true }).await?;
        let endpoints = ensure_up(&context).await?;
        let crm = CrmApi::log_in(&endpoints).await?;
        seed::organisation(&crm).await?;
        let folder = tempfile::tempdir()?;
        copy(&project_root().join("config"), folder.path());
        std::fs::write(folder.path().join("scenarios/end-to-end.yaml"), SCENARIO)?;
        Ok(Self { context, endpoints, crm, folder, _turn: turn })
    }

    /// Stops it, and forgets what it stored.
    pub(super) async fn end(self) -> anyhow::Result<()> {
        down::run(&self.context, down::Args { purge: true }).await.map(drop)
    }

    /// The config folder.
    pub(super) fn config(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn active_file(&self) -> PathBuf {
        self.config().join("active_scenario.yaml")
    }

    /// The command line, on this system.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let this = std::env::current_exe().unwrap();
        let mut command = Command::new(this.ancestors().nth(2).unwrap().join("revloops"));
        command
            .args(arguments)
            .env("REVLOOPS_DIR", &self.context.layout.state)
            .env("REVLOOPS_CLOUD_PORT", PORTS.cloud.to_string())
            .env("REVLOOPS_CRM_PORT", PORTS.crm.to_string())
            .env("REVLOOPS_ENRICHMENT_PORT", PORTS.enrichment.to_string())
            .env("REVLOOPS_AI_PORT", PORTS.ai.to_string())
            .env("REVLOOPS_SITE_PORT", PORTS.site.to_string());
        command
    }

    pub(super) fn revloops(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a command tells as JSON, and whether it ended well.
    pub(super) fn told(&self, arguments: &[&str]) -> (Value, bool) {
        let output = self.revloops(&[&["--json"], arguments].concat());
        let text = String::from_utf8_lossy(&output.stdout);
        let said = String::from_utf8_lossy(&output.stderr);
        let value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{text}\n{said}"));
        (value, output.status.success())
    }

    /// Promotes by the hash that the command itself tells first.
    pub(super) fn promote(&self, id: &str) -> Value {
        let config = self.config().to_string_lossy().into_owned();
        let promote = ["design", "promote", id, "--config", &config];
        let (shown, fine) = self.told(&promote);
        assert!(fine && shown["promoted"] == false, "{shown}");
        let (promoted, fine) = self.told(&[&promote[..], &["--approve", shown["hash"].as_str().unwrap()]].concat());
        assert!(fine && promoted["promoted"] == true, "{promoted}");
        promoted
    }

    /// The plan of this scenario that waits, once there is one.
    pub(super) async fn waiting_plan(&self, scenario: &str) -> Value {
        for _attempt in 0..240 {
            let (plans, _) = self.told(&["territories", "list"]);
            let waits =
                |plan: &&Value| plan["status"]["status"] == "waiting" && plan["plan"]["scenario_id"] == scenario;
            if let Some(plan) = plans.as_array().unwrap().iter().find(waits) {
                return plan["plan"].clone();
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        panic!("no plan of {scenario} waits: {:#}", self.told(&["status"]).0["parked"])
    }

    /// Accounts in all of these countries in turns; their ids with the territory that each belongs to.
    pub(super) async fn accounts(&self, count: usize) -> anyhow::Result<BTreeMap<String, &'static str>> {
        let record = |at: usize| {
            let (country, state, _) = PLACES[at % PLACES.len()];
            json!({"Name": format!("Planned {at}"), "Type": "Prospect", "BillingCountryCode": country, "BillingStateCode": state})
        };
        let records: Vec<Value> = (0..count).map(record).collect();
        let ids = self.crm.create_all("Account", &records).await?;
        Ok(ids.into_iter().enumerate().map(|(at, id)| (id, PLACES[at % PLACES.len()].2)).collect())
    }

    /// What the CRM has of territories.
    pub(super) async fn picture(&self) -> anyhow::Result<Picture> {
        let soql = "SELECT Id, Name, DeveloperName, ParentTerritory2Id, RevLoops_Id__c FROM Territory2";
        let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let territories = self.crm.query(soql).await?;
        let ours: BTreeMap<String, String> =
            territories.iter().map(|one| (text(one, "Id"), text(one, "RevLoops_Id__c"))).collect();
        let id = |crm_id: &str| ours.get(crm_id).cloned().unwrap_or_default();
        let logins: BTreeMap<String, String> = self
            .crm
            .query("SELECT Id, Username FROM User")
            .await?
            .iter()
            .map(|user| (text(user, "Id"), text(user, "Username")))
            .collect();
        let users = self.crm.query("SELECT UserId, Territory2Id FROM UserTerritory2Association").await?;
        let soql = "SELECT ObjectId, Territory2Id FROM ObjectTerritory2Association";
        let accounts = self.crm.query(soql).await?;
        let mut placed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for one in &accounts {
            placed.entry(text(one, "ObjectId")).or_default().insert(id(&text(one, "Territory2Id")));
        }
        Ok(Picture {
            territories: territories
                .iter()
                .map(|one| (text(one, "RevLoops_Id__c"), (text(one, "Name"), id(&text(one, "ParentTerritory2Id")))))
                .collect(),
            count: territories.len(),
            users: users
                .iter()
                .map(|one| (id(&text(one, "Territory2Id")), logins[&text(one, "UserId")].clone()))
                .collect(),
            associations: (users.len(), accounts.len()),
            placed,
        })
    }

    /// The CRM's id of one of our territories.
    pub(super) async fn territory(&self, id: &str) -> anyhow::Result<String> {
        let found = self.crm.query(&format!("SELECT Id FROM Territory2 WHERE RevLoops_Id__c = '{id}'")).await?;
        assert_eq!(found.len(), 1, "{id} is there once");
        Ok(found[0]["Id"].as_str().unwrap().to_owned())
    }
}

/// Territories, users and accounts of the CRM, by our own names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    /// Name and the territory above, by our id.
    pub(super) territories: BTreeMap<String, (String, String)>,
    /// How many territories there are; more than above where one was made twice.
    pub(super) count: usize,
    /// Territory and username.
    pub(super) users: BTreeSet<(String, String)>,
    /// Users and accounts in territories; more than above where one is there twice.
    pub(super) associations: (usize, usize),
    /// Territories by account.
    pub(super) placed: BTreeMap<String, BTreeSet<String>>,
}
