//! Text on its way into XML and HTML.

/// Text as XML may hold it: control characters that no XML parser takes are left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#13;"),
            '\n' | '\t' => escaped.push(letter),
            other if other < ' ' || matches!(other, '\u{fffe}' | '\u{ffff}') => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_survives_a_parser() {
        let text = "A&B <c> \"d\" Søn\u{1}";
        let xml = format!("<a>{}</a>", escaped(text));
        assert_eq!(roxmltree::Document::parse(&xml).unwrap().root_element().text(), Some("A&B <c> \"d\" Søn"));
    }
}
