//! What operators say, and which edits of which files that is.
//!
//! Each operation is looked up in the file as it is then, so that several of one proposal build on one another, and refuses
//! with what it cannot find and what there is.

mod generic;
mod plays;
mod pools;
mod rules;

use std::collections::BTreeMap;

use revloops_config::edit::{Spot, parsed};
use revloops_config::{Edit, Step, ValuePath, edited};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::ChangeError;

/// A change of one loop's config in an operator's words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// Set one value of any file: a threshold, a text, a list. A key that is not there yet is added.
    SetLever {
        /// The loop: `qualify`.
        #[serde(rename = "loop")]
        loop_name: String,
        /// The file: `scoring.yaml`.
        file: String,
        /// Where in it: `bands[id=A].min_score`.
        path: ValuePath,
        /// The new value.
        value: Value,
    },
    /// Take one key or one entry of a list out of any file.
    RemoveLever {
        /// The loop.
        #[serde(rename = "loop")]
        loop_name: String,
        /// The file.
        file: String,
        /// Where in it.
        path: ValuePath,
    },
    /// Add an entry to any list: a case, a factor, a list's value.
    AddEntry {
        /// The loop.
        #[serde(rename = "loop")]
        loop_name: String,
        /// The file.
        file: String,
        /// The list: `factors`.
        list: ValuePath,
        /// The entry.
        value: Value,
        /// The entry that it goes before, as in a path: `id=industry`; last where neither is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// The entry that it goes behind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// Move an entry within its list, where order means something.
    MoveEntry {
        /// The loop.
        #[serde(rename = "loop")]
        loop_name: String,
        /// The file.
        file: String,
        /// The entry: `factors[id=source]`.
        path: ValuePath,
        /// The entry that it goes before: `id=industry`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// The entry that it goes behind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// Set the score from which leads are in a band.
    SetBand {
        /// The band: `A`.
        band: String,
        /// The lowest score in it.
        min_score: u32,
    },
    /// Set how soon an owner must be in touch with leads of a band.
    SetFirstTouch {
        /// The band: `A`.
        band: String,
        /// Minutes of the owner's working time.
        minutes: u32,
    },
    /// Set what a kind of signal is worth.
    SetSignalWeight {
        /// `funding`, `hiring`, …
        kind: String,
        /// Points of a fresh one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        weight: Option<u32>,
        /// Days after which it is worth half.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        half_life_days: Option<u32>,
    },
    /// Add a rule to Route. Its priority follows from its place.
    AddRule {
        /// The rule: `id`, `description`, `when`, `assign`.
        rule: Map<String, Value>,
        /// The rule that is tried just behind it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// The rule that is tried just before it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// Have a rule of Route tried earlier or later. Priorities follow.
    MoveRule {
        /// The rule.
        rule: String,
        /// The rule that is tried just behind it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// The rule that is tried just before it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// Change keys of a rule of Route.
    EditRule {
        /// The rule.
        rule: String,
        /// The new values by key; `null` takes a key out.
        set: Map<String, Value>,
    },
    /// Take a rule out of Route.
    RemoveRule {
        /// The rule.
        rule: String,
    },
    /// Give a pool another member.
    AddPoolMember {
        /// The pool.
        pool: String,
        /// Their username.
        login: String,
        /// Their share beside the others'; 1 where it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        weight: Option<u32>,
        /// Most leads in a day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        per_day: Option<u32>,
    },
    /// Change a member's share.
    SetPoolMember {
        /// The pool.
        pool: String,
        /// Their username.
        login: String,
        /// Their share beside the others'.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        weight: Option<u32>,
        /// Most leads in a day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        per_day: Option<u32>,
    },
    /// Take a member out of a pool.
    RemovePoolMember {
        /// The pool.
        pool: String,
        /// Their username.
        login: String,
    },
    /// Note that somebody is away: no lead goes to them.
    AddAbsence {
        /// Their username.
        login: String,
        /// First day: `2026-12-21`.
        from: String,
        /// Last day.
        to: String,
    },
    /// Take a noted absence back.
    RemoveAbsence {
        /// Their username.
        login: String,
        /// Its first day.
        from: String,
    },
    /// Put a value on one of Route's lists, such as a key account's domain.
    AddListValue {
        /// The list.
        list: String,
        /// The value.
        value: String,
    },
    /// Take a value off one of Route's lists.
    RemoveListValue {
        /// The list.
        list: String,
        /// The value.
        value: String,
    },
    /// Change keys of a play.
    EditPlay {
        /// The play.
        play: String,
        /// The new values by key; `null` takes a key out.
        set: Map<String, Value>,
        /// The play's new version; the next letter where it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
    },
    /// Change keys of a play's milestone.
    EditMilestone {
        /// The play.
        play: String,
        /// The milestone.
        milestone: String,
        /// The new values by key; `null` takes a key out.
        set: Map<String, Value>,
        /// The play's new version; the next letter where it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
    },
    /// Give a play another milestone.
    AddMilestone {
        /// The play.
        play: String,
        /// The milestone: `id`, `title`, `text`, `due`, …
        milestone: Map<String, Value>,
        /// The milestone that it goes before; last where neither is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// The milestone that it goes behind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        /// The play's new version; the next letter where it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
    },
    /// Take a milestone out of a play.
    RemoveMilestone {
        /// The play.
        play: String,
        /// The milestone.
        milestone: String,
        /// The play's new version; the next letter where it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
    },
    /// Have a play tried earlier or later: the first that fits a deal is its play.
    MovePlay {
        /// The play.
        play: String,
        /// The play that is tried just behind it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// The play that is tried just before it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// Change keys of a step of one of Engage's sequences.
    EditSequenceStep {
        /// The sequence's template.
        template: String,
        /// The step.
        step: String,
        /// The new values by key; `null` takes a key out.
        set: Map<String, Value>,
    },
}

impl Operation {
    /// The loop whose config it changes.
    #[must_use]
    pub fn loop_name(&self) -> &str {
        match self {
            Self::SetLever { loop_name, .. }
            | Self::RemoveLever { loop_name, .. }
            | Self::AddEntry { loop_name, .. }
            | Self::MoveEntry { loop_name, .. } => loop_name,
            Self::SetBand { .. } => "qualify",
            Self::SetSignalWeight { .. } => "generate",
            Self::EditPlay { .. }
            | Self::EditMilestone { .. }
            | Self::AddMilestone { .. }
            | Self::RemoveMilestone { .. }
            | Self::MovePlay { .. } => "pursue",
            Self::EditSequenceStep { .. } => "engage",
            Self::SetFirstTouch { .. }
            | Self::AddRule { .. }
            | Self::MoveRule { .. }
            | Self::EditRule { .. }
            | Self::RemoveRule { .. }
            | Self::AddPoolMember { .. }
            | Self::SetPoolMember { .. }
            | Self::RemovePoolMember { .. }
            | Self::AddAbsence { .. }
            | Self::RemoveAbsence { .. }
            | Self::AddListValue { .. }
            | Self::RemoveListValue { .. } => "route",
        }
    }

    /// Carries it out on the texts of the loop's files.
    ///
    /// # Errors
    /// Where what it names is not there; the texts are as they were then.
    pub fn apply(&self, files: &mut BTreeMap<String, String>) -> Result<(), ChangeError> {
        let files = &mut Files { texts: files };
        match self {
            Self::SetLever { file, path, value, .. } => {
                files.edit(file, &[Edit::Set { path: path.clone(), value: value.clone() }])
            }
            Self::RemoveLever { file, path, .. } => files.edit(file, &[Edit::Remove { path: path.clone() }]),
            Self::AddEntry { file, list, value, before, after, .. } => {
                let to = generic::step_spot(before.as_deref(), after.as_deref())?;
                files.edit(file, &[Edit::Insert { list: list.clone(), value: value.clone(), to }])
            }
            Self::MoveEntry { file, path, before, after, .. } => {
                generic::one_of(before.as_deref(), after.as_deref())?;
                let to = generic::step_spot(before.as_deref(), after.as_deref())?;
                files.edit(file, &[Edit::Move { path: path.clone(), to }])
            }
            Self::SetBand { band, min_score } => {
                let path = generic::keys(&["bands"]).with("id", band).key("min_score");
                files.edit("scoring.yaml", &[Edit::Set { path, value: Value::from(*min_score) }])
            }
            Self::SetFirstTouch { band, minutes } => {
                let path = generic::keys(&["first_touch", "bands"]).with("band", band).key("minutes");
                files.edit("levers.yaml", &[Edit::Set { path, value: Value::from(*minutes) }])
            }
            Self::SetSignalWeight { kind, weight, half_life_days } => {
                let values = [("weight", weight), ("half_life_days", half_life_days)];
                let set = values.into_iter().filter_map(|(key, value)| Some((key.to_owned(), Value::from((*value)?))));
                generic::set_keys(files, "levers.yaml", &generic::keys(&["kinds", kind]), &set.collect())
            }
            Self::AddRule { rule, before, after } => rules::add(files, rule, before.as_deref(), after.as_deref()),
            Self::MoveRule { rule, before, after } => rules::move_to(files, rule, before.as_deref(), after.as_deref()),
            Self::EditRule { rule, set } => {
                generic::set_keys(files, rules::FILE, &generic::keys(&["rules"]).with("id", rule), set)
            }
            Self::RemoveRule { rule } => {
                files.edit(rules::FILE, &[Edit::Remove { path: generic::keys(&["rules"]).with("id", rule) }])
            }
            Self::AddPoolMember { pool, login, weight, per_day } => pools::add(files, pool, login, *weight, *per_day),
            Self::SetPoolMember { pool, login, weight, per_day } => pools::set(files, pool, login, *weight, *per_day),
            Self::RemovePoolMember { pool, login } => pools::remove(files, pool, login),
            Self::AddAbsence { login, from, to } => pools::add_absence(files, login, from, to),
            Self::RemoveAbsence { login, from } => pools::remove_absence(files, login, from),
            Self::AddListValue { list, value } => pools::add_value(files, list, value),
            Self::RemoveListValue { list, value } => pools::remove_value(files, list, value),
            Self::EditPlay { play, set, version } => plays::edit(files, play, None, set, version.as_deref()),
            Self::EditMilestone { play, milestone, set, version } => {
                plays::edit(files, play, Some(milestone), set, version.as_deref())
            }
            Self::AddMilestone { play, milestone, before, after, version } => {
                let to = generic::id_spot(before.as_deref(), after.as_deref())?;
                plays::add_milestone(files, play, milestone, to, version.as_deref())
            }
            Self::RemoveMilestone { play, milestone, version } => {
                plays::remove_milestone(files, play, milestone, version.as_deref())
            }
            Self::MovePlay { play, before, after } => {
                generic::one_of(before.as_deref(), after.as_deref())?;
                let to = generic::id_spot(before.as_deref(), after.as_deref())?;
                files.edit(plays::FILE, &[Edit::Move { path: generic::keys(&["plays"]).with("id", play), to }])
            }
            Self::EditSequenceStep { template, step, set } => {
                let path = generic::keys(&["templates"]).with("id", template).key("steps").with("id", step);
                generic::set_keys(files, "templates.yaml", &path, set)
            }
        }
    }
}

/// The texts of a loop's files while they are changed.
struct Files<'a> {
    texts: &'a mut BTreeMap<String, String>,
}

impl Files<'_> {
    fn text(&self, file: &str) -> Result<&str, ChangeError> {
        self.texts.get(file).map(String::as_str).ok_or_else(|| {
            let known: Vec<&str> = self.texts.keys().map(String::as_str).collect();
            ChangeError::unknown("file", file, &known)
        })
    }

    fn value(&self, file: &str) -> Result<Value, ChangeError> {
        parsed(self.text(file)?).map_err(|source| ChangeError::Edit { file: file.to_owned(), source })
    }

    fn edit(&mut self, file: &str, edits: &[Edit]) -> Result<(), ChangeError> {
        let changed = edited(self.text(file)?, edits);
        let changed = changed.map_err(|source| ChangeError::Edit { file: file.to_owned(), source })?;
        self.texts.insert(file.to_owned(), changed);
        Ok(())
    }
}

fn id(id: &str) -> Step {
    Step::With { key: "id".to_owned(), value: id.to_owned() }
}

#[cfg(test)]
mod tests;
