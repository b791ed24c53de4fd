//! The fields by which templates are chosen.

use revloops_domain::events::Owner;
use revloops_rules::{Field, FieldId, FieldTable, FieldValues};

use crate::inputs::EngageInput;

/// The table; a field's id is its place.
pub const TABLE: FieldTable = FieldTable::new(&[
    Field::text("band"),
    Field::number("score"),
    Field::text("country"),
    Field::text("state"),
    Field::text("industry"),
    Field::number("employees"),
    Field::text("lead_source"),
    Field::text("enrichment"),
    Field::flag("message"),
    Field::flag("queue_owned"),
    Field::text("signal"),
    Field::number("signal_score"),
]);

/// A lead has no signal; a signal has neither band nor score of a lead, nor source, nor message.
pub(crate) fn values(input: &EngageInput, owner: &Owner) -> FieldValues {
    let mut values = FieldValues::new(&TABLE);
    values
        .text(FieldId(2), input.country_code())
        .text(FieldId(3), input.state_code())
        .flag(FieldId(9), Some(owner.id.is_queue()));
    match input {
        EngageInput::Lead(lead) => {
            let (qualified, profile) = (&lead.qualified, &lead.qualified.profile);
            let wrote = profile.message.as_deref().is_some_and(|message| !message.trim().is_empty());
            values
                .text(FieldId(0), Some(&qualified.band))
                .number(FieldId(1), Some(i64::from(qualified.score.points())))
                .text(FieldId(4), profile.industry.as_deref())
                .number(FieldId(5), profile.employees.map(i64::from))
                .text(FieldId(6), profile.lead_source.as_deref())
                .text(FieldId(7), Some(qualified.enrichment.name()))
                .flag(FieldId(8), Some(wrote));
        }
        EngageInput::Signal(step) => {
            let signal = &step.signal;
            values
                .text(FieldId(4), signal.account.industry.as_deref())
                .number(FieldId(5), signal.account.employees.map(i64::from))
                .text(FieldId(10), signal.signals.first().map(|signal| signal.kind.name()))
                .number(FieldId(11), Some(i64::from(signal.score)));
        }
    }
    values
}
