//! What loops need of the world, as traits. The real ones are in `crm`, `enrichment`, `ai`, `aws` and `runtime`; tests
//! bring their own from `testkit`.

mod bus;
mod crm;
mod data;
mod effects;
mod inbox;
mod leads;
mod model;
mod parked;
mod pools;
mod runs;
mod time;

pub use bus::{Bus, BusEvent};
pub use crm::{CrmDirectory, CrmReader, CrmUser, CrmWriter, Queue};
pub use data::{Cache, CompanyQuery, Found, PersonQuery, Provider};
pub use effects::{Applied, Effects};
pub use inbox::Inbox;
pub use leads::Leads;
pub use model::{Model, ModelAnswer, ModelRequest, Tool};
pub use parked::{Parked, ParkedBodies, ParkedItem, ParkedStatus};
pub use pools::{PoolMember, PoolState, Pools, Ticket, pick};
pub use runs::{Claim, Lease, RunStore, StoredRun};
pub use time::{Clock, Ids};
