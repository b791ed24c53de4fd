//! Plans as the running system has them: which there are, and what each says.

use anyhow::Context as _;
use revloops_aws::{Clients, TableApprovals, TablePlacements, TableRuns};
use revloops_deploy::Plan;
use revloops_loopkit::RunKey;
use revloops_loopkit::ports::{Approvals as _, AskedPlan, PlanStatus, RunStore as _};

use crate::context::Context;
use crate::local::Endpoints;

/// The tables that plans are in.
pub(crate) struct Planned {
    pub(super) endpoints: Endpoints,
    pub(super) clients: Clients,
    pub(super) approvals: TableApprovals,
}

impl Planned {
    /// Those of the running system.
    pub(crate) async fn load(context: &Context) -> anyhow::Result<Self> {
        Self::of(Endpoints::load(context)?).await
    }

    pub(crate) async fn of(endpoints: Endpoints) -> anyhow::Result<Self> {
        let clients = endpoints.clients().await;
        let table = endpoints.output("PlacementsTable")?;
        let approvals = TableApprovals::new(clients.dynamodb.clone(), clients.steps.clone(), table);
        Ok(Self { endpoints, clients, approvals })
    }

    pub(crate) fn placements(&self) -> anyhow::Result<TablePlacements> {
        Ok(TablePlacements::new(self.clients.dynamodb.clone(), self.endpoints.output("PlacementsTable")?))
    }

    pub(super) fn runs(&self) -> anyhow::Result<TableRuns> {
        let bucket = self.endpoints.output("RecordsBucket")?;
        let bucket = self.clients.bucket(bucket).with_context(|| format!("opening bucket {bucket}"))?;
        let runs = TableRuns::new(self.clients.dynamodb.clone(), self.endpoints.output("RunsTable")?);
        Ok(runs.with_large_records(bucket))
    }

    /// The plan that a run has made; `None` while it has not.
    pub(super) async fn plan_of(&self, run: &RunKey) -> anyhow::Result<Option<Plan>> {
        let Some(stored) = self.runs()?.one(run).await? else { return Ok(None) };
        let plan = serde_json::from_value(stored.record.decision.verdict);
        plan.map(Some).with_context(|| format!("the record of {} holds no plan", run.subject))
    }

    /// The plan whose hash begins so; the one that waits, or the newest, where none is named.
    pub(super) async fn find(&self, hash: Option<&str>) -> anyhow::Result<(AskedPlan, PlanStatus)> {
        Ok(revloops_planning::territories::asked(&self.approvals, hash).await?)
    }
}

/// The plan that waits for a person, if one does.
///
/// # Errors
/// If it cannot be read.
pub(crate) async fn waiting(planned: &Planned) -> anyhow::Result<Option<AskedPlan>> {
    let plans = planned.approvals.plans().await?;
    Ok(plans.into_iter().find(|(_, status)| *status == PlanStatus::Waiting).map(|(plan, _)| plan))
}
