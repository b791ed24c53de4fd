//! What a person changed in a mail: the words they may write, the difference in lines, the distance in words.

use revloops_domain::sequence::{Line, SequenceStep};

/// Length of the CRM field `Task.Subject`.
const SUBJECT_CHARS: usize = 255;
/// Lines of a mail.
const LINES: usize = 60;
/// Characters of a line.
const LINE_CHARS: usize = 1_000;
/// What people leave behind when a text is not finished, in lower case.
const UNFINISHED: [&str; 6] = ["todo", "tbd", "xxx", "fixme", "lorem ipsum", "insert name"];

/// A mail with another subject or other lines; a line that stays as it was keeps what it cites.
///
/// A person may write what they know and cites nothing: the words are theirs. What they may not do is leave something
/// unfinished behind; and the disclosure is no part of the text, so nobody takes it out.
///
/// # Errors
/// Why the words are refused.
pub fn rewritten(mail: &SequenceStep, subject: Option<&str>, text: Option<&str>) -> Result<SequenceStep, String> {
    let mut new = mail.clone();
    if let Some(subject) = subject {
        let subject = subject.trim();
        if subject.chars().count() > SUBJECT_CHARS || subject.lines().count() != 1 {
            return Err(format!("a subject is one line of at most {SUBJECT_CHARS} characters"));
        }
        finished(subject)?;
        subject.clone_into(&mut new.subject);
    }
    if let Some(text) = text {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if lines.is_empty() || lines.len() > LINES {
            return Err(format!("a mail has one to {LINES} lines"));
        }
        let mut kept: Vec<&Line> = mail.lines.iter().collect();
        new.lines = Vec::new();
        for line in lines {
            if line.chars().count() > LINE_CHARS {
                return Err(format!("a line has at most {LINE_CHARS} characters"));
            }
            finished(line)?;
            let before = kept.iter().position(|known| known.text == line).map(|at| kept.remove(at));
            let cites = before.map(|known| known.cites.clone()).unwrap_or_default();
            new.lines.push(Line { text: line.to_owned(), cites });
        }
    }
    Ok(new)
}

/// Refuses placeholders and what is not meant for a reader.
fn finished(text: &str) -> Result<(), String> {
    if text.chars().any(char::is_control) {
        return Err("there are control characters in it".to_owned());
    }
    for (open, close) in [('{', '}'), ('[', ']'), ('<', '>')] {
        let begins = text.find(open);
        if let Some(begins) = begins
            && text.get(begins..).is_some_and(|rest| rest.contains(close))
        {
            return Err(format!("a placeholder is left in it: {open}…{close}"));
        }
    }
    let lower = text.to_lowercase();
    let has = |word: &&&str| {
        let mut found = lower.match_indices(**word);
        found.any(|(at, _)| {
            let before = lower.get(..at).and_then(|rest| rest.chars().next_back());
            let after = lower.get(at + word.len()..).and_then(|rest| rest.chars().next());
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
    };
    match UNFINISHED.iter().find(has) {
        Some(word) => Err(format!("`{word}` is left in it")),
        None => Ok(()),
    }
}

/// The lines of a mail as people read and edit them, the subject first.
#[must_use]
pub fn lines(mail: &SequenceStep) -> Vec<String> {
    let subject = format!("Subject: {}", mail.subject);
    std::iter::once(subject).chain(mail.lines.iter().map(|line| line.text.clone())).collect()
}

/// What was taken out and put in, line by line: `-` and `+`, and a space before what stays.
#[must_use]
pub fn diff(before: &SequenceStep, after: &SequenceStep) -> String {
    let (before, after) = (lines(before), lines(after));
    let stays = common(&before, &after);
    let mut text = String::new();
    let mut put = |sign: char, line: &str| {
        text.push(sign);
        text.push_str(line);
        text.push('\n');
    };
    let (mut old, mut new) = (before.iter().enumerate().peekable(), after.iter().enumerate().peekable());
    for (at_old, at_new) in stays {
        while let Some((_, line)) = old.next_if(|(at, _)| *at < at_old) {
            put('-', line);
        }
        while let Some((_, line)) = new.next_if(|(at, _)| *at < at_new) {
            put('+', line);
        }
        if let (Some((_, line)), Some(_)) = (old.next(), new.next()) {
            put(' ', line);
        }
    }
    old.for_each(|(_, line)| put('-', line));
    new.for_each(|(_, line)| put('+', line));
    text
}

/// The longest common subsequence, as pairs of places.
fn common(before: &[String], after: &[String]) -> Vec<(usize, usize)> {
    let wide = after.len() + 1;
    let mut longest = vec![0_usize; (before.len() + 1) * wide];
    let of = |longest: &[usize], old: usize, new: usize| longest.get(old * wide + new).copied().unwrap_or(0);
    for (old, one) in before.iter().enumerate().rev() {
        for (new, other) in after.iter().enumerate().rev() {
            let best = if one == other {
                of(&longest, old + 1, new + 1) + 1
            } else {
                of(&longest, old + 1, new).max(of(&longest, old, new + 1))
            };
            if let Some(place) = longest.get_mut(old * wide + new) {
                *place = best;
            }
        }
    }
    let (mut old, mut new) = (0, 0);
    let mut pairs = Vec::new();
    while let (Some(one), Some(other)) = (before.get(old), after.get(new)) {
        if one == other {
            pairs.push((old, new));
            (old, new) = (old + 1, new + 1);
        } else if of(&longest, old + 1, new) >= of(&longest, old, new + 1) {
            old += 1;
        } else {
            new += 1;
        }
    }
    pairs
}

/// The edit distance in words between two mails: words put in, taken out, or in another's place.
#[must_use]
pub fn distance(before: &SequenceStep, after: &SequenceStep) -> u32 {
    let (before, after) = (lines(before).join(" "), lines(after).join(" "));
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.split_whitespace().collect(), after.split_whitespace().collect());
    let mut row: Vec<u32> = (0..).take(after.len() + 1).collect();
    for (nth, one) in (0_u32..).zip(&before) {
        let mut diagonal = nth;
        let mut left = nth + 1;
        let mut next = vec![left];
        for (above, other) in row.iter().skip(1).zip(&after) {
            let best = if one == other { diagonal } else { 1 + diagonal.min(*above).min(left) };
            diagonal = *above;
            left = best;
            next.push(best);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// Words that people changed, of how many that were drafted.
#[must_use]
pub fn edited(drafted: &[SequenceStep], now: &[SequenceStep]) -> (u32, u32) {
    let changed = drafted.iter().zip(now).map(|(before, after)| distance(before, after)).sum();
    let words = |mail: &SequenceStep| lines(mail).iter().map(|line| line.split_whitespace().count()).sum::<usize>();
    (changed, drafted.iter().map(words).sum::<usize>().try_into().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(lines: &[&str]) -> SequenceStep {
        let line = |text: &&str| Line { text: (*text).to_owned(), cites: vec!["F1".to_owned()] };
        SequenceStep {
            id: "introduce".to_owned(),
            day: 0,
            channel: "email".to_owned(),
            subject: "A thought".to_owned(),
            lines: lines.iter().map(line).collect(),
            disclosure: Some("We know you from the CRM.".to_owned()),
        }
    }

    #[test]
    fn a_line_that_stays_keeps_what_it_cites_and_a_new_one_cites_nothing() {
        let before = mail(&["Hello Ida,", "Northwind has 420 people.", "Kind regards"]);
        let after = rewritten(&before, None, Some("Hello Ida,\n\nYou have a large team.\nKind regards\n")).unwrap();
        let cites: Vec<usize> = after.lines.iter().map(|line| line.cites.len()).collect();
        assert_eq!(cites, [1, 0, 1]);
        assert_eq!(after.disclosure, before.disclosure, "no edit takes the disclosure out");
        let shown =
            " Subject: A thought\n Hello Ida,\n-Northwind has 420 people.\n+You have a large team.\n Kind regards\n";
        assert_eq!(diff(&before, &after), shown);
        assert_eq!(distance(&before, &after), 5);
        assert_eq!(edited(std::slice::from_ref(&before), &[after]), (5, 11));
        assert_eq!(distance(&before, &before), 0);
    }

    #[test]
    fn what_is_not_finished_is_refused() {
        for text in ["Hello {name},", "Hello [first name],", "Hello <b>you</b>", "TODO: greet", "a\u{7}b", "", "  \n "]
        {
            assert!(rewritten(&mail(&["Hello"]), None, Some(text)).is_err(), "{text:?}");
        }
        assert!(rewritten(&mail(&["Hello"]), Some("two\nlines"), None).is_err());
        assert!(rewritten(&mail(&["Hello"]), Some("Method, not todoist"), Some("x < y")).is_ok());
    }
}
