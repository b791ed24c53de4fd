//! How a fact is said, with the facts that it cites.

use super::brief::{Brief, Fact, is_plain};

/// A sentence that states facts.
pub(super) struct Claim {
    pub(super) text: String,
    pub(super) fact_ids: Vec<String>,
}

/// What a fact is about, in the order in which a mail uses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
    Title,
    Size,
    Summary,
    Industry,
    Location,
    Founded,
    Other,
    Source,
    /// What the person wrote: thanked for, never quoted.
    Message,
}

fn topic(kind: &str) -> Topic {
    match kind {
        "person_title" | "title" | "job_title" => Topic::Title,
        "company_size" | "employees" | "size" => Topic::Size,
        "summary" | "company_summary" | "description" => Topic::Summary,
        "industry" => Topic::Industry,
        "location" | "country" | "city" | "headquarters" => Topic::Location,
        "founded" | "founded_year" => Topic::Founded,
        "lead_source" => Topic::Source,
        "lead_message" | "message" | "description_from_lead" => Topic::Message,
        _ => Topic::Other,
    }
}

/// Thanks for what the person wrote, where they wrote something.
pub(super) fn thanks(brief: &Brief) -> Option<Claim> {
    let fact = brief.facts.iter().find(|fact| topic(&fact.kind) == Topic::Message)?;
    Some(Claim { text: "Thank you for the message that you sent us.".into(), fact_ids: vec![fact.id.clone()] })
}

/// A claim for each usable fact, the most telling first. `turn` varies the wording.
pub(super) fn all(brief: &Brief, turn: usize) -> Vec<Claim> {
    let mut usable: Vec<(Topic, &Fact)> = brief
        .facts
        .iter()
        .map(|fact| (topic(&fact.kind), fact))
        .filter(|(topic, _)| *topic != Topic::Message)
        .filter(|(_, fact)| is_plain(&fact.value) && is_plain(&fact.text))
        .collect();
    usable.sort_by_key(|(topic, _)| *topic);
    usable.into_iter().filter_map(|(topic, fact)| claim(brief, topic, fact, turn)).collect()
}

fn claim(brief: &Brief, topic: Topic, fact: &Fact, turn: usize) -> Option<Claim> {
    let value = fact.value.trim().trim_end_matches('.');
    if value.is_empty() && topic != Topic::Other {
        return None;
    }
    let company = brief.company().unwrap_or("your company");
    let wordings: Vec<String> = match topic {
        Topic::Title => vec![
            format!("As {value} at {company}, you probably see first where good leads get stuck."),
            format!("I am writing to you because you are {value} at {company}."),
        ],
        Topic::Size => vec![
            format!(
                "With {value} employees, {company} has enough people involved that every handover of a lead counts."
            ),
            format!("I saw that {company} has {value} employees."),
        ],
        Topic::Summary => vec![
            format!("This line about your work stayed with me: “{value}”."),
            format!("I read this about what you do: “{value}”."),
        ],
        Topic::Industry => vec![
            format!("Since your field is {value}, I would look at speed and at clear ownership before anything else."),
            format!("I understand that {company} works in {value}."),
        ],
        Topic::Location => vec![
            format!("I saw that {company} is based in {value}, and I am glad to work around your hours."),
            format!("With your team in {value}, I would keep any call within your working day."),
        ],
        Topic::Founded => vec![
            format!("{company} has been in business since {value}, so I will keep this practical."),
            format!("Having been founded in {value}, {company} will know well which of its habits are worth keeping."),
        ],
        Topic::Source => vec![format!("You came to our attention through {value}.")],
        Topic::Other => {
            let text = fact.text.trim().trim_end_matches('.');
            if text.is_empty() {
                return None;
            }
            vec![format!("One thing I noted: {text}."), format!("I also learned this: {text}.")]
        }
        Topic::Message => return None,
    };
    let text = capitalised(wordings.get(turn % wordings.len())?);
    Some(Claim { fact_ids: cited(brief, fact, &text), text })
}

/// The fact itself, then every other one whose value is in the sentence too: the name of a company may hold its industry.
fn cited(brief: &Brief, fact: &Fact, text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let others = brief.facts.iter().filter(|other| {
        let value = other.value.trim().to_lowercase();
        other.id != fact.id
            && topic(&other.kind) != Topic::Message
            && value.chars().count() > 2
            && text.contains(&value)
    });
    std::iter::once(fact.id.clone()).chain(others.map(|other| other.id.clone())).collect()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
