//! What the lake holds: datasets, their columns, and whose rows they are.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number: counts, cents, milliseconds. 64 bits, signed.
    Whole,
    /// A number with a fraction. 64 bits.
    Number,
    /// Yes or no.
    Truth,
    /// A point in time, UTC, to the microsecond.
    Time,
    /// A day, UTC.
    Day,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in SQL: lower case, with underscores.
    pub name: String,
    /// What it holds. Every column may be null but those of the key.
    pub kind: Kind,
    /// `cents`, `microusd`, `ms`, `minutes`, `leads`, …
    pub unit: Option<&'static str>,
    /// What it means, in a sentence.
    pub description: String,
}

/// Who sees a row, where they do not see everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// Everybody who may use the lake: the row is about nobody and nothing in the CRM.
    Everyone,
    /// Whoever may see what the user named by this column owns.
    Owner(String),
    /// Whoever may see the record of the CRM that this column names. Where the column is null, nobody.
    Record(String),
    /// Nobody else.
    Everything,
}

/// A table of the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// Its name in SQL, and its folder's.
    pub name: String,
    /// What one row is, in a sentence.
    pub description: String,
    /// Its columns, in their order.
    pub columns: Vec<Column>,
    /// The columns that make a row the same row.
    pub key: Vec<String>,
    /// The time or day by which rows lie in days; none where the dataset is one object (what a CRM's object is now).
    pub day: Option<String>,
    /// Whose rows these are.
    pub guard: Guard,
}

impl Dataset {
    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
