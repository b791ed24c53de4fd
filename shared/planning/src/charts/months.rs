//! Amounts by month: stacked bars, a fan, lines.

use maud::{Markup, html};
use revloops_domain::Cents;
use revloops_scenario::Month;

use super::scale::Scale;
use super::{Width, px, text};
use crate::words::{self, Money};

/// A chart over the months of a plan.
#[derive(Debug, Clone)]
pub(crate) struct Months<'a> {
    /// What it shows, in a sentence: for those who cannot see it.
    pub(crate) about: String,
    /// The first month.
    pub(crate) starts: Month,
    /// How many months.
    pub(crate) months: usize,
    /// How amounts are written.
    pub(crate) money: &'a Money,
    /// What is drawn, the lowest layer first.
    pub(crate) layers: Vec<Layer<'a>>,
}

/// One thing in the chart. Amounts are by month, as many as there are months.
#[derive(Debug, Clone)]
pub(crate) struct Layer<'a> {
    /// Its name in legend and tooltips.
    pub(crate) name: &'a str,
    /// The style's class: its colour.
    pub(crate) class: &'static str,
    /// How it is drawn.
    pub(crate) shape: Shape,
}

#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// Bars on top of the bars of the layers before.
    Bars(Vec<Cents>),
    /// The area between two amounts.
    Band { low: Vec<Cents>, high: Vec<Cents> },
    /// A line through the months' middles.
    Line(Vec<Cents>),
    /// A line that is level over each month: what is set, and not expected.
    Steps(Vec<Cents>),
}

const SIZE: f64 = 12.0;
const BOTTOM: f64 = 38.0;
const TOP: f64 = 10.0;

/// The rectangle that amounts are drawn in.
struct Plot {
    left: f64,
    right: f64,
    /// Width of a month.
    band: f64,
    scale: Scale,
}

impl Plot {
    fn x(&self, month: usize) -> f64 {
        self.left + self.band * month as f64
    }
}

impl Months<'_> {
    /// The picture, for one of the widths.
    pub(crate) fn draw(&self, width: Width) -> Markup {
        let frame = width.frame(300.0, 270.0);
        let scale = Scale::over(self.extremes(), 5, frame.height - BOTTOM, TOP);
        let labels: Vec<(f64, String)> = scale.ticks().map(|tick| (scale.at(tick), self.money.short(tick))).collect();
        let left = labels.iter().map(|(_, label)| text::width(label, SIZE)).fold(0.0, f64::max) + 10.0;
        let right = frame.width - 6.0;
        let plot = Plot { left, right, band: (right - left) / self.months.max(1) as f64, scale };
        html! {
            svg class=(width.class()) viewBox=(frame.view_box()) role="img" aria-label=(self.about) {
                g.grid aria-hidden="true" {
                    @for (y, label) in &labels {
                        line x1=(px(plot.left)) x2=(px(plot.right)) y1=(px(*y)) y2=(px(*y)) {}
                        text x=(px(plot.left - 6.0)) y=(px(y + 4.0)) text-anchor="end" { (label) }
                    }
                }
                (self.axis(&plot, frame.height))
                (self.bars(&plot))
                @for layer in &self.layers { (line(layer, &plot)) }
                line.zero x1=(px(plot.left)) x2=(px(plot.right)) y1=(px(scale.at(Cents::ZERO))) y2=(px(scale.at(Cents::ZERO))) {}
                @for month in 0..self.months {
                    rect.hit x=(px(plot.x(month))) y=(px(TOP)) width=(px(plot.band)) height=(px(frame.height - BOTTOM - TOP)) {
                        title { (self.tooltip(month)) }
                    }
                }
            }
        }
    }

    /// What each layer is, by its colour.
    pub(crate) fn legend(&self) -> Markup {
        html! {
            ul.legend {
                @for layer in &self.layers {
                    @let mark = match layer.shape {
                        Shape::Bars(_) => "swatch",
                        Shape::Band { .. } => "swatch faint",
                        Shape::Line(_) => "stroke",
                        Shape::Steps(_) => "stroke dashed",
                    };
                    li { span class=(format!("{mark} {}", layer.class)) {} bdi { (layer.name) } }
                }
            }
        }
    }

    /// The highest and lowest that the axis must reach.
    fn extremes(&self) -> Vec<Cents> {
        let mut found = Vec::new();
        let mut stacked = vec![Cents::ZERO; self.months];
        for layer in &self.layers {
            match &layer.shape {
                Shape::Bars(amounts) => {
                    for (sum, amount) in stacked.iter_mut().zip(amounts) {
                        *sum += *amount;
                    }
                }
                Shape::Band { low, high } => found.extend(low.iter().chain(high)),
                Shape::Line(amounts) | Shape::Steps(amounts) => found.extend(amounts),
            }
        }
        found.extend(stacked);
        found
    }

    fn bars(&self, plot: &Plot) -> Markup {
        let gap = if plot.band > 10.0 { 2.0 } else { 1.0 };
        let mut stacked = vec![Cents::ZERO; self.months];
        let mut layers: Vec<(&str, Vec<[f64; 3]>)> = Vec::new();
        for layer in &self.layers {
            let Shape::Bars(amounts) = &layer.shape else { continue };
            let mut bars = Vec::new();
            for (month, (sum, amount)) in stacked.iter_mut().zip(amounts).enumerate() {
                let from = plot.scale.at(*sum);
                *sum += *amount;
                let to = plot.scale.at(*sum);
                bars.push([plot.x(month) + gap / 2.0, to, from - to]);
            }
            layers.push((layer.class, bars));
        }
        html! {
            @for (class, bars) in &layers {
                g class=(class) {
                    @for [x, y, height] in bars.iter().filter(|[_, _, height]| *height >= 0.05) {
                        rect x=(px(*x)) y=(px(*y)) width=(px(plot.band - gap)) height=(px(*height)) {}
                    }
                }
            }
        }
    }

    /// Names of months as close as they fit, the year under the first and under every January.
    fn axis(&self, plot: &Plot, height: f64) -> Markup {
        let step = [1_usize, 2, 3, 6, 12].into_iter().find(|step| plot.band * *step as f64 >= 32.0).unwrap_or(12);
        let base = height - BOTTOM;
        let mut labels = Vec::new();
        let mut year = None;
        for at in 0..self.months {
            let month = self.month(at);
            if month.of_year().is_multiple_of(step) {
                let new = year.replace(month.year()) != Some(month.year());
                labels.push((px(plot.x(at) + plot.band / 2.0), words::month_name(month), new.then_some(month.year())));
            }
        }
        html! {
            g.axis aria-hidden="true" {
                @for (middle, name, year) in &labels {
                    text x=(middle) y=(px(base + 16.0)) text-anchor="middle" { (name) }
                    @if let Some(year) = year { text.year x=(middle) y=(px(base + 31.0)) text-anchor="middle" { (year) } }
                }
            }
        }
    }

    fn month(&self, at: usize) -> Month {
        self.starts.plus(i32::try_from(at).unwrap_or(0))
    }

    fn tooltip(&self, month: usize) -> String {
        let mut lines = vec![words::month(self.month(month))];
        let amount = |amounts: &[Cents]| self.money.whole(amounts.get(month).copied().unwrap_or_default());
        for layer in &self.layers {
            lines.push(match &layer.shape {
                Shape::Bars(amounts) | Shape::Line(amounts) | Shape::Steps(amounts) => {
                    format!("{}: {}", layer.name, amount(amounts))
                }
                Shape::Band { low, high } => format!("{}: {} to {}", layer.name, amount(low), amount(high)),
            });
        }
        lines.join("\n")
    }
}

fn line(layer: &Layer<'_>, plot: &Plot) -> Markup {
    let middle = |month: usize| plot.x(month) + plot.band / 2.0;
    let through = |amounts: &[Cents]| -> Vec<(f64, f64)> {
        amounts.iter().enumerate().map(|(month, amount)| (middle(month), plot.scale.at(*amount))).collect()
    };
    match &layer.shape {
        Shape::Bars(_) => html! {},
        Shape::Line(amounts) => html! { path class=(format!("line {}", layer.class)) d=(path(&through(amounts))) {} },
        Shape::Band { low, high } => {
            let back = through(low).into_iter().rev();
            let around: Vec<(f64, f64)> = through(high).into_iter().chain(back).collect();
            html! { path class=(format!("band {}", layer.class)) d=(format!("{}Z", path(&around))) {} }
        }
        Shape::Steps(amounts) => {
            let level = |(month, amount): (usize, &Cents)| {
                let y = plot.scale.at(*amount);
                [(plot.x(month), y), (plot.x(month) + plot.band, y)]
            };
            let steps: Vec<(f64, f64)> = amounts.iter().enumerate().flat_map(level).collect();
            html! { path class=(format!("line dashed {}", layer.class)) d=(path(&steps)) {} }
        }
    }
}

fn path(points: &[(f64, f64)]) -> String {
    let mut drawn = String::new();
    for (x, y) in points {
        drawn.push_str(if drawn.is_empty() { "M" } else { "L" });
        drawn.push_str(&format!("{} {}", px(*x), px(*y)));
    }
    drawn
}
