//! One field's values, sorted into classes that no condition in play can tell apart.

use std::collections::HashMap;

use super::bits::Bits;
use super::domain::Domain;
use super::samples::samples;
use super::value::Value;
use crate::condition::Compare;
use crate::fields::{FieldId, FieldType, fold};

/// A field and the classes of its values.
#[derive(Debug)]
pub(crate) struct Axis {
    pub(crate) field: FieldId,
    classes: Vec<Class>,
    /// Class by folded text.
    texts: HashMap<String, usize>,
    /// The classes, first those for which the fewest conditions ask.
    quietest: Vec<usize>,
    /// Whether every class is there; if not, that nothing was found proves nothing.
    pub(crate) complete: bool,
}

/// Values between which no condition makes a difference.
#[derive(Debug)]
struct Class {
    /// The value that stands for all: the one that people understand best.
    sample: Value,
    /// How many conditions ask for such a value.
    asked: usize,
    /// For a number: both ends of every run of numbers that is in the class.
    ends: Vec<i64>,
}

impl Axis {
    /// Sorts the values of `field` by what `compares` say about them. `at` is a value that must have its place.
    pub(crate) fn new(
        field: FieldId,
        holds: FieldType,
        compares: &[&Compare],
        domain: &Domain,
        at: Option<Value>,
    ) -> Self {
        let compares = distinct(compares);
        let judges = Judges::new(&compares);
        let (samples, complete) = samples(holds, &compares, domain);
        let mut axis = Self { field, classes: Vec::new(), texts: HashMap::new(), quietest: Vec::new(), complete };
        let mut known: HashMap<Vec<u32>, usize> = HashMap::new();
        let absent = domain.absent.then_some(Value::Absent);
        for value in at.into_iter().chain(samples).chain(absent) {
            // No value is a class of its own, so that people are told; so is each of a field's only names, if asked.
            let alone = domain.apart || value == Value::Absent;
            let marks = if alone { Vec::new() } else { judges.marks(&value) };
            let class = if alone { axis.class_of(&value) } else { known.get(&marks).copied() };
            let class = class.unwrap_or_else(|| {
                axis.classes.push(Class { sample: value.clone(), asked: marks.len(), ends: Vec::new() });
                axis.classes.len() - 1
            });
            if !alone {
                known.insert(marks, class);
            }
            axis.keep(&value, class);
        }
        axis.quietest = (0..axis.classes.len()).collect();
        axis.quietest.sort_by_key(|class| axis.classes.get(*class).map(|class| class.asked));
        axis
    }

    fn keep(&mut self, value: &Value, class: usize) {
        if let Value::Text { folded, .. } = value {
            self.texts.entry(folded.clone()).or_insert(class);
        }
        if let (Some(number), Some(class)) = (value.number(), self.classes.get_mut(class)) {
            class.ends.push(number);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.classes.len()
    }

    pub(crate) fn sample(&self, class: usize) -> &Value {
        self.classes.get(class).map_or(&Value::Absent, |class| &class.sample)
    }

    /// Of some classes, the one for which the fewest conditions ask, and how many that are.
    pub(crate) fn quietest(&self, of: &Bits) -> Option<(usize, usize)> {
        let class = self.quietest.iter().find(|class| of.contains(**class))?;
        self.classes.get(*class).map(|found| (found.asked, *class))
    }

    /// The class of a value that was among the samples.
    pub(crate) fn class_of(&self, value: &Value) -> Option<usize> {
        match (value, value.number()) {
            (Value::Text { folded, .. }, _) => self.texts.get(folded).copied(),
            (_, Some(number)) => self.classes.iter().position(|class| class.ends.contains(&number)),
            (_, None) => self.classes.iter().position(|class| class.sample == *value),
        }
    }

    pub(crate) fn class_of_text(&self, text: &str) -> Option<usize> {
        self.texts.get(&fold(text)).copied()
    }

    /// The value of `class` that is nearest to `from`, as `far` measures numbers.
    pub(crate) fn nearest(&self, class: usize, from: &Value, far: impl Fn(i64, i64) -> f64) -> Value {
        let sample = self.sample(class);
        let ends = self.classes.get(class).map(|class| class.ends.as_slice()).unwrap_or_default();
        let Some(from) = from.number() else { return sample.clone() };
        let nearest = ends.iter().min_by(|a, b| far(from, **a).total_cmp(&far(from, **b)));
        nearest.map_or_else(|| sample.clone(), |end| sample.with_number(*end))
    }

    /// The classes for which `compare` holds.
    pub(crate) fn bits(&self, compare: &Compare) -> Bits {
        let mut bits = Bits::none(self.len());
        if let Compare::OneOf(values) = compare {
            let classes = values.iter().filter_map(|value| self.texts.get(&**value));
            classes.for_each(|class| bits.insert(*class));
            return bits;
        }
        for (class, found) in self.classes.iter().enumerate() {
            if compare.holds(found.sample.slot()) {
                bits.insert(class);
            }
        }
        bits
    }
}

/// Each comparison once; a list of texts may stand twice, since looking them up costs nothing.
fn distinct<'a>(compares: &[&'a Compare]) -> Vec<&'a Compare> {
    let mut distinct: Vec<&Compare> = Vec::new();
    let mut others: Vec<&Compare> = Vec::new();
    for compare in compares {
        if matches!(compare, Compare::OneOf(_)) {
            distinct.push(compare);
        } else if !others.contains(compare) {
            others.push(compare);
        }
    }
    distinct.append(&mut others);
    distinct
}

/// The comparisons of one field, arranged so that each value is judged quickly: lists of texts are looked up.
struct Judges<'a> {
    listed: HashMap<&'a str, Vec<u32>>,
    others: Vec<(u32, &'a Compare)>,
}

impl<'a> Judges<'a> {
    fn new(compares: &[&'a Compare]) -> Self {
        let mut judges = Self { listed: HashMap::new(), others: Vec::new() };
        for (mark, compare) in (0_u32..).zip(compares) {
            if let Compare::OneOf(values) = compare {
                values.iter().for_each(|value| judges.listed.entry(value).or_default().push(mark));
            } else {
                judges.others.push((mark, compare));
            }
        }
        judges
    }

    /// Which comparisons hold.
    fn marks(&self, value: &Value) -> Vec<u32> {
        let listed = match value {
            Value::Text { folded, .. } => self.listed.get(folded.as_str()),
            Value::Absent | Value::Number(_) | Value::Date(_) | Value::Flag(_) => None,
        };
        let others = self.others.iter().filter(|(_, compare)| compare.holds(value.slot()));
        listed.into_iter().flatten().copied().chain(others.map(|(mark, _)| *mark)).collect()
    }
}
