//! What a deployment says of one MCP server.

use std::sync::Arc;

use revloops_loopkit::ports::Documents;

use crate::verifier::Verifier;

/// Where an MCP server answers, whose tokens it takes, and where its calls are noted.
pub struct Hosting {
    /// The deployment's public address.
    pub public_url: String,
    /// Where its HTTP API answers, too.
    pub api_endpoint: String,
    /// Origins whose pages may call it from a browser, separated by commas.
    pub origins: String,
    /// Takes the tokens for this server.
    pub verifier: Verifier,
    /// Where calls are noted.
    pub audit: Arc<dyn Documents>,
}
