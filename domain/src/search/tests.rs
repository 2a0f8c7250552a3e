use super::{Query, SNIPPET, contact_text, fold, grams, snippet};
use proptest::prelude::*;

fn marked(text: &str, query: &str) -> Vec<String> {
    let pieces = snippet(text, &Query::parse(query).expect("a query")).pieces();
    pieces.into_iter().filter(|(_, hit)| *hit).map(|(text, _)| text).collect()
}

fn fits(text: &str, query: &str) -> bool {
    Query::parse(query).is_some_and(|query| query.is_in(&fold(text)))
}

#[test]
fn every_script_is_found_however_it_is_written() {
    for (text, query) in [
        ("João não está", "joao NAO"),
        ("JOA\u{303}O", "joão"),
        ("Straße", "STRASSE"),
        ("नमस्ते दुनिया", "दुनिया"),
        ("क़लम", "कलम"),
        ("مُحَمَّد", "محمد"),
        ("کتاب", "كتاب"),
        ("株式会社東京", "式会社"),
        ("ﾃｽﾄ", "テスト"),
        ("대한민국", "한민국"),
        ("party 🎉🎊🎈 now", "🎉🎊🎈"),
        ("a\u{200b}b\u{200d}c", "abc"),
        ("invoice\u{202e}fdp", "invoicefdp"),
        ("ΟΔΟΣ", "οδος"),
        ("٠١٢٣٤", "01234"),
        ("100%_\"x\"*(y)", "%_\"x\"*("),
    ] {
        assert!(fits(text, query), "{text} {query} {} {}", fold(text), fold(query));
        assert!(!marked(text, query).is_empty(), "{text} {query}");
    }
    assert!(!fits("100 x", "%") && !fits("abc", "a_c") && !fits("abc", "ab*"));
}

#[test]
fn all_words_in_any_order() {
    assert!(fits("The kettle arrived cracked", "cracked kettle"));
    assert!(!fits("The kettle arrived", "cracked kettle"));
    assert_eq!(Query::parse(" \u{200b}\n"), None);
    assert!(!Query::parse("ab cd").is_some_and(|query| query.reaches_text()));
    assert!(Query::parse("ab cde").is_some_and(|query| query.reaches_text()));
}

#[test]
fn contacts_by_name_handle_and_number() {
    let is = |query: &str| {
        Query::parse(query).is_some_and(|q| q.is_in_contact("Meera Krishnan", Some("meera.k"), Some("919845550117")))
    };
    for query in [
        "mee",
        "krish",
        "KRISHNAN meera",
        "@meera",
        "9845",
        "+91 98455-50117",
        "50117",
        "9",
        "m",
        "91",
        "meera 9845",
        "٩٨٤٥",
    ] {
        assert!(is(query), "{query}");
    }
    for query in ["k", "98456", "x", "45", "meera 777"] {
        assert!(!is(query), "{query}");
    }
    assert_eq!(contact_text("", None, Some("49")), "+49");
}

#[test]
fn what_is_searched_for_has_the_grams_of_what_holds_it() {
    let of = |text: &str| grams(&fold(text));
    let text = of("The kettle, arrived CRACKED");
    assert!(of("rack").iter().all(|gram| text.contains(gram)));
    assert!(of("e k").is_empty() && of("ab").is_empty());
}

#[test]
fn snippets_show_the_first_hit() {
    let text = format!("{} needle {}", "word ".repeat(100), "more ".repeat(100));
    let found = snippet(&text, &Query::parse("NEEDLE").expect("a query"));
    assert!(found.text.starts_with("…word") && found.text.ends_with('…'), "{}", found.text);
    assert_eq!(found.text.chars().count(), SNIPPET);
    assert_eq!(marked(&text, "needle"), ["needle"]);
    assert_eq!(marked("short needle\nneedles", "needle"), ["needle", "needle"]);
    assert_eq!(marked("Straße", "strass"), ["Straß"]);
    assert_eq!(marked("JOA\u{303}O!", "joao"), ["JOA\u{303}O"]);
    assert_eq!(marked("abcabc", "abc bca"), ["abcabc"]);
    assert_eq!(marked("<b>bold</b>", "<b>"), ["<b>"]);
}

proptest! {
    #[test]
    fn a_snippet_is_short_and_its_marks_lie_in_it(text in "\\PC{0,400}", at in 0_usize..400, length in 1_usize..12) {
        let word: String = text.chars().skip(at).take(length).collect();
        if let Some(query) = Query::parse(&word) {
            prop_assert!(query.is_in(&fold(&text)));
            let found = snippet(&text, &query);
            let count = found.text.chars().count();
            prop_assert!(count <= SNIPPET);
            let mut last = 0;
            for mark in &found.marks {
                prop_assert!(mark.from >= last && mark.from < mark.to && mark.to as usize <= count);
                last = mark.to;
            }
            let joined: String = found.pieces().into_iter().map(|(piece, _)| piece).collect();
            prop_assert_eq!(joined, found.text);
        }
    }

    #[test]
    fn folding_again_changes_nothing(text in "\\PC{0,200}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }
}
