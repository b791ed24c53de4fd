//! How config is changed: proposed in operators' words, checked, simulated, approved by its hash, made active, taken back.
//!
//! | module | answers |
//! |---|---|
//! | [`operation`] | what an operator says, and which edits of which files that is |
//! | [`proposal`] | a change on its way, and what is known of it |
//! | [`policy`] | who may do what, and what needs a second person |
//! | [`desk`] | propose, simulate, approve, reject, withdraw, apply, roll back |
//! | [`moves`] | the history: each move of a pointer is recorded before it is done, and there is one at a time |
//! | [`folder`] | what a config folder is based on, when it is promoted by hand or by Git |
//! | [`rollout`] | a version that is tried first: when it is returned, and how sure that is |
//! | [`trial`] | such a try: begun, looked at, ended |
//! | [`shadow`] | what another version would have decided |
//! | [`outcomes`] | what versions have led to, and what that proposes |
//! | [`ports`] | what this needs of the loops: their check, and a simulation |
//!
//! **One order of moves.** The record of a move is created under the next number of its loop before the pointer moves, and
//! names what it moves from and to. Who finds the last record unfinished finishes it first: so a move that died half-way
//! is carried out by the next who comes, two operators never both believe that they won, and history has no gap.

pub mod actor;
pub mod desk;
pub mod diff;
pub mod error;
pub mod folder;
pub mod moves;
pub mod operation;
pub mod outcomes;
pub mod policy;
pub mod ports;
pub mod proposal;
pub mod rollout;
pub mod shadow;
pub mod trial;

pub use actor::Actor;
pub use desk::{ChangeDesk, Proposed};
pub use error::ChangeError;
pub use moves::{How, Move, MoveState};
pub use operation::Operation;
pub use outcomes::{FeedbackNote, VersionOutcomes};
pub use policy::Policy;
pub use proposal::{Evidence, Proposal, ProposalState, Simulation};
