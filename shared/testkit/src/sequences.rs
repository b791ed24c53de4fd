//! Sequences and suppressions in memory: every change is one step that nobody sees half of, as a table's transaction.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use revloops_domain::sequence::DraftedSequence;
use revloops_domain::sequence_state::{KeptSequence, SequenceState};
use revloops_domain::suppression::{Suppression, SuppressionKey};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Changed, Place, SequenceChange, Sequences, Suppressions};

use crate::world::TestWorld;

/// What the world in memory knows of sequences.
#[derive(Debug, Clone, Default)]
pub struct SequencesInMemory {
    /// Sequences by id.
    pub kept: BTreeMap<String, KeptSequence>,
    /// The list of suppressions.
    pub suppressed: BTreeMap<SuppressionKey, Suppression>,
    /// Places by name.
    pub places: BTreeMap<String, Place>,
    /// Counts by name.
    pub counts: BTreeMap<String, u32>,
}

impl SequencesInMemory {
    /// Checks and writes, or says what did not hold.
    pub fn change(&mut self, change: &SequenceChange) -> Changed {
        let Some(kept) = self.kept.get_mut(&change.id).filter(|kept| kept.version == change.from) else {
            return Changed::Overtaken;
        };
        if let Some(key) = change.unless_suppressed.iter().find(|key| self.suppressed.contains_key(key)) {
            return Changed::Suppressed(key.clone());
        }
        let full = |name: &String, most: u32| self.counts.get(name).is_some_and(|counted| *counted >= most);
        if let Some(count) = change.counts.iter().find(|count| full(&count.name, count.most)) {
            return Changed::Full(count.name.clone());
        }
        let free =
            |name: &String, at: Timestamp| self.places.get(name).is_none_or(|place| place.is_free_for(&change.id, at));
        if let Some(place) = change.takes.iter().find(|place| !free(&place.name, place.at)) {
            return Changed::Taken(place.name.clone());
        }
        let held = |name: &String| self.places.get(name).is_some_and(|place| place.holder.as_ref() == Some(&change.id));
        if !change.frees.iter().all(|(name, _)| held(name)) {
            return Changed::Overtaken;
        }
        kept.state = change.to.clone();
        kept.version += 1;
        for count in &change.counts {
            *self.counts.entry(count.name.clone()).or_default() += 1;
        }
        for place in &change.takes {
            self.places.insert(place.name.clone(), Place { holder: Some(change.id.clone()), free_from: None });
        }
        for (name, from) in &change.frees {
            self.places.insert(name.clone(), Place { holder: None, free_from: Some(*from) });
        }
        Changed::Yes
    }

    fn newest_first(&self, wanted: impl Fn(&KeptSequence) -> bool) -> Vec<KeptSequence> {
        let mut found: Vec<KeptSequence> = self.kept.values().filter(|kept| wanted(kept)).cloned().collect();
        found.sort_by_key(|kept| std::cmp::Reverse((kept.drafted.drafted_at, kept.drafted.id.clone())));
        found
    }
}

#[async_trait]
impl Sequences for TestWorld {
    async fn keep(&self, drafted: &DraftedSequence) -> Outcome<bool> {
        self.write(|memory| {
            let kept = &mut memory.sequences.kept;
            let is_new = !kept.contains_key(&drafted.id);
            let state = SequenceState::new(drafted);
            let new = || KeptSequence { drafted: drafted.clone(), state, version: 1 };
            kept.entry(drafted.id.clone()).or_insert_with(new);
            Ok(is_new)
        })
    }

    async fn get(&self, id: &str) -> Outcome<Option<KeptSequence>> {
        self.read(|memory| memory.sequences.kept.get(id).cloned())
    }

    async fn about(&self, key: &SuppressionKey) -> Outcome<Vec<KeptSequence>> {
        self.read(|memory| {
            memory.sequences.newest_first(|kept| SuppressionKey::all_of(&kept.drafted.recipient).contains(key))
        })
    }

    async fn newest(&self, at_most: usize) -> Outcome<Vec<KeptSequence>> {
        self.read(|memory| memory.sequences.newest_first(|_| true).into_iter().take(at_most).collect())
    }

    async fn due(&self, until: Timestamp, at_most: usize) -> Outcome<Vec<String>> {
        self.read(|memory| {
            let timed = memory.sequences.kept.iter();
            let mut due: Vec<(Timestamp, String)> = timed
                .filter_map(|(id, kept)| Some((kept.state.next_at.filter(|at| *at <= until)?, id.clone())))
                .collect();
            due.sort();
            due.into_iter().take(at_most).map(|(_, id)| id).collect()
        })
    }

    async fn change(&self, change: &SequenceChange) -> Outcome<Changed> {
        self.write(|memory| Ok(memory.sequences.change(change)))
    }

    async fn places(&self, names: &[String]) -> Outcome<BTreeMap<String, Place>> {
        self.read(|memory| {
            let places = &memory.sequences.places;
            names.iter().filter_map(|name| Some((name.clone(), places.get(name)?.clone()))).collect()
        })
    }

    async fn counted(&self, names: &[String]) -> Outcome<BTreeMap<String, u32>> {
        self.read(|memory| {
            let counts = &memory.sequences.counts;
            names.iter().map(|name| (name.clone(), counts.get(name).copied().unwrap_or(0))).collect()
        })
    }
}

#[async_trait]
impl Suppressions for TestWorld {
    async fn add(&self, suppression: &Suppression) -> Outcome<bool> {
        self.write(|memory| {
            let list = &mut memory.sequences.suppressed;
            let is_new = !list.contains_key(&suppression.key);
            list.entry(suppression.key.clone()).or_insert_with(|| suppression.clone());
            Ok(is_new)
        })
    }

    async fn remove(&self, key: &SuppressionKey) -> Outcome<bool> {
        self.write(|memory| Ok(memory.sequences.suppressed.remove(key).is_some()))
    }

    async fn among(&self, keys: &[SuppressionKey]) -> Outcome<Vec<Suppression>> {
        self.read(|memory| keys.iter().filter_map(|key| memory.sequences.suppressed.get(key).cloned()).collect())
    }

    async fn all(&self) -> Outcome<Vec<Suppression>> {
        self.read(|memory| memory.sequences.suppressed.values().cloned().collect())
    }
}
