//! Apps that ask: registered here, or described by a document at the URL that is their id.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use revloops_domain::ErrorClass;
use revloops_loopkit::{Failure, Outcome};

use crate::{Ports, client_documents, redirects};

const KIND: &str = "client";

/// A registered app that nobody logs in with is forgotten after so long.
const KEPT: SignedDuration = SignedDuration::from_hours(180 * 24);

/// So often its end is put off.
const PUT_OFF: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) id: String,
    /// What it calls itself.
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    /// Whether it wants refresh tokens.
    pub(crate) refreshes: bool,
    /// The host of the document that describes it; `None` for one that registered itself, by whatever name it liked.
    pub(crate) described_at: Option<String>,
}

impl Client {
    /// Whether codes may be sent there.
    pub(crate) fn may_redirect_to(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|registered| redirects::matches(registered, uri))
    }
}

/// Why there is no client.
#[derive(Debug)]
pub(crate) enum NoClient {
    /// The app's doing, in words for people.
    Unknown(String),
    /// Ours, or its host's.
    Failed(Failure),
}

/// The app called `id`.
pub(crate) async fn find(ports: &Ports, id: &str) -> Result<Client, NoClient> {
    if id.starts_with("https:") || id.starts_with("http:") {
        return client_documents::find(ports, id).await;
    }
    let stored = ports.documents.read(KIND, id, ports.clock.now()).await.map_err(NoClient::Failed)?;
    let Some(stored) = stored else {
        return Err(NoClient::Unknown(
            "this app is not registered here, or was forgotten: it must register again".into(),
        ));
    };
    Client::deserialize(&stored.value)
        .map_err(|error| NoClient::Failed(Failure::unreadable(ErrorClass::Bug, "reading a registered client", &error)))
}

/// Keeps a newly registered app.
pub(crate) async fn keep(ports: &Ports, client: &Client, now: Timestamp) -> Outcome<()> {
    let value = serde_json::to_value(client)
        .map_err(|error| Failure::unreadable(ErrorClass::Bug, "keeping a client", &error))?;
    if ports.documents.create(KIND, &client.id, &value, Some(now + KEPT)).await? {
        Ok(())
    } else {
        Err(Failure::new(ErrorClass::Bug, "a fresh client id is taken"))
    }
}

/// Somebody has logged in with the app: it is kept for longer. Nothing depends on it, so a failure is only logged.
pub(crate) async fn used(ports: &Ports, client: &Client, now: Timestamp) {
    if client.described_at.is_none()
        && let Err(failure) = put_off(ports, &client.id, now).await
    {
        tracing::warn!(client_id = client.id, "a client's end is not put off: {failure}");
    }
}

async fn put_off(ports: &Ports, id: &str, now: Timestamp) -> Outcome<()> {
    // One that is still there as of then was put off lately.
    if ports.documents.read(KIND, id, now + KEPT - PUT_OFF).await?.is_some() {
        return Ok(());
    }
    if let Some(stored) = ports.documents.read(KIND, id, now).await? {
        ports.documents.replace(KIND, id, &stored.value, Some(now + KEPT), stored.version).await?;
    }
    Ok(())
}

/// A name as it can be shown: one line, without what hides or turns text.
pub(crate) fn shown_name(text: &str) -> String {
    let hides = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    let words =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !hides(*c)).collect::<String>();
    let name: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect();
    if name.is_empty() { "An app without a name".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_without_hidden_characters() {
        assert_eq!(shown_name("  Claude \n Code\u{202e}\u{200b} "), "Claude Code");
        assert_eq!(shown_name("\u{200b}\n"), "An app without a name");
        assert_eq!(shown_name(&"x".repeat(200)).len(), 80);
    }
}
