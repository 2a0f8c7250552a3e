use super::{Query, fold::letters};
use serde::{Deserialize, Serialize};

/// Characters of a snippet at most.
pub const SNIPPET: usize = 160;
/// Characters before the first hit.
const BEFORE: usize = 40;
/// Places that are highlighted in one snippet.
const MARKS: usize = 32;

/// Some of a text, with the places where it fits. Written by strangers; never markup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Snippet {
    pub text: String,
    /// In order, apart from each other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Span>,
}

/// Characters (Unicode scalar values) of a text, from and up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    pub from: u32,
    pub to: u32,
}

impl Snippet {
    /// The text in pieces, with whether each is a hit.
    pub fn pieces(&self) -> Vec<(String, bool)> {
        let chars: Vec<char> = self.text.chars().collect();
        let piece = |from: usize, to: usize| -> String {
            chars.get(from.min(chars.len())..to.min(chars.len())).unwrap_or_default().iter().collect()
        };
        let mut pieces = Vec::with_capacity(2 * self.marks.len() + 1);
        let mut at = 0;
        for mark in &self.marks {
            let (from, to) = (mark.from as usize, mark.to as usize);
            pieces.push((piece(at, from.max(at)), false));
            pieces.push((piece(from.max(at), to), true));
            at = to.max(at);
        }
        pieces.push((piece(at, chars.len()), false));
        pieces.retain(|(text, _)| !text.is_empty());
        pieces
    }
}

/// At most [`SNIPPET`] characters of a text around the first place that fits, in one line.
pub fn snippet(text: &str, query: &Query) -> Snippet {
    let chars: Vec<char> = text.chars().map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c }).collect();
    let hits = hits(text, query, chars.len());
    let first = hits.first().map_or(0, |(from, _)| *from);
    let mut from = if chars.len() <= SNIPPET { 0 } else { first.saturating_sub(BEFORE).min(chars.len() - SNIPPET + 1) };
    // Not in the middle of a word, where one begins soon.
    if from > 0
        && let Some(gap) = chars[from..first.max(from)].iter().position(|c| *c == ' ')
    {
        from += gap + 1;
    }
    let cut_before = from > 0;
    let room = SNIPPET - usize::from(cut_before);
    let to = if chars.len() - from <= room { chars.len() } else { from + room - 1 };
    let mut shown = String::new();
    if cut_before {
        shown.push('…');
    }
    shown.extend(&chars[from..to]);
    if to < chars.len() {
        shown.push('…');
    }
    let place = |at: usize| u32::try_from(at - from + usize::from(cut_before)).unwrap_or(u32::MAX);
    let inside = hits.into_iter().filter(|(start, end)| *start >= from && *end <= to);
    let marks = inside.take(MARKS).map(|(start, end)| Span { from: place(start), to: place(end) }).collect();
    Snippet { text: shown, marks }
}

/// Where any of the words stand, in order; what overlaps or touches is one.
fn hits(text: &str, query: &Query, length: usize) -> Vec<(usize, usize)> {
    let letters: Vec<(char, usize)> = letters(text).collect();
    let mut all = Vec::new();
    for word in query.marked() {
        let word: Vec<char> = word.chars().collect();
        let mut at = 0;
        while at + word.len() <= letters.len() {
            if letters[at..].iter().zip(&word).all(|((letter, _), wanted)| letter == wanted) {
                let last = letters[at + word.len() - 1].1;
                // Accents and joiners that follow belong to the last letter.
                let end = letters.get(at + word.len()).map_or(length, |(_, next)| *next).max(last + 1);
                let end = if end > last + 8 { last + 1 } else { end };
                all.push((letters[at].1, end));
                at += word.len();
            } else {
                at += 1;
            }
        }
    }
    all.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::with_capacity(all.len());
    for (from, to) in all {
        match merged.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => merged.push((from, to)),
        }
    }
    merged
}
