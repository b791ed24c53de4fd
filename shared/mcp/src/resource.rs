//! Texts that a client can read without calling a tool, and questions that are worth asking again.

use async_trait::async_trait;
use revloops_loopkit::Outcome;

use crate::tool::Caller;

/// A text by its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its address, such as `revloops://loops/route`.
    pub uri: String,
    /// Its name among texts.
    pub name: String,
    /// For people.
    pub title: String,
    /// What stands in it.
    pub description: String,
    /// Its type, such as `text/markdown`.
    pub mime_type: &'static str,
}

/// The texts of a server.
#[async_trait]
pub trait Resources: Send + Sync {
    /// All of them.
    async fn list(&self, caller: &Caller) -> Outcome<Vec<Text>>;

    /// One of them with its content; `None` where there is none of this address.
    async fn read(&self, caller: &Caller, uri: &str) -> Outcome<Option<(Text, String)>>;
}

/// A question with gaps.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// Lower case with underscores.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// When to ask it.
    pub description: &'static str,
    /// The gaps: name, description, whether it has to be filled.
    pub arguments: &'static [(&'static str, &'static str, bool)],
    /// The question; `{name}` is filled with that argument.
    pub text: &'static str,
}

impl Prompt {
    /// The question with its gaps filled; the names of those that had to be filled and were not otherwise.
    ///
    /// # Errors
    /// The names of the arguments that are missing.
    pub(crate) fn filled(&self, given: impl Fn(&str) -> Option<String>) -> Result<String, Vec<&'static str>> {
        let missing: Vec<&str> = self
            .arguments
            .iter()
            .filter(|(name, _, must)| *must && given(name).is_none())
            .map(|(name, ..)| *name)
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        // Gap by gap from left to right, so that what fills one gap is not searched for others.
        let mut filled = String::new();
        let mut rest = self.text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((name, behind)) = after.split_once('}') else { break };
            filled.push_str(&given(name).unwrap_or_default());
            rest = behind;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::Prompt;

    const PROMPT: Prompt = Prompt {
        name: "why",
        title: "Why",
        description: "",
        arguments: &[("record", "", true), ("since", "", false)],
        text: "Why {record} since {since}?",
    };

    #[test]
    fn gaps_are_filled_once_and_what_fills_them_is_not_filled_again() {
        let given = |name: &str| Some(if name == "record" { "{since}".to_owned() } else { "May".to_owned() });
        assert_eq!(PROMPT.filled(given).unwrap(), "Why {since} since May?");
    }

    #[test]
    fn gaps_that_must_be_filled_are_named() {
        assert_eq!(PROMPT.filled(|_| None).unwrap_err(), ["record"]);
    }
}
