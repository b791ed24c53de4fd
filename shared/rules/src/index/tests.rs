//! What the index must not cost: memory for every value, or a walk for what it cannot hold.

use std::sync::Arc;

use super::*;
use crate::condition::{Compare, Condition, Test};
use crate::fields::{Field, FieldId, FieldTable, FieldValues};
use crate::known::NamedList;
use crate::rule_set::{Rule, RuleSet};

const TABLE: FieldTable =
    FieldTable::new(&[Field::domain("domain"), Field::number("employees"), Field::text("country")]);

fn test(field: u16, compare: Compare) -> Condition {
    Condition::Test(Test { field: FieldId(field), compare, words: "".into() })
}

fn rules(conditions: Vec<Condition>) -> RuleSet<()> {
    RuleSet::of(conditions.into_iter().map(|when| Rule { id: String::new(), when, then: () }).collect())
}

fn domains(name: &str, from: usize, to: usize) -> Condition {
    let list = NamedList::new(name, (from..to).map(|at| format!("company-{at}.example")));
    test(0, Compare::InList { list: Arc::new(list), below: true })
}

#[test]
fn lists_of_100_000_domains_cost_classes_and_not_a_bit_set_for_each_domain() {
    let lists = [domains("rivals", 0, 100_000), domains("partners", 50_000, 150_000)];
    let at_least = |at: usize| test(1, Compare::Within(at as i64, i64::MAX));
    let conditions = (0..2_000).map(|at| Condition::All([lists[at % 2].clone(), at_least(at)].into())).collect();
    let rules = rules(conditions);
    // 150,000 texts of about 20 bytes and their places; a bit set each would be 40 MB more.
    assert!(rules.index_bytes() < 12_000_000, "{} bytes", rules.index_bytes());
    for (domain, employees, wanted) in [
        ("company-7.example", 0, vec![0]),
        ("Shop.Company-7.example", 2, vec![0, 2]),
        ("company-60000.example", 2, vec![0, 1, 2]),
        ("company-120000.example", 2, vec![1]),
        ("company-150000.example", 5_000, vec![]),
        ("notcompany-7.example", 5_000, vec![]),
    ] {
        let mut values = FieldValues::new(&TABLE);
        values.text(FieldId(0), Some(domain)).number(FieldId(1), Some(employees));
        assert_eq!(rules.matches(&values).collect::<Vec<_>>(), wanted, "{domain} {employees}");
    }
}

#[test]
fn a_domain_below_entries_of_several_lists_is_in_all_of_them() {
    let list = |name: &str, entry: &str| {
        let list = Arc::new(NamedList::new(name, [entry]));
        test(0, Compare::InList { list, below: true })
    };
    let rules =
        rules(vec![list("top", "acme.example"), list("below", "shop.acme.example"), list("exact", "acme.example")]);
    for (domain, wanted) in [
        ("eu.shop.acme.example", vec![0, 1, 2]),
        ("shop.acme.example", vec![0, 1, 2]),
        ("acme.example", vec![0, 2]),
        ("example", vec![]),
    ] {
        let mut values = FieldValues::new(&TABLE);
        values.text(FieldId(0), Some(domain));
        assert_eq!(rules.matches(&values).collect::<Vec<_>>(), wanted, "{domain}");
    }
}

#[test]
fn a_rule_of_ten_thousand_alternatives_is_asked_only_where_what_it_needs_holds() {
    let either = |field| {
        let one = |at: i64| test(field, Compare::Within(at, at));
        Condition::Any((0..100).map(one).collect())
    };
    let country = test(2, Compare::OneOf(["de".into()].into()));
    let large = Condition::All([either(1), either(1), country].into());
    let index = index([&large, &Condition::Always].into_iter());
    assert_eq!(index.rows.len(), 2);
    for (country, wanted) in [("DE", 2), ("FR", 1)] {
        let mut values = FieldValues::new(&TABLE);
        values.text(FieldId(2), Some(country)).number(FieldId(1), Some(7));
        assert_eq!(index.hits(&values).count(), wanted, "{country}");
    }
}

#[test]
fn a_value_of_another_type_is_as_none_of_those_compared() {
    let rules = rules(vec![
        test(1, Compare::Within(i64::MIN, i64::MAX)),
        test(1, Compare::Present),
        Condition::Not(Box::new(test(1, Compare::Within(0, 9)))),
    ]);
    let mut values = FieldValues::new(&TABLE);
    values.text(FieldId(1), Some("12"));
    assert_eq!(rules.matches(&values).collect::<Vec<_>>(), [1, 2]);
    assert!(rules.matches(&values).eq(rules.plain_matches(&values)));
}

#[test]
fn no_rules_at_all_and_no_fields_at_all_are_no_special_cases() {
    let values = FieldValues::new(&TABLE);
    assert_eq!(rules(Vec::new()).matches(&values).count(), 0);
    assert_eq!(rules(vec![Condition::Always; 1_025]).matches(&values).count(), 1_025);
    assert_eq!(rules(vec![Condition::Not(Box::new(Condition::Always))]).matches(&values).count(), 0);
}
