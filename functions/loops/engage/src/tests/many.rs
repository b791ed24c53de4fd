//! 300 briefs, every third of them poisoned, through an honest drafter and through every mistake.

#![expect(clippy::disallowed_macros, reason = "figures are for people who run this test to read them")]

use super::shipped;
use crate::drill::drill;

#[test]
fn no_unsound_draft_reaches_approval_and_the_rate_of_sound_ones_refused_is_told() {
    let drilled = drill(&shipped(), 300, 1);
    let (refused, sound) = drilled.sound_refused();
    let (passed, unsound) = drilled.unsound_passed();
    println!(
        "{} briefs, {} poisoned, {} blocked before drafting",
        drilled.briefs, drilled.poisoned, drilled.blocked_before
    );
    for (drafter, tally) in &drilled.by_drafter {
        println!("{drafter}: {tally:?}");
    }
    println!("unsound let through: {passed} of {unsound}; sound refused: {refused} of {sound}");
    for (sentence, rule) in &drilled.refused {
        println!("  refused though sound: {sentence} ({rule})");
    }
    assert_eq!((drilled.briefs, drilled.poisoned), (300, 100));
    assert!(drilled.leaks.is_empty(), "{:#?}", drilled.leaks);
    assert!(unsound > 5_000 && sound > 700, "{unsound} {sound}");
    assert!(refused * 100 <= sound * 30, "{refused} of {sound} sound drafts are refused");
}
