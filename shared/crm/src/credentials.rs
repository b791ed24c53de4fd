//! What the functions log in to the CRM with.

use serde::Deserialize;

use revloops_domain::Secret;

/// The connected app that logs in: the shape of the secret that the functions read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Credentials {
    /// Consumer key.
    pub client_id: Secret,
    /// Consumer secret.
    pub client_secret: Secret,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_from_the_secret_and_never_shown() {
        let credentials: Credentials =
            serde_json::from_str(r#"{"client_id": "3MVG9-key", "client_secret": "28A2-secret"}"#).unwrap();
        let shown = format!("{credentials:?}");
        assert!(!shown.contains("3MVG9") && !shown.contains("28A2"), "{shown}");
        assert_eq!(credentials.client_secret.reveal(), "28A2-secret");
    }
}
