//! The clock: at each tick, what is due is held against the policy, lands, is held back, or is stopped.
//!
//! A step lands in three writes: the transaction that lets it pass ([`life::landing`]), the task, the note that it is there.
//! Whoever dies in between is taken over when their lease has run out, and whoever takes over asks the list again: a step
//! whose task was not made by then does not land any more once somebody has opted out.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use revloops_domain::sequence_state::{KeptSequence, SequenceStatus, StepStatus};
use revloops_domain::suppression::{Suppression, SuppressionKey, SuppressionKind, SuppressionSource};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Bus, Changed, Clock, Count, CrmWriter, Relation, SequenceChange};

use crate::desk::stop_about;
use crate::facts::{PolicyFacts, Sources, Subject, counts};
use crate::judge::{Judged, Moment, Verdict, judge};
use crate::policy::{Policy, Scope};
use crate::{landing, life, owed};

/// A sequence is looked at so often in one tick: once for each write, and some more where it is overtaken.
const LOOKS: usize = 48;
/// So long the counts of a day are kept.
const KEPT_COUNTS: u16 = 40;
/// Who is overtaken while noting a landing notes it again, so often; after that the lease runs out.
const ATTEMPTS: usize = 8;
/// By whom an opt-out of the CRM is put on the list.
const OURSELVES: &str = "sequence_clock";

/// The clock, with its ports.
#[derive(Clone, Copy)]
pub struct SequenceClock<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Sequences, the list, the CRM.
    pub sources: Sources<'a>,
    /// Where tasks are made.
    pub writer: &'a dyn CrmWriter,
    /// Where events go.
    pub bus: &'a dyn Bus,
    /// The time.
    pub clock: &'a dyn Clock,
    /// So long a landing belongs to who began it: longer than they can live.
    pub lease: SignedDuration,
}

/// How a tick went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ticked {
    /// Sequences that were due.
    pub due: usize,
    /// Steps whose tasks were made.
    pub landed: usize,
    /// Steps that the policy holds back.
    pub held: usize,
    /// Sequences that were stopped.
    pub stopped: usize,
    /// Tasks that were taken back.
    pub withdrawn: usize,
    /// Sequences with which something went wrong; they stay due.
    pub failed: usize,
}

/// What one look at a sequence came to.
enum Looked {
    /// Something changed: look again.
    Again,
    /// There is nothing to do now.
    Over,
}

impl SequenceClock<'_> {
    /// Sees to what is due, the oldest first. What goes wrong with one sequence keeps no other from its turn.
    ///
    /// # Errors
    /// Where it cannot be told what is due.
    pub async fn tick(&self, at_most: usize) -> Outcome<Ticked> {
        let due = self.sources.sequences.due(self.clock.now(), at_most).await?;
        let mut ticked = Ticked { due: due.len(), ..Ticked::default() };
        for id in due {
            if let Err(failure) = self.tend(&id, &mut ticked).await {
                ticked.failed += 1;
                tracing::warn!(sequence_id = id, class = failure.class().name(), %failure, "sequence not seen to");
            }
        }
        Ok(ticked)
    }

    /// Sees to one sequence, until there is nothing to do.
    ///
    /// # Errors
    /// Of the stores and the CRM; the sequence stays due.
    pub async fn tend(&self, id: &str, ticked: &mut Ticked) -> Outcome<()> {
        for _ in 0..LOOKS {
            let Some(kept) = self.sources.sequences.get(id).await? else { return Ok(()) };
            match self.look(&kept, ticked).await? {
                Looked::Again => {}
                Looked::Over => return Ok(()),
            }
        }
        Ok(())
    }

    async fn look(&self, kept: &KeptSequence, ticked: &mut Ticked) -> Outcome<Looked> {
        let now = self.clock.now();
        if !kept.state.owed.is_empty() {
            owed::publish(kept, self.sources.sequences, self.bus, now).await?;
            return Ok(Looked::Again);
        }
        let stopped = kept.state.status == SequenceStatus::Stopped;
        for (nth, step) in kept.state.steps.iter().enumerate() {
            match step.status {
                StepStatus::Landing if step.claimed_until.is_none_or(|until| until <= now) => {
                    return self.take_over(kept, nth, ticked).await;
                }
                StepStatus::Landed if stopped => return self.withdraw(kept, nth, ticked).await,
                // Another is at it; and steps land in their order.
                StepStatus::Landing => return Ok(Looked::Over),
                StepStatus::Waiting if kept.state.status == SequenceStatus::Approved => {
                    return if step.due_at.is_some_and(|due| due <= now) {
                        self.pass(kept, nth, ticked).await
                    } else {
                        Ok(Looked::Over)
                    };
                }
                StepStatus::Waiting
                | StepStatus::Landed
                | StepStatus::Stopped
                | StepStatus::Withdrawn
                | StepStatus::Done => {}
            }
        }
        Ok(Looked::Over)
    }

    /// A step is due: the policy, and what it says.
    async fn pass(&self, kept: &KeptSequence, nth: usize, ticked: &mut Ticked) -> Outcome<Looked> {
        let now = self.clock.now();
        let subject = Subject::of(kept);
        let facts = PolicyFacts::gather(self.policy, subject, self.sources, now).await?;
        let judged = judge(self.policy, subject, &facts, Moment::Due, now);
        match (&judged.verdict, &facts.standing) {
            (Verdict::Pass, Some(standing)) => self.land(kept, nth, standing, &judged, ticked).await,
            (Verdict::Stop { rule, why }, _) => {
                self.stop(kept, rule, why, &judged, facts.standing.as_ref(), ticked).await?;
                Ok(Looked::Again)
            }
            (Verdict::Hold { until, .. }, _) => {
                let mut to = kept.state.clone();
                if let Some(step) = to.steps.get_mut(nth) {
                    step.due_at = Some(*until);
                    step.trace = judged.trace;
                }
                to.plan_next(now);
                let changed = self.sources.sequences.change(&SequenceChange::of(kept, to)).await?;
                ticked.held += usize::from(changed == Changed::Yes);
                Ok(Looked::Again)
            }
            // The gate stops those whose record is gone.
            (Verdict::Pass, None) => Ok(Looked::Over),
        }
    }

    async fn land(
        &self,
        kept: &KeptSequence,
        nth: usize,
        standing: &Relation,
        judged: &Judged,
        ticked: &mut Ticked,
    ) -> Outcome<Looked> {
        let now = self.clock.now();
        let (rep, all) = counts(self.policy, &standing.owner_id, now);
        let forget_at = life::days_after(now, KEPT_COUNTS);
        let counts = vec![
            Count { name: rep, most: self.policy.caps.per_rep, forget_at },
            Count { name: all, most: self.policy.caps.in_all, forget_at },
        ];
        let mut change = life::landing(kept, nth, counts, self.claim(now), now);
        if let Some(step) = change.to.steps.get_mut(nth) {
            step.trace.clone_from(&judged.trace);
        }
        match self.sources.sequences.change(&change).await? {
            Changed::Yes => {
                let claimed =
                    KeptSequence { drafted: kept.drafted.clone(), state: change.to, version: change.from + 1 };
                self.make(&claimed, nth, standing, ticked).await?;
            }
            // Whatever was faster is among the facts at the next look.
            Changed::Overtaken | Changed::Suppressed(_) | Changed::Full(_) | Changed::Taken(_) => {}
        }
        Ok(Looked::Again)
    }

    /// Makes the task, unless it is there, and notes it.
    async fn make(&self, kept: &KeptSequence, nth: usize, standing: &Relation, ticked: &mut Ticked) -> Outcome<()> {
        let Some(step) = kept.state.steps.get(nth) else { return Ok(()) };
        let key = landing::task_key(&kept.drafted.id, &step.id);
        if self.sources.standings.our_task(&key).await?.is_none() {
            let fields = landing::task(self.policy, kept, nth, &standing.owner_id, self.clock.now());
            if let Err(failure) = self.writer.upsert("Task", "RevLoops_Key__c", &key, &fields).await {
                // Made by another in between, or the answer was lost: then it is there.
                if self.sources.standings.our_task(&key).await?.is_none() {
                    return Err(failure);
                }
            }
        }
        self.note(kept, nth, &key, ticked).await
    }

    async fn note(&self, kept: &KeptSequence, nth: usize, key: &str, ticked: &mut Ticked) -> Outcome<()> {
        let mut next = Some(kept.clone());
        for _ in 0..ATTEMPTS {
            let Some(kept) = next.take() else { break };
            let landing = kept.state.steps.get(nth).is_some_and(|step| step.status == StepStatus::Landing);
            if !landing {
                break;
            }
            match self.sources.sequences.change(&life::landed(self.policy, &kept, nth, key, self.clock.now())).await? {
                Changed::Yes => ticked.landed += 1,
                // A stop came in between: the step has landed all the same, and is taken back next.
                Changed::Overtaken | Changed::Suppressed(_) | Changed::Full(_) | Changed::Taken(_) => {
                    next = self.sources.sequences.get(&kept.drafted.id).await?;
                }
            }
        }
        Ok(())
    }

    /// Who began the landing is dead. Where the task is there, it has landed; where not, the list is asked again.
    async fn take_over(&self, kept: &KeptSequence, nth: usize, ticked: &mut Ticked) -> Outcome<Looked> {
        let now = self.clock.now();
        let mut change = life::taken_over(kept, nth, self.claim(now), now);
        let Some(step) = kept.state.steps.get(nth) else { return Ok(Looked::Over) };
        let key = landing::task_key(&kept.drafted.id, &step.id);
        if self.sources.standings.our_task(&key).await?.is_some() {
            self.note(kept, nth, &key, ticked).await?;
            return Ok(Looked::Again);
        }
        if kept.state.status == SequenceStatus::Stopped {
            self.sources.sequences.change(&life::settled(kept, nth, StepStatus::Stopped, now)).await?;
            return Ok(Looked::Again);
        }
        change.unless_suppressed = SuppressionKey::all_of(&kept.drafted.recipient);
        match self.sources.sequences.change(&change).await? {
            Changed::Yes => {
                let recipient = &kept.drafted.recipient;
                let standing = self
                    .sources
                    .standings
                    .standing(&recipient.person_id, recipient.account_id.as_ref(), kept.drafted.drafted_at)
                    .await?;
                let claimed =
                    KeptSequence { drafted: kept.drafted.clone(), state: change.to, version: change.from + 1 };
                match standing.filter(|standing| !standing.opted_out) {
                    Some(standing) => self.make(&claimed, nth, &standing, ticked).await?,
                    None => self.stop_one(&claimed, "opt_out", "gone from the CRM, or opted out there", ticked).await?,
                }
            }
            Changed::Suppressed(key) => {
                let why = format!("on the list of suppressions by {}", key.kind().name());
                self.stop_one(kept, "suppressed", &why, ticked).await?;
            }
            Changed::Overtaken | Changed::Full(_) | Changed::Taken(_) => {}
        }
        Ok(Looked::Again)
    }

    /// Stops the sequence; a landing of it that has not come to a task ends with it.
    async fn stop_one(&self, kept: &KeptSequence, code: &str, why: &str, ticked: &mut Ticked) -> Outcome<()> {
        let now = self.clock.now();
        let mut change = life::stopped(self.policy, kept, code, why, now);
        for step in &mut change.to.steps {
            if step.status == StepStatus::Landing {
                step.status = StepStatus::Stopped;
                step.claimed_until = None;
            }
        }
        change.to.plan_next(now);
        let changed = self.sources.sequences.change(&change).await?;
        ticked.stopped += usize::from(changed == Changed::Yes);
        Ok(())
    }

    /// The policy stops this sequence, and with it those that it says.
    async fn stop(
        &self,
        kept: &KeptSequence,
        rule: &str,
        why: &str,
        judged: &Judged,
        standing: Option<&Relation>,
        ticked: &mut Ticked,
    ) -> Outcome<()> {
        let now = self.clock.now();
        let recipient = &kept.drafted.recipient;
        let person = SuppressionKey::of(SuppressionKind::Person, recipient.person_id.as_str()).ok();
        let account = recipient.account_id.as_ref();
        let account = account.and_then(|account| SuppressionKey::of(SuppressionKind::Account, account.as_str()).ok());
        // What the CRM says of a person is kept on our list as well: from here on it holds in every transaction.
        if standing.is_some_and(|standing| standing.opted_out) {
            let address = recipient.email.as_deref();
            let address = address.and_then(|address| SuppressionKey::of(SuppressionKind::Address, address).ok());
            for key in person.iter().chain(&address) {
                let reason = "opted out in the CRM".to_owned();
                let (by, source) = (OURSELVES.to_owned(), SuppressionSource::Crm);
                let entry = Suppression { key: key.clone(), source, by, reason, at: now };
                self.sources.suppressions.add(&entry).await?;
            }
        }
        let mut change = life::stopped(self.policy, kept, rule, why, now);
        if let Some(step) = change.to.steps.iter_mut().find(|step| step.landed_at.is_none()) {
            step.trace.clone_from(&judged.trace);
        }
        let changed = self.sources.sequences.change(&change).await?;
        ticked.stopped += usize::from(changed == Changed::Yes);
        let others = match (rule, self.policy.on_reply) {
            ("reply", Scope::Account) => account.or(person),
            ("reply" | "opt_out" | "suppressed", _) => person,
            _ => None,
        };
        if let Some(key) = others {
            let stopped = stop_about(self.policy, self.sources, self.bus, &key, (rule, why), now).await?;
            ticked.stopped += stopped.len();
        }
        Ok(())
    }

    /// Takes a task back that is still to be done.
    async fn withdraw(&self, kept: &KeptSequence, nth: usize, ticked: &mut Ticked) -> Outcome<Looked> {
        let Some(step) = kept.state.steps.get(nth) else { return Ok(Looked::Over) };
        let key = landing::task_key(&kept.drafted.id, &step.id);
        let open = self.sources.standings.our_task(&key).await?.filter(|task| task.open);
        let status = match open {
            Some(task) => {
                self.writer.update("Task", &task.id, &landing::withdrawn(kept)).await?;
                StepStatus::Withdrawn
            }
            None => StepStatus::Done,
        };
        let changed = self.sources.sequences.change(&life::settled(kept, nth, status, self.clock.now())).await?;
        ticked.withdrawn += usize::from(changed == Changed::Yes && status == StepStatus::Withdrawn);
        Ok(Looked::Again)
    }

    fn claim(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.lease).unwrap_or(Timestamp::MAX)
    }
}
