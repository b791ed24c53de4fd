//! What loops need of the world, as traits. The real ones are in `crm`, `enrichment`, `ai`, `aws` and `runtime`; tests
//! bring their own from `testkit`.

mod accounts;
mod approvals;
mod batch;
mod behaviour;
mod bus;
mod crm;
mod crm_login;
mod data;
mod deals;
mod documents;
mod effects;
mod history;
mod inbox;
mod leads;
mod model;
mod objects;
mod parked;
mod past;
mod placements;
mod pools;
mod prompts;
mod runs;
mod sequences;
mod signals;
mod signer;
mod snapshots;
mod spend;
mod standings;
mod targets;
mod territories;
mod time;
mod touches;
mod warehouse;

pub use accounts::Accounts;
pub use approvals::{Answer, Approvals, AskedPlan, Begun, PlanStatus, ResumeToken};
pub use batch::{
    BatchJob, BatchStore, CHUNK, ChunkRun, Collections, Direction, Ended, Intended, Noted, PlannedChange, RecordResult,
    RecordWrite,
};
pub use behaviour::{Act, ActKind, Behaviour, Wanted};
pub use bus::{Bus, BusEvent};
pub use crm::{CrmDirectory, CrmReader, CrmUser, CrmWriter, Queue, Workload};
pub use crm_login::{CrmIdentity, CrmLogin, CrmTokens, LoginBegun};
pub use data::{Cache, CompanyQuery, Found, PersonQuery, Provider};
pub use deals::{
    Colleague, ConvertedLead, DayLoad, Deal, DealAccount, Deals, DueMilestone, InTerritory, MilestoneTask, WrittenPlay,
};
pub use documents::{Documents, Stored};
pub use effects::{Applied, Effects};
pub use history::{AccountHistory, History};
pub use inbox::Inbox;
pub use leads::Leads;
pub use model::{Model, ModelAnswer, ModelRequest, SearchHit, Tool};
pub use objects::{Listed, Object, Objects};
pub use parked::{Parked, ParkedBodies, ParkedItem, ParkedStatus};
pub use past::{Past, PastDecision};
pub use placements::{PendingAccount, PlacementMove, Placements, Resolution};
pub use pools::{
    Cap, Draw, Drawn, Held, PickBy, PoolMember, PoolState, Pools, Standing, Sticky, TeamCap, Ticket, TicketKind, Window,
};
pub use prompts::Prompts;
pub use runs::{Claim, Lease, RunStore, StoredRun};
pub use sequences::{Changed, Count, Place, SequenceChange, Sequences, Suppressions, TakenPlace};
pub use signals::{AccountPeople, CrmPerson, Signals};
pub use signer::RequestSigner;
pub use snapshots::{Snapshot, SnapshotOf, Snapshots};
pub use spend::{Budget, OverBudget, Reserved, Spend};
pub use standings::{Meetings, Relation, Relations};
pub use targets::{Settled, Target, Targets};
pub use territories::{
    AssociationCause, CrmTerritory, Making, PlacedAccount, Territories, TerritoryAccount, TerritoryModel, TerritoryUser,
};
pub use time::{Clock, Ids};
pub use touches::{OurTask, PersonsAct, PersonsActKind, REMINDER, Touches, Untouched};
pub use warehouse::{Answered, Warehouse};
