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
