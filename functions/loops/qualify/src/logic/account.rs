//! Which account the lead belongs to. Pure: decided again from the candidates that the record keeps.

use revloops_domain::events::LeadProfile;
use revloops_domain::{Lead, MatchedAccount};
use revloops_loopkit::{Because, Reason, Verdict};
use revloops_matching::{AT_MOST_A_KEY, Company, MatchVerdict, decide};

use crate::config::QualifyConfig;
use crate::inputs::AccountFacts;

/// The company to match: what people type when they have none is no name.
pub(crate) fn company(config: &QualifyConfig, lead: &Lead, profile: &LeadProfile) -> Company {
    let mut company = Company::of_profile(lead, profile);
    if config.company_name(lead).is_none() {
        company.name.clear();
    }
    company
}

/// The verdict, with owner and kind as the CRM had them.
pub(crate) fn matched(
    config: &QualifyConfig,
    lead: &Lead,
    profile: &LeadProfile,
    facts: &AccountFacts,
) -> MatchVerdict {
    let mut verdict = decide(&config.matching, &company(config, lead, profile), &facts.candidates);
    verdict.compared = facts.compared;
    verdict.crowded.clone_from(&facts.crowded);
    if let (Some(matched), Some(live)) = (&mut verdict.matched, &facts.live)
        && matched.account.id == live.account_id
    {
        matched.account.owner_id.clone_from(&live.owner_id);
        matched.account.kind.clone_from(&live.kind);
        matched.account.parent_id.clone_from(&live.parent_id);
        matched.parent_owner_id.clone_from(&live.parent_owner_id);
    }
    verdict
}

/// The verdict as a reason: what agrees, and why the others are not it.
pub(crate) fn reason(verdict: &MatchVerdict) -> Reason {
    let others = verdict
        .runners_up
        .iter()
        .map(|other| Because::new(format!("not {} ({})", other.name, other.account_id), other.why.clone(), false));
    let crowds = verdict.crowded.iter().map(|key| {
        let found = format!("more accounts than the {AT_MOST_A_KEY} that were compared");
        Because::new(format!("key {key}"), found, false)
    });
    let because: Vec<Because> = match &verdict.matched {
        Some(matched) => {
            let found = format!("by {}, {}% sure", matched.matched_by.name(), matched.confidence);
            let name = format!("{} ({})", matched.account.name, matched.account.id);
            std::iter::once(Because::new(name, found, true))
                .chain(matched.evidence.iter().map(|line| Because::new("agrees", line.clone(), true)))
                .chain(others)
                .collect()
        }
        None if verdict.compared == 0 => vec![Because::new("an account that looks like it", "none", false)],
        None => others.collect(),
    };
    let because = because.into_iter().chain(crowds).collect();
    let held = if verdict.matched.is_some() { Verdict::Held } else { Verdict::Failed };
    Reason::new("account", held, because)
}

/// The match in one line for a rep: `Northwind (domain, 99%): domain northwind.example; the same city`.
pub(crate) fn in_words(matched: &MatchedAccount) -> String {
    format!(
        "{} ({}, {}%): {}",
        matched.account.name,
        matched.matched_by.name(),
        matched.confidence,
        matched.evidence.join("; ")
    )
}
