//! One bar a row, from an amount to another: causes of a difference, what moves the answer, parts of a whole.

use maud::{Markup, html};
use revloops_domain::Cents;

use super::scale::Scale;
use super::{Width, px, text};
use crate::words::{self, Money};

/// A chart of rows.
#[derive(Debug, Clone)]
pub(crate) struct Rows<'a> {
    /// What it shows, in a sentence: for those who cannot see it.
    pub(crate) about: String,
    /// What its amounts are.
    pub(crate) unit: Unit<'a>,
    /// From the top.
    pub(crate) rows: Vec<Row<'a>>,
}

/// What the axis measures.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit<'a> {
    /// Money.
    Money(&'a Money),
    /// Basis points, in the place of cents.
    Share,
}

impl Unit<'_> {
    fn written(self, amount: Cents) -> String {
        match self {
            Self::Money(money) => money.short(amount),
            Self::Share => words::percent(amount.0),
        }
    }
}

/// A row: a name, and bars.
#[derive(Debug, Clone)]
pub(crate) struct Row<'a> {
    /// What people call it.
    pub(crate) name: &'a str,
    /// What is written beside it.
    pub(crate) value: String,
    /// Its bars.
    pub(crate) bars: Vec<Bar>,
    /// More important than the rows around it.
    pub(crate) strong: bool,
}

/// A bar from an amount to another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bar {
    pub(crate) from: Cents,
    pub(crate) to: Cents,
    /// The style's class: its colour.
    pub(crate) class: &'static str,
}

const SIZE: f64 = 12.0;
const AXIS: f64 = 24.0;

/// Where things are in a row.
struct Places {
    /// Height of a row.
    row: f64,
    /// Baseline of the name, in its row.
    name: f64,
    /// Room for the name.
    name_room: f64,
    /// Top of the bars, in their row.
    bar: f64,
    /// From where to where bars may be.
    across: (f64, f64),
    right: f64,
}

impl Rows<'_> {
    /// The picture, for one of the widths.
    pub(crate) fn draw(&self, width: Width) -> Markup {
        let values = self.rows.iter().map(|row| text::width(&row.value, SIZE)).fold(0.0, f64::max) + 12.0;
        let ends = self.rows.iter().flat_map(|row| row.bars.iter().flat_map(|bar| [bar.from, bar.to]));
        let scale = Scale::over(ends, if width == Width::Wide { 4 } else { 2 }, 0.0, 1.0);
        let label = scale.ticks().map(|tick| text::width(&self.unit.written(tick), SIZE)).fold(0.0, f64::max);
        let places = places(width, &self.rows, values, label);
        let scale = scale.between(places.across.0, places.across.1);
        let height = places.row * self.rows.len() as f64 + AXIS;
        let frame = width.frame(height, height);
        let bottom = height - AXIS;
        html! {
            svg class=(width.class()) viewBox=(frame.view_box()) role="img" aria-label=(self.about) {
                g.grid aria-hidden="true" {
                    @for tick in scale.ticks() {
                        @let x = px(scale.at(tick));
                        line x1=(x) x2=(x) y1="0" y2=(px(bottom)) {}
                        text x=(x) y=(px(height - 7.0)) text-anchor="middle" { (self.unit.written(tick)) }
                    }
                }
                @let zero = px(scale.at(Cents::ZERO));
                line.zero x1=(zero) x2=(zero) y1="0" y2=(px(bottom)) {}
                @for (at, row) in self.rows.iter().enumerate() { (draw_row(row, places.row * at as f64, &places, &scale)) }
            }
        }
    }
}

/// On a wide page the name is left of the bars, on a phone above them. Half of an axis label, at most `label` wide, is beside
/// each end of the axis.
fn places(width: Width, rows: &[Row<'_>], values: f64, label: f64) -> Places {
    let right = width.frame(0.0, 0.0).width - 2.0;
    match width {
        Width::Wide => {
            let longest = rows.iter().map(|row| text::width(row.name, SIZE)).fold(0.0, f64::max) * 1.06;
            let name_room = longest.min(380.0);
            let across = (name_room + 26.0, right - values - label / 2.0);
            Places { row: 28.0, name: 18.0, name_room, bar: 6.0, across, right }
        }
        Width::Narrow => {
            let across = (label / 2.0 + 2.0, right - label / 2.0 - 2.0);
            Places { row: 42.0, name: 14.0, name_room: right - values - 4.0, bar: 21.0, across, right }
        }
    }
}

fn draw_row(row: &Row<'_>, top: f64, places: &Places, scale: &Scale) -> Markup {
    let class = if row.strong { "row strong" } else { "row" };
    html! {
        g class=(class) {
            title { (row.name) ": " (row.value) }
            rect.hit x="0" y=(px(top)) width=(px(places.right)) height=(px(places.row)) {}
            text x="0" y=(px(top + places.name)) { (text::fitted(row.name, SIZE, places.name_room)) }
            @for bar in &row.bars {
                @let (from, to) = (scale.at(bar.from.min(bar.to)), scale.at(bar.from.max(bar.to)));
                @let thin = to - from < 1.5 && bar.from != bar.to;
                rect class=(bar.class) x=(px(from)) y=(px(top + places.bar)) width=(px(if thin { 1.5 } else { to - from })) height="16" {}
            }
            text.value x=(px(places.right)) y=(px(top + places.name)) text-anchor="end" { (row.value) }
        }
    }
}
