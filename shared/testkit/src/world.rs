//! The world in memory, behind every port that loops use.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use revloops_domain::{AccountId, ErrorClass, Lead, LeadId, UserId};
use revloops_loopkit::ports::{
    AccountHistory, Act, ActKind, Behaviour, Budget, Bus, BusEvent, Cache, Claim, Clock, CrmDirectory, CrmReader,
    CrmUser, CrmWriter, History, Ids, Leads, Lease, Model, ModelAnswer, ModelRequest, Queue, Reserved, RunStore, Spend,
    StoredRun, Wanted, Workload,
};
use revloops_loopkit::{Failure, Outcome, Record, RunKey};

use crate::memory::{Memory, StoredState, Write};

/// When the process dies: at its `nth` side effect, before it happens or right after, when nobody is told any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kill {
    /// Counted from 0.
    pub nth: usize,
    /// Whether the side effect still happens.
    pub after: bool,
}

struct Process {
    kill: Option<Kill>,
    done: usize,
    dead: bool,
}

/// A world in memory. Every call that changes it counts as a side effect, at which the process can be killed; a killed
/// process gets nothing done any more, until [`TestWorld::revive`].
pub struct TestWorld {
    memory: Mutex<Memory>,
    process: Mutex<Process>,
}

fn unpoisoned<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TestWorld {
    /// An empty world at `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { memory: Mutex::new(Memory::new(now)), process: Mutex::new(Process { kill: None, done: 0, dead: false }) }
    }

    /// Looks at the world, or arranges it.
    pub fn with<T>(&self, look: impl FnOnce(&mut Memory) -> T) -> T {
        look(&mut unpoisoned(&self.memory))
    }

    /// Lets time pass.
    pub fn pass(&self, time: SignedDuration) {
        self.with(|memory| memory.now = memory.now.saturating_add(time).unwrap_or(Timestamp::MAX));
    }

    /// Arranges the process's death.
    pub fn kill(&self, kill: Kill) {
        *unpoisoned(&self.process) = Process { kill: Some(kill), done: 0, dead: false };
    }

    /// A new process takes over; returns whether the one before had died.
    pub fn revive(&self) -> bool {
        std::mem::replace(&mut *unpoisoned(&self.process), Process { kill: None, done: 0, dead: false }).dead
    }

    /// Something that only reads.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&mut Memory) -> T) -> Outcome<T> {
        if unpoisoned(&self.process).dead { Err(killed()) } else { Ok(self.with(look)) }
    }

    /// One side effect.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut Memory) -> Outcome<T>) -> Outcome<T> {
        let dies = {
            let mut process = unpoisoned(&self.process);
            if process.dead {
                return Err(killed());
            }
            let dies = process.kill.filter(|kill| kill.nth == process.done);
            process.done += 1;
            process.dead = dies.is_some();
            dies
        };
        match dies {
            Some(Kill { after: false, .. }) => Err(killed()),
            Some(Kill { after: true, .. }) => self.with(change).and(Err(killed())),
            None => self.with(change),
        }
    }
}

fn killed() -> Failure {
    Failure::new(ErrorClass::Transient, "the process was killed")
}

fn not_ours() -> Failure {
    Failure::new(ErrorClass::Busy, "taken over by another")
}

fn run_id(key: &RunKey) -> (String, String) {
    (key.subject.clone(), format!("{}/{}", key.trigger, key.loop_name))
}

impl Clock for TestWorld {
    fn now(&self) -> Timestamp {
        self.with(|memory| memory.now)
    }
}

impl Ids for TestWorld {
    fn fresh(&self) -> String {
        self.with(|memory| {
            memory.ids += 1;
            format!("{:032x}", memory.ids)
        })
    }
}

#[async_trait]
impl RunStore for TestWorld {
    async fn claim(&self, key: &RunKey, lease: &Lease, now: Timestamp) -> Outcome<Claim> {
        self.write(|memory| {
            let run = memory.runs.entry(run_id(key)).or_insert_with(|| StoredState {
                owner: String::new(),
                until: Timestamp::MIN,
                record: None,
                applied: Vec::new(),
                done: false,
            });
            let stored = run.record.clone().map(|record| Box::new(StoredRun { record, applied: run.applied.clone() }));
            if run.done {
                return Ok(Claim::Done(stored.ok_or_else(not_ours)?));
            }
            if run.until > now {
                return Ok(Claim::Busy { until: run.until });
            }
            run.owner.clone_from(&lease.owner);
            run.until = lease.until;
            Ok(stored.map_or(Claim::Fresh, Claim::Resume))
        })
    }

    async fn decided(&self, key: &RunKey, owner: &str, record: &Record) -> Outcome<()> {
        self.write(|memory| match memory.runs.get_mut(&run_id(key)) {
            Some(run) if run.owner == owner && run.record.is_none() => {
                run.record = Some(record.clone());
                Ok(())
            }
            Some(_) | None => Err(not_ours()),
        })
    }

    async fn applied(&self, key: &RunKey, owner: &str, effect: usize, last: bool, _at: Timestamp) -> Outcome<()> {
        self.write(|memory| match memory.runs.get_mut(&run_id(key)) {
            Some(run) if run.owner == owner => {
                run.applied.push(effect);
                run.done = last;
                Ok(())
            }
            Some(_) | None => Err(not_ours()),
        })
    }

    async fn release(&self, key: &RunKey, owner: &str) -> Outcome<()> {
        self.write(|memory| {
            if let Some(run) = memory.runs.get_mut(&run_id(key))
                && run.owner == owner
            {
                run.until = Timestamp::MIN;
            }
            Ok(())
        })
    }

    async fn about(&self, subject: &str) -> Outcome<Vec<StoredRun>> {
        self.read(|memory| {
            let runs = memory.runs.iter().filter(|((of, _), _)| of == subject);
            runs.filter_map(|(_, run)| {
                run.record.clone().map(|record| StoredRun { record, applied: run.applied.clone() })
            })
            .collect()
        })
    }
}

#[async_trait]
impl Leads for TestWorld {
    async fn remember(&self, lead: &Lead) -> Outcome<()> {
        self.write(|memory| {
            let known = memory.told_leads.get(lead.id.as_str());
            if known.is_none_or(|known| known.modified_at <= lead.modified_at) {
                memory.told_leads.insert(lead.id.to_string(), lead.clone());
            }
            Ok(())
        })
    }

    async fn newest(&self, id: &LeadId) -> Outcome<Option<Lead>> {
        self.read(|memory| memory.told_leads.get(id.as_str()).cloned())
    }
}

#[async_trait]
impl CrmReader for TestWorld {
    async fn lead(&self, id: &LeadId) -> Outcome<Option<Lead>> {
        self.read(|memory| memory.crm_leads.get(id.as_str()).cloned())
    }

    async fn fields(&self, object: &str, id: &str, fields: &[&str]) -> Outcome<Option<Map<String, Value>>> {
        self.read(|memory| {
            memory.records.get(&(object.to_owned(), id.to_owned())).map(|record| {
                let of = |field: &&str| ((*field).to_owned(), record.get(*field).cloned().unwrap_or(Value::Null));
                fields.iter().map(of).collect()
            })
        })
    }

    async fn has(&self, object: &str, _key_field: &str, key: &str) -> Outcome<bool> {
        self.read(|memory| memory.records.contains_key(&(object.to_owned(), key.to_owned())))
    }
}

#[async_trait]
impl History for TestWorld {
    async fn history(&self, account: &AccountId) -> Outcome<Option<AccountHistory>> {
        self.read(|memory| {
            let record = memory.records.get(&("Account".to_owned(), account.to_string()))?;
            let text = |field: &str| record.get(field).and_then(Value::as_str);
            let open = memory.records.iter().filter(|((object, _), fields)| {
                object == "Opportunity"
                    && fields.get("AccountId").and_then(Value::as_str) == Some(account.as_str())
                    && fields.get("IsClosed").and_then(Value::as_bool) != Some(true)
            });
            Some(AccountHistory {
                account_id: account.clone(),
                kind: text("Type").map(str::to_owned),
                last_activity: text("LastActivityDate").and_then(|day| day.parse().ok()),
                open_opportunities: u32::try_from(open.count()).unwrap_or(u32::MAX),
            })
        })
    }
}

impl TestWorld {
    fn put(&self, object: &str, id: &str, fields: &Map<String, Value>) -> Outcome<bool> {
        self.write(|memory| {
            memory.writes.push(Write { object: object.to_owned(), id: id.to_owned(), fields: fields.clone() });
            let key = (object.to_owned(), id.to_owned());
            let created = !memory.records.contains_key(&key);
            memory.records.entry(key).or_default().extend(fields.clone());
            Ok(created)
        })
    }
}

#[async_trait]
impl CrmWriter for TestWorld {
    async fn update(&self, object: &str, id: &str, fields: &Map<String, Value>) -> Outcome<()> {
        self.put(object, id, fields).map(|_created| ())
    }

    async fn upsert(&self, object: &str, _key_field: &str, key: &str, fields: &Map<String, Value>) -> Outcome<bool> {
        self.put(object, key, fields)
    }
}

#[async_trait]
impl CrmDirectory for TestWorld {
    async fn users(&self, logins: &[String]) -> Outcome<Vec<CrmUser>> {
        self.read(|memory| memory.users.iter().filter(|user| logins.contains(&user.login)).cloned().collect())
    }

    async fn users_by_id(&self, ids: &[UserId]) -> Outcome<Vec<CrmUser>> {
        self.read(|memory| memory.users.iter().filter(|user| ids.contains(&user.id)).cloned().collect())
    }

    async fn queues(&self, developer_names: &[String]) -> Outcome<Vec<Queue>> {
        self.read(|memory| {
            memory.queues.iter().filter(|queue| developer_names.contains(&queue.developer_name)).cloned().collect()
        })
    }
}

#[async_trait]
impl Workload for TestWorld {
    async fn open_leads(&self, owners: &[UserId], _statuses: &[String]) -> Outcome<BTreeMap<UserId, u64>> {
        self.read(|memory| {
            let asked = memory.open_leads.iter().filter(|(owner, _)| owners.contains(owner));
            asked.map(|(owner, leads)| (owner.clone(), *leads)).collect()
        })
    }
}

#[async_trait]
impl Bus for TestWorld {
    async fn publish(&self, events: &[BusEvent]) -> Outcome<Vec<Outcome<()>>> {
        self.write(|memory| {
            memory.events.extend_from_slice(events);
            Ok(events.iter().map(|_| Ok(())).collect())
        })
    }
}

#[async_trait]
impl Cache for TestWorld {
    async fn get(&self, key: &str, at: Timestamp) -> Outcome<Option<Value>> {
        self.read(|memory| memory.cache.get(key).filter(|(_, until)| *until > at).map(|(value, _)| value.clone()))
    }

    async fn put(&self, key: &str, value: &Value, days: u16, at: Timestamp) -> Outcome<()> {
        let until = at.saturating_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX);
        self.write(|memory| {
            memory.cache.insert(key.to_owned(), (value.clone(), until));
            Ok(())
        })
    }
}

#[async_trait]
impl Spend for TestWorld {
    async fn reserve(&self, day: Date, microusd: u64, budgets: &[Budget]) -> Outcome<Reserved> {
        self.write(|memory| {
            let counted = |budget: &Budget| memory.spent.get(&(day, budget.name.clone())).copied().unwrap_or(0);
            if budgets.iter().any(|budget| counted(budget).saturating_add(microusd) > budget.most_microusd) {
                return Ok(Reserved::OverBudget);
            }
            for budget in budgets {
                *memory.spent.entry((day, budget.name.clone())).or_default() += microusd;
            }
            Ok(Reserved::Yes)
        })
    }

    async fn give_back(&self, day: Date, microusd: u64, budgets: &[Budget]) -> Outcome<()> {
        self.write(|memory| {
            for budget in budgets {
                let counted = memory.spent.entry((day, budget.name.clone())).or_default();
                *counted = counted.saturating_sub(microusd);
            }
            Ok(())
        })
    }

    async fn spent(&self, day: Date, name: &str) -> Outcome<u64> {
        self.read(|memory| memory.spent.get(&(day, name.to_owned())).copied().unwrap_or(0))
    }
}

#[async_trait]
impl Behaviour for TestWorld {
    async fn acts(&self, lead: &LeadId, wanted: Wanted) -> Outcome<Vec<Act>> {
        let asked_for = |act: &Act| match act.kind {
            ActKind::Campaign { .. } => wanted.campaigns,
            ActKind::Activity { .. } => wanted.activities,
        };
        let of = |acts: &Vec<Act>| acts.iter().filter(|act| asked_for(act)).cloned().collect();
        self.read(|memory| memory.acts.get(lead.as_str()).map(of).unwrap_or_default())
    }
}

#[async_trait]
impl Model for TestWorld {
    async fn answer(&self, _request: &ModelRequest) -> Outcome<ModelAnswer> {
        self.read(|memory| {
            let answer = memory.answers.get(memory.asked).or(memory.answers.last()).cloned();
            memory.asked += 1;
            answer
        })?
        .ok_or_else(|| Failure::new(ErrorClass::Transient, "the model has no answer"))
    }
}
