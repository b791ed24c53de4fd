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
use std::hint::black_box;
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

/// How many verdicts are the wanted ones.
fn agreeing(filled: &mut [FieldValues], wanted: &[Verdict], decide: impl Fn(&mut FieldValues) -> Verdict) -> usize {
    filled.iter_mut().zip(wanted).map(|(values, wanted)| usize::from(decide(values) == *wanted)).sum()
}

fn compared(leads: &[Lead]) {
    let config = config(RULES, SEED);
    let engine = Engine::new(&config);
    let mut filled = filled(leads);
    let wanted = verdicts(&engine, &mut filled);
    let mut table = Table::new(
        "500 rules, first match → territory → rule → owner: nanoseconds a lead",
        &["engine", "ns a lead", "times ours", "leads", "answers as ours"],
    );
    let decided = nanoseconds(leads.len(), 7, || {
        filled.iter_mut().for_each(|values| {
            black_box(engine.decide(values));
        })
    });
    let mut row = |name: &str, figure: f64, leads: usize, same: usize| {
        table.row([
            json!(name),
            json!(figure),
            json!(figure / decided),
            json!(leads),
            json!(format!("{same} of {leads}")),
        ]);
    };
    row("ours", decided, leads.len(), wanted.len());
    let mut values = FieldValues::new(&ours::TABLE);
    let with_filling = nanoseconds(leads.len(), 7, || {
        for lead in leads {
            ours::fill(&mut values, lead);
            black_box(engine.decide(&mut values));
        }
    });
    row("ours, values filled in from texts", with_filling, leads.len(), wanted.len());
    let some = 2_000.min(leads.len());
    let mut same = 0;
    let traced = nanoseconds(some, 2, || {
        same = agreeing(&mut filled[..some], &wanted, |values| black_box(engine.decide_with_trace(values)).0);
    });
    row("ours, with trace", traced, some, same);
    let plain = nanoseconds(leads.len(), 2, || {
        same = agreeing(&mut filled, &wanted, |values| engine.decide_plainly(values).0);
    });
    row("our plain walk", plain, leads.len(), same);
    if !has_flag("--skip-zen") {
        let (figure, same) = zen_tables(&config, leads, &wanted);
        row("zen-engine, two decision tables, compiled", figure, leads.len(), same);
        let few = &leads[..200.min(leads.len())];
        let (figure, same) = zen_expressions(&config, few, &wanted);
        row("zen-expression, one a rule, compiled", figure, few.len(), same);
    }
    table.print();
    let last = wanted.iter().filter(|verdict| verdict.rule == RULES - 1).count();
    let tried: usize = wanted.iter().map(|verdict| verdict.rule + 1).sum();
    let mut about = Table::new("the leads", &["", "figure"]);
    about.row([json!("rules that some lead comes to"), json!(distinct(&wanted))]);
    about.row([json!("leads that the last rule takes"), json!(last)]);
    about.row([json!("place of the rule, on average"), json!(tried / wanted.len().max(1))]);
    about.print();
}

fn distinct(verdicts: &[Verdict]) -> usize {
    verdicts.iter().map(|verdict| verdict.rule).collect::<std::collections::BTreeSet<_>>().len()
}

fn zen_tables(config: &Config, leads: &[Lead], wanted: &[Verdict]) -> (f64, usize) {
    let decision = zen::tables(config);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let contexts: Vec<_> = leads.iter().map(zen::context).collect();
    // Contexts are built beforehand and freed afterwards; one pass, as a pass takes long enough to be even.
    let mut same = 0;
    let figure = nanoseconds(leads.len(), 2, || {
        same = runtime.block_on(async {
            let mut same = 0;
            for (context, wanted) in contexts.iter().zip(wanted) {
                same += usize::from(zen::decide(&decision, context.clone()).await == *wanted);
            }
            same
        });
    });
    (figure, same)
}

fn zen_expressions(config: &Config, leads: &[Lead], wanted: &[Verdict]) -> (f64, usize) {
    let mut expressions = zen::Expressions::new(config);
    let contexts: Vec<_> = leads.iter().map(zen::context).collect();
    let mut same = 0;
    let figure = nanoseconds(leads.len(), 1, || {
        same = contexts.iter().zip(wanted).filter(|(context, wanted)| expressions.decide(context) == **wanted).count();
    });
    (figure, same)
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
        let decided = nanoseconds(leads.len(), 7, || {
            filled.iter_mut().for_each(|values| {
                black_box(engine.decide(values));
            })
        });
        let mut values = FieldValues::new(&ours::TABLE);
        let with_filling = nanoseconds(leads.len(), 5, || {
            for lead in leads {
                ours::fill(&mut values, lead);
                black_box(engine.decide(&mut values));
            }
        });
        let some = 20_000.min(leads.len());
        let mut same = 0;
        let plain = nanoseconds(some, 2, || {
            same = agreeing(&mut filled[..some], &wanted, |values| engine.decide_plainly(values).0);
        });
        let (zen, zen_same) = match has_flag("--skip-zen") {
            true => (json!(null), some),
            false => {
                let (figure, same) = zen_tables(&config, &leads[..some], &wanted[..some]);
                (json!(figure), same)
            }
        };
        let bytes = engine.rules.index_bytes() + engine.territories.index_bytes();
        table.row([
            json!(rules),
            json!(decided),
            json!(with_filling),
            json!(plain),
            zen,
            json!(bytes / 1024),
            json!(built as u64),
            json!(ours::checked(&config).as_millis() as u64),
            json!(format!("{} of {}", same.min(zen_same), some)),
        ]);
    }
    table.print();
}
