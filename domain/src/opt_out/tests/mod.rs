mod others;
mod stops;

use self::{
    others::{NEITHER, STARTS},
    stops::STOPS,
};
use super::*;
use proptest::prelude::*;
use std::collections::HashSet;

#[test]
fn whole_messages_that_opt_out() {
    for text in STOPS {
        assert_eq!(read(text, &Words::default()), Some(Intent::Stop), "{text:?} as {:?}", fold(text));
    }
}

#[test]
fn whole_messages_that_opt_in() {
    for text in STARTS {
        assert_eq!(read(text, &Words::default()), Some(Intent::Start), "{text:?} as {:?}", fold(text));
    }
}

#[test]
fn everything_else_is_for_people() {
    for text in NEITHER {
        assert_eq!(read(text, &Words::default()), None, "{text:?} as {:?}", fold(text));
    }
    assert!(STOPS.len() + STARTS.len() + NEITHER.len() > 400);
}

#[test]
fn no_built_in_word_is_empty_long_or_means_both() {
    let of = |list: &[&str]| list.iter().map(|phrase| fold(phrase)).collect::<HashSet<_>>();
    let (stop, start) = (of(STOP), of(START));
    assert!(stop.is_disjoint(&start), "{:?}", stop.intersection(&start).collect::<Vec<_>>());
    for phrase in stop.union(&start) {
        assert!(!phrase.is_empty() && phrase.chars().count() <= LIMIT, "{phrase}");
        assert_eq!(fold(phrase), *phrase, "folding twice changes it");
    }
    for phrase in STOP.iter().chain(START) {
        assert!(read(phrase, &Words::default()).is_some(), "{phrase}");
    }
}

#[test]
fn a_workspace_adds_and_takes_away() {
    let words = Words {
        stop: vec!["No thanks".to_owned(), "Ya basta".to_owned()],
        start: vec!["¡Vamos!".to_owned()],
        without: vec!["Cancel".to_owned(), "START".to_owned()],
    };
    let asks = |text| read(text, &words);
    assert_eq!((asks("no-thanks!"), asks("YA BASTA 🛑")), (Some(Intent::Stop), Some(Intent::Stop)));
    assert_eq!(asks("vamos"), Some(Intent::Start));
    assert_eq!((asks("CANCEL."), asks("start")), (None, None));
    assert_eq!(asks("stop"), Some(Intent::Stop));
}

#[test]
fn settings_are_cleaned() {
    let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let given = Settings {
        words: Words {
            stop: words(&[" Halt ", "halt!", "", "🛑"]),
            start: words(&["los"]),
            without: words(&["end", "End"]),
        },
        stopped_text: "  ".to_owned(),
        ..Settings::default()
    };
    let kept = given.clone().checked().unwrap();
    assert_eq!(kept.words, Words { stop: words(&["Halt"]), start: words(&["los"]), without: words(&["end"]) });
    assert_eq!(kept.stopped_text, Settings::default().stopped_text);
    assert_eq!(kept.clone().checked().unwrap(), kept);
    let with = |words: Words| Settings { words, ..given.clone() }.checked().is_err();
    assert!(with(Words { stop: words(&["go"]), start: words(&["GO!"]), without: vec![] }), "both");
    assert!(with(Words { stop: words(&["x".repeat(LIMIT + 1).as_str()]), ..Words::default() }), "long");
    assert!(with(Words { stop: (0..=WORDS_LIMIT).map(|i| format!("word {i}")).collect(), ..Words::default() }), "many");
    assert!(Settings { started_text: "é".repeat(TEXT_LIMIT + 1), ..given }.checked().is_err());
}

#[test]
fn who_may_be_written_to() {
    for (opted_out_at, scope, marketing, despite, refused) in [
        (None, Scope::All, true, false, false),
        (Some(5), Scope::All, false, false, true),
        (Some(5), Scope::All, true, false, true),
        (Some(5), Scope::All, false, true, false),
        (Some(5), Scope::Marketing, false, false, false),
        (Some(5), Scope::Marketing, true, false, true),
    ] {
        assert_eq!(refuses(opted_out_at, scope, marketing, despite), refused);
    }
    use crate::time::DAY;
    assert!(!wrote_since(5, None));
    assert!(!wrote_since(5, Some(5 + DAY)), "the STOP itself");
    assert!(wrote_since(5, Some(6 + DAY)));
}

proptest! {
    #[test]
    fn folding_is_total_and_done_once(text in any::<String>()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn what_stands_around_a_word_does_not_matter(
        nth in 0..STOP.len(),
        before in "[ !?.,;:*_~🛑🙏😡…-]{0,6}",
        after in "[ !?.,;:*_~🛑🙏😡…-]{0,6}",
    ) {
        let text = format!("{before}{}{after}", STOP[nth].to_uppercase());
        prop_assert_eq!(read(&text, &Words::default()), Some(Intent::Stop), "{}", text);
    }

    #[test]
    fn a_word_more_is_another_message(nth in 0..STOP.len(), word in "[qxz]{3,9}") {
        prop_assert_eq!(read(&format!("{} {word}", STOP[nth]), &Words::default()), None);
    }
}
