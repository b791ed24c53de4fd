//! Charts as SVG in the page.
//!
//! Drawn here, not by a chart library. `plotters` writes colours and font sizes into each element, so that a page could not
//! be light and dark, and its SVG has neither tooltips nor labels for those who cannot see it; `charming` runs JavaScript
//! in the reader's browser, and what is mailed must show without. The markup itself is `maud`'s, which escapes every text.
//!
//! Each chart is drawn twice, for a page and for a phone, and the style shows the one that fits: one picture that is scaled
//! down has letters that nobody can read.

mod months;
mod rows;
mod scale;
mod text;

pub(crate) use months::{Layer, Months, Shape};
pub(crate) use rows::{Bar, Row, Rows, Unit};

/// For what a picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// A page on a desk, or on paper.
    Wide,
    /// A phone.
    Narrow,
}

/// A picture's size; its units are pixels where it is shown in full.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Frame {
    fn view_box(self) -> String {
        format!("0 0 {} {}", px(self.width), px(self.height))
    }
}

impl Width {
    fn frame(self, wide: f64, narrow: f64) -> Frame {
        match self {
            Self::Wide => Frame { width: 840.0, height: wide },
            Self::Narrow => Frame { width: 350.0, height: narrow },
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Wide => "chart wide",
            Self::Narrow => "chart narrow",
        }
    }
}

/// A tenth of a pixel is fine enough.
fn px(place: f64) -> String {
    let text = format!("{place:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), ToOwned::to_owned)
}
