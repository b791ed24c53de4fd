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

impl Kind {
    /// What a cell holds, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Whole => "a whole number",
            Self::Number => "a number",
            Self::Truth => "true or false",
            Self::Time => "a point in time",
            Self::Day => "a day",
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in SQL: lower case, with underscores.
    pub name: String,
    /// What it holds. Every column may be null but those of the key, the day, `row_version` and `seen_at`.
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
    /// A dataset without columns but those that each has; see the other methods for what is added.
    #[must_use]
    pub fn new(name: &str, description: &str) -> Self {
        let dataset = Self {
            name: name.to_owned(),
            description: description.to_owned(),
            columns: Vec::new(),
            key: Vec::new(),
            day: None,
            guard: Guard::Everything,
        };
        dataset.column_of("row_version", Kind::Whole, "Grows with each state of the row; the newest is kept").column_of(
            "seen_at",
            Kind::Time,
            "When this state of the row reached the lake",
        )
    }

    /// With one more column.
    #[must_use]
    pub fn column_of(mut self, name: &str, kind: Kind, description: &str) -> Self {
        let (name, description) = (name.to_owned(), description.to_owned());
        self.columns.push(Column { name, kind, unit: None, description });
        self
    }

    /// With one more column, in this unit.
    #[must_use]
    pub fn measure(mut self, name: &str, unit: &'static str, description: &str) -> Self {
        let (name, description) = (name.to_owned(), description.to_owned());
        self.columns.push(Column { name, kind: Kind::Whole, unit: Some(unit), description });
        self
    }

    /// With more text columns.
    #[must_use]
    pub fn texts(self, columns: &[(&str, &str)]) -> Self {
        columns.iter().fold(self, |dataset, (name, description)| dataset.column_of(name, Kind::Text, description))
    }

    /// With this key.
    #[must_use]
    pub fn keyed(mut self, key: &[&str]) -> Self {
        self.key = key.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// In days by this column.
    #[must_use]
    pub fn by_day(mut self, column: &str) -> Self {
        self.day = Some(column.to_owned());
        self
    }

    /// Seen by these.
    #[must_use]
    pub fn seen_by(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    /// The columns that are never null: the key, the day, what tells which state of a row is the newest.
    pub(crate) fn needed(&self) -> impl Iterator<Item = &str> {
        let all = self.key.iter().chain(&self.day).map(String::as_str);
        all.chain([crate::row::ROW_VERSION, crate::row::SEEN_AT])
    }

    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
