//! Qualify and Engage with the real clients against the stand-ins: leads as they come, to the preview.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;

use revloops_ai::{Anthropic, Prices};
use revloops_config::Levers;
use revloops_domain::events::{ChainStep, LeadSaved, Owner, Qualified, QualifyStatus, RouteStatus, Routed};
use revloops_domain::{CorrelationId, Lead, OrganizationId, OwnerId, Secret};
use revloops_engage::logic::Writer;
use revloops_engage::{Engage, EngageTrigger, EngageVerdict};
use revloops_enrichment::{Hunter, PeopleDataLabs};
use revloops_loopkit::ports::Provider;
use revloops_loopkit::record::Record;
use revloops_loopkit::{Loaded, Loop, dry_run};
use revloops_qualify::Qualify;
use revloops_standins::host::Running;
use revloops_standins::{ai, enrichment};
use revloops_testkit::{AccountsInMemory, TestWorld, lead as lead_of, lead_id, shipped_config};

const KEY: &str = "e2e-previews-key";
const MODEL: &str = "claude-sonnet-5-5";

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn at() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn loaded<C: Levers>() -> Loaded<C> {
    let stamp = revloops_domain::ConfigStamp { key: C::LOOP.into(), version_id: "local".into(), sha256: String::new() };
    Loaded { config: shipped_config(), stamp }
}

/// Both loops, and the stand-ins that they ask.
struct Chain {
    world: Arc<TestWorld>,
    qualify: (Qualify, Loaded<<Qualify as Loop>::Config>),
    engage: (Engage, Loaded<<Engage as Loop>::Config>),
    _running: [Running; 2],
}

async fn chain() -> anyhow::Result<Chain> {
    let listen = || TcpListener::bind("127.0.0.1:0");
    let data = enrichment::serve(listen().await?, enrichment::Options { api_key: KEY.into(), per_minute: 100_000 })?;
    let model = ai::serve(listen().await?, ai::Options { api_key: KEY.into() })?;
    let key = Secret::new(KEY);
    let providers: Vec<Arc<dyn Provider>> =
        vec![Arc::new(PeopleDataLabs::new(&data.url(), &key)?), Arc::new(Hunter::new(&data.url(), &key)?)];
    let settings = revloops_ai::Settings::new(model.url(), MODEL, Prices::list());
    let anthropic = Anthropic::new(settings, &key)?;
    let world = Arc::new(TestWorld::new(at()).where_everybody_is_known());
    let qualify = Qualify {
        leads: world.clone(),
        crm: world.clone(),
        providers,
        cache: world.clone(),
        spend: world.clone(),
        behaviour: world.clone(),
        accounts: Arc::new(AccountsInMemory::default()),
    };
    let engage = (Engage::of(Arc::new(anthropic), world.clone(), world.clone()), loaded());
    Ok(Chain { world, qualify: (qualify, loaded()), engage, _running: [data, model] })
}

/// What one lead came to.
struct Went {
    qualified: Qualified,
    /// `None` where the lead was turned away.
    preview: Option<(EngageVerdict, Record)>,
}

impl Chain {
    async fn run(&self, lead: Lead) -> anyhow::Result<Went> {
        use revloops_loopkit::ports::Leads as _;
        let event = LeadSaved {
            event_id: "e2e".into(),
            correlation_id: CorrelationId("e2e".into()),
            organization_id: OrganizationId::parse("00Dxx0000001gPLEAY")?,
            lead_id: lead.id.clone(),
            trigger: "created".into(),
            occurred_at: at(),
            received_at: at(),
            redriven: false,
            passed_over: Vec::new(),
        };
        self.world.remember(&lead).await?;
        let step = ChainStep { event: event.clone(), previous: None, qualified: None };
        let record = dry_run(&self.qualify.0, &self.qualify.1, step, self.world.as_ref()).await?;
        let qualified: Qualified = serde_json::from_value(record.reply)?;
        if qualified.status == QualifyStatus::Disqualified {
            return Ok(Went { qualified, preview: None });
        }
        let owner =
            Owner { id: OwnerId::parse("005xx0000000001")?, name: "Dana Fox".into(), login: "dana.fox@example".into() };
        let previous = Routed {
            status: RouteStatus::Routed,
            run_id: qualified.run_id.clone(),
            lead_id: lead.id,
            owner: Some(owner),
            rule: None,
            territory: None,
        };
        let step = EngageTrigger::Lead(Box::new(ChainStep { event, previous, qualified: Some(qualified.clone()) }));
        let record = dry_run(&self.engage.0, &self.engage.1, step, self.world.as_ref()).await?;
        let verdict: EngageVerdict = serde_json::from_value(record.decision.verdict.clone())?;
        Ok(Went { qualified, preview: Some((verdict, record)) })
    }
}

fn text<'a>(lead: &'a Value, field: &str) -> Option<&'a str> {
    lead.get(field).and_then(Value::as_str)
}

/// The leads that the demo seeds.
fn demo_leads() -> anyhow::Result<Vec<Lead>> {
    let file = std::fs::read_to_string(root().join("infra/cli/src/demo/leads.json"))?;
    let rows: Vec<Value> = serde_json::from_str(&file)?;
    let lead = |(n, row): (usize, &Value)| {
        let mut lead = lead_of(text(row, "Company").unwrap()).id(lead_id(n as u32 + 1)).build();
        lead.first_name = text(row, "FirstName").map(str::to_owned);
        lead.last_name = text(row, "LastName").unwrap().to_owned();
        lead.title = text(row, "Title").map(str::to_owned);
        lead.email = text(row, "Email").map(str::to_owned);
        lead.website = text(row, "Website").map(str::to_owned);
        lead.country_code = text(row, "CountryCode").map(str::to_owned);
        lead.industry = text(row, "Industry").map(str::to_owned);
        lead.lead_source = text(row, "LeadSource").map(str::to_owned);
        lead.description = text(row, "Description").map(str::to_owned);
        lead
    };
    Ok(rows.iter().enumerate().map(lead).collect())
}

/// A lead of every company in the provider's library; every second one wrote to us.
fn library_leads() -> anyhow::Result<Vec<Lead>> {
    let file = std::fs::read_to_string(root().join("infra/local/standins/src/enrichment/companies.json"))?;
    let rows: Vec<Value> = serde_json::from_str(&file)?;
    let mut leads = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        let (Some(name), Some(domain)) = (text(row, "name"), text(row, "domain")) else { continue };
        let mut lead = lead_of(name).id(lead_id(n as u32 + 500)).named("Robin", "Vale").build();
        lead.email = Some(format!("robin.vale@{domain}"));
        lead.title = (n % 3 != 0).then(|| "Director of Sales Operations".to_owned());
        lead.description = (n % 2 == 0).then(|| "How do you plan quotas for a team that grows?".to_owned());
        leads.push(lead);
    }
    Ok(leads)
}

fn faults(verdict: &EngageVerdict) -> String {
    verdict.drafts.iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join("\n  ")
}

#[tokio::test]
async fn every_lead_gets_a_preview_whose_claims_all_cite() -> anyhow::Result<()> {
    let chain = chain().await?;
    let mut drafted = 0;
    for lead in demo_leads()?.into_iter().chain(library_leads()?) {
        let company = lead.company.clone();
        let went = chain.run(lead).await?;
        let Some((verdict, _)) = went.preview else {
            anyhow::ensure!(
                !went.qualified.disqualified_because.is_empty(),
                "{company} was turned away without a reason"
            );
            continue;
        };
        anyhow::ensure!(
            verdict.written_by == Some(Writer::Model(format!("stand-in for {MODEL}"))),
            "{company}:\n  {}",
            faults(&verdict)
        );
        anyhow::ensure!(verdict.drafts.len() == 1, "{company} needed a redraft:\n  {}", faults(&verdict));
        anyhow::ensure!(verdict.steps.len() >= 3 && verdict.claims > 0, "{company}: {verdict:?}");
        for line in verdict.steps.iter().flat_map(|step| &step.lines) {
            for cited in &line.cites {
                anyhow::ensure!(verdict.brief.iter().any(|fact| &fact.id == cited), "{company}: {cited}");
            }
        }
        drafted += 1;
    }
    anyhow::ensure!(drafted > 60, "only {drafted} leads were drafted for");
    Ok(())
}

#[tokio::test]
async fn the_demo_leads_fall_into_every_band_and_two_are_turned_away() -> anyhow::Result<()> {
    let chain = chain().await?;
    let mut bands = std::collections::BTreeMap::<String, usize>::new();
    let mut turned_away = Vec::new();
    let mut shown = String::new();
    for lead in demo_leads()? {
        let company = lead.company.clone();
        let went = chain.run(lead).await?;
        shown.push_str(&format!("{company}: {} {}\n", went.qualified.score, went.qualified.band));
        *bands.entry(went.qualified.band.clone()).or_default() += 1;
        if went.preview.is_none() {
            turned_away.push(company);
        }
    }
    anyhow::ensure!(bands.len() >= 3, "{bands:?}\n{shown}");
    anyhow::ensure!(turned_away == ["student", "Planfleet"], "{turned_away:?}\n{shown}");
    Ok(())
}

#[tokio::test]
async fn orders_in_a_message_reach_neither_preview_nor_event() -> anyhow::Result<()> {
    let chain = chain().await?;
    let hostile = demo_leads()?.into_iter().find(|lead| lead.company == "Cotswold Payments").unwrap();
    let went = chain.run(hostile).await?;
    let (verdict, record) = went.preview.unwrap();
    for line in verdict.steps.iter().flat_map(|step| &step.lines) {
        let text = line.text.to_lowercase();
        anyhow::ensure!(!text.contains("free") && !text.contains("90,000") && !text.contains("ignore"), "{text}");
    }
    let emitted = serde_json::to_string(record.effects.last().unwrap())?;
    anyhow::ensure!(!emitted.contains("free for life"), "{emitted}");
    Ok(())
}
