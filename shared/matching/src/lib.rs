//! Which account a lead belongs to: one matcher for live leads, batches and dry runs.
//!
//! A look-up has two halves. [`keys`] are computed of a company's name, domain and address, the same for leads and accounts;
//! who shares a key with a lead is its candidate, whether the index is a table or [`MatchIndex`]. [`decide`] then compares the
//! candidates and is pure: the same candidates give the same [`MatchVerdict`], with its evidence and the runners-up.
//!
//! | found by | what must agree | what forbids it |
//! |---|---|---|
//! | domain | the registrable domain; never free mail or a shared host's | another branch's place or number in the name |
//! | name | the name without case, accents, punctuation and legal form; a second fact, unless the name is distinctive | another country, another company's domain |
//! | similar name | a name nearly the same or its initials, and a second fact | as above, and words that differ on both sides |
//!
//! Keys know nothing of the rules, so that an edited rule needs no new index.

mod assess;
mod company;
mod decide;
mod domains;
mod facts;
mod index;
mod keys;
pub mod labelled;
mod name;
mod prepared;
mod rules;
mod similarity;
mod ties;
mod verdict;

pub use company::Company;
pub use decide::{decide, shortlist};
pub use index::MatchIndex;
pub use keys::{AT_MOST_A_KEY, BlockKey, crowded, keys};
pub use name::same_name;
pub use rules::{MatchRules, SecondFact, TieRule, Words};
pub use verdict::{MatchVerdict, RUNNERS_UP, RunnerUp};
