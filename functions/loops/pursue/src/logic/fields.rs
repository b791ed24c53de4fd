//! The fields by which plays are chosen.

use jiff::civil::Date;
use revloops_loopkit::ports::Deal;
use revloops_rules::{Field, FieldId, FieldTable, FieldValues};

/// The table; a field's id is its place.
pub const TABLE: FieldTable = FieldTable::new(&[
    Field::text("type"),
    Field::number("amount"),
    Field::text("lead_source"),
    Field::text("country"),
    Field::text("industry"),
    Field::number("employees"),
    Field::text("account_kind"),
    Field::text("band"),
    Field::number("score"),
    Field::flag("converted"),
    Field::date("created"),
]);

/// A deal's values. Neither stage nor close date is among them: these move, and the play would change with them.
pub(crate) fn values(deal: &Deal, created_on: Date) -> FieldValues {
    let (account, lead) = (deal.account.as_ref(), deal.lead.as_ref());
    let mut values = FieldValues::new(&TABLE);
    values
        .text(FieldId(0), deal.kind.as_deref())
        .number(FieldId(1), deal.amount)
        .text(FieldId(2), deal.lead_source.as_deref())
        .text(FieldId(3), account.and_then(|account| account.country_code.as_deref()))
        .text(FieldId(4), account.and_then(|account| account.industry.as_deref()))
        .number(FieldId(5), account.and_then(|account| account.employees).map(i64::from))
        .text(FieldId(6), account.and_then(|account| account.kind.as_deref()))
        .text(FieldId(7), lead.and_then(|lead| lead.band.as_deref()))
        .number(FieldId(8), lead.and_then(|lead| lead.score))
        .flag(FieldId(9), Some(lead.is_some()))
        .date(FieldId(10), Some(created_on));
    values
}
