//! For people.

use revloops_loopkit::Because;

use super::{Answer, FieldChange, Way, WhyNot, Wish};
use crate::config::RouteConfig;
use crate::logic::MISSED_TOO_OFTEN;
use crate::logic::walk::Owned;

/// The rule that gave the owner, as people know it.
pub(super) fn rule(config: &RouteConfig, owned: &Owned<'_>) -> String {
    let rule = owned.rule.and_then(|rule| config.rules.rules().get(rule));
    rule.map_or(MISSED_TOO_OFTEN, |rule| &rule.id).to_owned()
}

/// `` Tom Becker, by `inbound` ``
pub(super) fn given(config: &RouteConfig, owned: &Owned<'_>) -> String {
    format!("{}, by `{}`", owned.owner.name, rule(config, owned))
}

/// `the named owner can own records: Rob Gone, not active`
pub(super) fn because(because: &Because) -> String {
    format!("{}: {}", because.condition, because.found)
}

/// The answer in words, one line for each thing to say.
#[must_use]
pub fn in_words(why_not: &WhyNot) -> Vec<String> {
    let wish = match &why_not.wish {
        Wish::Rule(id) => format!("`{id}`"),
        Wish::Owner(login) => login.clone(),
    };
    let mut lines = Vec::new();
    match &why_not.answer {
        Answer::There => lines.push(format!("That is where it went: {}.", why_not.now)),
        Answer::Change { ways, smallest } => {
            lines.push(format!("It went to {}. For {wish}:", why_not.now));
            lines.extend(ways.iter().map(way));
            let fields = ways.first().map_or(0, |way| way.changes.len());
            lines.push(match (smallest, fields) {
                (true, 0 | 1) => "Each of these is enough by itself.".to_owned(),
                (true, fields) => format!("No change of fewer than {fields} fields leads there: all were tried."),
                (false, _) => "Whether a smaller change would do was too much work to find out.".to_owned(),
            });
        }
        Answer::Never { because } => {
            lines.push(format!("It went to {}. No change of the lead would have sent it to {wish}:", why_not.now));
            lines.extend(because.iter().map(|why| format!("  {why}")));
        }
        Answer::MoreFieldsThan(fields) => {
            lines.push(format!(
                "It went to {}. For {wish}, more than {fields} fields would have to be others: another lead.",
                why_not.now
            ));
        }
        Answer::Undecided => {
            lines.push(format!("It went to {}. What leads to {wish} was too much work to find out.", why_not.now));
        }
    }
    lines
}

fn way(way: &Way) -> String {
    let changes: Vec<String> = way.changes.iter().map(change).collect();
    let assumed = if way.assumed.is_empty() { String::new() } else { format!(", if {}", way.assumed.join(" and ")) };
    format!("  with {}, `{}` gives it to {}{assumed}", changes.join(" and "), way.rule, way.owner)
}

fn change(change: &FieldChange) -> String {
    let FieldChange { field, from, to } = change;
    let field = field.replace('_', " ");
    if to == "nothing" {
        format!("no {field} instead of {}", readable(from))
    } else {
        format!("{field} {} instead of {}", readable(to), readable(from))
    }
}

/// Large numbers as people write them: `5,000`.
fn readable(text: &str) -> String {
    if text.len() < 4 || text.starts_with('0') || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut grouped = String::new();
    for (at, digit) in text.chars().enumerate() {
        if at > 0 && (text.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
