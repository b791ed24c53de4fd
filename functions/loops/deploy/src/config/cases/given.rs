//! The account of a case, and the world that it is in.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use revloops_config::Problems;
use revloops_domain::{Account, AccountId, ConfigStamp};
use revloops_loopkit::Mismatch;
use revloops_loopkit::ports::{
    AssociationCause, CrmTerritory, PlacedAccount, PlacementMove, Resolution, TerritoryAccount, TerritoryModel,
};
use revloops_scenario::Scenario;

use crate::config::DeployConfig;
use crate::logic::facts::{Answer, Facts, Snapshot};
use crate::logic::goal::goal;

/// An account, and what is known of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenAccount {
    /// The territories, in the order in which they are looked at.
    territories: Vec<GivenTerritory>,
    /// ISO country code, or what somebody has typed instead.
    country: Option<String>,
    /// State or province code.
    state: Option<String>,
    /// Kind: `Customer - Direct`, …
    kind: Option<String>,
    /// ISO country code of the account above it.
    headquarters_country: Option<String>,
    /// How many of its opportunities are open.
    #[serde(default)]
    open_opportunities: u32,
    /// The territory that it is in.
    pub(super) at: Option<String>,
    /// Days since we last moved it.
    moved_days_ago: Option<u16>,
    /// The territory for which the scenario names it.
    named: Option<String>,
    /// The territory that a person has said.
    said: Option<String>,
    /// What the AI agent answers; it cannot be reached where this is left out.
    agent: Option<GivenAnswer>,
}

/// A territory of a case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GivenTerritory {
    /// Its id.
    id: String,
    /// The countries in it.
    countries: Vec<String>,
    /// The states in it; all of those countries where they are left out.
    #[serde(default)]
    states: Vec<String>,
}

/// An answer of the AI agent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GivenAnswer {
    /// The territory's id, or `none`.
    territory: String,
    /// How sure it is, in percent.
    confidence: u8,
}

/// When cases are planned.
pub(super) fn noon() -> Timestamp {
    Timestamp::constant(1_800_000_000, 0)
}

#[expect(clippy::expect_used, reason = "a prefix of three and twelve digits are a valid id")]
fn account_id(number: u8) -> AccountId {
    AccountId::parse(&format!("001{number:012}")).expect("three digits and twelve more")
}

fn account(number: u8, country: Option<&String>) -> Account {
    Account {
        id: account_id(number),
        name: "Some Account".to_owned(),
        domain: None,
        country_code: country.cloned(),
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
    }
}

impl GivenAccount {
    /// The smallest scenario that has these territories.
    pub(super) fn scenario(&self) -> Result<Scenario, Vec<Mismatch>> {
        let territories: Vec<Value> = self
            .territories
            .iter()
            .map(|one| {
                let countries = json!({"field": "country", "in": one.countries});
                let when = if one.states.is_empty() {
                    countries
                } else {
                    json!({"all": [countries, {"field": "state", "in": one.states}]})
                };
                json!({"id": one.id, "name": one.id, "when": when})
            })
            .collect();
        let named: Vec<Value> =
            self.named.iter().map(|territory| json!({"account": account_id(1), "territory": territory})).collect();
        let cost = json!({"base_a_year": 1, "variable_a_year": 1, "overhead_percent": 0, "hiring": 0});
        let profile = json!({
            "id": "seat", "name": "Seat", "ramp": "now", "attrition_percent_a_year": 0, "quota": {"a_year": 1},
            "quota_ramps": false, "cost": cost,
        });
        let text = json!({
            "name": "Case", "currency": "USD", "starts": "2027-01", "months": 12,
            "segments": [{"id": "all", "name": "All"}],
            "ramp_curves": [{"id": "now", "percent_by_month": [100]}],
            "profiles": [profile],
            "productivity": [{"profile": "seat", "a_year": 1}],
            "roles": ["account_executive"],
            "territories": territories,
            "named_accounts": named,
        });
        let mut problems = Problems::new();
        let resolved = revloops_scenario::parse_text(&[("case", &text.to_string())], "case", &mut problems);
        match problems.into_result(resolved) {
            Ok(resolved) => Ok(resolved.scenario),
            Err(problems) => Err(vec![Mismatch {
                what: "given".to_owned(),
                expected: "territories that can be".to_owned(),
                found: problems.to_string(),
            }]),
        }
    }

    /// What would be looked up: all territories are in the CRM, and the account where the case says.
    pub(super) fn facts(&self, config: &DeployConfig, scenario: &Scenario) -> Facts {
        let day = jiff::tz::TimeZone::UTC.to_datetime(noon()).date();
        let territories: Vec<CrmTerritory> = goal(scenario, &config.people, day)
            .into_iter()
            .map(|one| CrmTerritory {
                id: format!("crm-{}", one.id),
                name: one.name,
                developer_name: one.developer_name,
                parent_id: None,
                revloops_id: Some(one.id),
                description: one.about,
            })
            .collect();
        let mut subject = account(1, self.country.as_ref());
        subject.state_code.clone_from(&self.state);
        subject.kind.clone_from(&self.kind);
        subject.parent_id = self.headquarters_country.as_ref().map(|_| account_id(2));
        let placed = self.at.iter().map(|territory| TerritoryAccount {
            id: "placed".to_owned(),
            territory_id: format!("crm-{territory}"),
            account_id: account_id(1),
            cause: AssociationCause::Manual,
        });
        let answer = match &self.agent {
            Some(GivenAnswer { territory, confidence }) => Answer::Said {
                answer: json!({"territory": territory, "confidence": confidence, "evidence": "as the case says"}),
                model: config.agent.version.clone(),
            },
            None => Answer::Down,
        };
        let moved = self.moved_days_ago.map(|days| {
            let ago = SignedDuration::from_hours(24 * i64::from(days));
            PlacementMove { account: account_id(1), at: noon().saturating_sub(ago).unwrap_or(Timestamp::MIN) }
        });
        let said = self.said.iter().map(|territory| Resolution {
            account: account_id(1),
            territory: territory.clone(),
            by: "somebody".to_owned(),
            why: "as the case says".to_owned(),
            at: noon(),
        });
        Facts {
            stamp: ConfigStamp { key: "case".to_owned(), version_id: "case".to_owned(), sha256: scenario.hash.clone() },
            scenario: Value::Null,
            crm: Snapshot {
                model: Some(TerritoryModel { id: "model".to_owned(), developer_name: "Case".to_owned() }),
                types: vec![(config.territory_type.clone(), "type".to_owned())],
                territories,
                users: Vec::new(),
                placed: placed.collect(),
                placed_in_all: 1,
                accounts: vec![PlacedAccount { account: subject, open_opportunities: self.open_opportunities }],
                above: self.headquarters_country.iter().map(|country| account(2, Some(country))).collect(),
                all_accounts: true,
                people: Vec::new(),
            },
            answers: BTreeMap::from([(account_id(1), answer)]),
            resolutions: said.collect(),
            pending: Vec::new(),
            moved: moved.into_iter().collect(),
        }
    }
}
