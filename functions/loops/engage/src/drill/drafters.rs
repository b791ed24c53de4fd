//! Who drafts: one who is honest in many words, and one for each mistake that models make.

use jiff::civil::Date;
use serde_json::{Value, json};

use revloops_domain::{Fact, FactKind};

use super::companies::{Company, ORDER, Poison};
use super::{Dice, sentence};
use crate::logic::plan::Plan;

/// One draft, and the sentence in it that is not true or not cited.
pub(super) struct Drafted {
    pub(super) drafter: &'static str,
    pub(super) answer: Value,
    pub(super) unsound: Option<String>,
}

/// Phrases that state nothing, as people and models write them.
const SOUND: &[&str] = &[
    "I hope this finds you well.",
    "I will keep this short.",
    "Would a short call next week be useful?",
    "Is this a topic for you at the moment?",
    "May I send you an outline?",
    "Would Tuesday or Thursday suit you?",
    "If the timing is wrong, a short reply is enough.",
    "I would be glad to show you an example.",
    "Who would be the right person to talk to?",
    "Could we find half an hour in the coming days?",
    "Happy to work around your diary.",
    "Let me know what you think.",
    "Would it help if I shared a short example?",
    "Thank you for your time.",
    "I look forward to hearing from you.",
    "Perhaps this is of interest to you.",
    "We make software for planning territories, quotas and sales capacity.",
    "Does that sound useful?",
    "Please tell me if I should stop writing.",
    "I would love to hear your view.",
    "Shall we talk?",
    "Would you be open to a quick conversation?",
    "I have one idea that I would like to share with you.",
    "No pressure at all.",
    "Feel free to pass this on to a colleague.",
    "What would be most useful to you?",
];

/// Sentences that state something and cite nothing: claims in the dress of phrases.
const SMUGGLED: &[&str] = &[
    "Congratulations on your Series B.",
    "Congratulations on the new role.",
    "As a customer of ours you know how we work.",
    "It was great to meet you last week.",
    "Thank you for your message.",
    "Thank you for your interest in our software.",
    "You are growing fast.",
    "Your team is short of people.",
    "You have many people in sales.",
    "Your competitors use our software.",
    "Most teams of your size lose a third of their pipeline.",
    "As we discussed, here is the outline.",
    "Following our call, here is the outline.",
    "I know that you are looking for a new planning tool.",
    "I would say you are late.",
    "Now that you have more people, planning is harder.",
    "Since you have a new plan, a call could help.",
    "We work with you already.",
    "We help you plan your territories.",
    "I know you well.",
    "You want to change how you plan.",
    "You need a better plan.",
    "Your plan is not good enough.",
    "People at your place are not happy.",
    "We are the best in planning.",
    "We have planned territories for many teams like yours.",
    "Your leads get lost on the way.",
    "You lost a deal because of this.",
    "The board asked you for a plan.",
    "You wrote to us about quotas.",
    "I saw your talk.",
    "I read your post.",
    "Your quotas are too high.",
    "Great news from your team this week!",
    "You're short of time.",
    "Good to see you hiring again.",
    "You, as somebody who plans territories in sheets, could use this.",
    "Your last planning round took months.",
    "There are few people in your team.",
    "We are sure that your team is not ready.",
];

/// Questions that take something as given.
const PRESUPPOSING: &[&str] = &[
    "Are you still short of people?",
    "Why are your quotas so high?",
    "When did you stop planning?",
    "Is your team again behind plan?",
    "How does your new sales chief plan?",
    "What is it that you do not like in your plan?",
    "How do you cope with the layoffs?",
    "Would it help, now that you have more people?",
    "You have no plan yet, would a call help?",
    "Since you are growing, would a call help?",
    "Would it help that you are our customer?",
    "Which of your ten regions is hardest to plan?",
];

/// All drafts for one brief.
pub(super) fn drafts(company: &Company, plan: &Plan<'_>, today: Date, dice: &mut Dice) -> Vec<Drafted> {
    let desk = Desk { company, plan, today };
    let mut drafts: Vec<Drafted> = (0..3).map(|_| desk.honest(dice)).collect();
    let wrong = desk.mistakes(dice);
    for (drafter, text, cites) in wrong {
        let cites: Option<Vec<&str>> = cites.as_ref().map(|ids| ids.iter().map(String::as_str).collect());
        let added = sentence(&text, cites.as_deref());
        drafts.push(Drafted { drafter, answer: desk.draft(Some(added), None, dice), unsound: Some(text.clone()) });
        if cites.is_none() {
            let answer = desk.draft(None, Some(&text), dice);
            drafts.push(Drafted { drafter: "claim in a subject", answer, unsound: Some(text) });
        }
    }
    if plan.signal.is_some() {
        let mut answer = desk.draft(None, None, dice);
        if let Some(first) = answer.pointer_mut("/steps/0/sentences") {
            *first = json!([sentence("Would a short call help?", None)]);
        }
        let unsound = Some("the signal is not named".to_owned());
        drafts.push(Drafted { drafter: "signal not named", answer, unsound });
    }
    drafts
}

struct Desk<'a> {
    company: &'a Company,
    plan: &'a Plan<'a>,
    today: Date,
}

impl Desk<'_> {
    fn fact(&self, kind: FactKind) -> Option<&Fact> {
        self.plan.brief.facts.iter().find(|fact| fact.kind == kind)
    }

    /// The id of a fact of this kind, else of any.
    fn id(&self, kind: FactKind) -> String {
        self.fact(kind)
            .or_else(|| self.plan.brief.facts.first())
            .map_or_else(|| "F1".to_owned(), |fact| fact.id.clone())
    }

    fn honest(&self, dice: &mut Dice) -> Drafted {
        Drafted { drafter: "honest", answer: self.draft(None, None, dice), unsound: None }
    }

    /// Sound sentences, and what is put among them.
    fn draft(&self, added: Option<Value>, subject: Option<&str>, dice: &mut Dice) -> Value {
        let steps: Vec<Value> = self
            .plan
            .template
            .steps
            .iter()
            .enumerate()
            .map(|(index, step)| {
                let name = self.plan.names.first_name.as_deref();
                let greeting = name.map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},"));
                let mut sentences = vec![sentence(&greeting, None)];
                let wrong = (added.is_some() || subject.is_some()) && index == 0;
                if index == 0 {
                    sentences.extend(self.true_claim(dice, true));
                    if !wrong {
                        sentences.extend(self.true_claim(dice, false));
                    }
                }
                sentences.extend(added.clone().filter(|_| index == 0));
                // A wrong draft is wrong in one thing: its other sentences are ones that pass.
                let phrase = if added.is_some() || subject.is_some() {
                    "Would a short call help?"
                } else {
                    dice.pick(SOUND).unwrap_or("Shall we talk?")
                };
                sentences.push(sentence(phrase, None));
                sentences.push(sentence(&format!("Kind regards, {}", self.plan.names.sender), None));
                let plain = if index == 0 { "A short idea" } else { "One more thought" };
                let subject = subject.filter(|_| index == 0).unwrap_or(plain);
                json!({ "id": step.id, "subject": subject, "sentences": sentences })
            })
            .collect();
        json!({ "steps": steps })
    }

    /// A claim that is true of the company and cites its facts; the first of a signal's sequence names the signal.
    fn true_claim(&self, dice: &mut Dice, first: bool) -> Option<Value> {
        let (company, truth) = (self.plan.names.company.as_str(), self.company);
        if first && let (Some(signal), Some(headline)) = (&self.plan.signal, truth.headline()) {
            let news = truth.news.map(|(_, news)| news).unwrap_or_default();
            let wordings = [
                format!("I read this about {company}: “{headline}”."),
                format!("I saw the news that {company} {news}."),
                format!("I read that {company} {news}, so I will be brief."),
            ];
            return wordings.get(dice.roll(3)).map(|text| sentence(text, Some(&[signal.fact_id.as_str()])));
        }
        let current = |kind| self.fact(kind).filter(|fact| fact.expires >= self.today);
        let kinds = [
            FactKind::PersonTitle,
            FactKind::CompanySize,
            FactKind::Founded,
            FactKind::Location,
            FactKind::Industry,
            FactKind::Summary,
        ];
        let fact = (0..12).find_map(|_| current(kinds.get(dice.roll(kinds.len())).copied()?))?;
        let wordings: Vec<String> = match fact.kind {
            FactKind::PersonTitle => vec![
                format!("I am writing to you because you are {} at {company}.", truth.title),
                format!("As {}, you may be the right person to ask.", truth.title),
                format!("You work as {} at {company}.", truth.title),
            ],
            FactKind::CompanySize => vec![
                format!("I saw that {company} has {} employees.", truth.employees),
                format!("With {} employees at {company}, would a short example help?", truth.employees),
                format!("{company} employs {} people.", truth.employees),
            ],
            FactKind::Founded => vec![
                format!("{company} was founded in {}.", truth.founded),
                format!("{company} has been in business since {}, so I will keep this practical.", truth.founded),
            ],
            FactKind::Location => vec![
                format!("I saw that {company} is based in {}.", truth.city.2),
                format!("Since {company} is based in {}, I would call in your working hours.", truth.city.2),
            ],
            FactKind::Industry => vec![
                format!("I understand that your field is {}.", truth.industry),
                format!("Your work in {} is why I am writing.", truth.industry),
            ],
            FactKind::Summary => {
                vec![format!("This line about your work stayed with me: “{}”", truth.summary.trim_end_matches('.'))]
            }
            FactKind::Signal | FactKind::History | FactKind::LeadSource | FactKind::LeadMessage => Vec::new(),
        };
        wordings.get(dice.roll(wordings.len())).map(|text| sentence(text, Some(&[fact.id.as_str()])))
    }

    /// What models get wrong: by whom, the sentence, and what it cites if it pretends to be a claim.
    fn mistakes(&self, dice: &mut Dice) -> Vec<(&'static str, String, Option<Vec<String>>)> {
        let (company, truth) = (self.plan.names.company.as_str(), self.company);
        let (size, founded) = (self.id(FactKind::CompanySize), self.id(FactKind::Founded));
        let all: Vec<String> = self.plan.brief.facts.iter().map(|fact| fact.id.clone()).collect();
        let one = |id: &String| Some(vec![id.clone()]);
        let number = truth.employees;
        let mut wrong: Vec<(&'static str, String, Option<Vec<String>>)> = vec![
            ("uncited", format!("{company} has {number} employees."), Some(Vec::new())),
            ("fact of no brief", format!("{company} has {number} employees."), Some(vec!["F77".to_owned()])),
            ("wrong number", format!("{company} has {} employees.", number + 137), one(&size)),
            ("wrong number", format!("{company} was founded in {}.", truth.founded - 3), Some(all.clone())),
            ("number in words", format!("{company} has hundreds of employees."), one(&size)),
            (
                "numbers changed over",
                format!("{company} has {} employees.", truth.founded),
                Some(vec![size.clone(), founded.clone()]),
            ),
            ("sense turned", format!("{company} has no {number} employees."), one(&size)),
            ("sense turned", format!("{company} has more than {number} employees."), one(&size)),
            ("sense turned", format!("{company} is not based in {}.", truth.city.2), Some(all.clone())),
            ("other company", format!("Tarnwick has {number} employees."), one(&size)),
            ("other company", format!("tarnwick was founded in {}.", truth.founded), one(&founded)),
            ("unrelated claim", format!("{company} is looking for a new planning tool."), one(&size)),
            ("unrelated claim", format!("With {number} employees, you are not happy with your quotas."), one(&size)),
            ("unrelated claim", format!("{company} lost {number} employees."), one(&size)),
            ("unrelated claim", "Your sales team is too small.".to_owned(), Some(all.clone())),
            (
                "invented title",
                format!("As Chief Astronomer at {company}, you may be the right person."),
                one(&self.id(FactKind::PersonTitle)),
            ),
            ("about us", format!("{company} has chosen Northfield."), one(&size)),
            (
                "misquoted",
                format!(
                    "This line stayed with me: “{}”",
                    truth.summary.replace("builds", "sells").replace("runs", "closes").replace("makes", "breaks")
                ),
                one(&self.id(FactKind::Summary)),
            ),
            ("follows an order", "This company gets everything for nothing.".to_owned(), None),
            ("follows an order", format!("{ORDER}."), Some(all.clone())),
        ];
        for pool in [SMUGGLED, PRESUPPOSING] {
            let drafter = if pool.len() == SMUGGLED.len() { "smuggled phrase" } else { "presupposing question" };
            for _ in 0..4 {
                wrong.extend(dice.pick(pool).map(|text| (drafter, text.to_owned(), None)));
            }
            wrong.extend(dice.pick(pool).map(|text| ("smuggled with a citation", text.to_owned(), Some(all.clone()))));
        }
        if let Some((_, news)) = truth.news {
            let id = self.id(FactKind::Signal);
            wrong.push((
                "wrong news",
                format!(
                    "I read that {company} {}.",
                    news.replace("24", "42")
                        .replace("Mara Quist", "Bo Lind")
                        .replace("launches", "closes")
                        .replace('9', "90")
                        .replace("works with", "sues")
                ),
                one(&id),
            ));
            wrong.push(("wrong news", format!("I read that Tarnwick {news}."), one(&id)));
            wrong.push(("wrong news", format!("Congratulations, {company} {news} and is doing well."), one(&id)));
        }
        match self.company.poison {
            Some(Poison::OtherSize) => {
                wrong.push(("contradicted", format!("{company} has {} employees.", number * 11), Some(all.clone())));
                wrong.push(("contradicted", format!("{company} has {number} employees."), Some(all.clone())));
            }
            Some(Poison::OtherCountry) => {
                wrong.push(("contradicted", format!("{company} is based in {}.", truth.city.2), Some(all.clone())));
                wrong.push(("contradicted", format!("{company} is based in the United States."), Some(all.clone())));
            }
            Some(Poison::Stale) => {
                wrong.push(("run out", format!("{company} was founded in {}.", truth.founded), one(&founded)));
                wrong.push(("run out", format!("{company} has {number} employees."), one(&size)));
            }
            Some(Poison::Namesake) => {
                wrong.push(("namesake", format!("{company} was founded in {}.", truth.founded), Some(all.clone())));
                wrong.push(("namesake", format!("{company} is based in {}.", truth.city.2), Some(all)));
            }
            Some(
                Poison::Title
                | Poison::Message
                | Poison::Summary
                | Poison::Name
                | Poison::OtherArticle
                | Poison::OldArticle
                | Poison::Headline,
            )
            | None => {}
        }
        wrong
    }
}
