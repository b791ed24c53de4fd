//! What a question may be made of: lists of what is allowed, held against every node of its tree.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is on no list is refused, whatever else the parser reads one day"
)]

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CastKind, CeilFloorKind, DataType, DateTimeField, Distinct, Expr, Function, FunctionArg,
    FunctionArgExpr, FunctionArguments, GroupByExpr, Ident, Join, JoinConstraint, JoinOperator, LimitClause,
    ObjectName, OrderByKind, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, SetQuantifier,
    Statement, TableFactor, TableWithJoins, UnaryOperator, Value, Visit as _, Visitor, WildcardAdditionalOptions,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use revloops_lake::Dataset;

use crate::run::Refused;

/// The longest question.
const LONGEST: usize = 20_000;
/// How deep a question may be nested.
const DEEPEST: usize = 40;

/// Functions that Athena has, too, that compute from their arguments alone, and whose answer is not much larger than these.
const FUNCTIONS: [&str; 61] = [
    "abs",
    "avg",
    "bool_and",
    "bool_or",
    "btrim",
    "ceil",
    "char_length",
    "coalesce",
    "concat",
    "count",
    "cume_dist",
    "current_date",
    "date_part",
    "date_trunc",
    "dense_rank",
    "exp",
    "first_value",
    "floor",
    "greatest",
    "lag",
    "last_value",
    "lead",
    "least",
    "length",
    "ln",
    "log10",
    "lower",
    "ltrim",
    "max",
    "min",
    "mod",
    "now",
    "nth_value",
    "ntile",
    "nullif",
    "percent_rank",
    "power",
    "rank",
    "regexp_like",
    "replace",
    "reverse",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "split_part",
    "sqrt",
    "starts_with",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "strpos",
    "substr",
    "substring",
    "sum",
    "trim",
    "trunc",
    "upper",
    "var_pop",
    "var_samp",
    "date",
];

/// Parses a question and refuses whatever is not on a list; the tree, and the datasets that it names.
///
/// # Errors
/// What is wrong, and what would be right.
pub fn check(sql: &str, datasets: &[Dataset]) -> Result<(Statement, BTreeSet<String>), Refused> {
    if sql.len() > LONGEST {
        return Err(Refused::question(format!("a question has at most {LONGEST} characters; this has {}", sql.len())));
    }
    let parsed = Parser::new(&GenericDialect {}).with_recursion_limit(DEEPEST).try_with_sql(sql);
    let parsed = parsed.and_then(|mut parser| parser.parse_statements());
    let statements = parsed.map_err(|error| Refused::question(format!("this is no SQL: {error}")))?;
    let statement = match <[Statement; 1]>::try_from(statements) {
        Ok([statement]) => statement,
        Err(several) if several.is_empty() => return Err(Refused::question("there is no question")),
        Err(_) => return Err(Refused::question("one question at a time: leave out what follows the first ;")),
    };
    if !matches!(statement, Statement::Query(_)) {
        return Err(Refused::question("only SELECT is possible"));
    }
    let mut names = Names::default();
    let _ = statement.visit(&mut names);
    let known: BTreeSet<&str> = datasets.iter().map(|dataset| dataset.name.as_str()).collect();
    for name in &names.ctes {
        if known.contains(name.as_str()) {
            return Err(Refused::question(format!("{name} is a dataset: give what WITH makes another name")));
        }
    }
    if let Some(twice) = names.twice {
        return Err(Refused::question(format!("WITH names {twice} twice")));
    }
    let mut gate = Gate { datasets: &known, ctes: &names.ctes, named: BTreeSet::new() };
    match statement.visit(&mut gate) {
        ControlFlow::Break(refused) => Err(refused),
        ControlFlow::Continue(()) => {
            let named = gate.named;
            Ok((statement, named))
        }
    }
}

/// An identifier as the engine reads it: without quotes, in lower case.
fn name_of(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() }
}

/// The names that the question gives by WITH.
#[derive(Default)]
struct Names {
    ctes: BTreeSet<String>,
    twice: Option<String>,
}

impl Visitor for Names {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let name = name_of(&cte.alias.name);
            if !self.ctes.insert(name.clone()) {
                self.twice = Some(name);
            }
        }
        ControlFlow::Continue(())
    }
}

struct Gate<'a> {
    datasets: &'a BTreeSet<&'a str>,
    ctes: &'a BTreeSet<String>,
    named: BTreeSet<String>,
}

fn no<T>(what: impl Into<String>) -> Result<T, Refused> {
    Err(Refused::question(what))
}

fn flow(result: Result<(), Refused>) -> ControlFlow<Refused> {
    match result {
        Ok(()) => ControlFlow::Continue(()),
        Err(refused) => ControlFlow::Break(refused),
    }
}

impl Visitor for Gate<'_> {
    type Break = Refused;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Refused> {
        flow(of_query(query))
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Refused> {
        flow(of_select(select))
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Refused> {
        flow(self.of_factor(factor))
    }

    /// Every relation, wherever it stands: what a table's factor did not let through does not come this way.
    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<Refused> {
        flow(self.of_relation(relation))
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Refused> {
        flow(of_expr(expr))
    }
}

fn of_query(query: &Query) -> Result<(), Refused> {
    let Query { with, body, order_by, limit_clause, fetch, locks, for_clause, settings, format_clause, pipe_operators } =
        query;
    if let Some(with) = with {
        if with.recursive {
            return no("WITH RECURSIVE is not possible");
        }
        if with.cte_tables.iter().any(|cte| cte.from.is_some() || cte.materialized.is_some()) {
            return no("after AS in WITH stands a SELECT in brackets, and nothing else");
        }
    }
    if fetch.is_some() {
        return no("write LIMIT instead of FETCH");
    }
    if !locks.is_empty() || for_clause.is_some() {
        return no("FOR is not possible: a question changes and locks nothing");
    }
    if settings.is_some() || format_clause.is_some() || !pipe_operators.is_empty() {
        return no("SETTINGS, FORMAT and |> are not possible");
    }
    if let Some(order) = order_by
        && (order.interpolate.is_some() || !matches!(order.kind, OrderByKind::Expressions(_)))
    {
        return no("ORDER BY names columns or expressions");
    }
    match limit_clause {
        None => {}
        Some(LimitClause::LimitOffset { limit_by, .. }) if limit_by.is_empty() => {}
        Some(_) => return no("write LIMIT number OFFSET number"),
    }
    of_body(body)
}

fn of_body(body: &SetExpr) -> Result<(), Refused> {
    match body {
        SetExpr::Select(_) | SetExpr::Query(_) => Ok(()),
        SetExpr::SetOperation { left, right, set_quantifier, .. } => {
            if !matches!(set_quantifier, SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None) {
                return no("UNION, INTERSECT and EXCEPT go by place, not by name");
            }
            of_body(left)?;
            of_body(right)
        }
        SetExpr::Values(_) => no("VALUES is not possible: SELECT from a dataset"),
        SetExpr::Table(_) => no("TABLE is not possible: SELECT * FROM the dataset"),
        _ => no("only SELECT is possible"),
    }
}

fn of_select(select: &Select) -> Result<(), Refused> {
    let odd = !select.optimizer_hints.is_empty()
        || select.select_modifiers.is_some()
        || select.top.is_some()
        || select.exclude.is_some()
        || select.into.is_some()
        || !select.lateral_views.is_empty()
        || select.prewhere.is_some()
        || !select.connect_by.is_empty()
        || !select.cluster_by.is_empty()
        || !select.distribute_by.is_empty()
        || !select.sort_by.is_empty()
        || select.qualify.is_some()
        || select.value_table_mode.is_some();
    if odd {
        return no(
            "a SELECT has columns, FROM, WHERE, GROUP BY, HAVING, WINDOW, ORDER BY and LIMIT, and nothing else: no INTO, TOP, QUALIFY, LATERAL VIEW, hints",
        );
    }
    if matches!(select.distinct, Some(Distinct::On(_))) {
        return no("DISTINCT ON is not possible");
    }
    match &select.group_by {
        GroupByExpr::Expressions(_, modifiers) if modifiers.is_empty() => {}
        _ => return no("GROUP BY names columns or expressions"),
    }
    if select.projection.is_empty() {
        return no("a SELECT names at least one column");
    }
    for item in &select.projection {
        match item {
            SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAlias { .. } => {}
            SelectItem::Wildcard(options) => plain(options)?,
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                plain(options)?;
                if name.0.len() != 1 {
                    return no(format!("write the table's own name or alias before .*, and not {name}"));
                }
            }
            _ => return no(format!("{item} is not possible among a SELECT's columns")),
        }
    }
    select.from.iter().try_for_each(of_joins)
}

fn plain(options: &WildcardAdditionalOptions) -> Result<(), Refused> {
    let odd = options.opt_ilike.is_some()
        || options.opt_exclude.is_some()
        || options.opt_except.is_some()
        || options.opt_replace.is_some()
        || options.opt_rename.is_some();
    if odd { no("* stands alone: name the columns instead") } else { Ok(()) }
}

fn of_joins(from: &TableWithJoins) -> Result<(), Refused> {
    from.joins.iter().try_for_each(|Join { global, join_operator, .. }| {
        let constraint = match join_operator {
            JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)
            | JoinOperator::Right(constraint)
            | JoinOperator::RightOuter(constraint)
            | JoinOperator::FullOuter(constraint)
            | JoinOperator::CrossJoin(constraint) => constraint,
            _ => return no("a join is JOIN, LEFT, RIGHT, FULL or CROSS JOIN"),
        };
        if *global || matches!(constraint, JoinConstraint::Natural) {
            return no("a join says ON or USING");
        }
        Ok(())
    })
}

impl Gate<'_> {
    fn of_factor(&self, factor: &TableFactor) -> Result<(), Refused> {
        match factor {
            TableFactor::Table {
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
                ..
            } => {
                if args.is_some() {
                    return no("a function is no table: the datasets are what there is");
                }
                let odd = !with_hints.is_empty()
                    || version.is_some()
                    || *with_ordinality
                    || !partitions.is_empty()
                    || json_path.is_some()
                    || sample.is_some()
                    || !index_hints.is_empty();
                if odd { no("after a dataset's name stands its alias, and nothing else") } else { Ok(()) }
            }
            TableFactor::Derived { lateral: false, sample: None, .. } => Ok(()),
            TableFactor::Derived { .. } => no("LATERAL is not possible: join with a SELECT in brackets"),
            TableFactor::NestedJoin { table_with_joins, .. } => of_joins(table_with_joins),
            _ => no("a table is a dataset, a name of WITH, or a SELECT in brackets"),
        }
    }

    fn of_relation(&mut self, relation: &ObjectName) -> Result<(), Refused> {
        let parts: Vec<&Ident> = relation.0.iter().filter_map(|part| part.as_ident()).collect();
        let ([ident], 1) = (parts.as_slice(), relation.0.len()) else {
            return no(format!("write a dataset's own name, and not {relation}"));
        };
        let name = name_of(ident);
        if self.ctes.contains(&name) {
            return Ok(());
        }
        if !self.datasets.contains(name.as_str()) {
            return no(format!("there is no dataset {relation}: list_datasets tells which there are"));
        }
        self.named.insert(name);
        Ok(())
    }
}

fn of_expr(expr: &Expr) -> Result<(), Refused> {
    match expr {
        Expr::Identifier(_)
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. }
        | Expr::Like { any: false, .. }
        | Expr::ILike { any: false, .. }
        | Expr::Position { .. }
        | Expr::Substring { .. }
        | Expr::Trim { .. }
        | Expr::Nested(_)
        | Expr::Case { .. }
        | Expr::Exists { .. }
        | Expr::Subquery(_)
        | Expr::GroupingSets(_)
        | Expr::Cube(_)
        | Expr::Rollup(_)
        | Expr::Interval(_) => Ok(()),
        Expr::CompoundIdentifier(parts) if parts.len() == 2 => Ok(()),
        Expr::CompoundIdentifier(_) => no(format!("a column is column or table.column, and not {expr}")),
        Expr::Ceil { field, .. } | Expr::Floor { field, .. } => match field {
            CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => Ok(()),
            _ => no("CEIL and FLOOR take one number"),
        },
        Expr::Extract { field, .. } => match field {
            DateTimeField::Year
            | DateTimeField::Quarter
            | DateTimeField::Month
            | DateTimeField::Week(None)
            | DateTimeField::Day
            | DateTimeField::DayOfWeek
            | DateTimeField::DayOfYear
            | DateTimeField::Dow
            | DateTimeField::Doy
            | DateTimeField::Hour
            | DateTimeField::Minute
            | DateTimeField::Second => Ok(()),
            _ => no(format!("EXTRACT takes year, quarter, month, week, day, hour, minute or second, and not {field}")),
        },
        Expr::BinaryOp { op, .. } => match op {
            BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
            | BinaryOperator::StringConcat
            | BinaryOperator::Gt
            | BinaryOperator::Lt
            | BinaryOperator::GtEq
            | BinaryOperator::LtEq
            | BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::And
            | BinaryOperator::Or => Ok(()),
            _ => no(format!("the operator {op} is not possible")),
        },
        Expr::UnaryOp { op, .. } => match op {
            UnaryOperator::Plus | UnaryOperator::Minus | UnaryOperator::Not => Ok(()),
            _ => no(format!("the operator {op} is not possible")),
        },
        Expr::Cast { kind, data_type, format: None, .. } => match kind {
            CastKind::Cast | CastKind::TryCast => of_type(data_type),
            _ => no("write CAST(… AS …)"),
        },
        Expr::TypedString(typed) => of_type(&typed.data_type),
        Expr::Value(value) => match value.value {
            Value::Number(..) | Value::SingleQuotedString(_) | Value::Boolean(_) | Value::Null => Ok(()),
            _ => no(format!("a value is a number, a 'text', true, false or NULL, and not {value}")),
        },
        Expr::Function(function) => of_function(function),
        _ => no(format!("{expr} is not possible")),
    }
}

fn of_type(data_type: &DataType) -> Result<(), Refused> {
    match data_type {
        DataType::Varchar(_)
        | DataType::Text
        | DataType::String(_)
        | DataType::Int(_)
        | DataType::Integer(_)
        | DataType::SmallInt(_)
        | DataType::BigInt(_)
        | DataType::Double(_)
        | DataType::DoublePrecision
        | DataType::Float(_)
        | DataType::Real
        | DataType::Boolean
        | DataType::Date
        | DataType::Timestamp(..)
        | DataType::Decimal(_)
        | DataType::Numeric(_) => Ok(()),
        _ => no(format!("there is no type {data_type}: varchar, bigint, double, decimal, boolean, date or timestamp")),
    }
}

fn of_function(function: &Function) -> Result<(), Refused> {
    let name = match function.name.0.as_slice() {
        [part] => part.as_ident().filter(|ident| ident.quote_style.is_none()).map(|ident| ident.value.to_lowercase()),
        _ => None,
    };
    let Some(name) = name.filter(|name| FUNCTIONS.contains(&name.as_str())) else {
        return no(format!("there is no function {}", function.name));
    };
    if function.uses_odbc_syntax
        || !matches!(function.parameters, FunctionArguments::None)
        || !function.within_group.is_empty()
    {
        return no(format!("{name} takes its arguments in brackets, and nothing else"));
    }
    match &function.args {
        FunctionArguments::None => Ok(()),
        FunctionArguments::Subquery(_) => no(format!("{name} takes no SELECT without brackets of its own")),
        FunctionArguments::List(list) => {
            let fine = |arg: &FunctionArg| {
                matches!(arg, FunctionArg::Unnamed(FunctionArgExpr::Expr(_)))
                    || (name == "count" && matches!(arg, FunctionArg::Unnamed(FunctionArgExpr::Wildcard)))
            };
            if !list.clauses.is_empty() || !list.args.iter().all(fine) {
                return no(format!("{name} takes expressions, and no names, * or clauses"));
            }
            Ok(())
        }
    }
}
