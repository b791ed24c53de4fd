//! What this server says of itself, of the MCP servers, and of its keys.

use serde_json::{Value, json};

use revloops_identity::Scope;
use revloops_identity::verifier::KEYS_PATH;

use crate::Ports;

/// The document at `path`.
pub(crate) fn document(path: &str, ports: &Ports) -> Option<Value> {
    match path {
        "/.well-known/oauth-authorization-server" => Some(server(ports)),
        KEYS_PATH => serde_json::to_value(ports.keys.published()).ok(),
        path => ports.site.resources.iter().find(|one| one.metadata_path() == path).map(|one| one.metadata()),
    }
}

/// RFC 8414, with what MCP clients look for.
fn server(ports: &Ports) -> Value {
    let at = |path: &str| ports.site.public.at(path);
    let mut scopes: Vec<&str> =
        ports.site.resources.iter().flat_map(|resource| resource.scopes().map(Scope::as_str)).collect();
    scopes.push(Scope::OfflineAccess.as_str());
    let resources: Vec<String> = ports.site.resources.iter().map(|resource| resource.uri()).collect();
    json!({
        "issuer": ports.site.public.as_str(),
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "registration_endpoint": at("/oauth/register"),
        "revocation_endpoint": at("/oauth/revoke"),
        "jwks_uri": at(KEYS_PATH),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "client_id_metadata_document_supported": ports.client_documents.is_some(),
        "authorization_response_iss_parameter_supported": true,
        "protected_resources": resources,
    })
}
