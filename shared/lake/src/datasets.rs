//! The datasets that do not follow from a loop: what is decided, what it does, what becomes of it, and the CRM.

use crate::{Dataset, Guard, Kind};

/// Every dataset but the loops' own facts, which `functions/catalogue` adds.
#[must_use]
pub fn datasets() -> Vec<Dataset> {
    vec![
        decisions(),
        effects(),
        outcomes(),
        events(),
        first_touches(),
        crm_leads(),
        crm_accounts(),
        crm_opportunities(),
        crm_users(),
        crm_territories(),
        crm_user_territories(),
    ]
}

fn record() -> Guard {
    Guard::Record("record_id".to_owned())
}

fn decisions() -> Dataset {
    Dataset::new(
        "decisions",
        "One decision of a loop, or one step of the first-touch watch: what, by which config, at what cost",
    )
    .texts(&[
        ("run_id", "The run; explain and the loop's facts name it, too"),
        ("loop", "The loop's name"),
        ("subject", "What was decided about: lead/00Q…, account/001…, opportunity/006…, scenario/…"),
        ("record_id", "The subject's id in the CRM; none where it is no record"),
        ("correlation_id", "The same for each run of one chain"),
        ("trigger", "Why the loop ran"),
        ("outcome", "The loop's own word: qualified, routed, drafted, missed, …"),
        ("loop_version", "Version of the loop's logic"),
        ("config_key", "Which config decided"),
        ("config_version", "Which version of it, as the bucket counts"),
        ("config_hash", "SHA-256 of that config"),
        ("rule", "The rule of Route that gave the owner"),
        ("owner_id", "Who was given the record: a user or a queue"),
        ("actor", "code, or the model or person who decided"),
    ])
    .measure("reasons", "rules", "Rules, factors and gates that were tried")
    .measure("effects", "effects", "Changes in the world that follow")
    .measure("compute_ms", "ms", "Our own time, from the claim to the stored decision")
    .measure("data_microusd", "microusd", "What data providers charge, in millionths of a US dollar")
    .measure("ai_microusd", "microusd", "What the AI charges, in millionths of a US dollar")
    .measure("ai_calls", "calls", "Calls of the AI")
    .measure("ai_input_tokens", "tokens", "Tokens sent to the AI")
    .measure("ai_output_tokens", "tokens", "Tokens that the AI wrote")
    .column_of("decided_at", Kind::Time, "When it was decided")
    .keyed(&["run_id"])
    .by_day("decided_at")
    .seen_by(record())
}

fn effects() -> Dataset {
    Dataset::new("effects", "One change in the world that follows from a decision")
        .texts(&[("run_id", "The run that it follows from")])
        .measure("position", "place", "Its place among the run's effects, from 0")
        .texts(&[
            ("loop", "The loop's name"),
            ("record_id", "The CRM's record that was decided about"),
            ("kind", "update_record, upsert_record, emit, …"),
            ("target", "The CRM's object that is written, or the event's name"),
        ])
        .column_of("decided_at", Kind::Time, "When it was decided")
        .keyed(&["run_id", "position"])
        .by_day("decided_at")
        .seen_by(record())
}

fn outcomes() -> Dataset {
    Dataset::new("outcomes", "One thing that became of a decision, with the config that decided")
        .texts(&[
            ("run_id", "The run that decided"),
            ("outcome", "What was looked at: reassigned, not_converted, rejected, …"),
            ("loop", "The loop's name"),
            ("record_id", "The CRM's record that was decided about"),
            ("config_version", "Which version of the loop's config decided"),
        ])
        .column_of("bad", Kind::Truth, "Whether the bad thing happened")
        .column_of("at", Kind::Time, "When that was settled")
        .column_of("decided_at", Kind::Time, "When it was decided")
        .keyed(&["run_id", "outcome"])
        .by_day("decided_at")
        .seen_by(record())
}

fn events() -> Dataset {
    Dataset::new("events", "One event of the bus, without what it tells of a person")
        .texts(&[
            ("event_id", "The event; the same however often it is published"),
            ("name", "lead.saved, lead.routed, touch.missed, …"),
            ("source", "Who published it"),
            ("record_id", "The CRM's record that it is about"),
            ("correlation_id", "The same for each event of one chain"),
        ])
        .column_of("at", Kind::Time, "When it was published")
        .keyed(&["event_id"])
        .by_day("at")
        .seen_by(record())
}

fn first_touches() -> Dataset {
    Dataset::new(
        "first_touches",
        "One clock of a first touch that has ended: how, and after how many of the owner's working minutes",
    )
    .texts(&[
        ("run_id", "The step that ended it"),
        ("record_id", "The lead"),
        ("owner_id", "Whose clock it was"),
        ("outcome", "touched, missed, given_away or postponed"),
    ])
    .column_of("in_time", Kind::Truth, "Whether the promise was kept")
    .measure("working_minutes", "minutes", "Working minutes from the routing to the end")
    .measure("allotted_minutes", "minutes", "Working minutes that were promised")
    .column_of("since", Kind::Time, "Since when the clock ran")
    .column_of("decided_at", Kind::Time, "When its end was noted")
    .keyed(&["run_id"])
    .by_day("decided_at")
    .seen_by(record())
}

/// The columns that each object of the CRM has.
fn crm(name: &str, description: &str) -> Dataset {
    Dataset::new(name, description).texts(&[("id", "The id in the CRM, 18 characters")]).keyed(&["id"])
}

trait Crm {
    fn crm_times(self) -> Self;
}

impl Crm for Dataset {
    fn crm_times(self) -> Self {
        self.column_of("created_at", Kind::Time, "When it was created in the CRM")
            .column_of("modified_at", Kind::Time, "When it last changed there")
            .column_of("is_deleted", Kind::Truth, "Whether it is deleted")
    }
}

fn crm_leads() -> Dataset {
    crm("crm_leads", "One lead as the CRM has it now, without name and address")
        .texts(&[
            ("owner_id", "Who owns it: a user or a queue"),
            ("company", "The company's name"),
            ("country", "The country, as in the CRM"),
            ("industry", "The industry, as in the CRM"),
            ("source", "Where it comes from"),
            ("status", "The status, as in the CRM's list"),
            ("band", "Qualify's band, A the best"),
            ("disqualified_because", "Why Qualify turned it away"),
            ("rule", "The rule of Route that gave the owner"),
            ("account_id", "The account that it belongs to"),
            ("converted_account_id", "The account that it became"),
            ("converted_opportunity_id", "The opportunity that it became"),
        ])
        .measure("score", "points", "Qualify's score, 0 to 100")
        .measure("employees", "people", "Employees of the company")
        .column_of("is_converted", Kind::Truth, "Whether it is converted")
        .column_of("qualified_at", Kind::Time, "When Qualify let it through")
        .column_of("routed_at", Kind::Time, "When Route gave it its owner")
        .column_of("due_at", Kind::Time, "Until when the first touch is promised")
        .column_of("first_touch_at", Kind::Time, "When somebody was first in touch")
        .crm_times()
        .seen_by(Guard::Owner("owner_id".to_owned()))
}

fn crm_accounts() -> Dataset {
    crm("crm_accounts", "One account as the CRM has it now")
        .texts(&[
            ("owner_id", "Who owns it"),
            ("name", "The company's name"),
            ("country", "The country, as in the CRM"),
            ("industry", "The industry, as in the CRM"),
            ("type", "Prospect, Customer, …"),
            ("parent_id", "The account above it"),
        ])
        .measure("employees", "people", "Employees of the company")
        .crm_times()
        .seen_by(Guard::Owner("owner_id".to_owned()))
}

fn crm_opportunities() -> Dataset {
    crm("crm_opportunities", "One opportunity as the CRM has it now")
        .texts(&[
            ("owner_id", "Who owns it"),
            ("account_id", "The account"),
            ("name", "The opportunity's name"),
            ("stage", "The stage, as in the CRM's list"),
            ("source", "Where it comes from"),
            ("play", "The play of Pursue"),
        ])
        .measure("amount_cents", "cents", "The amount, in hundredths of the organisation's currency")
        .column_of("close_day", Kind::Day, "The close date")
        .column_of("is_closed", Kind::Truth, "Whether it is won or lost")
        .column_of("is_won", Kind::Truth, "Whether it is won")
        .crm_times()
        .seen_by(Guard::Owner("owner_id".to_owned()))
}

fn crm_users() -> Dataset {
    crm("crm_users", "One user of the CRM, as colleagues see each other")
        .texts(&[
            ("name", "The full name"),
            ("username", "The login's name; BI tools know people by it"),
            ("manager_id", "The user above"),
            ("role", "The role's name"),
        ])
        .column_of("is_active", Kind::Truth, "Whether the user can log in")
        .crm_times_without_deletion()
        .seen_by(Guard::Everyone)
}

impl Dataset {
    fn crm_times_without_deletion(self) -> Self {
        self.column_of("created_at", Kind::Time, "When it was created in the CRM").column_of(
            "modified_at",
            Kind::Time,
            "When it last changed there",
        )
    }
}

fn crm_territories() -> Dataset {
    crm("crm_territories", "One territory of the active model")
        .texts(&[
            ("name", "The label"),
            ("developer_name", "The name that config knows it by"),
            ("parent_id", "The territory above"),
        ])
        .column_of("modified_at", Kind::Time, "When it last changed in the CRM")
        .column_of("is_deleted", Kind::Truth, "Whether it is gone")
        .seen_by(Guard::Everyone)
}

fn crm_user_territories() -> Dataset {
    crm("crm_user_territories", "Somebody's place in a territory")
        .texts(&[("user_id", "The user"), ("territory_id", "The territory"), ("role", "The role there")])
        .column_of("modified_at", Kind::Time, "When it last changed in the CRM")
        .column_of("is_deleted", Kind::Truth, "Whether it has ended")
        .seen_by(Guard::Everyone)
}
