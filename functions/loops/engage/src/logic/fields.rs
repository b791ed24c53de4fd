//! The fields by which templates are chosen.

use revloops_domain::events::{Owner, Qualified};
use revloops_rules::{Field, FieldId, FieldTable, FieldValues};

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
]);

pub(crate) fn values(qualified: &Qualified, owner: &Owner) -> FieldValues {
    let profile = &qualified.profile;
    let wrote = profile.message.as_deref().is_some_and(|message| !message.trim().is_empty());
    let mut values = FieldValues::new(&TABLE);
    values
        .text(FieldId(0), Some(&qualified.band))
        .number(FieldId(1), Some(i64::from(qualified.score.points())))
        .text(FieldId(2), profile.country_code.as_deref())
        .text(FieldId(3), profile.state_code.as_deref())
        .text(FieldId(4), profile.industry.as_deref())
        .number(FieldId(5), profile.employees.map(i64::from))
        .text(FieldId(6), profile.lead_source.as_deref())
        .text(FieldId(7), Some(qualified.enrichment.name()))
        .flag(FieldId(8), Some(wrote))
        .flag(FieldId(9), Some(owner.id.is_queue()));
    values
}
