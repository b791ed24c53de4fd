//! Resources: each loop's card, and its active config as text.

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use revloops_config::ConfigStore;
use revloops_loopkit::{Card, Outcome};
use revloops_mcp::{Caller, Resources, Text};

const ADDRESS: &str = "revloops://loops/";

/// The loops' cards.
pub struct LoopTexts {
    /// Config and its pointers.
    pub config: Arc<dyn ConfigStore>,
}

fn text(card: &Card) -> Text {
    Text {
        uri: format!("{ADDRESS}{}", card.name),
        name: card.name.to_owned(),
        title: format!("Loop {}", card.name),
        description: card.decides.to_owned(),
        mime_type: "text/markdown",
    }
}

#[async_trait]
impl Resources for LoopTexts {
    async fn list(&self, _caller: &Caller) -> Outcome<Vec<Text>> {
        Ok(revloops_catalogue::all().iter().map(|entry| text(&entry.card)).collect())
    }

    async fn read(&self, _caller: &Caller, uri: &str) -> Outcome<Option<(Text, String)>> {
        let Some(name) = uri.strip_prefix(ADDRESS) else { return Ok(None) };
        let Some(entry) = revloops_catalogue::all().into_iter().find(|entry| entry.card.name == name) else {
            return Ok(None);
        };
        Ok(Some((text(&entry.card), in_words(&entry.card, entry.files.iter().map(|file| file.name)))))
    }
}

/// The card in Markdown.
fn in_words<'a>(card: &Card, files: impl Iterator<Item = &'a str>) -> String {
    let mut words =
        format!("# {}\n\n{}\n\nChain: {}. Logic version {}.\n", card.name, card.decides, card.chain, card.version);
    let mut list = |title: &str, items: &mut dyn Iterator<Item = &str>| {
        let _infallible = write!(words, "\n## {title}\n\n");
        for item in items {
            let _infallible = writeln!(words, "- {item}");
        }
    };
    list("Triggers", &mut card.triggers.iter().copied());
    list("Emits", &mut card.emits.iter().copied());
    list("Levers", &mut card.levers.iter().copied());
    list("Metrics", &mut card.metrics.iter().copied());
    list("Config files", &mut files.into_iter());
    let _infallible = write!(words, "\n## Feedback\n\n{}\n", card.feedback);
    words
}
