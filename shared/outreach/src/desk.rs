//! The desk: where a person answers a draft, and where opt-outs are taken.
//!
//! It fails closed. An answer is bound to the hash of what was shown; whoever answers owns the record in the CRM now, or is
//! named as a delegate; and what has changed since the draft (owner, address, words, age, the list) refuses it.

use jiff::Timestamp;

use revloops_domain::SalesforceId;
use revloops_domain::sequence::Recipient;
use revloops_domain::sequence_state::{KeptSequence, SequenceStatus, StepEdit};
use revloops_domain::suppression::{Suppression, SuppressionKey, SuppressionKind, SuppressionSource};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Bus, Changed, CrmDirectory, CrmUser, Relation, SequenceChange};

use crate::answers::{Ask, Listed, Refusal, Reply, Request};
use crate::facts::{PolicyFacts, Sources, Subject};
use crate::judge::{Moment, Verdict, judge};
use crate::policy::Policy;
use crate::{life, owed, words};

/// Who is overtaken reads and decides again, so often.
const ATTEMPTS: usize = 8;

/// The desk at one moment.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Sequences, the list, the CRM.
    pub sources: Sources<'a>,
    /// Who people are.
    pub directory: &'a dyn CrmDirectory,
    /// Where events go.
    pub bus: &'a dyn Bus,
    /// Now.
    pub at: Timestamp,
}

/// A refusal on its way out.
struct Refused(Box<Reply>);

type Allowed<T> = Result<T, Refused>;

fn refuse<T>(refusal: Refusal, why: impl Into<String>) -> Allowed<T> {
    Err(Refused(Box::new(Reply::Refused { refusal, why: why.into(), trace: Vec::new() })))
}

/// What to do with a sequence: a change, or an answer without one.
enum Next {
    Change(Box<SequenceChange>, Option<String>),
    Before,
}

impl Desk<'_> {
    /// Answers a request.
    ///
    /// # Errors
    /// Of the stores and the CRM; what a person got wrong is a [`Reply::Refused`].
    pub async fn answer(&self, request: &Request) -> Outcome<Reply> {
        let caller = match &request.ask {
            Ask::List { .. } | Ask::Show { .. } | Ask::Suppressions | Ask::Why { .. } => None,
            Ask::Approve { .. }
            | Ask::Reject { .. }
            | Ask::Edit { .. }
            | Ask::Stop { .. }
            | Ask::Suppress { .. }
            | Ask::Unsuppress { .. } => match self.caller(&request.caller).await? {
                Ok(user) => Some(user),
                Err(Refused(reply)) => return Ok(*reply),
            },
        };
        match (&request.ask, caller) {
            (Ask::List { at_most }, _) => {
                let newest = self.sources.sequences.newest(*at_most).await?;
                Ok(Reply::Sequences { sequences: newest.iter().map(Listed::of).collect() })
            }
            (Ask::Show { sequence }, _) => Ok(match self.sources.sequences.get(sequence).await? {
                Some(kept) => Reply::Shown { content: kept.content(), sequence: Box::new(kept) },
                None => unknown(sequence),
            }),
            (Ask::Suppressions, _) => Ok(Reply::Suppressions { suppressions: self.sources.suppressions.all().await? }),
            (Ask::Why { person }, _) => self.why(person).await,
            (Ask::Suppress { kind, value, reason }, Some(user)) => {
                self.suppress(*kind, value, reason, &user.login, SuppressionSource::Person).await
            }
            (Ask::Unsuppress { kind, value }, Some(_)) => match SuppressionKey::of(*kind, value) {
                Ok(key) => Ok(Reply::Unsuppressed { there: self.sources.suppressions.remove(&key).await? }),
                Err(error) => Ok(unfit(error.to_string())),
            },
            (
                Ask::Approve { sequence, .. }
                | Ask::Reject { sequence, .. }
                | Ask::Edit { sequence, .. }
                | Ask::Stop { sequence, .. },
                Some(user),
            ) => self.change(sequence, &request.ask, &user).await,
            (
                Ask::Suppress { .. }
                | Ask::Unsuppress { .. }
                | Ask::Approve { .. }
                | Ask::Reject { .. }
                | Ask::Edit { .. }
                | Ask::Stop { .. },
                None,
            ) => {
                Ok(Reply::Refused { refusal: Refusal::UnknownCaller, why: "nobody asks".to_owned(), trace: Vec::new() })
            }
        }
    }

    async fn caller(&self, login: &str) -> Outcome<Allowed<CrmUser>> {
        let wanted = login.trim().to_lowercase();
        let found = self.directory.users(std::slice::from_ref(&wanted)).await?;
        let user = found.into_iter().find(|user| user.active && user.login.to_lowercase() == wanted);
        Ok(user.map_or_else(|| refuse(Refusal::UnknownCaller, "the CRM knows no active user of that name"), Ok))
    }

    /// Decides from the newest state, and decides again where somebody was faster.
    async fn change(&self, id: &str, ask: &Ask, user: &CrmUser) -> Outcome<Reply> {
        for _ in 0..ATTEMPTS {
            let Some(kept) = self.sources.sequences.get(id).await? else { return Ok(unknown(id)) };
            let (change, diff) = match self.next(&kept, ask, user).await? {
                Ok(Next::Change(change, diff)) => (change, diff),
                Ok(Next::Before) => return Ok(Reply::Done { sequence: Listed::of(&kept), before: true, diff: None }),
                Err(Refused(reply)) => return Ok(*reply),
            };
            match self.sources.sequences.change(&change).await? {
                Changed::Yes => {
                    let now = KeptSequence { drafted: kept.drafted, state: change.to, version: change.from + 1 };
                    if !now.state.owed.is_empty() {
                        owed::publish(&now, self.sources.sequences, self.bus, self.at).await?;
                    }
                    return Ok(Reply::Done { sequence: Listed::of(&now), before: false, diff });
                }
                // The next look finds it among the facts.
                Changed::Overtaken | Changed::Suppressed(_) | Changed::Full(_) | Changed::Taken(_) => {}
            }
        }
        let why = "others change the same all the time: ask again".to_owned();
        Ok(Reply::Refused { refusal: Refusal::Busy, why, trace: Vec::new() })
    }

    async fn next(&self, kept: &KeptSequence, ask: &Ask, user: &CrmUser) -> Outcome<Allowed<Next>> {
        let standing = self.standing(kept).await?;
        if let Err(refused) = self.theirs(user, kept, standing.as_ref()) {
            return Ok(Err(refused));
        }
        Ok(match ask {
            Ask::Approve { content, .. } => return self.approve(kept, content, user, standing.as_ref()).await,
            Ask::Reject { content, reason, .. } => self.reject(kept, content, reason, user),
            Ask::Edit { content, step, subject, text, .. } => {
                self.edit(kept, content, step, (subject.as_deref(), text.as_deref()), user)
            }
            Ask::Stop { reason, .. } => self.stop(kept, reason),
            Ask::List { .. }
            | Ask::Show { .. }
            | Ask::Suppressions
            | Ask::Suppress { .. }
            | Ask::Unsuppress { .. }
            | Ask::Why { .. } => Ok(Next::Before),
        })
    }

    async fn standing(&self, kept: &KeptSequence) -> Outcome<Option<Relation>> {
        let recipient = &kept.drafted.recipient;
        let (person, account) = (&recipient.person_id, recipient.account_id.as_ref());
        self.sources.standings.standing(person, account, kept.drafted.drafted_at).await
    }

    /// The record's owner of this moment, or somebody whom the policy lets answer for them.
    fn theirs(&self, user: &CrmUser, kept: &KeptSequence, standing: Option<&Relation>) -> Allowed<()> {
        let Some(standing) = standing else {
            return refuse(Refusal::NotTheirs, "the record is gone from the CRM: nobody owns it");
        };
        let owns = standing.owner_id.as_str() == user.id.as_str();
        if owns || self.policy.may_answer(&user.login, &standing.owner_login) {
            return Ok(());
        }
        let whose = if standing.owner_id.is_queue() { "a queue" } else { "somebody else" };
        refuse(Refusal::NotTheirs, format!("{whose} owns {}", kept.drafted.recipient.person_id))
    }

    async fn approve(
        &self,
        kept: &KeptSequence,
        content: &str,
        user: &CrmUser,
        standing: Option<&Relation>,
    ) -> Outcome<Allowed<Next>> {
        if let Some(answer) = &kept.state.answer {
            let same = matches!(kept.state.status, SequenceStatus::Approved | SequenceStatus::Completed)
                && answer.content == content
                && answer.by == user.login;
            return Ok(if same { Ok(Next::Before) } else { refuse(Refusal::Answered, answered(kept)) });
        }
        if let Err(refused) = self.as_drafted(kept, content, standing) {
            return Ok(Err(refused));
        }
        let subject = Subject::of(kept);
        let facts = PolicyFacts::gather(self.policy, subject, self.sources, self.at).await?;
        let judged = judge(self.policy, subject, &facts, Moment::Approving, self.at);
        if let Verdict::Stop { rule, why } = judged.verdict {
            let why = format!("{rule}: {why}");
            let refused = Reply::Refused { refusal: Refusal::Policy, why, trace: judged.trace };
            return Ok(Err(Refused(Box::new(refused))));
        }
        Ok(Ok(Next::Change(Box::new(life::approved(self.policy, kept, &user.login, self.at)), None)))
    }

    /// Nothing that the draft rests on has changed.
    fn as_drafted(&self, kept: &KeptSequence, content: &str, standing: Option<&Relation>) -> Allowed<()> {
        waits(kept, content)?;
        let drafted = &kept.drafted;
        if life::days_after(drafted.drafted_at, self.policy.approval_days) < self.at {
            return refuse(
                Refusal::Expired,
                format!("drafted at {}, it was valid for {} days", drafted.drafted_at, self.policy.approval_days),
            );
        }
        let today = self.policy.caps.day(self.at);
        let cited =
            |id: &String| kept.state.mails.iter().flat_map(|mail| &mail.lines).any(|line| line.cites.contains(id));
        if let Some(fact) = drafted.brief.iter().find(|fact| fact.expires < today && cited(&fact.id)) {
            return refuse(Refusal::Expired, format!("{} was to be used until {}", fact.id, fact.expires));
        }
        let Some(standing) = standing else { return refuse(Refusal::NotTheirs, "the record is gone from the CRM") };
        // A queue's draft is signed by the team: whoever takes the record may use it.
        if let Some(owner) = drafted.owner_id.as_ref().filter(|owner| !owner.is_queue())
            && *owner != standing.owner_id
        {
            return refuse(
                Refusal::OwnerChanged,
                format!("{} was signed for another owner: have it drafted again", drafted.id),
            );
        }
        if drafted.recipient.email != standing.email {
            return refuse(Refusal::RecipientChanged, "the address in the CRM is another than when it was drafted");
        }
        Ok(())
    }

    fn reject(&self, kept: &KeptSequence, content: &str, reason: &str, user: &CrmUser) -> Allowed<Next> {
        if kept.state.status == SequenceStatus::Rejected {
            return Ok(Next::Before);
        }
        waits(kept, content)?;
        Ok(Next::Change(Box::new(life::rejected(kept, &user.login, reason, self.at)), None))
    }

    fn edit(
        &self,
        kept: &KeptSequence,
        content: &str,
        step: &str,
        (subject, text): (Option<&str>, Option<&str>),
        user: &CrmUser,
    ) -> Allowed<Next> {
        waits(kept, content)?;
        let mut to = kept.state.clone();
        let Some(mail) = to.mails.iter_mut().find(|mail| mail.id == step) else {
            let known: Vec<&str> = kept.state.mails.iter().map(|mail| mail.id.as_str()).collect();
            return refuse(Refusal::Unknown, format!("no step `{step}`: there is {}", known.join(", ")));
        };
        let new = match words::rewritten(mail, subject, text) {
            Ok(new) if new == *mail => return Ok(Next::Before),
            Ok(new) => new,
            Err(why) => return refuse(Refusal::Unfit, why),
        };
        let diff = words::diff(mail, &new);
        let edit = StepEdit {
            step: step.to_owned(),
            by: user.login.clone(),
            at: self.at,
            diff: diff.clone(),
            words: words::distance(mail, &new),
        };
        *mail = new;
        to.edits.push(edit);
        Ok(Next::Change(Box::new(SequenceChange::of(kept, to)), Some(diff)))
    }

    fn stop(&self, kept: &KeptSequence, reason: &str) -> Allowed<Next> {
        match kept.state.status {
            SequenceStatus::Stopped => Ok(Next::Before),
            SequenceStatus::Approved => {
                Ok(Next::Change(Box::new(life::stopped(self.policy, kept, "person", reason, self.at)), None))
            }
            SequenceStatus::Drafted | SequenceStatus::Rejected | SequenceStatus::Completed => {
                refuse(Refusal::Answered, format!("it is {}", kept.state.status.name()))
            }
        }
    }

    /// Puts somebody on the list, then stops what runs to them. A process that dies in between leaves them on the list,
    /// and that alone keeps every step from landing.
    ///
    /// # Errors
    /// Of the stores.
    pub async fn suppress(
        &self,
        kind: SuppressionKind,
        value: &str,
        reason: &str,
        by: &str,
        source: SuppressionSource,
    ) -> Outcome<Reply> {
        let key = match SuppressionKey::of(kind, value) {
            Ok(key) => key,
            Err(error) => return Ok(unfit(error.to_string())),
        };
        let entry = Suppression { key: key.clone(), source, by: by.to_owned(), reason: reason.to_owned(), at: self.at };
        let new = self.sources.suppressions.add(&entry).await?;
        let stopped = stop_about(self.policy, self.sources, self.bus, &key, ("suppressed", reason), self.at).await?;
        Ok(Reply::Suppressed { new, stopped })
    }

    async fn why(&self, person: &SalesforceId) -> Outcome<Reply> {
        let known = self.sources.sequences.of_person(person).await?;
        let standing = self.sources.standings.standing(person, None, self.at).await?;
        let recipient = match known.into_iter().next() {
            Some(kept) => kept.drafted.recipient,
            None => Recipient {
                person_id: person.clone(),
                account_id: None,
                email: standing.and_then(|standing| standing.email),
                domain: None,
                country_code: None,
                state_code: None,
            },
        };
        let subject = Subject { sequence_id: "", recipient: &recipient, mails: &[], since: self.at };
        let facts = PolicyFacts::gather(self.policy, subject, self.sources, self.at).await?;
        let judged = judge(self.policy, subject, &facts, Moment::Drafting, self.at);
        let suppressions = self.sources.suppressions.among(&facts.suppressed).await?;
        Ok(Reply::Why { may: judged.verdict == Verdict::Pass, suppressions, trace: judged.trace })
    }
}

/// Stops whatever runs to somebody, and takes back what has landed and is not done; returns which.
///
/// # Errors
/// Of the stores.
pub(crate) async fn stop_about(
    policy: &Policy,
    sources: Sources<'_>,
    bus: &dyn Bus,
    key: &SuppressionKey,
    (code, why): (&str, &str),
    at: Timestamp,
) -> Outcome<Vec<String>> {
    let mut stopped = Vec::new();
    for found in sources.sequences.about(key).await? {
        let mut next = Some(found);
        for _ in 0..ATTEMPTS {
            let Some(kept) = next.take() else { break };
            match kept.state.status {
                SequenceStatus::Drafted | SequenceStatus::Approved | SequenceStatus::Completed => {}
                SequenceStatus::Rejected | SequenceStatus::Stopped => break,
            }
            let change = life::stopped(policy, &kept, code, why, at);
            match sources.sequences.change(&change).await? {
                Changed::Yes => {
                    stopped.push(kept.drafted.id.clone());
                    let now = KeptSequence { drafted: kept.drafted, state: change.to, version: change.from + 1 };
                    owed::publish(&now, sources.sequences, bus, at).await?;
                }
                Changed::Overtaken | Changed::Suppressed(_) | Changed::Full(_) | Changed::Taken(_) => {
                    next = sources.sequences.get(&kept.drafted.id).await?;
                }
            }
        }
    }
    Ok(stopped)
}

/// It waits for an answer, and its words are those that were shown.
fn waits(kept: &KeptSequence, content: &str) -> Allowed<()> {
    if kept.state.status != SequenceStatus::Drafted {
        return refuse(Refusal::Answered, answered(kept));
    }
    if kept.content() != content {
        return refuse(Refusal::OtherContent, format!("{} reads otherwise now: look at it again", kept.drafted.id));
    }
    Ok(())
}

fn answered(kept: &KeptSequence) -> String {
    let status = kept.state.status.name();
    match &kept.state.answer {
        Some(answer) => format!("it is {status}: {} answered at {}", answer.by, answer.at),
        None => format!("it is {status}"),
    }
}

fn unknown(id: &str) -> Reply {
    Reply::Refused { refusal: Refusal::Unknown, why: format!("there is no sequence {id}"), trace: Vec::new() }
}

fn unfit(why: String) -> Reply {
    Reply::Refused { refusal: Refusal::Unfit, why, trace: Vec::new() }
}
