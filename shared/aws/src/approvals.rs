//! Plans that wait for a person, in the placements table: `pk` = `plan`, `sk` = the plan's hash. The item holds the token
//! that resumes the waiting execution; nothing else does, and no log, event or reply ever shows it.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use jiff::Timestamp;
use serde_json::{Value, json};

use revloops_domain::{ErrorClass, Secret};
use revloops_loopkit::ports::{Answer, Approvals, AskedPlan, Begun, PlanStatus, ResumeToken};
use revloops_loopkit::{Failure, Outcome};

use crate::conditional::update_if;
use crate::failures::failure;
use crate::item::{Item, from_json, s, text, to_json};
use crate::paging::partition;

const PLANS: &str = "plan";

/// [`Approvals`] on DynamoDB and Step Functions.
#[derive(Debug, Clone)]
pub struct TableApprovals {
    client: Client,
    steps: aws_sdk_sfn::Client,
    table: String,
}

/// A plan as the table has it.
struct Kept {
    plan: AskedPlan,
    status: PlanStatus,
    token: Secret,
}

impl TableApprovals {
    /// On `table`; executions are resumed by `steps`.
    #[must_use]
    pub fn new(client: Client, steps: aws_sdk_sfn::Client, table: impl Into<String>) -> Self {
        Self { client, steps, table: table.into() }
    }

    /// Has an execution go on with `output`. One that has ended meanwhile, or has gone on already, is fine.
    async fn resume(&self, token: &ResumeToken, output: &Value) -> Outcome<()> {
        let sent = self.steps.send_task_success().task_token(token.reveal()).output(output.to_string()).send().await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(gone) if gone.is_task_timed_out() || gone.is_task_does_not_exist() || gone.is_invalid_token() => {
                    Ok(())
                }
                Some(_) | None => Err(failure("resuming a chain", error)),
            },
        }
    }

    fn update(&self, hash: &str) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.table);
        update.key("pk", s(PLANS)).key("sk", s(hash)).expression_attribute_names("#status", "status")
    }

    async fn one(&self, hash: &str) -> Outcome<Option<Kept>> {
        let read = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", s(PLANS))
            .key("sk", s(hash))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure("reading a plan's approval", error))?;
        read.item.map(|item| kept(&item)).transpose()
    }

    async fn all(&self) -> Outcome<Vec<Kept>> {
        let items = partition(&self.client, &self.table, PLANS, "reading plans' approvals").await?;
        items.iter().map(kept).collect()
    }

    /// Marks one that waits as stale and ends its chain; another answer that came first stands.
    async fn supersede(&self, older: &Kept) -> Outcome<()> {
        let update = self
            .update(&older.plan.hash)
            .update_expression("SET #status = :stale")
            .condition_expression("#status = :waiting AND execution = :execution")
            .expression_attribute_values(":stale", s(PlanStatus::Stale.name()))
            .expression_attribute_values(":waiting", s(PlanStatus::Waiting.name()))
            .expression_attribute_values(":execution", s(&older.plan.execution));
        if update_if(update, "ending an older plan's wait").await? {
            self.pass_over(&older.token).await?;
        }
        Ok(())
    }
}

fn kept(item: &Item) -> Outcome<Kept> {
    let plan: AskedPlan = from_json(item, "plan")?;
    let unreadable =
        |what: &str| Failure::new(ErrorClass::Bug, format!("approval of {} has no readable `{what}`", plan.hash));
    let answered = || -> Outcome<(String, Timestamp)> {
        let by = text(item, "answered_by").ok_or_else(|| unreadable("answered_by"))?.to_owned();
        let at = text(item, "answered_at").and_then(|at| at.parse().ok()).ok_or_else(|| unreadable("answered_at"))?;
        Ok((by, at))
    };
    let status = match text(item, "status").unwrap_or_default() {
        "waiting" => PlanStatus::Waiting,
        "approved" => answered().map(|(by, at)| PlanStatus::Approved { by, at })?,
        "rejected" => answered().map(|(by, at)| PlanStatus::Rejected { by, at })?,
        "stale" => PlanStatus::Stale,
        "applied" => PlanStatus::Applied,
        "rolled_back" => PlanStatus::RolledBack,
        _ => return Err(unreadable("status")),
    };
    let token = Secret::new(text(item, "resume").unwrap_or_default());
    Ok(Kept { plan, status, token })
}

/// What the chain is told when a person has answered.
fn answered(plan: &AskedPlan, answer: Answer, by: &str) -> Value {
    let status = match answer {
        Answer::Approved => "approved",
        Answer::Rejected => "rejected",
    };
    json!({"status": status, "hash": plan.hash, "by": by})
}

#[async_trait]
impl Approvals for TableApprovals {
    async fn ask(&self, plan: &AskedPlan, token: &ResumeToken, redriven: bool, at: Timestamp) -> Outcome<Begun> {
        let repeated = json!({"status": "repeated"});
        let mut waiting = Vec::new();
        for other in self.all().await? {
            if other.plan.execution == plan.execution {
                continue;
            }
            let same_run = other.plan.run == plan.run;
            match &other.status {
                // This execution takes over: the other may have died.
                PlanStatus::Waiting if same_run => self.resume(&other.token, &repeated).await?,
                PlanStatus::Waiting => waiting.push(other),
                PlanStatus::Approved { by, .. } if same_run && redriven => {
                    self.resume(token, &answered(plan, Answer::Approved, by)).await?;
                    return Ok(Begun::GoesOn);
                }
                PlanStatus::Approved { .. }
                | PlanStatus::Rejected { .. }
                | PlanStatus::Stale
                | PlanStatus::Applied
                | PlanStatus::RolledBack => {
                    if same_run {
                        self.resume(token, &repeated).await?;
                        return Ok(Begun::Repeated);
                    }
                }
            }
        }
        if waiting.iter().any(|other| other.plan.wanted_at > plan.wanted_at) {
            self.pass_over(token).await?;
            return Ok(Begun::Stale);
        }
        for older in &waiting {
            self.supersede(older).await?;
        }
        let update = self
            .update(&plan.hash)
            .update_expression(
                "SET #status = :waiting, #plan = :plan, execution = :execution, resume = :token, asked_at = :at \
                 REMOVE answered_by, answered_at",
            )
            .expression_attribute_names("#plan", "plan")
            .expression_attribute_values(":waiting", s(PlanStatus::Waiting.name()))
            .expression_attribute_values(":plan", s(to_json(plan)?))
            .expression_attribute_values(":execution", s(&plan.execution))
            .expression_attribute_values(":token", s(token.reveal()))
            .expression_attribute_values(":at", s(at.to_string()));
        update.send().await.map_err(|error| failure("asking for a plan's approval", error))?;
        Ok(Begun::Waits)
    }

    async fn pass_over(&self, token: &ResumeToken) -> Outcome<()> {
        self.resume(token, &json!({"status": PlanStatus::Stale.name()})).await
    }

    async fn answer(&self, hash: &str, answer: Answer, by: &str, at: Timestamp) -> Outcome<AskedPlan> {
        let status = match answer {
            Answer::Approved => PlanStatus::Approved { by: by.to_owned(), at },
            Answer::Rejected => PlanStatus::Rejected { by: by.to_owned(), at },
        };
        let update = self
            .update(hash)
            .update_expression("SET #status = :answer, answered_by = :by, answered_at = :at")
            .condition_expression("#status = :waiting")
            .expression_attribute_values(":answer", s(status.name()))
            .expression_attribute_values(":waiting", s(PlanStatus::Waiting.name()))
            .expression_attribute_values(":by", s(by))
            .expression_attribute_values(":at", s(at.to_string()));
        let first = update_if(update, "answering a plan").await?;
        let no_plan = || Failure::new(ErrorClass::Rejected, format!("nobody was asked about a plan {hash}"));
        let kept = self.one(hash).await?.ok_or_else(no_plan)?;
        if !first && kept.status.name() != status.name() {
            let why = format!("plan {hash} is {}: it cannot be {} any more", kept.status.name(), status.name());
            return Err(Failure::new(ErrorClass::Rejected, why));
        }
        self.resume(&kept.token, &answered(&kept.plan, answer, by)).await?;
        Ok(kept.plan)
    }

    async fn note(&self, hash: &str, status: &PlanStatus) -> Outcome<()> {
        let update = self
            .update(hash)
            .update_expression("SET #status = :status")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":status", s(status.name()));
        if update_if(update, "noting what became of a plan").await? {
            return Ok(());
        }
        Err(Failure::new(ErrorClass::Rejected, format!("nobody was asked about a plan {hash}")))
    }

    async fn plans(&self) -> Outcome<Vec<(AskedPlan, PlanStatus)>> {
        let mut plans = self.all().await?;
        plans.sort_by_key(|one| std::cmp::Reverse(one.plan.wanted_at));
        Ok(plans.into_iter().map(|kept| (kept.plan, kept.status)).collect())
    }
}
