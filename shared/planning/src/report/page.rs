//! The page around the sections: one file that needs nothing from outside.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Colours, light and dark; a phone's width; paper.
const STYLE: &str = include_str!("style.css");

/// Nothing is loaded, nothing runs: the browser is told so, whatever a name in the plan looks like.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

pub(super) fn page(title: &str, header: &Markup, body: &Markup) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { (header) }
                main { (body) }
            }
        }
    };
    markup.into_string()
}

/// A section with its heading, and a sentence on how to read it.
pub(super) fn section(id: &str, title: &str, how: &str, content: &Markup) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (title) }
            @if !how.is_empty() { p.soft { (how) } }
            (content)
        }
    }
}

/// A table that scrolls by itself where the page is narrower. The first column is what a row is about.
pub(super) fn table(caption: &str, headers: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                thead { tr { @for header in headers { th scope="col" { (header) } } } }
                tbody { (rows) }
            }
        }
    }
}

/// The figures behind a picture, for those who want them or cannot see it.
pub(super) fn figures(caption: &str, headers: &[&str], rows: &Markup) -> Markup {
    html! { details { summary { "Figures" } (table(caption, headers, rows)) } }
}
