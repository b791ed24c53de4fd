//! The revenue team's nouns: ids, leads, scores, owners, events. No I/O, no clock, no randomness.
//!
//! Everything here is checked once, when it is built; the rest of the system holds only right values.

pub mod account;
pub mod business_days;
pub mod cost;
pub mod country;
pub mod crm_time;
pub mod decay;
pub mod enriched;
pub mod error_class;
pub mod events;
pub mod fact;
pub mod first_touch;
pub mod ids;
pub mod lead;
pub mod mail_domain;
pub mod money;
pub mod proposed;
pub mod pursuit;
pub mod score;
pub mod secret;
pub mod sequence;
pub mod sequence_state;
pub mod signal;
pub mod stamp;
pub mod suppression;
pub mod territory_events;
pub mod text;
pub mod working_time;

pub use account::{Account, MatchedAccount, MatchedBy};
pub use business_days::BusinessDays;
pub use cost::Cost;
pub use country::{is_country_code, meant_country_code};
pub use crm_time::{crm_date, crm_datetime};
pub use enriched::{CompanyProfile, EnrichmentStatus, FieldProvenance, FieldState, PersonProfile, Provenance};
pub use error_class::ErrorClass;
pub use fact::{Fact, FactKind};
pub use ids::{
    AccountId, CorrelationId, LeadId, OpportunityId, OrganizationId, OwnerId, RunId, SalesforceId, TaskId, UserId,
};
pub use lead::Lead;
pub use mail_domain::MailDomain;
pub use money::Cents;
pub use proposed::ProposedTerritory;
pub use score::Score;
pub use secret::Secret;
pub use stamp::{ConfigStamp, sha256_hex};
pub use working_time::{DaysOff, OffReason, Shift, WeekHours, WorkingTime};
