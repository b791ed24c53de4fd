//! `revloops plays simulate`: a deal that nobody has made, through Pursue's own decision.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use jiff::civil::Date;
use serde::Serialize;

use revloops_domain::{is_country_code, meant_country_code};
use revloops_loopkit::Reason;
use revloops_loopkit::explain::reasons_in_words;
use revloops_pursue::config::OwnerRole;
use revloops_pursue::logic::{Fate, PlannedMilestone, PursueVerdict};
use revloops_pursue::{Given, PursueConfig};

use super::named;
use crate::console::{Console, Tone};

/// The deal.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {
    /// The day on which it is made, like 2026-12-21.
    #[arg(long, value_name = "DAY", value_parser = day)]
    created: Date,
    /// The day on which it is expected to close.
    #[arg(long, value_name = "DAY", value_parser = day)]
    close: Date,
    /// ISO country code of its company, by which holidays count.
    #[arg(long, value_name = "CODE")]
    country: Option<String>,
    /// Its amount in whole units.
    #[arg(long, value_parser = clap::value_parser!(i64).range(0..))]
    amount: Option<i64>,
    /// Its type, as in the CRM's picklist.
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Where it came from.
    #[arg(long, value_name = "SOURCE")]
    lead_source: Option<String>,
    /// Its company's industry.
    #[arg(long)]
    industry: Option<String>,
    /// Its company's employees.
    #[arg(long)]
    employees: Option<u32>,
    /// The days of this play, whether or not the deal fits it.
    #[arg(long)]
    play: Option<String>,
}

/// What would be done.
#[derive(Debug, Serialize)]
struct Simulated {
    /// The play that fits.
    fits: Option<String>,
    /// Each play that was tried, and why it does or does not fit.
    why: Vec<Reason>,
    /// The play whose milestones these are.
    play: Option<String>,
    /// Its version.
    version: Option<String>,
    /// Whose holidays count.
    region: String,
    /// By the day on which each is due.
    milestones: Vec<Milestone>,
}

#[derive(Debug, Serialize)]
struct Milestone {
    milestone: String,
    /// `None` where it gets no task.
    due_on: Option<Date>,
    weekday: Option<String>,
    /// The play's rule: `5 business days after the start`.
    rule: String,
    /// The day by that rule alone.
    by_the_play: Option<Date>,
    /// Whose it is, by role.
    owner: String,
    title: String,
    /// Why its day is another than the play's.
    note: Option<String>,
}

/// Says what would be done for the deal.
///
/// # Errors
/// If there is no such play or country, or the deal would close before it is made.
pub(super) fn run(console: &Console, config: &PursueConfig, args: &Args) -> anyhow::Result<ExitCode> {
    let simulated = simulate(config, args)?;
    show(console, &simulated);
    console.json(&simulated)?;
    Ok(if simulated.play.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_withheld| "it is no day; write it like 2026-12-21".to_owned())
}

fn country(given: &str) -> anyhow::Result<String> {
    let code = given.trim().to_uppercase();
    if is_country_code(&code) {
        return Ok(code);
    }
    match meant_country_code(&code) {
        Some(meant) => bail!("no country has the code `{given}`; did you mean `{meant}`?"),
        None => bail!("no country has the code `{given}`; write its ISO 3166-1 code of two letters, like GB"),
    }
}

fn simulate(config: &PursueConfig, args: &Args) -> anyhow::Result<Simulated> {
    if args.close < args.created {
        bail!("the deal would close on {}, before it is made on {}: give a later --close", args.close, args.created);
    }
    let wanted = args.play.as_deref().map(|id| named(config, id)).transpose()?;
    let given = given(config, args)?;
    let decide = |config: &PursueConfig| {
        given.decide(config).map_err(|what| anyhow!("no deal can be made of these values: see its `{what}`"))
    };
    let mut decision = decide(config)?;
    let fits = decision.verdict.play.as_ref().map(|play| play.id.clone());
    let why = decision.reasons.iter().filter(|reason| reason.what.starts_with("play ")).cloned().collect();
    if let Some(wanted) = wanted.filter(|wanted| fits.as_ref() != Some(&wanted.id)) {
        decision = decide(&config.with_only(wanted))?;
    }
    let milestones = milestones(config, &decision.verdict, &decision.reasons);
    let PursueVerdict { play, region, .. } = decision.verdict;
    let (play, version) = play.map(|play| (play.id, play.version)).unzip();
    Ok(Simulated { fits, why, play, version, region, milestones })
}

/// The deal on the day on which it is made, with somebody in each role that a play names.
fn given(config: &PursueConfig, args: &Args) -> anyhow::Result<Given> {
    let mut roles: Vec<String> = Vec::new();
    for milestone in config.plays.iter().flat_map(|play| &play.milestones) {
        if let OwnerRole::Territory(role) = &milestone.owner
            && !roles.contains(role)
        {
            roles.push(role.clone());
        }
    }
    Ok(Given {
        created: args.created.to_string(),
        close: args.close.to_string(),
        amount: args.amount,
        kind: args.kind.clone(),
        lead_source: args.lead_source.clone(),
        country: args.country.as_deref().map(country).transpose()?,
        industry: args.industry.clone(),
        employees: args.employees,
        territory_roles: roles,
        ..Given::default()
    })
}

fn milestones(config: &PursueConfig, verdict: &PursueVerdict, reasons: &[Reason]) -> Vec<Milestone> {
    let one = |planned: &PlannedMilestone| {
        let milestone = config.play(&planned.play)?.milestones.iter().find(|one| one.id == planned.milestone)?;
        let due_on = planned.fate.due_on();
        Some(Milestone {
            milestone: milestone.id.clone(),
            due_on,
            weekday: due_on.map(|day| day.strftime("%A").to_string()),
            rule: milestone.due.in_words(),
            by_the_play: planned.play_day,
            owner: milestone.owner.in_words(),
            title: milestone.title.clone(),
            note: note(planned, reasons),
        })
    };
    let mut all: Vec<Milestone> = verdict.milestones.iter().filter_map(one).collect();
    // What has no day comes last.
    all.sort_by_key(|one| (one.due_on.is_none(), one.due_on));
    all
}

/// What spoke against the play's own day.
fn note(planned: &PlannedMilestone, reasons: &[Reason]) -> Option<String> {
    if let Fate::NotMade { why } = &planned.fate {
        return Some(why.clone());
    }
    let what = format!("milestone {}", planned.milestone);
    let because = reasons.iter().filter(|reason| reason.what == what).flat_map(|reason| &reason.because);
    let against: Vec<&str> = because.filter(|one| !one.holds).map(|one| one.found.as_str()).collect();
    (!against.is_empty()).then(|| against.join("; "))
}

fn show(console: &Console, simulated: &Simulated) {
    let Simulated { fits, why, play, version, region, milestones } = simulated;
    let nothing = || "no play".to_owned();
    let about = match version {
        Some(version) => format!("{version}, holidays of {region}"),
        None => format!("holidays of {region}"),
    };
    let name = play.clone().unwrap_or_else(nothing);
    console.say(format!("{} · {about}", console.tone(Tone::Strong, name)));
    if fits != play {
        let fitting = fits.clone().unwrap_or_else(nothing);
        console.say(console.tone(Tone::Warn, format!("as asked; what fits the deal is {fitting}")));
    }
    console.say(format!("{}\n", reasons_in_words(why)));
    let text = |day: Option<Date>| day.map_or_else(|| "–".to_owned(), |day| day.to_string());
    let rows = milestones.iter().map(|one| {
        vec![
            text(one.due_on),
            one.weekday.clone().unwrap_or_else(|| "–".to_owned()),
            one.milestone.clone(),
            one.owner.clone(),
            one.rule.clone(),
            one.note.clone().unwrap_or_default(),
        ]
    });
    console.table(&["due", "weekday", "milestone", "owner", "by the play", ""], rows);
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::tests::shipped;
    use super::*;
    use crate::Cli;

    /// A deal made on Christmas Eve 2026, a Thursday, to close at the end of February.
    fn at_christmas(country: &str) -> Args {
        Args {
            created: day("2026-12-24").unwrap(),
            close: day("2027-02-26").unwrap(),
            country: Some(country.to_owned()),
            ..Args::default()
        }
    }

    fn days(simulated: &Simulated) -> Vec<String> {
        let text = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
        let of = |one: &Milestone| {
            format!("{} {} {}", one.milestone, text(one.due_on), one.weekday.as_deref().unwrap_or_default())
        };
        simulated.milestones.iter().map(of).collect()
    }

    #[test]
    fn days_go_past_the_weekend_and_the_holidays_of_the_company_s_region() {
        for (country, region, first_call, demonstration) in [
            // Christmas Day is a Friday, New Year's Day too.
            ("de", "dach", "2026-12-28 Monday", "2027-01-04 Monday"),
            // The 28th stands in for Boxing Day, which is a Saturday.
            ("GB", "united-kingdom", "2026-12-29 Tuesday", "2027-01-05 Tuesday"),
            ("AE", "gulf", "2026-12-25 Friday", "2026-12-31 Thursday"),
            ("JP", "elsewhere", "2026-12-28 Monday", "2027-01-04 Monday"),
        ] {
            let simulated = simulate(&shipped(), &at_christmas(country)).unwrap();
            assert_eq!((simulated.region.as_str(), simulated.fits.as_deref()), (region, Some("standard")), "{country}");
            let expected = [
                format!("first-call {first_call}"),
                format!("demonstration {demonstration}"),
                "offer 2027-02-12 Friday".to_owned(),
                "decision 2027-02-26 Friday".to_owned(),
            ];
            assert_eq!(days(&simulated), expected, "{country}");
            assert!(simulated.milestones.iter().all(|one| one.note.is_none()), "{simulated:?}");
            let rules: Vec<&str> = simulated.milestones.iter().map(|one| one.rule.as_str()).collect();
            assert_eq!(rules[0], "1 business day after the start");
            assert_eq!(rules[3], "on the close date, or the last business day before it");
        }
    }

    #[test]
    fn the_first_play_that_fits_is_told_with_why_the_others_do_not() {
        let args = Args { amount: Some(100_000), ..at_christmas("US") };
        let simulated = simulate(&shipped(), &args).unwrap();
        assert_eq!((simulated.fits.as_deref(), simulated.play.as_deref()), (Some("enterprise"), Some("enterprise")));
        let words = reasons_in_words(&simulated.why);
        for expected in ["✗ play existing-customer", "✗ play public-sector", "✓ play enterprise", "· play standard"]
        {
            assert!(words.contains(expected), "{words}");
        }
        assert!(words.contains("amount: 100000"), "{words}");
        for (what, fits) in [
            (Args { kind: Some("Existing Customer - Upgrade".to_owned()), ..at_christmas("US") }, "existing-customer"),
            (Args { industry: Some("Government".to_owned()), ..at_christmas("US") }, "public-sector"),
            (Args { employees: Some(1000), ..at_christmas("US") }, "enterprise"),
            (Args { lead_source: Some("Partner".to_owned()), ..at_christmas("US") }, "partner-sourced"),
        ] {
            assert_eq!(simulate(&shipped(), &what).unwrap().fits.as_deref(), Some(fits));
        }
    }

    #[test]
    fn a_play_that_was_asked_for_gives_its_days_and_says_that_another_fits() {
        let args = Args { play: Some("enterprise".to_owned()), amount: Some(9000), ..at_christmas("DE") };
        let simulated = simulate(&shipped(), &args).unwrap();
        assert_eq!((simulated.fits.as_deref(), simulated.play.as_deref()), (Some("standard"), Some("enterprise")));
        assert_eq!(simulated.version, shipped().play("enterprise").map(|play| play.version.clone()));
        let of = |id: &str| simulated.milestones.iter().find(|one| one.milestone == id).unwrap();
        let fit = of("technical-fit");
        assert_eq!((fit.due_on.unwrap().to_string(), fit.weekday.as_deref()), ("2027-01-06".into(), Some("Wednesday")));
        assert_eq!(fit.owner, "Sales Engineer in the territory");
        assert_eq!(fit.rule, "7 business days after the start");
        assert_eq!(of("deal-review").due_on.unwrap().to_string(), "2027-02-12");
    }

    #[test]
    fn a_day_that_is_over_when_the_deal_is_made_is_told() {
        let args = Args {
            created: day("2026-12-18").unwrap(),
            close: day("2027-01-08").unwrap(),
            amount: Some(150_000),
            ..at_christmas("DE")
        };
        let simulated = simulate(&shipped(), &args).unwrap();
        let plan = simulated.milestones.iter().find(|one| one.milestone == "mutual-plan").unwrap();
        assert_eq!(plan.by_the_play.unwrap().to_string(), "2026-11-04");
        assert_eq!(plan.due_on.unwrap().to_string(), "2026-12-18");
        assert_eq!(plan.note.as_deref(), Some("that day is over: due on 2026-12-18"));
    }

    #[test]
    fn what_is_no_deal_is_told_with_what_would_be_right() {
        let christmas = || at_christmas("DE");
        for (args, expected) in [
            (Args { close: day("2026-12-23").unwrap(), ..christmas() }, "would close on 2026-12-23, before it is made"),
            (at_christmas("UK"), "no country has the code `UK`; did you mean `GB`?"),
            (at_christmas("Germany"), "two letters, like GB"),
            (Args { play: Some("standart".to_owned()), ..christmas() }, "did you mean `standard`?"),
        ] {
            let error = simulate(&shipped(), &args).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let on_the_day = Args { close: day("2026-12-24").unwrap(), ..christmas() };
        assert!(simulate(&shipped(), &on_the_day).is_ok());
    }

    #[test]
    fn the_command_line_refuses_what_is_no_day_and_no_amount() {
        let asked = |created: &str, amount: &str| {
            let words = ["revloops", "plays", "simulate", "--close", "2027-02-26", "--created", created];
            Cli::try_parse_from(words.into_iter().chain(["--amount", amount]))
        };
        assert!(asked("2026-12-24", "9000").is_ok());
        let error = asked("24.12.2026", "9000").unwrap_err().to_string();
        assert!(error.contains("write it like 2026-12-21"), "{error}");
        assert!(asked("2026-12-24", "lots").is_err());
    }
}
