//! WhatsApp's formatting of messages, read so that it can be drawn.
//!
//! Reading is total, takes time in proportion to the text and loses nothing of it but the marks: one that nothing ends stays as
//! it is written. Source: WhatsApp's help centre, "How to format your messages".

mod names;

pub use names::name;

use crate::text::link_host;

/// A message with more pieces in a line, or in all, is shown as it is written: it would be a wall of marks.
const PIECES: usize = 1_000;
/// Bytes of an address that becomes a link.
const LINK_LIMIT: usize = 2_000;

/// Part of a message, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Lines as they are written, with their line feeds.
    Lines(Vec<Span>),
    /// Lines that begin with `> `.
    Quote(Vec<Span>),
    /// Lines that begin with `- ` or `* `.
    Bullets(Vec<Vec<Span>>),
    /// Lines that are numbered one after the other (`1. `), and the number of the first.
    Numbers(u32, Vec<Vec<Span>>),
    /// Between three backticks.
    Code(String),
}

/// Words that look alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    /// Outermost first, none twice.
    pub styles: Vec<Style>,
    /// An http or https address that it leads to.
    pub link: Option<String>,
}

/// How words look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// `*bold*`
    Bold,
    /// `_italic_`
    Italic,
    /// `~struck~`
    Struck,
    /// `` `code` ``
    Code,
    /// A colleague, in a note.
    Named,
    /// The reader, in a note.
    Me,
}

/// A message as it is drawn.
pub fn read(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut rest = text;
    let mut left = PIECES;
    while let Some((before, code, after)) = fenced(rest) {
        if !before.is_empty() {
            lines(before.strip_suffix('\n').unwrap_or(before), &mut left, &mut blocks);
        }
        blocks.push(Block::Code(code.to_owned()));
        left = left.saturating_sub(1);
        rest = after.strip_prefix('\n').unwrap_or(after);
        if left == 0 {
            break;
        }
    }
    if !rest.is_empty() {
        lines(rest, &mut left, &mut blocks);
    }
    blocks
}

/// What stands before the next block of code, in it, and behind it.
fn fenced(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("```")?;
    let (code, after) = rest.split_once("```")?;
    let code = code.trim_matches('\n');
    (!code.trim().is_empty()).then_some((before, code, after))
}

fn lines(text: &str, left: &mut usize, blocks: &mut Vec<Block>) {
    // Where a block begins, for what is no longer read.
    let mut rest = text;
    let mut first = true;
    while *left > 0 {
        let (line, more) = rest.split_once('\n').map_or((rest, None), |(line, more)| (line, Some(more)));
        add(line, first, left, blocks);
        first = false;
        let Some(more) = more else { return };
        rest = more;
    }
    blocks.push(Block::Lines(vec![plain(rest)]));
}

/// Adds a line to the block that it belongs to, or begins one. Blocks before `first` belong to something else.
fn add(line: &str, first: bool, left: &mut usize, blocks: &mut Vec<Block>) {
    let last = if first { None } else { blocks.last_mut() };
    let (kind, words) = Start::of(line);
    let spans = inline(words);
    *left = left.saturating_sub(spans.len().max(1));
    match (kind, last) {
        (Start::Line, Some(Block::Lines(known))) | (Start::Quote, Some(Block::Quote(known))) => {
            join(known, plain("\n"));
            spans.into_iter().for_each(|span| join(known, span));
        }
        (Start::Bullet, Some(Block::Bullets(items))) => items.push(spans),
        (Start::Number(n), Some(Block::Numbers(from, items))) if Some(n) == following(*from, items.len()) => {
            items.push(spans);
        }
        (Start::Line, _) => blocks.push(Block::Lines(spans)),
        (Start::Quote, _) => blocks.push(Block::Quote(spans)),
        (Start::Bullet, _) => blocks.push(Block::Bullets(vec![spans])),
        (Start::Number(n), _) => blocks.push(Block::Numbers(n, vec![spans])),
    }
}

fn following(from: u32, items: usize) -> Option<u32> {
    from.checked_add(u32::try_from(items).ok()?)
}

/// How a line begins.
enum Start {
    Line,
    Quote,
    Bullet,
    Number(u32),
}

impl Start {
    /// With the words behind it.
    fn of(line: &str) -> (Self, &str) {
        for (mark, start) in [("> ", Self::Quote), ("- ", Self::Bullet), ("* ", Self::Bullet)] {
            if let Some(words) = line.strip_prefix(mark).filter(|words| !words.trim().is_empty()) {
                return (start, words);
            }
        }
        // A number that would be written in another way than it is stays as it is.
        let numbered = line.split_once(". ").filter(|(number, words)| {
            (1..=4).contains(&number.len())
                && !number.starts_with('0')
                && number.bytes().all(|b| b.is_ascii_digit())
                && !words.trim().is_empty()
        });
        match numbered.and_then(|(number, words)| Some((number.parse().ok()?, words))) {
            Some((number, words)) => (Self::Number(number), words),
            None => (Self::Line, line),
        }
    }
}

fn plain(text: &str) -> Span {
    Span { text: text.to_owned(), ..Span::default() }
}

/// Adds words to those before them that look alike.
fn join(spans: &mut Vec<Span>, span: Span) {
    match spans.last_mut() {
        Some(last) if last.styles == span.styles && last.link.is_none() && span.link.is_none() => {
            last.text.push_str(&span.text);
        }
        _ => spans.push(span),
    }
}

/// Part of a line.
enum Token<'a> {
    Words(&'a str),
    Code(&'a str),
    /// Words, and where they lead.
    Link(&'a str, String),
    /// A mark as it is written, with what it may do by what stands beside it.
    Mark {
        written: &'a str,
        style: Style,
        opens: bool,
        closes: bool,
    },
}

/// What a mark does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Nothing,
    Opens,
    Closes,
}

fn inline(line: &str) -> Vec<Span> {
    let tokens = tokens(line);
    if tokens.len() > PIECES {
        return vec![plain(line)];
    }
    let roles = roles(&tokens);
    let mut spans = Vec::new();
    let mut styles: Vec<Style> = Vec::new();
    for (token, role) in tokens.into_iter().zip(roles) {
        let span = |text: &str, styles: Vec<Style>, link| Span { text: text.to_owned(), styles, link };
        match (token, role) {
            (Token::Mark { style, .. }, Role::Opens) => styles.push(style),
            (Token::Mark { .. }, Role::Closes) => {
                styles.pop();
            }
            (Token::Words(words) | Token::Mark { written: words, .. }, _) => {
                join(&mut spans, span(words, styles.clone(), None));
            }
            (Token::Code(words), _) => {
                let styles = styles.iter().copied().chain([Style::Code]).collect();
                join(&mut spans, span(words, styles, None));
            }
            (Token::Link(words, to), _) => join(&mut spans, span(words, styles.clone(), Some(to))),
        }
    }
    spans
}

/// Pairs marks with each other, so that pairs stand in one another or side by side.
fn roles(tokens: &[Token<'_>]) -> Vec<Role> {
    let mut roles = vec![Role::Nothing; tokens.len()];
    // Open marks: none of a kind twice.
    let mut open: Vec<(Style, usize)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Mark { style, opens, closes, .. } = token else { continue };
        let before = open.iter().position(|(known, _)| known == style);
        match before {
            Some(nth) if *closes && open[nth].1 + 1 < at => {
                roles[open[nth].1] = Role::Opens;
                roles[at] = Role::Closes;
                open.truncate(nth);
            }
            None if *opens => open.push((*style, at)),
            _ => {}
        }
    }
    roles
}

fn tokens(line: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut at, mut from) = (0, 0);
    let mut before: Option<char> = None;
    let mut backticks = true;
    while let Some(c) = line[at..].chars().next() {
        let here = &line[at..];
        let (len, token) = match c {
            '`' if backticks => {
                let code = here[1..].split_once('`').map(|(code, _)| code);
                backticks = code.is_some();
                match code.filter(|code| !code.trim().is_empty()) {
                    Some(code) => (code.len() + 2, Some(Token::Code(code))),
                    None => (1, None),
                }
            }
            '*' | '_' | '~' => (1, Some(mark(here, c, before))),
            'h' | 'H' | 'w' | 'W' if !before.is_some_and(char::is_alphanumeric) => match address(here) {
                Some((len, to)) => (len, to.map(|to| Token::Link(&here[..len], to))),
                None => (1, None),
            },
            c => (c.len_utf8(), None),
        };
        if let Some(token) = token {
            if from < at {
                tokens.push(Token::Words(&line[from..at]));
            }
            tokens.push(token);
            from = at + len;
        }
        before = here[..len].chars().next_back();
        at += len;
    }
    if from < line.len() {
        tokens.push(Token::Words(&line[from..]));
    }
    tokens
}

fn mark(here: &str, c: char, before: Option<char>) -> Token<'_> {
    let style = match c {
        '*' => Style::Bold,
        '_' => Style::Italic,
        _ => Style::Struck,
    };
    let after = here[1..].chars().next();
    Token::Mark {
        written: &here[..1],
        style,
        opens: !before.is_some_and(char::is_alphanumeric) && after.is_some_and(|c| !c.is_whitespace()),
        closes: before.is_some_and(|c| !c.is_whitespace()) && !after.is_some_and(char::is_alphanumeric),
    }
}

/// The length of an address that begins here, and where it leads if it may become a link.
fn address(here: &str) -> Option<(usize, Option<String>)> {
    let begins = |with: &str| here.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    let bare = begins("www.");
    if !bare && !begins("http://") && !begins("https://") {
        return None;
    }
    let end = here.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`')).unwrap_or(here.len());
    let whole = &here[..end];
    // What ends a sentence or a pair of marks is no part of it.
    let mut url = whole.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~']);
    if !url.contains('(') {
        url = url.trim_end_matches([')', '.', ',', '*', '_', '~']);
    }
    let to = if bare { format!("https://{url}") } else { url.to_owned() };
    let fine = url.len() <= LINK_LIMIT
        && link_host(&to).is_some_and(|host| !bare || host.trim_start_matches("www.").contains('.'));
    Some((url.len().max(1), fine.then_some(to)))
}

#[cfg(test)]
mod tests;
