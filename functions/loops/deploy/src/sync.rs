//! Carrying out an approved plan.
