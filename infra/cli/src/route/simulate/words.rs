//! What a simulation found, for people.

use std::collections::BTreeMap;
use std::process::ExitCode;

use revloops_route::batch::{Comparison, MemberPicks};
use revloops_route::config::RouteConfig;
use serde_json::json;

use super::super::figures::{peak_megabytes, thousands};
use super::super::plan_file::beside;
use super::Simulated;
use crate::console::{Console, Tone};

/// Rows of a table that people read; the rest is in the JSON.
const MOST: usize = 15;

impl Simulated {
    /// Prints what was found; the exit code is 1 where leads would be without an owner that have one.
    pub(super) fn tell(&self, console: &Console, config: &RouteConfig) -> anyhow::Result<ExitCode> {
        let found = &self.comparison;
        tables(console, found, config);
        let share = found.moved.saturating_mul(1000).checked_div(found.compared).unwrap_or(0);
        console.say(format!(
            "{} of {} leads would move ({}.{} %), {} of them to nobody, {} from nobody",
            console.tone(Tone::Strong, thousands(found.moved)),
            thousands(found.compared),
            share / 10,
            share % 10,
            thousands(found.newly_unrouted),
            thousands(found.newly_routed),
        ));
        let touch = &found.first_touch;
        console.say(format!(
            "first touch of those who move: {} earlier, {} at the same time, {} later; half of them by {} minutes or more",
            thousands(touch.earlier),
            thousands(touch.same),
            thousands(touch.later),
            touch.median_minutes
        ));
        self.remarks(console);
        if let Some((rows, plan)) = &self.plan {
            console.say(format!("plan    {}\nhash    {}", beside(rows).display(), plan.hash()));
            if plan.applicable {
                console.say(format!("\ncargo revloops route apply {} --approve {}", rows.display(), plan.hash()));
            }
        }
        console.json(&json!({
            "comparison": found,
            "by_other_versions": self.by_other_versions,
            "redrawn_pools": self.redrawn,
            "agent_wanted": self.agent_wanted,
            "plan": self.plan.as_ref().map(|(rows, plan)| json!({"file": beside(rows), "hash": plan.hash()})),
            "seconds": self.took.as_secs_f64(),
            "peak_megabytes": peak_megabytes(),
        }))?;
        Ok(if found.newly_unrouted == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn remarks(&self, console: &Console) {
        if self.by_other_versions > 0 {
            let count = thousands(self.by_other_versions);
            console.say(format!("{count} were decided by other versions of the rules than the one in use"));
        }
        if !self.redrawn.is_empty() {
            let pools = self.redrawn.join(", ");
            console.say(format!("drawn from anew, in the order of time, because they or their people change: {pools}"));
        }
        if self.agent_wanted > 0 {
            let text = format!("{} times a rule wanted an AI agent that was not asked then", self.agent_wanted);
            console.say(console.tone(Tone::Warn, text));
        }
    }
}

fn tables(console: &Console, found: &Comparison, config: &RouteConfig) {
    let rules: Vec<Vec<String>> = found
        .by_rule
        .iter()
        .take(MOST)
        .map(|moves| vec![moves.before.clone(), moves.after.clone(), thousands(moves.leads)])
        .collect();
    if !rules.is_empty() {
        console.table(&["rule before", "rule after", "leads that move"], rules);
        more(console, found.by_rule.len());
    }
    let changed = found.by_owner.iter().filter(|owner| owner.gains + owner.loses > 0);
    let owners: Vec<Vec<String>> = changed
        .clone()
        .take(MOST)
        .map(|owner| {
            let counts = [owner.before, owner.after, owner.loses, owner.gains].map(thousands);
            std::iter::once(owner.owner.clone()).chain(counts).collect()
        })
        .collect();
    if !owners.is_empty() {
        console.table(&["owner", "leads before", "after", "loses", "gains"], owners);
        more(console, changed.count());
    }
    let members = shares(&found.by_member, config);
    if !members.is_empty() {
        console.table(&["pool", "member", "weight", "before", "after"], members);
        console.say("");
    }
}

fn more(console: &Console, all: usize) {
    if all > MOST {
        console.say(format!("and {} more (--json has all)", all - MOST));
    }
    console.say("");
}

/// Each member's picks and their share, beside the share of their weight.
fn shares(members: &[MemberPicks], config: &RouteConfig) -> Vec<Vec<String>> {
    let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for member in members {
        let (before, after) = sums.entry(&member.pool).or_default();
        *before += member.before;
        *after += member.after;
    }
    members
        .iter()
        .map(|member| {
            let pool = config.pools.get(&member.pool);
            let weights: u64 = pool.map_or(0, |pool| pool.members.iter().map(|one| u64::from(one.weight)).sum());
            let own = pool.and_then(|pool| pool.members.iter().find(|one| one.login == member.login.to_lowercase()));
            let weight = own.map_or_else(|| "–".to_owned(), |own| percent(u64::from(own.weight), weights));
            let (before, after) = sums.get(member.pool.as_str()).copied().unwrap_or_default();
            let count = |own: u64, all: u64| format!("{} ({})", thousands(own), percent(own, all));
            vec![
                member.pool.clone(),
                member.login.clone(),
                weight,
                count(member.before, before),
                count(member.after, after),
            ]
        })
        .collect()
}

fn percent(part: u64, whole: u64) -> String {
    let tenths = part.saturating_mul(1000).checked_div(whole).unwrap_or(0);
    format!("{}.{} %", tenths / 10, tenths % 10)
}
