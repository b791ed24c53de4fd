//! Planted defects, all found, each with a lead that shows it.
