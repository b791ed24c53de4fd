//! How alike two names are: word by word, whatever their order, by how much each word says.

use crate::facts::places_fit;
use crate::name::{Word, same_word};
use crate::prepared::Prepared;
use crate::rules::MatchRules;

/// What a word counts that many companies share.
const LITTLE: f64 = 0.2;
/// Two words further apart than this are two words and no slip of the finger.
const LEAST: f64 = 0.7;
/// Fewer letters are no word to be misspelt.
const LETTERS: usize = 4;

/// 0 to 100.
pub(crate) fn similarity(rules: &MatchRules, lead: &Prepared, account: &Prepared) -> u8 {
    let (one, other) = (telling(rules, lead), telling(rules, account));
    if one.is_empty() || other.is_empty() {
        return 0;
    }
    let fit = places_fit(lead, account) && places_fit(account, lead);
    let mut best = compare(rules, &one, &other, fit);
    // `North Wind` and `Northwind`.
    for joined in joins(&one) {
        best = best.max(compare(rules, &joined, &other, fit));
    }
    for joined in joins(&other) {
        best = best.max(compare(rules, &one, &joined, fit));
    }
    percent(best)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held within 0 and 100")]
fn percent(share: f64) -> u8 {
    // Rounded down, so that nothing reaches a floor that it is below.
    (share * 100.0 + 1e-9).clamp(0.0, 100.0) as u8
}

/// The words without those that say nothing, unless there are no others.
fn telling(rules: &MatchRules, of: &Prepared) -> Vec<Word> {
    let telling: Vec<Word> = of.name.words.iter().filter(|word| !rules.says_nothing(&word.plain)).cloned().collect();
    if telling.is_empty() { of.name.words.clone() } else { telling }
}

/// The name with two neighbours made one, in each way.
fn joins(words: &[Word]) -> Vec<Vec<Word>> {
    (1..words.len())
        .map(|at| {
            let mut joined: Vec<Word> = Vec::new();
            for (nth, word) in words.iter().enumerate() {
                match joined.last_mut() {
                    Some(last) if nth == at => {
                        let long =
                            |word: &Word| if word.long.is_empty() { word.plain.clone() } else { word.long.clone() };
                        last.long = long(last) + &long(word);
                        last.plain.push_str(&word.plain);
                    }
                    Some(_) | None => joined.push(word.clone()),
                }
            }
            joined
        })
        .collect()
}

/// Whether the names have a word in common, and each has another that stands against one of the other's.
pub(crate) fn stand_against(lead: &Prepared, account: &Prepared) -> bool {
    let alone = |of: &Prepared, than: &Prepared| {
        of.name.words.iter().filter(|word| !than.name.words.iter().any(|other| same_word(word, other))).count()
    };
    let (one, other) = (alone(lead, account), alone(account, lead));
    one > 0 && other > 0 && one < lead.name.words.len()
}

/// Pairs words from the likest down; the weights of pairs, each by its likeness, of all weights there are.
fn compare(rules: &MatchRules, one: &[Word], other: &[Word], places_fit: bool) -> f64 {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (i, a) in one.iter().enumerate() {
        for (j, b) in other.iter().enumerate() {
            let likeness = likeness(rules, a, b);
            if likeness >= LEAST {
                pairs.push((likeness, i, j));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut left_one, mut left_other): (Vec<Option<&Word>>, Vec<Option<&Word>>) =
        (one.iter().map(Some).collect(), other.iter().map(Some).collect());
    let (mut got, mut all) = (0.0, 0.0);
    for (likeness, i, j) in pairs {
        let (Some(a), Some(b)) = (left_one.get_mut(i), left_other.get_mut(j)) else { continue };
        let (Some(first), Some(second)) = (*a, *b) else { continue };
        let weight = if rules.says_little(&first.plain) && rules.says_little(&second.plain) { LITTLE } else { 1.0 };
        got += weight * likeness;
        all += weight;
        (*a, *b) = (None, None);
    }
    let left_one: Vec<&Word> = left_one.into_iter().flatten().collect();
    let left_other: Vec<&Word> = left_other.into_iter().flatten().collect();
    // A word that one side adds may be left out by the other; two that stand against one another are two companies.
    let against = !left_one.is_empty() && !left_other.is_empty();
    for word in left_one.iter().chain(&left_other) {
        all += if against {
            1.0
        } else if word.place.is_some() {
            if places_fit { 0.0 } else { 1.0 }
        } else if rules.says_little(&word.plain) {
            LITTLE
        } else {
            1.0
        };
    }
    if all > 0.0 { got / all } else { 0.0 }
}

/// 1 for the same word, less for each slip of the finger.
fn likeness(rules: &MatchRules, one: &Word, other: &Word) -> f64 {
    if same_word(one, other) {
        return 1.0;
    }
    let known = |word: &Word| rules.says_little(&word.plain) || rules.says_nothing(&word.plain);
    let (one_known, other_known) = (known(one), known(other));
    // `premier` and `premium`, `Paris` and `Parma` are no slips.
    if (one_known && other_known) || (one.place.is_some() && other.place.is_some()) {
        return 0.0;
    }
    // `distrib` for `distribution`: people cut words that everybody knows.
    let cut = |short: &Word, long: &Word, known: bool| {
        known
            && short.plain.len() >= 3
            && short.plain.len() + 3 <= long.plain.len()
            && long.plain.starts_with(&short.plain)
    };
    if cut(one, other, other_known) || cut(other, one, one_known) {
        return 0.9;
    }
    if !one.plain.chars().any(char::is_alphabetic) || !other.plain.chars().any(char::is_alphabetic) {
        return 0.0;
    }
    let forms = |word: &Word| [word.plain.clone(), word.long.clone()];
    let mut best = 0.0f64;
    for a in forms(one) {
        for b in forms(other) {
            if a.chars().count().max(b.chars().count()) >= LETTERS && !a.is_empty() && !b.is_empty() {
                best = best.max(strsim::normalized_damerau_levenshtein(&a, &b));
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::Company;

    fn alike(one: &str, other: &str) -> u8 {
        let prepared = |name: &str| Prepared::of(&Company { name: name.to_owned(), ..Company::default() });
        similarity(&MatchRules::default(), &prepared(one), &prepared(other))
    }

    #[test]
    fn slips_order_spaces_and_short_words_leave_names_alike() {
        for (one, other, at_least) in [
            ("Northwind Traders", "Nortwind Traders", 90),
            ("Traders Northwind", "Northwind Traders", 100),
            ("North Wind Traders", "Northwind Traders GmbH", 100),
            ("Velorix Distribution", "Velorix Distrib", 95),
            ("Velorix Group", "Velorix", 100),
            ("Velorix Consulting", "Velorix", 80),
        ] {
            assert!(alike(one, other) >= at_least, "{one}, {other}: {}", alike(one, other));
        }
    }

    #[test]
    fn other_words_make_other_names() {
        for (one, other, below) in [
            ("Velorix Capital", "Velorix Plumbing", 50),
            ("Blue Ocean Systems", "Red Ocean Systems", 60),
            ("Premier Dental", "Premium Dental", 50),
            ("Meyer Logistik", "Mayer Logistik", 90),
            ("Global Data Solutions", "Global Media Solutions", 50),
            ("Acme", "Acne", 80),
            ("Velorix France", "Velorix Germany", 60),
            ("Studio 54", "Studio 55", 60),
        ] {
            assert!(alike(one, other) < below, "{one}, {other}: {}", alike(one, other));
        }
    }
}
