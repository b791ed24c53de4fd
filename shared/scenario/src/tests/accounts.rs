//! Named accounts, in the scenario and in a file of their own.

use super::{changed, parsed, said_of, text_of};

fn base() -> String {
    changed(&text_of("fy27-baseline"), &[("\nroles:", "\nnamed_accounts_from: accounts/fy27.yaml\n\nroles:")])
}

fn placed(texts: &[(&str, &str)]) -> Vec<String> {
    let accounts = parsed(texts).scenario.named_accounts;
    accounts.iter().map(|one| format!("{} {}", one.account.as_str(), one.territory)).collect()
}

/// The nth account's id.
fn id(nth: usize) -> String {
    format!("001Dn{nth:010}")
}

#[test]
fn accounts_of_a_file_are_the_scenario_s_and_a_scenario_based_on_it_moves_them() {
    let file = "named_accounts:\n  - {account: 001Dn0000000001, territory: dach}\n  - {account: 001Dn0000000002, territory: apac}\n";
    let base = base();
    let texts = [("accounts/fy27", file), ("fy27", base.as_str())];
    assert_eq!(placed(&texts), ["001Dn0000000001IAA dach", "001Dn0000000002IAA apac"]);
    let moved = "based_on: fy27\nnamed_accounts:\n  - {account: 001Dn0000000002, territory: nordics}\n  - {account: 001Dn0000000001, remove: true}\n";
    assert_eq!(placed(&[texts[0], texts[1], ("moved", moved)]), ["001Dn0000000002IAA nordics"]);
}

#[test]
fn a_mistake_in_the_file_is_told_there() {
    let file = "named_accounts:\n  - {account: 001Dn0000000001, territory: dahc}\n  - {acount: 001Dn0000000002, territory: dach}\n";
    let told = said_of(&[("accounts/fy27", file), ("fy27", &base())]);
    for said in [
        "scenarios/accounts/fy27.yaml:2:32 named_accounts[0].territory: unknown territory `dahc`; did you mean `dach`?",
        "scenarios/accounts/fy27.yaml:3:6 named_accounts[1].acount: unknown key `acount`; did you mean `account`?",
        "scenarios/accounts/fy27.yaml:3:5 named_accounts[1]: `account` is missing; add `account: …`",
    ] {
        assert!(told.iter().any(|one| one.starts_with(said)), "wanted {said}\nin\n{}", told.join("\n"));
    }
    assert_eq!(told.len(), 3, "{}", told.join("\n"));
}

#[test]
fn a_file_that_is_none_or_not_there_is_told_in_the_scenario() {
    for path in ["../fy27.yaml", "fy27.yaml", "accounts/fy27.csv", "/etc/fy27.yaml"] {
        let told = said_of(&[("fy27", &changed(&base(), &[("accounts/fy27.yaml", path)]))]);
        assert!(
            told.len() == 1 && told[0].contains("is no file of named accounts; a YAML file in a folder"),
            "{told:?}"
        );
    }
    let told = said_of(&[("fy27", &base())]);
    assert!(
        told.len() == 1 && told[0].contains("`accounts/fy27.yaml` cannot be read; the file must be in"),
        "{told:?}"
    );
}

#[test]
fn fifty_thousand_named_accounts_are_read_each_to_its_territory() {
    let file: String = (0..50_000)
        .map(|nth| format!("  - {{account: {}, territory: {}}}\n", id(nth), ["dach", "apac", "nordics"][nth % 3]))
        .collect();
    let (file, base) = (format!("named_accounts:\n{file}"), base());
    let scenario = parsed(&[("accounts/fy27", &file), ("fy27", &base)]);
    assert_eq!(scenario.scenario.named_accounts.len(), 50_000);
    let of = |territory: &str| scenario.scenario.named_accounts.iter().filter(|one| one.territory == territory).count();
    assert_eq!((of("dach"), of("apac"), of("nordics")), (16_667, 16_667, 16_666));
    let read = crate::Resolved::from_json(&scenario.to_json()).unwrap();
    assert_eq!(read.scenario.named_accounts, scenario.scenario.named_accounts);
}
