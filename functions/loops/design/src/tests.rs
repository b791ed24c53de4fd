//! The loop against a store in memory, and what its record gives again.
