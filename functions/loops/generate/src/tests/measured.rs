//! Floors under what is measured, on a seed that was looked at and one that was not.

#![expect(clippy::disallowed_macros, reason = "figures are for people who run this test to read them")]

use revloops_testkit::shipped_config;

use crate::GenerateConfig;
use crate::labelled::{LabelledArticles, measure};

#[test]
fn repeats_and_namesakes_are_told_apart_in_500_labelled_articles() {
    let config = shipped_config::<GenerateConfig>();
    for seed in [1, 20_261_128] {
        let measured = measure(&config, &LabelledArticles::new(seed, 500));
        println!("seed {seed}: {measured:?}");
        println!("match {:.2} {:.2}", measured.matching.precision(), measured.matching.recall());
        println!("dedupe {:.2} {:.2}", measured.dedupe.precision(), measured.dedupe.recall());
        assert_eq!(measured.articles, 500);
        assert!((135..=165).contains(&measured.repeats), "{} repeats", measured.repeats);
        assert!(measured.dedupe.precision() >= 98.0 && measured.dedupe.recall() >= 60.0);
        assert!(measured.matching.precision() >= 98.0 && measured.matching.recall() >= 78.0);
    }
}

#[test]
fn a_floor_that_merges_whatever_is_near_is_seen_in_the_measure() {
    let mut config = shipped_config::<GenerateConfig>();
    config.dedupe.min_likeness_percent = 1;
    let measured = measure(&config, &LabelledArticles::new(1, 500));
    assert!(measured.dedupe.precision() < 97.0, "{:?}", measured.dedupe);
}

#[test]
fn a_seed_gives_the_same_articles_and_another_seed_others() {
    let written = |seed| {
        format!(
            "{:?}",
            LabelledArticles::new(seed, 60)
                .articles
                .iter()
                .map(|one| (&one.signal.headline, one.event))
                .collect::<Vec<_>>()
        )
    };
    assert_eq!(written(7), written(7));
    assert_ne!(written(7), written(8));
}
