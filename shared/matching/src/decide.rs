//! The verdict over a lead's candidates. Pure: the same candidates give the same verdict, in any order.

use revloops_domain::{Account, MatchedAccount, MatchedBy};

use crate::assess::{Assessment, assess, own_words};
use crate::company::Company;
use crate::facts;
use crate::name::same_word;
use crate::prepared::Prepared;
use crate::rules::MatchRules;
use crate::ties::{self, Fitting};
use crate::verdict::{MatchVerdict, RUNNERS_UP, RunnerUp};

/// The account that `company` belongs to, out of `candidates`.
#[must_use]
pub fn decide<'a>(
    rules: &MatchRules,
    company: &Company,
    candidates: impl IntoIterator<Item = &'a Account>,
) -> MatchVerdict {
    let prepared: Vec<(&Account, Prepared)> =
        candidates.into_iter().map(|account| (account, Prepared::of(&Company::of_account(account)))).collect();
    let borrowed: Vec<(&Account, &Prepared)> =
        prepared.iter().map(|(account, prepared)| (*account, prepared)).collect();
    verdict(rules, &Prepared::of(company), &borrowed)
}

/// Those of `candidates` that a verdict needs, at most `at_most`: all that fit come first, then the nearest. Deciding over
/// them gives the account that deciding over all gives, so that a record may keep these alone.
#[must_use]
pub fn shortlist(rules: &MatchRules, company: &Company, candidates: &[Account], at_most: usize) -> Vec<Account> {
    let lead = Prepared::of(company);
    let prepared: Vec<(&Account, Prepared)> =
        candidates.iter().map(|account| (account, Prepared::of(&Company::of_account(account)))).collect();
    let borrowed: Vec<(&Account, &Prepared)> =
        prepared.iter().map(|(account, prepared)| (*account, prepared)).collect();
    let compared = Compared::new(rules, &lead, &borrowed);
    let mut ordered = compared.in_order(rules, &lead);
    // One that bears the name's words must stay: it is why a name by itself does not count.
    let bears = |of: &Fitting<'_>| !of.assessment.same_name && bears_the_words(rules, &lead, of.prepared);
    if let Some(place) = ordered.iter().position(bears)
        && place >= at_most
        && at_most > 0
    {
        ordered.swap(at_most - 1, place);
    }
    ordered.into_iter().map(|of| of.account.clone()).take(at_most).collect()
}

/// Whether the account bears all of the lead's own words, and so shows that others do.
fn bears_the_words(rules: &MatchRules, lead: &Prepared, of: &Prepared) -> bool {
    own_words(rules, lead).all(|own| own_words(rules, of).any(|word| same_word(word, own)))
}

pub(crate) fn verdict(rules: &MatchRules, lead: &Prepared, candidates: &[(&Account, &Prepared)]) -> MatchVerdict {
    let compared = Compared::new(rules, lead, candidates);
    let ordered = compared.in_order(rules, lead);
    let fitting: Vec<&Fitting<'_>> = ordered.iter().filter(|of| of.assessment.found.is_ok()).collect();
    let chosen = fitting.first().filter(|first| !is_ambiguous(rules, first, &fitting));
    let matched = chosen.and_then(|chosen| {
        let (matched_by, confidence) = chosen.assessment.found.as_ref().ok()?;
        let mut evidence = chosen.assessment.evidence.clone();
        if let Some(second) = fitting.get(1)
            && let (_, Some(rule)) = ties::first(rules, lead, chosen, second)
        {
            evidence.push(format!("of {} accounts that fit, {}", fitting.len(), rule.in_words()));
        }
        Some(MatchedAccount {
            account: chosen.account.clone(),
            parent_owner_id: None,
            matched_by: *matched_by,
            confidence: *confidence,
            evidence,
        })
    });
    let runners_up = ordered
        .iter()
        .filter(|of| matched.as_ref().is_none_or(|matched| matched.account.id != of.account.id))
        .take(RUNNERS_UP)
        .map(|of| RunnerUp {
            account_id: of.account.id.clone(),
            name: of.account.name.clone(),
            why: match (&of.assessment.found, chosen) {
                (Err(why), _) => why.clone(),
                (Ok(_), Some(chosen)) => beaten(rules, lead, chosen, of),
                (Ok(_), None) => "several companies are called so, and nothing tells which it is".to_owned(),
            },
        })
        .collect();
    MatchVerdict { matched, runners_up, compared: candidates.len(), crowded: Vec::new() }
}

/// Why one that fits is not the one.
fn beaten(rules: &MatchRules, lead: &Prepared, chosen: &Fitting<'_>, of: &Fitting<'_>) -> String {
    if ties::rank(chosen).0 != ties::rank(of).0 {
        return "it fits, but another fits by a surer way".to_owned();
    }
    if ties::rank(chosen) != ties::rank(of) {
        return "it fits, but more agrees with another".to_owned();
    }
    match ties::first(rules, lead, chosen, of).1 {
        Some(rule) => format!("it fits too; of the other, {}", rule.in_words()),
        None => "it fits too; the other has the lower id".to_owned(),
    }
}

/// Names are no proof where two companies with nothing in common bear them, and as much speaks for the one as for the other.
fn is_ambiguous(rules: &MatchRules, first: &Fitting<'_>, fitting: &[&Fitting<'_>]) -> bool {
    if ties::rank(first).0 == Some(MatchedBy::Domain) {
        return false;
    }
    fitting.iter().skip(1).filter(|other| ties::rank(other) == ties::rank(first)).any(|other| {
        let (one, other) = (first.prepared, other.prepared);
        Prepared::differ(one.country.as_ref(), other.country.as_ref())
            || facts::other_domain(rules, one, other)
            || (Prepared::differ(one.city.as_ref(), other.city.as_ref())
                && facts::shared_domain(rules, one, other).is_none())
    })
}

/// Candidates with what comparing came to.
struct Compared<'a>(Vec<(&'a Account, &'a Prepared, Assessment)>);

impl<'a> Compared<'a> {
    fn new(rules: &MatchRules, lead: &Prepared, candidates: &[(&'a Account, &'a Prepared)]) -> Self {
        let mut all: Vec<_> =
            candidates.iter().map(|(account, prepared)| (*account, *prepared, assess(rules, lead, prepared))).collect();
        // A name is distinctive only where no other company bears its words.
        if all.iter().any(|(_, prepared, assessment)| !assessment.same_name && bears_the_words(rules, lead, prepared)) {
            for (_, _, assessment) in all.iter_mut().filter(|(_, _, assessment)| assessment.alone) {
                assessment.found =
                    Err("the same name, but other companies bear its words, and nothing else agrees".to_owned());
            }
        }
        Self(all)
    }

    /// Those that fit, the best first; then the others, the likest first.
    fn in_order(&self, rules: &MatchRules, lead: &Prepared) -> Vec<Fitting<'_>> {
        let mut all: Vec<Fitting<'_>> =
            self.0.iter().map(|(account, prepared, assessment)| Fitting { account, prepared, assessment }).collect();
        all.sort_by(|one, other| {
            let fits = |of: &Fitting<'_>| of.assessment.found.is_ok();
            fits(other).cmp(&fits(one)).then_with(|| {
                if fits(one) {
                    ties::first(rules, lead, one, other).0
                } else {
                    other
                        .assessment
                        .likeness
                        .cmp(&one.assessment.likeness)
                        .then_with(|| one.account.id.cmp(&other.account.id))
                }
            })
        });
        all
    }
}
