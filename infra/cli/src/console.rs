//! The only place that prints: steps with progress, tables, notes, JSON.
//!
//! Results go to stdout; progress, notes and errors to stderr, so that `--json` output can be piped. Colours and moving
//! spinners appear on a terminal only, and not where `NO_COLOR` is set.

#![expect(clippy::disallowed_macros, reason = "this is the module that prints")]

use std::{
    borrow::Cow,
    fmt::Display,
    io::IsTerminal as _,
    time::{Duration, Instant},
};

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

/// Where a command's output goes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Console {
    json: bool,
    /// Whether results are shown; a part of a bigger command shows none of its own.
    results: bool,
    bars: MultiProgress,
    colour_out: bool,
    colour_err: bool,
}

/// How a piece of text is meant; shown as a colour on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It went well.
    Good,
    /// Look at it, though nothing is lost.
    Warn,
    /// It did not go well.
    Bad,
    /// Less important than what is around it.
    Dim,
    /// More important than what is around it.
    Strong,
}

impl Console {
    /// A console for a person, or with `json` for a program.
    pub fn new(json: bool) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let stderr = std::io::stderr().is_terminal();
        let target = if stderr { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self {
            json,
            results: true,
            bars: MultiProgress::with_draw_target(target),
            colour_out: std::io::stdout().is_terminal() && !plain,
            colour_err: stderr && !plain,
        }
    }

    /// The same console for a part of a bigger command: progress, notes and errors, but no result of its own.
    pub fn without_results(&self) -> Self {
        Self { results: false, ..self.clone() }
    }

    /// Whether the result is to be one JSON document.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether stdout is a terminal that shows colours.
    pub fn colours(&self) -> bool {
        self.colour_out
    }

    /// Begins something that takes time. Several may be under way at once.
    pub fn step(&self, title: impl Into<Cow<'static, str>>) -> Step {
        let title = title.into();
        let bar = self.bars.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner:.cyan} {prefix} {msg:.dim} {elapsed:.dim}") {
            bar.set_style(style.tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "));
        }
        bar.set_prefix(title.to_string());
        if !self.bars.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Step { console: self.clone(), title, bar, begun: Instant::now(), ended: false }
    }

    /// A line of the result; nothing with `--json`.
    pub fn say(&self, line: impl Display) {
        if self.results && !self.json {
            self.bars.suspend(|| write_out(&line));
        }
    }

    /// A line beside the result: a hint, a warning.
    pub fn note(&self, line: impl Display) {
        self.bars.suspend(|| eprintln!("{line}"));
    }

    /// A table of the result, in plain text (colour codes would count as width); nothing with `--json`.
    pub fn table(&self, headers: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        if !self.json {
            self.say(table(headers, rows));
        }
    }

    /// A table whose columns are figures, all but the first: they stand at the right, so that they can be compared.
    pub fn figures(&self, headers: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        if !self.json {
            let mut table = table(headers, rows);
            for column in table.column_iter_mut().skip(1) {
                column.set_cell_alignment(CellAlignment::Right);
            }
            self.say(table);
        }
    }

    /// The result as one JSON document; nothing without `--json`.
    ///
    /// # Errors
    /// If the value cannot be written as JSON.
    pub fn json(&self, value: &impl Serialize) -> anyhow::Result<()> {
        if self.json {
            write_out(&serde_json::to_string_pretty(value)?);
        }
        Ok(())
    }

    /// What went wrong, from the outermost to the innermost cause.
    pub fn error(&self, error: &anyhow::Error) {
        eprintln!("{} {error}", paint(self.colour_err, Tone::Bad, "error:"));
        for cause in error.chain().skip(1) {
            eprintln!("  {} {cause}", paint(self.colour_err, Tone::Dim, "because"));
        }
    }

    /// Text for stdout in a tone.
    pub fn tone(&self, tone: Tone, text: impl Display) -> String {
        paint(self.colour_out, tone, text)
    }
}

/// Lines under the header alone: rows stand close, so that many fit on a screen.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A table as text, as wide as it needs or as the terminal allows.
pub fn table(headers: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_header(headers);
    for row in rows {
        table.add_row(row);
    }
    table
}

/// Whoever reads may stop reading (`| head`): that is no error of ours.
fn write_out(text: &impl Display) {
    use std::io::Write as _;
    drop(writeln!(std::io::stdout(), "{text}"));
}

fn paint(colours: bool, tone: Tone, text: impl Display) -> String {
    let code = match tone {
        Tone::Good => "32",
        Tone::Warn => "33",
        Tone::Bad => "31",
        Tone::Dim => "2",
        Tone::Strong => "1",
    };
    if colours { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
}

/// Something under way. Dropped without an end, it says that it did not finish.
#[derive(Debug)]
pub struct Step {
    console: Console,
    title: Cow<'static, str>,
    bar: ProgressBar,
    begun: Instant,
    ended: bool,
}

impl Step {
    /// What it is doing just now.
    pub fn detail(&self, text: impl Into<Cow<'static, str>>) {
        let text: Cow<'static, str> = text.into();
        self.bar.set_message(text.chars().take(100).collect::<String>());
    }

    /// It is done; `text` says with what result.
    pub fn done(mut self, text: impl Display) {
        self.end(Tone::Good, "✓", &text.to_string(), true);
    }

    /// There was nothing to do; `text` says why.
    pub fn skipped(mut self, text: impl Display) {
        self.end(Tone::Dim, "·", &text.to_string(), false);
    }

    /// It is done, but somebody should look at `text`.
    pub fn warned(mut self, text: impl Display) {
        self.end(Tone::Warn, "!", &text.to_string(), true);
    }

    fn end(&mut self, tone: Tone, mark: &str, text: &str, timed: bool) {
        self.ended = true;
        self.bar.finish_and_clear();
        let colours = self.console.colour_err;
        let mut line = format!("{} {}", paint(colours, tone, mark), self.title);
        if !text.is_empty() {
            line.push_str(&format!(": {text}"));
        }
        let took = self.begun.elapsed();
        if timed && took >= Duration::from_millis(50) {
            line.push_str(&format!(" {}", paint(colours, Tone::Dim, format!("({:.1} s)", took.as_secs_f64()))));
        }
        self.console.note(line);
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.ended {
            self.end(Tone::Bad, "✗", "", true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_shows_its_headers_and_rows() {
        let text = table(&["lead", "owner"], [vec!["Acme".to_owned(), "Kim".to_owned()]]).to_string();
        assert!(text.contains("lead") && text.contains("Kim"), "{text}");
    }

    #[test]
    fn text_without_a_terminal_has_no_colour_codes() {
        assert_eq!(paint(false, Tone::Bad, "x"), "x");
        assert_eq!(paint(true, Tone::Bad, "x"), "\u{1b}[31mx\u{1b}[0m");
    }
}
