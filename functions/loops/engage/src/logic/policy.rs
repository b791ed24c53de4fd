//! The policy before anything is drafted: may this person be written to at all?

use jiff::Timestamp;

use revloops_domain::sequence::Recipient;
use revloops_loopkit::{Because, Reason, Verdict};
use revloops_outreach::{Judged, Moment, PolicyFacts, Subject, judge};

use crate::config::EngageConfig;

/// What is not drafted yet: it has no id that could hold a place, and no mail that somebody could have answered.
pub(crate) fn subject(recipient: &Recipient, at: Timestamp) -> Subject<'_> {
    Subject { sequence_id: "", recipient, mails: &[], since: at }
}

/// What the policy says before drafting.
pub(crate) fn held(config: &EngageConfig, recipient: &Recipient, known: &PolicyFacts, at: Timestamp) -> Judged {
    judge(&config.policy, subject(recipient, at), known, Moment::Drafting, at)
}

/// Every rule that was tried, as reasons.
pub(super) fn reasons(judged: &Judged) -> impl Iterator<Item = Reason> + '_ {
    judged.trace.iter().map(|rule| {
        let because = vec![Because::new("lets a draft be made", rule.because.clone(), rule.passes)];
        Reason::new(format!("policy {}", rule.rule), if rule.passes { Verdict::Held } else { Verdict::Failed }, because)
    })
}
