//! TEMPORARY, until the engine has them.
use revloops_capacity::*;
use revloops_domain::Cents;
use revloops_scenario::Scenario;
pub fn hires_needed(s: &Scenario) -> HiresNeeded {
    let seg = |id: &str, n: u16, open: i64| SegmentHires {
        segment: id.into(),
        profile: Some("ae-enterprise".into()),
        territory: Some("dach".into()),
        productivity: Cents::units(1_100_000),
        starts: vec![Starts { month: s.starts.plus(1), seats: n }, Starts { month: s.starts.plus(12), seats: n + 1 }],
        years: (0..3)
            .map(|y| YearClosed {
                starts: s.starts.plus(12 * y),
                missing: Cents::units(1_300_000 + 100_000 * i64::from(y)),
                by_hires: Cents::units(1_000_000),
                open: Cents::units(if y == 0 { open } else { 0 }),
            })
            .collect(),
        cost: Cents::units(2_400_000),
    };
    HiresNeeded {
        earliest: s.starts,
        most_a_month: 10,
        segments: vec![seg("enterprise", 2, 300_000), seg("mid-market", 1, 0)],
    }
}
pub fn sensitivity(_: &Scenario) -> Vec<LeverEffect> {
    [
        ("productivity", "10 % more and less", 723_000, -723_000),
        ("ramp standard", "one month faster and slower", 210_000, -260_000),
        ("attrition ae-enterprise", "5 points less and more", 133_000, -129_000),
        ("hire dach-next", "a month earlier and later", 90_000, -98_000),
    ]
    .into_iter()
    .map(|(l, s, u, d)| LeverEffect {
        lever: l.into(),
        step: s.into(),
        up: Effect { first_year: Cents::units(u), plan: Cents::units(u * 3) },
        down: Effect { first_year: Cents::units(d), plan: Cents::units(d * 3) },
    })
    .collect()
}
pub fn diff(a: &Scenario, b: &Scenario) -> Difference {
    let side = |s: &Scenario, c: i64| Side {
        scenario: s.id.clone(),
        hash: s.hash.clone(),
        amounts: Amounts { capacity: Cents::units(c), ..Amounts::default() },
    };
    let cause = |what: &str, kind, c: i64| Cause {
        kind,
        what: what.into(),
        amounts: Amounts {
            capacity: Cents::units(c),
            first_year_capacity: Cents::units(c / 3),
            cost: Cents::units(c / 4),
            quota: Cents::units(c),
            ..Amounts::default()
        },
    };
    Difference {
        from: side(a, 30_000_000),
        to: side(b, 31_520_000),
        change: Amounts { capacity: Cents::units(1_520_000), ..Amounts::default() },
        causes: vec![
            cause("hire iberia-first added", CauseKind::HiringPlan, 1_300_000),
            cause("ramp standard faster", CauseKind::Ramp, 340_000),
            cause("hire nordics-next a month earlier", CauseKind::HiringPlan, 60_000),
            cause("attrition ae-mid-market 18 % to 20 %", CauseKind::Attrition, -180_000),
        ],
    }
}
