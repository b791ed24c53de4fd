//! A merged document → the checked scenario, with everything that is wrong at the line where it was written.

mod accounts;
mod market;
mod names;
mod people;
mod plan;

use serde_json::Value;

use revloops_config::{Document, Problems};
use revloops_domain::{Cents, MatchedBy};
use revloops_rules::Known;

use crate::fields::LeadField;
use crate::lists::read_lists;
use crate::model::{BasisPoints, Scenario};
use crate::raw::{Amount, Percent, hundredths};
use crate::territories::read as territories;
use names::Names;

/// The keys of a scenario that say where accounts and leads live.
pub(crate) const TERRITORY_KEYS: [&str; 3] = ["roles", "lists", "territories"];

/// Checks a document whose misfits with the schema are among `problems` already. `None` where there is any problem.
pub(crate) fn check(id: &str, based_on: Vec<String>, document: &Document, problems: &mut Problems) -> Option<Scenario> {
    let names = Names::of(document);
    let text = |key: &str| document.value().get(key).and_then(Value::as_str);
    let territories = territories(document, problems);
    let (starts, months) = plan::span(document, problems);
    let mut scenario = Scenario {
        id: id.to_owned(),
        name: text("name").unwrap_or_default().to_owned(),
        about: text("about").map(str::to_owned),
        based_on,
        hash: String::new(),
        currency: plan::currency(document, problems),
        starts,
        months,
        roles: document.value().get("roles").map(texts).unwrap_or_default(),
        territories: territories.territories,
        segments: market::segments(document, &names, problems),
        managers: people::managers(document, &names, problems),
        ramp_curves: people::ramp_curves(document, problems),
        seasonality: market::seasonality(document, problems),
        profiles: people::profiles(document, &names, problems),
        productivity: market::productivity(document, &names, problems),
        roster: people::roster(document, &names, problems),
        hiring_plan: people::hiring_plan(document, &names, problems),
        targets: Vec::new(),
        uncertainty: plan::uncertainty(document, problems),
        named_accounts: accounts::named_accounts(document, &names, problems),
    };
    market::targets(&mut scenario, document, &names, problems);
    people::allocation(&scenario.roster, document, problems);
    market::missing_productivity(&scenario, document, &names, problems);
    problems.is_empty().then_some(scenario)
}

fn territories(document: &Document, problems: &mut Problems) -> territories::ReadTerritories {
    let matched_by = [MatchedBy::Domain, MatchedBy::Name, MatchedBy::SimilarName].map(MatchedBy::name);
    let known = Known {
        names: vec![(LeadField::AccountMatchedBy.into(), matched_by.to_vec())],
        lists: read_lists(document, problems),
        trees: Vec::new(),
    };
    territories::read(&document.only(&TERRITORY_KEYS), &known, problems)
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn percent(given: Percent, document: &Document, pointer: &str, problems: &mut Problems) -> BasisPoints {
    BasisPoints::try_from(two_decimals(given.0, document, pointer, problems)).unwrap_or_default()
}

fn amount(given: Amount, document: &Document, pointer: &str, problems: &mut Problems) -> Cents {
    Cents(two_decimals(given.0, document, pointer, problems))
}

/// The number in hundredths. What is out of bounds has been said by the schema.
fn two_decimals(number: f64, document: &Document, pointer: &str, problems: &mut Problems) -> i64 {
    hundredths(number).unwrap_or_else(|| {
        problems.at(document, pointer, format!("{number} has more than two decimals"), "round it to two decimals");
        0
    })
}
