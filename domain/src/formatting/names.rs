use super::{Block, Span, Style};

/// Marks where these people are named with `@`, as [`crate::inbox::named_in`] finds them; who is `true` is the reader. Answers
/// those who are not named anywhere.
pub fn name(blocks: &mut [Block], people: Vec<(String, bool)>) -> Vec<(String, bool)> {
    let mut missing = people.clone();
    for block in blocks {
        let lines: &mut [Vec<Span>] = match block {
            Block::Lines(spans) | Block::Quote(spans) => std::slice::from_mut(spans),
            Block::Bullets(items) | Block::Numbers(_, items) => items,
            Block::Code(_) => continue,
        };
        for spans in lines {
            for span in std::mem::take(spans) {
                split(span, &people, &mut missing, spans);
            }
        }
    }
    missing
}

fn split(span: Span, people: &[(String, bool)], missing: &mut Vec<(String, bool)>, into: &mut Vec<Span>) {
    if span.link.is_some() || span.styles.contains(&Style::Code) {
        return into.push(span);
    }
    let Span { text, styles, .. } = span;
    let part = |text: &str, more: &[Style]| Span {
        text: text.to_owned(),
        styles: [styles.as_slice(), more].concat(),
        link: None,
    };
    let (mut from, mut before) = (0, ' ');
    for (at, c) in text.char_indices() {
        if c == '@' && before.is_whitespace() {
            let rest = &text[at + 1..];
            let stands =
                |name: &str| rest.strip_prefix(name).is_some_and(|after| !after.starts_with(char::is_alphanumeric));
            let longest =
                people.iter().filter(|(name, _)| !name.is_empty() && stands(name)).max_by_key(|(name, _)| name.len());
            if let Some((name, me)) = longest {
                let end = at + 1 + name.len();
                if from < at {
                    into.push(part(&text[from..at], &[]));
                }
                into.push(part(&text[at..end], &[if *me { Style::Me } else { Style::Named }]));
                missing.retain(|(other, _)| other != name);
                from = end;
            }
        }
        before = c;
    }
    if from < text.len() {
        into.push(part(&text[from..], &[]));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::read, *};

    fn named(text: &str) -> (Vec<(String, Vec<Style>)>, Vec<String>) {
        let people = ["Rohan", "Rohan Iyer", "Lucía"].map(|name| (name.to_owned(), name == "Lucía"));
        let mut blocks = read(text);
        let missing = name(&mut blocks, people.to_vec());
        let spans = blocks.into_iter().flat_map(|block| match block {
            Block::Lines(spans) | Block::Quote(spans) => spans,
            Block::Bullets(items) | Block::Numbers(_, items) => items.concat(),
            Block::Code(text) => vec![Span { text, ..Span::default() }],
        });
        let spans = spans.map(|span| (span.text, span.styles)).collect();
        (spans, missing.into_iter().map(|(name, _)| name).collect())
    }

    #[test]
    fn names_are_marked_where_they_stand() {
        let (spans, missing) = named("@Rohan Iyer, see *this @Lucía* and me@Rohan");
        let spans: Vec<(&str, &[Style])> = spans.iter().map(|(text, styles)| (text.as_str(), &styles[..])).collect();
        assert_eq!(
            spans,
            [
                ("@Rohan Iyer", &[Style::Named][..]),
                (", see ", &[]),
                ("this ", &[Style::Bold]),
                ("@Lucía", &[Style::Bold, Style::Me]),
                (" and me@Rohan", &[]),
            ]
        );
        assert_eq!(missing, ["Rohan"]);
    }

    /// Nothing of the words is lost, whatever they are.
    #[test]
    fn what_names_nobody_stays() {
        for text in ["", "@", "@Rohans", "- @\n- @@Rohan", "```@Rohan```", "`@Rohan`", "https://a.example/@Rohan"] {
            let (spans, missing) = named(text);
            let plain: Vec<_> = read(text);
            let mut same = plain.clone();
            assert!(name(&mut same, Vec::new()).is_empty());
            assert_eq!(same, plain);
            assert!(spans.iter().all(|(_, styles)| !styles.contains(&Style::Named)), "{text}");
            assert_eq!(missing.len(), 3, "{text}");
        }
        let (spans, _) = named("> @Rohan\n- @Lucía");
        assert_eq!(spans.iter().map(|(text, _)| text.as_str()).collect::<String>(), "@Rohan@Lucía");
    }
}
