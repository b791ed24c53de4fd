use proptest::prelude::*;
use serde_json::json;

use super::*;

const RULES: &str = "\
# Route: who gets a lead.

rules:
  # What partners send.
  - id: partner-leads   # agreed in May
    priority: 10
    when: {field: lead_source, in: [Partner, \"Other, too\"]}
    # no owner: a queue

  - id: customers
    priority: 12
    text: |
      One.

      Two.

  # Enterprises.

  # One owner worldwide.
  - id: strategic
    priority: 20   # after customers

fallback: strategic
";

fn path(text: &str) -> Path {
    text.parse().unwrap()
}

fn id(id: &str) -> Step {
    Step::With { key: "id".to_owned(), value: id.to_owned() }
}

fn after(text: &str, edit: Edit) -> String {
    edited(text, &[edit]).unwrap()
}

/// The lines that differ, as `-old` and `+new`.
fn changes(text: &str, edit: Edit) -> String {
    let changed = after(text, edit);
    let mut told = String::new();
    for (mark, from, other) in [('-', text, changed.as_str()), ('+', changed.as_str(), text)] {
        let mut other: Vec<&str> = other.lines().collect();
        for line in from.lines() {
            match other.iter().position(|there| *there == line) {
                Some(at) => drop(other.remove(at)),
                None => told.push_str(&format!("{mark}{line}\n")),
            }
        }
    }
    told
}

#[test]
fn a_number_changes_and_its_comment_stays() {
    let edit = Edit::Set { path: path("rules[id=strategic].priority"), value: json!(11) };
    assert_eq!(changes(RULES, edit), "-    priority: 20   # after customers\n+    priority: 11   # after customers\n");
}

#[test]
fn a_moved_rule_takes_its_comments_along_and_leaves_the_heading() {
    let edit = Edit::Move { path: path("rules[id=strategic]"), to: Spot::Before(id("partner-leads")) };
    let wanted = "\
# Route: who gets a lead.

rules:
  # One owner worldwide.
  - id: strategic
    priority: 20   # after customers

  # What partners send.
  - id: partner-leads   # agreed in May
    priority: 10
    when: {field: lead_source, in: [Partner, \"Other, too\"]}
    # no owner: a queue

  # Enterprises.

  - id: customers
    priority: 12
    text: |
      One.

      Two.

fallback: strategic
";
    assert_eq!(after(RULES, edit), wanted);
    let back = Edit::Move { path: path("rules[id=strategic]"), to: Spot::Last };
    assert_eq!(after(wanted, back), RULES);
}

#[test]
fn a_removed_rule_goes_with_its_comments_alone() {
    let edit = Edit::Remove { path: path("rules[id=partner-leads]") };
    let gone = "\
-  # What partners send.
-  - id: partner-leads   # agreed in May
-    priority: 10
-    when: {field: lead_source, in: [Partner, \"Other, too\"]}
-    # no owner: a queue
-
";
    assert_eq!(changes(RULES, edit), gone);
}

#[test]
fn a_new_entry_is_written_like_its_neighbours() {
    let rule = json!({"id": "new", "priority": 11, "when": {"field": "country", "is": "NO"}});
    let edit = Edit::Insert { list: path("rules"), value: rule, to: Spot::After(id("partner-leads")) };
    let came = "+  - id: new\n+    priority: 11\n+    when: {field: country, is: \"NO\"}\n+\n";
    assert_eq!(changes(RULES, edit), came);
    let pools = "members:\n  - {login: a, weight: 2}\n  - {login: b, weight: 1} # new\nnext: 1\n";
    let edit = Edit::Insert { list: path("members"), value: json!({"login": "c", "weight": 3}), to: Spot::Last };
    assert_eq!(
        after(pools, edit),
        "members:\n  - {login: a, weight: 2}\n  - {login: b, weight: 1} # new\n  - {login: c, weight: 3}\nnext: 1\n"
    );
}

#[test]
fn lists_in_brackets_grow_shrink_and_turn() {
    let text = "values: [a, 'b',  c] # three\nnone: []\n";
    let insert = |to| Edit::Insert { list: path("values"), value: json!("x"), to };
    assert_eq!(after(text, insert(Spot::First)), "values: [x, a, 'b',  c] # three\nnone: []\n");
    assert_eq!(after(text, insert(Spot::Last)), "values: [a, 'b',  c, x] # three\nnone: []\n");
    assert_eq!(after(text, Edit::Remove { path: path("values[=b]") }), "values: [a, c] # three\nnone: []\n");
    assert_eq!(after(text, Edit::Remove { path: path("values[2]") }), "values: [a, 'b'] # three\nnone: []\n");
    let turn = Edit::Move { path: path("values[=c]"), to: Spot::First };
    assert_eq!(after(text, turn), "values: [c, a,  'b'] # three\nnone: []\n");
    let edit = Edit::Insert { list: path("none"), value: json!("x"), to: Spot::Last };
    assert_eq!(after(text, edit), "values: [a, 'b',  c] # three\nnone: [x]\n");
}

#[test]
fn keys_come_and_go() {
    let text = "a:\n  one: 1 # first\n  two: 2\n\nb: {x: 1}\nlist:\n  - id: p\n    # about q\n    q: 1\n";
    let set = |at: &str, value: Value| after(text, Edit::Set { path: path(at), value });
    assert!(set("a.three", json!(3)).starts_with("a:\n  one: 1 # first\n  two: 2\n  three: 3\n\nb:"));
    assert!(set("b.z", json!([1, 2])).contains("b: {x: 1, z: [1, 2]}\n"), "{}", set("b.z", json!([1, 2])));
    assert!(set("c", json!("end")).ends_with("q: 1\nc: end\n"));
    let remove = |at: &str| after(text, Edit::Remove { path: path(at) });
    assert!(remove("a.one").starts_with("a:\n  two: 2\n\nb:"));
    assert!(remove("b.x").contains("b: {}\n"));
    assert!(remove("list[0].id").ends_with("list:\n  -\n    # about q\n    q: 1\n"));
    assert!(remove("list[0].q").ends_with("list:\n  - id: p\n"));
}

#[test]
fn values_of_another_shape_take_the_old_ones_place() {
    let text = "a: 1 # why\nb:   # how\n  - x\n  - y\nc: |\n  one\n  two\nd: ~\ne:\n";
    let set = |at: &str, value: Value| after(text, Edit::Set { path: path(at), value });
    assert!(
        set("a", json!("one\ntwo\n")).starts_with("a: | # why\n  one\n  two\nb:"),
        "{}",
        set("a", json!("one\ntwo\n"))
    );
    assert!(set("b", json!(5)).contains("b: 5   # how\nc: |"), "{}", set("b", json!(5)));
    assert!(set("b", json!(["z"])).contains("b:   # how\n  - z\nc: |"), "{}", set("b", json!(["z"])));
    assert!(set("c", json!("three\n\nfour\n")).contains("c: |\n  three\n\n  four\nd: ~"));
    assert!(set("c", json!(1)).contains("c: 1\nd: ~"), "{}", set("c", json!(1)));
    assert!(set("e", json!(true)).ends_with("d: ~\ne: true\n"));
    assert!(set("d", json!({"x": 1})).ends_with("d: {x: 1}\ne:\n"));
}

#[test]
fn what_cannot_be_found_is_told_with_what_there_is() {
    let error = |edit| edited(RULES, &[edit]).unwrap_err().to_string();
    let said = error(Edit::Remove { path: path("rules[id=strategc]") });
    assert!(said.contains("there is no entry with the id `strategc`; did you mean `strategic`?"), "{said}");
    let said = error(Edit::Move { path: path("rules[id=strategic]"), to: Spot::Before(id("customer")) });
    assert!(said.contains("did you mean `customers`?"), "{said}");
    let said = error(Edit::Insert { list: path("fallback"), value: json!(1), to: Spot::Last });
    assert_eq!(said, "fallback: it is a text; only a list takes entries");
    let said = error(Edit::Set { path: path("rules[id=strategic].when.field"), value: json!(1) });
    assert!(said.starts_with("rules[id=strategic].when: there is no `when`"), "{said}");
}

/// An entry of the generated list: comments above and below it that name it, and how it is laid out.
#[derive(Debug, Clone)]
struct Made {
    above: usize,
    below: bool,
    behind: bool,
    layout: usize,
    blank: usize,
    heading: bool,
}

fn made() -> impl Strategy<Value = Vec<Made>> {
    let one = (0..3usize, any::<bool>(), any::<bool>(), 0..5usize, 0..3usize, prop::bool::weighted(0.2)).prop_map(
        |(above, below, behind, layout, blank, heading)| Made { above, below, behind, layout, blank, heading },
    );
    prop::collection::vec(one, 1..7)
}

/// The text of a list, and the lines that are each entry's own.
fn text_of(entries: &[Made], indent: usize) -> (String, Vec<Vec<String>>) {
    let pad = " ".repeat(indent);
    let mut text = "# The file's own.\n\nbefore: {a: 1} # stays\nlist:\n".to_owned();
    let mut owned = Vec::new();
    for (nth, made) in entries.iter().enumerate() {
        if made.heading && nth > 0 {
            text.push_str(&format!("\n{pad}# heading {nth}\n\n"));
        } else if nth > 0 {
            text.push_str(&"\n".repeat(made.blank));
        }
        let mut lines: Vec<String> = (0..made.above).map(|at| format!("{pad}# above e{nth} {at}")).collect();
        let behind = if made.behind { format!("   # behind e{nth}") } else { String::new() };
        match made.layout {
            0 => lines.push(format!("{pad}- {{id: e{nth}, n: {nth}, s: \"x, # y\"}}{behind}")),
            1 => lines.extend([
                format!("{pad}- id: e{nth}{behind}"),
                format!("{pad}  n: {nth}"),
                format!("{pad}  s: 'it''s'"),
            ]),
            2 => lines.extend([
                format!("{pad}- id: e{nth}"),
                format!("{pad}  t: |{behind}"),
                format!("{pad}    one # no comment"),
                String::new(),
                format!("{pad}    two é"),
            ]),
            3 => lines.extend([
                format!("{pad}- id: e{nth}"),
                format!("{pad}  deep:{behind}"),
                format!("{pad}    - a"),
                format!("{pad}    - {{b: [1,"),
                format!("{pad}         2]}}"),
            ]),
            _ => lines.extend([
                format!("{pad}- id: e{nth}"),
                format!("{pad}  fold: >-"),
                format!("{pad}    a"),
                format!("{pad}    b"),
            ]),
        }
        if made.below && made.layout != 2 && made.layout != 4 {
            lines.push(format!("{pad}  # below e{nth}"));
        }
        for line in &lines {
            text.push_str(line);
            text.push('\n');
        }
        owned.push(lines);
    }
    text.push_str("\n# about after\nafter: 1\n");
    (text, owned)
}

/// The lines that are nobody's: headings, blank lines, the rest of the file.
fn others(text: &str, owned: &[Vec<String>]) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    for line in owned.iter().flatten().filter(|line| !line.is_empty()) {
        if let Some(at) = lines.iter().position(|there| there == line) {
            lines.remove(at);
        }
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_move_gives_the_meant_value_and_each_entry_keeps_its_own_lines(
        entries in made(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(), indent in 0..4usize,
    ) {
        let (text, owned) = text_of(&entries, indent);
        let (from, to) = (from.index(entries.len()), to.index(entries.len()));
        let edit = Edit::Move { path: path(&format!("list[id=e{from}]")), to: Spot::Before(id(&format!("e{to}"))) };
        let changed = edited(&text, std::slice::from_ref(&edit));
        prop_assert!(changed.is_ok(), "{changed:?}\n{text}");
        let changed = changed.unwrap();
        for lines in &owned {
            prop_assert!(changed.contains(&lines.join("\n")), "{lines:?} torn apart\n{text}\n→\n{changed}");
        }
        prop_assert_eq!(others(&changed, &owned), others(&text, &owned), "\n{}", changed);
        prop_assert_eq!(changed.len(), text.len());
        let value = parsed(&changed).unwrap();
        let ids: Vec<&str> = value["list"].as_array().unwrap().iter().filter_map(|one| one["id"].as_str()).collect();
        let mut wanted: Vec<String> = (0..entries.len()).filter(|nth| *nth != from || from == to).map(|nth| format!("e{nth}")).collect();
        if from != to {
            let at = wanted.iter().position(|id| *id == format!("e{to}")).unwrap();
            wanted.insert(at, format!("e{from}"));
        }
        prop_assert_eq!(ids, wanted);
    }

    #[test]
    fn a_removal_takes_an_entry_with_its_own_lines_and_nothing_else(
        entries in made(), nth in any::<prop::sample::Index>(), indent in 0..4usize,
    ) {
        let (text, owned) = text_of(&entries, indent);
        let nth = nth.index(entries.len());
        let changed = edited(&text, &[Edit::Remove { path: path(&format!("list[id=e{nth}]")) }]);
        prop_assert!(changed.is_ok(), "{changed:?}\n{text}");
        let changed = changed.unwrap();
        for (at, lines) in owned.iter().enumerate() {
            if at == nth {
                prop_assert!(!changed.contains(&format!(" e{nth}")), "{changed}");
            } else {
                prop_assert!(changed.contains(&lines.join("\n")), "{changed}");
            }
        }
        if entries.len() > 1 {
            prop_assert_eq!(others(&changed, &owned), others(&text, &owned), "\n{}", changed);
        }
    }

    #[test]
    fn an_insertion_leaves_every_other_line_as_it_was(
        entries in made(), at in any::<prop::sample::Index>(), behind in any::<bool>(), indent in 0..4usize,
    ) {
        let (text, owned) = text_of(&entries, indent);
        let beside = id(&format!("e{}", at.index(entries.len())));
        let to = if behind { Spot::After(beside) } else { Spot::Before(beside) };
        let value = json!({"id": "new", "text": "a: b\n  # c\n", "when": {"all": [{"x": "NO"}, {"y": null}]}});
        let changed = edited(&text, &[Edit::Insert { list: path("list"), value, to }]);
        prop_assert!(changed.is_ok(), "{changed:?}\n{text}");
        let changed = changed.unwrap();
        for lines in &owned {
            prop_assert!(changed.contains(&lines.join("\n")), "{changed}");
        }
        let mut rest = changed.lines();
        for line in text.lines().filter(|line| !line.is_empty()) {
            prop_assert!(rest.any(|there| there == line), "{line} is gone or out of order\n{changed}");
        }
    }

    #[test]
    fn a_set_value_reads_back_and_the_bytes_around_it_stay(
        entries in made(), nth in any::<prop::sample::Index>(), value in values(), indent in 0..4usize, key in 0..3usize,
    ) {
        let (text, owned) = text_of(&entries, indent);
        let nth = nth.index(entries.len());
        let key = ["n", "deep", "new key"][key];
        let at = path(&format!("list[id=e{nth}].{key}"));
        let changed = edited(&text, &[Edit::Set { path: at.clone(), value: value.clone() }]);
        prop_assert!(changed.is_ok(), "{changed:?}\n{text}");
        let changed = changed.unwrap();
        let came = parsed(&changed).unwrap();
        prop_assert_eq!(at.of(&came).unwrap(), &value);
        let lines = text.lines().collect::<Vec<_>>();
        let first = lines.iter().position(|line| owned[nth].first().is_some_and(|own| own == line)).unwrap();
        let before = lines[..first].join("\n");
        prop_assert!(changed.starts_with(&before), "{changed}");
        let rest = text.find(&owned[nth].join("\n")).map(|at| at + owned[nth].join("\n").len()).unwrap();
        prop_assert!(changed.ends_with(&text[rest..]), "{text}\n→\n{changed}");
    }
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~é]{0,20}".prop_map(Value::from),
        "[a-z #:\n-]{0,30}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}
