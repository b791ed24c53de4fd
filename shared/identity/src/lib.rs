//! Who asks, and what they may: the tokens that the authorization server gives out and the MCP servers take.
//!
//! | module | answers |
//! |---|---|
//! | [`principal`] | whose token it is, and what they may |
//! | [`roles`] | what a person is here, by what they are in the CRM |
//! | [`resource`] | what tokens are for |
//! | [`tokens`] | how a token is made and read |
//! | [`keys`] | what tokens are signed and verified with |
//! | [`verifier`] | how a server comes to the keys and takes a token |
//! | [`challenge`] | how a server reads a request's token, and refuses |
//! | [`hosting`] | where a server answers, whose tokens it takes, where its calls are noted |
//! | [`crm_session`] | the person's own session in the CRM |
//! | [`crm_tokens`] | how these sessions are kept, and refreshed by one caller at a time |
//! | [`sealing`] | how secrets are kept |

pub mod challenge;
pub mod crm_session;
pub mod crm_tokens;
pub mod hosting;
pub mod keys;
pub mod principal;
pub mod resource;
pub mod roles;
pub mod sealing;
pub mod tokens;
pub mod verifier;

pub use crm_session::{CrmSession, CrmSessions};
pub use crm_tokens::SealedSessions;
pub use hosting::Hosting;
pub use keys::{KeyError, KeySecret, SigningKeys, VerifyingKeys};
pub use principal::{Principal, Role, Scope};
pub use resource::{PublicUrl, Resource};
pub use roles::RoleRules;
pub use sealing::{Sealer, SealingSecret};
pub use tokens::TokenError;
pub use verifier::{KeysOverHttp, NotVerified, PublishedKeys, Verifier};
