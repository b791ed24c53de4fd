//! The rows that metrics are about.

use super::{Base, Dimension};

const fn dimension(name: &'static str, description: &'static str, sql: &'static str) -> Dimension {
    Dimension { name, description, sql }
}

const OWNER: (&str, &str) = ("owner", "The owner's name; none for a queue");

pub(super) static LEADS: Base = Base {
    rows: "Leads that are not deleted, by the day on which they were created (UTC)",
    from: "crm_leads l",
    joins: &[
        (
            "steps",
            // The last decision of a loop is what counts, as on the dashboards.
            "LEFT JOIN (SELECT record_id, \
             CASE WHEN max(CASE WHEN loop = 'qualify' AND outcome = 'qualified' THEN decided_at END) = max(CASE WHEN loop = 'qualify' THEN decided_at END) THEN 1 ELSE 0 END AS qualified, \
             CASE WHEN max(CASE WHEN loop = 'qualify' AND outcome = 'disqualified' THEN decided_at END) = max(CASE WHEN loop = 'qualify' THEN decided_at END) THEN 1 ELSE 0 END AS disqualified, \
             CASE WHEN max(CASE WHEN loop = 'route' AND outcome = 'routed' THEN decided_at END) = max(CASE WHEN loop = 'route' THEN decided_at END) THEN 1 ELSE 0 END AS routed, \
             CASE WHEN max(CASE WHEN loop = 'engage' AND outcome = 'drafted' THEN decided_at END) = max(CASE WHEN loop = 'engage' THEN decided_at END) THEN 1 ELSE 0 END AS drafted \
             FROM decisions WHERE loop IN ('qualify', 'route', 'engage') GROUP BY record_id) steps ON steps.record_id = l.id",
        ),
        ("deals", "LEFT JOIN crm_opportunities deals ON deals.id = l.converted_opportunity_id"),
        ("users", "LEFT JOIN crm_users users ON users.id = l.owner_id"),
    ],
    only: "NOT coalesce(l.is_deleted, false)",
    day: "CAST(l.created_at AS date)",
    dimensions: &[
        dimension("source", "Where the lead comes from", "l.source"),
        dimension("band", "Qualify's band, A the best", "l.band"),
        dimension("country", "The country, as in the CRM", "l.country"),
        dimension("industry", "The industry, as in the CRM", "l.industry"),
        dimension("status", "The status, as in the CRM's list", "l.status"),
        dimension("rule", "The rule of Route that gave the owner", "l.rule"),
        dimension("disqualified_because", "Why Qualify turned it away", "l.disqualified_because"),
        dimension(OWNER.0, OWNER.1, "users.name"),
    ],
    record: Some("l.id"),
    run: None,
};

pub(super) static SPEED: Base = Base {
    rows: "Leads that Route gave an owner, by the day on which they were created (UTC)",
    from: "crm_leads l JOIN (SELECT record_id, run_id, time_from_save_ms AS ms, rule, territory, \
           row_number() OVER (PARTITION BY record_id ORDER BY decided_at, run_id) AS nth \
           FROM route_facts WHERE outcome = 'routed') owned ON owned.record_id = l.id AND owned.nth = 1",
    joins: &[
        (
            "touches",
            "LEFT JOIN (SELECT record_id, max(CASE WHEN outcome = 'touched' THEN 1 ELSE 0 END) AS touched, \
             min(CASE WHEN outcome = 'touched' THEN working_minutes END) AS minutes, \
             max(CASE WHEN outcome = 'touched' AND in_time THEN 1 ELSE 0 END) AS kept, \
             max(CASE WHEN outcome = 'missed' OR (outcome = 'touched' AND NOT in_time) THEN 1 ELSE 0 END) AS missed \
             FROM first_touches GROUP BY record_id) touches ON touches.record_id = l.id",
        ),
        ("users", "LEFT JOIN crm_users users ON users.id = l.owner_id"),
    ],
    only: "NOT coalesce(l.is_deleted, false)",
    day: "CAST(l.created_at AS date)",
    dimensions: &[
        dimension("band", "Qualify's band, A the best", "l.band"),
        dimension("source", "Where the lead comes from", "l.source"),
        dimension("country", "The country, as in the CRM", "l.country"),
        dimension("rule", "The rule that gave the first owner", "owned.rule"),
        dimension("territory", "The territory of the first routing", "owned.territory"),
        dimension(OWNER.0, OWNER.1, "users.name"),
    ],
    record: Some("l.id"),
    run: Some("owned.run_id"),
};

pub(super) static ROUTINGS: Base = Base {
    rows: "Decisions of Route that gave an owner, by their day (UTC)",
    from: "route_facts f",
    joins: &[("users", "LEFT JOIN crm_users users ON users.id = f.owner_id")],
    only: "f.outcome = 'routed'",
    day: "f.day",
    dimensions: &[
        dimension("rule", "The rule", "f.rule"),
        dimension("handler", "The kind of handler", "f.handler"),
        dimension("territory", "The territory", "f.territory"),
        dimension("pool", "The pool", "f.pool"),
        dimension("band", "Qualify's band, A the best", "f.band"),
        dimension("to_queue", "Whether the owner is a queue", "f.to_queue"),
        dimension(OWNER.0, OWNER.1, "users.name"),
    ],
    record: Some("f.record_id"),
    run: Some("f.run_id"),
};

pub(super) static RUNS: Base = Base {
    rows: "Decisions of all loops, by their day (UTC)",
    from: "decisions d",
    joins: &[],
    only: "",
    day: "d.day",
    dimensions: &[
        dimension("loop", "The loop", "d.loop"),
        dimension("outcome", "The loop's own word for how the run ended", "d.outcome"),
        dimension("trigger", "Why the loop ran", "d.trigger"),
        dimension("config_version", "Which version of the config decided", "d.config_version"),
        dimension("loop_version", "Version of the loop's logic", "d.loop_version"),
        dimension("actor", "code, or the model or person who decided", "d.actor"),
    ],
    record: Some("d.record_id"),
    run: Some("d.run_id"),
};

pub(super) static OUTCOMES: Base = Base {
    rows: "What became of decisions, as far as it is settled, by the day of the decision (UTC)",
    from: "outcomes o",
    joins: &[],
    only: "",
    day: "o.day",
    dimensions: &[
        dimension("loop", "The loop that decided", "o.loop"),
        dimension("outcome", "What was looked at: reassigned, not_converted, rejected, …", "o.outcome"),
        dimension("config_version", "Which version of the config decided", "o.config_version"),
    ],
    record: Some("o.record_id"),
    run: Some("o.run_id"),
};

pub(super) static DRAFTS: Base = Base {
    rows: "Runs of Engage, by their day (UTC)",
    from: "engage_facts f",
    joins: &[(
        "answered",
        "LEFT JOIN decisions runs ON runs.run_id = f.run_id \
         LEFT JOIN (SELECT correlation_id, max(CASE WHEN name = 'sequence.approved' THEN 1 ELSE 0 END) AS approved, \
         max(CASE WHEN name = 'sequence.rejected' THEN 1 ELSE 0 END) AS rejected \
         FROM events WHERE name IN ('sequence.approved', 'sequence.rejected') GROUP BY correlation_id) answered \
         ON answered.correlation_id = runs.correlation_id",
    )],
    only: "",
    day: "f.day",
    dimensions: &[
        dimension("status", "Whether there is a preview", "f.status"),
        dimension("template", "The template", "f.template"),
        dimension("prompt_version", "The prompt's version", "f.prompt_version"),
        dimension("model", "The model that was asked last", "f.model"),
        dimension("signal", "The kind of the signal that is named", "f.signal"),
    ],
    record: Some("f.record_id"),
    run: Some("f.run_id"),
};

pub(super) static SIGNALS: Base = Base {
    rows: "Scans of accounts that brought signals, by the day of the decision (UTC)",
    from: "generate_facts f",
    joins: &[],
    only: "",
    day: "f.day",
    dimensions: &[
        dimension(
            "kind",
            "The scan's strongest kind of signal",
            "CASE WHEN f.kinds = '' THEN NULL ELSE split_part(f.kinds, ',', 1) END",
        ),
        dimension("status", "qualified or passed", "f.status"),
    ],
    record: Some("f.record_id"),
    run: Some("f.run_id"),
};

pub(super) static DEALS: Base = Base {
    rows: "Opportunities that are not deleted, by their close date",
    from: "crm_opportunities o",
    joins: &[
        ("accounts", "LEFT JOIN crm_accounts accounts ON accounts.id = o.account_id"),
        ("users", "LEFT JOIN crm_users users ON users.id = o.owner_id"),
    ],
    only: "NOT coalesce(o.is_deleted, false)",
    day: "o.close_day",
    dimensions: &[
        dimension("stage", "The stage, as in the CRM's list", "o.stage"),
        dimension("source", "Where the deal comes from", "o.source"),
        dimension("play", "The play of Pursue", "o.play"),
        dimension("country", "The account's country", "accounts.country"),
        dimension("industry", "The account's industry", "accounts.industry"),
        dimension("owner", "The owner's name", "users.name"),
    ],
    record: Some("o.id"),
    run: None,
};

pub(super) static MILESTONES: Base = Base {
    rows: "The last look of Pursue at each deal, by its day (UTC)",
    from: "(SELECT record_id, run_id, play, stage, day, done_on_time, done_late, \
           row_number() OVER (PARTITION BY record_id ORDER BY decided_at DESC, run_id DESC) AS nth FROM pursue_facts) p",
    joins: &[],
    only: "p.nth = 1",
    day: "p.day",
    dimensions: &[dimension("play", "The play", "p.play"), dimension("stage", "The deal's stage", "p.stage")],
    record: Some("p.record_id"),
    run: Some("p.run_id"),
};

pub(super) static PLAN: Base = Base {
    rows: "Fiscal years of each scenario as it was computed last, by their first day; seen by those who see everything",
    from: "(SELECT f.scenario_id, f.run_id, f.segment, f.capacity, f.target, CAST(concat(f.year, '-01') AS date) AS starts FROM design_facts f \
           JOIN (SELECT scenario_id, max(decided_at) AS decided_at FROM design_facts GROUP BY scenario_id) computed \
           ON computed.scenario_id = f.scenario_id AND computed.decided_at = f.decided_at WHERE f.segment IS NULL) y",
    joins: &[],
    only: "",
    day: "y.starts",
    dimensions: &[dimension("scenario", "The scenario", "y.scenario_id")],
    record: None,
    run: Some("y.run_id"),
};
