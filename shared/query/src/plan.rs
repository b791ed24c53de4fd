//! What a plan reads: of each dataset, columns and days.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator};
use jiff::civil::Date;

use crate::DAY;

/// First and last day; open where there is none.
pub(crate) type Bounds = (Option<Date>, Option<Date>);

/// What is read of one dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reads {
    /// The columns' names.
    pub(crate) columns: BTreeSet<String>,
    /// First and last day, each of them possibly open; the hull of all scans.
    pub(crate) days: Bounds,
}

/// What the scans of an optimised plan read.
pub(crate) fn reads(plan: &LogicalPlan) -> Result<BTreeMap<String, Reads>> {
    let mut scans: BTreeMap<String, (BTreeSet<String>, usize)> = BTreeMap::new();
    let mut bounds: BTreeMap<String, Vec<Bounds>> = BTreeMap::new();
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            let place = scans.entry(scan.table_name.table().to_owned()).or_default();
            place.0.extend(scan.projected_schema.fields().iter().map(|field| field.name().clone()));
            place.1 += 1;
        }
        if let LogicalPlan::Filter(filter) = node
            && let LogicalPlan::TableScan(scan) = filter.input.as_ref()
        {
            let mut days = Bounds::default();
            narrow(&filter.predicate, &mut days);
            bounds.entry(scan.table_name.table().to_owned()).or_default().push(days);
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    let of = |(name, (columns, count)): (String, (BTreeSet<String>, usize))| {
        let bounds = bounds.get(&name).map(Vec::as_slice).unwrap_or_default();
        // A scan without a filter of its own reads every day.
        let days = if bounds.len() < count { (None, None) } else { hull(bounds) };
        (name, Reads { columns, days })
    };
    Ok(scans.into_iter().map(of).collect())
}

/// The days within all of these are within the hull.
fn hull(bounds: &[Bounds]) -> Bounds {
    let firsts: Option<Vec<Date>> = bounds.iter().map(|(first, _)| *first).collect();
    let lasts: Option<Vec<Date>> = bounds.iter().map(|(_, last)| *last).collect();
    (firsts.and_then(|days| days.into_iter().min()), lasts.and_then(|days| days.into_iter().max()))
}

/// Narrows the days by what a condition says of [`DAY`] in all cases: comparisons that are joined by AND.
fn narrow(condition: &Expr, days: &mut Bounds) {
    let Expr::BinaryExpr(BinaryExpr { left, op, right }) = condition else { return };
    if *op == Operator::And {
        narrow(left, days);
        narrow(right, days);
        return;
    }
    let (day, op) = match (left.as_ref(), right.as_ref()) {
        (Expr::Column(column), literal) if column.name == DAY => (date(literal), Some(*op)),
        (literal, Expr::Column(column)) if column.name == DAY => (date(literal), op.swap()),
        _ => return,
    };
    let (Some(day), Some(op)) = (day, op) else { return };
    if matches!(op, Operator::Eq | Operator::Gt | Operator::GtEq) {
        days.0 = Some(days.0.map_or(day, |first| first.max(day)));
    }
    if matches!(op, Operator::Eq | Operator::Lt | Operator::LtEq) {
        days.1 = Some(days.1.map_or(day, |last| last.min(day)));
    }
}

fn date(expr: &Expr) -> Option<Date> {
    let Expr::Literal(ScalarValue::Date32(Some(days)), _) = expr else { return None };
    Date::constant(1970, 1, 1).checked_add(jiff::Span::new().try_days(*days).ok()?).ok()
}
