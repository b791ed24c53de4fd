//! `cases.yaml`: given this account, expect this territory, hold or doubt.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_domain::{Account, AccountId, ConfigStamp, UserId};
use revloops_loopkit::Mismatch;
use revloops_loopkit::ports::{
    AssociationCause, CrmTerritory, PlacedAccount, PlacementMove, Resolution, TerritoryAccount, TerritoryModel,
};

use super::DeployConfig;
use crate::logic::accounts::accounts;
use crate::logic::facts::{Answer, Facts, Snapshot};
use crate::logic::goal::{Wanted, developer_name};
use crate::logic::match_up::match_up;
use crate::logic::place::Placer;
use crate::logic::plan::{By, Hold, Step};

#[derive(Debug, Deserialize, JsonSchema)]
pub struct DeployCase {}
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Expected {}
#[derive(Debug, Deserialize, JsonSchema)]
pub struct GivenAccount {}
pub(crate) fn run_case(_config: &DeployConfig, _case: &DeployCase) -> Result<(), Vec<Mismatch>> {
    Ok(())
}
