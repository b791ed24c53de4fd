//! A query as it was written, before anything is known about its objects and fields.

/// `Owner.Name` is `["Owner", "Name"]`.
pub(crate) type Path = Vec<String>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    pub(crate) select: Vec<Item>,
    pub(crate) from: String,
    pub(crate) alias: Option<String>,
    pub(crate) condition: Option<Condition>,
    pub(crate) group_by: Vec<Path>,
    pub(crate) having: Option<Condition>,
    pub(crate) order_by: Vec<Order>,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: Option<u64>,
    /// `ALL ROWS`: deleted records too.
    pub(crate) all_rows: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    Field { path: Path, alias: Option<String> },
    Aggregate { aggregate: Aggregate, alias: Option<String> },
    Children(Box<Query>),
    Fields(FieldSet),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldSet {
    All,
    Standard,
    Custom,
}

/// `COUNT()` has no path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Aggregate {
    pub(crate) function: Function,
    pub(crate) path: Option<Path>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Count,
    CountDistinct,
    Sum,
    Avg,
    Min,
    Max,
}

/// What a comparison or an order looks at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Field(Path),
    Aggregate(Aggregate),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Compare { operand: Operand, operator: Operator, value: Literal },
    Like { operand: Operand, pattern: String },
    InList { operand: Operand, negated: bool, values: Vec<Literal> },
    InQuery { operand: Operand, negated: bool, query: Box<Query> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Number(f64),
    Boolean(bool),
    Null,
    /// `2026-11-22`
    Date(String),
    /// `2026-11-22T06:45:10Z`
    DateTime(String),
    /// `TODAY`, or `LAST_N_DAYS` with its number.
    Relative {
        name: String,
        count: Option<i32>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Order {
    pub(crate) operand: Operand,
    pub(crate) descending: bool,
    /// `NULLS LAST`; the language's own order is nulls first.
    pub(crate) nulls_last: bool,
}
