use super::*;
use proptest::prelude::*;

/// Blocks as text: styles and links in brackets.
fn drawn(text: &str) -> String {
    let items = |mark: &str, items: Vec<Vec<Span>>| {
        items.iter().map(|item| format!("{mark}{}", spans(item))).collect::<Vec<_>>().concat()
    };
    let block = |block| match block {
        Block::Lines(words) => spans(&words),
        Block::Quote(words) => format!("> {}", spans(&words)),
        Block::Bullets(lines) => items("-", lines),
        Block::Numbers(from, lines) => format!("#{from}{}", items(".", lines)),
        Block::Code(code) => format!("{{{code}}}"),
    };
    read(text).into_iter().map(block).collect::<Vec<_>>().join("|")
}

fn spans(spans: &[Span]) -> String {
    let name = |style: &Style| match style {
        Style::Bold => 'b',
        Style::Italic => 'i',
        Style::Struck => 's',
        Style::Code => 'c',
        Style::Named => '@',
        Style::Me => 'm',
    };
    let span = |Span { text, styles, link }: &Span| {
        let names: String = styles.iter().map(name).collect();
        match link {
            Some(to) => format!("[{names}>{to} {text}]"),
            None if names.is_empty() => text.clone(),
            None => format!("[{names} {text}]"),
        }
    };
    spans.iter().map(span).collect()
}

#[test]
fn words_are_drawn_as_whatsapp_does() {
    for (text, want) in [
        ("", ""),
        ("Hello", "Hello"),
        ("two\nlines", "two\nlines"),
        ("*bold* _italic_ ~struck~ `code`", "[b bold] [i italic] [s struck] [c code]"),
        ("*_both_ bold*", "[bi both][b  bold]"),
        ("(*in*), \"_it_\".", "([b in]), \"[i it]\"."),
        ("*não é só ASCII*", "[b não é só ASCII]"),
        ("*नमस्ते*", "[b नमस्ते]"),
        // No marks.
        ("5 * 3 * 2", "5 * 3 * 2"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("*open", "*open"),
        ("* a*", "-a*"),
        ("*a *", "*a *"),
        ("**", "**"),
        ("*a\nb*", "*a\nb*"),
        ("*bold*er", "*bold*er"),
        // Pairs never cross.
        ("*a _b* c_", "[b a _b] c_"),
        ("`*not bold*` and `open", "[c *not bold*] and `open"),
        ("``", "``"),
        ("> quoted *much*\n> more\nanswer", "> quoted [b much]\nmore|answer"),
        (">no", ">no"),
        ("- a\n- b\n* c\nend", "-a-b-c|end"),
        ("-no\n- ", "-no\n- "),
        ("1. a\n2. b\n4. d", "#1.a.b|#4.d"),
        ("12. May\n007. x\n0. y\n1.5. z", "#12.May|007. x\n0. y\n1.5. z"),
        ("see\n```let *x* = 1;\n- no```\nok", "see|{let *x* = 1;\n- no}|ok"),
        ("``` ``` x", "``` ``` x"),
        ("a```b```c", "a|{b}|c"),
        ("```open", "```open"),
    ] {
        assert_eq!(drawn(text), want, "{text:?}");
    }
}

#[test]
fn addresses_become_links() {
    for (text, want) in [
        ("https://x.example/a_b_c?d=*e*", "[>https://x.example/a_b_c?d=*e https://x.example/a_b_c?d=*e]*"),
        ("see www.x.example.", "see [>https://www.x.example www.x.example]."),
        ("(http://x.example)", "([>http://x.example http://x.example])"),
        ("https://x.example/a_(b)", "[>https://x.example/a_(b) https://x.example/a_(b)]"),
        ("*https://x.example*", "[b>https://x.example https://x.example]"),
        ("<HTTPS://x.example>", "<[>HTTPS://x.example HTTPS://x.example]>"),
        ("xhttps://x.example", "xhttps://x.example"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("https://user@x.example/", "https://user@x.example/"),
        ("https://аpple.com", "https://аpple.com"),
        ("www.", "www."),
        ("www.x", "www.x"),
        ("https://", "https://"),
        ("hello which", "hello which"),
    ] {
        assert_eq!(drawn(text), want, "{text:?}");
    }
    let long = format!("https://x.example/{}", "a".repeat(LINK_LIMIT));
    assert_eq!(drawn(&long), long);
}

#[test]
fn a_wall_of_marks_stays_as_it_is_written() {
    for piece in
        ["*a* ", "- a\n", "1. a\n", "> *a*\n", "```a```", "http://http://", "https://а ", "*_~`", "`a", "https://a@"]
    {
        let text = piece.repeat(65_000 / piece.len());
        let drawn = read(&text);
        let pieces: usize = drawn
            .iter()
            .map(|block| match block {
                Block::Lines(spans) | Block::Quote(spans) => spans.len(),
                Block::Bullets(items) | Block::Numbers(_, items) => items.iter().map(Vec::len).sum(),
                Block::Code(_) => 1,
            })
            .sum();
        assert!(pieces <= 2 * PIECES + 1, "{piece}: {pieces}");
    }
}

/// Everything that is written, in its order.
fn words(text: &str) -> String {
    read(text)
        .into_iter()
        .flat_map(|block| match block {
            Block::Lines(spans) | Block::Quote(spans) => spans,
            Block::Bullets(items) | Block::Numbers(_, items) => items.concat(),
            Block::Code(text) => vec![Span { text, ..Span::default() }],
        })
        .map(|span| span.text)
        .collect()
}

proptest! {
    /// Letters are never lost, whatever stands around them.
    #[test]
    fn nothing_but_marks_is_lost(text in "([a-z*_~` \n>.é1-]|```|https://|www\\.){0,60}") {
        let letters = |s: &str| s.chars().filter(|c| c.is_alphabetic()).collect::<String>();
        prop_assert_eq!(letters(&words(&text)), letters(&text));
    }

    #[test]
    fn any_text_can_be_read(text in any::<String>()) {
        let blocks = read(&text);
        prop_assert_eq!(blocks.is_empty(), text.is_empty());
    }
}
