//! `policy.yaml`: what is wrong with it is told at its place.

use super::given::{at, policy_with, sequence};

#[test]
fn the_shipped_policy_is_sound() {
    policy_with(&[]).unwrap();
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let wrong = policy_with(&[
        ("days: [mon,", "days: [monday,"),
        ("default_zone: Europe/Berlin", "default_zone: Europe/Berlln"),
        ("per_rep_a_day: 40", "per_rep_a_day: 4000"),
        ("from: \"09:00\"", "from: \"18:00\""),
        ("    AT: Europe/Vienna", "    XX: Europe/Vienna"),
        ("one_at_a_time_per: [person, account]", "one_at_a_time_per: [person]"),
        ("  delegates: {}", "  delegates: {dana: [dana]}"),
    ]);
    let told = wrong.unwrap_err().to_string();
    for part in [
        "monday",
        "Europe/Berlln",
        "Europe/Berlin",
        "one rep may do more",
        "closes before it opens",
        "XX",
        "cool-down",
        "no username",
    ] {
        assert!(told.contains(part), "`{part}` is missing in\n{told}");
    }
}

#[test]
fn the_window_opens_on_the_readers_clock() {
    let policy = policy_with(&[]).unwrap();
    let mut reader = sequence(1, 1).recipient;
    let opens = |reader: &_, moment: &str| policy.windows.next_open(reader, at(moment)).unwrap().to_string();
    assert_eq!(opens(&reader, "2026-06-02T06:00:00Z"), "2026-06-02T07:00:00Z", "Berlin, summer");
    assert_eq!(opens(&reader, "2026-06-05T15:30:00Z"), "2026-06-08T07:00:00Z", "over the weekend");
    reader.country_code = Some("US".to_owned());
    assert_eq!(opens(&reader, "2026-06-02T08:00:00Z"), "2026-06-02T13:00:00Z", "New York");
    reader.state_code = Some("CA".to_owned());
    assert_eq!(opens(&reader, "2026-06-02T08:00:00Z"), "2026-06-02T16:00:00Z", "Los Angeles");
    reader.country_code = None;
    assert_eq!(opens(&reader, "2026-01-13T06:00:00Z"), "2026-01-13T08:00:00Z", "unknown: Berlin, winter");
}
