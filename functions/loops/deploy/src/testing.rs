//! Worlds and scenarios for this loop's tests.

use async_trait::async_trait;
use jiff::Timestamp;
use revloops_config::store::PointerRead;
use revloops_config::{ConfigStore, Document, Levers as _, Pointer, Problems, Sources, StoreError};
use revloops_domain::{Account, AccountId, ConfigStamp, CorrelationId, RunId, UserId};
use revloops_loopkit::ports::{AssociationCause, CrmTerritory, CrmUser, PlacedAccount};
use revloops_loopkit::the_loop::LookedUp;
use revloops_loopkit::{Mode, Outcome};
use revloops_scenario::Resolved;
use revloops_testkit::{CrmTerritories, TestWorld, account_id, user_id};

use crate::config::DeployConfig;
use crate::inputs::{DeployInput, Ports, Why, look_up};
use crate::logic::facts::Facts;
use crate::logic::plan::Plan;
use crate::sync::{self, Approved, Turn};

/// Noon on a day of the plan.
pub(crate) fn noon() -> Timestamp {
    "2027-02-01T12:00:00Z".parse().unwrap()
}

const LEVERS: &str = "
holds: {customer_kinds: [Customer - Direct], open_opportunities: true, recent_move_days: 30}
people: {roles: [{role: account_executive, in_crm: Owner}]}
territory_type: Geography
agent:
  {version: t, system: You place accounts., task: Say where., max_tokens: 500, min_confidence: 80, asks_a_run: 3, answers_kept_days: 30}
feedback: {min_sample: 5, min_agreement_percent: 80}
";

/// The levers of these tests, with one text replaced.
pub(crate) fn config_with(from: &str, to: &str) -> DeployConfig {
    assert!(LEVERS.contains(from), "{from}");
    let mut problems = Problems::new();
    let document = Document::parse_yaml("levers.yaml", &LEVERS.replacen(from, to, 1), &mut problems);
    let sources = Sources::from([("levers.yaml".to_owned(), document.unwrap())]);
    DeployConfig::check(&sources, &mut problems).unwrap_or_else(|| panic!("{problems}"))
}

pub(crate) fn config() -> DeployConfig {
    config_with("holds:", "holds:")
}

/// A scenario of these territories, and whatever else is given, as YAML.
pub(crate) fn scenario(id: &str, rest: &str) -> Resolved {
    let text = format!(
        "
name: {id}
currency: USD
starts: 2027-01
months: 12
segments: [{{id: all, name: All}}]
ramp_curves: [{{id: now, percent_by_month: [100]}}]
profiles:
  - {{id: ae, name: AE, ramp: now, attrition_percent_a_year: 0, quota: {{a_year: 100}}, quota_ramps: false, cost: {{base_a_year: 1, variable_a_year: 1, overhead_percent: 0, hiring: 0}}}}
productivity: [{{profile: ae, a_year: 100}}]
roles: [account_executive, engineer]
{rest}
"
    );
    let mut problems = Problems::new();
    let resolved = revloops_scenario::parse_text(&[(id, &text)], id, &mut problems);
    problems.into_result(resolved).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

/// Two territories under one, with people.
pub(crate) const EUROPE: &str = "
territories:
  - {id: emea, name: EMEA}
  - {id: dach, parent: emea, name: DACH, about: German speaking, when: {field: country, in: [DE, AT, CH]}, owners: {account_executive: anna@acme.example, engineer: ben@acme.example}}
  - {id: nordics, parent: emea, name: Nordics, when: {field: country, in: [SE, DK]}, owners: {account_executive: cleo@acme.example}}
  - {id: us-west, name: US West, when: {all: [{field: country, is: US}, {field: state, in: [CA, WA]}]}, owners: {account_executive: anna@acme.example}}
  - {id: us-east, name: US East, when: {all: [{field: country, is: US}, {field: state, present: true}]}}
";

/// The content of one scenario, whatever is asked for.
pub(crate) struct Stored(pub(crate) Vec<u8>);

#[async_trait]
impl ConfigStore for Stored {
    async fn put(&self, key: &str, _bytes: Vec<u8>) -> Result<String, StoreError> {
        Err(StoreError::Conflict(key.to_owned()))
    }

    async fn get(&self, _key: &str, _version_id: &str) -> Result<Vec<u8>, StoreError> {
        Ok(self.0.clone())
    }

    async fn newest(&self, _key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(Some(self.0.clone()))
    }

    async fn pointer(&self, _loop_name: &str) -> Result<Option<PointerRead>, StoreError> {
        let active = stamp();
        let pointer = Pointer::new(active, None, "test", noon());
        Ok(Some(PointerRead { pointer, etag: "1".into() }))
    }

    async fn move_pointer(&self, name: &str, _to: &Pointer, _expected: Option<&str>) -> Result<(), StoreError> {
        Err(StoreError::Conflict(name.to_owned()))
    }
}

pub(crate) fn stamp() -> ConfigStamp {
    ConfigStamp { key: "scenarios/test.json".into(), version_id: "v".into(), sha256: "s".into() }
}

pub(crate) fn input(why: Why) -> DeployInput {
    let correlation_id = CorrelationId("c-1".into());
    DeployInput { event_id: "e-1".into(), why, scenario: None, accounts: None, correlation_id }
}

pub(crate) fn user(number: u32, login: &str, active: bool) -> CrmUser {
    CrmUser { id: user_id(number), login: login.to_owned(), name: login.to_owned(), active }
}

/// A CRM with an active model, four people and no accounts.
pub(crate) fn world() -> TestWorld {
    let world = TestWorld::new(noon());
    world.with(|memory| {
        memory.crm = CrmTerritories::active();
        memory.users = (1..)
            .zip(["anna", "ben", "cleo", "dora"])
            .map(|(number, name)| user(number, &format!("{name}@acme.example"), true))
            .collect();
    });
    world
}

/// An account in a country; an empty text is none.
pub(crate) fn account(number: u32, country: &str) -> PlacedAccount {
    let account = Account {
        id: account_id(number),
        name: format!("Company {number}"),
        domain: None,
        country_code: Some(country.to_owned()).filter(|country| !country.is_empty()),
        state_code: None,
        postal_code: None,
        city: None,
        phone: None,
        industry: None,
        employees: None,
        kind: None,
        owner_id: None,
        parent_id: None,
        created_at: None,
        modified_at: None,
    };
    PlacedAccount { account, open_opportunities: 0 }
}

pub(crate) fn add(world: &TestWorld, accounts: impl IntoIterator<Item = PlacedAccount>) {
    world.with(|memory| memory.crm.accounts.extend(accounts.into_iter().map(|one| (one.account.id.clone(), one))));
}

pub(crate) fn ports<'a>(world: &'a TestWorld, stored: &'a Stored) -> Ports<'a> {
    Ports { config: stored, territories: world, directory: world, placements: world, model: world, answers: world }
}

pub(crate) async fn looked_up(
    world: &TestWorld,
    config: &DeployConfig,
    scenario: &Resolved,
    input: &DeployInput,
) -> Outcome<LookedUp<Facts>> {
    let stored = Stored(scenario.to_json());
    look_up(ports(world, &stored), config, input, noon(), Mode::Live).await
}

/// The plan for a scenario in a world.
pub(crate) async fn planned(world: &TestWorld, config: &DeployConfig, scenario: &Resolved) -> Plan {
    let facts = looked_up(world, config, scenario, &input(Why::Plan)).await.unwrap().facts;
    crate::logic::make(config, &scenario.scenario, &facts, noon())
}

pub(crate) fn sync_ports(world: &TestWorld) -> sync::Ports<'_> {
    sync::Ports { territories: world, making: world, collections: world, journal: world, placements: world, bus: world }
}

/// Carries a plan out, or takes it back, three chunks a turn.
pub(crate) async fn carry(world: &TestWorld, plan: &Plan, run: &str, back: bool) -> Outcome<Turn> {
    let run_id = RunId(run.to_owned());
    let approved = Approved { plan, run_id: &run_id, by: "helen@acme.example", at: noon() };
    let mut chunk = 0;
    loop {
        let turn = if back {
            sync::roll_back(sync_ports(world), approved, chunk, 3, async |_| {}).await?
        } else {
            sync::apply(sync_ports(world), approved, chunk, 3, async |_| {}).await?
        };
        if turn.done {
            return Ok(turn);
        }
        assert!(turn.next_chunk > chunk, "a turn must come on");
        chunk = turn.next_chunk;
    }
}

/// Brings a world to a scenario.
pub(crate) async fn brought(world: &TestWorld, config: &DeployConfig, scenario: &Resolved, run: &str) -> Plan {
    let plan = planned(world, config, scenario).await;
    let turn = carry(world, &plan, run, false).await.unwrap();
    assert_eq!((turn.left, turn.refused), (0, 0), "{:?}", turn.named);
    plan
}

/// The developer names of the territories that an account is in.
pub(crate) fn places(world: &TestWorld, account: &AccountId) -> Vec<String> {
    world.with(|memory| {
        let there = memory.crm.placed.values().filter(|one| one.account_id == *account);
        let mut names: Vec<String> =
            there.map(|one| memory.crm.territories[&one.territory_id].developer_name.clone()).collect();
        names.sort();
        names
    })
}

/// Somebody puts an account into a territory by hand, out of all others.
pub(crate) fn put(world: &TestWorld, account: &AccountId, territory: &str) {
    world.with(|memory| {
        memory.crm.placed.retain(|_, one| one.account_id != *account);
        let id = memory.crm.named(territory).unwrap().id.clone();
        memory.crm.place(&id, account, AssociationCause::Manual);
    });
}

/// Somebody makes a territory by hand.
pub(crate) fn by_hand(world: &TestWorld, developer_name: &str, parent: Option<&str>) -> String {
    world.with(|memory| {
        memory.crm.ids += 1;
        let id = format!("0MI{:012}", memory.crm.ids);
        let parent_id = parent.map(|parent| memory.crm.named(parent).unwrap().id.clone());
        let territory = CrmTerritory {
            id: id.clone(),
            name: developer_name.to_owned(),
            developer_name: developer_name.to_owned(),
            parent_id,
            revloops_id: None,
            description: None,
        };
        memory.crm.territories.insert(id.clone(), territory);
        id
    })
}

pub(crate) fn roles_of(world: &TestWorld, developer_name: &str) -> Vec<(UserId, Option<String>)> {
    world.with(|memory| {
        let id = memory.crm.named(developer_name).unwrap().id.clone();
        let mut there: Vec<(UserId, Option<String>)> = memory
            .crm
            .users
            .values()
            .filter(|one| one.territory_id == id)
            .map(|one| (one.user_id.clone(), one.role.clone()))
            .collect();
        there.sort();
        there
    })
}
