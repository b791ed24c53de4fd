//! Pursue's levers: the checked type. Raw shapes and their checks are in [`raw`] and [`check`].

mod check;
mod plays;
pub mod raw;

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use revloops_config::calendars::{self, CALENDARS};
use revloops_config::{Document, LeverFile, Levers, Problems, Sources};
use revloops_domain::BusinessDays;
use revloops_rules::Condition;

pub(crate) use plays::COMPANY;

/// Where Route keeps the calendars: holidays are the same for leads and for deals.
const ROUTES_CALENDARS: &str = "loops/route/calendars.yaml";

/// Pursue's checked config.
#[derive(Debug, Clone)]
pub struct PursueConfig {
    /// Plays in the order in which they are tried.
    pub plays: Vec<Play>,
    /// Stages of open deals in their order.
    pub stages: Vec<String>,
    /// Regions; the first is that of companies whose country no other has.
    regions: Vec<Region>,
    /// At most so many milestones of one person on one day.
    pub milestones_a_person_and_day: u32,
    /// When outcomes carry a proposal.
    pub(crate) feedback: raw::RawFeedback,
}

/// Whose holidays and whose clock count.
#[derive(Debug, Clone)]
pub struct Region {
    /// Its id.
    pub id: String,
    countries: BTreeSet<String>,
    /// Its business days.
    pub days: BusinessDays,
    zone: TimeZone,
}

impl Region {
    /// The day that its clocks show.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }
}

/// One play.
#[derive(Debug, Clone)]
pub struct Play {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// What it is for, in words.
    pub description: String,
    /// Which deals it fits.
    pub when: Condition,
    /// What has to be done; at least one.
    pub milestones: Vec<Milestone>,
}

impl Play {
    /// Which deals it fits, in words.
    #[must_use]
    pub fn fits_in_words(&self) -> String {
        revloops_rules::in_words(&self.when)
    }
}

/// One milestone.
#[derive(Debug, Clone)]
pub struct Milestone {
    /// Its id.
    pub id: String,
    /// The task's subject, with `{company}`.
    pub title: String,
    /// What is to be done.
    pub text: String,
    /// When it is due.
    pub due: Due,
    /// Whose task it is.
    pub owner: OwnerRole,
    /// The stage from which on it is past.
    pub until_stage: Option<String>,
    /// Whether its task has high priority.
    pub high_priority: bool,
}

/// When a milestone is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// So many business days after the play started.
    AfterStart(u16),
    /// So many business days before the close date.
    BeforeClose(u16),
}

impl Due {
    /// The lever's name.
    #[must_use]
    pub const fn lever(self) -> &'static str {
        match self {
            Self::AfterStart(_) => "business_days_after_start",
            Self::BeforeClose(_) => "business_days_before_close",
        }
    }

    /// In words: `5 business days after the start`.
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::AfterStart(0) => "on the start, or the first business day after it".to_owned(),
            Self::AfterStart(1) => "1 business day after the start".to_owned(),
            Self::AfterStart(days) => format!("{days} business days after the start"),
            Self::BeforeClose(0) => "on the close date, or the last business day before it".to_owned(),
            Self::BeforeClose(1) => "1 business day before the close date".to_owned(),
            Self::BeforeClose(days) => format!("{days} business days before the close date"),
        }
    }

    /// The day; `None` where the calendar has none.
    #[must_use]
    pub fn day(self, region: &Region, started_on: Date, close_on: Date) -> Option<Date> {
        match self {
            Self::AfterStart(days) => region.days.after(started_on, days),
            Self::BeforeClose(days) => region.days.before(close_on, days),
        }
    }
}

/// Whose task it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnerRole {
    /// Whose the deal is.
    Deal,
    /// Whose the account is.
    Account,
    /// Who has this role in the account's territory.
    Territory(String),
}

impl OwnerRole {
    /// In words: `the deal's owner`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Deal => "the deal's owner".to_owned(),
            Self::Account => "the account's owner".to_owned(),
            Self::Territory(role) => format!("{role} in the territory"),
        }
    }
}

impl PursueConfig {
    /// The same config with this play alone, which every deal takes.
    #[must_use]
    pub fn with_only(&self, play: &Play) -> Self {
        Self { plays: vec![Play { when: Condition::Always, ..play.clone() }], ..self.clone() }
    }

    /// The region of a country.
    ///
    /// # Panics
    /// Never: checking refuses a config without regions.
    #[must_use]
    pub fn region(&self, country: Option<&str>) -> &Region {
        let of = |country: &str| self.regions.iter().find(|region| region.countries.contains(country));
        country.and_then(of).unwrap_or_else(|| self.default_region())
    }

    #[expect(clippy::expect_used, reason = "checking puts the default region first")]
    fn default_region(&self) -> &Region {
        self.regions.first().expect("a default region")
    }

    /// Whether a milestone is somebody's by their role in the account's territory.
    #[must_use]
    pub fn asks_for_territory(&self) -> bool {
        let milestones = self.plays.iter().flat_map(|play| &play.milestones);
        milestones.into_iter().any(|milestone| matches!(milestone.owner, OwnerRole::Territory(_)))
    }

    /// A play by its id.
    #[must_use]
    pub fn play(&self, id: &str) -> Option<&Play> {
        self.plays.iter().find(|play| play.id == id)
    }

    /// A stage's place among those of open deals; `None` where it is none of them.
    #[must_use]
    pub fn place_of(&self, stage: &str) -> Option<usize> {
        self.stages.iter().position(|one| one.eq_ignore_ascii_case(stage))
    }
}

impl Levers for PursueConfig {
    const LOOP: &'static str = "pursue";

    const FILES: &'static [LeverFile] = &[
        LeverFile { name: "plays.yaml", schema: || schemars::schema_for!(raw::RawPlays) },
        LeverFile { name: "levers.yaml", schema: || schemars::schema_for!(raw::RawLevers) },
    ];

    fn from_elsewhere(config_root: &Path, problems: &mut Problems) -> Sources {
        let document = Document::read_yaml(config_root, ROUTES_CALENDARS, problems);
        document.map(|document| (CALENDARS.to_owned(), document)).into_iter().collect()
    }

    fn check(sources: &Sources, problems: &mut Problems) -> Option<Self> {
        let before = problems.len();
        let calendars = calendars::check(sources, problems);
        let levers =
            sources.get("levers.yaml").and_then(|document| check::levers(document, calendars.as_ref(), problems));
        let stages = sources.get("levers.yaml").map(check::stages).unwrap_or_default();
        let plays = sources.get("plays.yaml").and_then(|document| plays::plays(document, &stages, problems));
        let mut config = levers?;
        config.plays = plays?;
        (problems.len() == before).then_some(config)
    }
}
