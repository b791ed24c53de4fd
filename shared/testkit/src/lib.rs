//! For tests alone: a world in memory behind loopkit's ports, which can be killed between any two side effects,
//! builders that state only what matters, and the config that the project ships.

mod accounts;
mod approvals;
mod audit;
mod builders;
mod config_store;
mod contended;
mod deals;
mod documents;
mod memory;
mod objects;
mod parked;
mod past;
mod pools;
mod sequences;
mod shipped;
mod signals;
mod standings;
mod targets;
mod territories;
mod touches;
mod world;

pub use accounts::AccountsInMemory;
pub use approvals::ApprovalsInMemory;
pub use audit::{Audit, audit};
pub use builders::{LeadBuilder, account_id, lead, lead_id, lead_saved, record, user_id};
pub use config_store::ConfigInMemory;
pub use contended::ContendedPools;
pub use documents::DocumentsInMemory;
pub use memory::{Memory, Write};
pub use objects::ObjectsInMemory;
pub use parked::ParkedInMemory;
pub use sequences::SequencesInMemory;
pub use shipped::{config_root, shipped_config, shipped_sources_with};
pub use signals::SignalsInMemory;
pub use targets::TargetsInMemory;
pub use territories::{CrmTerritories, PlacementsInMemory, Shape, TerritoryShape};
pub use world::{Kill, TestWorld};
