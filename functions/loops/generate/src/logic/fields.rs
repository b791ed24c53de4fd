//! The fields by which an account's fit is chosen.

use revloops_domain::Account;
use revloops_rules::{Field, FieldId, FieldTable, FieldValues};

/// The table; a field's id is its place.
pub const TABLE: FieldTable = FieldTable::new(&[
    Field::text("country"),
    Field::text("state"),
    Field::text("industry"),
    Field::number("employees"),
    Field::text("account_kind"),
]);

pub(crate) fn values(account: &Account) -> FieldValues {
    let mut values = FieldValues::new(&TABLE);
    values
        .text(FieldId(0), account.country_code.as_deref())
        .text(FieldId(1), account.state_code.as_deref())
        .text(FieldId(2), account.industry.as_deref())
        .number(FieldId(3), account.employees.map(i64::from))
        .text(FieldId(4), account.kind.as_deref());
    values
}
