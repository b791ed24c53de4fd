use jiff::Timestamp;

/// The time, as an argument.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Fresh identifiers, as an argument.
pub trait Ids: Send + Sync {
    /// An identifier that nobody else has: 32 hex digits.
    fn fresh(&self) -> String;
}
