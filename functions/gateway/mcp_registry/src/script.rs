//! `install.py`, with this registry's address and key in it.

use revloops_registry::PublicKey;
use revloops_registry::install::BRIDGE;

use crate::REGISTRY_PATH;

const SCRIPT: &str = include_str!("../../../../infra/mcp/install.py");

/// The script as it is served. What is ASCII reads in JSON's quotes as in Python's.
pub(crate) fn filled_in(public_url: &str, key: &PublicKey) -> String {
    let url = format!("{}{REGISTRY_PATH}", public_url.trim_end_matches('/'));
    let key = key.to_base64();
    let mut script = SCRIPT.to_owned();
    for (name, value) in [("REGISTRY_URL", url.as_str()), ("REGISTRY_KEY", key.as_str()), ("BRIDGE", BRIDGE)] {
        let quoted = serde_json::Value::from(value).to_string();
        script = script.replacen(&format!("\n{name} = \"\"\n"), &format!("\n{name} = {quoted}\n"), 1);
    }
    script
}
