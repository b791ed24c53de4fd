//! How a fact is said, with the facts that it cites.

use super::brief::{Brief, Fact, Topic, is_plain};
use super::guard::{has_run, words};

/// A sentence that states facts.
pub(super) struct Claim {
    pub(super) text: String,
    pub(super) fact_ids: Vec<String>,
}

/// Thanks for what the person wrote, where they wrote something.
pub(super) fn thanks(brief: &Brief) -> Option<Claim> {
    let fact = brief.facts.iter().find(|fact| fact.topic() == Topic::Message)?;
    Some(Claim { text: "Thank you for the message that you sent us.".into(), fact_ids: vec![fact.id.clone()] })
}

/// The facts that may be stated, the most telling first.
pub(super) fn usable(brief: &Brief) -> Vec<&Fact> {
    let mut usable: Vec<&Fact> = brief
        .facts
        .iter()
        .filter(|fact| !matches!(fact.topic(), Topic::Message | Topic::Source))
        .filter(|fact| !fact.content().is_empty() && is_plain(&fact.value) && is_plain(&fact.text))
        .collect();
    usable.sort_by_key(|fact| fact.topic());
    usable
}

/// The fact in a sentence; `turn` varies the wording.
pub(super) fn state(brief: &Brief, fact: &Fact, turn: usize) -> Option<Claim> {
    let (value, company) = (fact.content(), brief.company().unwrap_or("your company"));
    let wordings = match fact.topic() {
        Topic::Signal => [
            format!("I read this about {company}: “{value}”."),
            format!("I noticed this news of {company}: “{value}”."),
        ],
        Topic::Title => [
            format!("I am writing to you because you are {value} at {company}."),
            format!("As {value} at {company}, you may be the person whose view on this I would value."),
        ],
        Topic::Size => [
            format!("I saw that {company} has {value} employees."),
            format!("I read that {company} has {value} employees, so I would start small."),
        ],
        Topic::Summary => [
            format!("This line about your work stayed with me: “{value}”."),
            format!("I read this about your work: “{value}”."),
        ],
        Topic::Industry => [
            format!("I understand that your field is {value}."),
            format!("Your field, {value}, is one reason why I chose to write."),
        ],
        Topic::Location => [
            format!("I saw that {company} is based in {value}, and I am glad to work around your hours."),
            format!("Since {company} is based in {value}, I would keep any call within your working day."),
        ],
        Topic::Founded => [
            format!("I read that {company} was founded in {value}, so I will keep this short."),
            format!("{company} has been in business since {value}, so I will keep this practical."),
        ],
        Topic::Other => {
            let text = fact.text.trim().trim_end_matches('.');
            [format!("One thing that I noted: {text}."), format!("I also learned this: {text}.")]
        }
        Topic::Source | Topic::Message => return None,
    };
    let text = capitalised(wordings.get(turn % wordings.len())?);
    Some(Claim { fact_ids: cited(brief, fact, &text), text })
}

/// The fact itself, then every other one whose value is in the sentence too: a job title may name the industry.
fn cited(brief: &Brief, fact: &Fact, text: &str) -> Vec<String> {
    let said = words(text);
    let others = brief.facts.iter().filter(|other| {
        other.id != fact.id
            && !matches!(other.topic(), Topic::Message | Topic::Source)
            && has_run(&said, &words(&other.value))
    });
    std::iter::once(fact.id.clone()).chain(others.map(|other| other.id.clone())).collect()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
