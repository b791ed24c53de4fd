//! `cargo bench --bench rules`: what one lead costs, in our engine and in others, and how that grows with the rules.
//!
//! `-- --leads 100000`, `--json`, `--skip-zen` (the others take minutes).

use revloops_bench::figures::{Table, has_flag, nanoseconds, option};
use revloops_bench::market::{Lead, leads};
use revloops_bench::ours::{self, Engine, Verdict};
use revloops_bench::rules::{Config, config};
use revloops_bench::zen;
use revloops_rules::FieldValues;
use serde_json::json;
use std::collections::BTreeSet;
use std::hint::black_box;
use std::ops::Range;
use std::time::Instant;

const SEED: u64 = 20_261_122;
const RULES: usize = 500;
const CURVE: [usize; 5] = [50, 100, 500, 1_000, 5_000];

fn main() {
    let count = option("--leads").and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let leads: Vec<Lead> = leads(count, SEED).collect();
    compared(&leads);
    curve(&leads);
}

fn filled(leads: &[Lead]) -> Vec<FieldValues> {
    let one = |lead: &Lead| {
        let mut values = FieldValues::new(&ours::TABLE);
        ours::fill(&mut values, lead);
        values
    };
    leads.iter().map(one).collect()
}

/// What every other engine must say too.
fn verdicts(engine: &Engine, filled: &mut [FieldValues]) -> Vec<Verdict> {
    filled.iter_mut().map(|values| engine.decide(values).0).collect()
}

/// What a figure is of, and how many of the verdicts were as ours.
struct Measured {
    nanoseconds: f64,
    leads: usize,
    same: usize,
}

/// One lead after the other, and whether each verdict is the wanted one.
fn measured(leads: usize, passes: usize, wanted: &[Verdict], mut decide: impl FnMut(usize) -> Verdict) -> Measured {
    let (mut same, mut decided) = (0, 0);
    let nanoseconds = nanoseconds(leads, passes, |stretch: Range<usize>| {
        for at in stretch {
            same += usize::from(decide(at) == wanted[at]);
            decided += 1;
        }
    });
    Measured { nanoseconds, leads, same: if same == decided { leads } else { same / passes } }
}

/// Our engine on values that stand ready, and on values that are filled in for each lead.
fn ours(engine: &Engine, leads: &[Lead], filled: &mut [FieldValues], wanted: &[Verdict]) -> [Measured; 2] {
    let ready = measured(leads.len(), 5, wanted, |at| black_box(engine.decide(&mut filled[at])).0);
    let mut values = FieldValues::new(&ours::TABLE);
    let filled_in = measured(leads.len(), 5, wanted, |at| {
        ours::fill(&mut values, &leads[at]);
        black_box(engine.decide(&mut values)).0
    });
    [ready, filled_in]
}

fn zen_tables(config: &Config, leads: &[Lead], wanted: &[Verdict]) -> Measured {
    let decision = zen::tables(config);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    // Built beforehand and freed afterwards: zen's own work alone is counted.
    let contexts: Vec<_> = leads.iter().map(zen::context).collect();
    measured(leads.len(), 2, wanted, |at| runtime.block_on(zen::decide(&decision, contexts[at].clone())))
}

fn zen_expressions(config: &Config, leads: &[Lead], wanted: &[Verdict]) -> Measured {
    let mut expressions = zen::Expressions::new(config);
    let contexts: Vec<_> = leads.iter().map(zen::context).collect();
    measured(leads.len(), 1, wanted, |at| expressions.decide(&contexts[at]))
}

fn compared(leads: &[Lead]) {
    let config = config(RULES, SEED);
    let engine = Engine::new(&config);
    let mut filled = filled(leads);
    let wanted = verdicts(&engine, &mut filled);
    let some = leads.len().min(2_000);
    let few = leads.len().min(200);
    let mut all = vec![
        ("ours, with trace", measured(some, 2, &wanted, |at| black_box(engine.decide_with_trace(&mut filled[at])).0)),
        ("our plain walk", measured(leads.len(), 1, &wanted, |at| engine.decide_plainly(&mut filled[at]).0)),
    ];
    if !has_flag("--skip-zen") {
        all.push(("zen-engine, two decision tables, compiled", zen_tables(&config, leads, &wanted)));
        all.push(("zen-expression, one a rule, compiled", zen_expressions(&config, &leads[..few], &wanted)));
    }
    // Last, when memory and clock are as warm as for the others.
    let [ready, filled_in] = ours(&engine, leads, &mut filled, &wanted);
    let base = ready.nanoseconds;
    all.splice(0..0, [("ours", ready), ("ours, values filled in from texts", filled_in)]);
    let mut table = Table::new(
        "500 rules, first match → territory → rule → owner: nanoseconds a lead",
        &["engine", "ns a lead", "times ours", "leads", "answers as ours"],
    );
    for (name, Measured { nanoseconds, leads, same }) in all {
        let times = nanoseconds / base;
        table.row([json!(name), json!(nanoseconds), json!(times), json!(leads), json!(format!("{same} of {leads}"))]);
    }
    table.print();
    let last = wanted.iter().filter(|verdict| verdict.rule == RULES - 1).count();
    let tried: usize = wanted.iter().map(|verdict| verdict.rule + 1).sum();
    let reached: BTreeSet<usize> = wanted.iter().map(|verdict| verdict.rule).collect();
    let mut about = Table::new("the leads", &["", "figure"]);
    about.row([json!("rules that some lead comes to"), json!(reached.len())]);
    about.row([json!("leads that the last rule takes"), json!(last)]);
    about.row([json!("place of the rule, on average"), json!(tried / wanted.len().max(1))]);
    about.print();
}

fn curve(leads: &[Lead]) {
    let mut table = Table::new(
        "how it grows with the rules: nanoseconds a lead",
        &[
            "rules",
            "ours",
            "ours, filled in",
            "plain walk",
            "zen tables",
            "index KB",
            "built in ms",
            "checked in ms",
            "answers as ours",
        ],
    );
    for rules in CURVE {
        let config = config(rules, SEED);
        let begun = Instant::now();
        let engine = Engine::new(&config);
        let built = begun.elapsed().as_millis();
        let mut filled = filled(leads);
        let wanted = verdicts(&engine, &mut filled);
        let [ready, filled_in] = ours(&engine, leads, &mut filled, &wanted);
        let some = leads.len().min(20_000);
        let plain = measured(some, 1, &wanted, |at| engine.decide_plainly(&mut filled[at]).0);
        let zen = (!has_flag("--skip-zen")).then(|| zen_tables(&config, &leads[..some], &wanted));
        let same = zen.as_ref().map_or(plain.same, |zen| zen.same.min(plain.same));
        let bytes = engine.rules.index_bytes() + engine.territories.index_bytes();
        table.row([
            json!(rules),
            json!(ready.nanoseconds),
            json!(filled_in.nanoseconds),
            json!(plain.nanoseconds),
            json!(zen.map(|zen| zen.nanoseconds)),
            json!(bytes / 1024),
            json!(built as u64),
            json!(ours::checked(&config).as_millis() as u64),
            json!(format!("{same} of {some}")),
        ]);
    }
    table.print();
}
