//! AWS: the only crate that names an SDK. Implements loopkit's ports on DynamoDB, S3, EventBridge, Step Functions,
//! SQS and Secrets Manager. Where they are is a matter of endpoint settings alone.

pub mod accounts;
pub mod approvals;
pub mod batch;
mod batch_history;
pub mod bus;
pub mod cache;
pub mod chain;
pub mod clients;
mod conditional;
pub mod config_store;
pub mod counts;
mod failures;
mod host_prefix;
pub mod inbox;
mod item;
pub mod leads;
pub mod parked;
pub mod placements;
pub mod pools;
pub mod queue;
mod records;
pub mod runs;
pub mod secrets;
pub mod sequences;
pub mod spend;
mod writes;

pub use accounts::TableAccounts;
pub use approvals::TableApprovals;
pub use batch::BucketBatches;
pub use batch_history::decisions_since;
pub use bus::EventBus;
pub use cache::TableCache;
pub use chain::{Chain, Execution, execution};
pub use clients::Clients;
pub use config_store::BucketConfigStore;
pub use inbox::TableInbox;
pub use leads::TableLeads;
/// An opened bucket.
pub use object_store::aws::AmazonS3 as Bucket;
pub use parked::{BucketBodies, TableParked};
pub use placements::TablePlacements;
pub use pools::TablePools;
pub use queue::WorkQueue;
pub use runs::TableRuns;
pub use secrets::Secrets;
pub use sequences::TableSequences;
pub use spend::TableSpend;
