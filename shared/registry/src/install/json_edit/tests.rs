use proptest::prelude::*;
use serde_json::json;

use super::*;

const SECTION: &str = "mcpServers";

fn url() -> Value {
    json!({"type": "http", "url": "https://x"})
}

fn with(text: &str) -> String {
    set(text, Dialect::Jsonc, SECTION, "ours", &url()).unwrap()
}

#[test]
fn what_is_no_json_is_told_by_its_line() {
    let broken = "{\n  \"a\": 1,\n  \"b\": oops\n}\n";
    let error = set(broken, Dialect::Json, SECTION, "ours", &url()).unwrap_err();
    assert!(matches!(error, EditError::NotJson { line: 3, .. }), "{error}");
}

#[test]
fn comments_are_for_those_who_read_them() {
    let text = "{\n  // mine\n  \"a\": 1,\n}\n";
    assert!(set(text, Dialect::Jsonc, SECTION, "ours", &url()).is_ok());
    assert!(set(text, Dialect::Json, SECTION, "ours", &url()).is_err());
}

#[test]
fn a_section_that_is_no_object_and_a_doubled_key_are_left_alone() {
    for (text, says) in [
        (r#"{"mcpServers": []}"#, "mcpServers is not an object"),
        (r#"[]"#, "the file is not an object"),
        (r#"{"mcpServers": {}, "mcpServers": {}}"#, "stands there twice"),
    ] {
        let error = set(text, Dialect::Json, SECTION, "ours", &url()).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn the_style_of_the_file_is_kept() {
    let tabs = "{\r\n\t\"a\": 1\r\n}";
    let tabbed = "{\r\n\t\"a\": 1,\r\n\t\"mcpServers\": {\r\n\t\t\"ours\": {\r\n\t\t\t\"type\": \"http\",\r\n\t\t\t\"url\": \"https://x\"\r\n\t\t}\r\n\t}\r\n}";
    assert_eq!(with(tabs), tabbed);
    let line = r#"{"a":1,"mcpServers":{"b":{}}}"#;
    assert_eq!(with(line), r#"{"a":1,"mcpServers":{"b":{}, "ours": {"type": "http", "url": "https://x"}}}"#);
    let trailing = "{\n    \"mcpServers\": {\n        \"b\": {}, // mine, not yours\n    },\n}\n";
    let kept = "{\n    \"mcpServers\": {\n        \"b\": {}, // mine, not yours\n        \"ours\": {\n            \"type\": \"http\",\n            \"url\": \"https://x\"\n        },\n    },\n}\n";
    assert_eq!(with(trailing), kept);
}

#[test]
fn a_byte_order_mark_stays_in_front() {
    assert_eq!(
        remove(&with("\u{feff}{}\n"), Dialect::Jsonc, SECTION, "ours").unwrap(),
        "\u{feff}{\n  \"mcpServers\": {}\n}\n"
    );
}

/// Blanks and comments as people leave them.
fn gap() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", " ", "\n", "\n\n  ", "\t", " /* , */ ", " // a, b\n", "\r\n  "])
        .prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "1",
        "-0.5e3",
        "\"a, \\\"b\\\" // c\"",
        "null",
        "true",
        "\"\u{fc}\u{1f600}\"",
        "12345678901234567890123",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec((gap(), inner.clone(), gap()), 0..3).prop_map(|items| format!(
                "[{}]",
                items.iter().map(|(a, v, b)| format!("{a}{v}{b}")).collect::<Vec<_>>().join(",")
            )),
            object(inner),
        ]
    })
}

fn object(inner: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (prop::collection::vec((gap(), inner, gap(), gap()), 0..4), gap(), any::<bool>()).prop_map(
        |(members, end, trailing)| {
            let count = members.len();
            let members = members.iter().enumerate().map(|(at, (a, v, b, c))| format!("{a}\"k{at}\":{b}{v}{c}"));
            let comma = if trailing && count > 0 { "," } else { "" };
            format!("{{{}{comma}{end}}}", members.collect::<Vec<_>>().join(","))
        },
    )
}

/// A file with or without the section.
fn file() -> impl Strategy<Value = String> {
    (object(value()), object(value()), gap(), any::<bool>()).prop_map(|(root, section, gap, there)| {
        if !there {
            return format!("{root}{gap}");
        }
        match root.strip_prefix('{') {
            Some(rest) if rest.contains('"') => format!("{{{gap}\"mcpServers\":{gap}{section},{rest}"),
            _ => format!("{{{gap}\"mcpServers\":{gap}{section}{gap}}}"),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// `edited` looks at the meaning; here it is the text that must have lost nothing.
    #[test]
    fn an_entry_comes_and_changes_and_goes_and_the_rest_keeps_its_characters(text in file()) {
        let set_once = set(&text, Dialect::Jsonc, SECTION, "ours", &url()).unwrap();
        prop_assert_eq!(&set(&set_once, Dialect::Jsonc, SECTION, "ours", &url()).unwrap(), &set_once);
        let longer = json!({"command": "python3", "args": ["a", "b"]});
        let changed = set(&set_once, Dialect::Jsonc, SECTION, "ours", &longer).unwrap();
        prop_assert_eq!(&entries(&changed, Dialect::Jsonc, SECTION).unwrap().unwrap()["ours"], &longer);
        let gone = remove(&changed, Dialect::Jsonc, SECTION, "ours").unwrap();
        let marks = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let had_section = text.contains("mcpServers");
        let gone = if had_section { gone } else { remove_empty(&gone, Dialect::Jsonc, SECTION).unwrap() };
        prop_assert_eq!(marks(&gone), marks(&text), "{:?} -> {:?} -> {:?}", text, set_once, gone);
    }
}
