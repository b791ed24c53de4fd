//! SQL over authorised rows alone.
