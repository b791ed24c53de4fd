//! The registry of MCP servers: from one YAML entry a server to a signed document, and from that to the clients' own files.
//!
//! ```text
//! config/mcp_servers.yaml → Servers → RegistryDocument → Envelope (signed) → registry/current.json → GET /mcp/registry
//!                                                                                    ↓
//!                          Claude Code, Claude Desktop, Cursor, VS Code ← install ← verified Registry
//! ```
//!
//! The envelope is a [DSSE](https://github.com/secure-systems-lab/dsse) one: the signature covers the payload's type and its exact
//! bytes, so nothing has to be put in a canonical form before it is verified, and there may be several signatures while a key
//! is rotated. The key is Ed25519. A document's serial number only grows, and it expires: a reader refuses one that is older than
//! what it has seen, and one that nobody has renewed.

pub mod document;
pub mod envelope;
pub mod install;
pub mod publish;
pub mod servers;

pub use document::{Registry, RegistryDocument, RegistryError, RegistryServer};
pub use envelope::{Envelope, EnvelopeError, PublicKey, SigningKeys};
pub use publish::{OBJECT_KEY, Publication, PublishError, publish};
pub use servers::{ServerEntry, Servers};
