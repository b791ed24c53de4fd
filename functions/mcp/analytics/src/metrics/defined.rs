//! The metrics.

use super::Value::{Aggregate, Percentile};
use super::bases::{DEALS, DRAFTS, LEADS, MILESTONES, OUTCOMES, PLAN, ROUTINGS, RUNS, SIGNALS, SPEED};
use super::{Base, Metric, Unit, Value};

const fn metric(
    name: &'static str,
    title: &'static str,
    description: &'static str,
    unit: Unit,
    (base, value): (&'static Base, Value),
) -> Metric {
    Metric { name, title, description, unit, base, value }
}

const LEADS_UNIT: Unit = Unit::Count("leads");
const DEALS_UNIT: Unit = Unit::Count("deals");

/// All of them, chain by chain.
pub static METRICS: [Metric; 45] = [
    metric("leads_created", "Leads created", "Leads that were created", LEADS_UNIT, (&LEADS, Aggregate("count(*)"))),
    metric(
        "leads_qualified",
        "Leads qualified",
        "Leads that Qualify let through, by its last decision",
        LEADS_UNIT,
        (&LEADS, Aggregate("sum(coalesce(steps.qualified, 0))")),
    ),
    metric(
        "leads_disqualified",
        "Leads disqualified",
        "Leads that Qualify turned away, by its last decision",
        LEADS_UNIT,
        (&LEADS, Aggregate("sum(coalesce(steps.disqualified, 0))")),
    ),
    metric(
        "qualification_rate",
        "Qualification rate",
        "Of the leads that Qualify decided about, those that it let through",
        Unit::Share,
        (
            &LEADS,
            Aggregate(
                "CAST(sum(coalesce(steps.qualified, 0)) AS double) / nullif(sum(coalesce(steps.qualified, 0) + coalesce(steps.disqualified, 0)), 0)",
            ),
        ),
    ),
    metric(
        "leads_routed",
        "Leads routed",
        "Leads whose last decision of Route gave an owner",
        LEADS_UNIT,
        (&LEADS, Aggregate("sum(coalesce(steps.routed, 0))")),
    ),
    metric(
        "leads_drafted",
        "Leads with a draft",
        "Leads whose last run of Engage drafted a sequence",
        LEADS_UNIT,
        (&LEADS, Aggregate("sum(coalesce(steps.drafted, 0))")),
    ),
    metric(
        "leads_touched",
        "Leads touched",
        "Leads with a first touch in the CRM",
        LEADS_UNIT,
        (&LEADS, Aggregate("count(l.first_touch_at)")),
    ),
    metric(
        "leads_converted",
        "Leads converted",
        "Leads that were converted",
        LEADS_UNIT,
        (&LEADS, Aggregate("sum(CASE WHEN l.is_converted THEN 1 ELSE 0 END)")),
    ),
    metric(
        "conversion_rate",
        "Conversion rate",
        "Of the leads created, those that are converted by now",
        Unit::Share,
        (&LEADS, Aggregate("CAST(sum(CASE WHEN l.is_converted THEN 1 ELSE 0 END) AS double) / nullif(count(*), 0)")),
    ),
    metric(
        "average_score",
        "Average score",
        "Mean of Qualify's score, of leads that have one",
        Unit::Points,
        (&LEADS, Aggregate("avg(CAST(l.score AS double))")),
    ),
    metric(
        "deals_won_from_leads",
        "Deals won from leads",
        "Won deals that these leads became, by the day on which the lead was created",
        DEALS_UNIT,
        (&LEADS, Aggregate("sum(CASE WHEN deals.is_won THEN 1 ELSE 0 END)")),
    ),
    metric(
        "won_amount_from_leads",
        "Won amount from leads",
        "Amount of the won deals that these leads became, by the day on which the lead was created",
        Unit::Cents,
        (&LEADS, Aggregate("sum(CASE WHEN deals.is_won THEN coalesce(deals.amount_cents, 0) ELSE 0 END)")),
    ),
    metric(
        "leads_with_owner",
        "Leads given an owner",
        "Leads that Route has given an owner at least once",
        LEADS_UNIT,
        (&SPEED, Aggregate("count(*)")),
    ),
    metric(
        "owner_time_p50",
        "Time to an owner, median",
        "From the save in the CRM to the first owner: half of the leads had one within this time",
        Unit::Milliseconds,
        (&SPEED, Percentile("owned.ms", 50)),
    ),
    metric(
        "owner_time_p90",
        "Time to an owner, 90th percentile",
        "From the save in the CRM to the first owner: nine of ten leads had one within this time",
        Unit::Milliseconds,
        (&SPEED, Percentile("owned.ms", 90)),
    ),
    metric(
        "first_touch_minutes_p50",
        "Speed to lead, median",
        "From the routing to the first touch: half of the touched leads were touched within this time",
        Unit::WorkingMinutes,
        (&SPEED, Percentile("touches.minutes", 50)),
    ),
    metric(
        "first_touch_minutes_p90",
        "Speed to lead, 90th percentile",
        "From the routing to the first touch: nine of ten touched leads were touched within this time",
        Unit::WorkingMinutes,
        (&SPEED, Percentile("touches.minutes", 90)),
    ),
    metric(
        "first_touches_in_time",
        "First touches in time",
        "Leads that were touched within what was promised",
        LEADS_UNIT,
        (&SPEED, Aggregate("sum(coalesce(touches.kept, 0))")),
    ),
    metric(
        "first_touches_missed",
        "First touches missed",
        "Leads of which a first touch was missed, or came late",
        LEADS_UNIT,
        (&SPEED, Aggregate("sum(coalesce(touches.missed, 0))")),
    ),
    metric(
        "sla_kept_rate",
        "SLA kept",
        "Of the leads with a first touch that is kept or missed, those without a miss",
        Unit::Share,
        (
            &SPEED,
            Aggregate(
                "CAST(sum(CASE WHEN touches.kept = 1 AND touches.missed = 0 THEN 1 ELSE 0 END) AS double) / nullif(sum(CASE WHEN touches.kept = 1 OR touches.missed = 1 THEN 1 ELSE 0 END), 0)",
            ),
        ),
    ),
    metric(
        "rule_matches",
        "Leads by rule",
        "Different leads that were given an owner; by rule, how often each rule matches",
        LEADS_UNIT,
        (&ROUTINGS, Aggregate("count(DISTINCT f.record_id)")),
    ),
    metric(
        "fallback_rate",
        "Fallback rate",
        "Of the routings, those that the rule for everybody else had to take",
        Unit::Share,
        (&ROUTINGS, Aggregate("CAST(sum(CASE WHEN f.fallback THEN 1 ELSE 0 END) AS double) / nullif(count(*), 0)")),
    ),
    metric("runs", "Runs", "Decisions of the loops", Unit::Count("runs"), (&RUNS, Aggregate("count(*)"))),
    metric(
        "leads_worked",
        "Leads worked on",
        "Different leads that were decided about",
        LEADS_UNIT,
        (&RUNS, Aggregate("count(DISTINCT CASE WHEN d.subject LIKE 'lead/%' THEN d.record_id END)")),
    ),
    metric(
        "effects",
        "Effects",
        "Changes in the world that follow from decisions",
        Unit::Count("effects"),
        (&RUNS, Aggregate("sum(d.effects)")),
    ),
    metric(
        "ai_cost",
        "Cost of AI",
        "What the AI charges for the runs",
        Unit::Microusd,
        (&RUNS, Aggregate("sum(d.ai_microusd)")),
    ),
    metric(
        "data_cost",
        "Cost of data",
        "What data providers charge for the runs",
        Unit::Microusd,
        (&RUNS, Aggregate("sum(d.data_microusd)")),
    ),
    metric(
        "compute_time",
        "Compute time",
        "Our own time, from the claim to the stored decision",
        Unit::Milliseconds,
        (&RUNS, Aggregate("sum(d.compute_ms)")),
    ),
    metric(
        "cost_per_lead",
        "Cost per lead",
        "Data and AI of runs about leads, by the different leads; compute is not in it",
        Unit::Microusd,
        (
            &RUNS,
            Aggregate(
                "CAST(sum(CASE WHEN d.subject LIKE 'lead/%' THEN d.ai_microusd + d.data_microusd END) AS double) / nullif(count(DISTINCT CASE WHEN d.subject LIKE 'lead/%' THEN d.record_id END), 0)",
            ),
        ),
    ),
    metric(
        "outcomes_settled",
        "Settled outcomes",
        "Outcomes of decisions that are settled",
        Unit::Count("outcomes"),
        (&OUTCOMES, Aggregate("count(*)")),
    ),
    metric(
        "bad_outcome_rate",
        "Rate of bad outcomes",
        "Of the settled outcomes, those where the bad thing happened: leads reassigned, not converted, drafts rejected",
        Unit::Share,
        (&OUTCOMES, Aggregate("CAST(sum(CASE WHEN o.bad THEN 1 ELSE 0 END) AS double) / nullif(count(*), 0)")),
    ),
    metric(
        "sequences_drafted",
        "Sequences drafted",
        "Sequences with a preview",
        Unit::Count("sequences"),
        (&DRAFTS, Aggregate("sum(CASE WHEN f.status = 'drafted' THEN 1 ELSE 0 END)")),
    ),
    metric(
        "sequences_approved",
        "Sequences approved",
        "Drafted sequences that somebody approved",
        Unit::Count("sequences"),
        (&DRAFTS, Aggregate("sum(CASE WHEN f.status = 'drafted' THEN coalesce(answered.approved, 0) ELSE 0 END)")),
    ),
    metric(
        "approval_rate",
        "Approval rate",
        "Of the drafted sequences that were answered, those that were approved",
        Unit::Share,
        (
            &DRAFTS,
            Aggregate(
                "CAST(sum(CASE WHEN f.status = 'drafted' THEN coalesce(answered.approved, 0) ELSE 0 END) AS double) / nullif(sum(CASE WHEN f.status = 'drafted' AND (answered.approved = 1 OR answered.rejected = 1) THEN 1 ELSE 0 END), 0)",
            ),
        ),
    ),
    metric(
        "redrafts_per_sequence",
        "Redrafts per sequence",
        "Drafts that were asked for again because they broke a rule, by sequence",
        Unit::Count("redrafts"),
        (
            &DRAFTS,
            Aggregate(
                "CAST(sum(f.redrafts) AS double) / nullif(sum(CASE WHEN f.status = 'drafted' THEN 1 ELSE 0 END), 0)",
            ),
        ),
    ),
    metric(
        "signals_detected",
        "Signals detected",
        "Signals that scans brought",
        Unit::Count("signals"),
        (&SIGNALS, Aggregate("sum(f.detected)")),
    ),
    metric(
        "signal_qualification_rate",
        "Scans worth a draft",
        "Of the scans with signals, those whose score was high enough",
        Unit::Share,
        (
            &SIGNALS,
            Aggregate("CAST(sum(CASE WHEN f.status = 'qualified' THEN 1 ELSE 0 END) AS double) / nullif(count(*), 0)"),
        ),
    ),
    metric(
        "deals_won",
        "Deals won",
        "Won opportunities",
        DEALS_UNIT,
        (&DEALS, Aggregate("sum(CASE WHEN o.is_won THEN 1 ELSE 0 END)")),
    ),
    metric(
        "won_amount",
        "Won amount",
        "Amount of won opportunities",
        Unit::Cents,
        (&DEALS, Aggregate("sum(CASE WHEN o.is_won THEN coalesce(o.amount_cents, 0) ELSE 0 END)")),
    ),
    metric(
        "win_rate",
        "Win rate",
        "Of the closed opportunities, those that were won; by number",
        Unit::Share,
        (
            &DEALS,
            Aggregate(
                "CAST(sum(CASE WHEN o.is_won THEN 1 ELSE 0 END) AS double) / nullif(sum(CASE WHEN o.is_closed THEN 1 ELSE 0 END), 0)",
            ),
        ),
    ),
    metric(
        "open_deals",
        "Open deals",
        "Opportunities that are open now",
        DEALS_UNIT,
        (&DEALS, Aggregate("sum(CASE WHEN coalesce(o.is_closed, false) THEN 0 ELSE 1 END)")),
    ),
    metric(
        "open_pipeline",
        "Open pipeline",
        "Amount of opportunities that are open now",
        Unit::Cents,
        (&DEALS, Aggregate("sum(CASE WHEN coalesce(o.is_closed, false) THEN 0 ELSE coalesce(o.amount_cents, 0) END)")),
    ),
    metric(
        "milestones_on_time_rate",
        "Milestones on time",
        "Of the milestones that are ticked off, those on their day or earlier",
        Unit::Share,
        (&MILESTONES, Aggregate("CAST(sum(p.done_on_time) AS double) / nullif(sum(p.done_on_time + p.done_late), 0)")),
    ),
    metric(
        "plan_capacity",
        "Planned capacity",
        "What the planned people can sell in a fiscal year",
        Unit::Cents,
        (&PLAN, Aggregate("sum(y.capacity)")),
    ),
    metric("plan_target", "Target", "The target of a fiscal year", Unit::Cents, (&PLAN, Aggregate("sum(y.target)"))),
];
