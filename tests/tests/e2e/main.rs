//! The end-to-end tests, in one binary: everything from outside, as those see it who use it.

mod browser;
mod clients;
mod crm_standin;
