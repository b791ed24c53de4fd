use revloops_testkit::config_root;
use serde_json::json;

use super::*;

/// The project's own config of a loop.
fn shipped(loop_name: &str) -> BTreeMap<String, String> {
    let folder = config_root().join("loops").join(loop_name);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap()))
        .collect()
}

fn operation(said: Value) -> Operation {
    serde_json::from_value(said).unwrap()
}

/// What an operation changes, without the headers of hunks and the lines around.
fn changes(said: Value) -> String {
    let operation = operation(said);
    let before = shipped(operation.loop_name());
    let mut after = before.clone();
    operation.apply(&mut after).unwrap();
    let diff = crate::diff::unified(operation.loop_name(), &before, &after);
    let lines = diff.lines().filter(|line| line.starts_with(['+', '-']) && !line.starts_with("---"));
    lines.map(|line| format!("{line}\n")).collect()
}

fn refusal(said: Value) -> String {
    let operation = operation(said);
    let mut files = shipped(operation.loop_name());
    let before = files.clone();
    let told = operation.apply(&mut files).unwrap_err().to_string();
    assert_eq!(files, before, "a refused operation changes nothing");
    told
}

#[test]
fn a_threshold_is_one_line() {
    assert_eq!(
        changes(json!({"op": "set_band", "band": "A", "min_score": 80})),
        "+++ b/qualify/scoring.yaml\n-  - {id: A, min_score: 85}\n+  - {id: A, min_score: 80}\n"
    );
    assert_eq!(
        changes(
            json!({"op": "set_lever", "loop": "qualify", "file": "levers.yaml", "path": "enrichment.waterfall[provider=hunter].daily_budget_microusd", "value": 1000000000})
        ),
        "+++ b/qualify/levers.yaml\n-      daily_budget_microusd: 500000000 # 500 US$\n+      daily_budget_microusd: 1000000000 # 500 US$\n"
    );
    assert_eq!(
        changes(json!({"op": "set_first_touch", "band": "A", "minutes": 10})),
        "+++ b/route/levers.yaml\n-    - {band: A, minutes: 15}\n+    - {band: A, minutes: 10}\n"
    );
    assert_eq!(
        changes(json!({"op": "set_signal_weight", "kind": "funding", "weight": 60})),
        "+++ b/generate/levers.yaml\n-    weight: 55\n+    weight: 60\n"
    );
}

#[test]
fn a_rule_moves_with_its_priority_and_every_rule_stays_in_order() {
    for (rule, before, after) in [
        ("hot-in-territory", Some("partner-leads"), None),
        ("partner-leads", None, Some("everybody-else")),
        ("key-accounts", Some("customer-cover"), None),
        ("everybody-else", Some("partner-leads"), None),
        ("customers", None, Some("customer-cover")),
    ] {
        let mut files = shipped("route");
        operation(json!({"op": "move_rule", "rule": rule, "before": before, "after": after}))
            .apply(&mut files)
            .unwrap();
        let value = parsed(&files["rules.yaml"]).unwrap();
        let rules = value["rules"].as_array().unwrap();
        let priorities: Vec<u64> = rules.iter().map(|rule| rule["priority"].as_u64().unwrap()).collect();
        assert!(priorities.is_sorted_by(|a, b| a < b), "{rule}: {priorities:?}");
        let at = |id: &str| rules.iter().position(|rule| rule["id"] == id).unwrap();
        match (before, after) {
            (Some(before), _) => assert_eq!(at(rule) + 1, at(before), "{rule}"),
            (None, after) => assert_eq!(at(rule), at(after.unwrap()) + 1, "{rule}"),
        }
    }
}

#[test]
fn rules_without_room_between_them_make_room() {
    let text = "rules:\n  - {id: a, priority: 1} # a\n  - {id: b, priority: 2}\n  - {id: c, priority: 3} # c\n  - {id: d, priority: 9}\n";
    let mut files = BTreeMap::from([("rules.yaml".to_owned(), text.to_owned())]);
    operation(json!({"op": "move_rule", "rule": "d", "after": "a"})).apply(&mut files).unwrap();
    let wanted = "rules:\n  - {id: a, priority: 1} # a\n  - {id: d, priority: 2}\n  - {id: b, priority: 3}\n  - {id: c, priority: 4} # c\n";
    assert_eq!(files["rules.yaml"], wanted);
}

#[test]
fn a_new_rule_gets_its_place_and_its_priority() {
    let rule = json!({"id": "nordic-cover", "description": "Nordics go to one person.", "when": {"field": "country", "in": ["SE", "NO"]},
        "assign": {"type": "named_owner", "owner": "erik.lind@northfield.example"}});
    assert_eq!(
        changes(json!({"op": "add_rule", "rule": rule, "before": "small-companies"})),
        "+++ b/route/rules.yaml\n+  - id: nordic-cover\n+    description: Nordics go to one person.\n+    priority: 35\n\
         +    when: {field: country, in: [SE, \"NO\"]}\n\
         +    assign: {type: named_owner, owner: erik.lind@northfield.example}\n+\n"
    );
    let said = refusal(json!({"op": "add_rule", "rule": {"id": "customers"}, "before": "inbound"}));
    assert_eq!(said, "there is a rule `customers` already; give it another id, or use `edit_rule`");
}

#[test]
fn pools_people_and_lists_change_by_name() {
    assert_eq!(
        changes(
            json!({"op": "add_pool_member", "pool": "inbound-sdr", "login": "ida.holm@northfield.example", "weight": 2})
        ),
        "+++ b/route/pools.yaml\n+      - {login: ida.holm@northfield.example, weight: 2}\n"
    );
    assert_eq!(
        changes(
            json!({"op": "remove_pool_member", "pool": "customer-desk", "login": "susan.ortiz@northfield.example"})
        ),
        "+++ b/route/pools.yaml\n-      - {login: susan.ortiz@northfield.example, weight: 1}\n"
    );
    assert_eq!(
        changes(
            json!({"op": "add_absence", "login": "lena.vogt@northfield.example", "from": "2027-02-01", "to": "2027-02-05"})
        ),
        "+++ b/route/team.yaml\n+      - {from: 2027-02-01, to: 2027-02-05}\n"
    );
    assert_eq!(
        changes(json!({"op": "remove_absence", "login": "lena.vogt@northfield.example", "from": "2026-12-21"})),
        "+++ b/route/team.yaml\n-    away:\n-      - {from: 2026-12-21, to: 2027-01-03}\n"
    );
    assert_eq!(
        changes(json!({"op": "add_list_value", "list": "key-accounts", "value": "hooli.example"})),
        "+++ b/route/lists.yaml\n+      - hooli.example\n"
    );
}

#[test]
fn a_changed_play_gets_another_version() {
    assert_eq!(
        changes(
            json!({"op": "edit_milestone", "play": "existing-customer", "milestone": "terms", "set": {"due": {"business_days_before_close": 20}}})
        ),
        "+++ b/pursue/plays.yaml\n-    version: 2026-11-a\n+    version: 2026-11-b\n\
         -        due: {business_days_before_close: 15}\n+        due: {business_days_before_close: 20}\n"
    );
    let gone = changes(
        json!({"op": "remove_milestone", "play": "enterprise", "milestone": "mutual-plan", "version": "2026-12-a"}),
    );
    assert!(gone.contains("-      - id: mutual-plan\n") && gone.contains("+    version: 2026-12-a\n"), "{gone}");
}

#[test]
fn what_is_not_there_is_told_with_the_nearest_name() {
    for (said, told) in [
        (
            json!({"op": "move_rule", "rule": "partner-lead", "before": "inbound"}),
            "there is no rule `partner-lead`; did you mean `partner-leads`?",
        ),
        (json!({"op": "move_rule", "rule": "inbound", "before": "customer"}), "did you mean `customers`?"),
        (json!({"op": "move_rule", "rule": "inbound"}), "say where it goes by one of `before` and `after`"),
        (json!({"op": "add_pool_member", "pool": "inbound-sdrs", "login": "a@b.c"}), "did you mean `inbound-sdr`?"),
        (
            json!({"op": "add_pool_member", "pool": "inbound-sdr", "login": "tom.becker@northfield.example"}),
            "is in the pool `inbound-sdr` already",
        ),
        (
            json!({"op": "remove_pool_member", "pool": "inbound-sdr", "login": "tom.beker@northfield.example"}),
            "did you mean `tom.becker@northfield.example`?",
        ),
        (
            json!({"op": "edit_milestone", "play": "enterprise", "milestone": "discovry", "set": {"title": "x"}}),
            "did you mean `discovery`?",
        ),
        (
            json!({"op": "set_lever", "loop": "route", "file": "rule.yaml", "path": "a", "value": 1}),
            "there is no file `rule.yaml`; did you mean `rules.yaml`?",
        ),
        (
            json!({"op": "add_absence", "login": "lena.vogt@northfield.example", "from": "tomorrow", "to": "2027-02-05"}),
            "`tomorrow` is no day",
        ),
    ] {
        let refusal = refusal(said.clone());
        assert!(refusal.contains(told), "{said}\n→ {refusal}");
    }
}

#[test]
fn every_operation_reads_back_as_it_is_written_and_unknown_words_are_refused() {
    let said =
        json!({"op": "set_lever", "loop": "route", "file": "levers.yaml", "path": "a.b[id=c]", "value": {"x": [1]}});
    assert_eq!(serde_json::to_value(operation(said.clone())).unwrap(), said);
    assert!(serde_json::from_value::<Operation>(json!({"op": "remove_rule", "rule": "a", "why": "b"})).is_err());
    assert!(serde_json::from_value::<Operation>(json!({"op": "drop_table"})).is_err());
    let schema = serde_json::to_value(schemars::schema_for!(Operation)).unwrap();
    assert!(schema.to_string().contains("move_rule"), "{schema}");
}
