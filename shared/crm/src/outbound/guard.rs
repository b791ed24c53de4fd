//! A look over the markup before the XML parser builds anything: one pass, no memory.
//!
//! The parser's own limits count nodes. It compares each attribute of an element with all others, and copies the
//! namespaces in scope to each element that declares one, so a body of 2 MB could cost minutes or gigabytes. Outbound
//! messages are 6 elements deep and carry a handful of attributes.

use super::UnreadableEnvelope;

const MAX_DEPTH: usize = 32;
const MAX_ATTRIBUTES_OF_ONE_ELEMENT: usize = 16;
/// Two at each `sObject`, one at each empty field: 100 notifications of 80 fields.
const MAX_ATTRIBUTES: usize = 10_000;
/// Declarations may stand at each `sObject` and at the few elements around.
const MAX_NAMESPACES: usize = 500;

/// Refuses markup that no outbound message has.
pub(super) fn guard(text: &str) -> Result<(), UnreadableEnvelope> {
    check_encoding(text)?;
    let mut rest = text;
    let (mut depth, mut attributes, mut namespaces) = (0_usize, 0_usize, 0_usize);
    while let Some((_, markup)) = rest.split_once('<') {
        rest = if let Some(comment) = markup.strip_prefix("!--") {
            after(comment, "-->")?
        } else if let Some(data) = markup.strip_prefix("![CDATA[") {
            after(data, "]]>")?
        } else if markup.starts_with('!') {
            return Err(UnreadableEnvelope::Dtd);
        } else if let Some(instruction) = markup.strip_prefix('?') {
            after(instruction, "?>")?
        } else {
            let tag = Tag::read(markup)?;
            attributes += tag.attributes;
            namespaces += tag.namespaces;
            depth = match (tag.closes, tag.empty) {
                (true, _) => depth.saturating_sub(1),
                (false, true) => depth,
                (false, false) => depth + 1,
            };
            if depth > MAX_DEPTH
                || tag.attributes > MAX_ATTRIBUTES_OF_ONE_ELEMENT
                || attributes > MAX_ATTRIBUTES
                || namespaces > MAX_NAMESPACES
            {
                return Err(UnreadableEnvelope::TooComplex);
            }
            tag.rest
        };
    }
    Ok(())
}

/// What is not UTF-8 by its own declaration would be read as other text than was sent.
fn check_encoding(text: &str) -> Result<(), UnreadableEnvelope> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some((declaration, _)) = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) else {
        return Ok(());
    };
    let Some((_, encoding)) = declaration.split_once("encoding") else {
        return Ok(());
    };
    let name = encoding.trim_start_matches([' ', '\t', '\r', '\n', '=']).trim_start_matches(['"', '\'']);
    let name = name.split(['"', '\'']).next().unwrap_or_default();
    let fits = name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("us-ascii");
    if fits { Ok(()) } else { Err(UnreadableEnvelope::NotUtf8) }
}

fn after<'a>(text: &'a str, end: &str) -> Result<&'a str, UnreadableEnvelope> {
    text.split_once(end).map(|(_, rest)| rest).ok_or(UnreadableEnvelope::NotXml)
}

struct Tag<'a> {
    closes: bool,
    empty: bool,
    attributes: usize,
    namespaces: usize,
    rest: &'a str,
}

impl<'a> Tag<'a> {
    /// Reads a tag from behind its `<` to its `>`; a `>` in quotes does not end it.
    fn read(markup: &'a str) -> Result<Self, UnreadableEnvelope> {
        let (mut quote, mut attributes) = (None, 0);
        for (at, byte) in markup.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => attributes += 1,
                (None, b'>') => {
                    let (tag, rest) = markup.split_at_checked(at).ok_or(UnreadableEnvelope::NotXml)?;
                    return Ok(Self {
                        closes: tag.starts_with('/'),
                        empty: tag.ends_with('/'),
                        attributes,
                        namespaces: tag.matches("xmlns").count(),
                        rest: rest.get(1..).unwrap_or_default(),
                    });
                }
                (None, _) => {}
            }
        }
        Err(UnreadableEnvelope::NotXml)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_markup_passes_whatever_stands_in_quotes_comments_and_data() {
        for text in [
            "<a b='>' c=\"<!DOCTYPE\"><!-- <!DOCTYPE x> --><![CDATA[<!DOCTYPE x>]]></a>",
            "<?xml version='1.0' encoding='utf-8'?><a/>",
            "\u{feff}<?xml version=\"1.0\" encoding = \"UTF-8\"?><a/>",
            "<?xml version=\"1.0\"?><a/>",
        ] {
            assert_eq!(guard(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn any_document_type_definition_is_refused() {
        for text in ["<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a><!ENTITY b 'c'></a>"] {
            assert_eq!(guard(text), Err(UnreadableEnvelope::Dtd), "{text}");
        }
    }

    #[test]
    fn depth_attributes_and_namespaces_have_limits() {
        let deep = "<a>".repeat(MAX_DEPTH + 1);
        let wide = format!("<a {}/>", "b='' ".repeat(MAX_ATTRIBUTES_OF_ONE_ELEMENT + 1));
        let many = "<a b='' c=''/>".repeat(MAX_ATTRIBUTES / 2 + 1);
        let scoped = "<a xmlns:x='y'/>".repeat(MAX_NAMESPACES + 1);
        for text in [deep, wide, many, scoped] {
            assert_eq!(guard(&text), Err(UnreadableEnvelope::TooComplex));
        }
        assert_eq!(guard(&format!("{}{}", "<a>".repeat(MAX_DEPTH), "</a>".repeat(MAX_DEPTH))), Ok(()));
    }

    #[test]
    fn another_encoding_is_refused() {
        assert_eq!(guard("<?xml version='1.0' encoding='UTF-16'?><a/>"), Err(UnreadableEnvelope::NotUtf8));
        assert_eq!(guard("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"), Err(UnreadableEnvelope::NotUtf8));
    }
}
